"""Where facts come from: documents, the passages marked in them, files, and what they support."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Substr
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zoneworks.accounts.models import Zone
from zoneworks.accounts.roles import RECORDERS, STAFF, Role
from zoneworks.accounts.searched import SAVED_AT_ONCE, NamedAfter, Searched, SearchedQuerySet
from zoneworks.accounts.walls import RolePolicy, StaffReads, Via, Walled, WalledQuerySet
from zoneworks.kit.entity import Entity, EntityQuerySet
from zoneworks.kit.finding import Excerpt
from zoneworks.kit.moment import Moment, end_of_day
from zoneworks.kit.past import as_told
from zoneworks.kit.searching import normalize_query
from zoneworks.kit.spans import Span
from zoneworks.kit.touching import touches_no_number
from zoneworks.sources.pieces import pieces, place_in

WRITERS = RECORDERS | {Role.INSPECTOR}
AROUND = 24
"""Characters shown before and after a word that was found in a text."""


class DocumentKind(models.TextChoices):
    """What kind of paper a document is."""

    NEWSPAPER = "newspaper", _("newspaper page")
    MINUTES = "minutes", _("meeting minutes")
    AGREEMENT = "agreement", _("agreement")
    NOTICE = "notice", _("notice")
    STATISTICS = "statistics", _("statistics")
    REPORT = "report", _("report")
    OTHER = "other", _("other")


class DocumentQuerySet(EntityQuerySet):
    """Questions people ask of documents."""

    def for_table(self) -> DocumentQuerySet:
        """Bring the counts of passages and citations; leave the text, which no list shows, where it is."""
        return self.select_related("zone").defer("text").annotate(**counts_of())

    def named_after(self, known: datetime | None = None) -> tuple[NamedAfter, ...]:
        """Find documents by the words of their texts too; a text of today, whatever the instant."""
        return (NamedAfter(DocumentPiece, DocumentPiece.objects.all(), "document"),)

    def issued_by(self, moment: Moment) -> DocumentQuerySet:
        """Keep what may have been issued by the day of the moment, and what was entered by then without any day."""
        entered = Q(created_at__lte=end_of_day(moment.on))
        now = Q(issued_earliest__lte=moment.on) | Q(issued_earliest=None) & entered
        undated = Q(told_issued_earliest="")
        then = Q(told_issued_earliest__lte=moment.on.isoformat()) & ~undated | undated & entered
        return as_told(self, "issued_earliest", moment.known, now=now, then=then)


def counts_of(known: datetime | None = None) -> dict[str, Coalesce]:
    """Return the counts of a document's passages and citations at `known`, or now without."""
    passages = Passage.objects.filter(document=models.OuterRef("pk"))
    if known is not None:
        passages = passages.filter(marked_at__lte=known)
    citations = Citation.objects.standing(known).filter(passage__document=models.OuterRef("pk"))
    return {
        "passage_count": count_per(passages, "document"),
        "citation_count": count_per(citations, "passage__document"),
    }


def count_per(rows: models.QuerySet[Any], by: str) -> Coalesce:
    """Return how many of `rows` belong to the outer row, as one subquery that no other join multiplies."""
    counted = rows.order_by().values(by).annotate(counted=models.Count("pk")).values("counted")
    return Coalesce(models.Subquery(counted, output_field=models.IntegerField()), 0)


class Document(Entity):
    """A paper that facts are taken from: its text, and the file when there is one."""

    named_by = ("title", "issuer", "number")

    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=DocumentKind, default=DocumentKind.OTHER)
    issuer = models.CharField(_("issuer"), max_length=120, blank=True)
    number = models.CharField(
        _("document number"), max_length=80, blank=True, help_text=_("Page or document number as printed.")
    )
    issued_earliest = models.DateField(_("issued, earliest"), null=True, blank=True)
    issued_latest = models.DateField(_("issued, latest"), null=True, blank=True)
    issued_basis = models.CharField(
        _("basis of the issue date"),
        max_length=200,
        blank=True,
        help_text=_("Printed, or how it was inferred."),
    )
    text = models.TextField(_("text"), blank=True)
    file = models.FileField(_("file"), upload_to="documents/%Y/%m/", blank=True, max_length=200)
    file_name = models.CharField(_("name of the file"), max_length=200, blank=True, editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, editable=False)
    note = models.TextField(_("note"), blank=True)

    objects = DocumentQuerySet.as_manager()
    policy = StaffReads(WRITERS)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-issued_latest", "-pk"]
        indexes = [
            models.Index(fields=["zone", "-issued_latest"], name="document_by_day"),
            models.Index(fields=["zone", "sha256"], name="document_by_hash"),
        ]
        constraints = [
            models.CheckConstraint(
                name="document_issue_span_in_order",
                condition=Q(issued_earliest=None, issued_latest=None)
                | Q(issued_latest__gte=F("issued_earliest")),
                violation_error_message=_("The latest day of issue lies before the earliest."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def issued(self) -> Span | None:
        """Return when it was issued, as two days, or nothing when that is not known."""
        if self.issued_earliest is None or self.issued_latest is None:
            return None
        return Span(self.issued_earliest, self.issued_latest)

    def own_names(self) -> tuple[str, ...]:
        return (self.title, self.issuer, self.number)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a document without a file is known by the sum of its text, and every one found by its words."""
        fields = kwargs.get("update_fields")
        if not self.file:
            self.sha256 = self.sum_of_text()
            if fields is not None:
                kwargs["update_fields"] = {*fields, "sha256"}
        with transaction.atomic():
            super().save(*args, **kwargs)
            if fields is None or "text" in fields:
                DocumentPiece.cut(self)

    @classmethod
    def save_new(cls, rows: Sequence[Any]) -> None:
        for row in rows:
            row.sha256 = row.sha256 if row.file else row.sum_of_text()
        super().save_new(rows)
        DocumentPiece.objects.bulk_create(
            (piece for row in rows for piece in DocumentPiece.of(row)), batch_size=SAVED_AT_ONCE
        )

    def is_cut(self) -> bool:
        """Say whether the pieces in the index are those of the text."""
        held = sorted((piece.start, piece.end, piece.search_text) for piece in self.pieces.all())
        return held == list(pieces(self.text))

    def sum_of_text(self) -> str:
        """Return the SHA-256 of the text, empty for none: by it one knows whether what was read still stands there."""
        return sha256(self.text.encode()).hexdigest() if self.text else ""


class DocumentPiece(Searched):
    """A piece of a document's text in the index of the search; written with the document, never by itself."""

    named_by = ()

    zone = models.ForeignKey(Zone, models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, models.CASCADE, related_name="pieces")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()

    objects = SearchedQuerySet.as_manager()
    policy = Via("document", Document.policy)

    class Meta:
        ordering = ["document", "start"]

    def __str__(self) -> str:
        return f"{self.document_id}: {self.start}–{self.end}"

    def text_to_search(self, further: Sequence[str] | None = None) -> str:
        """Return what is written already: a piece is made anew with its document alone."""
        return self.search_text

    @classmethod
    def of(cls, document: Document) -> list[DocumentPiece]:
        """Return the pieces that the document's text should have."""
        return [
            cls(zone_id=document.zone_id, document=document, start=start, end=end, search_text=said)
            for start, end, said in pieces(document.text)
        ]

    @classmethod
    def cut(cls, document: Document) -> bool:
        """Make the pieces of a document what its text says; return whether they were something else."""
        if document.is_cut():
            return False
        document.pieces.all().delete()
        cls.objects.bulk_create(cls.of(document), batch_size=SAVED_AT_ONCE)
        return True

    @classmethod
    def excerpts(cls, rows: models.QuerySet[Any], documents: Sequence[int], word: str) -> dict[int, Excerpt]:
        """Return, by document, the first place of its text that holds `word`."""
        holding = rows.filter(document__in=documents, search_text__contains=word).order_by()
        firsts = holding.values("document").annotate(first=models.Min("pk")).values("first")
        said = Substr("document__text", F("start") + 1, F("end") - F("start"))
        found = cls.objects.filter(pk__in=firsts).select_related("zone").annotate(said=said)
        return {piece.document_id: piece._excerpt(word) for piece in found}

    def _excerpt(self, word: str) -> Excerpt:
        text: str = self.said  # type: ignore[attr-defined]
        start, end = place_in(text, word) or (0, 0)
        url = reverse("documents:detail", kwargs={"zone": self.zone.code, "pk": self.document_id})
        return Excerpt(
            f"…{text[max(0, start - AROUND) : start]}",
            text[start:end],
            f"{text[end : end + AROUND]}…",
            f"{url}?place={self.start + start}-{self.start + end}#p0",
        )


def mark_label(key: str) -> str:
    """Return what a page calls the passage of `key`: “mark 3” for a number, else the key itself."""
    return gettext("mark %(number)s") % {"number": key} if key.isdigit() else key


class PassageQuerySet(WalledQuerySet):
    """Questions people ask of passages."""

    def told_in(self, text: str) -> PassageQuerySet:
        """Keep the passages that hold each word of `text`, in their words, mark or document's names."""
        rows = self
        for word in text.split():
            named = Q(document__search_text__contains=normalize_query(word))
            rows = rows.filter(Q(quote__icontains=word) | Q(key__iexact=word) | named)
        return rows


class Passage(Walled):
    """A span of a document's text that says something: what a fact rests on."""

    zone = models.ForeignKey(Zone, models.PROTECT, related_name="+")
    document = models.ForeignKey(
        Document, models.PROTECT, related_name="passages", verbose_name=_("document")
    )
    key = models.CharField(_("key of the passage"), max_length=40, blank=True)
    start = models.PositiveIntegerField(_("from character"))
    end = models.PositiveIntegerField(_("to character"))
    quote = models.TextField(_("passage"))
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    marked_at = models.DateTimeField(auto_now_add=True)

    objects = PassageQuerySet.as_manager()
    policy = Via("document", Document.policy)

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        ordering = ["document", "start", "pk"]
        constraints = [
            models.CheckConstraint(name="passage_has_length", condition=Q(end__gt=F("start"))),
            models.UniqueConstraint(fields=["document", "start", "end"], name="passage_once"),
        ]

    def __str__(self) -> str:
        return self.quote if len(self.quote) <= 60 else f"{self.quote[:59]}…"

    @property
    def label(self) -> str:
        """Return what the passage is called: its own key, or “mark 3” where it was only numbered when it was marked."""
        return mark_label(self.name)

    @property
    def name(self) -> str:
        """Return the name of the passage that is the same in every language, for the audit trail."""
        return self.key or f"#{self.pk}"

    def clean(self) -> None:
        """Refuse a passage that is not what the document says at that place."""
        super().clean()
        if self.document.text[self.start : self.end] != self.quote:
            raise ValidationError(
                {
                    "quote": _("The document does not say this at characters %(start)d to %(end)d.")
                    % {"start": self.start, "end": self.end}
                }
            )


class AttachmentQuerySet(WalledQuerySet):
    """Questions people ask of attachments."""

    def of(self, rows: Sequence[models.Model]) -> AttachmentQuerySet:
        """Keep the attachments of `rows`, all of one zone."""
        return _hanging_on(self, rows)

    def kept(self, known_at: datetime | None = None) -> AttachmentQuerySet:
        """Keep what hung there at `known_at`: added by then and not removed by then."""
        if known_at is None:
            return self.filter(removed_at=None)
        return self.filter(Q(removed_at=None) | Q(removed_at__gt=known_at), added_at__lte=known_at)


def _hanging_on(found: Any, rows: Sequence[models.Model]) -> Any:
    if not rows:
        return found.none()
    keys: dict[Any, list[int]] = {}
    for row in rows:
        keys.setdefault(type(row), []).append(row.pk)
    kinds = ContentType.objects.get_for_models(*keys)
    hangs = Q()
    for model, pks in keys.items():
        hangs |= Q(content_type=kinds[model], object_id__in=pks)
    # The index by rows begins with the zone.
    return found.filter(hangs, zone=rows[0].zone_id)  # type: ignore[attr-defined]


class Attachment(Walled):
    """A file kept with a row: a contract, a photo, a voucher. `evidence` is a key of what it proves."""

    zone = models.ForeignKey(Zone, models.PROTECT, related_name="+")
    content_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    object_id = models.BigIntegerField()
    file = models.FileField(_("file"), upload_to="attachments/%Y/%m/", max_length=200)
    name = models.CharField(_("name"), max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    evidence = models.CharField(_("proves"), max_length=60, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True, editable=False)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )

    target = GenericForeignKey()
    objects = AttachmentQuerySet.as_manager()
    policy = RolePolicy({"view": STAFF, "add": WRITERS, "change": WRITERS})

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["-added_at", "-pk"]
        indexes = [models.Index(fields=["zone", "content_type", "object_id"], name="attachment_by_row")]

    def __str__(self) -> str:
        return self.name


class CitationQuerySet(WalledQuerySet):
    """Questions people ask of citations."""

    def of(self, rows: Sequence[models.Model]) -> CitationQuerySet:
        """Keep the citations of `rows`, all of one zone."""
        return _hanging_on(self, rows)

    def standing(self, known: datetime | None = None) -> CitationQuerySet:
        """Keep those that had been made and not taken back at `known`; without it those that stand now."""
        now = Q(taken_back_at=None)
        if known is None:
            return self.filter(now)
        return self.filter(now | Q(taken_back_at__gt=known), cited_at__lte=known)


class Citation(Walled):
    """The tie from a fact (or another row) to the passage or file that supports it.

    `place` says where in a file: the sheet and the row or cell of a workbook. A citation is taken back, never deleted:
    until then the record was known to rest on it.
    """

    zone = models.ForeignKey(Zone, models.PROTECT, related_name="+")
    passage = models.ForeignKey(Passage, models.PROTECT, null=True, blank=True, related_name="citations")
    attachment = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, related_name="citations"
    )
    content_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    object_id = models.BigIntegerField()
    place = models.CharField(_("place"), max_length=80, blank=True)
    cited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    cited_at = models.DateTimeField(auto_now_add=True)
    taken_back_at = models.DateTimeField(null=True, editable=False)

    target: Any = GenericForeignKey()
    objects = CitationQuerySet.as_manager()
    policy = StaffReads(WRITERS, remove=frozenset({Role.ADMINISTRATOR}))

    class Meta:
        verbose_name = _("citation")
        verbose_name_plural = _("citations")
        ordering = ["pk"]
        indexes = [models.Index(fields=["zone", "content_type", "object_id"], name="citation_by_row")]
        constraints = [
            models.CheckConstraint(
                name="citation_of_one_source",
                condition=Q(passage=None, attachment__isnull=False)
                | Q(passage__isnull=False, attachment=None),
            ),
            models.UniqueConstraint(
                fields=["content_type", "object_id", "passage"],
                condition=Q(taken_back_at=None),
                name="passage_cited_once",
            ),
            models.UniqueConstraint(
                fields=["content_type", "object_id", "attachment"],
                condition=Q(taken_back_at=None),
                name="attachment_cited_once",
            ),
        ]

    def __str__(self) -> str:
        return " · ".join(filter(None, (str(self.passage or self.attachment), self.place)))


touches_no_number(Document)
