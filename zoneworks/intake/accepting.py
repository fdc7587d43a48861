"""What an accepted proposal becomes: rows and facts of the ledgers, each resting on the passages that tell it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from zoneworks.accounts.locks import held
from zoneworks.accounts.models import User
from zoneworks.engagements.models import Engagement, StepKind
from zoneworks.engagements.services import Said as SaidCount
from zoneworks.engagements.services import WhoTookPart, log, set_when
from zoneworks.intake.models import Proposal, ProposalKind, Written
from zoneworks.kit import recording
from zoneworks.kit.audit import record, snapshot
from zoneworks.kit.facts import Fact
from zoneworks.kit.keeping import telling_twins
from zoneworks.kit.levels import Level
from zoneworks.kit.quantities import Qualifier
from zoneworks.kit.spans import Span, SpanError, parse_span
from zoneworks.measures.models import Claim
from zoneworks.organizations.models import Organization, OrganizationName
from zoneworks.people.models import Person, PostFact
from zoneworks.projects.models import PartyRole, Project, ProjectFigure, ProjectParty, ProjectStep
from zoneworks.sources import services as sources
from zoneworks.sources.models import Citation, Passage


@dataclass(frozen=True, slots=True)
class Said:
    """What a person accepts: the words, the row that it is about (None: a new one), and who asserts it."""

    told: Mapping[str, Any]
    target: Any = None
    asserted_by: Level = Level.PRESS


@dataclass(slots=True)
class Accepted:
    """What was written: each row with whether it is new, and what a person should know."""

    rows: list[tuple[Any, bool]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    ties: list[Citation] = field(default_factory=list)

    def citations_of(self, row: Any) -> list[int]:
        """Return the keys of the citations that were made for `row`."""
        kind = ContentType.objects.get_for_model(row).pk
        return [tie.pk for tie in self.ties if (tie.content_type_id, tie.object_id) == (kind, row.pk)]


def write(proposal: Proposal, said: Said, *, actor: User) -> Accepted:
    """Write what is said of `proposal`, all or nothing; call it in the transaction that marks it as accepted.

    Raise `ValidationError` for what cannot be and `PermissionDenied` where `actor` may not write.
    """
    return _Writer(proposal, said, actor).write()


class _Writer:
    """Writes one proposal: what stands already is cited once more instead of being told twice."""

    def __init__(self, proposal: Proposal, said: Said, actor: User) -> None:
        self.proposal, self.told, self.actor = proposal, said.told, actor
        self.zone, self.target, self.level = proposal.zone, said.target, said.asserted_by
        self.done = Accepted()
        self.passages = _passages(proposal, actor)

    def write(self) -> Accepted:
        match self.proposal.kind:
            case ProposalKind.PROJECT:
                self._project()
            case ProposalKind.ENGAGEMENT:
                self._engagement()
            case ProposalKind.ORGANIZATION:
                self._organization(self.told["name"], self.told["kind"], self.target)
            case ProposalKind.PERSON:
                self._person()
            case _:
                self._claim()
        return self.done

    # -- projects ------------------------------------------------------------------------------------------------

    def _project(self) -> None:
        project = self.target or self._new(
            Project(
                zone=self.zone,
                name=self.told["name"],
                aliases=";".join(self.told.get("aliases", ())),
                site=self.told.get("site", ""),
            )
        )
        if self.target is not None:
            self._change(project)
        if self.told.get("investor"):
            investor = self._organization(self.told["investor"], "enterprise")
            self._tell(ProjectParty(project=project, organization=investor, kind=PartyRole.INVESTOR))
        for kind in self.told.get("steps", ()):
            self._tell(ProjectStep(project=project, kind=kind))
        for one in self.told.get("figures", ()):
            self._tell(
                ProjectFigure(
                    project=project,
                    kind=one["kind"],
                    value=Decimal(one["value"]),
                    unit=one["unit"],
                    qualifier=Qualifier.of(one["qualifier"]),
                    per_year=one.get("per_year", False),
                    product=one.get("product", ""),
                    wording=one.get("wording", ""),
                )
            )
        if len(self.done.rows) == 0:
            self._cite(project)

    # -- engagements -----------------------------------------------------------------------------------------------

    def _engagement(self) -> None:
        known = self.target or self._written_before()
        if known is not None:
            self._confirm(known)
            return
        lead = self._known_person(self.told["lead"]) if self.told.get("lead") else None
        people = [(one["name"], one.get("post", "")) for one in self.told.get("participants", ())]
        present = [(person, post) for name, post in people if (person := self._known_person(name, post))]
        bodies = [self._organization(name, "other") for name in self.told.get("organizations", ())]
        engagement = Engagement(
            zone=self.zone,
            kind=self.told["kind"],
            title=self.told["title"],
            place=self.told.get("place", ""),
            lead=lead,
        )
        counts = [
            SaidCount(kind, Decimal(value)) for kind, value in sorted(self.told.get("counts", {}).items())
        ]
        logged = log(
            engagement,
            self._when(),
            actor=self.actor,
            state=StepKind(self.told.get("state") or StepKind.HELD),
            who=WhoTookPart(organizations=dict.fromkeys(bodies), participants=dict(present).items()),
            figures=counts,
            asserted_by=self.level,
        )
        self.done.rows.append((engagement, True))
        for fact in (logged.step, *logged.figures):
            self._rests(fact)
            self.done.rows.append((fact, True))

    def _confirm(self, engagement: Engagement) -> None:
        """Let the standing engagement and what says when it was rest on the passages, too.

        One without any day, of which an acceptance was taken back, is told anew.
        """
        live = list(engagement.steps.live())
        if not live:
            step = set_when(engagement, self._when(), StepKind.HELD, actor=self.actor, asserted_by=self.level)
            self._rests(step)
            self.done.rows.append((step, True))
        for fact in live:
            self._cite(fact)
        self._cite(engagement)

    def _written_before(self) -> Engagement | None:
        """Return the engagement that an acceptance of this proposal entered before it was taken back."""
        kind = ContentType.objects.get_for_model(Engagement)
        before = Written.objects.filter(proposal=self.proposal, content_type=kind, is_new=True, undone=True)
        keys = before.values_list("object_id", flat=True)
        rows = Engagement.objects.allowed(self.actor, "change").filter(
            zone=self.zone, pk__in=list(keys), state=""
        )
        return rows.order_by("-pk").first()

    def _known_person(self, name: str, post: str = "") -> Person | None:
        """Return the one person of this name, entered now when none is; nobody where several are called so."""
        same = list(Person.objects.allowed(self.actor, "view").filter(zone=self.zone, name=name)[:2])
        if len(same) > 1:
            said = _("Several people are called %(name)s: choose on the page of the engagement who it was.")
            self.done.notes.append(said % {"name": name})
            return None
        if same:
            return same[0]
        person = self._new(Person(zone=self.zone, name=name))
        if post:
            self._tell(PostFact(person=person, title=post, body=""))
        self.done.notes.append(_("%(name)s is new among the people in office.") % {"name": name})
        return person

    # -- organizations, people, printed numbers ----------------------------------------------------------------------

    def _organization(self, name: str, kind: str, target: Organization | None = None) -> Organization:
        """Return the organization of this name, a former or another one too; entered now when there is none."""
        visible = Organization.objects.allowed(self.actor, "view").filter(zone=self.zone)
        found = target or visible.filter(name=name).first()
        if found is None:
            named = OrganizationName.objects.live().filter(zone=self.zone, name=name)
            found = visible.filter(pk__in=named.values("organization")).first()
        if found is None:
            found = visible.filter(short_name=name).first()
        if found is not None:
            if found.pk and self.proposal.kind == ProposalKind.ORGANIZATION:
                self._cite(found)
            return found
        made: Organization = self._new(Organization(zone=self.zone, name=name, kind=kind))
        if self.proposal.kind != ProposalKind.ORGANIZATION:
            self.done.notes.append(_("“%(name)s” is new among the organizations.") % {"name": name})
        return made

    def _person(self) -> None:
        person = self.target or self._new(Person(zone=self.zone, name=self.told["name"]))
        if self.told.get("post"):
            self._tell(PostFact(person=person, title=self.told["post"]))
        else:
            self._cite(person)

    def _claim(self) -> None:
        if self.target is not None:
            self._cite(self.target)
            return
        period = self._span(self.told.get("period_span") or "")
        self._refuse_future()
        value = self.told.get("value")
        self._new(
            Claim(
                zone=self.zone,
                what=self.told["what"],
                wording=self.told["wording"],
                measure=self.told.get("measure", ""),
                whose=self.told.get("whose", "zone"),
                value=Decimal(value) if value else None,
                unit=self.told["unit"] if value else "",
                qualifier=self.told.get("qualifier", "exact"),
                period_from=period.earliest if period else None,
                period_to=period.latest if period else None,
                as_of=self._when().latest,
            )
        )

    # -- rows and facts ------------------------------------------------------------------------------------------------

    def _when(self) -> Span:
        span = self._span(self.told.get("when", ""))
        if span is None:
            raise ValidationError({"when": _("Say when this was: a day, a month (2024年9月) or two days.")})
        return span

    def _refuse_future(self) -> None:
        if self._when().earliest > localdate():
            raise ValidationError({"when": _("This day has not come yet: what is planned is no fact.")})

    def _span(self, text: str) -> Span | None:
        if not text:
            return None
        try:
            return parse_span(text)
        except SpanError as error:
            raise ValidationError({"when": str(error)}) from error

    def _new(self, row: Any) -> Any:
        """Enter a row of a ledger with its line in the trail, resting on the passages."""
        row.full_clean()
        with telling_twins(row):
            row.save()
        if not row.allows(self.actor, "add"):
            raise PermissionDenied(
                _("You may not enter this here: %(what)s.") % {"what": row._meta.verbose_name}
            )
        record(self.actor, "add", row, after=snapshot(row))
        self.done.rows.append((row, True))
        self._rests(row)
        return row

    def _change(self, project: Project) -> None:
        """Keep a name that the ledger does not know of the project among its other names."""
        project = held(project) or project
        known = set(project.own_names())
        told = [self.told["name"], *self.told.get("aliases", ())]
        new = [name for name in dict.fromkeys(told) if name and name not in known]
        if not new or not self.told.get("keep_names"):
            return
        before = snapshot(project)
        project.aliases = ";".join(filter(None, [project.aliases, *new]))
        project.full_clean()
        project.save(update_fields=["aliases"])
        record(self.actor, "change", project, before=before, after=snapshot(project))

    def _tell(self, fact: Fact) -> None:
        """Record `fact` with its passages, or let what says the same already rest on them, too."""
        when = self._when()
        self._refuse_future()
        fact.zone = self.zone
        fact.earliest, fact.latest, fact.asserted_by = when.earliest, when.latest, self.level
        standing = _standing(fact)
        if standing is not None:
            self._cite(standing)
            return
        recording.add(fact, actor=self.actor)
        self._rests(fact)
        self.done.rows.append((fact, True))

    def _cite(self, row: Any) -> None:
        if not row.allows(self.actor, "add" if isinstance(row, Fact) else "change"):
            raise PermissionDenied(_("You may not change “%(what)s”.") % {"what": row})
        if self._rests(row):
            self.done.rows.append((row, False))

    def _rests(self, row: Any) -> bool:
        """Let `row` rest on the passages; say whether that is new."""
        ties = sources.cite(row, self.passages, actor=self.actor)
        self.done.ties += ties
        return bool(ties)


def _passages(proposal: Proposal, actor: User) -> list[Passage]:
    """Mark the places of the proposal in its document; of one longer than a passage may be, its beginning."""
    document = proposal.document
    return [
        sources.mark(document, start, min(end, start + sources.LONGEST_PASSAGE), actor=actor)
        for start, end in proposal.spans
    ]


_SAME: Mapping[type[Fact], Sequence[str]] = {
    ProjectStep: ("project", "kind"),
    ProjectFigure: ("project", "kind", "nature", "unit", "per_year", "product", "value", "qualifier", "is_increment"),
    ProjectParty: ("project", "organization", "kind"),
    PostFact: ("person", "kind", "title"),
}  # fmt: skip
"""By which columns another telling says the same, its days apart."""


def _standing(fact: Fact) -> Fact | None:
    """Return the fact in force that says the same at the same level: a step on days within those told, any other."""
    same = {name: getattr(fact, name) for name in _SAME[type(fact)]}
    rows: Any = type(fact)._default_manager.live()  # type: ignore[attr-defined]
    if isinstance(fact, ProjectFigure):
        # A sum that another one replaced meanwhile is told anew.
        rows = rows.filter(project=fact.project).in_force()
    rows = rows.filter(asserted_by=fact.asserted_by, **same)
    if isinstance(fact, ProjectStep):
        rows = rows.filter(earliest__gte=fact.earliest, latest__lte=fact.latest)
    found: Fact | None = rows.order_by("pk").first()
    return found
