"""Reads the boards before anybody asks, so that nobody waits for numbers of which nothing is kept yet.

What a process keeps is gone when it ends, when the day does, and when something changed that touches everything, such
as a rule. In a zone of 100,000 projects the first leader to look would wait for sixteen seconds. A thread of each
process that serves pages looks every minute whether a zone is in that state, and reads its boards as one of its people
sees them: whoever sees as much finds the numbers kept (`measures/kept_under.py`), an officer the words of the
questions.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import Error, connections
from django.http import HttpRequest
from django.utils.timezone import localdate

from zoneworks.accounts.models import Membership, User, Zone
from zoneworks.accounts.once import one_page
from zoneworks.accounts.roles import Role
from zoneworks.kit.moment import Moment
from zoneworks.kit.revision import mark_of_all
from zoneworks.measures.keeping import kept_readings
from zoneworks.site.boards.views import leader_context, officer_context, scope_of
from zoneworks.site.operating.gate import ClosedError, follow, passing

EVERY = 60.0
"""Seconds between two looks."""
BOARDS: dict[str, Callable[[Any, Any], Any]] = {Role.LEADER: leader_context, Role.OFFICER: officer_context}
"""Who looks at which board."""

log = logging.getLogger(__name__)
_thread: threading.Thread | None = None


def start() -> None:
    """Begin to look, in a thread that ends with this process; not where `ZONEWORKS_WARM=0`."""
    global _thread
    if _thread is None and os.environ.get("ZONEWORKS_WARM") != "0":
        _thread = threading.Thread(target=_mind, name="warming of the boards", daemon=True)
        _thread.start()


def _mind() -> None:
    warm: dict[int, Any] = {}
    while True:
        began = time.monotonic()
        try:
            look(warm)
        except (Error, ClosedError):
            # The database is away, not brought up to date yet, or being restored: the pages say so.
            log.debug("the boards could not be read", exc_info=True)
        except Exception:
            log.exception("the boards cannot be read before somebody asks")
        finally:
            connections.close_all()
        # While much changes for everything, four fifths of the time stay for those who ask.
        time.sleep(max(EVERY, 4 * (time.monotonic() - began)))


def look(warm: dict[int, Any]) -> list[Zone]:
    """Read the boards of the zones that are not as `warm` says they were; return these, and say so in `warm`.

    A zone whose boards cannot be read is told of and passed over until it changes. Raise `ClosedError` while the
    database is being restored.
    """
    cold = []
    with passing(0):
        zones = list(Zone.objects.order_by("pk"))
    for zone in zones:
        with passing(0) as generation:
            follow(generation)
            state = (generation, localdate(), mark_of_all(zone))
            if warm.get(zone.pk) == state:
                continue
            # What changes while we read is cold at the next look.
            warm[zone.pk] = state
            try:
                read_boards(zone)
            except Exception:
                log.exception("the boards of %s cannot be read before somebody asks", zone.code)
            else:
                cold.append(zone)
    return cold


def read_boards(zone: Zone) -> None:
    """Read each board of the zone as the first of those sees it who look at it."""
    held = Membership.objects.in_force(localdate()).filter(zone=zone, user__is_active=True)
    for role, context in BOARDS.items():
        seat = held.filter(role=role).order_by("unit", "pk").select_related("user").first()
        if seat is not None:
            _read(zone, seat.user, context)


def _read(zone: Zone, reader: User, context: Callable[[Any, Any], Any]) -> None:
    request: Any = HttpRequest()
    request.method = "GET"
    request.zone, request.zones, request.user, request.moment = zone, [zone], reader, Moment.present()
    with one_page(), kept_readings(zone):
        context(request, scope_of(request))
