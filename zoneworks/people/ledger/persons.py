"""The ledger of people in office."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.accounts.models import Unit
from zoneworks.kit.columns import Cell, Column, span_text
from zoneworks.kit.filters import ZoneFilterSet
from zoneworks.kit.ledger import Ledger
from zoneworks.kit.panels import Panel
from zoneworks.kit.picking import RowFilter
from zoneworks.kit.registry import register
from zoneworks.kit.spans import Span
from zoneworks.people.faces import PostFactFace
from zoneworks.people.forms import PersonForm
from zoneworks.people.holding import PostEvent, terms
from zoneworks.people.models import Person, PersonQuerySet, PostFact, PostKind
from zoneworks.people.posts import events_of, holdings_on, in_words, listed


class PersonFilter(ZoneFilterSet):
    """Those who hold a post at the moment, and those who are known in a unit."""

    in_post = django_filters.BooleanFilter(label=gettext_lazy("holds a post"), method="keep_in_post")
    unit = RowFilter(
        queryset=Unit.objects.all(), label=gettext_lazy("holds or held a post in"), method="keep_unit"
    )

    class Meta:
        model = Person
        fields: tuple[str, ...] = ()

    def keep_in_post(self, rows: PersonQuerySet, name: str, wanted: bool) -> PersonQuerySet:
        """Keep those whom something shows in a post that they have not left since."""
        known = PostFact.objects.possible(self.moment.on, self.moment.known)
        left = PostFact.objects.as_of(self.moment.on, self.moment.known).filter(
            Q(unit=OuterRef("unit")) | Q(unit=None, body=OuterRef("body")),
            kind=PostKind.LEFT,
            person=OuterRef("person"),
            title=OuterRef("title"),
            latest__gte=OuterRef("earliest"),
        )
        shown = known.filter(~Exists(left), person=OuterRef("pk")).exclude(kind=PostKind.LEFT)
        return rows.filter(Exists(shown) if wanted else ~Exists(shown))

    def keep_unit(self, rows: PersonQuerySet, name: str, wanted: Unit) -> PersonQuerySet:
        known = PostFact.objects.possible(self.moment.on, self.moment.known)
        return rows.filter(Exists(known.filter(person=OuterRef("pk"), unit=wanted)))


def _titles(person: Any) -> Cell:
    held = getattr(person, "holdings", [])
    words = listed(post.title for post in held)
    unsure = bool(held) and all(post.is_uncertain for post in held)
    return Cell(words, "tag", tone="yellow", title=_("uncertain on this day")) if unsure else Cell(words)


def _places(person: Any) -> str:
    return listed(dict.fromkeys(post.place for post in getattr(person, "holdings", []) if post.place))


def _last_seen(person: Any) -> Span | None:
    held = getattr(person, "holdings", [])
    if not held:
        return None
    seen = max((post.seen for post in held), key=lambda seen: seen.latest)
    return Span(seen.earliest, seen.latest)


def _seen(person: Any) -> str:
    span = _last_seen(person)
    return span_text(span) if span else ""


def when(event: PostEvent) -> str:
    """Return the days of an event as people write them."""
    return span_text(Span(event.earliest, event.latest))


@register
class PersonLedger(Ledger):
    """People in public office and the posts that they hold over time."""

    slug = "people"
    model = Person
    icon = "id-badge-2"
    menu = "people"
    position = 40
    description = gettext_lazy("People in public office, with the posts in which they were seen.")
    columns = (
        Column("name", link=True),
        Column("post", label=gettext_lazy("post"), value=_titles),
        Column("unit", label=gettext_lazy("unit"), value=_places),
        Column("seen", label=gettext_lazy("seen on"), kind="date", value=_seen, plain=_last_seen),
        Column("created_at", hidden=True),
    )
    filterset_class = PersonFilter
    form_class = PersonForm
    writes_many = True
    facts = ("name", "note", "created_at")

    def prepare(self, rows: list[Any]) -> None:
        held = holdings_on([row.pk for row in rows], self.moment.on, self.moment.known)
        for row in rows:
            row.holdings = held[row.pk]

    def subtitle(self, row: Any) -> str:
        return in_words(row.holdings)

    def panels(self, row: Any) -> list[Panel]:
        events = events_of([row.pk], self.moment.on, self.moment.known).get(row.pk, [])
        held = {(post.title, post.place, post.seen.source) for post in row.holdings}
        lines = [
            {
                "title": term.title,
                "place": term.place,
                "began": when(term.began) if term.began is not term.ended else "",
                "is_appointed": term.began.kind == PostKind.APPOINTED,
                "seen": when(term.seen) if term.seen is not term.ended else "",
                "ended": when(term.ended) if term.ended else "",
                "url": self.fact_url(term.ended or term.seen),
                "is_held": (term.title, term.place, term.seen.source) in held,
            }
            for term in terms(events)
        ]
        may_add = not self.moment.is_past and row.allows(self.user, "change")
        url = PostFactFace.new_url(row) if may_add else ""
        title = _("Posts over time")
        data = {"lines": lines}
        return [
            Panel("posts", title, "people/panels/posts.html", data, "main", len(lines), url, _("Record"), 20)
        ]

    def fact_url(self, event: PostEvent) -> str:
        return PostFactFace.url_of(PostFact(pk=event.source, zone=self.zone))
