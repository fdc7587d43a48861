"""Heads of columns as officials write them: their name, the unit that they name, and what is only a note."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from zoneworks.kit.amounts import Amount, AmountError, parse_amount
from zoneworks.kit.wording import fold

_MARKS = "※*★☆●▲△◆#"
_NOTE = re.compile(r"(必填|选填|可选|必选|下拉选择|required|optional|mandatory)(项)?", re.IGNORECASE)
_UNIT_LINE = re.compile(r"(?:单\s*位|unit)\s*:\s*([^)\s][^)]*)", re.IGNORECASE)
_ENDING = re.compile(r"^(?P<name>.*\S)\s*\((?P<inside>[^()]*)\)$", re.DOTALL)
_TAIL = re.compile(r"^(?P<name>[^/:]+)[/:](?P<inside>[^/:]+)$")
_BETWEEN_SIGNS = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")
_UNITS = re.compile(r"[、,;/]|\s+和\s*|和")
_SIGNS = str.maketrans({"【": "(", "】": ")", "[": "(", "]": ")", "〔": "(", "〕": ")"})


def tidy(text: str) -> str:
    """Return a head on one line, in half width, without marks and blanks that only set it.

    >>> tidy(" ※ 计划总投资\\n（万元）"), tidy("Planned\\n total * "), tidy("名　称【必填】")
    ('计划总投资(万元)', 'Planned total', '名称')
    """
    line = " ".join(_half_width(text).translate(_SIGNS).split())
    line = _BETWEEN_SIGNS.sub("", line)
    before = ""
    while line != before:
        before = line
        if (ending := _ENDING.match(line)) and _NOTE.fullmatch(ending["inside"].strip(_MARKS + " ")):
            line = ending["name"]
        line = line.strip(_MARKS + " ").rstrip(": ")
    return line


def key(text: str) -> str:
    """Return that by which two heads are the same: small letters, no blanks.

    >>> key("Planned  Total (Yuan)") == key("planned total（yuan）")
    True
    """
    return re.sub(r"\s+", "", fold(tidy(text)))


@lru_cache(maxsize=2000)
def name_and_unit(text: str) -> tuple[str, str]:
    """Return the name in a head and the unit that it gives, "" when it gives none.

    >>> name_and_unit("计划总投资（万元）"), name_and_unit("用地面积/亩"), name_and_unit("起始（年）")
    (('计划总投资', '万元'), ('用地面积', '亩'), ('起始(年)', ''))
    >>> name_and_unit("设备投资（单位：亿元）※"), name_and_unit("Planned total (yuan)")
    (('设备投资', '亿元'), ('Planned total', 'yuan'))
    """
    line = tidy(text)
    for form in (_ENDING, _TAIL):
        if found := form.match(line):
            inside = re.sub(r"^单位:?\s*", "", found["inside"].strip())
            if one_of(inside) is not None:
                return tidy(found["name"]), inside
    return line, ""


def names(texts: Sequence[str]) -> tuple[str, ...]:
    """Return what a head of one or two parts may be called, the most exact first, without units.

    >>> names(("投资（万元）", "计划总投资")), names(("签约", "时间（年月）"))
    (('投资计划总投资', '计划总投资'), ('签约时间(年月)', '签约时间', '时间(年月)', '时间'))
    """
    parts = [name_and_unit(text)[0] for text in texts if text.strip()]
    parts = [part for number, part in enumerate(parts) if part and part not in parts[:number]]
    found: list[str] = []
    for start in range(len(parts)):
        whole = "".join(parts[start:]) if not _is_ascii(parts) else " ".join(parts[start:])
        found.append(whole)
        if ending := _ENDING.match(whole):
            found.append(ending["name"])
    return tuple(dict.fromkeys(found))


def unit_of(texts: Sequence[str]) -> str:
    """Return the unit that a head of one or two parts gives; the lower part counts before the upper one.

    >>> unit_of(("投资（万元）", "计划总投资")), unit_of(("投资（万元）", "其中外资（万美元）")), unit_of(("名称",))
    ('万元', '万美元', '')
    """
    return next((unit for text in reversed(texts) if (unit := name_and_unit(text)[1])), "")


def unit_line(text: str) -> str:
    """Return the units that a line above a table gives for all of it, or nothing.

    >>> unit_line("单位：万元"), unit_line("（金额单位: 万元、亩）"), unit_line("填报单位：发改局")
    ('万元', '万元、亩', '')
    """
    for found in _UNIT_LINE.finditer(_half_width(text)):
        said = [each.strip() for each in _UNITS.split(found[1]) if each.strip()]
        if said and all(one_of(each) is not None for each in said):
            return "、".join(said)
    return ""


def units(text: str) -> list[str]:
    """Return the single units of a line or a head.

    >>> units("万元、亩"), units("")
    (['万元', '亩'], [])
    """
    return [each for each in _UNITS.split(text) if each]


@lru_cache(maxsize=500)
def one_of(unit: str) -> Amount | None:
    """Return one of a written unit, or nothing for words that are no unit.

    >>> one_of("万元").value, one_of("年") is None
    (Decimal('10000'), True)
    """
    if not unit or re.search(r"[0-9]", fold(unit).replace("m2", "").replace("km2", "").replace("m^2", "")):
        return None
    try:
        return parse_amount(f"1{unit}")
    except AmountError:
        return None


def _half_width(text: str) -> str:
    """Return `text` with full-width signs as half-width ones; unlike `fold` it keeps capitals.

    >>> _half_width("ＧＷ（１）　x")
    'GW(1) x'
    """
    return "".join(chr(ord(sign) - 0xFEE0) if "！" <= sign <= "～" else sign for sign in text).replace(
        "\u3000", " "
    )


def _is_ascii(parts: Sequence[str]) -> bool:
    return all(part.isascii() for part in parts)
