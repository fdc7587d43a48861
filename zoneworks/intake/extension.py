"""The page of a document says what of it was read and judged, and leads to its review."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from zoneworks.intake.models import Proposal, ProposalState, Reading
from zoneworks.kit.access import is_staff
from zoneworks.kit.extensions import Extension
from zoneworks.kit.panels import Panel
from zoneworks.kit.registry import extend
from zoneworks.sources.models import Document


@extend
class IntakeOfDocument(Extension):
    """Adds the panel; two queries."""

    def panels(self, ledger: Any, row: Any) -> list[Panel]:
        if not isinstance(row, Document) or not row.text or not is_staff(ledger.request):
            return []
        at = {"zone": ledger.zone.code, "pk": row.pk}
        reading = Reading.objects.filter(document=row).select_related("read_by").defer("articles").first()
        counted = Proposal.objects.filter(document=row).values_list("state").annotate(Count("pk")).order_by()
        counts = dict(counted) if reading is not None else {}
        data = {
            "reading": reading,
            "counts": [
                (state.label, counts[state.value]) for state in ProposalState if state.value in counts
            ],
            "open": counts.get(ProposalState.OPEN.value, 0),
            "review_url": reverse("intake:review", kwargs=at),
            "read_url": reverse("intake:read", kwargs=at),
            "may_read": not ledger.moment.is_past and row.allows(ledger.user, "change"),
        }
        return [Panel("intake", _("What was read"), "intake/panels/of_document.html", data, position=20)]
