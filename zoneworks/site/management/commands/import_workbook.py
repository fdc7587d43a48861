"""`zoneworks import_workbook`: a workbook into a ledger; what it would change is shown before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import File
from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from zoneworks.accounts.models import User, Zone
from zoneworks.exchange.imports.bringing import faults_of, left_out, write_within
from zoneworks.exchange.imports.planning import STATES, Plan, ledger_for, plan, recognized_in
from zoneworks.exchange.imports.rows import CHANGED, FAULTY, NEW, UNCHANGED
from zoneworks.exchange.marking import write_marked
from zoneworks.exchange.workbooks import read_workbook
from zoneworks.kit.registry import ledgers
from zoneworks.site.management.terminal import DataCommand
from zoneworks.sources.services import files_undone

SHOWN = 50


class Command(DataCommand):
    help = "Shows what a workbook (xlsx, xls, ods, csv) would change in a ledger, and writes it with --write."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="The workbook.")
        parser.add_argument("--zone", required=True, help="The code of the zone, as its addresses show it.")
        parser.add_argument("--ledger", required=True, choices=[ledger.slug for ledger in ledgers])
        parser.add_argument("--user", required=True, help="The log-in in whose name it is done.")
        parser.add_argument("--clear", action="store_true", help="Let an empty cell empty the field.")
        parser.add_argument(
            "--marked", type=Path, help="Where to put a copy (xlsx) with its faults marked by cell."
        )
        parser.add_argument("--write", action="store_true", help="Write it, all or nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        zone = Zone.objects.filter(code=options["zone"]).first()
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if zone is None or user is None or not user.roles_in(zone):
            raise CommandError(_("There is no such log-in in this zone."), returncode=2)
        ledger = ledger_for(zone, user, options["ledger"])
        if not ledger.may("add") and not ledger.may("change"):
            raise CommandError(_("Your role does not allow this here."), returncode=2)
        try:
            with options["file"].open("rb") as file:
                recognized, _columns = recognized_in(ledger, file, options["file"].name)
            with files_undone() as written, transaction.atomic():
                found = plan(ledger, recognized, clears=options["clear"])
                self._show(found)
                if options["marked"] and found.counts[FAULTY]:
                    _mark(options["file"], found, options["marked"])
                if options["write"]:
                    with options["file"].open("rb") as file:
                        upload = File(file, name=options["file"].name)
                        write_within(found, upload, written, clears=options["clear"])
        except (ValidationError, OSError, PermissionDenied) as error:
            said = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
            raise CommandError(said) from error
        self.stdout.write(_("Written.") if options["write"] else _("Nothing was written; --write writes it."))

    def _show(self, found: Plan) -> None:
        table = found.recognized.table
        self.stdout.write(
            _("Sheet “%(sheet)s”: %(count)d records.") % {"sheet": table.sheet, "count": len(found.rows)}
        )
        if heads := left_out(found):
            self.stdout.write(_("Columns left out: %(columns)s") % {"columns": _(", ").join(heads)})
        words = {NEW: _("new"), CHANGED: _("changed"), UNCHANGED: _("unchanged"), FAULTY: _("with faults")}
        self.stdout.write(_(", ").join(f"{words[state]} {found.counts[state]}" for state in STATES))
        told = [line for row in found.rows for line in _lines(row)]
        for line in told[:SHOWN]:
            self.stdout.write(line)
        if len(told) > SHOWN:
            self.stdout.write(_("… and %(count)d more lines.") % {"count": len(told) - SHOWN})


def _mark(file: Path, found: Plan, path: Path) -> None:
    """Write the copy of `file` with the faults of its rows."""
    with file.open("rb") as opened:
        workbook = read_workbook(opened, file.name)
    write_marked(file, workbook, faults_of(found), path)


def _lines(row: Any) -> list[str]:
    if row.faults:
        return [f"{fault.place}  {fault.message}" for fault in row.faults]
    if row.pk is None:
        return [f"+ {row.number}  {row.label}"]
    return [
        f"~ {one.place}  {row.label} · {one.label}: {one.before} → {one.after}" for one in row.differences
    ]
