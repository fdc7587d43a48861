"""What the doors keep: how often somebody tried. These rows lie before any zone is known, so they carry none."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class TryKind(models.TextChoices):
    """By what wrong tries are counted."""

    NAME = "name", _("by log-in name")
    DEVICE = "device", _("by known device")
    ADDRESS = "address", _("by address")
    CODE = "code", _("by person, for codes")


class Tries(models.Model):
    """How many wrong tries there were lately under one mark, and until when the next one must wait.

    `mark` is a keyed hash: who reads the table learns neither names (people type passwords into the wrong field) nor
    addresses.
    """

    kind = models.CharField(max_length=8, choices=TryKind)
    mark = models.CharField(max_length=64)
    count = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()
    waits_until = models.DateTimeField(null=True, blank=True)

    objects: models.Manager[Tries] = models.Manager()

    class Meta:
        verbose_name = _("wrong tries")
        verbose_name_plural = _("wrong tries")
        constraints = [models.UniqueConstraint(fields=["kind", "mark"], name="tries_once")]
        indexes = [models.Index(fields=["last_at"], name="tries_by_time")]

    def __str__(self) -> str:
        return f"{self.kind} · {self.count}"
