"""`zoneworks doctor`: what is wrong with this workbench, how bad it is, and what to do."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from zoneworks.site.management.terminal import OperatorCommand
from zoneworks.site.operating.doctor import Finding, Level, examined, worst
from zoneworks.site.operating.doctor.findings import LEVELS


class Command(OperatorCommand):
    help = (
        "Looks at settings, rights, disk, backups, database, files, and whether columns and citations hold. "
        "Exit code 1 when there is a fault."
    )
    # The doctor is called when something is wrong: what the framework would refuse to start with is for it to say.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print JSON.")
        parser.add_argument("--quiet", action="store_true", help="Say only what is not in order.")
        parser.add_argument(
            "--quick", action="store_true", help="Leave out what reads every file or every row."
        )
        parser.add_argument("--strict", action="store_true", help="Exit code 1 for a warning, too.")
        parser.add_argument(
            "--mend",
            action="store_true",
            help="Put right what follows from other rows, rights, and what broken-off operations left.",
        )

    def operate(self, **options: Any) -> None:
        found = []
        for finding in examined(quick=options["quick"], mend=options["mend"]):
            found.append(finding)
            if not options["json"] and not (options["quiet"] and finding.level == Level.OK):
                self._say(finding)
        level = worst(found)
        if options["json"]:
            self.stdout.write(json.dumps(_plain(found, level), ensure_ascii=False, indent=2))
        elif not options["quiet"] or level != Level.OK:
            self.stdout.write(_summary(found))
        if level == Level.FAULT or (options["strict"] and level == Level.WARNING):
            sys.exit(1)

    def _say(self, finding: Finding) -> None:
        styles = {
            Level.OK: self.style.SUCCESS,
            Level.WARNING: self.style.WARNING,
            Level.FAULT: self.style.ERROR,
        }
        mark = styles[finding.level](f"{LEVELS[finding.level]}")
        self.stdout.write(f"{mark}  {finding.said}")
        if finding.todo:
            self.stdout.write(f"      → {finding.todo}")
        for example in finding.examples:
            self.stdout.write(f"        {example}")


def _summary(found: list[Finding]) -> str:
    counts = {level: sum(finding.level == level for finding in found) for level in Level}
    return _("%(all)d looked at: %(faults)d faults, %(warnings)d warnings.") % {
        "all": len(found),
        "faults": counts[Level.FAULT],
        "warnings": counts[Level.WARNING],
    }


def _plain(found: list[Finding], level: Level) -> dict[str, Any]:
    return {
        "level": level.value,
        "findings": [
            {
                "check": finding.check,
                "level": finding.level.value,
                "said": finding.said,
                "todo": finding.todo,
                "examples": list(finding.examples),
                "can_mend": finding.mend is not None,
            }
            for finding in found
        ],
    }
