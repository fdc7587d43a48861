"""The front door: a file goes in, its text comes out with the way back to its places, or a refusal in words."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.translation import gettext as _

from zoneworks.intake.readers import pdf, plain, scan, sheet, web, word
from zoneworks.intake.readers.readable import Readable, UnreadableError
from zoneworks.sources.uploads import check, looks_like

LONGEST = 2_000_000
"""So many signs a text may have."""
_FOREIGN = 200
_CHINESE = re.compile(r"[㐀-鿿豈-﫿]")
_LETTER = re.compile(r"[^\W\d_]")
Reader = Callable[[bytes, str], Readable]


def _checked(reader: Reader) -> Reader:
    """Return a reader that is given only what the ledgers would take as a source: no macros, scripts or bombs."""

    def read_checked(data: bytes, name: str) -> Readable:
        try:
            check(File(io.BytesIO(data), name=name))
        except ValidationError as error:
            raise UnreadableError(" ".join(error.messages)) from error
        return reader(data, name)

    return read_checked


def _pdf(data: bytes, name: str) -> Readable:
    return pdf.read(data, name, scan.page_reader())


def _web(data: bytes, name: str) -> Readable:
    looks = looks_like(data[:4096])
    if looks and looks != "html":
        said = _("“%(name)s” is no page of the web: it looks like .%(looks)s. Give it its right ending.")
        raise UnreadableError(said % {"name": name, "looks": looks})
    return web.read(data, name)


_READERS: dict[str, Reader] = {
    ".txt": plain.read,
    ".text": plain.read,
    ".md": plain.read,
    ".docx": _checked(word.read),
    ".pdf": _checked(_pdf),
    ".html": _web,
    ".htm": _web,
    ".xlsx": sheet.read,  # these are checked where they are read
    ".xls": sheet.read,
    ".ods": sheet.read,
    ".csv": sheet.read,
    ".jpg": _checked(scan.read),
    ".jpeg": _checked(scan.read),
    ".png": _checked(scan.read),
    ".tif": _checked(scan.read),
    ".tiff": _checked(scan.read),
}
KINDS = tuple(_READERS)
"""The endings of files that are read."""
OTHERS = (
    ".doc",
    ".wps",
    ".rtf",
    ".odt",
    ".ofd",
    ".ppt",
    ".pptx",
    ".et",
    ".rar",
    ".7z",
    ".heic",
    ".webp",
    ".mht",
)
"""Endings of documents that are not read; a folder is not silent about them."""


def read(name: str, data: bytes) -> Readable:
    """Return the text of a file with the way back to its places; the ending of `name` says of which kind it is.

    `UnreadableError` says why not, and what would be right. Nothing else is raised, whatever the bytes are.
    """
    short = PurePath(name.replace("\\", "/")).name
    reader = _READERS.get(PurePath(short).suffix.lower())
    if reader is None:
        said = _("“%(name)s” is of a kind that is not read here; these are: %(kinds)s.")
        raise UnreadableError(said % {"name": short, "kinds": ", ".join(KINDS)})
    try:
        found = reader(data, short)
    except MemoryError as error:
        raise UnreadableError(_("“%(name)s” is larger than memory holds.") % {"name": short}) from error
    if not found.text.strip():
        raise UnreadableError(_("“%(name)s” holds no text.") % {"name": short})
    if len(found.text) > LONGEST:
        said = _("“%(name)s” has %(count)d signs; at most %(most)d are read. Split it by pages.")
        raise UnreadableError(said % {"name": short, "count": len(found.text), "most": LONGEST})
    return found


def is_foreign(text: str) -> bool:
    """Tell whether a text is written in another language than the one whose pages are read.

    >>> is_foreign("The zone signed twelve projects. " * 20), is_foreign("开发区签约12个项目。" * 40)
    (True, False)
    """
    letters = len(_LETTER.findall(text[:20_000]))
    return letters >= _FOREIGN and len(_CHINESE.findall(text[:20_000])) < letters / 50
