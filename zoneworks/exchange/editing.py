"""An xlsx opened for editing. openpyxl keeps what it knows; what it cannot open, or must not, is told apart."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from openpyxl import Workbook as Book
from openpyxl import load_workbook

MOST_COVERED = 1_000_000
"""The library makes each cell of merged ranges and of links; a few bytes can claim all cells of a sheet."""
_UNEDITABLE = (ValueError, TypeError, KeyError, AttributeError, IndexError)


class UneditableError(Exception):
    """A file that other programs read and this library does not take."""


def open_book(file: BinaryIO | Path, covered: int, *, several_looks: bool = False) -> Book:
    """Return `file` for editing; raise `UneditableError` when it cannot be edited.

    `covered` is how many cells the file claims (`Workbook.covered`). `several_looks` keeps texts whose parts look
    unlike, and takes the sign away by which a text that looks like an escape is kept.
    """
    if covered > MOST_COVERED:
        raise UneditableError
    if not isinstance(file, Path):
        file.seek(0)
    try:
        return load_workbook(file, rich_text=several_looks)
    except _UNEDITABLE as error:
        raise UneditableError from error
