"""What was held: trips, visits, receptions, talks, signings, meetings, inspections, drills."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zoneworks.accounts.models import Unit, User
from zoneworks.accounts.roles import RECORDERS, STAFF, Role
from zoneworks.accounts.walls import RolePolicy, Via, Walled, WalledQuerySet
from zoneworks.kit.entity import Entity, EntityQuerySet
from zoneworks.kit.facts import Fact, FactQuerySet
from zoneworks.kit.quantities import Qualifier
from zoneworks.kit.quantities import Unit as QuantityUnit
from zoneworks.organizations.models import Organization
from zoneworks.people.models import Person
from zoneworks.projects.models import Project

WRITERS = RECORDERS | {Role.INSPECTOR}


def _logged_by(user: User) -> Q:
    return Q(host=user.pk) | Q(unit__in=user.unit_ids(WRITERS))


engagement_policy = RolePolicy(
    {
        "view": STAFF,
        "export": STAFF,
        "comment": STAFF,
        "add": WRITERS,
        "change": frozenset({Role.ADMINISTRATOR, Role.VERIFIER}),
        "recognize": frozenset({Role.VERIFIER}),
    },
    {"change": (WRITERS, _logged_by)},
)
"""All staff read; who logs them changes own ones and those of the own unit; only verifiers recognize."""


class EngagementQuerySet(EntityQuerySet):
    """Questions people ask of engagements."""

    def for_table(self) -> EngagementQuerySet:
        return self.select_related("zone", "unit", "host", "lead", "part_of")


class Engagement(Entity):
    """One thing that was held, recorded once. When it was held stands in its steps."""

    kind = models.CharField(_("kind"), max_length=24)
    title = models.CharField(_("title"), max_length=200)
    place = models.CharField(_("place"), max_length=150, blank=True)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    host = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("logged for"),
    )
    lead = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="led", verbose_name=_("led by")
    )
    part_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name=_("part of"),
        help_text=_("The trip that a visit belongs to, or the printed total that already counts it."),
    )
    count = models.PositiveIntegerField(
        _("stands for"),
        default=1,
        help_text=_("1, or the number that a paper prints for several held together."),
    )
    count_qualifier = models.CharField(
        _("how exact"),
        max_length=10,
        choices=Qualifier,
        default=Qualifier.EXACT,
        help_text=_("“At least” when a paper says that it happened, but not how often."),
    )
    outcome = models.TextField(_("outcome"), blank=True)
    follow_up = models.TextField(_("follow-up"), blank=True)
    follow_up_due = models.DateField(_("follow-up due"), null=True, blank=True)
    organizations: Any = models.ManyToManyField(
        Organization,
        through="EngagementOrganization",
        related_name="engagements",
        verbose_name=_("organizations"),
    )
    projects: Any = models.ManyToManyField(
        Project, through="EngagementProject", related_name="engagements", verbose_name=_("projects")
    )

    held_earliest = models.DateField(_("held"), null=True, editable=False)
    held_latest = models.DateField(null=True, editable=False)

    objects = EngagementQuerySet.as_manager()
    policy = engagement_policy

    class Meta:
        verbose_name = _("engagement")
        verbose_name_plural = _("engagements")
        ordering = ["-held_latest", "-pk"]
        indexes = [
            models.Index(fields=["zone", "-held_latest", "-id"], name="engagement_by_day"),
            models.Index(fields=["zone", "kind", "-held_latest"], name="engagement_by_kind"),
            models.Index(fields=["zone", "host", "-held_latest"], name="engagement_by_host"),
        ]
        constraints = [
            models.CheckConstraint(
                name="engagement_stands_for_something",
                condition=Q(count__gte=1),
                violation_error_message=_("An engagement stands for at least one."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        super().clean()
        if self.part_of is not None and (self.part_of_id == self.pk or self.part_of.part_of_id is not None):
            raise ValidationError({"part_of": _("Choose an engagement that is no part of another itself.")})

    def names_to_search(self) -> tuple[str, ...]:
        names = list(self.organizations.values_list("name", flat=True)) if self.pk else []
        return (self.title, self.place, *names)


class OrganizationRole(models.TextChoices):
    """The part that an organization takes in an engagement."""

    VISITED = "visited", _("visited")
    GUEST = "guest", _("guest")
    HOST = "host", _("host")
    SIGNATORY = "signatory", _("signs")
    OTHER = "other", _("takes part")


class EngagementOrganization(models.Model):
    """An organization took part in an engagement."""

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="organization_parts")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="engagement_parts")
    role = models.CharField(
        _("part"), max_length=10, choices=OrganizationRole, default=OrganizationRole.OTHER
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "organization"], name="organization_once_per_engagement"
            )
        ]

    def __str__(self) -> str:
        return str(self.organization)


class EngagementProject(models.Model):
    """A project was the matter of an engagement."""

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="project_parts")
    project = models.ForeignKey(Project, models.PROTECT, related_name="engagement_parts")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["engagement", "project"], name="project_once_per_engagement")
        ]

    def __str__(self) -> str:
        return str(self.project)


class Participant(Walled):
    """A person took part, with the post held on that day."""

    zone = models.ForeignKey("accounts.Zone", models.PROTECT, related_name="+")
    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="participants")
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="participations", verbose_name=_("person")
    )
    post = models.CharField(_("post on that day"), max_length=120, blank=True)

    objects = WalledQuerySet.as_manager()
    policy = Via("engagement", engagement_policy)

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "person"], name="person_once_per_engagement")
        ]

    def __str__(self) -> str:
        return str(self.person)


class StepKind(models.TextChoices):
    """What happens to an engagement."""

    PLANNED = "planned", _("planned")
    HELD = "held", _("held")
    CANCELED = "canceled", _("canceled")


class EngagementStep(Fact):
    """An engagement was planned, held or canceled, within a span of days."""

    subject = "engagement"

    engagement = models.ForeignKey(
        Engagement, models.PROTECT, related_name="steps", verbose_name=_("engagement")
    )
    kind = models.CharField(_("step"), max_length=10, choices=StepKind, default=StepKind.HELD)

    objects = FactQuerySet.as_manager()
    policy = Via("engagement", engagement_policy)

    class Meta(Fact.Meta):
        verbose_name = _("step of an engagement")
        verbose_name_plural = _("steps of engagements")
        indexes = [
            models.Index(fields=["zone", "kind", "earliest", "engagement"], name="engagement_step_by_kind"),
            models.Index(fields=["engagement", "kind", "earliest"], name="engagement_step_by_row"),
        ]

    def __str__(self) -> str:
        return f"{self.engagement} · {self.get_kind_display()}"

    def after_recorded(self) -> None:
        from zoneworks.engagements.deriving import derive

        derive(self.engagement)


class EngagementFigure(Fact):
    """A count of an engagement: bodies visited, visitors, projects discussed …; `kind` is a key of `FIGURE_KINDS`."""

    subject = "engagement"

    engagement = models.ForeignKey(
        Engagement, models.PROTECT, related_name="figures", verbose_name=_("engagement")
    )
    kind = models.CharField(_("kind"), max_length=24)
    value = models.DecimalField(_("value"), max_digits=24, decimal_places=4)
    unit = models.CharField(_("unit"), max_length=10, choices=QuantityUnit, default=QuantityUnit.ITEMS)
    qualifier = models.CharField(_("qualifier"), max_length=10, choices=Qualifier, default=Qualifier.EXACT)
    wording = models.CharField(_("as written"), max_length=120, blank=True)

    objects = FactQuerySet.as_manager()
    policy = Via("engagement", engagement_policy)

    class Meta(Fact.Meta):
        verbose_name = _("figure of an engagement")
        verbose_name_plural = _("figures of engagements")
        indexes = [
            models.Index(fields=["zone", "kind", "earliest", "engagement"], name="engagement_figure_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.engagement} · {self.kind}"
