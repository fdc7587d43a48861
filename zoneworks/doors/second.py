"""The second step: a code from the phone, or a recovery code, beside the password. The arithmetic is django-otp's."""

from __future__ import annotations

import re
import secrets
import time
from base64 import b32encode
from binascii import unhexlify
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import segno
from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice, default_key

from zoneworks.accounts.models import User, Zone
from zoneworks.doors.models import RecoveryCode, Session
from zoneworks.doors.notes import note

RECOVERY_CODES = 10
_SIGNS = "abcdefghijkmnpqrstuvwxyz23456789"
DONE = "second_step"
"""Stands in a session in which the second step was taken."""


def has(user: User) -> bool:
    """Say whether `user` logs in with a second step."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).exists()


def those_with(users: Iterable[int]) -> set[int]:
    """Return those of `users` who log in with a second step; one query."""
    found = TOTPDevice.objects.filter(user__in=list(users), confirmed=True)
    return set(found.values_list("user", flat=True))


def required_roles(zone: Zone) -> frozenset[str]:
    """Return the roles that need a second step in `zone`: those it names and those of the installation."""
    return frozenset(zone.second_step_roles) | frozenset(settings.SECOND_STEP_ROLES)


def is_owed(request: Any) -> bool:
    """Say whether the person must set up the second step before they go on in the zone of the request.

    Who has set it up took it at the log-in, and the session says so: no page asks the database for it. A program
    that shows a token cannot take it; its person took it to make the token, and must still have it.
    """
    if request.zone is None or request.session.get(DONE):
        return False
    is_needed = bool(required_roles(request.zone) & request.user.roles_in(request.zone))
    return is_needed and not (getattr(request, "token", None) is not None and has(request.user))


# -- setting it up ---------------------------------------------------------------------------------------------


def new_key() -> str:
    """Return a new secret for an app: 20 random bytes, in hexadecimal."""
    return str(default_key())


def in_letters(key: str) -> str:
    """Return the secret as an app asks for it when it cannot read the picture.

    >>> in_letters("00" * 20)
    'AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA'
    """
    letters = b32encode(unhexlify(key)).decode()
    return " ".join(letters[place : place + 4] for place in range(0, len(letters), 4))


def picture(user: User, key: str) -> str:
    """Return the address of a picture for the app: black on white in both color schemes, without a script."""
    code = segno.make(TOTPDevice(user=user, key=key).config_url, error="m", micro=False)
    return code.svg_data_uri(scale=5, border=3, dark="#000", light="#fff", svgclass=None, lineclass=None)


def fits(key: str, code: str) -> int | None:
    """Return the half minute in which `code` comes from `key`, or nothing: at most one before or after now."""
    digits = _digits(code)
    if not re.fullmatch(r"[0-9]{6}", digits):
        return None
    found = TOTP(unhexlify(key))
    found.time = time.time()
    return int(found.t()) if found.verify(int(digits), tolerance=1) else None


@transaction.atomic
def set_up(user: User, key: str, step: int) -> list[str]:
    """Let `user` log in with codes from `key`, the code of `step` being used up; return the recovery codes."""
    TOTPDevice.objects.filter(user=user).delete()
    TOTPDevice.objects.create(user=user, name="app", key=key, confirmed=True, last_t=step)
    note(user, "second_on", user)
    return _new_codes(user)


@transaction.atomic
def renew_codes(user: User) -> list[str]:
    """Replace the recovery codes of `user`; return the new ones."""
    note(user, "new_codes", user)
    return _new_codes(user)


@transaction.atomic
def drop(user: User, *, actor: User | None) -> None:
    """Let `user` log in without a second step. When somebody else does it, the person's sessions end."""
    TOTPDevice.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    if actor != user:
        Session.objects.of(user).delete()
    note(actor, "second_off", user)


def _new_codes(user: User) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    codes = [
        "-".join("".join(secrets.choice(_SIGNS) for _sign in range(5)) for _half in "12")
        for _code in range(RECOVERY_CODES)
    ]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, mark=_mark(user, code)) for code in codes)
    return codes


def codes_left(user: User) -> int:
    """Return how many recovery codes `user` has not used."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


# -- taking it -------------------------------------------------------------------------------------------------


@transaction.atomic
def take(user: User, typed: str, at: datetime) -> bool:
    """Say whether `typed` is a code of `user` that was not used before, and use it up."""
    digits = _digits(typed)
    if re.fullmatch(r"[0-9]{6}", digits):
        # Locked, so that a code that was looked over somebody's shoulder does not count twice at once.
        device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True).first()
        return device is not None and bool(device.verify_token(int(digits)))
    unused = RecoveryCode.objects.filter(user=user, mark=_mark(user, typed), used_at=None)
    if not unused.update(used_at=at):
        return False
    note(user, "used_code", user, after={"recovery codes left": str(codes_left(user))})
    return True


def _mark(user: User, code: str) -> str:
    plain = re.sub(r"[^a-z0-9]", "", code.casefold())
    return salted_hmac("zoneworks.doors.recovery", f"{user.pk}\n{plain}", algorithm="sha256").hexdigest()


def _digits(typed: str) -> str:
    """Return a code without the spaces that apps show in it.

    >>> _digits(" 123 456 ")
    '123456'
    """
    return re.sub(r"\s+", "", typed)
