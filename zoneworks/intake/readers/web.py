"""A page of the web as lines: each block element is a line, cells of a table are parted by tabs.

libxml2 (through lxml, which python-docx brings along) tells the elements one after the other. No tree is built, no
script runs, no address is asked, and no entity of a document's own is known.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from lxml import etree

from zoneworks.intake.readers.plain import Decoded, decode
from zoneworks.intake.readers.readable import CONTROLS, Place, Readable, UnreadableError, Writing
from zoneworks.intake.words import vocabulary

MOST_TAGS = 500_000
DEEPEST = 2_000
_SHOWN = 24
"""A place names so many steps from the root at most."""
_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]{2,20})""", re.IGNORECASE)
_TAG = re.compile(r"<[a-zA-Z/!?]")
_ELEMENTS = vocabulary("web")
_SKIPPED, _BLOCKS, _APART = (frozenset(_ELEMENTS[name]) for name in ("skipped", "blocks", "apart"))
_CELLS = frozenset({"td", "th"})
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\n\r\f]+")
_CODES = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "utf8": "utf-8",
    "big5-hkscs": "big5hkscs",
}


def read(data: bytes, name: str) -> Readable:
    """Return the text of a page as its readers see it; `UnreadableError` when it is built to exhaust who reads it."""
    found = _decoded(data)
    if len(_TAG.findall(found.text)) > MOST_TAGS:
        said = _("“%(name)s” has more than %(most)d elements. Save the article alone, or its text.")
        raise UnreadableError(said % {"name": name, "most": MOST_TAGS})
    page = _Page()
    parser = etree.HTMLParser(target=page, encoding="utf-8", huge_tree=True, no_network=True)
    try:
        # Each sign below is ours: a text in UTF-8 without zeros, whatever the page says of itself.
        for start in range(0, len(found.text), 1 << 16):
            parser.feed(found.text[start : start + (1 << 16)].translate(CONTROLS).encode("utf-8", "replace"))
        parser.close()
    except _TooDeepError as error:
        said = _("“%(name)s” nests its elements deeper than any page. Save its text, and choose that.")
        raise UnreadableError(said % {"name": name}) from error
    except etree.LxmlError as error:
        raise UnreadableError(_("“%(name)s” holds no page that can be read.") % {"name": name}) from error
    page.end_line()
    notes = [_("What the page hides was left out.")] if page.hides else []
    return page.writing.done(*notes, encoding=found.encoding, damaged=found.damaged)


def _decoded(data: bytes) -> Decoded:
    """Return the text of a page: a mark of its encoding comes first, then what it says of itself, when that fits."""
    if said := _CHARSET.search(data[:4096]):
        encoding = said[1].decode("ascii", "replace").lower()
        encoding = _CODES.get(encoding, encoding)
        try:
            if not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
                return Decoded(data.decode(encoding), encoding)
        except (LookupError, UnicodeError, ValueError):
            pass
    return decode(data)


class _TooDeepError(Exception):
    """Elements inside of elements without end."""


class _Page:
    """Hears each element of a page and writes its lines."""

    def __init__(self) -> None:
        self.writing = Writing()
        self.hides = False
        self.stack: list[tuple[str, bool]] = []  # each open element, and whether it is shown
        self.steps: list[str] = []
        self.counts: list[dict[str, int]] = [{}]
        self.words: list[str] = []
        self.place = Place(at="/")
        self.row_of: int = 0

    def start(self, tag: str, given: dict[str, str]) -> None:
        if len(self.stack) >= DEEPEST:
            raise _TooDeepError
        tag = tag.lower()
        counts = self.counts[-1]
        counts[tag] = counts.get(tag, 0) + 1
        self.steps.append(tag if counts[tag] == 1 else f"{tag}[{counts[tag]}]")
        self.counts.append({})
        shown = not self.stack or self.stack[-1][1]
        if shown and ("hidden" in given or _HIDDEN.search(given.get("style", ""))):
            shown, self.hides = False, True
        self.stack.append((tag, shown and tag not in _SKIPPED))
        if shown and tag in _CELLS:
            self.start_cell()
        elif shown and tag in _BLOCKS:
            if tag == "br" and not "".join(self.words).strip() and not self.row_of:
                self.part()
            self.end_line()
            if tag in _APART:
                self.part()

    def end(self, tag: str) -> None:
        if not self.stack:
            return
        tag, shown = self.stack.pop()
        if shown and tag in _BLOCKS:
            self.end_line()
            if tag in _APART:
                self.part()
        elif shown and tag in _CELLS:
            self.flush()
        self.steps.pop()
        self.counts.pop()

    def data(self, said: str) -> None:
        if self.stack and not self.stack[-1][1]:
            return
        if not self.words:
            self.place = Place(at="/" + "/".join(self.steps[:_SHOWN]))
        self.words.append(said)

    def comment(self, said: str) -> None:
        """Pass over what is no part of the page."""

    def close(self) -> None:
        """End the page; what was heard is in `writing`."""

    def start_cell(self) -> None:
        """Part this cell from the one before it in its row."""
        self.flush()
        if self.row_of:
            self.writing.add("\t")
        self.row_of += 1

    def flush(self) -> None:
        """Write the words that were heard, each run of blanks as one."""
        text = _SPACE.sub(" ", "".join(self.words).replace("\xa0", " ")).strip(" ")
        self.words.clear()
        text = " ".join(text.splitlines())
        self.writing.add(text, self.place)

    def end_line(self) -> None:
        """End a line that holds something; inside of a cell its blocks stay on the line of the row."""
        if any(tag in _CELLS for tag, _shown in self.stack[-8:]) and self.row_of:
            if self.words and not self.words[-1].endswith(" "):
                self.words.append(" ")
            return
        self.row_of = 0
        self.flush()
        if self.writing.parts and self.writing.parts[-1] != "\n":
            self.writing.add("\n")

    def part(self) -> None:
        """Set a blank line."""
        if self.writing.parts[-2:] not in ([], ["\n", "\n"]):
            self.writing.add("\n")
