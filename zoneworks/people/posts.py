"""Posts of people, read from their facts: who held which post on a day, as known at a moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from zoneworks.people.holding import Holding, PostEvent, posts_on
from zoneworks.people.models import Person, PostFact


def event_of(fact: PostFact) -> PostEvent:
    """Return a fact as the plain value that `holding` works on. Its unit must have been brought along."""
    place = fact.unit.name if fact.unit is not None else fact.body
    return PostEvent(fact.kind, fact.title, place, fact.earliest, fact.latest, fact.pk)


def events_of(
    persons: Iterable[int], until: date, known_at: datetime | None = None
) -> dict[int, list[PostEvent]]:
    """Return what is known of the posts of `persons` (numbers) up to a day; one query."""
    found: dict[int, list[PostEvent]] = defaultdict(list)
    facts = PostFact.objects.filter(person__in=set(persons)).possible(until, known_at)
    for fact in facts.select_related("unit").in_order():
        found[fact.person_id].append(event_of(fact))
    return found


def holdings_on(
    persons: Iterable[int], day: date, known_at: datetime | None = None
) -> dict[int, list[Holding]]:
    """Return the posts that each of `persons` (numbers) holds on `day`; one query."""
    wanted = set(persons)
    events = events_of(wanted, day, known_at)
    return {pk: posts_on(events.get(pk, ()), day) for pk in wanted}


def title_on(person: Person, day: date, known_at: datetime | None = None) -> str:
    """Return the post or posts that `person` held on `day` in words, or nothing when none is known."""
    return titles_on([(person.pk, day)], known_at)[person.pk, day]


def titles_on(
    pairs: Iterable[tuple[int, date]], known_at: datetime | None = None
) -> dict[tuple[int, date], str]:
    """Return, for each person (number) and day, the posts held on that day in words; one query for all."""
    wanted = set(pairs)
    if not wanted:
        return {}
    events = events_of({person for person, _day in wanted}, max(day for _person, day in wanted), known_at)
    return {(person, day): in_words(posts_on(events.get(person, ()), day)) for person, day in wanted}


def in_words(posts: list[Holding]) -> str:
    """Return posts as a title: the surely held ones, or else the uncertain ones with a mark."""
    sure = [called(post.title, post.place) for post in posts if not post.is_uncertain]
    if sure or not posts:
        return listed(sure)
    return _("%(posts)s (uncertain)") % {"posts": listed(called(post.title, post.place) for post in posts)}


def listed(words: Iterable[str]) -> str:
    """Return posts or places one after the other, as the language of the page lists them."""
    return pgettext("between posts", ", ").join(words)


def called(title: str, place: str) -> str:
    """Return a post with the body it belongs to, once.

    >>> called("局长", "招商局"), called("管委会主任", "管委会"), called("director", "Bureau")
    ('招商局局长', '管委会主任', 'Bureau director')
    """
    if not place or place in title:
        return title
    return f"{place} {title}" if place.isascii() or title.isascii() else place + title
