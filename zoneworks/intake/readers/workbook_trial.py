"""A workbook is opened on trial, in a program of its own (`apart.py` starts it): does calamine come through?

Some bytes of a damaged workbook make it ask for hundreds of gigabytes, and that ends the program in which it runs.

python -m zoneworks.intake.readers.workbook_trial
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from typing import BinaryIO

from python_calamine import CalamineError, CalamineWorkbook

from zoneworks.intake.readers import apart

MOST_SECONDS = 60
MOST_MEMORY = 3 << 30


def main() -> int:
    """Open the workbook on stdin within limits; return 0, whatever calamine says of it."""
    apart.limit(MOST_SECONDS, MOST_MEMORY)
    return answer((), sys.stdin.buffer.read(), sys.stdout.buffer)


def answer(arguments: Sequence[str], data: bytes, out: BinaryIO) -> int:
    """Open each sheet; a refusal in good order is no failure here, since the reader will hear it, too."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except CalamineError:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
