"""A refresh from the file that somebody brings to the one that goes back: checked, read, written, and nothing kept."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import File
from django.http import QueryDict
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from zoneworks.exchange.asking import Asked
from zoneworks.exchange.editing import MOST_COVERED, UneditableError, open_book
from zoneworks.exchange.exporting import AT_ONCE, Heard, Selection, select
from zoneworks.exchange.reading.traits import DamagedError
from zoneworks.exchange.refreshing import losses
from zoneworks.exchange.refreshing.changes import Changes
from zoneworks.exchange.refreshing.finding import Found, check_place, find, whence
from zoneworks.exchange.refreshing.refresh import Refresher
from zoneworks.exchange.ticket import Ticket, ticket_in
from zoneworks.exchange.uncollected import uncollected
from zoneworks.exchange.workbooks import Workbook, damaged, read_workbook
from zoneworks.jobs.models import Job, State
from zoneworks.jobs.running import submit
from zoneworks.kit.moment import MomentError
from zoneworks.kit.narrowing import faults, names_in_query
from zoneworks.sources.uploads import Checked, check

REFRESH = "exchange.refresh"
KIND = "xlsx"
_SMALL = 4 << 20
"""So many bytes of sheets are read and written in about a second; they hold some 2,000 rows."""
MOST_CELLS = 2_000_000
"""More take a gigabyte and a half of memory while they are edited."""
_ALWAYS_KNOWN = frozenset({"q", "sort", "columns", "as_of", "known_at", "known_time", "page"})


@dataclass(frozen=True, slots=True)
class Asking:
    """A workbook as somebody brings it. `ledger` is theirs; `lacking`: the result may lack what cannot be kept.

    `root` is the address of the workbench, to which links lead; without one there are none.
    """

    ledger: Any
    name: str
    lacking: bool = False
    root: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A workbook in which the list was found, ready to be written."""

    book: Any
    found: Found
    selection: Selection


def ask_for_refresh(asking: Asking, upload: File[Any]) -> Job:
    """Ask that a saved workbook is refreshed, and return the job that holds the result.

    A short list is done at once. `ValidationError` names file and place, and what would be right; of a long list the
    job tells what only reading all of it finds.
    """
    checked = _checked(upload)
    asking = Asking(asking.ledger, checked.name, asking.lacking, asking.root)
    ledger = asking.ledger
    _refuse_losses(asking, checked.file)
    is_short = _is_short(asking, checked.file)
    arguments = {
        "ledger": ledger.slug,
        "name": checked.name,
        "lacking": asking.lacking,
        "root": asking.root,
    }
    checked.file.seek(0)
    job = submit(
        REFRESH,
        zone=ledger.zone,
        owner=ledger.user,
        title=_("Refresh: %(what)s") % {"what": checked.name},
        arguments=arguments,
        at_once=is_short,
        brought=File(checked.file, name=checked.stored_name),
    )
    if is_short and job.state == State.FAILED:
        # It is told where the file was brought, and nothing is left to look at.
        job.delete()
        raise ValidationError(job.error.split("\n"), code="workbook")
    return job


def _is_short(asking: Asking, file: Any) -> bool:
    """Say whether file and list are read in about a second; what a glance shows to be wrong is refused."""
    name, is_small = asking.name, _sheet_bytes(file) <= _SMALL
    ticket = _ticket_in(file, name)
    if ticket is None and is_small:
        ticket = whence(name, None, read_workbook(file, name))
    if ticket is None:
        return False
    check_place(name, ticket, asking.ledger)
    return len(_selected(asking, ticket).keys) <= AT_ONCE and is_small


def refresh(asking: Asking, file: Any, path: Path, heard: Heard = lambda _d, _t: None) -> Changes:
    """Write the refreshed workbook to `path` and return what changed; when it fails nothing is left there."""
    try:
        with uncollected():
            one = opened(asking, file)
            with translation.override(one.found.ticket.language):
                refresher = Refresher(
                    one.book, one.found, one.selection, heard, _record_url(asking), _import_url(asking)
                )
                changes = refresher.write()
            one.book.save(path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return changes


def list_in(file: Any, name: str) -> Ticket:
    """Return which list a workbook is; `ValidationError` for a file that no list was exported to."""
    _checked(File(file, name=name))
    ticket = _ticket_in(file, name)
    return ticket or whence(name, None, read_workbook(file, name))


def opened(asking: Asking, file: Any) -> Opened:
    """Return a workbook with the list that it is and where that stands; `ValidationError` for what is not refreshed."""
    ledger, name = asking.ledger, asking.name
    if not ledger.user.is_active or not ledger.may("export"):
        raise PermissionDenied(_("Your role does not allow this here."))
    workbook = read_workbook(file, name)
    _refuse_size(workbook)
    ticket = whence(name, _ticket_in(file, name), workbook)
    check_place(name, ticket, ledger)
    _refuse_losses(asking, file)
    found = find(workbook, ticket, {each.key: each for each in type(ledger).bound_columns()})
    covered = workbook.covered
    del workbook  # 100,000 rows take some memory, and the editing library takes its own
    selection = _selected(asking, ticket)
    book = _loaded(file, name, covered)
    _refuse_protected(book, name, found.sheet)
    return Opened(book, found, selection)


def _refuse_size(workbook: Workbook) -> None:
    count = sum(len(row) for sheet in workbook.sheets for row in sheet.rows)
    if count > MOST_CELLS:
        said = _(
            "“%(name)s” holds %(count)d cells; at most %(most)d are refreshed. "
            "Narrow the list by a filter and export it anew, or keep other sheets in a file of their own."
        )
        raise ValidationError(
            said % {"name": workbook.name, "count": count, "most": MOST_CELLS}, code="workbook"
        )


def _checked(upload: File[Any]) -> Checked:
    checked = check(upload)
    if checked.extension != KIND:
        said = _(
            "“%(name)s” is no .xlsx. Only a workbook that was exported here can be refreshed; "
            "open it in a spreadsheet and save it as .xlsx."
        )
        raise ValidationError(said % {"name": checked.name}, code="upload")
    return checked


def _ticket_in(file: Any, name: str) -> Ticket | None:
    try:
        return ticket_in(file)
    except DamagedError:
        raise damaged(name, KIND) from None


def _refuse_losses(asking: Asking, file: Any) -> None:
    try:
        lost = losses.losses(file)
    except DamagedError:
        raise damaged(asking.name, KIND) from None
    if lost and not asking.lacking:
        raise ValidationError(losses.in_words(asking.name, lost), code="lacking")


def _sheet_bytes(file: IO[bytes]) -> int:
    file.seek(0)
    with zipfile.ZipFile(file) as package:
        return sum(part.file_size for part in package.infolist() if part.filename.startswith("xl/"))


def _selected(asking: Asking, ticket: Ticket) -> Selection:
    """Return what the list of the workbook holds now, as the person sees it."""
    ledger, name = asking.ledger, asking.name
    asked = Asked(ledger.zone, ledger.user, ticket.ledger, _without_lost_columns(ticket.query, ledger))
    try:
        filterset = asked.ledger().filterset()
    except MomentError as error:
        raise ValidationError(_again(name, str(error)), code="filter") from error
    if not filterset.form.is_valid():
        why = " ".join(str(fault) for fault in faults(filterset.form))
        raise ValidationError(_again(name, why), code="filter")
    fields = filterset.form.fields.items()
    known = _ALWAYS_KNOWN.union(*(names_in_query(key, field) for key, field in fields))
    unknown = [key for key, value in asked.ledger().request.GET.items() if value and key not in known]
    if unknown:
        said = _("This list has no filter “%(names)s” any more.")
        raise ValidationError(_again(name, said % {"names": ", ".join(unknown)[:80]}), code="filter")
    return select(asked)


def _without_lost_columns(query: str, ledger: Any) -> str:
    """Return a query without the columns that the list has no longer: they stay in the sheet, and a note names them.

    The page of a list refuses them, since there nothing else would say that they are missing.
    """
    asked, offered = QueryDict(query, mutable=True), ledger.offered_columns()
    columns, sort = asked.get("columns", "").split(","), asked.get("sort", "")
    kept = [key for key in columns if not key or key in offered["columns"]]
    is_sorted = not sort or sort.lstrip("-") in offered["sort"]
    if kept == columns and is_sorted:
        return query
    if kept != columns:
        asked["columns"] = ",".join(kept)
    if not is_sorted:
        del asked["sort"]
    return asked.urlencode()


def _again(name: str, why: str) -> str:
    said = _(
        "The list in “%(name)s” cannot be read any more. %(why)s "
        "Open the list, put its filters right and export it anew."
    )
    return said % {"name": name, "why": why}


def _loaded(file: Any, name: str, covered: int) -> Any:
    """Return the workbook for editing."""
    if covered > MOST_COVERED:
        said = _(
            "“%(name)s”: merged cells and links claim %(count)d cells; at most %(most)d are taken. "
            "Undo those that reach beyond the table."
        )
        values = {"name": name, "count": covered, "most": MOST_COVERED}
        raise ValidationError(said % values, code="workbook")
    try:
        return open_book(file, covered, several_looks=not losses.has_escapes(file))
    except UneditableError as error:
        said = _(
            "“%(name)s” was written by a program whose workbooks cannot be edited here. "
            "Open it in a spreadsheet, save it as a new .xlsx and choose that."
        )
        raise ValidationError(said % {"name": name}, code="workbook") from error


def _refuse_protected(book: Any, name: str, sheet: str) -> None:
    if book[sheet].protection.sheet:
        said = _(
            "“%(name)s”: the sheet “%(sheet)s” is protected. Take the protection off, save, and bring it again."
        )
        raise ValidationError(said % {"name": name, "sheet": sheet}, code="protected")
    if book.security is not None and book.security.lockStructure:
        said = _(
            "“%(name)s”: the structure of the workbook is protected, so that no sheet can be added. "
            "Take the protection off, save, and bring it again."
        )
        raise ValidationError(said % {"name": name}, code="protected")


def _record_url(asking: Asking) -> Callable[[int], str]:
    zone, slug = asking.ledger.zone.code, asking.ledger.slug
    if not asking.root:
        return lambda _pk: ""
    return lambda pk: asking.root + reverse(f"{slug}:detail", kwargs={"zone": zone, "pk": pk})


def _import_url(asking: Asking) -> str:
    return asking.root + asking.ledger.url("import") if asking.root and asking.ledger.may("add") else ""
