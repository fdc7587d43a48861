"""Organizations: enterprises, investors, institutions; their names over time, contacts, steps and figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.dispatch import Signal
from django.utils.translation import gettext_lazy as _

from zoneworks.accounts.models import User
from zoneworks.accounts.roles import RECORDERS, STAFF, Role
from zoneworks.accounts.searched import NamedByFacts
from zoneworks.accounts.trees import InTree, bites_its_tail
from zoneworks.accounts.walls import RolePolicy, Via, Walled, WalledQuerySet
from zoneworks.kit.entity import Entity, EntityQuerySet
from zoneworks.kit.facts import Fact, FactQuerySet
from zoneworks.kit.figures import Figure
from zoneworks.kit.quantities import Nature
from zoneworks.kit.touching import touches_no_number

ENTERPRISE = frozenset({Role.ENTERPRISE})


class OrganizationKind(models.TextChoices):
    """What kind of body an organization is."""

    ENTERPRISE = "enterprise", _("enterprise")
    INVESTOR = "investor", _("investor")
    FUND_MANAGER = "fund_manager", _("fund manager")
    INSTITUTION = "institution", _("institution")
    ASSOCIATION = "association", _("association")
    UNIVERSITY = "university", _("university")
    GOVERNMENT = "government", _("government office")
    PARTY_BODY = "party_body", _("party body")
    PLATFORM = "platform", _("service platform")
    OTHER = "other", _("other")


def _represents(user: User) -> Q:
    # A subquery, not a join: an organization with several log-ins stays one row.
    seen = Organization.representatives.through.objects.filter(user=user.pk)
    return Q(pk__in=seen.values("organization"))


organization_policy = RolePolicy(
    {
        "view": STAFF,
        "export": STAFF,
        "comment": STAFF,
        "add": RECORDERS,
        "change": RECORDERS,
        "recognize": frozenset({Role.VERIFIER}),
        "grant": frozenset({Role.ADMINISTRATOR}),
    },
    {"view": (ENTERPRISE, _represents)},
)


renamed = Signal()
"""An organization is found by other names than before; sent in the transaction that saves it."""


class OrganizationQuerySet(EntityQuerySet):
    """Questions people ask of organizations."""

    def for_table(self) -> OrganizationQuerySet:
        return self.select_related("zone", "parent")


class Organization(InTree, Entity):
    """A firm, office, association or university that the zone deals with."""

    name = models.CharField(_("name"), max_length=150)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    kind = models.CharField(
        _("kind"), max_length=12, choices=OrganizationKind, default=OrganizationKind.ENTERPRISE
    )
    credit_code = models.CharField(
        _("credit code"),
        max_length=18,
        blank=True,
        validators=[
            RegexValidator(
                r"^[0-9A-HJ-NPQRTUWXY]{18}$",
                _("A credit code has 18 digits and capital letters (no I, O, S, V, Z)."),
            )
        ],
    )
    listed_code = models.CharField(_("listed code"), max_length=20, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="subsidiaries", verbose_name=_("parent")
    )
    is_local = models.BooleanField(_("located in the zone"), null=True, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)
    representatives = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="organizations",
        verbose_name=_("log-ins of the organization"),
    )

    objects = OrganizationQuerySet.as_manager()
    policy = organization_policy

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["zone", "name"], name="organization_by_name"),
            models.Index(fields=["zone", "kind", "name"], name="organization_by_kind"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "name"],
                name="organization_name_once_per_zone",
                violation_error_message=_("An organization of this name is already in the ledger."),
            ),
            models.UniqueConstraint(
                fields=["zone", "credit_code"],
                condition=~Q(credit_code=""),
                name="credit_code_once_per_zone",
                violation_error_message=_("An organization with this credit code is already in the ledger."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a parent of another zone, and a line of parents that leads back to where it began."""
        super().clean()
        if self.parent is not None and self.parent.zone_id != self.zone_id:
            raise ValidationError({"parent": _("This organization belongs to another zone.")})
        self.check_line()

    def check_line(self, *, anew: bool = False) -> None:
        if bites_its_tail(self.trail(anew=anew)):
            raise ValidationError(
                {"parent": _("An organization cannot be its own parent, not even through others.")}
            )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; tell those who keep the name with their own rows when it may have changed."""
        known_as = None if self._state.adding else self.search_text
        super().save(*args, **kwargs)
        if known_as is not None and known_as != self.search_text:
            renamed.send(Organization, organization=self)

    def own_names(self) -> tuple[str, ...]:
        return (self.name, self.short_name, self.credit_code, self.listed_code)

    @classmethod
    def named_by_facts(cls) -> tuple[NamedByFacts, ...]:
        return (NamedByFacts(OrganizationName.objects, "organization", "name"),)

    @classmethod
    def further_names(cls, rows: Sequence[Any]) -> Mapping[int, Sequence[str]]:
        """Return their former and other names."""
        found: dict[int, list[str]] = {row.pk: [] for row in rows}
        names = OrganizationName.objects.filter(organization__in=found).live().order_by("pk")
        for organization, name in names.values_list("organization_id", "name"):
            found[organization].append(name)
        return found


class NameKind(models.TextChoices):
    """How another name stands to the organization, and what the days of its fact say.

    A former name was given up, a later name was taken, within these days; the others were seen in use then.
    """

    FORMER = "former", _("former name")
    LATER = "later", _("later name")
    ALIAS = "alias", _("other name")
    AS_PRINTED = "as_printed", _("as printed")


class OrganizationName(Fact):
    """Another name of the organization; `naming.name_on` says what it was called on a day."""

    subject = "organization"

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="other_names")
    kind = models.CharField(_("kind"), max_length=12, choices=NameKind, default=NameKind.FORMER)
    name = models.CharField(_("name"), max_length=150)

    objects = FactQuerySet.as_manager()
    policy = Via("organization", organization_policy)

    class Meta(Fact.Meta):
        verbose_name = _("name")
        verbose_name_plural = _("names")
        indexes = [models.Index(fields=["zone", "organization"], name="name_by_organization")]

    def __str__(self) -> str:
        return self.name

    def after_recorded(self) -> None:
        self.organization.refresh_search_text()

    @classmethod
    def after_all_recorded(cls, facts: Sequence[Any]) -> None:
        named = Organization.objects.filter(pk__in={fact.organization_id for fact in facts})
        Organization.refresh_search_texts(list(named))


class OrganizationStepKind(models.TextChoices):
    """What can happen to an organization."""

    REGISTERED = "registered", _("registered")
    MOVED_IN = "moved_in", _("moved into the zone")
    ABOVE_SCALE = "above_scale", _("above-scale firm")
    HIGH_TECH = "high_tech", _("high-tech enterprise")
    SPECIALIZED = "specialized", _("specialized and innovative enterprise")
    LITTLE_GIANT = "little_giant", _("national “little giant”")
    LISTED = "listed", _("listed on an exchange")
    MOVED_OUT = "moved_out", _("moved out of the zone")
    DEREGISTERED = "deregistered", _("deregistered")


class OrganizationStep(Fact):
    """Something happened to an organization: registered, above-scale, high-tech, listed …"""

    subject = "organization"

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="steps")
    kind = models.CharField(_("step"), max_length=24, choices=OrganizationStepKind)

    objects = FactQuerySet.as_manager()
    policy = Via("organization", organization_policy)

    class Meta(Fact.Meta):
        verbose_name = _("step of an organization")
        verbose_name_plural = _("steps of organizations")
        indexes = [models.Index(fields=["zone", "kind", "earliest"], name="organization_step_by_kind")]

    def __str__(self) -> str:
        return f"{self.organization} · {self.get_kind_display()}"


class OrganizationFigure(Figure):
    """A figure of an organization for a period: sales, tax, R&D spending, staff …"""

    subject = "organization"

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="figures")
    nature = models.CharField(_("nature"), max_length=12, choices=Nature, default=Nature.ACTUAL)

    objects = FactQuerySet.as_manager()
    policy = Via("organization", organization_policy)

    class Meta(Figure.Meta):
        verbose_name = _("figure of an organization")
        verbose_name_plural = _("figures of organizations")
        indexes = [
            *Figure.Meta.indexes,
            models.Index(fields=["zone", "kind", "earliest"], name="org_figure_by_kind"),
        ]


class ContactQuerySet(WalledQuerySet):
    """Questions people ask of contacts."""

    def kept(self, on: date) -> ContactQuerySet:
        """Keep the contacts whose retention date has not passed."""
        return self.filter(keep_until__gte=on)


class Contact(Walled):
    """Whom to call. Personal data: it carries the day until which it may be kept, and is gone after it."""

    zone = models.ForeignKey("accounts.Zone", models.PROTECT, related_name="+")
    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="contacts", verbose_name=_("organization")
    )
    name = models.CharField(_("full name"), max_length=60)
    title = models.CharField(_("post"), max_length=80, blank=True)
    phone = models.CharField(
        _("telephone"),
        max_length=30,
        blank=True,
        validators=[
            RegexValidator(
                r"^[0-9+() \-]{5,30}$", _("A telephone number has digits, +, -, spaces and brackets only.")
            )
        ],
    )
    email = models.EmailField(_("mail"), blank=True)
    keep_until = models.DateField(_("keep until"))
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ContactQuerySet.as_manager()
    policy = Via("organization", organization_policy)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["zone", "organization"], name="contact_by_organization"),
            models.Index(fields=["zone", "keep_until"], name="contact_by_retention"),
        ]

    def __str__(self) -> str:
        return self.name


touches_no_number(Organization)
