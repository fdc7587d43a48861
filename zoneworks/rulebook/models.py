"""What a zone decided differently from the shipped rules: dated, attributed, append-only."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from zoneworks.accounts.models import Zone
from zoneworks.accounts.walls import Walled, WalledQuerySet
from zoneworks.kit.facts import AppendOnlyError
from zoneworks.rulebook.assembling import Override
from zoneworks.rulebook.policy import RULE_POLICY


class RuleOverrideQuerySet(WalledQuerySet):
    """Ways of reading the overrides of a zone. Rows are few, so what is live is worked out in Python."""

    def known(self, zone: Zone, known_at: datetime | None = None) -> list[RuleOverride]:
        """Return every row of `zone` recorded by `known_at`, in the order of recording; one query."""
        rows = self.filter(zone=zone).select_related("recorded_by")
        if known_at is not None:
            rows = rows.filter(recorded_at__lte=known_at)
        return list(rows.order_by("recorded_at", "pk"))

    def live(self, zone: Zone, known_at: datetime | None = None) -> list[RuleOverride]:
        """Return the rows that nothing recorded by `known_at` corrects or withdraws; one query."""
        return self.still_live(self.known(zone, known_at))

    def still_live(self, rows: Iterable[RuleOverride]) -> list[RuleOverride]:
        """Return those of `rows` that no other of them corrects or withdraws."""
        every = list(rows)
        reversed_rows = {row.reverses_id for row in every}
        return [row for row in every if row.pk not in reversed_rows and not row.withdrawn]

    def live_values(self, zone: Zone, known_at: datetime | None = None) -> list[Override]:
        """Return what is live as plain values; one query."""
        return [row.as_value() for row in self.live(zone, known_at)]

    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("a rule's override is never changed; record another one")

    def delete(self) -> NoReturn:
        raise AppendOnlyError("a rule's override is never deleted; withdraw it")


class RuleOverride(Walled):
    """One decision of a zone about one rule, in force from a day on.

    It names a shipped alternative or brings a value. A decision for a later day is a new row beside it;
    a correction or withdrawal of this one is a row that `reverses` it.
    """

    zone = models.ForeignKey(Zone, models.PROTECT, related_name="+", verbose_name=_("zone"))
    key = models.CharField(_("rule"), max_length=100)
    # Counts the decisions about one rule, so that two people deciding at once cannot both succeed.
    number = models.PositiveIntegerField(_("number"))
    value = models.JSONField(_("value"), null=True, blank=True)
    alternative = models.CharField(_("shipped alternative"), max_length=60, blank=True)
    in_force_from = models.DateField(_("in force from"))
    in_force_to = models.DateField(_("in force until"), null=True, blank=True)
    issuer = models.CharField(_("issuer"), max_length=120, blank=True)
    document = models.CharField(_("document"), max_length=200, blank=True)
    clause = models.CharField(_("clause"), max_length=500, blank=True)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"), default=now, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by")
    )
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name=_("corrects")
    )
    withdrawn = models.BooleanField(_("withdrawn"), default=False)

    objects = RuleOverrideQuerySet.as_manager()
    policy = RULE_POLICY

    class Meta:
        verbose_name = _("zone rule")
        verbose_name_plural = _("zone rules")
        ordering = ["zone", "key", "number"]
        constraints = [
            models.UniqueConstraint(fields=["zone", "key", "number"], name="rule_override_number_once"),
            models.CheckConstraint(
                name="rule_override_ends_after_it_begins",
                condition=Q(in_force_to=None) | Q(in_force_to__gte=F("in_force_from")),
                violation_error_message=_("A rule cannot end before it begins."),
            ),
            models.CheckConstraint(
                name="rule_override_withdraws_something",
                condition=Q(withdrawn=False) | Q(reverses__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} · {self.in_force_from}"

    def as_value(self) -> Override:
        """Return this row as a plain value that compares and hashes by what it says."""
        return Override(
            pk=self.pk,
            key=self.key,
            value="" if self.alternative else json.dumps(self.value, ensure_ascii=False, sort_keys=True),
            alternative=self.alternative,
            in_force_from=self.in_force_from,
            in_force_to=self.in_force_to,
            issuer=self.issuer,
            document=self.document,
            clause=self.clause,
            note=self.note,
        )

    def covers(self, on: date) -> bool:
        """Say whether the zone wanted this on `on`."""
        return self.in_force_from <= on and (self.in_force_to is None or on <= self.in_force_to)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError("a rule's override is never changed; record another one")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("a rule's override is never deleted; withdraw it")
