"""Writing down what was held: the engagement, who took part, when, how many; each call is a transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from zoneworks.accounts.locks import held
from zoneworks.accounts.models import Unit, User, Zone
from zoneworks.engagements.kinds import FIGURE_KINDS
from zoneworks.engagements.models import (
    Engagement,
    EngagementFigure,
    EngagementOrganization,
    EngagementProject,
    EngagementStep,
    OrganizationRole,
    Participant,
    StepKind,
    standing,
)
from zoneworks.kit import recording
from zoneworks.kit.audit import record, snapshot
from zoneworks.kit.faces import copied
from zoneworks.kit.facts import Fact
from zoneworks.kit.levels import OPEN_LEVELS, Level
from zoneworks.kit.quantities import Qualifier
from zoneworks.kit.spans import Span
from zoneworks.organizations.models import Organization
from zoneworks.people.models import Person
from zoneworks.projects.deriving import derive as derive_project
from zoneworks.projects.models import Project


class Said(NamedTuple):
    """A count as it was told; `unit` is that of the kind unless another one is given."""

    kind: str
    value: Decimal | int
    qualifier: Qualifier = Qualifier.EXACT
    unit: str = ""
    wording: str = ""


class Logged(NamedTuple):
    """What `log` wrote: the engagement, the step that says when, and the counts."""

    engagement: Engagement
    step: EngagementStep
    figures: list[EngagementFigure]


class HowMany(NamedTuple):
    """For how many an engagement stands: 1, or what a paper prints for several held together."""

    number: int = 1
    qualifier: Qualifier = Qualifier.EXACT


class WhoTookPart(NamedTuple):
    """Who took part, and about what; a pair says the part of an organization or the post of a person."""

    organizations: Iterable[Organization | tuple[Organization, OrganizationRole]] = ()
    projects: Iterable[Project] = ()
    participants: Iterable[Person | tuple[Person, str]] = ()


NOBODY = WhoTookPart()
ONE = HowMany()


@transaction.atomic
def log(
    engagement: Engagement,
    when: Span,
    *,
    actor: User | None,
    state: StepKind = StepKind.HELD,
    who: WhoTookPart = NOBODY,
    how_many: HowMany = ONE,
    figures: Iterable[Said] = (),
    asserted_by: Level = Level.SELF_REPORTED,
    note: str = "",
    recorded_at: datetime | None = None,
) -> Logged:
    """Write the new `engagement` with all that belongs to it and return it; all or nothing.

    `actor=None` is the operator's command line. Raise `ValidationError` for what cannot be (a circular whole,
    a day in the future that was held), `PermissionDenied` when `actor` may not keep such an engagement.
    """
    check_when(when, state)
    engagement.full_clean()
    engagement.save()
    if recorded_at is not None:
        Engagement.objects.filter(pk=engagement.pk).update(created_at=recorded_at)
    connect(engagement, who, at=recorded_at)
    if actor is not None and not engagement.allows(actor, "add"):
        raise PermissionDenied(_("You may not record this here."))
    record(actor, "add", engagement, after=snapshot(engagement) | parts_text(engagement))
    step = EngagementStep(
        engagement=engagement, kind=state, count=how_many.number, count_qualifier=how_many.qualifier
    )
    _tell(step, engagement, when, asserted_by, recorded_at, actor, note)
    counted = []
    for said in figures:
        figure = _figure(engagement, said)
        _tell(figure, engagement, when, asserted_by, recorded_at, actor)
        counted.append(figure)
    return Logged(engagement, step, counted)


def check_when(when: Span, state: str) -> None:
    """Refuse to call held what lies in the future."""
    if state == StepKind.HELD and when.earliest > localdate():
        raise ValidationError(
            {"when": _("This day has not come yet. Enter it as planned, or correct the day.")}
        )


def _tell(
    fact: Fact,
    engagement: Engagement,
    when: Span,
    asserted_by: Level,
    recorded_at: datetime | None,
    actor: User | None,
    note: str = "",
) -> None:
    fact.zone = engagement.zone
    fact.earliest, fact.latest = when.earliest, when.latest
    fact.asserted_by, fact.note = asserted_by, note
    if recorded_at is not None:
        fact.recorded_at = recorded_at
    recording.add(fact, actor=actor)


def _figure(engagement: Engagement, said: Said) -> EngagementFigure:
    kind = FIGURE_KINDS.get(said.kind)
    if kind is None and not said.unit:
        raise ValidationError(
            _("There is no kind of count “%(kind)s”; known are %(known)s.")
            % {"kind": said.kind, "known": ", ".join(FIGURE_KINDS)}
        )
    return EngagementFigure(
        engagement=engagement,
        kind=said.kind,
        value=Decimal(said.value),
        unit=said.unit or (kind.unit if kind else ""),
        qualifier=said.qualifier,
        wording=said.wording,
    )


# -- who took part -------------------------------------------------------------------------------------------

PARTS_BY_KIND = {
    "outward_visit": OrganizationRole.VISITED,
    "trip": OrganizationRole.VISITED,
    "inspection": OrganizationRole.VISITED,
    "reception": OrganizationRole.GUEST,
    "meeting": OrganizationRole.GUEST,
}
"""The part that an organization takes when nobody says which."""


def connect(engagement: Engagement, who: WhoTookPart, *, at: datetime | None = None) -> None:
    """Tie organizations, projects and people to `engagement`, and untie those that `who` does not name.

    A part or post that stands already stays. A person without a printed post is shown with the one that the
    ledger of people tells for that day, so that a correction there is seen here. New ties are known from
    `at` on, or from now.
    """
    at = at or now()
    usual = PARTS_BY_KIND.get(engagement.kind, OrganizationRole.OTHER)
    bodies = dict(_pairs(who.organizations, None))
    _same_zone(engagement.zone, [*bodies, *who.projects])
    standing_parts = {part.organization_id: part for part in engagement.organization_parts.standing()}
    wanted = {
        body.pk: EngagementOrganization(
            engagement=engagement, organization=body, role=role or _part(standing_parts, body) or usual
        )
        for body, role in bodies.items()
    }
    _retie(standing_parts, wanted, "role", at)
    _tie_projects(engagement, list(who.projects), at)
    _seat(engagement, dict(_pairs(who.participants, None)), at)


def _part(parts: Mapping[int, EngagementOrganization], body: Organization) -> str:
    return parts[body.pk].role if body.pk in parts else ""


def _retie(before: Mapping[int, Any], wanted: Mapping[int, Any], said: str, at: datetime) -> None:
    """Untie what is not `wanted` or says another part or post, and tie what is new; what stays the same stays tied."""
    same = {
        key
        for key, tie in wanted.items()
        if key in before and getattr(before[key], said) == getattr(tie, said)
    }
    for key, tie in before.items():
        if key not in same:
            tie.untied_at = at
            tie.save(update_fields=["untied_at"])
    for key, tie in wanted.items():
        if key not in same:
            tie.tied_at = at
            tie.save()


def _tie_projects(engagement: Engagement, projects: Sequence[Project], at: datetime) -> None:
    """Tie `projects` and untie the others; what was held moves those that come and no longer those that go."""
    before = {project.pk: project for project in engagement.tied_projects()}
    engagement.project_parts.standing().exclude(project__in=projects).update(untied_at=at)
    wanted = {project.pk: project for project in projects}
    EngagementProject.objects.bulk_create(
        EngagementProject(engagement=engagement, project=project, tied_at=at)
        for key, project in wanted.items()
        if key not in before
    )
    if engagement.state:  # Without a step nothing moves yet; the step brings its projects up to date itself.
        for _key, project in sorted((before | wanted).items()):
            derive_project(project)


def _seat(engagement: Engagement, people: Mapping[Person, str | None], at: datetime) -> None:
    _same_zone(engagement.zone, people)
    before = {seat.person_id: seat for seat in engagement.participants.standing()}
    wanted = {}
    for person, post in people.items():
        if post is None:
            post = before[person.pk].post if person.pk in before else ""
        wanted[person.pk] = Participant(zone=engagement.zone, engagement=engagement, person=person, post=post)
    _retie(before, wanted, "post", at)


def _pairs(named: Iterable[Any], unsaid: Any) -> Iterable[tuple[Any, Any]]:
    for one in named:
        yield one if isinstance(one, tuple) else (one, unsaid)


def _same_zone(zone: Zone, rows: Iterable[Any]) -> None:
    for row in rows:
        if row.zone_id != zone.pk:
            raise ValidationError(_("“%(name)s” belongs to another zone.") % {"name": row})


def parts_text(engagement: Engagement) -> dict[str, str]:
    """Return who and what `engagement` is tied to, as text for the audit trail."""
    bodies = engagement.organization_parts.standing().select_related("organization").order_by("pk")
    projects = engagement.project_parts.standing().select_related("project").order_by("pk")
    people = engagement.participants.standing().select_related("person")
    return {
        "organizations": "; ".join(f"{part.organization} ({part.get_role_display()})" for part in bodies),
        "projects": "; ".join(str(part.project) for part in projects),
        "participants": "; ".join(f"{seat.person} {seat.post}".strip() for seat in people),
    }


# -- when, and how many --------------------------------------------------------------------------------------


@transaction.atomic
def set_when(
    engagement: Engagement,
    when: Span,
    state: StepKind,
    *,
    actor: User | None,
    how_many: HowMany | None = None,
    asserted_by: Level = Level.SELF_REPORTED,
) -> EngagementStep:
    """Make `engagement` held, planned or canceled within `when`; return the step that says so.

    Without `how_many` it stands for as many as before. Another day or number is a correction of the step that
    stands, and another day moves the counts that bear the old one; a plan that was carried out or dropped gets a
    step of its own. Raise `ValidationError` when only a verifier may.
    """
    check_when(when, state)
    current = standing(engagement.steps.live())
    stands_for = HowMany(current.count, Qualifier(current.count_qualifier)) if current else ONE
    how_many = how_many or stands_for
    if current is not None and (current.kind, current.span, stands_for) == (state, when, how_many):
        return current
    said: dict[str, Any] = {
        "kind": state,
        "earliest": when.earliest,
        "latest": when.latest,
        "count": how_many.number,
        "count_qualifier": how_many.qualifier,
    }
    if current is None or (current.kind != state and current.kind != StepKind.HELD):
        step = EngagementStep(engagement=engagement, zone=engagement.zone, asserted_by=asserted_by, **said)
        return recording.add(step, actor=actor)
    _check_correctable(engagement, current, actor)
    new = copied(current)
    for name, value in said.items():
        setattr(new, name, value)
    recording.correct(current, new, actor=actor)
    if when != current.span:
        _move_counts(engagement, current.span, when, actor)
    return new


def _move_counts(engagement: Engagement, told_for: Span, when: Span, actor: User | None) -> None:
    """Correct the counts that bear the old days of their engagement to its new ones."""
    for figure in engagement.figures.live():
        if figure.span == told_for:
            moved = copied(figure)
            moved.earliest, moved.latest = when.earliest, when.latest
            _check_correctable(engagement, figure, actor)
            recording.correct(figure, moved, actor=actor)


@transaction.atomic
def set_counts(
    engagement: Engagement, counts: Mapping[str, int | None], when: Span, *, actor: User | None
) -> None:
    """Make `counts` stand for `engagement`; None withdraws. What is the same already is left alone."""
    current = counts_of(engagement)
    for key, value in counts.items():
        old = current.get(key)
        if old is None and value is not None:
            figure = _figure(engagement, Said(key, value))
            _tell(figure, engagement, when, Level.SELF_REPORTED, None, actor)
        elif old is not None and value is None:
            _check_correctable(engagement, old, actor)
            recording.withdraw(old, reason=_("The field was emptied in the form."), actor=actor)
        elif old is not None and value is not None and old.value != value:
            _check_correctable(engagement, old, actor)
            new = copied(old)
            new.value, new.qualifier, new.wording = Decimal(value), Qualifier.EXACT, ""
            recording.correct(old, new, actor=actor)


def counts_of(engagement: Engagement) -> dict[str, EngagementFigure]:
    """Return the counts that stand for `engagement`, by kind."""
    return {figure.kind: figure for figure in engagement.figures.live().in_force()}


def usual_counts(kind: str, organizations: Sequence[Organization]) -> dict[str, int]:
    """Return the counts that a new engagement has by itself: a visit has visited the bodies that it names."""
    if kind == "outward_visit" and organizations:
        return {"organizations_visited": len(organizations)}
    return {}


def _check_correctable(engagement: Engagement, fact: Fact, actor: User | None) -> None:
    """Refuse to correct what was recognized, before anything is written."""
    if fact.asserted_by in OPEN_LEVELS or actor is None or engagement.allows(actor, "recognize"):
        return
    raise ValidationError(
        _("“%(what)s” was %(level)s; only a verifier may correct it. Leave it as it was, or ask one.")
        % {"what": fact, "level": fact.level_label}
    )


@transaction.atomic
def finish_follow_up(engagement: Engagement, *, on: date | None, actor: User) -> None:
    """Write down that the follow-up was done on `on`, or (None) that it is open again."""
    engagement = held(engagement)
    before = snapshot(engagement, ["follow_up_done"])
    engagement.follow_up_done = on
    engagement.save(update_fields=["follow_up_done"])
    record(actor, "change", engagement, before=before, after=snapshot(engagement, ["follow_up_done"]))


def usual_unit(user: User, zone: Zone) -> Unit | None:
    """Return the unit for which `user` works in `zone`, when it is one only."""
    units = {seat.unit_id for seat in user.seats if seat.zone_id == zone.pk and seat.unit_id}
    return Unit.objects.filter(zone=zone, pk=units.pop()).first() if len(units) == 1 else None
