"""Taking in documents: one by its text or file, many at once in an archive; what is here already is not kept twice."""

from __future__ import annotations

import csv
import logging
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import File
from django.db import DatabaseError, transaction
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.accounts.models import User, Zone
from zoneworks.intake import reviewing
from zoneworks.intake.collecting import LARGEST, Collected, collect
from zoneworks.intake.readers.reading import KINDS, UnreadableError
from zoneworks.intake.readers.reading import read as read_file
from zoneworks.jobs import channel
from zoneworks.jobs.models import Job
from zoneworks.jobs.running import CanceledError, Outcome, Progress, runs, submit
from zoneworks.kit.export import harmless
from zoneworks.kit.forms import SpanField, ZoneForm
from zoneworks.kit.spans import Span, parse_span
from zoneworks.sources.models import Document, DocumentKind
from zoneworks.sources.services import keep_document
from zoneworks.sources.uploads import MAX_TEXT, Checked, check, clean_name, plain

log = logging.getLogger(__name__)
AT_ONCE = 60_000
"""A text of so many characters is read while the person waits, in under a second; a longer one beside the pages."""
ARCHIVE_MB = 200
_SENT = ".zip"


class BringForm(ZoneForm):
    """A document to be read: its text pasted, a file, or an archive of many."""

    text = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        strip=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("Paste a page, minutes or a notice here, or choose a file below."),
    )
    upload = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ",".join((*KINDS, _SENT))}),
        help_text=gettext_lazy(
            "Text, Word, PDF, a web page or a workbook; or a .zip with up to thousands of them."
        ),
    )
    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Empty: the name of the file, or the first line."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=DocumentKind.choices, initial=DocumentKind.NEWSPAPER
    )
    issuer = forms.CharField(label=gettext_lazy("Issuer"), max_length=120, required=False)
    issued = SpanField(
        label=gettext_lazy("Issued"),
        required=False,
        help_text=gettext_lazy(
            "Days such as 24日 and 近日 are told from it; empty: it is inferred from the page."
        ),
    )

    def may_bring(self) -> bool:
        """Say whether the person may enter documents here."""
        request: Any = self.request
        return Document.policy.grants_some(request.user, "add", request.zone)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        upload = cleaned.get("upload")
        if not upload and not (cleaned.get("text") or "").strip():
            self.add_error("text", _("Paste a text, or choose a file."))
        elif upload and (cleaned.get("text") or "").strip():
            self.add_error("upload", _("Paste a text or choose a file, not both: which one is to be read?"))
        elif upload and upload.name.lower().endswith(_SENT) and upload.size > ARCHIVE_MB << 20:
            said = _("“%(name)s” is larger than %(limit)d MB. Pack the files into several archives.")
            self.add_error("upload", said % {"name": clean_name(upload.name), "limit": ARCHIVE_MB})
        return cleaned


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of it: the document that is kept, or the job that reads a long one or many."""

    document: Document | None = None
    job: Job | None = None
    is_new: bool = True


def bring(form: BringForm, *, actor: User) -> Brought:
    """Keep and read what the valid `form` brings. Raise `ValidationError` for a file that cannot be read."""
    said, zone = form.cleaned_data, form.request.zone  # type: ignore[attr-defined]
    upload: File[Any] | None = said.get("upload")
    about = {name: said[name] for name in ("kind", "issuer")} | {
        "issued": str(said["issued"]) if said["issued"] is not None else ""
    }
    if upload is not None and (upload.name or "").lower().endswith(_SENT):
        title = _("Read %(name)s") % {"name": clean_name(upload.name or "")}
        job = submit(BATCH, zone=zone, owner=actor, title=title, arguments=about, brought=upload)
        return Brought(job=job)
    text = plain(said["text"]) if upload is None else _text_of(upload)
    # A page of the web is kept by its text: its file would be run by a browser that opens it.
    checked = check(upload) if upload is not None and not _is_web(upload) else None
    title = said["title"].strip() or _title(text, clean_name(upload.name or "") if upload is not None else "")
    document, is_new = _kept(zone, text, title, about, checked, actor)
    if is_new and len(document.text) > AT_ONCE:
        title = _("Read %(name)s") % {"name": document.title}
        job = submit(ONE, zone=zone, owner=actor, title=title, arguments={"document": document.pk})
        return Brought(job=job)
    if not hasattr(document, "reading"):
        reviewing.read(document, actor=actor)
    return Brought(document=document, is_new=is_new)


def _text_of(upload: File[Any]) -> str:
    """Return the text of a file of any kind that is read; `ValidationError` says why there is none."""
    name = clean_name(upload.name or "")
    if (upload.size or 0) > LARGEST:
        said = _("“%(name)s” has %(size)s; at most %(limit)s are read. Split it by pages.")
        sizes = {"size": filesizeformat(upload.size), "limit": filesizeformat(LARGEST)}
        raise ValidationError(said % ({"name": name} | sizes))
    upload.seek(0)
    try:
        text = read_file(name, upload.read()).text
    except UnreadableError as error:
        raise ValidationError(str(error)) from error
    upload.seek(0)
    if len(text) > MAX_TEXT:
        raise ValidationError(
            _("“%(name)s” has %(count)d characters; a document holds at most %(limit)d. Split it.")
            % {"name": name, "count": len(text), "limit": MAX_TEXT}
        )
    return text


def _is_web(upload: File[Any]) -> bool:
    return (upload.name or "").lower().endswith((".html", ".htm"))


def _title(text: str, name: str) -> str:
    if name:
        return Path(name).stem[:200]
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return first[:60] or _("untitled")


@transaction.atomic
def _kept(
    zone: Zone,
    text: str,
    title: str,
    about: dict[str, Any],
    checked: Checked | None,
    actor: User,
    mark: str = "",
) -> tuple[Document, bool]:
    """Return the document of this text or file and whether it is new: the same text or bytes are kept once.

    `mark` is the SHA-256 of the file that a text comes from, where the file itself is not kept.
    """
    file_sum = checked.sha256 if checked is not None else mark
    sums = [sha256(text.encode()).hexdigest(), *filter(None, [file_sum])]
    same = Document.objects.allowed(actor, "view").filter(zone=zone, sha256__in=sums).order_by("pk").first()
    if same is not None:
        return same, False
    issued: Span | None = parse_span(about["issued"]) if about["issued"] else None
    document = Document(
        zone=zone,
        title=title,
        kind=about["kind"],
        issuer=about["issuer"],
        issued_earliest=issued.earliest if issued else None,
        issued_latest=issued.latest if issued else None,
        text=text,
    )
    document.full_clean(exclude=["zone"])
    return keep_document(document, checked, actor=actor), True


# -- beside the pages ------------------------------------------------------------------------------------------------

ONE, BATCH = "intake.one", "intake.batch"


@runs(ONE)
def read_one(job: Job, progress: Progress) -> Outcome:
    """Read one long document."""
    documents = Document.objects.allowed(job.owner, "change").filter(zone=job.zone)
    document = documents.select_related("zone").filter(pk=job.arguments["document"]).first()
    if document is None:
        raise ValidationError(_("There is no such document here."))
    progress.say(0, 1, _("Reading"))
    made = reviewing.read(document, actor=job.owner)
    url = reverse("intake:review", kwargs={"zone": job.zone.code, "pk": document.pk})
    return Outcome(_("%(count)d proposals wait for review.") % {"count": made.new + made.kept}, url=url)


@runs(BATCH)
def read_batch(job: Job, progress: Progress) -> Outcome:
    """Read the files of an archive, each in a transaction of its own: what was read before a stop is not read again."""
    if not Document.policy.grants_some(job.owner, "add", job.zone):
        raise PermissionDenied(_("Your role does not allow this here."))
    lines: list[tuple[str, str, str]] = []
    counted = {"read": 0, "known": 0, "refused": 0}
    path = Path(job.brought.path)
    total, stopped = _members(path), False
    for number, each in enumerate(collect([path])):
        try:
            progress.say(number, total, _("Reading %(name)s") % {"name": _short(each.name)[-60:]})
        except CanceledError:
            stopped = True
            break
        try:
            outcome, said = _read_member(job, each)
        except (DatabaseError, OSError):
            # A full disk or a database that is away ends the job: the next file would fare no better.
            raise
        except Exception:
            # A fault of the program in one file is told in its log; the others are read all the same.
            log.exception("a file of an archive could not be read")
            outcome = "refused"
            said = _("Something went wrong in the program; the log of the server says what.")
        counted[outcome] += 1
        lines.append((_short(each.name), outcome, said))
    said = _("%(read)d files were read, %(known)d were here already, %(refused)d were not read.") % counted
    if stopped:
        said += " " + _("It was stopped; the same archive brought again goes on where it stopped.")
    url = reverse("intake:list", kwargs={"zone": job.zone.code})
    return Outcome(said, url=url, file=_report(lines), file_name="intake-report.csv")


def _members(path: Path) -> int:
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(path) as package:
            return len(package.namelist())
    except (BadZipFile, OSError):
        return 1


def _read_member(job: Job, each: Collected) -> tuple[str, str]:
    """Keep and read one file of an archive; return what became of it, and why not."""
    if each.error:
        return "refused", each.error
    about = {name: job.arguments.get(name, "") for name in ("kind", "issuer", "issued")}
    try:
        if len(each.text) > MAX_TEXT:
            raise ValidationError(
                _("“%(name)s” has %(count)d characters; a document holds at most %(limit)d. Split it.")
                % {"name": _short(each.name), "count": len(each.text), "limit": MAX_TEXT}
            )
        with transaction.atomic():
            name = _short(each.name)
            title = _title(each.text, name)
            document, is_new = _kept(job.zone, each.text, title, about, None, job.owner, each.mark)
            if hasattr(document, "reading"):
                return "known", ""
            made = reviewing.read(document, actor=job.owner)
    except ValidationError as error:
        return "refused", " ".join(error.messages)
    return ("read" if is_new else "known"), _("%(count)d proposals") % {"count": made.new}


def _short(name: str) -> str:
    return name.rpartition("!")[2] or name


def _report(lines: list[tuple[str, str, str]]) -> Path:
    """Write which file was read, which was not and why, as a table that Excel opens."""
    path = channel.new_file(".csv")
    words = {"read": _("read"), "known": _("here already"), "refused": _("not read")}
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow([_("File"), _("Outcome"), _("Note")])
        for name, outcome, note in lines:
            table.writerow([harmless(name), words[outcome], harmless(note)])
    return path
