"""What was read in a document and waits for somebody to judge it, and what came of it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zoneworks.accounts.models import Zone
from zoneworks.accounts.walls import Via, Walled, WalledQuerySet
from zoneworks.kit.touching import touches_no_number
from zoneworks.sources.models import Document, count_per


class ProposalKind(models.TextChoices):
    """What a proposal would put into the ledgers."""

    PROJECT = "project", _("project")
    ENGAGEMENT = "engagement", _("engagement")
    CLAIM = "claim", _("printed number")
    ORGANIZATION = "organization", _("organization")
    PERSON = "person", _("person")


class ProposalState(models.TextChoices):
    """What became of a proposal."""

    OPEN = "open", pgettext_lazy("proposal", "open")
    ACCEPTED = "accepted", pgettext_lazy("proposal", "accepted")
    REJECTED = "rejected", pgettext_lazy("proposal", "rejected")


class ReadingQuerySet(WalledQuerySet):
    """Questions people ask of readings of documents."""

    def with_counts(self) -> ReadingQuerySet:
        """Count the proposals of each document, and those that nobody has judged yet; of shown rows alone."""
        every = Proposal.objects.filter(document=models.OuterRef("document"))
        still = every.filter(state=ProposalState.OPEN)
        return self.annotate(
            proposal_count=count_per(every, "document"), open_count=count_per(still, "document")
        )

    def unjudged(self) -> ReadingQuerySet:
        """Keep the readings of documents with a proposal that nobody has judged."""
        still = Proposal.objects.filter(document=models.OuterRef("document"), state=ProposalState.OPEN)
        return self.filter(models.Exists(still))


class Reading(Walled):
    """A document was read: by which extractor, when, for whom, and into which articles it was cut."""

    zone = models.ForeignKey(Zone, models.PROTECT, related_name="+")
    document = models.OneToOneField(Document, models.CASCADE, related_name="reading")
    extractor = models.CharField(_("read by"), max_length=80)
    articles = models.JSONField(default=list)
    text_sha256 = models.CharField(max_length=64)
    read_at = models.DateTimeField(_("read at"), auto_now=True)
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ReadingQuerySet.as_manager()
    policy = Via("document", Document.policy)

    class Meta:
        verbose_name = _("reading of a document")
        verbose_name_plural = _("readings of documents")
        ordering = ["-read_at", "-pk"]
        indexes = [models.Index(fields=["zone", "-read_at"], name="reading_by_time")]

    def __str__(self) -> str:
        return str(self.document)


class Proposal(Walled):
    """Something that a document tells, with its places in the text; a person accepts, edits or rejects it.

    `told` is what was read, in the words of the ledgers; `edited` what a person made of it before accepting. `key` says
    the same for the same statement, so that what was judged stays judged when the document is read again.
    """

    zone = models.ForeignKey(Zone, models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, models.CASCADE, related_name="proposals")
    kind = models.CharField(_("kind"), max_length=12, choices=ProposalKind)
    key = models.CharField(max_length=64)
    position = models.PositiveIntegerField(default=0)
    article = models.PositiveIntegerField(default=0)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    spans = models.JSONField(default=list)
    told = models.JSONField(default=dict)
    edited = models.JSONField(null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=ProposalState, default=ProposalState.OPEN)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = WalledQuerySet.as_manager()
    policy = Via("document", Document.policy)

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["document", "position", "pk"]
        indexes = [models.Index(fields=["zone", "state", "document"], name="proposal_by_state")]
        constraints = [
            models.UniqueConstraint(fields=["document", "kind", "key"], name="proposal_once_per_document"),
            models.CheckConstraint(name="proposal_has_length", condition=Q(end__gt=models.F("start"))),
        ]

    def __str__(self) -> str:
        said = self.says
        return str(said.get("name") or said.get("title") or said.get("wording") or self.kind)

    @property
    def says(self) -> dict[str, Any]:
        """Return what it would write: as a person edited it, else as it was read."""
        return self.told if self.edited is None else self.edited

    @property
    def is_open(self) -> bool:
        return self.state == ProposalState.OPEN


class WrittenQuerySet(WalledQuerySet):
    """Questions people ask of what acceptances wrote."""

    def standing(self) -> WrittenQuerySet:
        """Keep what was not taken back."""
        return self.filter(undone=False)


class Written(Walled):
    """A row that came into a ledger, or was cited there, when a proposal was accepted."""

    zone = models.ForeignKey(Zone, models.PROTECT, related_name="+")
    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="written")
    content_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    object_id = models.BigIntegerField()
    is_new = models.BooleanField(default=True)
    undone = models.BooleanField(default=False)
    citations = models.JSONField(default=list)

    target: Any = GenericForeignKey()
    objects = WrittenQuerySet.as_manager()
    policy = Via("proposal", Proposal.policy)

    class Meta:
        verbose_name = _("what an acceptance wrote")
        verbose_name_plural = _("what acceptances wrote")
        ordering = ["pk"]
        indexes = [models.Index(fields=["zone", "content_type", "object_id"], name="written_by_row")]

    def __str__(self) -> str:
        return str(self.target)


for _model in (Reading, Proposal, Written):
    touches_no_number(_model)
