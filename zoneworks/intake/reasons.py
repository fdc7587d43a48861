"""Why a row of the ledger may be what a document tells, in short sentences of the language of the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from zoneworks.intake.gathering import FIELD_NAMES
from zoneworks.intake.likeness import Reason
from zoneworks.kit.amounts import format_amount
from zoneworks.kit.language import language

_SENTENCES: dict[str, Any] = {
    "same_name": _("same name"),
    "named_as": _("goes by this name, too: %(of)s"),
    "former_name": _("former name of %(of)s"),
    "name_held": _("one name holds the other: %(of)s"),
    "name_alike": _("like name: %(of)s"),
    "name_without_form": _("same name but for place and legal form: %(of)s"),
    "short_name": _("short name of %(of)s"),
    "same_investor": _("same investor: %(of)s"),
    "investor_alike": _("like investor: %(of)s"),
    "investor_differs": _("investor differs: %(of)s"),
    "amount_equal": _("%(field)s equal: %(amount)s"),
    "amount_differs": _("%(field)s differs: %(amount)s"),
    "place_equal": _("place equal: %(of)s"),
    "kind_differs": _("another kind of body"),
    "region_differs": _("another place: %(of)s"),
    "same_post": _("same post: %(of)s"),
    "post_differs": _("post differs: %(of)s"),
    "same_kind": _("same kind"),
    "kind_alike": _("like kind"),
    "same_day": _("same day"),
    "days_overlap": _("days overlap"),
    "same_person": _("same person: %(of)s"),
    "same_body": _("same organization: %(of)s"),
    "lead_differs": _("led by another: %(of)s"),
}


def in_words(reasons: Iterable[Reason]) -> tuple[str, ...]:
    """Return each reason as a short sentence."""
    return tuple(_in_words(reason) for reason in reasons)


def _in_words(reason: Reason) -> str:
    said: dict[str, Any] = {"of": reason.of}
    if reason.amount is not None:
        kind, value, unit = reason.amount
        said = {
            "field": FIELD_NAMES.get(kind, kind),
            "amount": format_amount(value, unit, language=language()),
        }
    return str(_SENTENCES[reason.word] % said)
