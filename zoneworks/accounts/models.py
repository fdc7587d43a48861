"""Zones, their units, the people who log in, and which role they hold where."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.dispatch import Signal
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from zoneworks.accounts.locks import hold
from zoneworks.accounts.roles import Role
from zoneworks.accounts.searched import NamedAfter, Searched, SearchedQuerySet
from zoneworks.accounts.searching import search_text
from zoneworks.accounts.trees import InTree, bites_its_tail
from zoneworks.accounts.walls import NO_ROW, Policy, RolePolicy, StaffReads, Walled, WalledQuerySet

renamed = Signal()
"""A person may be called otherwise from now on; sent with `user`, after it is saved."""


class ZonePolicy(Policy):
    """A zone is seen by its members and changed by its administrators."""

    def scope(self, user: User, verb: str) -> Q:
        roles = frozenset(Role) if verb == "view" else frozenset({Role.ADMINISTRATOR})
        zones = user.zone_ids(roles)
        return Q(pk__in=zones) if zones else NO_ROW


class Zone(Walled):
    """An industrial development zone: the wall around all of its rows."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    city = models.CharField(_("city"), max_length=60, blank=True)
    province = models.CharField(_("province"), max_length=60, blank=True)
    is_synthetic = models.BooleanField(
        _("synthetic"),
        default=False,
        help_text=_("Its rows were generated for measuring; they describe nobody."),
    )
    second_step_roles = models.JSONField(
        _("roles that need a second step"),
        default=list,
        blank=True,
        editable=False,
        help_text=_("Who holds one of them here logs in with a code from their phone as well."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WalledQuerySet.as_manager()
    policy = ZonePolicy()

    class Meta:
        verbose_name = _("zone")
        verbose_name_plural = _("zones")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class UnitKind(models.TextChoices):
    """What kind of body a unit is."""

    COMMITTEE = "committee", _("committee")
    BUREAU = "bureau", _("bureau")
    BRANCH = "branch", _("branch")
    COMPANY = "company", _("company")
    TEAM = "team", _("team")
    OFFICE = "office", _("office")
    COMMUNITY = "community", _("community")
    VILLAGE = "village", _("village")


class UnitQuerySet(SearchedQuerySet):
    """Questions people ask of units."""

    def standing(self, on: date) -> UnitQuerySet:
        """Keep the units that stand on `on`."""
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gte=on))

    def for_table(self) -> UnitQuerySet:
        return self.select_related("parent", "zone")


class Unit(InTree, Searched):
    """A working unit of a zone: committee, bureau, team, village; a tree, each with its dates."""

    named_by = ("name", "name_en", "aliases")

    zone = models.ForeignKey(Zone, models.PROTECT, related_name="units", verbose_name=_("zone"))
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=160, blank=True)
    aliases = models.CharField(_("other names"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=UnitKind, default=UnitKind.BUREAU)
    field = models.CharField(
        _("field"),
        max_length=100,
        blank=True,
        help_text=_("What a team is responsible for, in its own words."),
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_to = models.DateField(_("until"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UnitQuerySet.as_manager()
    policy = StaffReads(frozenset({Role.ADMINISTRATOR}))

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["zone", "name"], name="unit_name_once_per_zone"),
            models.CheckConstraint(
                name="unit_ends_after_it_begins",
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("A unit cannot end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def own_names(self) -> tuple[str, ...]:
        return (self.name, self.name_en, *re.split(r"[,，、;；]", self.aliases))

    def clean(self) -> None:
        """Refuse a parent of another zone and a tree that bites its own tail."""
        super().clean()
        if self.parent is None:
            return
        if self.parent.zone_id != self.zone_id:
            raise ValidationError({"parent": _("This unit belongs to another zone.")})
        self.check_line()

    def check_line(self, *, anew: bool = False) -> None:
        trail = self.trail(anew=anew)
        if bites_its_tail(trail):
            raise ValidationError(
                {
                    "parent": _(
                        "A unit cannot stand below itself: %(trail)s. Choose a unit outside this line."
                    )
                    % {"trail": " → ".join(unit.name for unit in trail)}
                }
            )

    def line(self) -> list[Unit]:
        """Return the units above this one, the highest first."""
        found: list[Unit] = []
        above = self.parent
        while above is not None and above not in found:
            found.insert(0, above)
            above = above.parent
        return found


class Seat(NamedTuple):
    """One current membership, as policies need it."""

    zone_id: int
    unit_id: int | None
    role: str


class User(AbstractUser):
    """A person who logs in. What they may do follows from their memberships."""

    full_name = models.CharField(_("full name"), max_length=60, blank=True)
    one_time_until = models.DateTimeField(
        _("one-time password until"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Somebody else chose the password: it opens nothing but the page that changes it."),
    )

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.full_name or self.username

    @cached_property
    def seats(self) -> tuple[Seat, ...]:
        """Return the memberships in force today; read once per request."""
        if not self.is_active:
            return ()
        held = Membership.objects.in_force(localdate()).filter(user=self)
        return tuple(Seat(*row) for row in held.values_list("zone_id", "unit_id", "role"))

    def zone_ids(self, roles: Iterable[str]) -> list[int]:
        """Return the zones in which this person holds one of `roles`."""
        wanted = set(roles)
        return sorted({seat.zone_id for seat in self.seats if seat.role in wanted})

    def unit_ids(self, roles: Iterable[str]) -> list[int]:
        """Return the units for which this person holds one of `roles`."""
        wanted = set(roles)
        return sorted({seat.unit_id for seat in self.seats if seat.role in wanted and seat.unit_id})

    def roles_in(self, zone: Zone) -> frozenset[str]:
        """Return the roles that this person holds in `zone`."""
        return frozenset(seat.role for seat in self.seats if seat.zone_id == zone.pk)

    def only_seat(self, zone: Zone, roles: Iterable[str]) -> Seat | None:
        """Return the seat of one of `roles` that this person holds in `zone`, when it is one only."""
        wanted = set(roles)
        found = [seat for seat in self.seats if seat.zone_id == zone.pk and seat.role in wanted]
        return found[0] if len(found) == 1 else None

    def names_to_search(self) -> tuple[str, ...]:
        """Return the names under which this person's memberships are found."""
        return (self.full_name, self.username)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and keep the memberships findable under the person's new names."""
        is_new, fields = self._state.adding, kwargs.get("update_fields")
        may_rename = not is_new and (fields is None or bool({"full_name", "username"} & set(fields)))
        names = User.objects.filter(pk=self.pk).values_list("full_name", "username")
        before = names.first() if may_rename else None
        super().save(*args, **kwargs)
        if may_rename:
            self.memberships.update(search_text=search_text(*self.names_to_search()))
        if before is not None and before != self.names_to_search():
            renamed.send(User, user=self)

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        self.__dict__.pop("seats", None)
        super().refresh_from_db(*args, **kwargs)


class MembershipQuerySet(SearchedQuerySet):
    """Questions people ask of memberships. A member is found by person and by unit."""

    def named_after(self, known: datetime | None = None) -> tuple[NamedAfter, ...]:
        return (NamedAfter(Unit, Membership.objects.all(), "pk", "unit"),)

    def in_force(self, on: date) -> MembershipQuerySet:
        """Keep the memberships held on `on`."""
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gte=on))

    def for_table(self) -> MembershipQuerySet:
        return self.select_related("user", "unit", "zone")


_SEATING = frozenset({"zone", "user", "role", "valid_from", "valid_to"})


class Membership(Searched):
    """A role that a person holds in a zone, for a unit or for the whole zone, from a day until a day."""

    zone = models.ForeignKey(Zone, models.PROTECT, related_name="memberships", verbose_name=_("zone"))
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name=_("person"))
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="memberships", verbose_name=_("unit")
    )
    role = models.CharField(_("role"), max_length=16, choices=Role)
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_to = models.DateField(_("until"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MembershipQuerySet.as_manager()
    policy = StaffReads(frozenset({Role.ADMINISTRATOR}))

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ["user__full_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "user", "unit", "role"],
                name="membership_once",
                violation_error_message=_("This person already holds this role there."),
            ),
            models.UniqueConstraint(
                fields=["zone", "user", "role"],
                condition=Q(unit=None),
                name="membership_for_the_zone_once",
                violation_error_message=_("This person already holds this role there."),
            ),
            models.CheckConstraint(
                name="membership_ends_after_it_begins",
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("A membership cannot end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"

    def own_names(self) -> tuple[str, ...]:
        return self.user.names_to_search()

    def clean(self) -> None:
        """Refuse a unit of another zone, and a change after which nobody would administer the zone."""
        super().clean()
        if self.unit is not None and self.unit.zone_id != self.zone_id:
            raise ValidationError({"unit": _("This unit belongs to another zone.")})
        self._check_administrators()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; that somebody administers the zone is checked once more when nobody else can change its members."""
        fields = kwargs.get("update_fields")
        if self._state.adding or (fields is not None and not _SEATING & {*fields}):
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            hold(Zone, self.zone_id)
            self._check_administrators()
            super().save(*args, **kwargs)

    def _check_administrators(self) -> None:
        if self.pk is not None and not self._administers(localdate()) and self._was_last_administrator():
            raise ValidationError(
                _("The zone would be without an administrator. Make somebody else administrator first.")
            )

    def _administers(self, on: date) -> bool:
        begun = self.valid_from is None or self.valid_from <= on
        return self.role == Role.ADMINISTRATOR and begun and (self.valid_to is None or self.valid_to >= on)

    def _was_last_administrator(self) -> bool:
        held = Membership.objects.in_force(localdate()).filter(
            zone_id=self.zone_id, role=Role.ADMINISTRATOR, user__is_active=True
        )
        return list(held.values_list("pk", flat=True)[:2]) == [self.pk]


__all__ = ["Membership", "Role", "RolePolicy", "Seat", "Unit", "UnitKind", "User", "Zone"]
