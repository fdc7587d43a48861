"""The rulebook's entry in the menu."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from zoneworks.kit.audit import LABEL, leads_to, names_values
from zoneworks.kit.menu import add_page
from zoneworks.rulebook.models import RuleOverride
from zoneworks.rulebook.policy import may_read
from zoneworks.rulebook.telling import rule_label


def _is_reader(request: Any) -> bool:
    return may_read(request.user, request.zone)


@names_values(RuleOverride, "key")
def rule_named(zone: Any, key: str) -> str:
    return rule_label(key)


@names_values(RuleOverride, LABEL)
def decision_named(zone: Any, label: str) -> str:
    """Return what a decision about a rule (“key · day”) is called: by the rule's label."""
    key, dot, day = label.partition(" · ")
    return f"{rule_label(key)}{dot}{day}"


@leads_to(RuleOverride)
def page_of_rule(zone: Any, label: str) -> str:
    return reverse("rulebook:detail", kwargs={"zone": zone.code, "key": label.partition(" · ")[0]})


add_page("sources", _("Rules"), "rulebook:list", "scale", 40, _is_reader)
