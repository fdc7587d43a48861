"""What the doors keep: wrong tries, sessions, recovery codes, tokens.

All but the last lie before any zone is known, so they carry none; a token opens one zone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zoneworks.accounts.models import User, Zone
from zoneworks.accounts.roles import Role
from zoneworks.accounts.walls import RolePolicy, Walled, WalledQuerySet


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


class SessionQuerySet(models.QuerySet["Session"]):
    """Questions people ask of sessions."""

    def living(self, at: datetime) -> Self:
        """Keep the sessions that still open a page at `at`."""
        return self.filter(
            expire_date__gt=at,
            used_at__gt=at - settings.SESSION_IDLE,
            begun_at__gt=at - settings.SESSION_LONGEST,
        )

    def of(self, user: User) -> Self:
        return self.filter(user=user)


class Session(models.Model):
    """A log-in on one device. The row is the session: without it the cookie opens nothing, from that moment on.

    It is kept under the hash of its key, so that who reads the table, or a copy of it, holds no session.
    """

    session_key = models.CharField(primary_key=True, max_length=64)
    session_data = models.TextField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="sessions", verbose_name=_("user")
    )
    device = models.CharField(_("device"), max_length=300, blank=True)
    begun_at = models.DateTimeField(_("logged in"))
    used_at = models.DateTimeField(_("last used"))
    expire_date = models.DateTimeField(db_index=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["-used_at", "pk"]

    def __str__(self) -> str:
        return f"{self.user} · {self.used_at:%Y-%m-%d %H:%M}"


def lasts_until(begun_at: datetime, used_at: datetime) -> datetime:
    """Return when a session ends by itself: some time after its last use, and in any case after its longest time."""
    idle: timedelta = settings.SESSION_IDLE
    longest: timedelta = settings.SESSION_LONGEST
    return min(used_at + idle, begun_at + longest)


class RecoveryCode(models.Model):
    """Opens the second step once, for who lost their phone. Only a keyed hash of the code is kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="recovery_codes", verbose_name=_("user")
    )
    mark = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True, blank=True)

    objects: models.Manager[RecoveryCode] = models.Manager()

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        constraints = [models.UniqueConstraint(fields=["user", "mark"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.created_at:%Y-%m-%d}"


class TokenQuerySet(WalledQuerySet):
    """Questions people ask of tokens."""

    def living(self, at: datetime) -> Self:
        """Keep the tokens that open something at `at`."""
        return self.filter(revoked_at=None, expires_at__gt=at, user__is_active=True)

    def of(self, user: User) -> Self:
        return self.filter(user=user)


def _own(user: User) -> Q:
    return Q(user=user)


class Token(Walled):
    """What a program shows instead of a log-in: it stands for one person in one zone, until a day.

    Like a session it is kept under a hash; `prefix` is the part by which people recognize it.
    """

    zone = models.ForeignKey(Zone, models.PROTECT, related_name="+", verbose_name=_("zone"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="tokens", verbose_name=_("person")
    )
    name = models.CharField(_("name"), max_length=60)
    prefix = models.CharField(_("begins with"), max_length=16)
    digest = models.CharField(max_length=64, unique=True)
    may_write = models.BooleanField(_("may write"), default=False)
    created_at = models.DateTimeField(_("made on"))
    expires_at = models.DateTimeField(_("ends on"))
    used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked on"), null=True, blank=True)

    objects = TokenQuerySet.as_manager()
    policy = RolePolicy(
        {"view": frozenset({Role.ADMINISTRATOR}), "change": frozenset({Role.ADMINISTRATOR})},
        {"view": (frozenset(Role), _own), "change": (frozenset(Role), _own)},
    )

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["zone", "user"], name="token_by_person")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
