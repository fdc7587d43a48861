"""What a PDF would do besides being read: scripts, programs that it starts, files that it carries.

The words of a PDF are read from its first byte to its last, without its table: readers put a broken table right, and
a whole one may point anywhere. Names are read with their #xx spelled out, also those of objects that lie packed in
streams. What is encrypted, or packed in another way than all writers pack it, stays unread.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from enum import StrEnum

MOST_UNPACKED = 64 << 20
"""Bytes of packed objects that are looked at; a document of a thousand pages has two or three million."""
MOST_WORDS = 8 << 20
"""Bytes outside of streams whose words are told apart; whoever writes more of them wants to keep the server busy."""
HARMLESS = frozenset({"xml", "xbrl", "json", "csv", "txt", "ofd", "pdf"})
"""Kinds of files that a PDF may carry: invoices and bank slips carry their figures for programs like this."""

_OBJECT_STREAM = re.compile(rb"/Type\s*/ObjStm\b")
_TOKEN = re.compile(
    rb"%[^\r\n]*"  # a comment
    rb"|(?P<open>\()"
    rb"|<(?P<hex>[0-9A-Fa-f\s]*)>"
    rb"|(?P<dict><<|>>)"
    rb"|/(?P<name>[^\x00\t\n\f\r ()<>\[\]{}/%]*)"
    rb"|(?P<stream>\bstream\r?\n)"
)
_PART_OF_TEXT = re.compile(rb"[()\\]")
_SPELLED = re.compile(rb"#([0-9A-Fa-f]{2})")


def _spelled(word: str) -> bytes:
    """Return what finds a name, its letters spelled in any way."""
    letters = (f"(?:{letter}|#{ord(letter):02x}|#{ord(letter):02X})" for letter in word[1:])
    return f"/{''.join(letters)}".encode()


_ENDS = rb"[\x00\t\n\f\r ()<>\[\]{}/%]|$"
_KIND = _spelled("/S") + rb"[\s\x00]*"
"""What an action says of itself: `/S /JavaScript`, and never the last part of an address in a text."""


class Activity(StrEnum):
    """What a PDF does."""

    SCRIPT = "script"
    PROGRAM = "program"
    FILE = "file"


_NAMES = {
    b"JavaScript": Activity.SCRIPT,
    b"RichMedia": Activity.SCRIPT,
    b"XFA": Activity.SCRIPT,
    b"Launch": Activity.PROGRAM,
}
_FILE_NAMES = (b"F", b"UF")
_SURE = {
    re.compile(
        rb"%b%b(?=%b)|%b\s*(?:<<|\d+\s+\d+\s+R\b)"
        % (_KIND, _spelled("/JavaScript"), _ENDS, _spelled("/JavaScript"))
    ): Activity.SCRIPT,
    re.compile(rb"%b%b(?=%b)" % (_KIND, _spelled("/Launch"), _ENDS)): Activity.PROGRAM,
}
"""Words so long that they stand nowhere by chance: neither a text nor a stream around them hides them."""


def activity_in(content: bytes) -> Activity | None:
    """Return the first thing that the PDF would do besides being read; nothing for one that is only read.

    >>> activity_in(b"%PDF-1.4 1 0 obj <</S /J#61vaScript /JS (app.alert\\\\(1\\\\))>> endobj")
    <Activity.SCRIPT: 'script'>
    >>> activity_in(b"%PDF-1.4 1 0 obj (a text about JavaScript and /XFA) % and /RichMedia")
    """
    return next(_activities(content), None)


def _activities(content: bytes) -> Iterator[Activity]:
    packed: list[bytes] = []
    yield from _surely_in(content)
    yield from _told_in(content, packed)
    room = MOST_UNPACKED
    for part in packed:
        unpacker = zlib.decompressobj()
        try:
            said = unpacker.decompress(part, room)
        except zlib.error:
            continue
        room -= len(said)
        yield from _surely_in(said)
        yield from _told_in(said, [])
        if room <= 0:
            return


def _surely_in(content: bytes) -> Iterator[Activity]:
    return (what for name, what in _SURE.items() if name.search(content))


def _told_in(content: bytes, packed: list[bytes]) -> Iterator[Activity]:
    """Yield what the names outside of texts and streams say; put the packed objects into `packed`."""
    at, began, last, carries, names = 0, 0, b"", False, []
    passed = 0  # bytes in streams
    while (found := _TOKEN.search(content, at)) and at - passed < MOST_WORDS:
        at = found.end()
        match found.lastgroup:
            case "name":
                last = _SPELLED.sub(lambda one: bytes([int(one[1], 16)]), found["name"])
                if last in _NAMES:
                    yield _NAMES[last]
                carries = carries or last == b"EF"
                continue
            case "open":
                end = _end_of_text(content, at, passed + MOST_WORDS)
                text, at = content[at : end - 1], end
                names += [text] if last in _FILE_NAMES else []
            case "hex":
                names += [bytes.fromhex(_even(found["hex"]))] if last in _FILE_NAMES else []
            case "stream":
                at = _end_of_stream(content, at)
                if _OBJECT_STREAM.search(content, began, found.start()):
                    packed.append(content[found.end() : at])
                passed += at - found.end()
                began = at
            case None:  # a comment
                continue
        last = b""
    if carries and not (names and all(_is_harmless(name) for name in names)):
        yield Activity.FILE


def _even(said: bytes) -> str:
    digits = b"".join(said.split()).decode()
    return digits + "0" * (len(digits) % 2)


def _end_of_text(content: bytes, at: int, most: int) -> int:
    """Return where the text ends whose bracket stands before `at`: brackets come in pairs, a backslash guards one."""
    depth = 1
    while depth and (found := _PART_OF_TEXT.search(content, at, most)):
        at = found.end() + (found[0] == b"\\")
        depth += (found[0] == b"(") - (found[0] == b")")
    return at if not depth else min(most, len(content))


def _end_of_stream(content: bytes, at: int) -> int:
    end = content.find(b"endstream", at)
    return len(content) if end < 0 else end


def _is_harmless(name: bytes) -> bool:
    text = (
        name.decode("utf-16", "replace") if name[:2] in (b"\xfe\xff", b"\xff\xfe") else name.decode("latin-1")
    )
    return text.rpartition(".")[2].strip().lower() in HARMLESS
