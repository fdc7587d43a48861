"""What a document proposes, each thing once: what its articles tell twice is one proposal with several places.

Nothing is decided between tellings that differ: the first one stands, and the others stand beside it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.intake import likeness
from zoneworks.intake.bare import Bare
from zoneworks.intake.document import Document
from zoneworks.intake.found import Dated, Engagement, Organization, Person, Place, Project
from zoneworks.intake.ledger_words import figure_of
from zoneworks.intake.likeness import Firm, firm, key, posts_of, posts_overlap
from zoneworks.intake.project_drafts import alike
from zoneworks.intake.project_events import ORDER
from zoneworks.intake.project_names import phase_of
from zoneworks.kit.amounts import format_amount
from zoneworks.kit.language import language

KINDS = ("project", "engagement", "claim", "person", "organization", "duty")
_FOUND_IN = ("projects", "engagements", "claims", "people", "organizations", "duties")
FIELD_NAMES: Mapping[str, Any] = {
    "name": gettext_lazy("name"),
    "investor": gettext_lazy("investor"),
    "location": gettext_lazy("place"),
    "lead": gettext_lazy("led by"),
    "host": gettext_lazy("host"),
    "planned_total": gettext_lazy("planned total"),
    "equipment": gettext_lazy("equipment"),
    "registered_foreign": gettext_lazy("registered foreign capital"),
    "agreed_foreign": gettext_lazy("agreed foreign capital"),
    "floor_area": gettext_lazy("floor area"),
    "land_area": gettext_lazy("land area"),
    "invoiced_sales": gettext_lazy("yearly sales"),
    "output_value": gettext_lazy("yearly output"),
    "tax": gettext_lazy("yearly tax"),
}
"""What the fields in which tellings differ are called; kinds of figures by their keys."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """What another telling says in a field, word for word, and where it says so in the text of the file."""

    field: str
    value: str | Decimal
    qualifier: str
    span: tuple[int, int]
    article: int


@dataclass(frozen=True, slots=True)
class Proposed:
    """One thing that a document tells.

    `told` is what was found (`found.Project` and so on) with the fields that only a further telling fills. `spans` are
    places in the text of the file, that of the first telling first, `articles` the articles of each in the same order.
    `others` is what further tellings say otherwise.
    """

    kind: str
    told: Any
    spans: tuple[tuple[int, int], ...]
    articles: tuple[int, ...]
    others: tuple[Alternative, ...] = ()

    @property
    def differs(self) -> tuple[str, ...]:
        """Return a sentence for each field that is told in two ways, in the language of the page."""
        return tuple(_sentence(self.told, other) for other in self.others)


@dataclass(frozen=True, slots=True)
class _Telling:
    """One thing as one article tells it."""

    told: Any
    span: tuple[int, int]
    article: int


def gather(document: Document) -> list[Proposed]:
    """Return what a document proposes, in the order of its text; what is told twice comes once.

    >>> from zoneworks.intake.document import read_document
    >>> text = "总投资5亿元的高效电机项目由江苏晨禾电子有限公司投资，5月6日开工建设。"
    >>> [each.told.name for each in gather(read_document(text)) if each.kind == "project"]
    ['高效电机项目']
    """
    found = [
        each
        for kind, name in zip(KINDS, _FOUND_IN, strict=True)
        for each in _gathered(kind, _tellings(document, name))
    ]
    return sorted(found, key=lambda each: (each.spans[0], KINDS.index(each.kind)))


def digest(proposed: Proposed) -> str:
    """Return a stable sign for what a proposal says: its names, values and days, not where it stands.

    The same statement has the same sign when its document is read again.
    """
    said = [proposed.kind, _plain(_ESSENCE.get(proposed.kind, _all_of)(proposed.told))]
    return sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _tellings(document: Document, name: str) -> list[_Telling]:
    return [
        _Telling(told, _raw(document.bare, told.place), number)
        for number, article in enumerate(document.articles)
        for told in getattr(article, name, ())
    ]


def _raw(bare: Bare, place: Place) -> tuple[int, int]:
    return bare.raw(place.start, place.end)


def _gathered(kind: str, tellings: Sequence[_Telling]) -> Iterator[Proposed]:
    """Yield the tellings of one kind, those of the same thing together.

    A telling joins those with each of which it is the same: a short name (经开区) brings no two bodies together.
    Only those that share a mark are compared, so that the time grows with their number alone.
    """
    groups: list[list[_Telling]] = []
    marked: dict[Hashable, list[int]] = defaultdict(list)
    marks, same = _SAME[kind]
    for telling in tellings:
        own = list(dict.fromkeys(marks(telling.told)))
        near = sorted({number for mark in own for number in marked[mark][-_MOST_COMPARED:]})
        at = next((number for number in near if all(same(one, telling) for one in groups[number])), None)
        if at is None:
            at = len(groups)
            groups.append([])
        groups[at].append(telling)
        for mark in own:
            if at not in marked[mark][-_MOST_COMPARED:]:
                marked[mark].append(at)
    for group in groups:
        told, others = _MERGED.get(kind, _first)(group)
        yield Proposed(
            kind,
            told,
            tuple(dict.fromkeys(each.span for each in group)),
            tuple({each.span: each.article for each in group}.values()),
            tuple(others),
        )


_MOST_COMPARED = 20


# -- what is the same ----------------------------------------------------------------------------------------------


def _project_marks(told: Project) -> Iterator[Hashable]:
    for name in (told.name, *told.aliases):
        yield "name", key(name)
    if told.investor:
        yield "investor", _brand(told.investor)


def _brand(name: str) -> str:
    return key(likeness.core_of(name))[:2]


def _same_project(one: _Telling, other: _Telling) -> bool:
    """Tell whether two tellings are of one project: by name, or by a like name or equal amounts of one investor."""
    first, second = one.told, other.told
    if phase_of(first.name) != phase_of(second.name):
        return False
    names = {key(first.name), *map(key, first.aliases)} & {key(second.name), *map(key, second.aliases)}
    way = firm(first.investor, second.investor)
    equal, unequal = _compared(first, second)
    if names:
        both = bool(first.investor and second.investor)
        return not (both and way is Firm.OTHER and (unequal or not equal))
    if way is Firm.OTHER:
        return False
    pairs = ((a, b) for a in (first.name, *first.aliases) for b in (second.name, *second.aliases))
    if any(alike(a, b) for a, b in pairs):
        return True
    return not unequal and (len(equal) > 1 or any(name.startswith("total_investment") for name in equal))


def _compared(one: Project, other: Project) -> tuple[list[str], list[str]]:
    """Return the amounts that both tell, the equal ones and the unequal ones."""
    shared = [name for name in one.amounts if name in other.amounts]
    equal = [name for name in shared if one.amounts[name] == other.amounts[name]]
    return equal, [name for name in shared if name not in equal]


def _engagement_marks(told: Engagement) -> Iterator[Hashable]:
    if told.date is not None and len(told.date.said) == len("2024-05-01"):
        yield told.kind, told.date.said


def _same_engagement(one: _Telling, other: _Telling) -> bool:
    """Tell whether two articles tell of one engagement: by who led it, who gave it, or where it was."""
    first, second = one.told, other.told
    if one.article == other.article:
        return False
    if first.lead and second.lead and first.lead != second.lead:
        return False
    return bool(
        (first.lead and first.lead == second.lead)
        or (first.host and firm(first.host, second.host) is not Firm.OTHER)
        or {*map(key, first.places)} & {*map(key, second.places)}
    )


def _same_person(one: _Telling, other: _Telling) -> bool:
    mine, theirs = posts_of(one.told.title), posts_of(other.told.title)
    return not mine or not theirs or any(posts_overlap(a, b) for a in mine for b in theirs)


def _organization_marks(told: Organization) -> Iterator[Hashable]:
    yield key(told.name)
    if told.kind == "company":
        yield "brand", _brand(told.name)
    else:
        yield told.kind, key(told.name)[-3:]


def _same_organization(one: _Telling, other: _Telling) -> bool:
    """Tell whether two names are of one body: the same, or one the short form of the other."""
    first, second = key(one.told.name), key(other.told.name)
    if first == second:
        return True
    if one.told.kind != other.told.kind:
        return False
    if first.endswith(second) or second.endswith(first):
        return True
    short = min(first, second, key=len)
    # Two names with their legal forms are two companies: 甲乙集团 and 甲乙集团（扬州）有限公司.
    return (
        one.told.kind == "company"
        and key(likeness.core_of(short)) == short
        and firm(first, second) is not Firm.OTHER
    )


def _claim_marks(told: Any) -> Iterator[Hashable]:
    yield told.indicator, told.value, told.unit, told.qualifier, told.period, told.subject


def _always(one: _Telling, other: _Telling) -> bool:
    return True


_SAME: Mapping[str, tuple[Callable[[Any], Iterable[Hashable]], Callable[[_Telling, _Telling], bool]]] = {
    "project": (_project_marks, _same_project),
    "engagement": (_engagement_marks, _same_engagement),
    "claim": (_claim_marks, _always),
    "person": (lambda told: [key(told.name)], _same_person),
    "organization": (_organization_marks, _same_organization),
    "duty": (lambda told: [json.dumps(_plain(_all_of(told)), sort_keys=True)], _always),
}


# -- what several tellings say together ----------------------------------------------------------------------------


def _first(group: Sequence[_Telling]) -> tuple[Any, list[Alternative]]:
    return group[0].told, []


def _project(group: Sequence[_Telling]) -> tuple[Project, list[Alternative]]:
    told: Project = group[0].told
    others: list[Alternative] = []
    for one in group[1:]:
        more: Project = one.told
        texts, differing = _texts(told, one, ("investor", "location"))
        others += differing
        amounts, qualifiers = dict(told.amounts), dict(told.qualifiers)
        for name, value in more.amounts.items():
            word = more.qualifiers.get(name, "")
            if name not in amounts:
                amounts[name] = value
                qualifiers |= {name: word} if word else {}
            elif (amounts[name], qualifiers.get(name, "")) != (value, word):
                others.append(Alternative(name, value, word, one.span, one.article))
        names = dict.fromkeys((*told.aliases, more.name, *more.aliases))
        events = tuple(dict.fromkeys((*told.events, *more.events)))
        told = replace(
            told,
            **texts,
            amounts=amounts,
            qualifiers=qualifiers,
            aliases=tuple(name for name in names if name != told.name),
            events=events,
            event=max(events, key=ORDER.index, default=""),
            capacity=tuple(dict.fromkeys((*told.capacity, *more.capacity))),
            quantities=tuple(dict.fromkeys((*told.quantities, *more.quantities))),
        )
    return told, _once(others)


def _engagement(group: Sequence[_Telling]) -> tuple[Engagement, list[Alternative]]:
    told: Engagement = group[0].told
    others: list[Alternative] = []
    for one in group[1:]:
        more: Engagement = one.told
        texts, differing = _texts(told, one, ("lead", "host"))
        others += differing
        others += [
            Alternative(name, value, "", one.span, one.article)
            for name, value in more.counts.items()
            if told.counts.get(name, value) != value
        ]
        known = {person.name for person in told.participants}
        told = replace(
            told,
            **texts,
            counts={**more.counts, **told.counts},
            places=tuple(dict.fromkeys((*told.places, *more.places))),
            participants=(
                *told.participants,
                *(person for person in more.participants if person.name not in known),
            ),
        )
    return told, _once(others)


def _person(group: Sequence[_Telling]) -> tuple[Person, list[Alternative]]:
    posts: list[str] = []
    for post in (post for one in group for post in posts_of(one.told.title)):
        if not any(posts_overlap(post, known) for known in posts):
            posts.append(post)
    first: Person = group[0].told
    return replace(first, title="、".join(posts)), []


def _organization(group: Sequence[_Telling]) -> tuple[Organization, list[Alternative]]:
    """Return a body by its fullest name; the shorter ones stand beside it."""
    fullest = max(group, key=lambda one: len(one.told.name)).told
    others = [
        Alternative("name", one.told.name, "", one.span, one.article)
        for one in group
        if key(one.told.name) != key(fullest.name)
    ]
    return replace(group[0].told, name=fullest.name), _once(others)


def _texts(told: Any, one: _Telling, names: Iterable[str]) -> tuple[dict[str, Any], list[Alternative]]:
    """Return the texts that a further telling fills, and those that it words otherwise."""
    filled, differing = {}, []
    for name in names:
        known, more = getattr(told, name), getattr(one.told, name)
        if not known:
            filled[name] = more
        elif more and key(more) != key(known):
            differing.append(Alternative(name, more, "", one.span, one.article))
    return filled, differing


def _once(others: Iterable[Alternative]) -> list[Alternative]:
    return list(
        {(other.field, other.value, other.qualifier): other for other in reversed([*others])}.values()
    )[::-1]


_MERGED: Mapping[str, Callable[[Sequence[_Telling]], tuple[Any, list[Alternative]]]] = {
    "project": _project,
    "engagement": _engagement,
    "person": _person,
    "organization": _organization,
}


# -- in words, and as a sign ---------------------------------------------------------------------------------------


def _sentence(told: Any, other: Alternative) -> str:
    word = figure_of(other.field)
    name = FIELD_NAMES.get(word.kind if word else other.field, other.field)
    if isinstance(other.value, Decimal):
        values = told.amounts if isinstance(told, Project) else told.counts
        words = told.qualifiers.get(other.field, "") if isinstance(told, Project) else ""
        first, second = (
            _amount(values[other.field], words, word),
            _amount(other.value, other.qualifier, word),
        )
    else:
        first, second = getattr(told, other.field), other.value
    return _("%(field)s: %(first)s here, %(other)s there") % {
        "field": name,
        "first": first,
        "other": second,
    }


def _amount(value: Decimal, words: str, word: Any) -> str:
    if word is None:
        return words + format(value.normalize(), "f")
    return words + format_amount(value, word.unit, language=language())


def _project_essence(told: Project) -> Any:
    return [told.name, told.investor, told.event, dict(told.amounts)]


def _engagement_essence(told: Engagement) -> Any:
    # Without the year: where that of the paper is put right, what was judged stays judged.
    day = told.date.said[4:] if told.date else ""
    return [told.kind, day, told.lead, told.host, told.places]


def _person_essence(told: Person) -> Any:
    return [told.name, sorted(posts_of(told.title))]


def _all_of(told: Any) -> Any:
    return told


_ESSENCE: Mapping[str, Callable[[Any], Any]] = {
    "project": _project_essence,
    "engagement": _engagement_essence,
    "person": _person_essence,
}


def _plain(value: Any) -> Any:
    """Return a value as texts, lists and mappings, without its place."""
    if isinstance(value, Dated):
        return value.said
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if is_dataclass(value) and not isinstance(value, type):
        return {
            each.name: _plain(getattr(value, each.name))
            for each in fields(value)
            if not isinstance(getattr(value, each.name), Place)
        }
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)
