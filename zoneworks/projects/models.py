"""Projects from the first contact to full capacity: who invests, what happened, how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual, LessThan
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zoneworks.accounts.models import Unit, User, Zone
from zoneworks.accounts.roles import STAFF, Role
from zoneworks.accounts.searched import NamedAfter, NamedByFacts
from zoneworks.accounts.walls import RolePolicy, Via
from zoneworks.kit.entity import Entity, EntityQuerySet
from zoneworks.kit.facts import Fact, FactQuerySet, tells_sooner
from zoneworks.kit.figures import Figure
from zoneworks.kit.places import PlaceIn
from zoneworks.kit.quantities import Nature
from zoneworks.kit.ties import Standing, Tie
from zoneworks.measures.models import Claim
from zoneworks.organizations.models import Organization
from zoneworks.projects.ranking import ORDER, outranks

OWNERS = frozenset({Role.OFFICER})
HEADS = frozenset({Role.UNIT_HEAD})
EVERYWHERE = frozenset({Role.ADMINISTRATOR, Role.VERIFIER})


def _own_or_of_own_unit(user: User) -> Q:
    own = Q(officer=user.pk)
    units = user.unit_ids([Role.OFFICER, Role.UNIT_HEAD])
    return own | Q(unit__in=units) | Q(unit=None, officer=None)


project_policy = RolePolicy(
    {
        "view": STAFF,
        "export": STAFF,
        "comment": STAFF,
        "add": EVERYWHERE | OWNERS | HEADS,
        "change": EVERYWHERE,
        "recognize": frozenset({Role.VERIFIER}),
    },
    {"change": (OWNERS | HEADS, _own_or_of_own_unit)},
)
"""All staff read; the officer of a project and the people of its unit change it, a project without owner by any of
them; administrators and verifiers change all; only verifiers recognize."""


class ProjectQuerySet(EntityQuerySet):
    """Questions people ask of projects."""

    def for_table(self) -> ProjectQuerySet:
        return self.select_related("zone", "unit", "officer")

    def named_after(self, known: datetime | None = None) -> tuple[NamedAfter, ...]:
        return (NamedAfter(Organization, ProjectParty.objects.live(known), "project", "organization"),)


class Project(Entity):
    """An investment project. Stage and amounts are derived from its facts and written by `projects.deriving` only."""

    attributes = ("unit", "officer", "industry")
    assignments = ("unit", "officer")
    named_by = ("name", "aliases")

    name = models.CharField(_("project"), max_length=150)
    aliases = models.CharField(
        _("other names"),
        max_length=400,
        blank=True,
        help_text=_("Other spellings under which it is told, with ; between."),
    )
    summary = models.TextField(_("summary"), blank=True)
    industry = models.CharField(_("industry"), max_length=40, blank=True)
    origin_channel = models.CharField(
        _("origin"), max_length=100, blank=True, help_text=_("How the lead came, and who brought it.")
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="projects", verbose_name=_("unit")
    )
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="projects",
        verbose_name=_("officer"),
    )
    site = models.CharField(_("site"), max_length=200, blank=True)
    next_action = models.CharField(_("next action"), max_length=200, blank=True)
    next_due = models.DateField(_("due"), null=True, blank=True)

    stage = models.CharField(_("stage"), max_length=24, blank=True, editable=False)
    stage_since = models.DateField(pgettext_lazy("stage", "since"), null=True, editable=False)
    progress_on = models.DateField(_("last progress"), null=True, editable=False)
    planned_total = models.DecimalField(
        _("planned total"), max_digits=24, decimal_places=4, null=True, editable=False
    )
    equipment = models.DecimalField(
        _("equipment"), max_digits=24, decimal_places=4, null=True, editable=False
    )
    agreed_foreign = models.DecimalField(
        _("agreed foreign capital"), max_digits=24, decimal_places=4, null=True, editable=False
    )

    objects = ProjectQuerySet.as_manager()
    policy = project_policy

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["-stage_since", "-pk"]
        indexes = [
            models.Index(fields=["zone", "-stage_since", "-id"], name="project_by_stage_day"),
            models.Index(fields=["zone", "stage", "-stage_since"], name="project_by_stage"),
            models.Index(fields=["zone", "officer", "next_due"], name="project_by_officer"),
            models.Index(fields=["zone", "unit", "stage"], name="project_by_unit"),
            models.Index(fields=["zone", "industry", "stage"], name="project_by_industry"),
            models.Index(fields=["zone", "planned_total"], name="project_by_total"),
            models.Index(fields=["zone", "name"], name="project_by_name"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "name"],
                name="project_name_once_per_zone",
                violation_error_message=_("A project of this name is already in the ledger."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def own_names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases.split(";"))

    @classmethod
    def named_by_facts(cls) -> tuple[NamedByFacts, ...]:
        return (
            NamedByFacts(ProjectParty.objects, "project", "organization__name", "organization", Organization),
        )

    @classmethod
    def further_names(cls, rows: Sequence[Any]) -> Mapping[int, Sequence[str]]:
        """Return the names of those who take part, by project."""
        found: dict[int, list[str]] = {row.pk: [] for row in rows}
        parties = ProjectParty.objects.filter(project__in=found).live().order_by("pk")
        for project, name in parties.values_list("project_id", "organization__name"):
            found[project].append(name)
        return found


class Derivation(models.Model):
    """Until which day, and by which order of stages, the derived columns of a zone's projects are true.

    `projects.deriving.keep_up` moves it on.
    """

    zone = models.OneToOneField(Zone, models.CASCADE, related_name="+")
    on = models.DateField()
    order = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.zone} · {self.on}"


class ProjectFactQuerySet(FactQuerySet):
    """What the facts of projects have in common."""

    def for_reading(self) -> ProjectFactQuerySet:
        return self.select_related("project", "recorded_by", "zone")


class ProjectStepQuerySet(ProjectFactQuerySet):
    """Questions people ask of steps."""

    def currents(self, order: Sequence[str], exits: Sequence[str]) -> ProjectStepQuerySet:
        """Keep, for each project, the one of these steps that says where it stands.

        That is the most advanced one after `order`, of one stage the one that `firsts` names; of words that are no
        stage the last. An exit (shelved, lost, withdrawn) voids what was not later than it: a project that was taken
        up again stands where its newer steps say.
        Narrow by day, knowledge and basis before, so that only those steps take part. `projects.stages.current_step`
        says the same in plain Python.
        """
        ranked = self.annotate(place=PlaceIn("kind", order))
        leaving = self.filter(kind__in=exits, project=OuterRef("project"))
        voided = _voided(self, exits)
        standing = ranked.filter(project=OuterRef("project")).exclude(kind__in=exits).filter(~voided)
        later = Q(earliest__gt=OuterRef("earliest")) | Q(earliest=OuterRef("earliest"), pk__gt=OuterRef("pk"))
        above = standing.filter(
            Q(place__gt=OuterRef("place"))
            | Q(place__gte=0, kind=OuterRef("kind")) & tells_sooner()
            | Q(place__lt=0) & Q(place=OuterRef("place")) & later
        )
        later_exit = leaving.filter(later)
        is_exit = Q(kind__in=exits)
        return ranked.filter(
            (~is_exit & ~voided & ~Exists(above.order_by()))
            | (is_exit & ~Exists(standing.order_by()) & ~Exists(later_exit.order_by()))
        )

    def standing(self, exits: Sequence[str]) -> ProjectStepQuerySet:
        """Keep the steps that no exit voids, without the exits: those that still say something of the project."""
        return self.exclude(kind__in=exits).filter(~_voided(self, exits))

    def not_voided_by(self, steps: ProjectStepQuerySet, exits: Sequence[str]) -> ProjectStepQuerySet:
        """Keep the steps that no exit among `steps` voids."""
        return self.filter(~_voided(steps, exits))

    def most_telling_first(self, order: Sequence[str], exits: Sequence[str]) -> ProjectStepQuerySet:
        """Order the steps so that of each project the first one is that of `currents`."""
        rank = Case(
            When(kind__in=exits, then=Value(-2)),
            When(_voided(self, exits), then=Value(-3)),
            default=PlaceIn("kind", order),
            output_field=models.SmallIntegerField(),
        )
        is_stage = Q(kind__in=order)
        # Within a rank there are stages or other words, never both.
        certain_on = Case(When(is_stage, then=F("latest")), output_field=models.DateField())
        turn = Case(When(is_stage, then=F("pk")), default=-F("pk"))
        ranked = self.annotate(rank=rank, certain_on=certain_on, turn=turn)
        return ranked.order_by("-rank", "certain_on", "-earliest", "turn")


def _voided(steps: ProjectStepQuerySet, exits: Sequence[str]) -> Exists:
    """Return the condition that one of `steps` is an exit that is not earlier than this step."""
    leaving = steps.filter(kind__in=exits, project=OuterRef("project"))
    return Exists(leaving.filter(earliest__gte=OuterRef("earliest")).order_by())


class ProjectFigureQuerySet(ProjectFactQuerySet):
    """Questions people ask of figures."""

    def in_force(self, sure_by: date | None = None) -> ProjectFigureQuerySet:
        """Keep the figures that stand: for each project, kind, nature, unit and product the best attested,
        then the latest one, and every increment agreed since: a later whole, attested as well, includes it. The whole
        that stands includes it too where it is attested as well as what the increment says again: recognizing an
        increment does not take it out of the whole.

        Recognition outranks: a newspaper's later number does not replace what the zone recognized. An increment that
        is said again, of the same days at a higher level or word for word, is one increment; so is the same sum of
        overlapping days ("in March", then "5 March"). With `sure_by` only
        what is certain on that day replaces anything: an unsure figure stands beside it.
        """
        ranked = self.with_attested()
        wholes = _alike(ranked).filter(is_increment=False)
        if sure_by is not None:
            wholes = wholes.filter(latest__lte=sure_by)
        # `wholes` holds wholes only, so this says whether the figure asked about is a whole too.
        is_whole = Q(is_increment=OuterRef("is_increment"))
        better = wholes.filter(_LATER | outranks(only=is_whole))
        told = ranked.filter(~Exists(better.order_by())).exclude(_said_again(ranked))
        return told.filter(Q(is_increment=False) | Q(LessThan(_including(wholes), _first_said(ranked))))

    def in_force_with_parts(self, apart: Q, sure_by: date) -> ProjectFigureQuerySet:
        """Keep the figures that stand on `sure_by` and, beside the whole that includes them, the increments for which
        `apart` holds; `counted` is what each of them adds, so that the sum is that of what stands.

        A whole adds what is left of it without those increments (decision 0023).
        """
        ranked, standing = self.with_attested(), self.in_force(sure_by).order_by()
        sure_wholes = _alike(ranked).filter(is_increment=False, latest__lte=sure_by)
        included = GreaterThanOrEqual(_including(sure_wholes), _first_said(ranked))
        apart_now = Q(is_increment=True, latest__lte=sure_by) & apart & Q(included) & ~_said_again(ranked)
        # An unsure whole that stands beside the sure one is attested at least as well.
        inside = _alike(ranked).filter(apart_now, earliest__lt=OuterRef("earliest"))
        taken_out = inside.order_by().values("project").annotate(total=Sum("value")).values("total")
        amount = models.DecimalField(max_digits=24, decimal_places=4)
        rest = F("value") - Coalesce(Subquery(taken_out), Value(0), output_field=amount)
        return ranked.filter(Q(Exists(standing.filter(pk=OuterRef("pk")))) | apart_now).annotate(
            counted=Case(When(is_increment=True, then=F("value")), default=rest, output_field=amount)
        )


_LATER = Q(attested__gte=OuterRef("attested"), earliest__gt=OuterRef("earliest"))


def _alike(figures: ProjectFigureQuerySet) -> ProjectFigureQuerySet:
    """Keep the figures that tell of the same as the one around them."""
    return figures.filter(
        **{name: OuterRef(name) for name in ("project", "kind", "nature", "unit", "product")}
    )


def _including(wholes: ProjectFigureQuerySet) -> Coalesce:
    """Return the place of the level of the whole that stands among `wholes`, which are alike; -1 unless it is later
    than the figure around it.

    A number and no `Exists` within another one: SQLite's parser takes only so many nested conditions.
    """
    level = Case(When(earliest__gt=OuterRef("earliest"), then=F("attested")), default=Value(-1))
    standing = wholes.order_by(*(f"-{rung.column}" for rung in ORDER)).values(at=level)[:1]
    return Coalesce(Subquery(standing), Value(-1))


def _first_said(ranked: ProjectFigureQuerySet) -> Subquery:
    """Return the place of the lowest level at which the increment around it is said: its own, or that of one which it
    says again (`_said_again`)."""
    said = _alike(ranked).filter(
        Q(value=OuterRef("value")) | Q(earliest=OuterRef("earliest"), latest=OuterRef("latest")),
        is_increment=True,
        attested__lte=OuterRef("attested"),
        earliest__lte=OuterRef("latest"),
        latest__gte=OuterRef("earliest"),
    )
    return Subquery(said.order_by("attested").values("attested")[:1])


def _said_again(ranked: ProjectFigureQuerySet) -> Q:
    """Return the condition that an increment is said by another one, too, which counts in its place."""
    same_sum = Q(value=OuterRef("value"))
    same_days = Q(earliest=OuterRef("earliest"), latest=OuterRef("latest"))
    again = Q(attested=OuterRef("attested"), pk__gt=OuterRef("pk"))
    twin = _alike(ranked).filter(
        Q(attested__gt=OuterRef("attested")) & (same_days | same_sum) | again & same_sum & same_days,
        is_increment=True,
        earliest__lte=OuterRef("latest"),
        latest__gte=OuterRef("earliest"),
    )
    return Q(is_increment=True) & Q(Exists(twin.order_by()))


class ProjectFact(Fact):
    """A fact about a project."""

    subject = "project"

    project: Any

    class Meta(Fact.Meta):
        abstract = True

    def after_recorded(self) -> None:
        from zoneworks.projects.deriving import derive

        derive(self.project)

    @classmethod
    def after_all_recorded(cls, facts: Sequence[Any]) -> None:
        from zoneworks.projects.deriving import derive_many

        derive_many([fact.project for fact in facts])


class ProjectStep(ProjectFact):
    """A project passed a stage of the zone's stage model, or left it: `kind` is a key of the rulebook."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="steps", verbose_name=_("project"))
    kind = models.CharField(pgettext_lazy("project", "step"), max_length=24)

    objects = ProjectStepQuerySet.as_manager()
    policy = Via("project", project_policy)

    class Meta(ProjectFact.Meta):
        verbose_name = pgettext_lazy("project", "step")
        verbose_name_plural = _("steps")
        indexes = [
            models.Index(fields=["zone", "kind", "earliest", "project"], name="step_by_kind"),
            models.Index(fields=["zone", "-latest", "-earliest", "-id"], name="step_by_day"),
            models.Index(fields=["project", "kind", "earliest", "latest"], name="step_by_project"),
        ]

    def __str__(self) -> str:
        return f"{self.project} · {self.kind}"


class ProjectFigure(ProjectFact, Figure):
    """How much: a value in base units with its qualifier; `kind` (口径) is a key of the rulebook."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="figures", verbose_name=_("project"))
    nature = models.CharField(_("nature"), max_length=12, choices=Nature, default=Nature.COMMITMENT)
    per_year = models.BooleanField(_("per year"), default=False)
    is_increment = models.BooleanField(
        _("increment"),
        default=False,
        help_text=_("Adds to the earlier figure (增资) instead of replacing it."),
    )
    product = models.CharField(
        _("of what"),
        max_length=80,
        blank=True,
        help_text=_("For capacity and lines: the product that it is about."),
    )

    objects = ProjectFigureQuerySet.as_manager()
    policy = Via("project", project_policy)

    class Meta(ProjectFact.Meta):
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        indexes = [
            *Figure.Meta.indexes,
            models.Index(fields=["zone", "kind", "earliest", "project"], name="figure_by_kind"),
            models.Index(fields=["zone", "-latest"], name="figure_by_day"),
            models.Index(fields=["project", "kind", "nature", "earliest"], name="figure_by_project"),
        ]

    @property
    def is_per_year(self) -> bool:
        return self.per_year


class PartyRole(models.TextChoices):
    """The part that an organization takes in a project."""

    INVESTOR = "investor", _("investor")
    PROJECT_COMPANY = "project_company", _("project company")
    LANDLORD = "landlord", _("gives the site")
    BUYER = "buyer", _("buys the product")
    SUPPLIER = "supplier", _("supplies it")
    AS_PRINTED = "as_printed", _("named with it, part not stated")


class ProjectParty(ProjectFact):
    """An organization takes part in a project, in a role, as said by somebody."""

    manner = ProjectFact.manner | {"as_printed"}

    project = models.ForeignKey(Project, models.PROTECT, related_name="parties", verbose_name=_("project"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="project_parts", verbose_name=_("organization")
    )
    kind = models.CharField(_("part"), max_length=16, choices=PartyRole, default=PartyRole.INVESTOR)
    as_printed = models.CharField(_("as written"), max_length=120, blank=True)

    objects = ProjectFactQuerySet.as_manager()
    policy = Via("project", project_policy)

    class Meta(ProjectFact.Meta):
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        indexes = [
            models.Index(fields=["zone", "organization"], name="party_by_organization"),
            models.Index(fields=["zone", "-latest"], name="party_by_day"),
            models.Index(fields=["project", "kind"], name="party_by_project"),
        ]

    def __str__(self) -> str:
        return f"{self.project} · {self.organization}"


class ProjectClaimQuerySet(Standing, models.QuerySet["ProjectClaim"]):
    """Questions people ask of ties between printed statements and projects."""


class ProjectClaim(Tie):
    """A printed number or statement is about a project."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="project_ties")
    project = models.ForeignKey(Project, models.PROTECT, related_name="claim_ties")

    objects = ProjectClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("project that it is about")
        verbose_name_plural = _("projects that they are about")
        constraints = [
            models.UniqueConstraint(
                fields=["claim"], condition=Q(untied_at=None), name="claim_about_one_project"
            )
        ]

    def __str__(self) -> str:
        return f"{self.claim} · {self.project}"
