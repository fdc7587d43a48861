"""How projects are put in words and cells: stages, lights, amounts and what a health test found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from zoneworks.kit.amounts import Amount, format_amount
from zoneworks.kit.columns import Cell
from zoneworks.kit.language import language
from zoneworks.kit.quantities import Unit, combine
from zoneworks.kit.spans import Span
from zoneworks.projects.doubts import Told, told
from zoneworks.projects.examining import Standing
from zoneworks.projects.health import Finding, Reason
from zoneworks.projects.stages import Step
from zoneworks.rulebook.types import Rules

LIGHTS = {
    "red": gettext_lazy("red"),
    "yellow": gettext_lazy("yellow"),
    "green": gettext_lazy("green"),
}
TESTS = {
    "signed_not_started": gettext_lazy("signed, not started"),
    "started_no_money": gettext_lazy("started, no money"),
    "started_low_funding": gettext_lazy("started, little money"),
    "money_progress_mismatch": gettext_lazy("money and progress apart"),
    "talk_removed": gettext_lazy("asleep, to be removed"),
    "talk_red": gettext_lazy("no progress (red)"),
    "talk_yellow": gettext_lazy("no progress (yellow)"),
    "out_of_order": gettext_lazy("steps out of order"),
    "came_back": gettext_lazy("told after an exit"),
    "first_moved": gettext_lazy("counts in another year"),
    "reopened": gettext_lazy("talks told again"),
    "skipped": gettext_lazy("stages skipped"),
    "missing_figures": gettext_lazy("figures missing"),
    "missing_product": gettext_lazy("product not stated"),
}
SETS = {
    "in_hand": gettext_lazy("in hand"),
    "intended": gettext_lazy("intended"),
    "talks": gettext_lazy("in talks"),
}


def amount_text(value: Decimal, unit: str, qualifier: str = "exact", *, per_year: bool = False) -> str:
    """Return an amount as people write it, in the language of the page."""
    return format_amount(value, unit, qualifier, language=language(), per_year=per_year)


def amount_standing(standing: Standing, kind: str) -> Amount | None:
    """Return what stands of a kind: the sum in its own currency, or else in the one in which it is stated."""
    sums = standing.amounts.get(kind)
    if not sums:
        return None
    value, unit, words = sums[0]
    return Amount(value, Unit(unit), combine(words))


def amount_cell(standing: Standing, kind: str) -> Cell:
    """Return what stands of a kind as a cell; its title names every currency."""
    texts = [
        amount_text(value, unit, combine(words)) for value, unit, words in standing.amounts.get(kind, [])
    ]
    if not texts:
        return Cell(kind="amount")
    return Cell(texts[0], "amount", title=" + ".join(texts) if len(texts) > 1 else "")


def stage_tone(kind: str, rules: Rules) -> str:
    """Return the tone of a stage's tag: talks, between contract and start, built, left, or a word to be mapped."""
    model = rules.stages
    if kind in model.exits:
        return "grey"
    if kind not in model.kinds:
        return "yellow"
    if kind in model.talks:
        return "blue"
    if "signed" not in model.kinds or model.order(kind) < model.order("signed"):
        return "grey"
    if "started" in model.kinds and model.order(kind) >= model.order("started"):
        return "green"
    return "accent"


def stage_cell(standing: Standing, rules: Rules) -> Cell:
    """Return the stage as a tag."""
    if not standing.stage:
        return Cell(kind="tag")
    return Cell(rules.stages.label(standing.stage), "tag", tone=stage_tone(standing.stage, rules))


def light_cell(standing: Standing) -> Cell:
    """Return the health light; its title says what was found."""
    if not standing.light:
        return Cell(kind="light")
    said = " ".join(sentence(finding) for finding in standing.findings)
    return Cell(light_text(standing), "light", tone=standing.light, title=said)


def light_text(standing: Standing) -> str:
    """Return the word of the health light, or nothing where no test watches."""
    if not standing.light:
        return ""
    return str(TESTS[standing.findings[0].key]) if standing.findings else _("all well")


def compact(span: Span) -> str:
    """Return a span for a narrow place, in figures alone; a day is a whole date, a month and a year are cut short.

    >>> from datetime import date
    >>> compact(Span.day(date(2024, 3, 5))), compact(Span.third(2023, 5, 1)), compact(Span.month(2023, 5))
    ('2024-03-05', '2023-05-01–10', '2023-05')
    >>> compact(Span(date(2024, 1, 1), date(2024, 10, 24))), compact(Span.year(2023))
    ('2024-01-01–10-24', '2023')
    """
    first, last = span.earliest, span.latest
    if span.is_day:
        return first.isoformat()
    if span == Span.year(first.year):
        return f"{first.year}"
    if span == Span.month(first.year, first.month):
        return f"{first:%Y-%m}"
    if first.year != last.year:
        return f"{first}–{last}"
    return f"{first}–{last:%d}" if first.month == last.month else f"{first}–{last:%m-%d}"


def since_cell(standing: Standing) -> Cell:
    """Return since when the project stands where it stands; a span is told as one, never as its first day alone."""
    span = since(standing)
    return Cell(kind="date") if span is None else Cell(compact(span), "date")


def since(standing: Standing) -> Span | None:
    """Return the days between which the project reached its stage."""
    return None if standing.since is None else Span(standing.since, standing.until or standing.since)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the cells of one project are drawn from, when they are asked for: a file needs few of them."""

    standing: Standing
    rules: Rules
    industry: str
    is_late: bool

    @property
    def stage_label(self) -> str:
        return self.rules.stages.label(self.standing.stage) if self.standing.stage else ""

    @property
    def industry_label(self) -> str:
        return self.rules.industries.label(self.industry) if self.industry else ""


DRAWN: dict[str, Callable[[Shown], Any]] = {
    "stage": lambda shown: stage_cell(shown.standing, shown.rules),
    "stage_since": lambda shown: since_cell(shown.standing),
    "planned_total": lambda shown: amount_cell(shown.standing, "planned_total"),
    "equipment": lambda shown: amount_cell(shown.standing, "equipment"),
    "agreed_foreign": lambda shown: amount_cell(shown.standing, "agreed_foreign"),
    "industry": lambda shown: shown.industry_label,
    "light": lambda shown: light_cell(shown.standing),
    "progress_on": lambda shown: shown.standing.progress_on,
}
"""What the list and the page of a project show of each computed column."""


def step_span(step: Step) -> str:
    """Return the days of a step, in figures alone."""
    return compact(Span(step.earliest, step.last))


def percent(share: Decimal) -> str:
    """Return a part of one as people write it: 0.07125 is 7.1%."""
    return f"{(share * 100).quantize(Decimal('0.1')).normalize():f}%"


def sentence(finding: Finding, rules: Rules | None = None) -> str:
    """Return what a test found, with its figures, as a sentence in the language of the page."""
    said = finding.figures
    match finding.key:
        case "signed_not_started":
            return ngettext(
                "Signed %(signed)s; not started %(months)d month later.",
                "Signed %(signed)s; not started %(months)d months later.",
                said["months"],
            ) % {"signed": step_span(said["signed"]), "months": said["months"]}
        case "started_no_money":
            return _money_sentence(said)
        case "started_low_funding":
            return _("%(arrived)s arrived of %(planned)s planned: %(share)s.") % {
                "arrived": amount_text(said["arrived"], said["unit"]),
                "planned": amount_text(said["planned"], said["unit"]),
                "share": percent(said["share"]),
            }
        case "money_progress_mismatch":
            return _mismatch_sentence(said)
        case "talk_removed" | "talk_red" | "talk_yellow":
            return ngettext(
                "Nothing moved since %(since)s, for %(months)d month.",
                "Nothing moved since %(since)s, for %(months)d months.",
                said["months"],
            ) % {"since": said["since"], "months": said["months"]}
        case "out_of_order" | "came_back" | "first_moved" | "reopened":
            return _doubt_sentence(finding, rules)
        case "skipped":
            return _skip_sentence(said, rules)
        case "missing_product":
            return _(
                "Of what product is not stated: %(kinds)s. The figures of two products would replace each other."
            ) % {"kinds": _kinds_of(said, rules)}
        case _:
            return _("Nobody has stated: %(kinds)s. The tests of money cannot be made.") % {
                "kinds": _kinds_of(said, rules)
            }


def _kinds_of(said: Any, rules: Rules | None) -> str:
    return ", ".join(rules.figures.label(kind) if rules else kind for kind in said["kinds"])


def _mismatch_sentence(said: Any) -> str:
    return _("%(share)s of the money arrived while %(progress)s is built: %(points)s points apart.") % {
        "share": percent(said["share"]),
        "progress": percent(said["progress"]),
        "points": f"{said['points'].quantize(Decimal('0.1')).normalize():f}",
    }


def _money_sentence(said: Any) -> str:
    figures = {"since": said["since"], "months": said["months"], "started": step_span(said["started"])}
    if said["ever"]:
        return (
            ngettext(
                "No money came since %(since)s, for %(months)d month.",
                "No money came since %(since)s, for %(months)d months.",
                said["months"],
            )
            % figures
        )
    return (
        ngettext(
            "Started %(started)s; no money came in %(months)d month.",
            "Started %(started)s; no money came in %(months)d months.",
            said["months"],
        )
        % figures
    )


def _skip_sentence(said: Any, rules: Rules | None) -> str:
    names = [rules.stages.label(kind) if rules else kind for kind in (said["step"].kind, *said["over"])]
    figures = {"step": names[0], "day": step_span(said["step"]), "stages": _(", ").join(names[1:])}
    if said["reason"] is None:
        return _("“%(step)s” (%(day)s) skipped: %(stages)s. Nobody said why.") % figures
    figures |= {"reason": said["reason"].text, "by": said["reason"].by or _("no name")}
    return _("“%(step)s” (%(day)s) skipped: %(stages)s. Reason (%(by)s): %(reason)s") % figures


def _named(step: Step, rules: Rules | None) -> str:
    label = rules.stages.label(step.kind) if rules else step.kind
    return _("“%(stage)s” (%(day)s)") % {"stage": label, "day": step_span(step)}


_DOUBTS = {
    "came_back": gettext_lazy(
        "%(step)s is told after the project left at %(other)s: it counts as taken up again."
    ),
    "first_moved": gettext_lazy(
        "%(step)s is earlier than %(other)s, which counted so far. The stage counts once, at its first step: now in "
        "%(year)s, and no longer in %(before)s."
    ),
    "reopened": gettext_lazy(
        "%(step)s is told again after %(other)s: the project stays where it was, and the stage counts from its first "
        "step."
    ),
}


def question(finding: Finding, rules: Rules | None) -> str:
    """Return what the days of a step leave in doubt, without the reason: what is asked before it is recorded."""
    step, over = finding.figures["step"], finding.figures["over"]
    if finding.key not in _DOUBTS:
        stages = _(", ").join(_named(one, rules) for one in over)
        return _("%(step)s is dated before %(stages)s.") % {"step": _named(step, rules), "stages": stages}
    years = {"year": step.last.year, "before": over[0].last.year}
    return str(_DOUBTS[finding.key] % {"step": _named(step, rules), "other": _named(over[0], rules), **years})


def _doubt_sentence(finding: Finding, rules: Rules | None) -> str:
    text, reason = question(finding, rules), finding.figures["reason"]
    if reason is None:
        return _("%(finding)s Nobody said why.") % {"finding": text}
    return _("%(finding)s Reason (%(by)s): %(reason)s") % {
        "finding": text,
        "by": reason.by or _("no name"),
        "reason": reason.text,
    }


def step_of(fact: Any) -> Step:
    """Return a recorded step as the stage model sees it."""
    return Step(fact.kind, fact.earliest, fact.pk, fact.latest)


def reasons_of(facts: Iterable[Any]) -> dict[str, Reason]:
    """Return, by kind of step, the note that stands with the first step of it that has one, and whose it is."""
    found: dict[str, Reason] = {}
    for fact in facts:
        if fact.note.strip():
            found.setdefault(fact.kind, Reason(fact.note, str(fact.recorded_by or "")))
    return found


def own_reasons_of(facts: Iterable[Any]) -> dict[Told, Reason]:
    """Return, by what a step says, the note that stands with a fact that says so, and whose it is."""
    found: dict[Told, Reason] = {}
    for fact in facts:
        if fact.note.strip():
            found.setdefault(told(step_of(fact)), Reason(fact.note, str(fact.recorded_by or "")))
    return found
