"""Why a number has its verdict, in sentences, and what would help."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.intake.checking.checker import Finding
from zoneworks.intake.checking.ledger import Ledger
from zoneworks.intake.checking.matching import Why
from zoneworks.intake.checking.parts import Sum
from zoneworks.intake.checking.stated import COUNT, Stated
from zoneworks.intake.checking.verdicts import Verdict
from zoneworks.kit.amounts import format_amount
from zoneworks.kit.columns import span_text
from zoneworks.kit.language import language
from zoneworks.kit.levels import Level
from zoneworks.kit.quantities import Qualifier, Unit
from zoneworks.kit.spans import Span
from zoneworks.measures.labels import dimension_label, full_label, group_label
from zoneworks.measures.reading import Reading
from zoneworks.measures.registry import MeasureUnit
from zoneworks.measures.wording import worded

LABELS: dict[Verdict, Any] = {
    Verdict.SUPPORTED: gettext_lazy("supported"),
    Verdict.DIFFERS: gettext_lazy("differs"),
    Verdict.QUALIFIER: gettext_lazy("qualifier wrong"),
    Verdict.BASIS: gettext_lazy("basis mixed"),
    Verdict.PARTS: gettext_lazy("parts do not add up"),
    Verdict.NOT_IN_LEDGER: gettext_lazy("not in the ledger"),
    Verdict.NOT_MEASURABLE: gettext_lazy("not measurable"),
}
FIELD_LABELS: dict[str, Any] = {
    "total_investment_cny": gettext_lazy("planned total investment"),
    "total_investment_usd": gettext_lazy("planned total investment"),
    "equipment_investment_cny": gettext_lazy("equipment investment"),
    "equipment_investment_usd": gettext_lazy("equipment investment"),
    "agreed_foreign_capital_usd": gettext_lazy("agreed foreign capital"),
    "registered_foreign_capital_usd": gettext_lazy("registered foreign capital"),
}
_UNMEASURED: dict[Why, Any] = {
    Why.NO_MEASURE: gettext_lazy("No measure counts this."),
    Why.NOT_OURS: gettext_lazy("It is said of “%(word)s”, not of this zone."),
    Why.AIM: gettext_lazy("“%(word)s” makes it an aim or an expectation, no result."),
    Why.GROWTH: gettext_lazy("“%(word)s” compares two numbers; check each of them."),
    Why.NARROWED: gettext_lazy("The ledger does not tell apart what is “%(word)s”."),
    Why.CLASS: gettext_lazy("The zone has no size class “%(word)s”."),
    Why.THRESHOLD: gettext_lazy(
        "It says from which size on projects are counted; it is no number of its own."
    ),
    Why.STAGE: gettext_lazy(
        "The sentence does not say of which projects “%(word)s” is the sum: signed, started, in hand …"
    ),
    Why.PERIOD: gettext_lazy("The first day of “%(word)s” is not known here; write it into the sentence."),
}


def reason(one: Finding) -> str:
    """Return in one sentence why a number has its verdict."""
    if one.told is not None and one.project is None:
        return _of_no_project(one)
    if one.why is not None:
        return _without_measure(one)
    says = {"ledger": ledger_text(one), "apart": apart(one)}
    match one.verdict:
        case Verdict.SUPPORTED:
            return _("The ledger says the same: %(ledger)s.") % says
        case Verdict.QUALIFIER:
            return _("The ledger says %(ledger)s; %(right)s.") % {**says, "right": _right(one)}
        case Verdict.BASIS:
            return _("The ledger says %(ledger)s on the basis “%(level)s”; it is right only “%(right)s”.") % {
                **says,
                "level": Level(one.level).label,
                "right": Level(one.right_level).label,
            }
        case Verdict.NOT_IN_LEDGER:
            return _("The ledger has no record that counts here.")
        case Verdict.PARTS:
            return parts_text(one)
        case _:
            return _differs(one, says)


def hints(one: Finding) -> Iterator[str]:
    """Yield what else helps: the day on which it would be right, what is uncertain, how its parts add up."""
    if one.right_day is not None:
        yield _("It would be right as of %(day)s.") % {"day": one.right_day.isoformat()}
    if one.verdict is Verdict.DIFFERS and one.judged.right is not None and one.number.kind != COUNT:
        yield _("As to its size, %(right)s.") % {"right": _right(one)}
    if one.judged.perhaps and one.known is not None:
        uncertain = _in_words(one, one.known.uncertain)
        yield _("With what is uncertain in the ledger (%(uncertain)s) it may be right.") % {
            "uncertain": uncertain
        }
    if one.reading is not None and one.when is not None and not one.when.wording:
        yield _("The draft names no period or day; the year up to the day of issue was read.")
    if one.whole is not None and one.verdict is not Verdict.PARTS:
        yield parts_text(one)


def parts_text(one: Finding) -> str:
    """Return how the parts of a number add up."""
    whole = one.whole
    assert whole is not None  # noqa: S101
    says = {
        "parts": " + ".join(part.number.wording for part in one.parts),
        "total": _as_printed(one.number, whole.total),
        "whole": one.number.wording,
        "apart": _as_printed(one.number, abs(whole.missing)),
    }
    if whole.sum is Sum.EQUAL:
        return _("Its parts add up to it: %(parts)s.") % says
    if whole.sum is Sum.OVERLAP:
        return (
            _(
                "Its parts (%(parts)s) are %(total)s, %(apart)s more than %(whole)s: they overlap, or one is wrong."
            )
            % says
        )
    return _("Its parts (%(parts)s) are %(total)s: they do not exhaust it, %(apart)s are in none.") % says


def ledger_text(one: Finding) -> str:
    """Return what the ledger says, as people write it; nothing where it was not asked."""
    return _in_words(one, one.known.value, one.known.qualifier) if one.known is not None else ""


def apart(one: Finding) -> str:
    """Return by how much the draft is off, without sign."""
    difference = one.judged.difference
    return _in_words(one, abs(difference)) if difference is not None and one.known is not None else ""


def what(one: Finding, ledger: Ledger) -> str:
    """Return what a number was compared with: the measure with its filters, or the figure of a project."""
    if one.told is not None:
        named = one.project.project.name if one.project else one.told.project.name
        return f"{named} · {FIELD_LABELS[one.told.field]}"
    return ledger.named(one.reading, _reading_name) if one.reading is not None else ""


def _reading_name(reading: Reading) -> str:
    scope = reading.scope
    filters = [
        f"{dimension_label(name)}: {group_label(scope.zone, name, value)}"
        for name, value in scope.filters.items()
    ]
    return " · ".join([full_label(reading.measure), *filters])


def when_text(one: Finding) -> str:
    """Return the period, or the day of a state, that was read."""
    if one.reading is None:
        return one.when.as_of.isoformat() if one.when and one.told is not None else ""
    period = one.reading.scope.period
    return span_text(Span(period.start, period.end)) if period else one.reading.scope.as_of.isoformat()


def _of_no_project(one: Finding) -> str:
    assert one.told is not None  # noqa: S101
    says = {"name": one.told.project.name, "what": FIELD_LABELS[one.told.field], "count": one.candidates}
    if not one.candidates:
        return _("The ledger has no project called “%(name)s”.") % says
    if one.candidates > 1:
        return _("“%(name)s” may be one of %(count)d projects of the ledger.") % says
    return _("The ledger has no figure “%(what)s” of this project.") % says


def _without_measure(one: Finding) -> str:
    assert one.why is not None  # noqa: S101
    if one.verdict is Verdict.PARTS:
        return parts_text(one)
    if one.why.why is Why.PERIOD and not one.why.word:
        return _("The sentence does not say for which time it holds.")
    return str(_UNMEASURED[one.why.why]) % {"word": one.why.word}


def _differs(one: Finding, says: dict[str, str]) -> str:
    if (one.judged.difference or 0) > 0:
        return _("The ledger says %(ledger)s; the draft is %(apart)s more.") % says
    return _("The ledger says %(ledger)s; the draft is %(apart)s less.") % says


def _right(one: Finding) -> str:
    """Return with which word the printed number would be right."""
    right = one.judged.right
    if right is None or right is Qualifier.EXACT:
        return _("it would be right without a word beside it")
    return _("it would be right as “%(word)s”") % {"word": right.label}


def _in_words(one: Finding, value: Decimal | None, qualifier: Qualifier = Qualifier.EXACT) -> str:
    if one.reading is not None:
        return worded(value, one.reading.unit, qualifier).whole
    if value is None:
        return "–"
    if one.number.kind in Unit.values:
        return format_amount(value, Unit(one.number.kind), qualifier, language=language())
    return worded(value, MeasureUnit.ITEMS, qualifier).whole


def _as_printed(number: Stated, value: Decimal) -> str:
    """Return a value in the unit of a printed number."""
    if number.kind in (Unit.CNY, Unit.USD, Unit.EUR, Unit.HKD, Unit.JPY):
        return format_amount(value, Unit(number.kind), language=language())
    plain = f"{value:f}"
    return f"{plain.rstrip('0').rstrip('.') if '.' in plain else plain}{number.unit}"
