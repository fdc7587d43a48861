"""What the doctor finds: a level, a sentence, what to do. Checks register themselves and run one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.site.operating.troubles import reason


class Level(StrEnum):
    """How bad it is. A fault loses data, shows something wrong, or lets somebody in."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


LEVELS = {
    Level.OK: gettext_lazy("ok"),
    Level.WARNING: gettext_lazy("warning"),
    Level.FAULT: gettext_lazy("fault"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about one thing. `mend`, when given, puts it right and returns how often."""

    level: Level
    said: str
    todo: str = ""
    examples: tuple[str, ...] = ()
    mend: Callable[[], int] | None = None
    check: str = ""


def ok(said: str) -> Finding:
    return Finding(Level.OK, said)


def warning(said: str, todo: str, **more: Any) -> Finding:
    return Finding(Level.WARNING, said, todo, **more)


def fault(said: str, todo: str, **more: Any) -> Finding:
    return Finding(Level.FAULT, said, todo, **more)


MODULES = ("machine", "database", "kept", "ledgers")
"""Where checks are registered, in the order in which an operator reads them."""
Look = Callable[[], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """A check under its key. `is_slow` reads every file or every row; `needs_database` cannot run without it."""

    key: str
    look: Look
    is_slow: bool = False
    needs_database: bool = False


checks: list[Check] = []


def check(key: str, *, is_slow: bool = False, needs_database: bool = False) -> Callable[[Look], Look]:
    """Register the decorated function as the check `key`. Checks run in the order in which they are registered."""

    def add(look: Look) -> Look:
        checks.append(Check(key, look, is_slow, needs_database))
        return look

    return add


def examined(*, quick: bool = False, mend: bool = False) -> Iterator[Finding]:
    """Yield what every check finds; with `mend`, what could be put right is, and is looked at again."""
    for module in MODULES:
        import_module(f"{__package__}.{module}")
    has_database = True
    for one in checks:
        if (quick and one.is_slow) or (one.needs_database and not has_database):
            continue
        found = _found(one)
        if mend and any(finding.mend for finding in found):
            yield from _mended(one, found)
            found = _found(one)
        yield from found
        if one.key == "database" and worst(found) == Level.FAULT:
            has_database = False


def _found(one: Check) -> list[Finding]:
    try:
        found = list(one.look())
    except Exception as error:
        # A doctor who faints helps nobody: what cannot be looked at is a finding.
        found = [
            fault(
                _("This could not be looked at: %(why)s") % {"why": reason(error)},
                _("See to what it says; then look again."),
            )
        ]
    return [Finding(each.level, each.said, each.todo, each.examples, each.mend, one.key) for each in found]


def _mended(one: Check, found: list[Finding]) -> Iterator[Finding]:
    for finding in found:
        if finding.mend is None:
            continue
        try:
            count = finding.mend()
        except Exception as error:
            said = _("This could not be mended: %(why)s") % {"why": reason(error)}
            yield Finding(Level.FAULT, said, finding.todo, check=one.key)
        else:
            said = _("Mended (%(count)d): %(said)s") % {"count": count, "said": finding.said}
            yield Finding(Level.OK, said, check=one.key)


def worst(findings: list[Finding]) -> Level:
    """Return the worst level among the findings."""
    levels = {finding.level for finding in findings}
    return next((level for level in (Level.FAULT, Level.WARNING) if level in levels), Level.OK)
