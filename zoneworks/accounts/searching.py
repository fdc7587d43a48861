"""Text that finds a row by any of its names: as written, by pinyin, or by the initials of its pinyin."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from enum import Enum

SEPARATOR = "\n"  # no query holds a line break, so nothing is found across two names
_HAN = re.compile("([\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff〇]+)")
_APOSTROPHES = str.maketrans("", "", "'’‘`")
# Read differently as surnames; only a name of two to four characters can be a person's.
_SURNAMES = {
    "单": "shan",
    "仇": "qiu",
    "解": "xie",
    "曾": "zeng",
    "查": "zha",
    "区": "ou",
    "盖": "ge",
    "翟": "zhai",
    "朴": "piao",
    "缪": "miao",
    "乐": "yue",
    "员": "yun",
    "召": "shao",
    "洗": "xian",
    "繁": "po",
    "重": "chong",
    "覃": "qin",
    "折": "she",
    "黑": "he",
    "秘": "bi",
    "种": "chong",
}


def normalize_query(text: str) -> str:
    """Return what was typed as the search text has it: half width, small letters, single spaces.

    Each word of it, split at the spaces, is to be found somewhere in `search_text`.

    >>> normalize_query("  高邮　ＴＯＰＣｏｎ ")
    '高邮 topcon'
    """
    lowered = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())
    return " ".join(lowered.translate(_APOSTROPHES).replace("\0", " ").split())


def search_text(*names: str) -> str:
    """Return the names, their full pinyin and its initials, each once, one a line; nothing for no names.

    >>> search_text("高邮").split()
    ['高邮', 'gaoyou', 'gy']
    >>> search_text("N型TOPCon电池").split()
    ['n型topcon电池', 'nxingtopcondianchi', 'nxtopcondc']
    """
    forms: dict[str, None] = {}
    for name in filter(None, map(normalize_query, names)):
        forms[name] = None
        forms |= dict.fromkeys(_spoken(name))
    return SEPARATOR.join(forms)


class Spoken(Enum):
    """How a line of a search text says its name: as it is written, or by its sound."""

    WRITTEN = ""
    PINYIN = "pinyin"
    INITIALS = "initials"


def line_found(text: str, words: Iterable[str]) -> tuple[str, Spoken]:
    r"""Return the name in a search text by which `words` find it, and how the line that was found says it.

    Of several words the first that is there counts; a line that is the word goes before one that begins with it, and
    that before one that holds it.

    >>> line_found("高邮湖\ngaoyouhu\ngyh\n旧名\njiuming\njm", ["jium"])
    ('旧名', <Spoken.PINYIN: 'pinyin'>)
    """
    lines = list(_named_lines(text))
    for word in words:
        for fits in (str.__eq__, str.startswith, str.__contains__):
            for line, name, spoken in lines:
                if fits(line, word):
                    return name, spoken
    return "", Spoken.WRITTEN


def _named_lines(text: str) -> Iterator[tuple[str, str, Spoken]]:
    """Yield each line of a search text, the name that it spells out, and how."""
    named, sounds = "", list[str]()
    for line in text.split(SEPARATOR):
        if line in sounds:
            yield line, named, Spoken.INITIALS if sounds.index(line) % 2 else Spoken.PINYIN
        else:
            named, sounds = line, _spoken(line)
            yield line, named, Spoken.WRITTEN


def _spoken(name: str) -> list[str]:
    """Return full pinyin and initials of `name`, and those of a surname's other reading; none without Han."""
    pieces = [piece for piece in _HAN.split(name) if piece]
    if not any(_HAN.fullmatch(piece) for piece in pieces):
        return []
    syllables: list[tuple[str, str]] = []
    for piece in pieces:
        if _HAN.fullmatch(piece):
            syllables += [(sound, sound[0]) for sound in _syllables(piece)]
        else:
            letters = "".join(filter(str.isalnum, piece))
            syllables.append((letters, letters))
    readings = [syllables]
    surname = _SURNAMES.get(name[0])
    if surname and len(pieces) == 1 and 2 <= len(name) <= 4:
        readings.append([(surname, surname[0]), *syllables[1:]])
    return ["".join(part[index] for part in reading) for reading in readings for index in (0, 1)]


def _syllables(han: str) -> list[str]:
    """Return one syllable for each character; a character without a known sound stands for itself."""
    from pypinyin import lazy_pinyin  # its dictionaries take a moment to load

    return lazy_pinyin(han, errors=list)  # type: ignore[arg-type]
