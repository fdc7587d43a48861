"""What a PDF would do besides being read: scripts, programs that it starts, files that it carries.

The words of a PDF are read from its first byte to its last, without its table: readers put a broken table right, and
a whole one may point anywhere. Names are read with their #xx spelled out, also those of objects that lie packed in
streams. What is encrypted, or packed in another way than all writers pack it, stays unread.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

MOST_UNPACKED = 64 << 20
"""Bytes that go into the unpacking of a document and come out of it; one of a thousand pages needs a few million."""
MOST_WORDS = 6_000_000
"""Names, texts and brackets of a document that are told apart; a table on 160 pages with a tag for each cell has
1.3 million."""
DEEPEST = 500
HARMLESS = frozenset({"xml", "xbrl", "json", "csv", "txt", "ofd", "pdf"})
"""Kinds of files that a PDF may carry: invoices and bank slips carry their figures for programs like this."""

_PIECE = 1 << 10
_FAULT_COSTS = 16 << 10
"""Bytes of the unpacking that a broken stream counts for, since its last piece is read byte by byte."""
_PAIR_COSTS = 4
_TOKEN = re.compile(
    rb"%[^\r\n]*"  # a comment
    rb"|(?P<open>\()"
    rb"|<(?P<hex>[0-9A-Fa-f\s]*)>"
    rb"|(?P<dict><<|>>)"
    rb"|/(?P<name>[^\x00\t\n\f\r ()<>\[\]{}/%]*)"
    rb"|(?P<stream>\bstream[ \t]*(?:\r\n|\r|\n))"
    rb"|(?P<obj>(?<![A-Za-z])obj)"
)
_PART_OF_TEXT = re.compile(rb"[()\\]")
_SPELLED = re.compile(rb"#([0-9A-Fa-f]{2})")
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|.|$))", re.DOTALL)
_ESCAPED = {
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"b": b"\b",
    b"f": b"\f",
    b"\r\n": b"",
    b"\r": b"",
    b"\n": b"",
}
_NUMBER_OF_OBJECT = re.compile(rb"(\d{1,10})[\x00\s]+\d{1,10}[\x00\s]*\Z")
_NUMBER = re.compile(rb"[\x00\s]*(\d{1,10})")
_PAIR = re.compile(rb"(\d{1,10})[\x00\s]+(\d{1,10})")
_REFERENCE = re.compile(rb"[\x00\s]*(\d{1,10})[\x00\s]+\d{1,10}[\x00\s]+R")
_DICTIONARY = re.compile(rb"[\x00\s]*<<")


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
    UNCLEAR = "unclear"
    """More than can be looked through; no document that people make comes near it."""


_NAMES = {
    b"JavaScript": Activity.SCRIPT,
    b"RichMedia": Activity.SCRIPT,
    b"Launch": Activity.PROGRAM,
}
_FILE_NAMES = frozenset({b"F", b"UF"})
_OF_FORMS = frozenset({b"Fields", b"NeedAppearances", b"SigFlags", b"CO", b"DR"})
"""Keys of the form of a document, in which `/XFA` is a form with scripts; elsewhere a font may be called so."""
_TOLD = _OF_FORMS | {b"XFA", b"EF", b"Encrypt", b"Root"}
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
    try:
        return next(_Look(content).activities(), None)
    except _TooMuchError:
        return Activity.UNCLEAR


class _TooMuchError(Exception):
    """A document asks for more work than a look at it may cost."""


@dataclass(slots=True)
class _Dictionary:
    """`under` is the key whose value it is, nothing for an object of its own; `number` is its object's, if known."""

    under: bytes | None
    number: int | None
    told: set[bytes] = field(default_factory=set)
    are_harmless: set[bool] = field(default_factory=set)
    references: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Part:
    """The document itself, or the objects of one stream with their `numbers` by the place where each begins."""

    content: bytes
    numbers: dict[int, int] | None = None
    is_packed: bool = False
    number: int | None = None
    last: bytes = b""
    opened: list[_Dictionary] = field(default_factory=list)
    holds_objects: bool = False
    first: int = 0
    is_unended: bool = False


class _Look:
    """One look through a document; what it costs is counted over all of its parts."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.words, self.bytes = MOST_WORDS, MOST_UNPACKED
        self.packed: list[tuple[int, int, int]] = []  # where it begins and ends, how long its head is
        self.is_encrypted = False
        # The form: which objects are one, and which would hold a script if they were.
        self.has_script, self.has_form_anywhere = False, False
        self.forms: set[int] = set()
        self.maybe_forms: set[int | None] = set()
        # The files inside: texts that are objects of their own, and the names that refer to them.
        self.has_file = False
        self.texts: dict[int, bool] = {}
        self.named: set[int] = set()
        self.named_only: list[tuple[int, ...]] = []

    def activities(self) -> Iterator[Activity]:
        """Yield what the document does; raise `_TooMuchError` where it asks for too much work."""
        yield from _surely_in(self.content)
        yield from self._told_in(_Part(self.content))
        for start, end, first in self.packed:
            said = self._unpacked(start, end)
            yield from _surely_in(said)
            yield from self._told_in(_Part(said, self._numbers(said, first), is_packed=True))
        yield from self._concluded()

    def _concluded(self) -> Iterator[Activity]:
        """Yield what is known only after all objects were seen."""
        maybe = self.maybe_forms
        if self.has_script or None in maybe or maybe & self.forms or (maybe and self.has_form_anywhere):
            yield Activity.SCRIPT
        has_file = (
            self.has_file
            or any(self.texts.get(number) is False for number in self.named)
            or any(self.texts.keys().isdisjoint(each) for each in self.named_only)
        )
        if has_file and not self.is_encrypted:
            yield Activity.FILE

    def _take_words(self, count: int) -> None:
        self.words -= count
        if self.words < 0:
            raise _TooMuchError

    def _take_bytes(self, count: int) -> None:
        self.bytes -= count
        if self.bytes < 0:
            raise _TooMuchError

    # -- words -------------------------------------------------------------------------------------------------------

    def _told_in(self, part: _Part) -> Iterator[Activity]:
        """Yield what the names outside of texts and streams say; note the rest."""
        at = 0
        while found := _TOKEN.search(part.content, at):
            self._take_words(1)
            at = found.end()
            if found.lastgroup == "name":
                name = _SPELLED.sub(lambda one: bytes([int(one[1], 16)]), found["name"])
                if name in _NAMES:
                    yield _NAMES[name]
                self._note_name(part, name, at)
            elif found.lastgroup is not None:  # no comment
                at = self._pass_value(part, found)
                part.last = b""
        self._close_all(part)

    def _pass_value(self, part: _Part, found: re.Match[bytes]) -> int:
        """Note what is no name; return where it ends."""
        start, at = found.span()
        match found.lastgroup:
            case "open":
                return self._pass_text(part, start, at)
            case "hex":
                self._note_text(part, start, found["hex"], is_hex=True)
            case "dict" if found["dict"] == b"<<":
                self._open(part, start)
            case "dict":
                self._close(part)
            case "obj":
                self._begin_object(part, start)
            case "stream" if not part.is_packed:
                return self._pass_stream(part, at)
        return at

    def _note_name(self, part: _Part, name: bytes, at: int) -> None:
        part.last = name
        if name in _TOLD and part.opened:
            part.opened[-1].told.add(name)
        if name == b"ObjStm":
            part.holds_objects = True
        elif name == b"First" and (number := _NUMBER.match(part.content, at)):
            part.first = int(number[1])
        elif name == b"AcroForm":
            if reference := _REFERENCE.match(part.content, at):
                self.forms.add(int(reference[1]))
            elif not _DICTIONARY.match(part.content, at):
                self.has_form_anywhere = True
        elif name in _FILE_NAMES and part.opened and (reference := _REFERENCE.match(part.content, at)):
            part.opened[-1].references.append(int(reference[1]))

    def _pass_text(self, part: _Part, start: int, at: int) -> int:
        """Return where the text ends that begins before `at`: brackets come in pairs, a backslash guards one."""
        if part.is_unended:
            return at
        depth, end = 1, at
        while depth and (found := _PART_OF_TEXT.search(part.content, end)):
            self._take_words(1)
            end = found.end() + (found[0] == b"\\")
            depth += (found[0] == b"(") - (found[0] == b")")
        if depth:
            # What never ends is no text, and must not hide what comes after it.
            part.is_unended = True
            return at
        self._note_text(part, start, part.content[at : end - 1], is_hex=False)
        return end

    def _note_text(self, part: _Part, start: int, said: bytes, *, is_hex: bool) -> None:
        """Note how the name of a file ends, and a text that is an object and may be such a name."""
        self._move_to_object_at(part, start)
        if part.opened and part.last in _FILE_NAMES:
            part.opened[-1].are_harmless.add(_is_harmless(_from_hex(said) if is_hex else _unescaped(said)))
        elif not part.opened and part.number is not None:
            harmless = _is_harmless(_from_hex(said) if is_hex else _unescaped(said))
            self.texts[part.number] = harmless and self.texts.get(part.number, True)

    def _pass_stream(self, part: _Part, at: int) -> int:
        """Return where the stream ends; note it when objects are packed in it."""
        end = part.content.find(b"endstream", at)
        end = len(part.content) if end < 0 else end
        if part.holds_objects:
            self.packed.append((at, end, part.first))
        part.holds_objects, part.first = False, 0
        return end

    # -- dictionaries ------------------------------------------------------------------------------------------------

    def _begin_object(self, part: _Part, start: int) -> None:
        if not part.is_packed:
            self._close_all(part)
            number = _NUMBER_OF_OBJECT.search(part.content, max(0, start - 40), start)
            part.number = int(number[1]) if number else None
            part.holds_objects, part.first = False, 0

    def _move_to_object_at(self, part: _Part, start: int) -> None:
        """Begin the packed object whose place this is: an earlier one that never closes must not swallow it."""
        if part.numbers is not None and start in part.numbers:
            self._close_all(part)
            part.number = part.numbers[start]

    def _open(self, part: _Part, start: int) -> None:
        self._move_to_object_at(part, start)
        if len(part.opened) >= DEEPEST:
            raise _TooMuchError
        part.opened.append(_Dictionary(part.last if part.opened else None, part.number))

    def _close_all(self, part: _Part) -> None:
        while part.opened:
            self._close(part)

    def _close(self, part: _Part) -> None:
        """Note what a dictionary says that has come to its end."""
        if not part.opened:
            return
        one = part.opened.pop()
        if b"XFA" in one.told:
            if one.under == b"AcroForm" or (one.under is None and one.told & _OF_FORMS):
                self.has_script = True
            elif one.under is None:
                self.maybe_forms.add(one.number)
        if b"EF" in one.told:
            self.has_file |= False in one.are_harmless or not (one.are_harmless or one.references)
            self.named.update(one.references)
            if not one.are_harmless and one.references:
                self.named_only.append(tuple(one.references))
        # A trailer: only there does the word say that the texts of the document are encrypted.
        self.is_encrypted |= {b"Encrypt", b"Root"} <= one.told

    # -- packed objects ----------------------------------------------------------------------------------------------

    def _unpacked(self, start: int, end: int) -> bytes:
        """Return what a stream holds, up to its first fault; its check sum is not asked, as readers do not."""
        head = self.content[start : start + 2]
        if len(head) < 2 or head[0] & 15 != 8 or int.from_bytes(head) % 31:
            self._take_bytes(end - start)
            return self.content[start:end]
        unpacker, view, found = zlib.decompressobj(-zlib.MAX_WBITS), memoryview(self.content), bytearray()
        # The packed bytes say where they end: the word that ends a stream may stand among them.
        for at in range(start + 2, len(self.content), _PIECE):
            piece, before = view[at : at + _PIECE], unpacker.copy()
            try:
                said = unpacker.decompress(piece, self.bytes + 1)
            except zlib.error:
                found += self._up_to_its_fault(piece, before)
                break
            self._take_bytes(len(piece) + len(said))
            found += said
            if unpacker.eof:
                break
        return bytes(found)

    def _up_to_its_fault(self, piece: memoryview, unpacker: zlib._Decompress) -> bytes:
        self._take_bytes(_FAULT_COSTS)
        found = bytearray()
        for at in range(len(piece)):
            try:
                found += unpacker.decompress(piece[at : at + 1])
            except zlib.error:
                break
        self._take_bytes(len(found))
        return bytes(found)

    def _numbers(self, said: bytes, first: int) -> dict[int, int]:
        """Return the numbers of the packed objects, by the place where each begins."""
        found = {}
        for pair in _PAIR.finditer(said, 0, first):
            self._take_words(_PAIR_COSTS)
            found[first + int(pair[2])] = int(pair[1])
        return found


def _surely_in(content: bytes) -> Iterable[Activity]:
    return (what for name, what in _SURE.items() if name.search(content))


def _from_hex(said: bytes) -> bytes:
    digits = b"".join(said.split()).decode()
    return bytes.fromhex(digits + "0" * (len(digits) % 2))


def _unescaped(said: bytes) -> bytes:
    r"""Return a text with what its backslashes stand for.

    >>> _unescaped(rb"a\(1\)\056xml\\")
    b'a(1).xml\\'
    """
    return _ESCAPE.sub(
        lambda one: bytes([int(one[1], 8) & 255]) if one[1] else _ESCAPED.get(one[2], one[2]), said
    )


def _is_harmless(name: bytes) -> bool:
    text = (
        name.decode("utf-16", "replace") if name[:2] in (b"\xfe\xff", b"\xff\xfe") else name.decode("latin-1")
    )
    return text.rpartition(".")[2].strip().lower() in HARMLESS
