"""Which posts a person holds on a day, given what was seen. Plain values in and out.

A post is held from the first day on which it was seen or taken up, until it is left; being seen in one post
does not end another. A day inside the span of an event is uncertain: nobody can tell if it has happened yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

LEFT = "left"
APPOINTED = "appointed"


@dataclass(frozen=True, slots=True)
class PostEvent:
    """A post was held, appointed or left within a span of days. `source` is the number of its fact."""

    kind: str
    title: str
    place: str
    earliest: date
    latest: date
    source: int = 0

    @property
    def is_day(self) -> bool:
        return self.earliest == self.latest


@dataclass(frozen=True, slots=True)
class Holding:
    """A post held on a day: what last showed it, and whether it is uncertain on that day."""

    title: str
    place: str
    seen: PostEvent
    is_uncertain: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """One stretch in a post: what began it, what last showed it, and what ended it, as far as known."""

    title: str
    place: str
    began: PostEvent
    seen: PostEvent
    ended: PostEvent | None = None


def posts_on(events: Iterable[PostEvent], day: date) -> list[Holding]:
    """Return the posts held on `day`, the surely held first, then those seen last; later events are not read.

    >>> seen = PostEvent("held", "head", "bureau", date(2022, 3, 5), date(2022, 3, 5))
    >>> left = PostEvent("left", "head", "bureau", date(2022, 4, 1), date(2022, 4, 30))
    >>> [(post.title, post.is_uncertain) for post in posts_on([seen, left], date(2022, 3, 20))]
    [('head', False)]
    >>> [(post.title, post.is_uncertain) for post in posts_on([seen, left], date(2022, 4, 10))]
    [('head', True)]
    >>> posts_on([seen, left], date(2022, 4, 30))
    []
    """
    held = [holding for each in _by_post(events) if (holding := _holding(each, day)) is not None]
    held.sort(key=lambda post: post.seen.latest, reverse=True)
    held.sort(key=lambda post: post.is_uncertain)
    return held


def _by_post(events: Iterable[PostEvent]) -> list[list[PostEvent]]:
    posts: dict[tuple[str, str], list[PostEvent]] = {}
    for event in events:
        posts.setdefault((event.title, event.place), []).append(event)
    return list(posts.values())


def _holding(events: Sequence[PostEvent], day: date) -> Holding | None:
    """Return what `events`, all of one post, say of it on `day`; nothing when it is not held."""
    ended = max(
        (event.latest for event in events if event.kind == LEFT and event.latest <= day), default=None
    )
    # What was, or may have been, seen before the post was left says nothing about afterwards. Who was seen in
    # the post on the very day of leaving still held it on that day.
    shown = [
        event
        for event in events
        if event.kind != LEFT
        and event.earliest <= day
        and (ended is None or event.earliest > ended or (event.is_day and event.latest == day))
    ]
    if not shown:
        return None
    sure = [event for event in shown if event.latest <= day]
    last = max(sure or shown, key=lambda event: (event.latest, event.earliest))
    if not sure:
        return Holding(last.title, last.place, last, is_uncertain=True)
    seen_today = last.is_day and last.latest == day
    leaving = any(event.kind == LEFT and event.earliest <= day < event.latest for event in events)
    return Holding(last.title, last.place, last, is_uncertain=leaving and not seen_today)


def terms(events: Iterable[PostEvent]) -> list[Term]:
    """Return every stretch in a post, the latest beginning first."""
    found: list[Term] = []
    for post in _by_post(events):
        leavings = sorted((event for event in post if event.kind == LEFT), key=lambda event: event.latest)
        rest = sorted(
            (event for event in post if event.kind != LEFT), key=lambda event: (event.earliest, event.latest)
        )
        for leaving in leavings:
            before = [event for event in rest if event.earliest <= leaving.latest]
            rest = rest[len(before) :]
            found.append(
                _term(before, leaving) if before else Term(*_named(leaving), leaving, leaving, leaving)
            )
        if rest:
            found.append(_term(rest, None))
    found.sort(key=lambda term: (term.began.earliest, term.seen.latest), reverse=True)
    return found


def _named(event: PostEvent) -> tuple[str, str]:
    return event.title, event.place


def _term(shown: Sequence[PostEvent], ended: PostEvent | None) -> Term:
    appointed = [event for event in shown if event.kind == APPOINTED]
    last = max(shown, key=lambda event: (event.latest, event.earliest))
    return Term(*_named(last), (appointed or shown)[0], last, ended)
