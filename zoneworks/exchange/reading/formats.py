"""Number formats: which of them say more than the number that they show."""

from __future__ import annotations

import re
from functools import lru_cache

BUILT_IN = {9: "0%", 10: "0.00%", 17: "mmm-yy"} | dict.fromkeys((27, 36, 50, 52, 57), 'yyyy"年"m"月"')
"""Formats that files name by number alone, as spreadsheets in Chinese show them; only those that tell something."""

_LITERAL = re.compile(r'"([^"]*)"|\\(.)')
_BRACKETS = re.compile(r"\[[^\]]*\]")


@lru_cache(maxsize=2000)
def telling(code: str) -> str:
    """Return `code` when it says more than its number does, else nothing.

    >>> telling('"近"#,##0'), telling("#,##0.00"), telling("0.0%"), telling("yyyy-mm-dd")
    ('"近"#,##0', '', '0.0%', '')
    >>> telling('yyyy"年"m"月"'), telling('yyyy"年"m"月"d"日"')
    ('yyyy"年"m"月"', '')
    """
    first = code.split(";")[0]
    if is_date(code):
        return code if finest(code) in ("year", "month") else ""
    before, after = around(first)
    return code if before or after or "%" in _bare(first) else ""


def around(code: str) -> tuple[str, str]:
    """Return the words that a format puts before and after its number.

    >>> around('"近"#,##0'), around('#,##0.00"万元"'), around("0.0%"), around('[$¥-804]#,##0')
    (('近', ''), ('', '万元'), ('', ''), ('¥', ''))
    """
    first = re.sub(r"\[\$([^\]-]*)[^\]]*\]", r'"\1"', code.split(";")[0])
    first = re.sub(r"_.|\*.", "", _BRACKETS.sub("", first))
    said = re.search(r"[0#?]", _LITERAL.sub(lambda found: "\0" * len(found[0]), first))
    if said is None:
        return "", ""
    return _words(first[: said.start()]), _words(first[said.start() :])


def is_date(code: str) -> bool:
    """Tell whether a format shows a day."""
    return bool(re.search(r"[yd]|m{3}", _bare(code)))


def finest(code: str) -> str:
    """Return what a date's format shows at the finest: day, month or year.

    >>> finest("yyyy-mm-dd"), finest('yyyy"年"m"月"'), finest("yyyy")
    ('day', 'month', 'year')
    """
    bare = _bare(code)
    if "d" in bare or "a" in bare.replace("am/pm", ""):
        return "day"
    return "month" if "m" in bare else "year"


def _bare(code: str) -> str:
    return _BRACKETS.sub("", _LITERAL.sub("", code.split(";")[0])).lower().replace("general", "")


def _words(part: str) -> str:
    return "".join(quoted or single for quoted, single in _LITERAL.findall(part)).strip()
