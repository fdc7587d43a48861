"""What the words of documents are called in the ledgers: the tables of `vocabulary/ledger.toml`, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from zoneworks.intake.found import Capacity
from zoneworks.intake.words import vocabulary
from zoneworks.kit.quantities import Nature, Qualifier, Unit

_WORDS = vocabulary("ledger")

ENGAGEMENT_KINDS: Mapping[str, str] = MappingProxyType(_WORDS["engagements"])
"""The kind of the ledger under which an engagement of a kind of a document is entered."""
ENGAGEMENT_TOLD_AS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {told: (kind, *_WORDS["engagements_told_as"].get(told, ())) for told, kind in ENGAGEMENT_KINDS.items()}
)
"""The kinds of the ledger under which the same engagement may stand already, the usual one first."""
STEP_KINDS: Mapping[str, str] = MappingProxyType(_WORDS["steps"])
"""The kind of step that tells a state of a project; a state that is missing is told by no step."""
ORGANIZATION_KINDS: Mapping[str, str] = MappingProxyType(_WORDS["organizations"])
"""The kind of organization of the ledger for a kind of body of a document."""
_PIECES = frozenset(_WORDS["pieces"]["units"])
_QUALIFIERS = {word: Qualifier(kind) for kind, words in _WORDS["qualifiers"].items() for word in words}
_UNITS = {
    "cny": Unit.CNY,
    "usd": Unit.USD,
    "eur": Unit.EUR,
    "hkd": Unit.HKD,
    "jpy": Unit.JPY,
    "m2": Unit.M2,
}


@dataclass(frozen=True, slots=True)
class FigureWord:
    """A figure of a project: its kind, the base unit, its nature, whether it is one of each year.

    `times` is how many base units one of the printed unit is.
    """

    kind: str
    unit: Unit
    nature: Nature = Nature.COMMITMENT
    per_year: bool = False
    times: Decimal = Decimal(1)


def figure_of(field: str) -> FigureWord | None:
    """Return the figure that an amount of a project is entered as; None where the ledger keeps none of its kind.

    >>> word = figure_of("equipment_investment_usd")
    >>> word.kind, word.unit.value
    ('equipment', 'USD')
    >>> figure_of("annual_profit_and_tax_cny") is None
    True
    """
    name, _stop, unit = field.rpartition("_")
    kind = _WORDS["figures"].get(name)
    if kind is None or unit not in _UNITS:
        return None
    return FigureWord(kind, _UNITS[unit], per_year=name.startswith("annual_"))


def capacity_figure(capacity: Capacity) -> FigureWord | None:
    """Return the figure that a capacity is entered as; None where its unit has no base unit.

    >>> word = capacity_figure(Capacity("电池", Decimal(20), "GW/年"))
    >>> word.kind, word.unit.value, int(word.times)
    ('capacity', 'W', 1000000000)
    >>> capacity_figure(Capacity("电机", Decimal(20), "台/年")).unit.value
    'items'
    """
    known = _WORDS["capacity"].get(capacity.unit)
    if known:
        return FigureWord(known[0], Unit(known[1]), per_year=known[0] == "capacity", times=Decimal(known[2]))
    counter, _stop, year = capacity.unit.partition("/")
    return FigureWord("capacity", Unit.ITEMS, per_year=True) if year and counter in _PIECES else None


def count_kind(counted: str, engagement: str) -> str:
    """Return the kind of count of an engagement, an empty text where the ledger keeps none.

    >>> count_kind("projects", "signing"), count_kind("projects", "visit_out"), count_kind("vehicles", "drill")
    ('projects_signed', 'projects_discussed', '')
    """
    own = _WORDS.get(f"counts_of_{engagement}", {})
    return str(own.get(counted) or _WORDS["counts"].get(counted, ""))


def qualifier_of(word: str) -> Qualifier:
    """Return how exact a number is by the word beside it; a word that says nothing of it leaves it exact.

    >>> qualifier_of("近").value, qualifier_of("").value, qualifier_of("不低于").value
    ('near', 'exact', 'at_least')
    """
    return _QUALIFIERS.get(word, Qualifier.EXACT)
