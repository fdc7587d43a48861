"""The units of a zone as a tree, as they stood on a day. No query is made here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from zoneworks.accounts.models import UnitKind


@dataclass(slots=True)
class Branch:
    """A unit with those below it. `fallen` names the body it belonged to that does not stand on this day."""

    unit: Any
    members: int = 0
    fallen: str = ""
    below: list[Branch] = field(default_factory=list)


def stands(unit: Any, day: date) -> bool:
    """Say whether `unit` stands on `day`."""
    return (unit.valid_from is None or unit.valid_from <= day) and (
        unit.valid_to is None or unit.valid_to >= day
    )


def tree(units: Iterable[Any], day: date, members: dict[int, int]) -> list[Branch]:
    """Return the highest units that stand on `day`, each with those below it: committees first, then by name.

    A unit whose parent does not stand, or cannot be seen, comes to the top. A line that leads back to itself,
    which no form lets in, is cut where it closes, so that no unit is lost and the walk ends.
    """
    known = {unit.pk: unit for unit in units}
    branches = {pk: Branch(unit, members.get(pk, 0)) for pk, unit in known.items() if stands(unit, day)}
    top: list[Branch] = []
    for pk, branch in branches.items():
        above = branch.unit.parent_id
        if above not in branches or _closes(pk, branches):
            branch.fallen = known[above].name if above in known and above not in branches else ""
            top.append(branch)
        else:
            branches[above].below.append(branch)
    for branch in branches.values():
        branch.below.sort(key=_rank)
    return sorted(top, key=_rank)


def _rank(branch: Branch) -> tuple[int, str]:
    kinds: list[str] = list(UnitKind.values)
    return kinds.index(branch.unit.kind) if branch.unit.kind in kinds else len(kinds), branch.unit.name


def _closes(pk: int, branches: dict[int, Branch]) -> bool:
    """Say whether the line above `pk` leads back to it and `pk` is the least number on that ring."""
    seen, above = [pk], branches[pk].unit.parent_id
    while above in branches and above not in seen:
        seen.append(above)
        above = branches[above].unit.parent_id
    return above == pk and pk == min(seen)
