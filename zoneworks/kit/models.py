"""What the kit keeps for every ledger: the audit trail, comments and saved views."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zoneworks.accounts.models import User, Zone
from zoneworks.accounts.roles import STAFF, Role
from zoneworks.accounts.walls import RolePolicy, Walled, WalledQuerySet


class ChangeQuerySet(WalledQuerySet):
    """Questions people ask of the audit trail."""

    def of_row(self, row: models.Model) -> ChangeQuerySet:
        return self.filter(content_type=ContentType.objects.get_for_model(row), object_id=row.pk)


class Change(Walled):
    """One line of the audit trail. `fields` maps a field to what it said before and says after."""

    zone = models.ForeignKey(Zone, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"), auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who")
    )
    verb = models.CharField(_("did"), max_length=20)
    content_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    object_id = models.BigIntegerField()
    label = models.CharField(_("what"), max_length=200)
    fields = models.JSONField(default=dict)
    unit: str = ""
    """Of a change of a value: in what it is told (`history.with_units`)."""

    target = GenericForeignKey()
    objects = ChangeQuerySet.as_manager()
    policy = RolePolicy({"view": frozenset({Role.AUDITOR, Role.ADMINISTRATOR})})

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["zone", "content_type", "object_id", "at"], name="change_by_row"),
            models.Index(fields=["zone", "at"], name="change_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.label}"

    @property
    def verb_label(self) -> str:
        """Return what was done, as a word."""
        return str(VERBS.get(self.verb, self.verb))


class Marked(models.Model):
    """A mark that each writer of a zone renews in a row of its own (`slot`); see `kit/revision.py`."""

    zone = models.ForeignKey(Zone, models.CASCADE, related_name="+")
    slot = models.PositiveSmallIntegerField()
    mark = models.BigIntegerField()

    class Meta:
        abstract = True


class Revision(Marked):
    """A part of the mark of a zone's records. It says nothing of what they hold."""

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        constraints = [models.UniqueConstraint(fields=["zone", "slot"], name="revision_once_per_slot")]

    def __str__(self) -> str:
        return f"{self.zone_id}/{self.slot}"


class PartRevision(Marked):
    """The mark of a part of a zone's records, renewed with that of the zone."""

    part = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("revision of a part")
        verbose_name_plural = _("revisions of parts")
        constraints = [
            models.UniqueConstraint(fields=["zone", "slot", "part"], name="part_revision_once_per_slot")
        ]

    def __str__(self) -> str:
        return f"{self.zone_id}/{self.slot}/{self.part}"


class SubjectRevision(Marked):
    """The mark of what is recorded of a single subject, renewed with that of its part."""

    subject = models.CharField(max_length=80)

    class Meta:
        verbose_name = _("revision of a subject")
        verbose_name_plural = _("revisions of subjects")
        constraints = [
            # The subject stands in front of the slot: a list asks about fifty subjects, whoever wrote of them.
            models.UniqueConstraint(fields=["zone", "subject", "slot"], name="subject_revision_once_per_slot")
        ]

    def __str__(self) -> str:
        return f"{self.zone_id}/{self.slot}/{self.subject}"


class FormerValue(Walled):
    """What an attribute of an entity said until it was changed; see `kit/attributes.py`. Never edited.

    `value` is the key of a related row or a text, empty for nothing. An attribute that never changed has no row.
    """

    zone = models.ForeignKey(Zone, models.PROTECT, related_name="+")
    content_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    object_id = models.BigIntegerField()
    attribute = models.CharField(max_length=40)
    value = models.CharField(max_length=40, blank=True)
    until = models.DateTimeField()

    objects = WalledQuerySet.as_manager()
    policy = RolePolicy({"view": frozenset({Role.AUDITOR, Role.ADMINISTRATOR})})

    class Meta:
        verbose_name = _("former value")
        verbose_name_plural = _("former values")
        indexes = [
            models.Index(
                fields=["zone", "content_type", "object_id", "attribute", "until"], name="former_value_by_row"
            )
        ]

    def __str__(self) -> str:
        return f"{self.attribute}: {self.value}"


VERBS = {
    "add": _("entered"),
    "change": _("changed"),
    "record": _("recorded a fact"),
    "correct": _("corrected a fact"),
    "withdraw": _("withdrew a fact"),
    "recognize": _("recognized a fact"),
    "comment": _("commented"),
    "attach": _("attached a file"),
    "detach": _("removed a file"),
    "cite": _("cited a passage"),
    "unmark": _("removed a mark"),
    "uncite": _("took a citation back"),
    "mark": _("marked a passage"),
    "read": _("read a document"),
    "judge": _("judged a proposal"),
    "override": _("changed a rule"),
    "bulk": _("changed with others"),
    "load": _("loaded"),
    "grant": _("changed log-ins"),
    "password": _("changed the own password"),
    "contact": _("changed contacts"),
    "reset": _("gave a one-time password"),
    "second_on": _("set up a second step"),
    "second_off": _("took a second step off"),
    "new_codes": _("made new recovery codes"),
    "used_code": _("logged in with a recovery code"),
    "end_sessions": _("logged out everywhere"),
    "token": _("made a token"),
    "revoke": _("revoked a token"),
    "throttle": _("log-in waits after wrong tries"),
    "forget": _("deleted personal data"),
    "extract": _("asked an extractor"),
}


def _own(user: User) -> Q:
    return Q(owner=user)


def _own_or_shared(user: User) -> Q:
    # An enterprise reads neither the names nor the filters by which the staff sorts the ledgers.
    return _own(user) | Q(is_shared=True, zone__in=user.zone_ids(STAFF))


class SavedView(Walled):
    """A list as somebody likes to see it: filters, search, sorting and columns under a name."""

    zone = models.ForeignKey(Zone, models.CASCADE, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    ledger = models.CharField(max_length=40)
    name = models.CharField(_("name"), max_length=60)
    query = models.TextField(blank=True)
    is_shared = models.BooleanField(_("shared with the zone"), default=False)

    objects = WalledQuerySet.as_manager()
    policy = RolePolicy(
        {},
        {
            "view": (frozenset(Role), _own_or_shared),
            "change": (frozenset(Role), _own),
        },
    )

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "owner", "ledger", "name"],
                name="saved_view_once",
                violation_error_message=_("You already have a view of this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Comment(Walled):
    """What somebody wrote on the page of a row. Never edited; the page's policy is its policy."""

    zone = models.ForeignKey(Zone, models.PROTECT, related_name="+")
    content_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    object_id = models.BigIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField(_("comment"), max_length=5000)
    at = models.DateTimeField(auto_now_add=True)

    target = GenericForeignKey()
    objects = WalledQuerySet.as_manager()
    policy = RolePolicy({"view": STAFF, "add": STAFF})

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["zone", "content_type", "object_id"], name="comment_by_row")]

    def __str__(self) -> str:
        return self.text[:60]


def rewound(rows: list[Any], known_at: datetime) -> dict[int, dict[str, str]]:
    """Return, for each row changed since `known_at`, what its changed fields said then, as text; one query."""
    if not rows:
        return {}
    later = (
        Change.objects.filter(
            zone=rows[0].zone_id,
            content_type=ContentType.objects.get_for_model(rows[0]),
            object_id__in=[row.pk for row in rows],
            at__gt=known_at,
            verb__in=("change", "bulk"),
        )
        .order_by("at", "pk")
        .values_list("object_id", "fields")
    )
    then: dict[int, dict[str, str]] = {}
    for pk, fields in later:
        for name, (before, _after) in fields.items():
            then.setdefault(pk, {}).setdefault(name, before)
    return then
