"""Where sessions are kept: one row each, so that one can be listed, ends at once, and ends by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest
from django.utils.timezone import now

NOTED_EVERY = timedelta(minutes=5)
"""How exactly the last use is known: a page that is only read should rarely write."""
UNKNOWN_FOR = timedelta(hours=1)
"""How long a session lasts in which nobody is logged in yet."""
_BEGUN, _DEVICE = "begun_at", "device"


class SessionStore(DatabaseStore):
    """A session in the database, under the hash of its key, with its person, device, beginning and last use."""

    model: Any
    _get_or_create_session_key: Any

    @classmethod
    def get_model_class(cls) -> Any:
        from zoneworks.doors.models import Session

        return Session

    def exists(self, session_key: str) -> bool:
        return super().exists(hashed(session_key))

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            self.model.objects.filter(session_key=hashed(key)).delete()

    def _get_session_from_db(self) -> Any:
        from zoneworks.doors.models import lasts_until

        at = now()
        row = self.model.objects.living(at).filter(session_key=hashed(str(self.session_key))).first()
        if row is None:
            self._session_key = None
        elif row.user_id is not None and at - row.used_at >= NOTED_EVERY:
            ends = lasts_until(row.begun_at, at)
            self.model.objects.filter(pk=row.pk).update(used_at=at, expire_date=ends)
        return row

    def create_model_instance(self, data: Any) -> Any:
        from zoneworks.doors.models import lasts_until

        at = now()
        user = data.get(SESSION_KEY)
        begun = datetime.fromtimestamp(data[_BEGUN], UTC) if user and _BEGUN in data else at
        return self.model(
            session_key=hashed(str(self._get_or_create_session_key())),
            session_data=self.encode(data),
            user_id=int(user) if user else None,
            device=data.get(_DEVICE, ""),
            begun_at=begun,
            used_at=at,
            expire_date=lasts_until(begun, at) if user else at + UNKNOWN_FOR,
        )


def hashed(session_key: str) -> str:
    """Return under what a session is kept. The key has more than 160 random bits, so that a plain hash hides it."""
    return sha256(session_key.encode()).hexdigest()


def begin(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Note when and on what device a session begins, and drop those that ended by themselves."""
    from zoneworks.doors.models import Session

    request.session[_BEGUN] = now().timestamp()
    request.session[_DEVICE] = request.META.get("HTTP_USER_AGENT", "")[:300]
    Session.objects.filter(expire_date__lte=now()).delete()
