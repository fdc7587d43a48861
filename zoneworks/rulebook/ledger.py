"""The rulebook's entry in the menu."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from zoneworks.kit.audit import names_values
from zoneworks.kit.menu import add_page
from zoneworks.rulebook.models import RuleOverride
from zoneworks.rulebook.policy import may_read
from zoneworks.rulebook.telling import rule_label


def _is_reader(request: Any) -> bool:
    return may_read(request.user, request.zone)


@names_values(RuleOverride, "key")
def rule_named(zone: Any, key: str) -> str:
    return rule_label(key)


add_page("sources", _("Rules"), "rulebook:list", "scale", 40, _is_reader)
