"""What has been read of one project so far, and when two of them are the same."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from zoneworks.intake.found import Capacity, Place, Quantity
from zoneworks.intake.project_events import ORDER, REACHED
from zoneworks.intake.project_names import Kind, Mention, phase_of

_FRAME = re.compile(
    r"项目|工程|产业化|[一二三四五六]期|首期|^年产[\d,.]{1,12}[万亿]?(?:吨|台套|台|套|颗|只|件|平方米|片|米|辆|个|支|GWh|GW|MW|)"
)
_PROGRAM = re.compile(
    r"重点|基础设施|片区|综合|民生|水利|市属|配套|公益|试点|创建|创新|示范|改革|提升|服务|合作|转化|技改$"
)
"""What is in the names of programs, which are no projects of an investor unless more is said of them."""
_ALIKE = 0.6


@dataclass(slots=True)
class Draft:
    """A project in the making; `rank` says how firmly its investor is told, the lowest wins."""

    name: str
    place: Place
    kind: Kind
    investor: str = ""
    rank: int = 99
    events: list[str] = field(default_factory=list)
    amounts: dict[str, Decimal] = field(default_factory=dict)
    qualifiers: dict[str, str] = field(default_factory=dict)
    capacity: list[Capacity] = field(default_factory=list)
    quantities: list[Place] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    location: str = ""

    def is_called(self, mention: Mention) -> bool:
        """Tell whether a mention names this project."""
        return alike(self.name, mention.name) or any(alike(alias, mention.name) for alias in self.aliases)

    def call(self, mention: Mention) -> None:
        """Add a name; the project goes by the name of a 项目 rather than by that of a member of a list."""
        self.places.append(mention.place)
        if mention.name == self.name:
            return
        if self.kind is not Kind.NAMED and mention.kind is Kind.NAMED:
            self.name, old = mention.name, self.name
            self.kind, self.place = Kind.NAMED, mention.place
            self.aliases.append(old)
        elif mention.name not in self.aliases:
            self.aliases.append(mention.name)

    def fill(self, name: str, quantity: Quantity) -> bool:
        """Set a field that is still open and return True; the first number told stands."""
        if name in self.amounts:
            if self.amounts[name] == quantity.value:
                self.quantities.append(quantity.place)
            return self.amounts[name] == quantity.value
        self.amounts[name] = quantity.value
        if quantity.qualifier:
            self.qualifiers[name] = quantity.qualifier
        self.quantities.append(quantity.place)
        return True

    def reach(self, event: str) -> None:
        """Add a state."""
        if event not in self.events:
            self.events.append(event)

    def invested_by(self, name: str, rank: int) -> None:
        """Take an investor that is told more firmly than the one before."""
        if name and rank < self.rank:
            self.investor, self.rank = name, rank

    @property
    def is_real(self) -> bool:
        """Tell whether enough is said of it to count as a project."""
        invested = any(name.startswith("total_investment") for name in self.amounts)
        hard = any(event in REACHED for event in self.events)
        stem = len(_FRAME.sub("", self.name))
        if self.kind is Kind.SITE:
            return invested or (hard and stem >= 4 and bool(phase_of(self.name)))
        if self.name.endswith("工程"):
            return invested or (hard and (bool(self.investor) or stem >= 4))
        if self.amounts or (self.events and (hard or stem >= 3)):
            return True
        named = self.kind is Kind.NAMED and not _PROGRAM.search(self.name)
        return named and bool(self.investor) and stem >= 3

    @property
    def is_told(self) -> bool:
        """Tell whether more is said of it than its name."""
        return bool(self.amounts or self.events)

    @property
    def event(self) -> str:
        """Return the most advanced state."""
        return max(self.events, key=ORDER.index, default="")


@lru_cache(maxsize=2048)
def alike(one: str, other: str) -> bool:
    """Tell whether two names are of one project; another phase is another project.

    >>> alike("高效电机项目", "年产20万台高效电机项目"), alike("电机项目一期", "电机项目二期")
    (True, False)
    """
    if phase_of(one) != phase_of(other):
        return False
    first, second = _FRAME.sub("", one), _FRAME.sub("", other)
    if min(len(first), len(second)) < 2:
        return first == second
    if first in second or second in first:
        return min(len(first), len(second)) >= 3 or first == second
    return len(_pairs(first) & _pairs(second)) >= _ALIKE * len(_pairs(first) | _pairs(second))


@lru_cache(maxsize=512)
def _pairs(name: str) -> frozenset[str]:
    return frozenset(name[at : at + 2] for at in range(len(name) - 1))


def name_core(name: str) -> str:
    """Return what a name of a project says beside 项目, its phase and how much it makes.

    >>> name_core("年产20万台高效电机项目二期")
    '高效电机'
    """
    return _FRAME.sub("", name)
