"""What the API keeps: which requests were carried out already, so that a repeated one does nothing twice."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from zoneworks.accounts.models import Zone


class CarriedOut(models.Model):
    """A write that a program marked with a key of its own, and the row that came of it. Kept for two days."""

    zone = models.ForeignKey(Zone, models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    row = models.BigIntegerField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    objects: models.Manager[CarriedOut] = models.Manager()

    class Meta:
        verbose_name = _("carried-out request")
        verbose_name_plural = _("carried-out requests")
        constraints = [models.UniqueConstraint(fields=["zone", "user", "key"], name="carried_out_once")]
        indexes = [models.Index(fields=["at"], name="carried_out_by_time")]

    def __str__(self) -> str:
        return f"{self.key} · {self.at:%Y-%m-%d %H:%M}"
