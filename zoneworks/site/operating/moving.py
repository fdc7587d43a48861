"""`zoneworks move ADDRESS`: the rows of the workbench into an empty PostgreSQL, proven equal before they are kept.

What is moved is read from one instant of the present database, which is only read. The new one is filled in one
transaction; before it ends, every row and the readings of every measure are compared. So the moved workbench says
what the old one says, or nothing was moved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from zoneworks.accounts.models import Zone
from zoneworks.measures.reading import Reading, read_plainly
from zoneworks.measures.registry import Measure, measures
from zoneworks.measures.scope import Period, Scope
from zoneworks.site.databases import described
from zoneworks.site.operating import rows, schema
from zoneworks.site.operating.freezing import frozen
from zoneworks.site.operating.loading import emptied, own_tables
from zoneworks.site.operating.places import scratch
from zoneworks.site.operating.standing import config_of, standing_in
from zoneworks.site.operating.troubles import OperatingError, told

POSTGRESQL = "postgresql"

Said = tuple[Any, ...]
"""What a reading says: value, how many are uncertain, the qualifier, and the sum of the keys that it counts."""
Asked = tuple[str, str, Period]
"""A zone, a measure and a period."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved and compared. `as_of` is the instant: what was recorded later is not in the new database."""

    as_of: datetime
    rows: int
    tables: int
    readings: int


def move(address: str, *, replace: bool = False) -> Moved:
    """Fill the PostgreSQL of `address` with the workbench's rows; `OperatingError` says why not, and nothing is there.

    `replace` empties a workbench that stands there already.
    """
    target = _described(address)
    with told(_("Nothing was moved")), scratch(Path(settings.DATA), "move") as folder:
        as_of = now()
        with frozen(folder) as still:
            nodes = _state_of(still.alias)
            before = _readings(config_of(still.alias), as_of)
            with standing_in(target):
                _check_target(replace=replace)
                with emptied(connection, nodes):
                    moved = _load(rows.carried(nodes), still.alias)
                    schema.bring_up_to_date()
                    _compare(before, dict(_read_all(as_of)))
    return Moved(as_of, sum(moved), len(moved), len(before))


def _described(address: str) -> dict[str, Any]:
    """Return how the database of `address` is reached."""
    try:
        found = described(address)
    except (ValueError, KeyError):
        found = {"ENGINE": ""}
    if not str(found["ENGINE"]).endswith(POSTGRESQL):
        raise OperatingError(
            _("Name the address of a PostgreSQL, like postgres://USER@HOST/DATABASE. Nothing was moved.")
        )
    if connection.vendor != "sqlite":
        raise OperatingError(
            _(
                "The workbench stands on PostgreSQL already. From one to another lead zoneworks backup and restore. "
                "Nothing was moved."
            )
        )
    return found


def _state_of(alias: str) -> frozenset[schema.Node]:
    """Return the migrations of the database to be moved; they have to be those of this version."""
    nodes = schema.applied(alias)
    if unknown := schema.unknown(nodes):
        raise OperatingError(
            _("The database was written by a newer version (%(migration)s). Move it with that version.")
            % {"migration": ".".join(unknown[0])}
        )
    if schema.pending(alias):
        raise OperatingError(
            _("The database is of an earlier version. Bring it up to this one first: zoneworks upgrade.")
        )
    return nodes


def _check_target(*, replace: bool) -> None:
    """Refuse a database in which a workbench stands, unless it is to be replaced."""
    with connection.cursor() as cursor:
        tables = own_tables(connection)
        held = [name for name in tables if name != "django_migrations" and _has_row(cursor, name)]
    if tables and held and not replace:
        raise OperatingError(
            _(
                "A workbench stands in that database (%(table)s holds rows). Name an empty one, or let what is there "
                "be replaced with --replace. Nothing was moved."
            )
            % {"table": held[0]}
        )


def _has_row(cursor: Any, table: str) -> bool:
    cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")  # noqa: S608
    return cursor.fetchone() is not None


def _load(tables: Sequence[rows.Model], source: str) -> list[int]:
    """Fill the empty tables from the database of `source` and compare them row by row; return how many each has."""
    counts = [rows.load(model, rows.read_rows(model, source)) for model in tables]
    rows.set_sequences(tables)
    rows.check_ties(connection)
    for model in tables:
        if rows.digest(model) != rows.digest(model, source):
            raise OperatingError(
                _("%(table)s would say something else than it does now. Nothing was moved.")
                % {"table": model._meta.label}
            )
    return counts


# -- measures ------------------------------------------------------------------------------------------------------


def _readings(config: dict[str, Any], as_of: datetime) -> dict[Asked, Said]:
    """Return what every measure says on the database of `config`."""
    with standing_in(config):
        return dict(_read_all(as_of))


def _read_all(as_of: datetime) -> Iterator[tuple[Asked, Said]]:
    """Yield what every measure of every zone says of this year and the last, read from the facts themselves."""
    today = localdate(as_of)
    year = Period.year_to(today)
    periods = (year, Period(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)))
    for zone in Zone.objects.order_by("code"):
        for one in measures:
            for period in periods if one.has_period else periods[:1]:
                scope = Scope(zone, today, as_of, period if one.has_period else None)
                yield (zone.code, one.key, period), _said(one, scope)


def _said(one: Measure, scope: Scope) -> Said:
    reading: Reading = read_plainly(one, scope)
    counted = sha256()
    for pk in reading.rows.order_by("pk").values_list("pk", flat=True).iterator():
        counted.update(f"{pk},".encode())
    return reading.value, reading.uncertain, str(reading.qualifier), reading.subjects, counted.hexdigest()


def _compare(before: dict[Asked, Said], after: dict[Asked, Said]) -> None:
    for asked, said in before.items():
        if after.get(asked) != said:
            zone, key, period = asked
            raise OperatingError(
                _(
                    "%(measure)s of %(zone)s, %(start)s to %(end)s, would be %(after)s instead of %(before)s. "
                    "Nothing was moved."
                )
                % {
                    "measure": key,
                    "zone": zone,
                    "start": period.start,
                    "end": period.end,
                    "after": after.get(asked, ("–",))[0],
                    "before": said[0],
                }
            )
