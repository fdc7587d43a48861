"""What is done to log-ins: sessions end. Each writes its line into the audit trail of the person's zones."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from zoneworks.accounts.models import User
from zoneworks.doors.models import Session
from zoneworks.doors.notes import note
from zoneworks.doors.sessions import hashed


def current(request: Any) -> str:
    """Return under what the session of this request is kept."""
    return hashed(str(request.session.session_key))


def end(user: User, key: str) -> bool:
    """End the session of `user` that is kept under `key`; say whether there was one."""
    deleted, _by_model = Session.objects.of(user).filter(session_key=key).delete()
    return bool(deleted)


def end_others(request: Any) -> int:
    """End every session of the person but the one of this request; return how many there were."""
    deleted, _by_model = Session.objects.of(request.user).exclude(session_key=current(request)).delete()
    return deleted


@transaction.atomic
def end_all(user: User, *, actor: User | None) -> int:
    """End every session of `user`, at once; return how many there were."""
    deleted, _by_model = Session.objects.of(user).delete()
    note(actor, "end_sessions", user, before={"sessions": str(deleted)}, after={"sessions": "0"})
    return deleted
