"""What was held: trips, visits, receptions, talks, signings, meetings, inspections, drills."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zoneworks.accounts.models import Unit, User
from zoneworks.accounts.roles import RECORDERS, STAFF, Role
from zoneworks.accounts.searched import NamedAfter
from zoneworks.accounts.trees import InTree, bites_its_tail
from zoneworks.accounts.walls import RolePolicy, Via, Walled, WalledQuerySet
from zoneworks.kit.entity import Entity, EntityQuerySet
from zoneworks.kit.facts import Fact, FactQuerySet
from zoneworks.kit.figures import Figure
from zoneworks.kit.levels import Level, attested
from zoneworks.kit.moment import Moment
from zoneworks.kit.past import as_told, said, with_told
from zoneworks.kit.quantities import Qualifier
from zoneworks.kit.quantities import Unit as QuantityUnit
from zoneworks.kit.ties import Standing, Tie
from zoneworks.organizations.models import Organization
from zoneworks.people.models import Person
from zoneworks.projects.models import Project

WRITERS = RECORDERS | {Role.INSPECTOR}


def _logged_by(user: User) -> Q:
    return Q(host=user.pk) | Q(unit__in=user.unit_ids(WRITERS)) | Q(unit=None, host=None)


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
"""All staff read; those who log change their own, those of their unit and those of nobody (told by a paper);
only verifiers recognize."""


MOST_LEVELS = 3
"""A visit lies in a trip, the trip in a printed total, and nothing deeper. The measures look as far up."""


class EngagementQuerySet(EntityQuerySet):
    """Questions people ask of engagements."""

    def for_table(self) -> EngagementQuerySet:
        return self.select_related("zone", "unit", "host", "lead__zone", "part_of")

    def named_after(self, known: datetime | None = None) -> tuple[NamedAfter, ...]:
        bodies = EngagementOrganization.objects.standing(known)
        return (
            NamedAfter(Organization, bodies, "engagement", "organization"),
            NamedAfter(Project, EngagementProject.objects.standing(known), "engagement", "project"),
        )

    def standing_on(self, on: date, known_at: datetime | None) -> EngagementQuerySet:
        """Keep what had been planned or held by `on`, as known at `known_at` or now, and what has no day at all."""
        live = EngagementStep.objects.filter(engagement=OuterRef("pk")).live(known_at).order_by()
        stood = live.filter(~Q(kind=StepKind.HELD) | Q(earliest__lte=on))
        return self.filter(Exists(stood) | ~Exists(live))

    def as_they_stood(self, moment: Moment) -> EngagementQuerySet:
        """Add `then_state`, `then_earliest`, `then_latest`, `then_count` as the standing step says them at the moment.

        Today these are the derived columns; `standing` says the same of a past moment in plain Python.
        """
        if not moment.is_past:
            return self.annotate(
                then_state=F("state"),
                then_earliest=F("held_earliest"),
                then_latest=F("held_latest"),
                then_count=F("count"),
            )
        live = EngagementStep.objects.filter(engagement=OuterRef("pk")).live(moment.known)
        stood = live.filter(~Q(kind=StepKind.HELD) | Q(earliest__lte=moment.on)).with_attested()
        held = Q(kind=StepKind.HELD)
        telling = stood.order_by(
            models.Case(models.When(held, then=0), default=1),
            models.Case(models.When(held, then=-F("attested")), default=0),
            models.Case(models.When(held, then=F("earliest"))),
            models.Case(models.When(held, then=F("latest"))),
            models.Case(models.When(held, then=F("pk"))),
            "-recorded_at",
            "-pk",
        )
        return self.annotate(
            then_state=Subquery(telling.values("kind")[:1]),
            then_earliest=Subquery(telling.values("earliest")[:1]),
            then_latest=Subquery(telling.values("latest")[:1]),
            then_count=Subquery(telling.values("count")[:1]),
        )

    def with_follow_up(self, moment: Moment, wanted: str) -> EngagementQuerySet:
        """Keep those whose follow-up was `open`, `overdue` or `done` on the day, by what was known at the moment.

        A follow-up that was done after the day was still open on it.
        """
        on, known = moment.on, moment.known
        day = on.isoformat()
        is_done = Q(follow_up_done__lte=on)
        was_done = Q(told_follow_up_done__lte=day) & ~Q(told_follow_up_done="")
        if wanted == "done":
            return as_told(self, "follow_up_done", known, now=is_done, then=was_done)
        rows = as_told(self, "follow_up_done", known, now=Q(follow_up_done=None) | ~is_done, then=~was_done)
        due, was_due = Q(follow_up_due__isnull=False), ~Q(told_follow_up_due="")
        if wanted == "overdue":
            due, was_due = Q(follow_up_due__lt=on), was_due & Q(told_follow_up_due__lt=day)
            return as_told(rows, "follow_up_due", known, now=due, then=was_due)
        if known is None:
            return rows.filter(~Q(follow_up="") | due)
        written = said("follow_up", now=~Q(follow_up=""), then=~Q(told_follow_up=""))
        dated = said("follow_up_due", now=due, then=was_due)
        return with_told(rows, known, "follow_up", "follow_up_due").filter(written | dated)


class StepKind(models.TextChoices):
    """What happens to an engagement."""

    PLANNED = "planned", pgettext_lazy("engagement", "planned")
    HELD = "held", pgettext_lazy("engagement", "held")
    CANCELED = "canceled", pgettext_lazy("engagement", "canceled")


class Engagement(InTree, Entity):
    """One thing that was held, recorded once. When it was held, and for how many it stands, is said by its steps."""

    above = "part_of"
    attributes = ("kind", "unit", "host", "lead", "part_of")
    named_by = ("title", "place")

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
    outcome = models.TextField(_("outcome"), blank=True)
    follow_up = models.TextField(_("follow-up"), blank=True)
    follow_up_due = models.DateField(_("follow-up due"), null=True, blank=True)
    follow_up_done = models.DateField(_("follow-up done"), null=True, blank=True, editable=False)
    organizations: Any = models.ManyToManyField(
        Organization,
        through="EngagementOrganization",
        related_name="engagements",
        verbose_name=_("organizations"),
    )
    projects: Any = models.ManyToManyField(
        Project, through="EngagementProject", related_name="engagements", verbose_name=_("projects")
    )

    state = models.CharField(_("state"), max_length=10, choices=StepKind, blank=True, editable=False)
    held_earliest = models.DateField(_("held"), null=True, editable=False)
    held_latest = models.DateField(null=True, editable=False)
    count = models.PositiveIntegerField(_("stands for"), default=1, editable=False)
    count_qualifier = models.CharField(
        _("how exact"), max_length=10, choices=Qualifier, default=Qualifier.EXACT, editable=False
    )
    log_key = models.CharField(max_length=36, blank=True, editable=False)

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
            models.Index(fields=["zone", "unit", "-held_latest"], name="engagement_by_unit"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "log_key"], condition=~Q(log_key=""), name="engagement_logged_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Refuse a whole of another zone, a line that bites its own tail, and one too deep to be counted."""
        super().clean()
        if self.part_of is None:
            return
        if self.part_of.zone_id != self.zone_id:
            raise ValidationError({"part_of": _("This engagement belongs to another zone.")})
        self.check_line()

    def check_line(self, *, anew: bool = False) -> None:
        trail = self.trail(anew=anew)
        if bites_its_tail(trail):
            raise ValidationError(
                {
                    "part_of": _("An engagement cannot be a part of itself: %(trail)s.")
                    % {"trail": " → ".join(row.title for row in trail)}
                }
            )
        if len(trail) + self.levels_below() > MOST_LEVELS:
            raise ValidationError(
                {
                    "part_of": _(
                        "Too deep: a visit can be part of a trip, and the trip of a printed total, no more."
                    )
                }
            )

    def levels_below(self) -> int:
        """Return how many levels of parts lie below this engagement."""
        if self.pk is None:
            return 0
        found, level = 0, list(self.parts.values_list("pk", flat=True))
        while level and found < MOST_LEVELS:
            found += 1
            level = list(Engagement.objects.filter(part_of__in=level).values_list("pk", flat=True))
        return found

    def tied_projects(self) -> Any:
        """Return the projects to which it is tied now; `projects` has those too whose tie was taken back."""
        return Project.objects.filter(pk__in=self.project_parts.standing().order_by().values("project"))

    def own_names(self) -> tuple[str, ...]:
        return (self.title, self.place)


class OrganizationRole(models.TextChoices):
    """The part that an organization takes in an engagement."""

    VISITED = "visited", _("visited")
    GUEST = "guest", _("guest")
    HOST = "host", _("host")
    SIGNATORY = "signatory", _("signs")
    OTHER = "other", _("takes part")


class EngagementOrganizationQuerySet(Standing, models.QuerySet["EngagementOrganization"]):
    """Questions people ask of ties to organizations."""


class EngagementProjectQuerySet(Standing, models.QuerySet["EngagementProject"]):
    """Questions people ask of ties to projects."""


class EngagementOrganization(Tie):
    """An organization took part in an engagement."""

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="organization_parts")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="engagement_parts")
    role = models.CharField(
        _("part"), max_length=10, choices=OrganizationRole, default=OrganizationRole.OTHER
    )

    objects = EngagementOrganizationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "organization"],
                condition=Q(untied_at=None),
                name="organization_once_per_engagement",
            )
        ]

    def __str__(self) -> str:
        return str(self.organization)


class EngagementProject(Tie):
    """A project was the matter of an engagement: what the engagement moved was known so."""

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="project_parts")
    project = models.ForeignKey(Project, models.PROTECT, related_name="engagement_parts")

    objects = EngagementProjectQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "project"],
                condition=Q(untied_at=None),
                name="project_once_per_engagement",
            )
        ]

    def __str__(self) -> str:
        return str(self.project)


class ParticipantQuerySet(Standing, WalledQuerySet):
    """Questions people ask of participants."""


class Participant(Tie, Walled):
    """A person took part, with the post held on that day."""

    zone = models.ForeignKey("accounts.Zone", models.PROTECT, related_name="+")
    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="participants")
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="participations", verbose_name=_("person")
    )
    post = models.CharField(_("post on that day"), max_length=120, blank=True)

    objects = ParticipantQuerySet.as_manager()
    policy = Via("engagement", engagement_policy)

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "person"],
                condition=Q(untied_at=None),
                name="person_once_per_engagement",
            )
        ]

    def __str__(self) -> str:
        return str(self.person)


class EngagementStepQuerySet(FactQuerySet):
    """Questions people ask of steps."""

    def standing(self, sure_by: date | None = None) -> EngagementStepQuerySet:
        """Keep, for each engagement, the step by which its day is read: the best attested, then the earliest.

        Narrow by kind, day, knowledge and basis before; `standing` below says the same in plain Python. With
        `sure_by` a step that is certain on that day goes before any that is not: a vague report hides nothing.
        """
        ranked = self.with_attested() if sure_by is None else self.annotate(attested=sooner_sure(sure_by))
        better = ranked.filter(engagement=OuterRef("engagement")).filter(
            Q(attested__gt=OuterRef("attested"))
            | Q(attested=OuterRef("attested"))
            & (
                Q(earliest__lt=OuterRef("earliest"))
                | Q(earliest=OuterRef("earliest"), latest__lt=OuterRef("latest"))
                | Q(earliest=OuterRef("earliest"), latest=OuterRef("latest"), pk__lt=OuterRef("pk"))
            )
        )
        return ranked.filter(~Exists(better.order_by()))


def sooner_sure(on: date) -> Any:
    """Return the place of a fact by its level, after that of every fact which is certain on `on`."""
    is_sure = models.Case(models.When(latest__lte=on, then=models.Value(100)), default=models.Value(0))
    return models.ExpressionWrapper(attested() + is_sure, output_field=models.SmallIntegerField())


S = TypeVar("S", bound="EngagementStep")


def standing(steps: Iterable[S]) -> S | None:
    """Return the one of these live steps of one engagement that says how it stands; None without any.

    What was held was held, and the best attested step says when; else the last word on a plan holds.
    """
    every = list(steps)
    held = [step for step in every if step.kind == StepKind.HELD]
    if held:
        return min(
            held,
            key=lambda step: (-Level.values.index(step.asserted_by), step.earliest, step.latest, step.pk),
        )
    return max(every, key=lambda step: (step.recorded_at, step.pk), default=None)


class EngagementStep(Fact):
    """An engagement was planned, held or canceled, within a span of days; `count` is for how many it stands."""

    subject = "engagement"

    engagement = models.ForeignKey(
        Engagement, models.PROTECT, related_name="steps", verbose_name=_("engagement")
    )
    kind = models.CharField(
        pgettext_lazy("engagement", "step"), max_length=10, choices=StepKind, default=StepKind.HELD
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

    objects = EngagementStepQuerySet.as_manager()
    policy = Via("engagement", engagement_policy)

    class Meta(Fact.Meta):
        verbose_name = _("step of an engagement")
        verbose_name_plural = _("steps of engagements")
        indexes = [
            models.Index(fields=["zone", "kind", "earliest", "engagement"], name="engagement_step_by_kind"),
            models.Index(fields=["zone", "-latest", "-id"], name="engagement_step_by_day"),
            models.Index(fields=["engagement", "kind", "earliest"], name="engagement_step_by_row"),
        ]
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(
                name="engagement_stands_for_something",
                condition=Q(count__gte=1),
                violation_error_message=_("An engagement stands for at least one."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.engagement} · {self.get_kind_display()}"

    def after_recorded(self) -> None:
        from zoneworks.engagements.deriving import derive

        derive(self.engagement)


class EngagementFigureQuerySet(FactQuerySet):
    """Questions people ask of figures."""

    def in_force(self, sure_by: date | None = None) -> EngagementFigureQuerySet:
        """Keep, for each engagement, kind and unit, the best attested figure, of these the latest.

        With `sure_by` a figure that is certain on that day goes before any that is not: a vague report hides nothing.
        """
        ranked = self.with_attested() if sure_by is None else self.annotate(attested=sooner_sure(sure_by))
        better = ranked.filter(
            engagement=OuterRef("engagement"), kind=OuterRef("kind"), unit=OuterRef("unit")
        ).filter(
            Q(attested__gt=OuterRef("attested"))
            | Q(attested=OuterRef("attested"))
            & (Q(earliest__gt=OuterRef("earliest")) | Q(earliest=OuterRef("earliest"), pk__gt=OuterRef("pk")))
        )
        return ranked.filter(~Exists(better.order_by()))


class EngagementFigure(Figure):
    """A count of an engagement: bodies visited, visitors …; `kind` is a key of `kinds.FIGURE_KINDS`."""

    subject = "engagement"

    engagement = models.ForeignKey(
        Engagement, models.PROTECT, related_name="figures", verbose_name=_("engagement")
    )
    unit = models.CharField(_("unit"), max_length=10, choices=QuantityUnit, default=QuantityUnit.ITEMS)

    objects = EngagementFigureQuerySet.as_manager()
    policy = Via("engagement", engagement_policy)

    class Meta(Figure.Meta):
        verbose_name = _("figure of an engagement")
        verbose_name_plural = _("figures of engagements")
        indexes = [
            *Figure.Meta.indexes,
            models.Index(fields=["zone", "kind", "earliest", "engagement"], name="engagement_figure_by_kind"),
            models.Index(fields=["engagement", "kind", "earliest"], name="engagement_figure_by_row"),
        ]
