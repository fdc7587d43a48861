"""The projects of an organization, on its page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from zoneworks.kit.columns import span_text
from zoneworks.kit.extensions import Extension
from zoneworks.kit.panels import Panel
from zoneworks.kit.registry import extend
from zoneworks.organizations.models import Organization
from zoneworks.projects.faces import ProjectPartyFace
from zoneworks.projects.models import ProjectParty

SHOWN = 50


@extend
class ProjectsOfOrganization(Extension):
    """Adds the panel; one query."""

    def panels(self, ledger: Any, row: Any) -> list[Panel]:
        if not isinstance(row, Organization):
            return []
        moment = ledger.moment
        parts = (
            ProjectParty.objects.allowed(ledger.user, "view")
            .filter(organization=row)
            .possible(moment.on, moment.known)
            .select_related("project", "project__zone", "zone")
            .order_by("-latest", "-pk")[:SHOWN]
        )
        items = [
            {
                "name": str(part.project),
                "url": moment.on_url(part.project.get_absolute_url()),
                "role": part.get_kind_display(),
                "when": span_text(part.span),
                "level": part.level_label,
                "fact_url": moment.on_url(ProjectPartyFace.url_of(part)),
                "is_uncertain": part.is_uncertain(moment.on),
            }
            for part in parts
        ]
        template = "projects/panels/of_organization.html"
        return [Panel("projects", _("Projects"), template, items, count=len(items), position=25)]
