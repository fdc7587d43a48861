"""The plan of an import: every row of the file, what it would change, and a mark by which two plans are the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from zoneworks.accounts.once import one_page
from zoneworks.exchange.imports.columns import NUMBER, Columns, columns_of, request_of
from zoneworks.exchange.imports.heads_found import Recognized, recognize
from zoneworks.exchange.imports.rows import CHANGED, FAULTY, NEW, UNCHANGED, RowPlan, RowPlanner
from zoneworks.exchange.uncollected import uncollected
from zoneworks.exchange.workbooks import Workbook, read_workbook
from zoneworks.kit.posting import as_posted
from zoneworks.kit.registry import ledgers

T = TypeVar("T")
BATCH = 500
MOST_IMPORTED = 50_000
_MOST_NAMED = 10
STATES = (NEW, CHANGED, UNCHANGED, FAULTY)
Heard = Callable[[int, int], None]


@dataclass(slots=True)
class Plan:
    """All rows of a file, planned."""

    ledger: Any
    recognized: Recognized
    rows: list[RowPlan] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(row.state for row in self.rows)
        return {state: found.get(state, 0) for state in STATES}

    def digest(self) -> str:
        """Return a mark that is another one as soon as a row would do something else."""
        found = sha256()
        for row in self.rows:
            changes = [(each.label, each.before, each.after, each.place) for each in row.differences]
            faults = [(fault.place, fault.message) for fault in row.faults]
            said = (row.number, row.state, row.pk, changes, faults)
            found.update(repr(said).encode("utf-8", "backslashreplace"))
        return found.hexdigest()


def ledger_for(zone: Any, user: Any, slug: str) -> Any:
    """Return the ledger as `user` works in it now, outside of a page."""
    ledger: Any = ledgers[slug](page="import")
    ledger.setup(request_of(zone, user))
    return ledger


def recognized_in(ledger: Any, file: Any, name: str) -> tuple[Recognized, Columns]:
    """Return what is known of a file for `ledger`; `ValidationError` names file, sheet and what would be right."""
    workbook = read_workbook(file, name)
    columns = columns_of(type(ledger), ledger.request)
    recognized = recognize(workbook, columns)
    _refuse_missing(ledger, recognized, workbook)
    _refuse_size(recognized, workbook)
    return recognized, columns


def _refuse_size(recognized: Recognized, workbook: Workbook) -> None:
    rows = recognized.table.rows
    place = {"name": workbook.name, "sheet": recognized.table.sheet}
    if not rows:
        said = _("“%(name)s”, sheet “%(sheet)s”: there is a head and no record below it.")
        raise ValidationError(said % place, code="empty")
    if len(rows) > MOST_IMPORTED:
        said = _(
            "“%(name)s”, sheet “%(sheet)s” has %(count)d records; at most %(most)d are imported at once. Split it."
        )
        raise ValidationError(said % {**place, "count": len(rows), "most": MOST_IMPORTED})


def _refuse_missing(ledger: Any, recognized: Recognized, workbook: Workbook) -> None:
    """Refuse a file without a column that new rows need. One that the form proposes is not needed, and neither is any
    in a file that names its records by number."""
    proposed = as_posted(ledger.form_class(request=ledger.request))
    lacking = [column.label for column in recognized.missing if not proposed.get(column.key)]
    if lacking and recognized.at(NUMBER) is None:
        table = recognized.table
        said = _("“%(name)s”, sheet “%(sheet)s”, row %(row)d lacks the columns: %(columns)s.")
        values = {
            "name": workbook.name,
            "sheet": table.sheet,
            "row": table.head_rows[-1],
            "columns": _(", ").join(lacking),
        }
        unknown = [f"{head.place} “{' '.join(head.texts)}”" for head in recognized.left_out]
        if unknown:
            said += " " + _("Not known are the heads %(heads)s; if one of them is meant, rename it.")
            values["heads"] = _(", ").join(unknown[:_MOST_NAMED])
        raise ValidationError(said % values, code="missing")


def plan(
    ledger: Any, recognized: Recognized, *, clears: bool = False, heard: Heard = lambda _d, _t: None
) -> Plan:
    """Return what the file would change now; `heard` is told how many of how many rows are planned.

    An empty cell leaves a field as it is, unless the file `clears`.
    """
    found = Plan(ledger, recognized)
    planner = RowPlanner(ledger, recognized, clears=clears)
    rows = recognized.table.rows
    with uncollected(), one_page():
        for batch in batched(rows, BATCH):
            plans = planner.plan(batch)
            for one in plans:
                one.settle()
            found.rows.extend(plans)
            heard(len(found.rows), len(rows))
    return found


def batched(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield the rows some at a time.

    >>> list(batched("abc", 2))
    [['a', 'b'], ['c']]
    """
    left = iter(rows)
    while batch := list(islice(left, size)):
        yield batch
