"""How like what is told is to what is known: plain values in, a score with its reasons out. The database is not asked.

The scores lie in bands by what is said of the names: an equal name is above every name that only holds the other.
Within its band, what agrees raises a score, and what differs lowers it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from zoneworks.accounts.searching import normalize_query
from zoneworks.intake.investors import core_of
from zoneworks.intake.project_drafts import alike
from zoneworks.intake.words import any_of, vocabulary

_REGION = re.compile(rf"{any_of(vocabulary('investors')['places'])}(?:省|市)?")
_POST_PARTS = re.compile(r"[、，,；;\s]+")


class Firm(Enum):
    """How the names of two bodies stand to each other."""

    SAME = "same"
    ALIKE = "alike"
    OTHER = "other"


class Reason(NamedTuple):
    """Why two are one or not: a word that `matching` puts in a sentence, and what it is said of."""

    word: str
    of: str = ""
    amount: tuple[str, Decimal, str] | None = None
    """The kind of an amount, the amount, and its unit."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """A score of 0 to 100, what speaks for it and what against it; `named` says that the very name is the same."""

    score: int
    reasons: tuple[Reason, ...] = ()
    against: tuple[Reason, ...] = ()
    named: bool = False

    @property
    def sure(self) -> bool:
        """Tell whether the name is the same and nothing speaks against it."""
        return self.named and not self.against


@dataclass(frozen=True, slots=True)
class Body:
    """A name with the other and the former names of the same, and the kind of body where that tells anything."""

    name: str
    others: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    kind: str = ""

    @property
    def every(self) -> tuple[str, ...]:
        """Return all names, the one that it goes by first."""
        return (self.name, *self.others, *self.former)


@dataclass(frozen=True, slots=True)
class Venture:
    """A project as far as it can be recognized: names, investors, amounts by kind and unit, place."""

    name: str
    others: tuple[str, ...] = ()
    investors: tuple[Body, ...] = ()
    amounts: Mapping[tuple[str, str], frozenset[Decimal]] = field(default_factory=dict)
    place: str = ""


@dataclass(frozen=True, slots=True)
class Official:
    """A person with the posts that are told."""

    name: str
    posts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Meeting:
    """Something held: the kinds under which it may stand, the first and last day, who led it, with whom and where."""

    kinds: tuple[str, ...]
    earliest: int
    latest: int
    people: tuple[str, ...] = ()
    bodies: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


def key(name: str) -> str:
    """Return a name as names are compared: half width, small letters, no spaces.

    >>> key("Ｎ型 TOPCon 电池项目")
    'n型topcon电池项目'
    """
    return normalize_query(name).replace(" ", "")


def region(name: str) -> str:
    """Return the place that stands at the beginning of a name, an empty text for none.

    >>> region("扬州甲乙精密制造有限公司")
    '扬州'
    """
    found = _REGION.match(name)
    return found[0].removesuffix("省").removesuffix("市") if found else ""


def firm(one: str, other: str) -> Firm:
    """Return how the names of two bodies stand to each other: with or without place, legal form and line of business.

    >>> firm("扬州甲乙精密制造有限公司", "甲乙精密").value
    'alike'
    >>> firm("扬州甲乙精密制造有限公司", "苏州甲乙精密制造有限公司").value
    'other'
    """
    first, second = key(one), key(other)
    if not first or not second:
        return Firm.OTHER
    if first == second:
        return Firm.SAME
    if region(first) and region(second) and region(first) != region(second):
        return Firm.OTHER
    short, long = sorted((key(core_of(first)), key(core_of(second))), key=lambda core: (len(core), core))
    if len(short) >= 2 and long.startswith(short):
        return Firm.ALIKE
    return Firm.ALIKE if len(short) >= 4 and short in long else Firm.OTHER


def same_body(one: Body, other: Body) -> Firm:
    """Return how two bodies stand to each other by all their names, the closest counts."""
    found = {firm(first, second) for first in one.every for second in other.every}
    return next(each for each in (Firm.SAME, Firm.ALIKE, Firm.OTHER) if each in found or each is Firm.OTHER)


class _Band(NamedTuple):
    """The score of names that stand so to each other, and how far the rest may raise and lower it."""

    base: int
    up: int
    down: int


_EQUAL, _ALIAS, _HELD, _ALIKE, _OTHER = (
    _Band(85, 15, 15),
    _Band(82, 12, 12),
    _Band(45, 23, 25),
    _Band(38, 22, 25),
    _Band(0, 55, 20),
)


def projects(told: Venture, known: Venture) -> Likeness:
    """Return how like two projects are."""
    band, named, named_as = _names(told, known)
    reasons, against = [*named_as], list[Reason]()
    gain, loss = 0.0, 0.0
    for weight, one in (*_investors(told, known), *_amounts(told, known), *_places(told.place, known.place)):
        if weight > 0:
            gain += weight
            reasons.append(one)
        else:
            loss -= weight
            against.append(one)
    score = band.base + band.up * min(gain, 1.0) - band.down * min(loss, 1.0)
    return Likeness(max(round(score), 0), tuple(reasons), tuple(against), named)


def _names(told: Venture, known: Venture) -> tuple[_Band, bool, list[Reason]]:
    """Return the band of the names, whether the very name is the same, and the reason that this is."""
    first, second = key(told.name), key(known.name)
    if first and first == second:
        return _EQUAL, True, [Reason("same_name")]
    mine, theirs = {first, *map(key, told.others)}, {second, *map(key, known.others)}
    if shared := (mine & theirs) - {""}:
        return _ALIAS, False, [Reason("named_as", min(shared))]
    pairs = [(one, two) for one in (told.name, *told.others) for two in (known.name, *known.others)]
    held = [(one, two) for one, two in pairs if one and two and alike(*sorted((key(one), key(two))))]
    within = [two for one, two in held if key(one) in key(two) or key(two) in key(one)]
    if within:
        return _HELD, False, [Reason("name_held", min(within))]
    if held:
        return _ALIKE, False, [Reason("name_alike", min(two for _one, two in held))]
    return _OTHER, False, []


def _investors(told: Venture, known: Venture) -> Iterable[tuple[float, Reason]]:
    if not told.investors or not known.investors:
        return
    ways = [(same_body(one, two), two.name) for one in told.investors for two in known.investors]
    for way, weight in ((Firm.SAME, 0.6), (Firm.ALIKE, 0.45)):
        found = sorted(name for each, name in ways if each is way)
        if found:
            yield weight, Reason("same_investor" if way is Firm.SAME else "investor_alike", found[0])
            return
    yield -0.7, Reason("investor_differs", known.investors[0].name)


def _amounts(told: Venture, known: Venture) -> Iterable[tuple[float, Reason]]:
    for (kind, unit), values in sorted(told.amounts.items()):
        theirs = known.amounts.get((kind, unit))
        if not theirs:
            continue
        if both := values & theirs:
            yield 0.3, Reason("amount_equal", amount=(kind, min(both), unit))
        else:
            yield -0.15, Reason("amount_differs", amount=(kind, max(theirs), unit))


def _places(one: str, other: str) -> Iterable[tuple[float, Reason]]:
    first, second = key(one), key(other)
    if first and second and (first in second or second in first):
        yield 0.15, Reason("place_equal", max(one, other, key=lambda place: (len(place), place)))


def organizations(told: Body, known: Body) -> Likeness:
    """Return how like two bodies are."""
    first, second = key(told.name), key(known.name)
    against = []
    if _of_other_kind(told.kind, known.kind):
        against.append(Reason("kind_differs"))
    if region(first) and region(second) and region(first) != region(second):
        against.append(Reason("region_differs", region(second)))
    word, score, named = _as_body(told, known)
    if not score:
        return Likeness(0, (), tuple(against))
    of = "" if named else told.name if word == "named_as" else known.name
    reasons = (Reason(word, of),)
    return Likeness(max(score - 15 * len(against), 0), reasons, tuple(against), named)


def _as_body(told: Body, known: Body) -> tuple[str, int, bool]:
    """Return how the names of two bodies make them one, the score of that, and whether the very name is the same."""
    first, second = key(told.name), key(known.name)
    if first == second:
        return "same_name", 100, True
    for word, score, mine, theirs in (
        ("former_name", 92, told.former, known.former),
        ("named_as", 90, told.others, known.others),
    ):
        if ({first, *map(key, mine)} & {second, *map(key, theirs)}) - {""}:
            return word, score, False
    core = key(core_of(first))
    if len(core) >= 2 and core == key(core_of(second)):
        return "name_without_form", 75, False
    if same_body(told, known) is Firm.ALIKE:
        return "short_name", 55, False
    return "", 0, False


_PUBLIC = frozenset(("government", "party_body"))
_BUSINESS = frozenset(("enterprise", "investor", "fund_manager"))


def _of_other_kind(one: str, other: str) -> bool:
    return (one in _PUBLIC and other in _BUSINESS) or (one in _BUSINESS and other in _PUBLIC)


def people(told: Official, known: Official) -> Likeness:
    """Return how like two persons are: nobody of another name is the same."""
    if not key(told.name) or key(told.name) != key(known.name):
        return Likeness(0)
    if not told.posts or not known.posts:
        return Likeness(75, (Reason("same_name"),), (), True)
    shared = sorted(post for post in known.posts if any(posts_overlap(post, one) for one in told.posts))
    if shared:
        return Likeness(100, (Reason("same_name"), Reason("same_post", shared[0])), (), True)
    return Likeness(55, (Reason("same_name"),), (Reason("post_differs", "、".join(known.posts)),), True)


def posts_of(title: str) -> tuple[str, ...]:
    """Return the posts that are printed together.

    >>> posts_of("党工委书记、管委会主任")
    ('党工委书记', '管委会主任')
    """
    return tuple(part for part in _POST_PARTS.split(title) if part)


def posts_overlap(one: str, other: str) -> bool:
    """Tell whether two wordings may be of one post: one holds the other."""
    first, second = key(one), key(other)
    return bool(first and second) and (first in second or second in first)


def engagements(told: Meeting, known: Meeting) -> Likeness:
    """Return how like two engagements are: of a like kind, on days that overlap, with somebody or something shared."""
    if not set(told.kinds) & set(known.kinds):
        return Likeness(0)
    if told.earliest > known.latest or known.earliest > told.latest:
        return Likeness(0)
    reasons, against, score = [Reason("same_kind")], list[Reason](), 35
    if told.kinds[:1] != known.kinds[:1]:
        reasons, score = [Reason("kind_alike")], 28
    same = (told.earliest, told.latest) == (known.earliest, known.latest)
    reasons.append(Reason("same_day" if same else "days_overlap"))
    score += 15 if same else 5
    for word, mine, theirs, weight in (
        ("same_person", told.people, known.people, 20),
        ("same_body", told.bodies, known.bodies, 20),
        ("place_equal", told.places, known.places, 15),
    ):
        if shared := _shared(mine, theirs):
            reasons.append(Reason(word, shared[0]))
            score += weight
    if told.people and known.people and not _shared(told.people, known.people):
        against.append(Reason("lead_differs", known.people[0]))
        score -= 15
    shares = any(reason.word in ("same_person", "same_body", "place_equal") for reason in reasons)
    return Likeness(min(score, 100) if shares else 0, tuple(reasons), tuple(against))


def _shared(mine: Iterable[str], theirs: Iterable[str]) -> list[str]:
    """Return the names of `theirs` that one of `mine` equals, holds, or is held by."""
    wanted = [key(name) for name in mine if len(key(name)) >= 2]
    return [name for name in theirs if len(key(name)) >= 2 and any(_within(key(name), one) for one in wanted)]


def _within(one: str, other: str) -> bool:
    return one in other or other in one or firm(one, other) is not Firm.OTHER
