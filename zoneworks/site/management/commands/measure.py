"""`zoneworks measure KEY`: one number with everything behind it, as text or as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Any
from unicodedata import east_asian_width

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zoneworks.accounts.models import Unit, User, Zone
from zoneworks.kit.amounts import format_amount
from zoneworks.kit.columns import span_text
from zoneworks.kit.entity import asked_pk
from zoneworks.kit.language import language
from zoneworks.kit.levels import Level
from zoneworks.kit.moment import Moment, MomentError
from zoneworks.kit.quantities import Qualifier
from zoneworks.kit.wording import keyed
from zoneworks.measures.asking import scope_from
from zoneworks.measures.labels import dimension_label, full_label, group_label
from zoneworks.measures.reading import Number, Reading, UnknownDimensionError, read
from zoneworks.measures.registry import Measure, MeasureUnit, UnknownMeasureError, measures
from zoneworks.measures.scope import Scope
from zoneworks.measures.telling import counted_amounts, said, said_of
from zoneworks.measures.wording import worded
from zoneworks.site.management.terminal import DataCommand

MOST_ROWS = 40
"""Rows of each kind that the text names; the JSON names them all."""
WRONG_ARGUMENTS = 2


class Command(DataCommand):
    help = (
        "Prints one number: value, unit, definition, and the rows that it counts. --list names every measure."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", nargs="?", help="The measure, for example projects.signed.")
        parser.add_argument(
            "--list", action="store_true", help="Name every measure with unit and definition."
        )
        parser.add_argument(
            "--zone", default="", help="The code of the zone; needed unless there is only one."
        )
        parser.add_argument("--from", default="", metavar="DAY", help="The first day (1 January).")
        parser.add_argument("--to", default="", metavar="DAY", help="The last day (the as-of day).")
        parser.add_argument("--as-of", default="", metavar="DAY", help="What was true on that day (today).")
        parser.add_argument(
            "--known-at", default="", metavar="MOMENT", help="What was recorded by that day or instant (now)."
        )
        parser.add_argument(
            "--basis",
            default="",
            metavar="LEVEL",
            help="Said by at least this level: " + ", ".join(Level.values),
        )
        parser.add_argument("--by", default="", metavar="DIMENSION", help="Group the number.")
        parser.add_argument(
            "--filter",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="Only these; may be given again.",
        )
        parser.add_argument("--json", action="store_true", help="Print JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            self._list(as_json=options["json"])
            return
        one = _measure(options["key"])
        zone = zone_called(options["zone"])
        scope = _scope(one, zone, options)
        try:
            reading = read(one, scope)
            text = said_in_json(reading) if options["json"] else "\n".join(said_in_words(reading))
        except (UnknownDimensionError, ValueError, ValidationError) as error:
            raise _wrong(f"--filter/--by: {error}") from error
        self.stdout.write(text)

    def _list(self, *, as_json: bool) -> None:
        found = [said_of(one) for one in measures]
        if as_json:
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
            return
        group = None
        for each in found:
            if each["group"] != group:
                group = each["group"]
                self.stdout.write(f"\n{group}")
            unit = MeasureUnit(each["unit"]).label
            self.stdout.write(f"  {each['key']}  [{unit}]  {each['label']}")
            self.stdout.write(f"      {each['definition']}")


def _wrong(message: str) -> CommandError:
    return CommandError(message, returncode=WRONG_ARGUMENTS)


def _measure(key: str | None) -> Measure:
    """Return the measure called `key`; name near ones when there is none."""
    if not key:
        raise _wrong(_("Name a measure; zoneworks measure --list shows every one."))
    try:
        return measures[key]
    except UnknownMeasureError as error:
        near = ", ".join(get_close_matches(key, [one.key for one in measures], 3, 0.5)) or "--list"
        raise _wrong(
            _("There is no measure “%(key)s”. Near it: %(near)s.") % {"key": key[:80], "near": near}
        ) from error


def zone_called(code: str) -> Zone:
    """Return the zone called `code`, or the only one."""
    zones = list(Zone.objects.order_by("code"))
    wanted = [zone for zone in zones if zone.code == code] if code else zones
    if len(wanted) == 1:
        return wanted[0]
    known = ", ".join(zone.code for zone in zones) or "–"
    if code:
        raise _wrong(
            _("--zone: there is no zone “%(code)s”. There are: %(known)s.")
            % {"code": code[:80], "known": known}
        )
    raise _wrong(_("--zone: name the zone. There are: %(known)s.") % {"known": known})


def _scope(one: Measure, zone: Zone, options: Mapping[str, Any]) -> Scope:
    """Return what the options ask for; a message names the option that cannot be read."""
    try:
        moment = Moment.read({"as_of": options["as_of"], "known_at": options["known_at"]})
        query = {name: options[name] for name in ("from", "to", "basis") if options[name]}
        scope = scope_from({**query, **_filters(one, zone, options["filter"])}, one, zone, moment, None)
    except MomentError as error:
        raise _wrong(_as_option(str(error))) from error
    except ValidationError as error:
        raise _wrong(_as_option(" ".join(error.messages))) from error
    if not one.has_period and (dated := [name for name in ("from", "to") if options[name]]):
        raise _wrong(
            _("--%(option)s: %(key)s is the state of one day and has no period; name the day with --as-of.")
            % {"option": dated[0], "key": one.key}
        )
    by = options["by"]
    if by and by not in one.dimensions:
        raise _wrong(
            _("--by: %(key)s cannot be grouped by “%(name)s”; it can by: %(known)s.")
            % {"key": one.key, "name": by[:40], "known": ", ".join(one.dimensions) or "–"}
        )
    return scope.by(by) if by else scope


def _as_option(message: str) -> str:
    """Return the message with the option in front: as_of becomes --as-of."""
    return re.sub(r"^\w+", lambda name: "--" + name[0].replace("_", "-"), message, count=1)


def _filters(one: Measure, zone: Zone, asked: Iterable[str]) -> dict[str, str]:
    """Return the filters by dimension; units and officers may be named instead of numbered."""
    found = {}
    for text in asked:
        name, sign, value = text.partition("=")
        if not sign or name not in one.dimensions:
            raise _wrong(
                _("--filter: “%(text)s” is no filter of %(key)s. Write NAME=VALUE with one of: %(known)s.")
                % {"text": text[:60], "key": one.key, "known": ", ".join(one.dimensions) or "–"}
            )
        found[name] = _key_of(zone, name, value)
    return found


def _key_of(zone: Zone, dimension: str, value: str) -> str:
    """Return the number of the unit or officer that `value` names; anything else as it is."""
    if value == "" or asked_pk(value) is not None or dimension not in {"unit", "officer"}:
        return value
    named = Unit.objects.filter(zone=zone, name=value)
    rows: Any = (
        named
        if dimension == "unit"
        else User.objects.filter(memberships__zone=zone, username=value).distinct()
    )
    row = rows.first()
    if row is None:
        raise _wrong(
            _("--filter: the zone has no %(what)s “%(name)s”.") % {"what": dimension, "name": value[:60]}
        )
    return str(row.pk)


def said_in_json(reading: Reading) -> str:
    """Return the reading as JSON, with the instant at which it was known and its rows by their keys.

    `counted_amounts` says how much those rows of a sum count that do not count as they stand.
    """
    known = reading.scope.known_at.astimezone(get_current_timezone())
    rows = {
        "of": reading.rows.model._meta.label,
        "counted": sorted(reading.rows.values_list("pk", flat=True)),
        "uncertain": sorted(reading.uncertain_rows.values_list("pk", flat=True)),
        "counted_amounts": counted_amounts(reading.rows) | counted_amounts(reading.uncertain_rows),
    }
    told = said(reading) | {"known_at": known.isoformat(), "rows": rows}
    return json.dumps(told, ensure_ascii=False, indent=2)


def said_in_words(reading: Reading) -> Iterable[str]:
    """Yield the reading line by line, as a person reads it."""
    scope, one = reading.scope, reading.measure
    yield f"{keyed(full_label(one), one.key)} · {scope.zone.name}"
    yield f"  {amount(reading.value, one.unit, reading.qualifier)}"
    if reading.uncertain:
        yield "  " + _("uncertain, not counted: %(amount)s") % {"amount": amount(reading.uncertain, one.unit)}
    yield f"  {reading.definition}"
    if scope.period:
        yield "  " + _("from %(first)s to %(last)s") % {"first": scope.period.start, "last": scope.period.end}
    known = scope.known_at.astimezone(get_current_timezone())
    yield "  " + _("as of %(day)s, as known at %(moment)s, said by at least: %(level)s") % {
        "day": scope.as_of,
        "moment": f"{known:%Y-%m-%d %H:%M}",
        "level": Level(scope.basis).label,
    }
    yield from _groups(reading)
    yield from _rows(_rests_on, reading.rows)
    yield from _rows(_perhaps_on, reading.uncertain_rows)


def _groups(reading: Reading) -> Iterable[str]:
    """Yield a line for each group, the amounts in a column."""
    if not reading.groups:
        return
    scope, unit = reading.scope, reading.measure.unit
    by = scope.group_by[0]
    yield "  " + _("by %(dimension)s:") % {"dimension": dimension_label(by)}
    amounts = [amount(group.value, unit, group.qualifier) for group in reading.groups]
    wide = max(width(text) for text in amounts)
    for text, group in zip(amounts, reading.groups, strict=True):
        line = f"    {' ' * (wide - width(text))}{text}  {group_label(scope.zone, by, group.key[0])}"
        if group.uncertain:
            line += " · " + _("uncertain, not counted: %(amount)s") % {
                "amount": amount(group.uncertain, unit)
            }
        yield line


def width(text: str) -> int:
    """Return how many columns of a terminal `text` takes; a Chinese character takes two.

    >>> width("6 个"), width("CNY 5")
    (4, 5)
    """
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def amount(value: Number, unit: MeasureUnit, qualifier: Qualifier = Qualifier.EXACT) -> str:
    """Return a number of a measure with its unit; money as people write it."""
    if value is None:
        return _("nothing to count") if unit in (MeasureUnit.SHARE, MeasureUnit.DAYS) else _("not stated")
    if unit in (MeasureUnit.CNY, MeasureUnit.USD):
        return format_amount(Decimal(value), unit.value, qualifier, language=language())
    whole = worded(value, unit, qualifier).whole
    if unit != MeasureUnit.ITEMS or not language().startswith("en"):
        return whole
    # On a page the name of the measure says what is counted; a line of a terminal is read alone.
    return f"{whole} {_('item') if value == 1 else unit.label}"


def _rests_on(count: int) -> str:
    return ngettext("rests on %(count)d record: %(kind)s", "rests on %(count)d records: %(kind)s", count)


def _perhaps_on(count: int) -> str:
    return ngettext(
        "perhaps also on %(count)d record: %(kind)s", "perhaps also on %(count)d records: %(kind)s", count
    )


def _rows(heading: Callable[[int], str], rows: Any) -> Iterable[str]:
    """Yield some of the rows, the newest first, each with its key, its subject, its days and who says so."""
    count = rows.count()
    if not count:
        return
    yield "  " + heading(count) % {"count": count, "kind": rows.model._meta.verbose_name}
    for fact in rows.select_related(rows.model.subject).order_by("-latest", "-pk")[:MOST_ROWS]:
        yield f"    #{fact.pk}  {fact.subject_row}  {span_text(fact.span)}  {fact.level_label}"
    if count > MOST_ROWS:
        yield "    " + _("and %(count)d more") % {"count": count - MOST_ROWS}
