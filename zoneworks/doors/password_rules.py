"""What no password may be, beside Django's rules: a name with a year behind it, or a walk over the keyboard."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from zoneworks.accounts.models import Unit, User, Zone
from zoneworks.accounts.searching import search_text

_READ_AS = str.maketrans({"@": "a", "0": "o", "1": "l", "3": "e", "4": "a", "$": "s", "5": "s", "7": "t"})
_EVERYWHERE = frozenset(
    {
        "admin", "administrator", "root", "guest", "user", "test", "demo", "pass", "password", "passwd", "secret",
        "welcome", "login", "iloveyou", "woaini", "mima", "huanying", "zoneworks", "kaifaqu", "guanweihui",
        "zhaoshang", "jingkaiqu", "gaoxinqu", "zhengfu", "china", "zhongguo", "beijing", "jiangsu",
    }
)  # fmt: skip
"""Words that stand in the lists of those who guess."""

_ROWS = ("`1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "abcdefghijklmnopqrstuvwxyz")
_COLUMNS = ("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "0p;/")
_WALKS = tuple(walk for row in (*_ROWS, *_COLUMNS) for walk in (row, row[::-1]))
_SHORTEST_WALK = 3
_UNWALKED = 3
_DIFFERENT = 5
_SHORTEST_NAME = 3
"""Of two names together: shorter ones, such as initials, would refuse too much."""


class LongEnoughValidator(MinimumLengthValidator):
    """Refuses a short password, in both languages: Django's own refusal is not in its Chinese catalog."""

    def get_error_message(self) -> str:
        return _("This password is too short: at least %(least)d characters are needed.") % {
            "least": self.min_length
        }


class NotANameValidator:
    """Refuses names of the person and of their zone, and common words: one or two, with digits and signs added."""

    def validate(self, password: str, user: Any = None) -> None:
        names = set(_EVERYWHERE) | set(_names_around(user))
        plain = unicodedata.normalize("NFKC", password).casefold()
        word = re.sub(r"[\W\d_]+$", "", plain)  # the year behind it would be read as letters
        if any(_is_made_of(_letters(read), names) for read in (plain, word.translate(_READ_AS))):
            raise ValidationError(
                _(
                    "This password is a name or a common word, or two of them, with digits or signs added. "
                    "Those are tried first; put several words together."
                ),
                code="password_is_a_name",
            )

    def get_help_text(self) -> str:
        return _("Your password can’t be a name or a common word with digits or signs added.")


class NotAWalkValidator:
    """Refuses a walk over the keyboard and a few signs over and over."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(set(password)) < _DIFFERENT or _unwalked(password.casefold()) <= _UNWALKED:
            raise ValidationError(
                _(
                    "This password is a row of neighboring keys, or the same few signs over and over. "
                    "Put several words together."
                ),
                code="password_is_a_walk",
            )

    def get_help_text(self) -> str:
        return _("Your password can’t be a row of neighboring keys.")


def _names_around(user: Any) -> Iterator[str]:
    """Return what stands for the person in letters: log-in name, name in pinyin, their zones and units."""
    if user is None:
        return
    names: list[str] = [user.get_username(), getattr(user, "full_name", "")]
    if isinstance(user, User) and user.pk is not None:
        seats = user.seats
        zones = Zone.objects.filter(pk__in={seat.zone_id for seat in seats})
        names += [text for zone in zones for text in (zone.code, zone.name, zone.city, zone.name_en)]
        units = Unit.objects.filter(pk__in={seat.unit_id for seat in seats if seat.unit_id})
        names += [unit.name for unit in units]
    for form in search_text(*names).split("\n"):
        # Initials of two characters would refuse too much.
        if len(letters := _letters(form)) > 1:
            yield letters


def _is_made_of(letters: str, names: set[str]) -> bool:
    """Say whether `letters` are a name, or two names one behind the other.

    >>> _is_made_of("gaoyouhead", {"gaoyou", "head"}), _is_made_of("gaoyouhe", {"gaoyou", "he"})
    (True, False)
    """
    cuts = range(_SHORTEST_NAME, len(letters) - _SHORTEST_NAME + 1)
    return letters in names or any(letters[:cut] in names and letters[cut:] in names for cut in cuts)


def _letters(text: str) -> str:
    """Return the letters of `text` alone.

    >>> _letters("gaoyou@2024!"), _letters("高邮2024")
    ('gaoyou', '高邮')
    """
    return re.sub(r"[\W\d_]+", "", text)


def _unwalked(password: str) -> int:
    """Return how many signs of `password` belong to no row of neighboring keys.

    >>> _unwalked("1qaz2wsx3e"), _unwalked("qwerty123456"), _unwalked("abcabcabcabc"), _unwalked("drei-warme-socken")
    (2, 0, 0, 17)
    """
    left = len(password)
    place = 0
    while place < len(password):
        length = _walk_at(password, place, _WALKS)
        left -= length
        place += length or 1
    return left


def _walk_at(password: str, place: int, walks: Iterable[str]) -> int:
    """Return how long the longest walk is that begins at `place`, 0 when it is too short to be one."""
    longest = 0
    for walk in walks:
        length = 0
        start = walk.find(password[place])
        while (
            start >= 0
            and place + length < len(password)
            and start + length < len(walk)
            and walk[start + length] == password[place + length]
        ):
            length += 1
        longest = max(longest, length)
    return longest if longest >= _SHORTEST_WALK else 0
