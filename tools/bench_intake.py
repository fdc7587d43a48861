"""How fast pages are read: characters a second, and how that holds from one page to a thousand (`make bench`).

The lower bound of the same run is what no reader is spared: taking the whitespace out of the text while keeping the way
back, and one pass of a simple pattern over it. Times are processor time of this process, one core.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "zoneworks" / "intake" / "tests" / "pages"
PAGE = 4000
"""So many characters a page of a newspaper has."""
COUNTS = (1, 10, 100, 1000)
_DIGITS = re.compile(r"\d+")


def texts() -> Iterator[str]:
    """Give pages of about 4,000 characters, made of the development pages over and over, each begun elsewhere."""
    found = [
        path.read_text(encoding="utf-8") for name in "ab" for path in sorted((PAGES / name).glob("*.txt"))
    ]
    pool = cycle(found)
    while True:
        page = ""
        while len(page) < PAGE:
            page += next(pool) + "\n\n"
        yield page


def spent(work: Callable[[str], Any], pages: list[str]) -> float:
    """Return the seconds of processor time that `work` takes over all pages."""
    start = time.process_time()
    for page in pages:
        work(page)
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--most", type=int, default=COUNTS[-1], help="read at most so many pages")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zoneworks.site.settings")
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    from zoneworks.intake.bare import Bare
    from zoneworks.intake.document import read_document

    def least(page: str) -> None:
        _DIGITS.findall(Bare(page).text)

    source = texts()
    read_document(next(source))  # word lists are compiled once
    rows: list[dict[str, Any]] = []
    for count in (each for each in COUNTS if each <= options.most):
        pages = [next(source) for _ in range(count)]
        signs = sum(map(len, pages))
        took, bound = spent(read_document, pages), spent(least, pages)
        rows.append(
            {
                "pages": count,
                "characters": signs,
                "ms_per_4000": round(took / signs * PAGE * 1000, 2),
                "characters_per_second": round(signs / took),
                "bound_ms_per_4000": round(bound / signs * PAGE * 1000, 3),
            }
        )
        row = rows[-1]
        print(
            f"{row['pages']:>6} pages {row['ms_per_4000']:>8} ms a page of 4,000 characters, "
            f"{row['characters_per_second']:>8} characters a second; bound {row['bound_ms_per_4000']} ms"
        )
    long = "\n".join(next(source) for _ in range(25))
    took = spent(read_document, [long])
    print(f"one text of {len(long):,} characters: {took / len(long) * PAGE * 1000:.2f} ms for each 4,000")
    growth = rows[-1]["ms_per_4000"] / min(row["ms_per_4000"] for row in rows)
    print(f"growth from the fastest to {rows[-1]['pages']} pages: {growth:.2f}")
    if options.json:
        options.json.write_text(json.dumps({"intake": rows, "growth": round(growth, 3)}, indent=1))


if __name__ == "__main__":
    main()
