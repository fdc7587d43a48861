"""What is done to log-ins: sessions end, passwords are given. The audit trail of the person's zones tells of it."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from zoneworks.accounts.models import Membership, User
from zoneworks.accounts.roles import Role
from zoneworks.doors import tokens, tries
from zoneworks.doors.models import Session, Tries
from zoneworks.doors.notes import note
from zoneworks.doors.sessions import hashed


def current(request: Any) -> str:
    """Return under what the session of this request is kept."""
    return hashed(str(request.session.session_key))


def end(user: User, key: str) -> bool:
    """End the session of `user` that is kept under `key`; say whether there was one."""
    if "\0" in key:  # no database keeps such a key, and PostgreSQL refuses to look for one
        return False
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


def may_reset(actor: User, user: User) -> bool:
    """Say whether `actor` may let somebody new into the log-in of `user`.

    Only who administers every zone of that person: otherwise an administrator of one zone could log in as a member
    of another one and look over its wall.
    """
    administered = set(actor.zone_ids({Role.ADMINISTRATOR}))
    held = Membership.objects.filter(user=user).exclude(Q(valid_to__lt=localdate()))
    return user.pk != actor.pk and set(held.values_list("zone_id", flat=True)) <= administered


def refuse_reset(actor: User, user: User) -> None:
    """Raise `PermissionDenied` when `actor` may not let somebody new into the log-in of `user`."""
    if not may_reset(actor, user):
        raise PermissionDenied(
            _("This person is a member of a zone that you do not administer, or it is yourself.")
        )


@transaction.atomic
def give_one_time_password(user: User, *, actor: User | None) -> str:
    """Give `user` a new password that lets in once, to choose an own one; return it. Sessions and tokens end.

    Without an actor it was done on the command line of the installation.
    """
    if actor is not None:
        refuse_reset(actor, user)
    password = one_time_password()
    user.set_password(password)
    user.one_time_until = now() + settings.ONE_TIME_PASSWORD_LASTS
    user.save(update_fields=["password", "one_time_until"])
    Session.objects.of(user).delete()
    tokens.revoke_all(user, actor=actor)
    name = tries.name_key(user.get_username())
    Tries.objects.filter(kind=name.kind, mark=name.mark).delete()
    note(actor, "reset", user)
    return password


def one_time_password() -> str:
    """Return four groups of four signs that nobody mistakes for one another: 80 random bits to be read out aloud."""
    signs = "abcdefghijkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(signs) for _sign in range(4)) for _group in range(4))
