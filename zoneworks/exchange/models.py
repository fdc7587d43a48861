"""Workbooks that people bring: the file, what it would change as the person looked at it, and what became of it."""

from __future__ import annotations

from enum import StrEnum

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zoneworks.accounts.models import User
from zoneworks.accounts.roles import STAFF, Role
from zoneworks.accounts.walls import RolePolicy, Via, Walled, WalledQuerySet
from zoneworks.jobs.models import Job, State


class Standing(StrEnum):
    """How an import stands."""

    COMPARING = "comparing"
    STOPPED = "stopped"
    FAULTY = "faulty"
    SAME = "same"
    READY = "ready"
    WRITING = "writing"
    WRITTEN = "written"


def _own(user: User) -> Q:
    return Q(owner=user.pk)


def _own_and_open(user: User) -> Q:
    return _own(user) & Q(written_at=None)


def _own_or_written(user: User) -> Q:
    # What is written rests on the file: whoever reads the records may read it, but an enterprise reads no files.
    return _own(user) | Q(written_at__isnull=False, zone__in=user.zone_ids(STAFF))


class WorkbookImport(Walled):
    """A workbook brought to a ledger. Whoever brought it sees what it would change and writes it, or drops it.

    Once it is written, its file hangs on it as an attachment, which the records cite.

    `counts` and `digest` are those of the preview: how many rows would do what, and the mark by which the writing knows
    that it does what was looked at. `told` holds what else the preview says of the file.
    """

    zone = models.ForeignKey("accounts.Zone", models.PROTECT, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("brought by")
    )
    ledger = models.CharField(max_length=40)
    file = models.FileField(_("file"), upload_to="imports/%Y/%m/", max_length=200)
    name = models.CharField(_("name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    clears = models.BooleanField(default=False)
    brought_at = models.DateTimeField(_("brought at"), auto_now_add=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    counts = models.JSONField(default=dict)
    told = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    marked = models.FileField(upload_to="imports/%Y/%m/", blank=True, max_length=200)
    written_at = models.DateTimeField(_("written at"), null=True)

    objects = WalledQuerySet.as_manager()
    policy = RolePolicy(
        {}, {"view": (frozenset(Role), _own_or_written), "change": (frozenset(Role), _own_and_open)}
    )

    class Meta:
        verbose_name = _("import of a workbook")
        verbose_name_plural = _("imports of workbooks")
        ordering = ["-brought_at", "-pk"]
        indexes = [models.Index(fields=["zone", "owner", "ledger", "-brought_at"], name="import_by_owner")]

    def __str__(self) -> str:
        return self.name

    @property
    def standing(self) -> Standing:
        """Return how the import stands: what its job does, and what the preview found."""
        if self.written_at is not None:
            return Standing.WRITTEN
        if self.job is not None and self.job.is_open:
            return Standing.WRITING if self.digest else Standing.COMPARING
        if not self.digest:
            return Standing.STOPPED
        if self.counts.get("faulty"):
            return Standing.FAULTY
        return Standing.READY if self.counts.get("new") or self.counts.get("changed") else Standing.SAME

    @property
    def trouble(self) -> str:
        """Return what its last job says of why it did not come to its end, or nothing."""
        if self.job is None or self.job.is_open or self.job.state == State.DONE:
            return ""
        return self.job.error or self.job.message


class PlannedRow(Walled):
    """One row of the file in the preview. `record` is the row of the ledger that it is about, none for a new one."""

    workbook = models.ForeignKey(WorkbookImport, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12)
    label = models.CharField(max_length=200, blank=True)
    record = models.BigIntegerField(null=True)
    differences = models.JSONField(default=list)
    faults = models.JSONField(default=list)

    objects = WalledQuerySet.as_manager()
    policy = Via("workbook", WorkbookImport.policy)

    class Meta:
        verbose_name = _("planned row")
        verbose_name_plural = _("planned rows")
        ordering = ["number"]
        indexes = [models.Index(fields=["workbook", "state", "number"], name="planned_row_by_state")]

    def __str__(self) -> str:
        return f"{self.number} {self.label}"
