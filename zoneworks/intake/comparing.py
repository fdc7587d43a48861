"""Two readings of one document beside each other: what both found, what one alone did, and in what they differ.

Items are paired within their article, the surest pairs first: the same name before a similar one, the same kind before
a mere overlap of places. Whoever was right is not asked; that is for a person to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from zoneworks.intake.bare import Bare
from zoneworks.intake.document import Article
from zoneworks.intake.extractors.extraction import Extraction
from zoneworks.intake.found import Claim, Cut, Engagement, Organization, Person, Place, Project
from zoneworks.intake.project_events import ORDER

AGREE, DIFFER, ONE, TWO = "agree", "differ", "one", "two"
"""Both say the same; both found it and say different things; the first alone; the second alone."""
MARKS = (AGREE, DIFFER, ONE, TWO)
KINDS = ("projects", "engagements", "claims", "people", "organizations")
Item = Any
Same = Callable[[Item, Item], bool]
_NEAR = Decimal("0.001")
_SIMILAR = 0.5


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of an item, as either reading has it; empty where it says nothing."""

    field: str
    one: str
    two: str


@dataclass(frozen=True, slots=True)
class Row:
    """An item of a kind, as found by one reading or both, and how they stand to each other."""

    kind: str
    one: Item | None
    two: Item | None
    differences: tuple[Difference, ...] = ()

    @property
    def mark(self) -> str:
        """Return how both readings stand to each other here, one of `MARKS`."""
        if self.one is None:
            return TWO
        if self.two is None:
            return ONE
        return DIFFER if self.differences else AGREE

    @property
    def place(self) -> Place:
        """Return where the item stands."""
        item = self.one if self.one is not None else self.two
        place: Place = item.place  # type: ignore[union-attr]
        return place


@dataclass(frozen=True, slots=True)
class ArticleCompared:
    """An article with the items of both readings, in the order of the kinds and of their places."""

    cut: Cut
    date: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two readings of one document."""

    bare: Bare
    articles: tuple[ArticleCompared, ...]

    def counts(self) -> dict[str, dict[str, int]]:
        """Return, by kind, how many items bear each mark."""
        found = {kind: dict.fromkeys(MARKS, 0) for kind in KINDS}
        for article in self.articles:
            for row in article.rows:
                found[row.kind][row.mark] += 1
        return found


def compare(one: Extraction, two: Extraction) -> Comparison:
    """Return two readings of the same text beside each other; articles are paired by their places."""
    left, right = one.document.articles, two.document.articles
    by_place = {article.cut.body: article for article in right}
    both = [(article, by_place.pop(article.cut.body, None)) for article in left]
    alone: list[tuple[Article | None, Article | None]] = [(None, article) for article in by_place.values()]
    pairs = sorted([*both, *alone], key=lambda pair: _either(pair).cut.body)
    return Comparison(one.document.bare, tuple(_compared(*pair) for pair in pairs))


def alone(one: Extraction) -> Comparison:
    """Return one reading as a comparison in which nothing stands beside it yet."""
    return Comparison(one.document.bare, tuple(_compared(each, None) for each in one.document.articles))


def _either(pair: tuple[Article | None, Article | None]) -> Article:
    found = pair[0] or pair[1]
    if found is None:
        raise ValueError("a pair of nothing")
    return found


def _compared(one: Article | None, two: Article | None) -> ArticleCompared:
    known = _either((one, two))
    rows = [
        row
        for kind in KINDS
        for row in _paired(kind, getattr(one, kind) if one else (), getattr(two, kind) if two else ())
    ]
    return ArticleCompared(known.cut, known.date.said if known.date else "", tuple(rows))


def _paired(kind: str, one: Sequence[Item], two: Sequence[Item]) -> list[Row]:
    free_one, free_two = list(one), list(two)
    rows: list[Row] = []
    for same in _SAME[kind]:
        left: list[Item] = []
        for item in free_one:
            at = next((at for at, each in enumerate(free_two) if same(item, each)), None)
            if at is None:
                left.append(item)
                continue
            other = free_two.pop(at)
            rows.append(Row(kind, item, other, tuple(_differences(kind, item, other))))
        free_one = left
    rows += [Row(kind, item, None) for item in free_one]
    rows += [Row(kind, None, item) for item in free_two]
    return sorted(rows, key=lambda row: row.place)


# -- the same item -----------------------------------------------------------------------------------------------


def similar(one: str, two: str) -> bool:
    """Tell whether two wordings mean the same: one holds the other, or they share half of their pairs of signs.

    >>> similar("高效电机项目", "年产5万台高效电机项目"), similar("电机项目", "硅片项目"), similar("", "")
    (True, False, True)
    """
    left, right = Bare(one).text, Bare(two).text
    if left == right:
        return True
    if not left or not right:
        return False
    if left in right or right in left:
        return min(len(left), len(right)) >= 2
    pairs_one, pairs_two = _pairs_of_signs(left), _pairs_of_signs(right)
    return len(pairs_one & pairs_two) >= _SIMILAR * max(1, len(pairs_one | pairs_two))


def _pairs_of_signs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def _near(one: Decimal, two: Decimal) -> bool:
    return abs(one - two) <= _NEAR * max(abs(one), abs(two))


def _same_name(one: Item, two: Item) -> bool:
    return Bare(one.name).text == Bare(two.name).text


def _similar_name(one: Item, two: Item) -> bool:
    return similar(one.name, two.name)


def _known_project(one: Project, two: Project) -> bool:
    """Tell whether one project is called by some name of the other, or shares place and an amount with it."""
    names_two = (two.name, *two.aliases)
    if any(similar(name, other) for name in (one.name, *one.aliases) for other in names_two):
        return True
    shared = [name for name in one.amounts if name in two.amounts]
    return one.place.overlaps(two.place) and any(
        _near(one.amounts[name], two.amounts[name]) for name in shared
    )


def _same_kind_held(one: Engagement, two: Engagement) -> bool:
    return one.kind == two.kind and one.place.overlaps(two.place)


def _held_there(one: Engagement, two: Engagement) -> bool:
    return one.place.overlaps(two.place)


def _same_number(one: Claim, two: Claim) -> bool:
    return one.unit == two.unit and _number_there(one, two)


def _number_there(one: Claim, two: Claim) -> bool:
    return _near(one.value, two.value) and one.place.overlaps(two.place)


_SAME: Mapping[str, tuple[Same, ...]] = {
    "projects": (_same_name, _known_project),
    "engagements": (_same_kind_held, _held_there),
    "claims": (_same_number, _number_there),
    "people": (_same_name,),
    "organizations": (_same_name, _similar_name),
}

# -- what of it differs ------------------------------------------------------------------------------------------


def _differences(kind: str, one: Item, two: Item) -> Iterator[Difference]:
    said_one, said_two = dict(said_of(kind, one)), dict(said_of(kind, two))
    for field in dict.fromkeys((*said_one, *said_two)):
        left, right = said_one.get(field, ""), said_two.get(field, "")
        same = similar(left, right) if field in _WORDED and left and right else left == right
        if not same:
            yield Difference(field, left, right)


_WORDED = frozenset(
    {"name", "investor", "location", "title", "indicator", "subject", "period", "places", "capacity"}
)
"""Fields in which wordings are compared, not signs."""


def said_of(kind: str, item: Item) -> list[tuple[str, str]]:
    """Return what an item says, field by field, as text; fields that say nothing are left out."""
    return [(field, text) for field, text in _SAYS[kind](item) if text]


def number(value: Decimal) -> str:
    """Return a number without an exponent and trailing zeros.

    >>> number(Decimal("1.20E+9")), number(Decimal("96.40"))
    ('1200000000', '96.4')
    """
    return format(value.normalize(), "f")


def _project(item: Project) -> Iterator[tuple[str, str]]:
    yield "name", item.name
    yield "investor", item.investor
    yield "events", ", ".join(sorted(item.events, key=ORDER.index))
    for field in sorted(item.amounts):
        yield field, number(item.amounts[field])
    yield (
        "capacity",
        "、".join(f"{each.product} {number(each.value)} {each.unit}".strip() for each in item.capacity),
    )
    yield "location", item.location


def _engagement(item: Engagement) -> Iterator[tuple[str, str]]:
    yield "kind", item.kind
    yield "date", item.date.said if item.date else ""
    yield "lead_person", item.lead
    yield "host", item.host
    yield "participants", "、".join(sorted(person.name for person in item.participants))
    yield "places", "、".join(sorted(item.places))
    for field in sorted(item.counts):
        yield field, number(item.counts[field])


def _claim(item: Claim) -> Iterator[tuple[str, str]]:
    yield "indicator", item.indicator
    yield "value", number(item.value)
    yield "unit", item.unit
    yield "qualifier", item.qualifier
    yield "subject", item.subject
    yield "period", item.period


def _person(item: Person) -> Iterator[tuple[str, str]]:
    yield "name", item.name
    yield "title", item.title


def _organization(item: Organization) -> Iterator[tuple[str, str]]:
    yield "name", item.name
    yield "kind", item.kind


_SAYS: Mapping[str, Callable[[Any], Iterator[tuple[str, str]]]] = {
    "projects": _project,
    "engagements": _engagement,
    "claims": _claim,
    "people": _person,
    "organizations": _organization,
}

# -- as plain values ---------------------------------------------------------------------------------------------


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as plain values: marks, what either reading says, where they differ, with places."""
    return {
        "counts": comparison.counts(),
        "articles": [
            {
                "title": article.cut.title or None,
                "date": article.date or None,
                "rows": [_row(comparison.bare, row) for row in article.rows],
            }
            for article in comparison.articles
        ],
    }


def _row(bare: Bare, row: Row) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "mark": row.mark,
        "one": _side(bare, row.kind, row.one),
        "two": _side(bare, row.kind, row.two),
        "differences": [{"field": each.field, "one": each.one, "two": each.two} for each in row.differences],
    }


def _side(bare: Bare, kind: str, item: Item | None) -> dict[str, Any] | None:
    if item is None:
        return None
    start, end = bare.raw(*item.place)
    return {"says": dict(said_of(kind, item)), "start": start, "end": end, "quote": bare.quote(*item.place)}
