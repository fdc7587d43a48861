"""Facts as the API reads them: those in force at the moment, as far as the person sees them."""

from __future__ import annotations

from typing import Any

from zoneworks.kit.moment import Moment


def seen_facts(face: Any, request: Any) -> Any:
    """Return every version that the person sees in the zone, with what the face needs to tell it."""
    facts = face.model._default_manager.allowed(request.user, "view").filter(zone=request.zone)
    subject = face.model.subject
    return face.for_reading(facts).select_related("zone", "recorded_by", subject, f"{subject}__zone")


def in_force(facts: Any, moment: Moment) -> Any:
    """Keep the facts that stood at the moment; what is planned for a day to come stands until a day is named."""
    facts = facts.live(moment.known)
    return facts.filter(earliest__lte=moment.on) if moment.names_on else facts
