"""Reading what people type: one width for every character, and errors that point at a place."""

from collections.abc import Mapping

from django.core.exceptions import AppRegistryNotReady, ImproperlyConfigured
from django.utils.translation import gettext

# Each character maps to exactly one other: a position in the folded text is a position in the original.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SAME_SIGN = str.maketrans(
    {
        "\u3000": " ",
        "\u00a0": " ",
        "\u202f": " ",
        "\u200b": " ",
        "\ufeff": " ",
        "￥": "¥",
        "\u2212": "-",
        "\ufe63": "-",
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "\u2013",
        "\u223c": "~",
        "\u301c": "~",
    }
)
_CAPITALS = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_WIDE_CAPITALS = {code + 0xFEE0: small for code, small in _CAPITALS.items()}
_FOLDED: dict[int, int | str] = {**_FULL_WIDTH, **_SAME_SIGN, **_CAPITALS, **_WIDE_CAPITALS}
_DIGITS = str.maketrans("〇零一二两三四五六七八九", "001223456789")


def labeled(label: object, message: object) -> str:
    """Return a message behind the label of what it is about, in the language of the page."""
    return gettext("%(label)s: %(error)s") % {"label": label, "error": message}


def fold(text: str) -> str:
    """Return `text` in half width and small ASCII letters, one for one: the length never changes.

    >>> fold("１，２５０ ＧＷ")
    '1,250 gw'
    """
    return text.translate(_FOLDED)


def fold_digits(text: str) -> str:
    """Return `text` with each Chinese digit as an ASCII digit; 十, 百 and larger stay as they are.

    >>> fold_digits("二〇二三年十二月")
    '2023年十2月'
    """
    return text.translate(_DIGITS)


def excerpt(text: str, longest: int = 24) -> str:
    """Return `text` on one line, cut with … when it is longer than `longest` characters."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def keyed(label: object, key: str) -> str:
    """Return the label of a choice with the key that an address names it by."""
    return gettext("%(label)s (%(key)s)") % {"label": label, "key": key}


def gettext_noop(message: str) -> str:
    """Return `message` itself and mark it for the catalogs; unlike Django's, it asks for no settings."""
    return message


class WordingError(ValueError):
    """A text that cannot be read, with the place and what would be right.

    `message` is a whole English sentence with named holes (an msgid) and `params` fills them. `position` is
    the index of the offending character in the given text, from 0; the sentence counts from 1, as people do.
    `kind` is a stable code. `str(error)` is the sentence in the active language, `error.english` in English.
    """

    def __init__(
        self, message: str, position: int, kind: str, params: Mapping[str, object] | None = None
    ) -> None:
        self.message = message
        self.position = position
        self.kind = kind
        self.params: dict[str, object] = {"position": position + 1, **(params or {})}
        super().__init__(message, position, kind, self.params)

    @property
    def english(self) -> str:
        """Return the sentence in English, whatever language is active."""
        return self.message % self.params

    def __str__(self) -> str:
        try:
            return gettext(self.message) % self.params
        except (AppRegistryNotReady, ImproperlyConfigured):  # a pure caller, without Django's settings
            return self.english
