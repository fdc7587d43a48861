"""What waits for recognition: facts that were self-reported and that no verifier has recognized yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Model, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zoneworks.accounts.models import Membership
from zoneworks.engagements.models import Engagement
from zoneworks.kit.access import staff_page
from zoneworks.kit.attributes import instant_of, own_as_known
from zoneworks.kit.columns import span_text
from zoneworks.kit.entity import row_url
from zoneworks.kit.extensions import citations_of, repeated_sources
from zoneworks.kit.faces import FactFace
from zoneworks.kit.levels import Level
from zoneworks.kit.paging import KeyPaginator, page_links
from zoneworks.kit.past import rewind_subjects
from zoneworks.kit.registry import faces
from zoneworks.kit.revision import kept, kept_by_parts, part_column, worded
from zoneworks.kit.statements import Statement
from zoneworks.kit.touching import stands_in_parts
from zoneworks.projects.models import Project

PAGE_SIZE = 50
KEPT: dict[Any, str] = {Project: "officer", Engagement: "host"}
"""What somebody keeps and a unit stands for, with the column that names the keeper."""


class Whose(NamedTuple):
    """Whose reports are listed: the key that an address names, and the words for it."""

    key: str
    label: str
    note: str


def may_open(request: Any) -> bool:
    """Say whether the person recognizes facts here, or keeps projects whose facts are to be recognized."""
    return Project.policy.grants_some(request.user, "change", request.zone)


def recognizes(request: Any) -> bool:
    """Say whether the person is one of those who recognize; the others see what became of their own reports."""
    return Project.policy.grants_some(request.user, "recognize", request.zone)


def choices_of_whose(request: Any) -> list[Whose]:
    """Return whose reports the person may list here, what they see first in front; a verifier has one list of all."""
    everybody = Whose(
        "zone",
        _("The whole zone"),
        _("Self-reported anywhere in the zone and not yet recognized, what waits longest first."),
    )
    if recognizes(request):
        return [everybody]
    found = [
        Whose(
            "mine",
            _("Mine"),
            _(
                "Self-reported by you, or of projects and engagements that are yours, and not yet recognized, "
                "what waits longest first."
            ),
        )
    ]
    if units_of(request):
        found.append(
            Whose(
                "unit",
                _("My unit's"),
                _(
                    "Self-reported by the people of your unit, or of its projects and engagements, and not yet "
                    "recognized, what waits longest first."
                ),
            )
        )
    if request.user.roles_in(request.zone) & Project.policy.grants["change"]:
        found.insert(0, everybody)
    return found


def units_of(request: Any) -> list[int]:
    """Return the units for which the person works in this zone."""
    seats = request.user.seats
    return sorted({seat.unit_id for seat in seats if seat.zone_id == request.zone.pk and seat.unit_id})


def kinds_waiting() -> list[type[FactFace]]:
    """Return the kinds of facts that are recognized by saying the same once more."""
    return [face for face in faces if face.same]


def waiting(face: type[FactFace], request: Any, whose: str, subjects: Collection[int] | None = None) -> Any:
    """Return the facts of a kind that wait at the moment, the one that waits longest first.

    A verifier gets what they may recognize; the others what belongs to `whose`: by who keeps it, or who reported it.
    `subjects` of this zone take the place of the zone: an index of the zone would lead to all of its facts.
    """
    verb, moment = "recognize" if recognizes(request) else "view", request.moment
    table: Any = face.model._default_manager
    facts = table.allowed(request.user, verb).filter(asserted_by=Level.SELF_REPORTED)
    if subjects is None:
        facts = facts.filter(zone=request.zone)
    else:
        facts = facts.filter(**{f"{face.model.subject}__in": subjects})
    if whose != "zone":
        facts = facts.filter(_belongs(face, request, whose))
    rows = face.unrecognized(facts.possible(moment.on, moment.known), moment.known)
    return rows.order_by("recorded_at", "pk")


def _belongs(face: type[FactFace], request: Any, whose: str) -> Q:
    """Return the condition on facts that they were reported by, or are told of what belongs to, the person or unit."""
    user, units, model = request.user, units_of(request), face.subject_model()
    colleagues = Membership.objects.in_force(request.moment.on).filter(unit__in=units).values("user")
    found = Q(recorded_by=user.pk)
    if whose == "unit":
        found |= Q(recorded_by__in=colleagues)
    if model in KEPT:
        keeper = KEPT[model]
        rows: Any = model._default_manager.filter(zone=request.zone).order_by()
        own = _held_then(rows, model, keeper, request).filter(then=user.pk)
        found |= Q(**{f"{face.model.subject}__in": own.values("pk")})
        if whose == "unit":
            of_unit = _held_then(rows, model, "unit", request).filter(then__in=units)
            found |= Q(**{f"{face.model.subject}__in": of_unit.values("pk")})
    return found


def _held_then(rows: Any, model: type[Model], name: str, request: Any) -> Any:
    """Return `rows` with `then`: whom or what their column `name` named at the moment."""
    return rows.alias(then=own_as_known(model, name, instant_of(model, name, request.moment)))


def how_many(request: Any, whose: str) -> int:
    """Return how many facts wait; counted once for as long as nothing is recorded that could change it."""
    return sum(_counted(face, request, whose) for face in kinds_waiting())


def pages_of(face: type[FactFace], request: Any, whose: str) -> KeyPaginator:
    """Return what waits, in pages."""
    pages = KeyPaginator(waiting(face, request, whose), PAGE_SIZE, request.zone)
    pages.count = _counted(face, request, whose)
    return pages


def _counted(face: type[FactFace], request: Any, whose: str) -> int:
    """Return how many facts of a kind wait, kept by all that the question hangs on beside the records.

    After a change only the facts of the subjects in whose part it was are counted again: whether a fact is recognized
    is told by facts of the same subject.
    """
    zone, user, model = request.zone, request.user, face.subject_model()

    def every() -> Any:
        return waiting(face, request, whose).order_by()

    if request.moment.is_past:
        return every().count()
    asker = (recognizes(request), user.pk, user.is_superuser, user.seats)
    said = ("waiting", face.slug, whose, request.moment.on, *asker)
    if not stands_in_parts(model):
        return kept(zone, said, lambda: every().count())
    return kept_by_parts(zone, said, model, _Waiting(face, request, whose, said))


class _Waiting:
    """How many facts wait, added up from those of each part (`revision.Adding`)."""

    def __init__(self, face: type[FactFace], request: Any, whose: str, said: tuple[Any, ...]) -> None:
        self.face, self.request, self.whose, self.said = face, request, whose, said

    def read(self, subjects: Collection[int] | None) -> dict[int, int]:
        """Return how many facts of these subjects, or of all, wait in each part."""
        if subjects is None:
            return dict(self._by_part(None))
        asked = worded(self.request.zone, self.said, lambda: Statement(self._by_part))
        found = Counter[int]()
        for part, count in asked.rows(subjects):
            found[part] += count
        return found

    def _by_part(self, subjects: Collection[int] | None) -> Any:
        facts = waiting(self.face, self.request, self.whose, subjects).order_by()
        return facts.values_list(part_column(self.face.model)).annotate(waiting=Count("pk"))

    def add(self, pieces: Iterable[int]) -> int:
        """Return how many wait in all pieces."""
        return sum(pieces)

    def tell(self, whole: int) -> int:
        """Return how many wait."""
        return whole


def counts_by_whose(request: Any) -> list[dict[str, Any]]:
    """Return whose reports can be listed, each with how many wait and the address that lists them."""
    address = request.moment.on_url(reverse("waiting", kwargs={"zone": request.zone.code}))
    return [
        {
            "key": whose.key,
            "label": whose.label,
            "count": how_many(request, whose.key),
            "url": _with(address, whose=whose.key),
        }
        for whose in choices_of_whose(request)
    ]


def _with(address: str, **query: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"


@require_safe
@staff_page
def waiting_page(request: Any) -> HttpResponse:
    """Show what waits, one kind of fact at a time, with who reported it and since when."""
    if not may_open(request):
        raise PermissionDenied(_("This page is for verifiers, and for those who keep projects."))
    offered = {whose.key: whose for whose in choices_of_whose(request)}
    whose = offered.get(request.GET.get("whose", "")) or next(iter(offered.values()))
    pages = {face.slug: (face, pages_of(face, request, whose.key)) for face in kinds_waiting()}
    asked = request.GET.get("kind", "")
    if asked not in pages:
        asked = next((slug for slug, (_face, found) in pages.items() if found.count), next(iter(pages)))
    face, paginator = pages[asked]
    page = paginator.get_page(request.GET.get("page"))
    address = _with(
        request.moment.on_url(reverse("waiting", kwargs={"zone": request.zone.code})), whose=whose.key
    )
    context = {
        "whose": whose,
        "choices_of_whose": counts_by_whose(request) if len(offered) > 1 else [],
        "kinds": [
            {
                "label": one.label,
                "count": found.count,
                "url": _with(address, kind=slug),
                "active": slug == asked,
            }
            for slug, (one, found) in sorted(pages.items(), key=lambda kind: not kind[1][1].count)
        ],
        "rows": waiting_rows(request, face, page),
        "page_links": page_links(page, request.GET),
        "recognizes": recognizes(request),
    }
    return render(request, "site/waiting.html", context)


def waiting_rows(request: Any, face: type[FactFace], page: Any) -> list[dict[str, Any]]:
    """Return the facts of one page as it draws them; a number of queries that does not grow with them."""
    subject = face.model.subject
    keys = [fact.pk for fact in page]
    read = face.for_reading(face.model._default_manager.filter(pk__in=keys))
    facts = list(read.select_related("zone", subject, f"{subject}__zone").order_by("recorded_at", "pk"))
    moment = request.moment
    rewind_subjects(facts, moment)
    face.prepare(facts)
    offers = recognizes(request) and not moment.is_past
    sources = repeated_sources(facts) if offers else {}
    cited = citations_of(facts, request.user, request.moment.known)
    return [
        {
            "what": face.describe(fact),
            "url": moment.on_url(face.url_of(fact)),
            "subject": str(fact.subject_row),
            "subject_url": moment.on_url(row_url(fact.subject_row)),
            "when": span_text(fact.span),
            "by": fact.recorded_by,
            "since": localtime(fact.recorded_at).date(),
            "citations": cited.get(fact.pk, []),
            "recognize_url": face.recognize_url(fact, sources.get(fact.pk, ())) if offers else "",
        }
        for fact in facts
    ]
