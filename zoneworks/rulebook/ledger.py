"""The rulebook's entry in the menu."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from zoneworks.kit.menu import add_page
from zoneworks.rulebook.policy import may_read


def _is_reader(request: Any) -> bool:
    return may_read(request.user, request.zone)


add_page("sources", _("Rules"), "rulebook:list", "scale", 40, _is_reader)
