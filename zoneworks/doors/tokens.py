"""Tokens: a person makes them for programs; each opens one zone, no wider than its person, until it ends."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _

from zoneworks.accounts.models import User, Zone
from zoneworks.doors.models import Token
from zoneworks.kit.audit import record

MOST = 20
"""How many living tokens a person has in a zone: more is a slip of a script, not a need."""
NOTED_EVERY = timedelta(minutes=5)
LASTS = (7, 30, 90, 365)
"""For how many days a token may be made."""
_SIGNS = "abcdefghijkmnpqrstuvwxyz23456789"


@transaction.atomic
def make(user: User, zone: Zone, *, name: str, may_write: bool, days: int) -> tuple[Token, str]:
    """Make a token for `user` in `zone`; return it with its text, which nobody can read again."""
    at = now()
    if Token.objects.living(at).of(user).filter(zone=zone).count() >= MOST:
        raise ValidationError(
            _("You have %(count)d tokens here. Revoke one that is no longer used.") % {"count": MOST}
        )
    prefix = "zw_" + "".join(secrets.choice(_SIGNS) for _sign in range(8))
    text = f"{prefix}_{secrets.token_urlsafe(32)}"
    token = Token(
        zone=zone,
        user=user,
        name=name.strip(),
        prefix=prefix,
        digest=digest(text),
        may_write=may_write,
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    token.full_clean()
    token.save()
    record(user, "token", token, after=_said(token))
    return token, text


@transaction.atomic
def revoke(token: Token, *, actor: User | None) -> bool:
    """End `token` at once; say whether it was alive."""
    found = Token.objects.select_for_update().get(pk=token.pk)
    if found.revoked_at is not None:
        return False
    found.revoked_at = now()
    found.save(update_fields=["revoked_at"])
    record(actor, "revoke", found, before=_said(found))
    return True


@transaction.atomic
def revoke_all(user: User, *, actor: User | None) -> None:
    """End every living token of `user`: somebody else may know what opens their log-in."""
    for token in Token.objects.living(now()).of(user).select_related("user", "zone"):
        revoke(token, actor=actor)


def holder(text: str, at: datetime) -> Token | None:
    """Return the living token that is written `text`, with its person and zone; note that it was used."""
    if not text.startswith("zw_") or len(text) > 100:
        return None
    found = Token.objects.living(at).filter(digest=digest(text)).select_related("user", "zone").first()
    if found is not None and (found.used_at is None or at - found.used_at >= NOTED_EVERY):
        Token.objects.filter(pk=found.pk).update(used_at=at)
    return found


def digest(text: str) -> str:
    """Return under what a token is kept. Its text has 256 random bits, so that a plain hash hides it."""
    return sha256(text.encode()).hexdigest()


def narrowed(token: Token) -> User:
    """Return the person of `token` as the token lets them be: a member of its zone only."""
    user = token.user
    user.seats = tuple(seat for seat in user.seats if seat.zone_id == token.zone_id)
    return user


def _said(token: Token) -> dict[str, str]:
    """Return what the trail tells of a token: whose, how wide, how long."""
    return {
        "user": str(token.user),
        "name": str(token),
        "may_write": str(token.may_write),
        "expires_at": f"{localtime(token.expires_at):%Y-%m-%d %H:%M}",
    }
