"""An import from the file that somebody brings to the rows that it writes: kept, compared, written, or dropped.

Comparing and writing are background jobs. Nothing of the ledger changes before the writing, which is one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import File
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from zoneworks.accounts.models import User
from zoneworks.exchange import marking
from zoneworks.exchange.imports.columns import day_label
from zoneworks.exchange.imports.facts import undated
from zoneworks.exchange.imports.planning import Plan, ledger_for, plan, recognized_in
from zoneworks.exchange.imports.rows import FAULTY, UNCHANGED, RowPlan
from zoneworks.exchange.imports.writing import Heard, prepare, write
from zoneworks.exchange.models import PlannedRow, Standing, WorkbookImport
from zoneworks.exchange.workbooks import KINDS, read_workbook
from zoneworks.jobs import channel, running
from zoneworks.jobs.running import CanceledError, Progress, submit
from zoneworks.kit.audit import record
from zoneworks.kit.revision import mark_of
from zoneworks.sources.models import Attachment
from zoneworks.sources.services import files_undone
from zoneworks.sources.uploads import MEDIA_TYPES, Checked, check

COMPARE, WRITE = "exchange.compare", "exchange.write"
KEPT_FOR = timedelta(days=14)
"""How long an import that nobody wrote stays, and the preview of one that was written."""
PLANNED_FREELY = 3
"""So often a file is compared anew before its writing while others write, until nothing changes in between."""
_LONGEST = 300
_MOST_NOTES = 100


# -- what a person asks for --------------------------------------------------------------------------------------------


def bring(ledger: Any, upload: File[Any], *, clears: bool = False) -> WorkbookImport:
    """Keep `upload` and ask for its comparison with the ledger. `ValidationError` for what is no workbook."""
    checked = check(upload)
    if checked.extension not in KINDS:
        said = _("“%(name)s” is no workbook. Save it as one of these and choose it again: %(kinds)s.")
        raise ValidationError(said % {"name": checked.name, "kinds": ", ".join(KINDS)}, code="upload")
    with files_undone() as written, transaction.atomic():
        one = _keep(ledger, checked, clears, written)
        _ask(one, COMPARE, _("Compare with the ledger: %(what)s"))
    return one


def _keep(ledger: Any, checked: Checked, clears: bool, written: list[Any]) -> WorkbookImport:
    one = WorkbookImport(
        zone=ledger.zone,
        owner=ledger.user,
        ledger=ledger.slug,
        name=checked.name,
        size=checked.size,
        sha256=checked.sha256,
        clears=clears,
    )
    one.file.save(checked.stored_name, checked.file, save=False)
    written.append(one.file)
    one.save()
    return one


@transaction.atomic
def compare_again(one: WorkbookImport) -> None:
    """Ask for a new comparison, since the last one is out of date or came to no end."""
    one = _locked(one)
    if one.standing in (Standing.COMPARING, Standing.WRITING, Standing.WRITTEN):
        raise ValidationError(_("This import is not waiting for anybody."))
    _delete_later(one.marked)
    one.digest, one.counts, one.marked = "", {}, ""
    one.save(update_fields=["digest", "counts", "marked"])
    _ask(one, COMPARE, _("Compare with the ledger: %(what)s"))


@transaction.atomic
def ask_to_write(one: WorkbookImport, digest: str) -> None:
    """Ask that what the person looked at is written; `digest` is the mark of that preview."""
    one = _locked(one)
    if one.standing != Standing.READY:
        raise ValidationError(_("There is nothing here that could be written now."))
    if one.digest != digest:
        raise ValidationError(_("The preview is another one now. Look at it, then write it."))
    _ask(one, WRITE, _("Import: %(what)s"))


def drop(one: WorkbookImport) -> None:
    """Delete an import that was not written, with its file; its job stops."""
    if one.job is not None and one.job.is_open:
        running.cancel(one.job)
    with transaction.atomic():
        one = _locked(one)
        if one.standing == Standing.WRITTEN:
            raise ValidationError(_("What is written stays. Correct it in the ledger."))
        if one.standing == Standing.WRITING:
            raise ValidationError(_("It stops at its next step. Then it can be deleted."))
        _delete_later(one.file)
        _delete_later(one.marked)
        PlannedRow.objects.filter(workbook=one).delete()
        one.delete()


def _delete_later(file: Any) -> None:
    """Delete a file once the change that no longer names it is kept."""
    if file:
        transaction.on_commit(partial(file.storage.delete, file.name))


def _locked(one: WorkbookImport) -> WorkbookImport:
    found = WorkbookImport.objects.select_for_update(of=("self",)).select_related("job", "zone", "owner")
    return found.get(pk=one.pk)


def _ask(one: WorkbookImport, kind: str, title: str) -> None:
    title = title % {"what": one.name}
    job = submit(kind, zone=one.zone, owner=one.owner, title=title, arguments={"import": one.pk})
    WorkbookImport.objects.filter(pk=one.pk).update(job=job)


def tidy() -> None:
    """Drop what nobody wrote for two weeks, and the previews of what was written then."""
    old = WorkbookImport.objects.filter(brought_at__lt=now() - KEPT_FOR).select_related("job")
    for one in old.filter(written_at=None):
        drop(one)
    PlannedRow.objects.filter(workbook__in=old.exclude(written_at=None)).delete()


# -- what the jobs do --------------------------------------------------------------------------------------------------


def compare(pk: int, progress: Progress) -> WorkbookImport:
    """Compare the file with the ledger and keep what it would change. Stops when the import was dropped meanwhile."""
    one = _get(pk)
    found = _planned(one, progress)
    with _marked(one, found, progress) as copy, files_undone() as written, transaction.atomic():
        one = WorkbookImport.objects.select_for_update().filter(pk=pk).first()  # type: ignore[assignment]
        if one is None:
            raise CanceledError
        PlannedRow.objects.filter(workbook=one).delete()
        PlannedRow.objects.bulk_create((_kept(one, row) for row in found.rows), batch_size=500)
        if copy is not None:
            with copy.open("rb") as opened:
                one.marked.save(f"{one.sha256[:32]}.xlsx", File(opened), save=False)
            written.append(one.marked)
        one.counts, one.digest, one.told = found.counts, found.digest(), _told(found)
        one.save(update_fields=["counts", "digest", "told", "marked"])
    return one


def write_out(pk: int, progress: Progress) -> WorkbookImport:
    """Write what the preview said, all of it or nothing; what was written already is not written again."""
    one = _get(pk)
    for is_last in (*[False] * (PLANNED_FREELY - 1), True):
        mark = mark_of(one.zone)
        found = _planned(one, progress)
        prepare(found)
        with transaction.atomic():
            one = _locked(one)
            if one.written_at is not None:
                break
            if mark_of(one.zone) != mark:
                # Somebody recorded something while we compared. Comparing takes longer than writing, so it is done
                # once more while others can write; where they never rest, at last while they cannot.
                if not is_last:
                    continue
                found = _planned(one, progress)
            _write(one, found, partial(progress.say, message=_("Writing")))
            break
    return one


def write_at_once(found: Plan, upload: File[Any], *, clears: bool = False) -> None:
    """Write a plan that was made in this transaction from `upload`; a file that changes nothing is not kept."""
    with files_undone() as written:
        write_within(found, upload, written, clears=clears)


def write_within(found: Plan, upload: File[Any], written: list[Any], *, clears: bool = False) -> None:
    """Write a plan as `write_at_once` does; the file that is kept is put into `written`.

    For whoever commits later: a disk may turn out to be full only then, and the file must go with the rows.
    """
    if found.counts[UNCHANGED] == len(found.rows):
        return
    with transaction.atomic():
        one = _keep(found.ledger, check(upload), clears, written)
        one.counts, one.digest, one.told = found.counts, found.digest(), _told(found)
        _write(one, found, lambda _done, _total: None)


def _write(one: WorkbookImport, found: Plan, heard: Heard) -> None:
    """Write the rows; the file becomes an attachment of the import, which each of them cites."""
    write(found, one.digest, _attached(one), heard)
    one.written_at = now()
    one.save(update_fields=["counts", "digest", "told", "written_at"])


def _attached(one: WorkbookImport) -> Attachment:
    attachment = Attachment.objects.create(
        zone=one.zone,
        target=one,
        file=one.file.name,
        name=one.name,
        media_type=MEDIA_TYPES[one.name.rpartition(".")[2].lower()],
        size=one.size,
        sha256=one.sha256,
        added_by=one.owner,
    )
    record(one.owner, "attach", one, after={"attachment": one.name, "sha256": one.sha256})
    return attachment


def _get(pk: int) -> WorkbookImport:
    one = WorkbookImport.objects.select_related("zone", "owner").filter(pk=pk).first()
    if one is None:
        raise CanceledError
    return one


def _planned(one: WorkbookImport, progress: Progress) -> Plan:
    """Return the plan of the file, made with the rights that its owner has now."""
    progress.say(0, 0, _("Reading the file"))
    ledger = ledger_for(one.zone, User.objects.get(pk=one.owner_id), one.ledger)
    if not ledger.user.is_active or not ledger.may("add"):
        raise PermissionDenied(_("Your role does not allow this here."))
    with one.file.open("rb") as file:
        recognized, _columns = recognized_in(ledger, file, one.name)
    said = _("Comparing with the ledger")
    return plan(
        ledger,
        recognized,
        clears=one.clears,
        heard=lambda done, total: progress.say(done, total, said),
    )


@contextmanager
def _marked(one: WorkbookImport, found: Plan, progress: Progress) -> Iterator[Path | None]:
    """Give the copy of the file with its faults marked, where there are some; it is gone afterwards."""
    if not found.counts[FAULTY]:
        yield None
        return
    progress.say(0, 0, _("Marking the faults in a copy"))
    path = channel.new_file(".xlsx")
    try:
        with one.file.open("rb") as opened:
            file: Any = opened
            marking.write_marked(file, read_workbook(file, one.name), faults_of(found), path)
        yield path
    finally:
        path.unlink(missing_ok=True)


def faults_of(found: Plan) -> list[marking.Fault]:
    """Return the faults of a plan by cell; one that names no column stands at the row's first cell."""
    sheet = found.recognized.table.sheet
    return [
        marking.Fault(sheet, row.number, fault.column or row.cells[0].column, fault.message)
        for row in found.rows
        for fault in row.faults
    ]


def left_out(found: Plan) -> list[str]:
    """Return the heads of the columns that are not taken."""
    unknown = [" ".join(heading.texts) for heading in found.recognized.left_out]
    said = _("%(column)s (it wants its day in a column “%(day)s”)")
    return unknown + [
        said % {"column": one.column.label, "day": day_label(one.column.label)}
        for one in undated(found.recognized)
    ]


def _told(found: Plan) -> dict[str, Any]:
    table = found.recognized.table
    notes = [[note.place, note.message] for note in table.notes[:_MOST_NOTES]]
    return {"sheet": table.sheet, "left_out": left_out(found), "notes": notes}


def _kept(one: WorkbookImport, row: RowPlan) -> PlannedRow:
    return PlannedRow(
        workbook=one,
        number=row.number,
        state=row.state,
        label=row.label[:200],
        record=row.pk,
        differences=[
            [each.label, _cut(each.before), _cut(each.after), each.place] for each in row.differences
        ],
        faults=[[fault.place, fault.message] for fault in row.faults],
    )


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
