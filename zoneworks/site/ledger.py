"""The boards' place in the menu, and the names of what measures group by (found with the ledgers at start-up)."""

from __future__ import annotations

from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from zoneworks.accounts.models import Zone
from zoneworks.kit.access import is_staff
from zoneworks.kit.menu import add_page
from zoneworks.measures.labels import named, names_groups
from zoneworks.people.models import Person
from zoneworks.rulebook import rules
from zoneworks.site.boards import waiting

add_page("boards", _("Leader's board"), "leader-board", "layout-dashboard", 10, is_staff)
add_page("boards", _("My work"), "officer-board", "briefcase", 20, is_staff)
add_page("boards", _("To recognize"), "waiting", "certificate", 25, waiting.may_open)


def _in_language(labeled: Any) -> str:
    return str(labeled.label_zh if (get_language() or "zh").startswith("zh") else labeled.label_en)


@names_groups("industry")
def industry_label(zone: Zone, key: Any) -> str:
    found = next((one for one in rules(zone, localdate()).industries if one.key == key), None)
    return _in_language(found) if found else str(key)


@names_groups("size_class")
def size_class_label(zone: Zone, key: Any) -> str:
    found = next((one for one in rules(zone, localdate()).counting.size_classes if one.key == key), None)
    return _in_language(found) if found else str(key)


@names_groups("lead")
def lead_label(zone: Zone, key: Any) -> str:
    return named(Person.objects.filter(zone=zone), key)
