"""What the page of a project shows, worked out once: stages, figures, parties and the evidence still missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from zoneworks.accounts.models import User
from zoneworks.kit.entity import row_url
from zoneworks.kit.extensions import citations_of, repeated_sources
from zoneworks.kit.levels import OPEN_LEVELS, Level
from zoneworks.kit.moment import Moment
from zoneworks.kit.panels import Link
from zoneworks.kit.quantities import Nature
from zoneworks.kit.revision import kept_of_each
from zoneworks.projects.definitions import Definition, definitions, stage_asked
from zoneworks.projects.doubts import about, doubts
from zoneworks.projects.faces import ProjectFactFace, ProjectFigureFace, ProjectPartyFace, ProjectStepFace
from zoneworks.projects.health import Finding, Limits
from zoneworks.projects.models import Project, ProjectFigure, ProjectParty
from zoneworks.projects.proving import proofs, with_officer
from zoneworks.projects.ranking import why_counted
from zoneworks.projects.showing import amount_text, compact, own_reasons_of, reasons_of, sentence, step_of
from zoneworks.projects.stages import Step, current_step
from zoneworks.rulebook.types import FigureKind, Rules
from zoneworks.rulebook.wording import comma, word
from zoneworks.sources.models import Attachment


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at the page and from when."""

    user: User
    moment: Moment
    can_change: bool
    can_recognize: bool


@dataclass(frozen=True, slots=True)
class Said:
    """One fact as the page shows it: who says it, since when, and where it opens."""

    fact: Any
    when: str
    level: str
    by: str
    url: str
    is_uncertain: bool
    is_recognized: bool
    recognize_url: str = ""
    text: str = ""
    wording: str = ""
    note: str = ""
    is_counted: bool = False
    why_counted: str = ""
    is_corrected: bool = False
    citations: list[Link] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    """What the days of a step leave in doubt, each in a sentence."""
    is_explained: bool = False
    """Whether a reason is told for each of the doubts."""


@dataclass(slots=True)
class StagePlace:
    """One stage on the line, with every fact that tells of it."""

    key: str
    label: str
    state: str
    said: list[Said]
    record_url: str = ""


@dataclass(slots=True)
class Word:
    """A printed word that is no stage yet, with the stages it may mean."""

    label: str
    said: Said
    choices: list[Link]


@dataclass(slots=True)
class StageLine:
    """The line of stages, what left it, and words that wait to be mapped."""

    stages: list[StagePlace]
    words: list[Word]
    next_kind: str
    steps: list[Step]
    facts: list[Any]
    doubts: list[Finding]


def _say(facts: Sequence[Any], face: Any, viewer: Viewer) -> list[Said]:
    """Return the facts with their links and citations, a fixed number of queries for all of them."""
    face.prepare(list(facts))
    cited = citations_of(facts, viewer.user, viewer.moment.known)
    open_facts = [fact for fact in facts if fact.asserted_by in OPEN_LEVELS]
    sources = repeated_sources(open_facts) if viewer.can_recognize else {}
    found = []
    for fact in facts:
        is_open = fact.asserted_by in OPEN_LEVELS
        found.append(
            Said(
                fact=fact,
                when=compact(fact.span),
                level=fact.level_label,
                by=str(fact.recorded_by or ""),
                url=viewer.moment.on_url(face.url_of(fact)),
                is_uncertain=fact.is_uncertain(viewer.moment.on),
                is_recognized=not is_open,
                is_corrected=fact.reverses_id is not None,
                recognize_url=face.recognize_url(fact, sources.get(fact.pk, ()))
                if viewer.can_recognize and is_open
                else "",
                text=face.describe(fact),
                note=fact.note,
                wording=getattr(fact, "wording", "") or getattr(fact, "as_printed", ""),
                citations=cited.get(fact.pk, []),
            )
        )
    return found


def without_recognized(said: list[Said], face: type[ProjectFactFace]) -> list[Said]:
    """Return the facts without the offer to recognize what is recognized already."""
    recognized = [one.fact for one in said if one.is_recognized]
    return [
        replace(one, recognize_url="")
        if one.recognize_url and any(face.says_the_same(one.fact, other) for other in recognized)
        else one
        for one in said
    ]


# -- stages ------------------------------------------------------------------------------------------------


def stage_line(project: Project, rules: Rules, viewer: Viewer) -> StageLine:
    """Return the line of stages as of the moment; uncertain steps are marked and do not move the project."""
    model = rules.stages
    facts = ProjectStepFace.told(project, viewer.moment)
    said = _say(facts, ProjectStepFace, viewer)
    certain = [step_of(one.fact) for one in said if not one.is_uncertain]
    current = current_step(certain, model.kinds, model.exits)
    found = doubts(certain, reasons_of(facts), own_reasons_of(facts), Limits.of(rules))
    kind = current.kind if current else ""
    coming = next_kind(kind, rules)
    by_kind: dict[str, list[Said]] = defaultdict(list)
    for one in without_recognized(said, ProjectStepFace):
        its = [] if one.is_uncertain else about(found, step_of(one.fact))
        explained = bool(its) and all(each.figures["reason"] is not None for each in its)
        said_of = [sentence(each, rules) for each in its]
        by_kind[one.fact.kind].append(replace(one, doubts=said_of, is_explained=explained))
    record = ProjectStepFace.new_url(project)
    stages = [
        StagePlace(
            key,
            model.label(key),
            _stage_state(key, by_kind[key], kind, coming, rules),
            by_kind[key],
            f"{record}&kind={key}" if viewer.can_change and not by_kind[key] else "",
        )
        for key in model.kinds
    ]
    stages += [
        StagePlace(key, model.label(key), "current" if key == kind else "done", by_kind[key])
        for key in model.exits
        if by_kind[key]
    ]
    return StageLine(stages, _words(by_kind, record, rules, viewer), coming, certain, facts, found)


def next_kind(kind: str, rules: Rules) -> str:
    """Return the stage that comes after `kind`; the first one for a project without a stage, none after an exit."""
    model = rules.stages
    if kind in model.kinds:
        after = model.next_after(kind)
        return after.key if after else ""
    return "" if model.is_exit(kind) else model.kinds[0]


def _stage_state(key: str, said: list[Said], current: str, coming: str, rules: Rules) -> str:
    if key == current:
        return "current"
    if said:
        return "uncertain" if all(one.is_uncertain for one in said) else "done"
    if key == coming:
        return "next"
    order = rules.stages.kinds
    return "skipped" if current in order and order.index(key) < order.index(current) else "ahead"


def _words(by_kind: dict[str, list[Said]], record: str, rules: Rules, viewer: Viewer) -> list[Word]:
    """Return the steps whose word is no stage; a person who may change the project maps each by a new step."""
    known = {*rules.stages.kinds, *rules.stages.exits}
    may_mean = {one.key: one.may_mean for one in rules.stages.unmapped}
    found = []
    for kind, told in by_kind.items():
        for one in told if kind not in known else ():
            choices = []
            if viewer.can_change:
                choices = [
                    Link(rules.stages.label(key), f"{record}&kind={key}&when={one.fact.span}")
                    for key in may_mean.get(kind, ())
                ]
            found.append(Word(rules.stages.label(kind), one, choices))
    return found


# -- figures -----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Side:
    """What was promised or what came: the claims, those that stand first, and whether they contradict each other."""

    claims: list[Said]
    total: str = ""
    differ: int = 0
    sums: dict[str, Decimal] = field(default_factory=dict)


@dataclass(slots=True)
class FigureCard:
    """One kind of figure (of one product): commitment beside actual."""

    kind: str
    label: str
    definition: str
    product: str
    commitment: Side
    actual: Side
    percent: int | None = None
    lacks_product: bool = False
    """Whether the figure should name a product and names none."""


def figure_cards(project: Project, rules: Rules, viewer: Viewer) -> list[FigureCard]:
    """Return every figure by kind, in the order of the rulebook, kinds it does not know last."""
    facts = ProjectFigureFace.told(project, viewer.moment)
    counted = counted_figures(project, viewer.moment)
    groups: dict[tuple[str, str], dict[str, list[Said]]] = defaultdict(lambda: defaultdict(list))
    said = without_recognized(_say(facts, ProjectFigureFace, viewer), ProjectFigureFace)
    for one in said:
        groups[one.fact.kind, one.fact.product][one.fact.nature].append(one)
    order = {key: place for place, key in enumerate(rules.figures.keys)}
    return [
        _card(kind, product, sides, counted, rules)
        for (kind, product), sides in sorted(
            groups.items(), key=lambda item: (order.get(item[0][0], len(order)), *item[0])
        )
    ]


def counted_figures(project: Project, moment: Moment) -> frozenset[int]:
    """Return the keys of the figures that stand at the moment; those of today are kept until some of them change."""

    def read(keys: list[int]) -> dict[int, frozenset[int]]:
        told = ProjectFigure.objects.filter(project__in=keys).as_of(moment.on, moment.known).in_force()
        found: dict[int, set[int]] = {key: set() for key in keys}
        for key, figure in told.order_by().values_list("project_id", "pk"):
            found[key].add(figure)
        return {key: frozenset(figures) for key, figures in found.items()}

    if moment.is_past:
        return read([project.pk])[project.pk]
    return kept_of_each(project.zone, ("counted", moment.on), Project, [project.pk], read)[project.pk]


def _card(
    kind: str, product: str, sides: dict[str, list[Said]], counted: frozenset[int], rules: Rules
) -> FigureCard:
    known: FigureKind | None = rules.figures.get(kind)
    commitment, actual = (_side(sides.get(nature, []), counted) for nature in Nature.values)
    card = FigureCard(
        kind, rules.figures.label(kind), known.definition if known else "", product, commitment, actual,
        lacks_product=not product and known is not None and known.of_a_product,
    )  # fmt: skip
    for unit, promised in commitment.sums.items():
        if promised and unit in actual.sums:
            card.percent = int(100 * actual.sums[unit] / promised)
            break
    return card


def _side(said: list[Said], counted: frozenset[int]) -> Side:
    shown = [_claim(one, one.fact.pk in counted, said) for one in said]
    shown.sort(
        key=lambda one: (not one.is_counted, one.fact.is_increment, -Level(one.fact.asserted_by).place)
    )
    stated: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
    sums: dict[str, Decimal] = {}
    for one in shown:
        fact = one.fact
        if not fact.is_increment:
            stated[fact.unit].add((fact.value, fact.qualifier, fact.per_year))
        if one.is_counted:
            sums[fact.unit] = sums.get(fact.unit, Decimal(0)) + fact.value
    side = Side(shown, differ=max((len(values) for values in stated.values() if len(values) > 1), default=0))
    side.sums = sums
    if any(one.fact.is_increment and one.is_counted for one in shown):
        side.total = " + ".join(amount_text(value, unit) for unit, value in sums.items())
    return side


def _claim(one: Said, is_counted: bool, said: list[Said]) -> Said:
    fact = one.fact
    others = [
        other.fact
        for other in said
        if other is not one and not other.is_uncertain and _is_other_whole(other.fact, fact)
    ]
    sign = "+" if fact.is_increment else ""
    text = sign + fact.in_words()
    wording = fact.wording if fact.wording != text else ""
    why = why_counted(fact, others) if is_counted and not fact.is_increment else ""
    return replace(one, text=text, wording=wording, is_counted=is_counted, why_counted=why)


def _is_other_whole(other: Any, fact: Any) -> bool:
    return bool(other.unit == fact.unit and not other.is_increment)


# -- parties -----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Party:
    """An organization with everything that is said about its part."""

    name: str
    url: str
    role: str
    said: list[Said]


def parties(project: Project, viewer: Viewer) -> list[Party]:
    """Return the organizations named with the project, investors first."""
    facts = ProjectPartyFace.told(project, viewer.moment)
    groups: dict[tuple[str, int], list[Said]] = defaultdict(list)
    for one in _say(facts, ProjectPartyFace, viewer):
        groups[one.fact.kind, one.fact.organization_id].append(one)
    order = [kind for kind, _label in ProjectParty._meta.get_field("kind").flatchoices]
    found = []
    for (_kind, _organization), said in sorted(groups.items(), key=lambda item: order.index(item[0][0])):
        organization = said[0].fact.organization
        url = viewer.moment.on_url(row_url(organization))
        found.append(Party(str(organization), url, said[0].fact.get_kind_display(), said))
    return found


# -- evidence ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class EvidenceItem:
    """One piece of evidence that the next stage asks for; `group` names those of which one is enough."""

    key: str
    label: str
    is_present: bool
    is_met: bool
    group: str = ""
    files: list[Link] = field(default_factory=list)


@dataclass(slots=True)
class EvidenceList:
    stage: str
    items: list[EvidenceItem]
    missing: int
    attach_url: str
    definitions: list[Definition] = field(default_factory=list)
    spared: str = ""
    """Of which projects the stage asks nothing, in words; the ledger does not tell them apart."""


def evidence(
    project: Project, kind: str, steps: Iterable[Any], rules: Rules, viewer: Viewer
) -> EvidenceList | None:
    """Return what the stage `kind` asks for beside what proves it; nothing when no stage is next."""
    if kind not in rules.stages.kinds:
        return None
    stage = stage_asked(kind, rules)
    files = _files([project, *steps], viewer.moment)
    asked = {one.key for one in stage.evidence}
    for proof in proofs([project.pk], viewer.moment, rules, viewer.user, asked):
        files[proof.key].append(Link(str(proof.row), viewer.moment.on_url(row_url(proof.row))))
    present = {key for key in files if key}
    if with_officer([project], viewer.moment):
        present.add("officer_named")
    missing = {one.key for one in stage.missing(present)}
    items = [
        EvidenceItem(
            one.key,
            one.label,
            one.key in present,
            one.key not in missing,
            one.any_of or "",
            files.get(one.key, []),
        )
        for one in stage.evidence
    ]
    groups = {one.group for one in items if one.key in missing and one.group}
    alone = sum(1 for one in items if one.key in missing and not one.group)
    attach = address("sources:attach", zone=project.zone.code, ledger="projects", row=project.pk)
    return EvidenceList(
        stage.label,
        items,
        alone + len(groups),
        attach if viewer.can_change else "",
        definitions(kind, project.zone, rules),
        comma().join(word(one) for one in stage.not_asked_of),
    )


def _files(rows: Sequence[Any], moment: Moment) -> dict[str, list[Link]]:
    """Return the files kept with the project and its steps, by what they prove; one query."""
    found: dict[str, list[Link]] = defaultdict(list)
    for file in Attachment.objects.of(rows).kept(moment.known):
        url = address("sources:attachment", zone=rows[0].zone.code, pk=file.pk)
        found[file.evidence].append(Link(file.name, moment.on_url(url)))
    return found


def address(name: str, **kwargs: Any) -> str:
    """Return the address of a page of another room, or nothing where that room is not installed."""
    try:
        return reverse(name, kwargs=kwargs)
    except NoReverseMatch:
        return ""


def asked_evidence(rules: Rules) -> list[tuple[str, str]]:
    """Return key and words of every piece of evidence that some stage asks for, each once."""
    kinds = (*rules.stages.kinds, *rules.stages.exits)
    # What a former definition asked for may still be attached: the pieces of the stage model stay on offer.
    stages = [*(stage_asked(kind, rules) for kind in kinds), *rules.stages.model]
    named: dict[str, str] = {}
    for stage in stages:
        for one in stage.evidence:
            named.setdefault(one.key, _("%(stage)s: %(what)s") % {"stage": stage.label, "what": one.label})
    return list(named.items())
