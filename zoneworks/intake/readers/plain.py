"""Plain text of any Chinese encoding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from zoneworks.intake.readers.readable import CONTROLS, Place, Readable, Span, UnreadableError
from zoneworks.sources.uploads import looks_like, plain

_BINARY = 0.01
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CHINESE = ("gb18030", "big5")
_COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经开区管委年月日，。、"
    "開發區會議國這為個們來時動對說產種過總資項億萬員縣鄉業廠"
)
_ODD = str.maketrans(dict.fromkeys((chr(code) for code in CONTROLS if code != 0x0B), "�"))
"""Control signs that a text holds by mistake: each is told as damage, and keeps its place."""
_SAMPLE = 20_000
_LEAST_COMMON = 0.05


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, the encoding in which it was stored, and how many of its bytes no sign stands for."""

    text: str
    encoding: str
    damaged: int = 0


def read(data: bytes, name: str) -> Readable:
    """Return a text with each line as a place; `UnreadableError` for what is no text, whatever its ending says."""
    found = decode(data)
    looks = looks_like(data[:4096])
    if _is_binary(found.text) or (looks and looks != "html"):
        raise UnreadableError(_is_other(looks, name))
    text = plain(found.text)
    odd = sum(text.count(chr(code)) for code in _ODD)
    text = text.translate(_ODD) if odd else text
    return Readable(text, found.encoding, found.damaged + odd, spans=tuple(_lines(text)))


def _is_other(looks: str, name: str) -> str:
    if looks:
        said = _("“%(name)s” is no text: it looks like .%(looks)s. Give it its right ending.")
        return said % {"name": name, "looks": looks}
    return _("“%(name)s” is no text, whatever its ending says.") % {"name": name}


def _lines(text: str) -> Iterator[Span]:
    start = 0
    for number, line in enumerate(text.split("\n"), 1):
        if line:
            yield Span(start, start + len(line), Place(at=f"line {number}"))
        start += len(line) + 1


def _is_binary(text: str) -> bool:
    sample = text[:_SAMPLE]
    odd = sum((sign < " " and sign not in "\t\r\n\f\v") or sign == "�" for sign in sample)
    return odd > _BINARY * len(sample) + 2


def decode(data: bytes) -> Decoded:
    """Return the text that `data` stores, without a mark of its encoding.

    UTF-8 is told by its build; of GB18030 and Big5 that one is taken in which more signs are common. Where none fits
    wholly, what no sign stands for becomes �.

    >>> decode("开发区召开会议。".encode("gb18030")).encoding, decode("開發區".encode("big5")).text
    ('gb18030', '開發區')
    >>> decode("开发区".encode() + b"\\xff").damaged
    1
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _with(data[len(mark) :] if encoding == "utf-8" else data, encoding)
    if wide := _utf16(data):
        return wide
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        if _mostly_utf8(data):
            return _with(data, "utf-8")
    fitting = [found for encoding in _CHINESE if (found := _whole(data, encoding))]
    if fitting:
        return max(fitting, key=lambda found: _commonness(found.text))
    return _with(data, "gb18030")


def _whole(data: bytes, encoding: str) -> Decoded | None:
    try:
        return Decoded(data.decode(encoding), encoding)
    except UnicodeDecodeError:
        return None


def _with(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, errors="replace")
    return Decoded(text, encoding, text.count("�"))


def _mostly_utf8(data: bytes) -> bool:
    """Tell whether almost all of the bytes are UTF-8: one wrong byte does not make a text another encoding's."""
    text = data.decode("utf-8", errors="replace")
    return len(text) > 2 and text.count("�") <= max(1, len(text) // 200)


def _utf16(data: bytes) -> Decoded | None:
    """Return text without a mark as UTF-16: its line ends and digits hold zero bytes, which no other text has."""
    if len(data) % 2 or b"\0" not in data[:_SAMPLE]:
        return None
    read = [found for encoding in ("utf-16-le", "utf-16-be") if (found := _whole(data, encoding))]
    best = max(read, key=lambda found: _commonness(found.text), default=None)
    return best if best is not None and _commonness(best.text) > _LEAST_COMMON else None


def _commonness(text: str) -> float:
    sample = text[:_SAMPLE]
    return sum(sign in _COMMON for sign in sample) / max(len(sample), 1)
