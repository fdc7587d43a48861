"""`zoneworks check FILE`: each number of a draft beside what the ledger of a zone says.

Without a file it is the command of that name that Django has, which checks the settings.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands.check import Command as SystemCheck
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zoneworks.accounts.models import Zone
from zoneworks.intake.checking.checker import Checked, DraftError, Finding, check
from zoneworks.intake.checking.ledger import TooMuchError
from zoneworks.intake.checking.printing import as_json, line_of, line_starts, raw_place, row_count, url_of
from zoneworks.intake.checking.reasons import LABELS, hints, reason, what, when_text
from zoneworks.intake.collecting import collect
from zoneworks.kit.moment import Moment, MomentError, read_day
from zoneworks.site.management.commands.measure import zone_called
from zoneworks.site.management.terminal import DataCommand

OBJECTED, WRONG_ARGUMENTS = 1, 2
"""How the command ends: 1 when the ledger says otherwise than the draft, 2 when it cannot be checked."""


class Command(DataCommand):
    help = (
        "Checks the numbers of a draft against the ledger. Ends with 1 when one differs, 2 when nothing "
        "could be checked, else 0. Without a file, Django's checks of the settings run."
    )
    requires_system_checks = SystemCheck.requires_system_checks

    def add_arguments(self, parser: CommandParser) -> None:
        SystemCheck().add_arguments(parser)
        for action in parser._actions:
            if action.dest == "args":
                action.metavar, action.help = "FILE", "The draft, a text file."
        parser.add_argument(
            "--zone", default="", help="The code of the zone; needed unless there is only one."
        )
        parser.add_argument(
            "--issue-date",
            default="",
            metavar="DAY",
            help="The day of issue (printed in the draft, or as-of day).",
        )
        parser.add_argument(
            "--as-of", default="", metavar="DAY", help="The day from which it is read (today)."
        )
        parser.add_argument(
            "--known-at", default="", metavar="MOMENT", help="What was recorded by that day or instant (now)."
        )
        parser.add_argument(
            "--json", action="store_true", help="Print JSON, with places and the keys of rows."
        )

    def execute(self, *args: Any, **options: Any) -> str | None:
        if args:
            return super().execute(*args, **options)
        # The settings are checked before there is a database.
        system = SystemCheck()
        system.stdout, system.stderr = self.stdout, self.stderr
        return system.execute(**options)

    def handle(self, *args: Any, **options: Any) -> None:
        if len(args) > 1:
            raise CommandError(
                _("Name one file; the draft is checked as a whole."), returncode=WRONG_ARGUMENTS
            )
        zone = zone_called(options["zone"])
        moment, issue = _asked(options)
        checked = _checked(Path(args[0]), zone, moment, issue)
        if options["json"]:
            self.stdout.write(json.dumps(as_json(checked), ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(_in_words(checked)))
        if checked.is_objected:
            raise CommandError(_("The ledger says otherwise than the draft."), returncode=OBJECTED)


def _asked(options: dict[str, Any]) -> tuple[Moment, date | None]:
    try:
        moment = Moment.read({"as_of": options["as_of"], "known_at": options["known_at"]})
        issue = read_day("issue_date", options["issue_date"]) if options["issue_date"] else None
    except MomentError as error:
        name, colon, rest = str(error).partition(":")
        raise CommandError(f"--{name.replace('_', '-')}{colon}{rest}", returncode=WRONG_ARGUMENTS) from error
    # An as-of day that is named is the day that the draft speaks from.
    return moment, issue or (moment.on if moment.names_on else None)


def _checked(file: Path, zone: Zone, moment: Moment, issue: date | None) -> Checked:
    if file.is_dir():
        raise CommandError(
            _("“%(name)s” is a folder. Name one file.") % {"name": file}, returncode=WRONG_ARGUMENTS
        )
    read = next(collect([file]), None)
    if read is None or read.error:
        said = read.error if read else _("There is nothing to read.")
        raise CommandError(f"{file}: {said}", returncode=WRONG_ARGUMENTS)
    try:
        return check(read.text, zone, moment, issue=issue)
    except (DraftError, TooMuchError) as error:
        raise CommandError(f"{file}: {error}", returncode=WRONG_ARGUMENTS) from error


def _in_words(checked: Checked) -> Iterator[str]:
    starts = line_starts(checked.bare.source)
    for one in checked.findings:
        yield from _number(checked, one, line_of(starts, raw_place(checked, one)[0]))
    if not checked.findings:
        yield _("The draft states no number that could be checked.")
    counts = [f"{LABELS[verdict]} {count}" for verdict, count in checked.counts.items() if count]
    yield " · ".join([_("Read as issued on %(day)s.") % {"day": checked.issue.isoformat()}, *counts])


def _number(checked: Checked, one: Finding, line: int) -> Iterator[str]:
    said = checked.bare.quote(*one.place)
    yield _("line %(line)d") % {"line": line} + f"  [{LABELS[one.verdict]}]  {one.number.wording}  {said}"
    yield f"    {reason(one)}"
    for hint in hints(one):
        yield f"    {hint}"
    compared = " · ".join(filter(None, [what(one, checked.ledger), when_text(one)]))
    if compared:
        yield f"    {compared}"
    url, rows = url_of(one, checked.ledger.moment), row_count(checked, one)
    if url and rows is not None:
        count = ngettext("%(count)d record", "%(count)d records", rows) % {"count": rows}
        yield f"    {count}: {url}"
