"""Writes of the sources, each with its line in the audit trail: keep a document, mark, cite, attach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import File
from django.db import models, transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zoneworks.accounts.models import User
from zoneworks.kit.audit import record, snapshot
from zoneworks.sources import evidence as kinds
from zoneworks.sources.marking import moved, unchanged
from zoneworks.sources.marks import next_number
from zoneworks.sources.models import Attachment, Citation, Document, Passage
from zoneworks.sources.uploads import Checked, check

SHOWN_TEXT = 500
LONGEST_PASSAGE, LONGEST_WHOLE = 800, 200
"""A passage is a sentence or a paragraph, in characters; a short text of several may be one as a whole."""
_PARTICULARS = (
    "title", "kind", "issuer", "number", "issued_earliest", "issued_latest", "issued_basis", "file_name",
    "sha256", "note",
)  # fmt: skip


@contextmanager
def files_undone() -> Iterator[list[Any]]:
    """Take away the files put into the list when the block fails: a file without its row is nobody's."""
    written: list[Any] = []
    try:
        yield written
    except BaseException:
        for file in written:
            file.storage.delete(file.name)
        raise


# -- documents -----------------------------------------------------------------------------------------------


def keep_document(document: Document, upload: Checked | None = None, *, actor: User | None) -> Document:
    """Save a new or changed document with its file; its passages keep their places. All or nothing.

    A replaced file stays with the document as an attachment. Raises `ValidationError` when a passage would
    lose its words, `PermissionDenied` when the document would lie outside of what `actor` may change.
    """
    with files_undone() as written, transaction.atomic():
        old = None if document._state.adding else Document.objects.select_for_update().get(pk=document.pk)
        before = {} if old is None else snapshot(old, _PARTICULARS)
        if upload is not None:
            document.sha256, document.file_name = upload.sha256, upload.name
            document.file.save(upload.stored_name, upload.file, save=False)
            written.append(document.file)
        document.save()
        if old is not None:
            _keep_replaced_file(old, document, actor)
            before |= {"text": _shown_text(old.text, document.text)}
            _move_passages(old, document)
        verb = "add" if old is None else "change"
        if actor is not None and not document.allows(actor, verb):
            raise PermissionDenied(_("You may not keep a document like this."))
        after = snapshot(document, _PARTICULARS) | {
            "text": _shown_text(document.text, old.text if old else "")
        }
        record(actor, verb, document, before=before, after=after)
    return document


def check_passages_stay(old: Document, text: str) -> None:
    """Raise `ValidationError` that names the passages which `text` would no longer hold."""
    passages = list(old.passages.order_by("start", "pk"))
    spans = moved(old.text, text, [(passage.start, passage.end) for passage in passages])
    lost = [str(passage) for passage, span in zip(passages, spans, strict=True) if span is None]
    if lost:
        raise ValidationError(
            ngettext(
                "The new text no longer holds %(count)d marked passage, or holds it twice: “%(first)s”. "
                "Leave its words as they are.",
                "The new text no longer holds %(count)d marked passages, or holds them twice, "
                "the first: “%(first)s”. Leave their words as they are.",
                len(lost),
            )
            % {"count": len(lost), "first": lost[0]},
            code="passages",
        )


def _move_passages(old: Document, new: Document) -> None:
    """Give the passages their places in the new text; the farthest along the shift first: none collide."""
    if old.text == new.text:
        return
    check_passages_stay(old, new.text)
    passages = list(new.passages.order_by("start", "end"))
    spans = moved(old.text, new.text, [(passage.start, passage.end) for passage in passages])
    pairs = [(passage, span) for passage, span in zip(passages, spans, strict=True) if span is not None]
    if len({span for _passage, span in pairs}) < len(pairs):
        raise ValidationError(_("Two marked passages would become one. Leave their words as they are."))
    for passage, (start, end) in pairs[::-1] if len(new.text) > len(old.text) else pairs:
        if (start, end) != (passage.start, passage.end):
            Passage.objects.filter(pk=passage.pk).update(start=start, end=end)


def _keep_replaced_file(old: Document, new: Document, actor: User | None) -> None:
    if not old.file or old.file.name == new.file.name:
        return
    Attachment.objects.create(
        zone_id=old.zone_id,
        target=new,
        file=old.file.name,
        name=old.file_name or str(old.file.name).rpartition("/")[2],
        media_type="application/octet-stream",
        size=old.file.size,
        sha256=old.sha256,
        added_by=actor,
    )


def _shown_text(text: str, other: str) -> str:
    """Return the part of `text` that is not in `other`, for the audit trail."""
    before, after = unchanged(other, text)
    part = text[before : len(text) - after]
    return part if len(part) <= SHOWN_TEXT else f"{part[:SHOWN_TEXT]}… ({len(part)})"


# -- passages and citations ----------------------------------------------------------------------------------


@transaction.atomic
def mark(
    document: Document, start: int, end: int, *, actor: User | None, quote: str | None = None, key: str = ""
) -> Passage:
    """Return the passage of `document` from character `start` up to `end`, marked now if it was not.

    `quote`, when given, must be what stands there. Raise `ValidationError` for a place outside of the text,
    for blanks alone, for more than a paragraph, and for a text that says something else.
    """
    document = Document.objects.select_for_update().get(pk=document.pk)
    if not 0 <= start < end <= len(document.text):
        raise ValidationError(
            _("The text has %(size)d characters; there is no passage from %(start)d to %(end)d.")
            % {"size": len(document.text), "start": start, "end": end}
        )
    said = document.text[start:end]
    if not said.strip():
        raise ValidationError(_("There is nothing but blanks at this place. Choose the words."))
    found = Passage.objects.filter(document=document, start=start, end=end).first()
    passage = found or Passage(
        document=document, zone_id=document.zone_id, start=start, end=end, marked_by=actor
    )
    passage.quote = said if quote is None else quote
    passage.clean()
    if found is not None:
        return found
    _check_length(document.text, said)
    passage.key = key or next_number(document)
    passage.full_clean(exclude=["marked_by"])
    passage.save()
    record(actor, "mark", document, after={"passage": f"{passage.name}: {passage.quote}"[:2000]})
    return passage


def _check_length(text: str, said: str) -> None:
    """Refuse more than a paragraph: a record that rests on a whole text can be compared with no words of it."""
    if len(said) > LONGEST_PASSAGE:
        raise ValidationError(
            _(
                "A passage is a sentence or a paragraph: %(size)d characters are chosen, at most %(limit)d can be "
                "marked. Choose the words on which a record rests."
            )
            % {"size": len(said), "limit": LONGEST_PASSAGE}
        )
    whole = said.strip()
    if len(whole) > LONGEST_WHOLE and whole == text.strip() and len(whole.splitlines()) > 1:
        raise ValidationError(
            _(
                "This is the whole text, of several paragraphs: it has %(size)d characters, and as a whole at most "
                "%(limit)d can be marked. Choose the words on which a record rests."
            )
            % {"size": len(whole), "limit": LONGEST_WHOLE}
        )


@transaction.atomic
def unmark(passage: Passage, *, actor: User) -> None:
    """Remove a mark that `actor` made by mistake; one on which a record rests, or was known to rest, stays.

    Raise `PermissionDenied` for the mark of somebody else, `ValidationError` for one that was cited.
    """
    passage = Passage.objects.select_for_update().get(pk=passage.pk)
    if passage.marked_by_id != actor.pk:
        raise PermissionDenied(_("Only who marked a passage removes the mark."))
    if passage.citations.exists():
        raise ValidationError(
            _("%(label)s stays: a record rests on it, or was known to.") % {"label": passage.label}
        )
    record(actor, "unmark", passage.document, before={"passage": f"{passage.name}: {passage.quote}"[:2000]})
    passage.delete()


@transaction.atomic
def cite(row: models.Model, sources: Iterable[Passage | Attachment], *, actor: User | None) -> list[Citation]:
    """Tie `row` (a fact, as a rule) to passages and files of its zone; return the new ties."""
    there = Citation.objects.of([row]).standing()
    known = {(one.passage_id, one.attachment_id) for one in there}
    made = []
    for source in sources:
        if source.zone_id != row.zone_id:  # type: ignore[attr-defined]
            raise ValidationError(_("A source of another zone cannot be cited here."))
        passage = source if isinstance(source, Passage) else None
        attachment = source if isinstance(source, Attachment) else None
        if (passage and passage.pk, attachment and attachment.pk) in known:
            continue
        made.append(
            Citation.objects.create(
                zone_id=source.zone_id, target=row, passage=passage, attachment=attachment, cited_by=actor
            )
        )
        known.add((passage and passage.pk, attachment and attachment.pk))
    if made:
        record(
            actor, "cite", row, after={"citations": "; ".join(_named(citation) for citation in made)[:2000]}
        )
    return made


def cite_places(attachment: Attachment, rows: Iterable[tuple[models.Model, str]], *, actor: User) -> None:
    """Tie many rows to their places in a workbook that was just imported, in its transaction.

    The line of the trail that says what became of a row names the workbook and the place already.
    """
    Citation.objects.bulk_create(
        (
            Citation(
                zone_id=attachment.zone_id,
                attachment=attachment,
                content_type=ContentType.objects.get_for_model(row),
                object_id=row.pk,
                place=place,
                cited_by=actor,
            )
            for row, place in rows
        ),
        batch_size=500,
    )


@transaction.atomic
def uncite(citation: Citation, *, actor: User) -> None:
    """Take back a citation made by mistake; what was known before rests on it still. For administrators."""
    if not citation.allows(actor, "remove"):
        raise PermissionDenied(_("Only an administrator takes a citation back."))
    if not Citation.objects.standing().filter(pk=citation.pk).update(taken_back_at=now()):
        return
    record(
        actor,
        "uncite",
        citation.target or citation.passage or citation,
        before={"citations": _named(citation)[:2000]},
    )


def _named(citation: Citation) -> str:
    passage = citation.passage
    return str(citation) if passage is None else f"{passage.document.title} · {passage.name}: {passage}"


# -- attachments ---------------------------------------------------------------------------------------------


def attach(row: models.Model, upload: File[Any], *, actor: User | None, evidence: str = "") -> Attachment:
    """Check `upload` and keep it with `row`; `evidence` is a key of what it proves."""
    return attach_all(row, [upload], actor=actor, evidence=evidence)[0]


def attach_all(
    row: models.Model, uploads: Sequence[File[Any]], *, actor: User | None, evidence: str = ""
) -> list[Attachment]:
    """Keep all of `uploads` with `row`, or none of them."""
    if evidence and evidence not in dict(kinds.choices(row)):
        raise ValidationError(
            _("“%(evidence)s” is no evidence that is asked for here.") % {"evidence": evidence[:60]}
        )
    with files_undone() as written, transaction.atomic():
        return [_attach_one(row, check(upload), actor, evidence, written) for upload in uploads]


def _attach_one(
    row: models.Model, checked: Checked, actor: User | None, evidence: str, written: list[Any]
) -> Attachment:
    same = Attachment.objects.of([row]).kept().filter(sha256=checked.sha256, evidence=evidence).first()
    if same is not None:
        raise ValidationError(
            _("“%(name)s” is already here, as “%(same)s”.") % {"name": checked.name, "same": same.name}
        )
    attachment = Attachment(
        zone=row.zone,  # type: ignore[attr-defined]
        target=row,
        name=checked.name,
        media_type=checked.media_type,
        size=checked.size,
        sha256=checked.sha256,
        evidence=evidence,
        added_by=actor,
    )
    attachment.file.save(checked.stored_name, checked.file, save=False)
    written.append(attachment.file)
    attachment.save()
    record(
        actor,
        "attach",
        row,
        after={"attachment": checked.name, "evidence": evidence, "sha256": checked.sha256},
    )
    return attachment


@transaction.atomic
def remove_attachment(attachment: Attachment, *, actor: User | None) -> None:
    """Take `attachment` off its row. The file is kept for the past; one that a record rests on stays."""
    attachment = Attachment.objects.select_for_update().get(pk=attachment.pk)
    if attachment.removed_at is not None:
        return
    cited = Citation.objects.standing().filter(attachment=attachment).count()
    if cited:
        raise ValidationError(
            ngettext(
                "“%(name)s” stays: %(count)d record rests on it.",
                "“%(name)s” stays: %(count)d records rest on it.",
                cited,
            )
            % {"name": attachment.name, "count": cited}
        )
    attachment.removed_at, attachment.removed_by = now(), actor
    attachment.save(update_fields=["removed_at", "removed_by"])
    row = attachment.target or attachment
    record(actor, "detach", row, before={"attachment": attachment.name, "sha256": attachment.sha256})
