"""What an xlsx holds that the editing library does not keep: said before, never lost in silence."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from typing import IO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.exchange.reading.traits import DAMAGES, DamagedError

_PARTS = (
    (re.compile(r"xl/(charts|chartsheets)/"), gettext_lazy("charts")),
    (re.compile(r"xl/(media/|drawings/drawing|cellimages|diagrams/)"), gettext_lazy("pictures and shapes")),
    (re.compile(r"xl/(pivotTables|pivotCache)/"), gettext_lazy("pivot tables")),
    (re.compile(r"xl/(slicers|slicerCaches|timelines|timelineCaches)/"), gettext_lazy("slicers")),
    (re.compile(r"xl/(ctrlProps|activeX|embeddings)/"), gettext_lazy("buttons and embedded objects")),
    (re.compile(r"xl/(threadedComments|persons)/"), gettext_lazy("answers to comments")),
    (re.compile(r"xl/(connections\.xml|queryTables/|model/)"), gettext_lazy("connections to other data")),
    (re.compile(r"xl/(metadata\.xml|richData/)"), gettext_lazy("formulas that fill several cells")),
)
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_NEWER = (
    (b"sparklineGroup", gettext_lazy("sparklines")),
    (b"x14:conditionalFormatting", gettext_lazy("conditional formats of newer kinds, such as data bars")),
    (b"x14:dataValidation", gettext_lazy("drop-downs whose choices stand in another sheet")),
)
_NEWER_SIGNS = tuple(sign for sign, _label in _NEWER)
_TEXTS, _ESCAPE = "xl/sharedStrings.xml", b"x005F_"
_CHUNK = 1 << 20
_LONGEST = max(len(sign) for sign in (*_NEWER_SIGNS, _ESCAPE))


def losses(file: IO[bytes]) -> list[str]:
    """Return in words what of the xlsx `file` would be missing once it is edited; `DamagedError` for no package."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as package:
            names = package.namelist()
            found = [str(label) for form, label in _PARTS if any(form.match(name) for name in names)]
            signs = {
                sign
                for name in names
                if _SHEET.fullmatch(name)
                for sign in _signs(package, name, _NEWER_SIGNS)
            }
            return found + [str(label) for sign, label in _NEWER if sign in signs]
    except DAMAGES as error:
        raise DamagedError from error


def _signs(package: zipfile.ZipFile, name: str, signs: Sequence[bytes]) -> set[bytes]:
    """Return which of the signs stand in a part, read piece by piece."""
    found: set[bytes] = set()
    tail = b""
    with package.open(name) as part:
        while chunk := part.read(_CHUNK):
            tail = tail[-_LONGEST:] + chunk
            found |= {sign for sign in signs if sign in tail}
    return found


def has_escapes(file: IO[bytes]) -> bool:
    """Say whether texts of the xlsx `file` hold the sign by which one that looks like an escape is kept."""
    with zipfile.ZipFile(file) as package:
        parts = [name for name in package.namelist() if _SHEET.fullmatch(name) or name == _TEXTS]
        return any(_signs(package, name, (_ESCAPE,)) for name in parts)


def in_words(name: str, lost: list[str]) -> str:
    """Return what a person reads before these parts of the file are given up."""
    said = _(
        "“%(name)s” holds what would be missing in the refreshed file: %(parts)s. "
        "Take them out or keep them in a file of their own; or say below that the refreshed file may lack them."
    )
    return said % {"name": name, "parts": _(", ").join(lost)}
