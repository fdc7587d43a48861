"""What a number of a draft counts: a measure of the ledger with its filters, or why there is none.

The words come from `vocabulary/measures.toml`; what the zone itself calls its classes, industries and teams is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from zoneworks.intake.checking.stated import COUNT, SHARE, Stated
from zoneworks.intake.numerals import read_numeral
from zoneworks.intake.words import any_of, vocabulary

_WORDS = vocabulary("measures")
_AMOUNTS = vocabulary("amounts")
_OF_SUM: dict[str, str] = {
    word: _WORDS["amounts"].get(kind, "") for kind, words in _AMOUNTS["money"].items() for word in words
} | {word: kind for kind, words in _WORDS["sums"].items() for word in words}
_SUM = re.compile(any_of(_OF_SUM))
_COUNTS: Mapping[str, Mapping[str, list[str]]] = _WORDS["counts"]
_OF_WORD: dict[str, list[str]] = {}
for _key, _told in _COUNTS.items():
    for _word in _told["words"]:
        _OF_WORD.setdefault(_word, []).append(_key)
_COUNTED = re.compile(any_of(_OF_WORD))
_STAGES = frozenset(key for key in _COUNTS if key.startswith("projects."))
_OF_SHARE = {word: key for key, words in _WORDS["shares"].items() for word in words}
_SHARES = re.compile(any_of(_OF_SHARE))
_NOUNS = re.compile(any_of(_WORDS["nouns"]["projects"]))
_NARROWING = re.compile(any_of(_WORDS["unmeasured"]["narrowing"]))
_UNCOUNTED = re.compile(any_of(_WORDS["unmeasured"]["stages"]))
_AIMS = re.compile(any_of(_WORDS["unmeasured"]["aims"]))
_GROWTH = re.compile(any_of(_WORDS["unmeasured"]["growth"]))
_BASIS = {word: level for level, words in _WORDS["basis"].items() for word in words}
_SAID_BY = re.compile(any_of(_BASIS))
_OTHERS = frozenset(_WORDS["places"]["others"])
_OWN = frozenset(_WORDS["places"]["own"])
_BEFORE_OWN = tuple(_WORDS["places"]["before_own"])
_KIND_OF_PLACE = re.compile(any_of(_WORDS["places"]["kinds"]) + "$")
_THRESHOLD = re.compile(
    r"(?P<from>达到|不低于|不少于|超过|超)?(?P<number>\d+(?:\.\d+)?|[一二两三四五六七八九十]{1,3})?"
    r"(?P<size>[百千]?[万亿])(?P<unit>美元|元)(?:(?P<up>(?:及|（含）)?以上)|(?=的))"
)
_AMONG = re.compile(r"中[，有已共]*$")


class Why(StrEnum):
    """Why a number is not measured."""

    NO_MEASURE = "no_measure"
    NOT_OURS = "not_ours"
    AIM = "aim"
    GROWTH = "growth"
    NARROWED = "narrowed"
    CLASS = "class"
    STAGE = "stage"
    PERIOD = "period"
    THRESHOLD = "threshold"


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """Why there is no measure, and the word that says so."""

    why: Why
    word: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The measure that a number is about, with its filters, and at which level it claims to be asserted."""

    measure: str
    filters: Mapping[str, str] = field(default_factory=dict)
    basis: str = ""


@dataclass(frozen=True, slots=True)
class SizeClass:
    """A class of projects by the size of one figure."""

    key: str
    kind: str
    unit: str
    at_least: Decimal
    less_than: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Zonal:
    """The words that are a zone's own: its name, size classes, industries and units by their labels."""

    name: str = ""
    classes: tuple[SizeClass, ...] = ()
    industries: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """The words around a number: `sentence` before what is its own, `before` it, `behind` it; whose it is.

    `sizes` holds the words since the last count, sums between them included: there stands from which size on it counts.
    """

    sentence: str
    before: str
    behind: str
    subject: str = ""
    sizes: str = ""


Before = Wanted | Unmeasured | None


def matched(number: Stated, said: Said, zonal: Zonal, whole: Before = None) -> Wanted | Unmeasured:
    """Return the measure and filters that a number is about.

    `whole` is what that number counts of which this is a part; for a sum what the count before it counts.

    >>> from zoneworks.intake.found import Place
    >>> from zoneworks.kit.quantities import Qualifier
    >>> five = Stated(Decimal(5), "个", "count", Qualifier.EXACT, Decimal(1), Place(0, 2), "5个")
    >>> matched(five, Said("", "新开工项目", ""), Zonal()).measure
    'projects.started'
    >>> matched(five, Said("", "力争新开工项目", ""), Zonal()).why.value
    'aim'
    """
    if not is_own(said.subject, zonal.name):
        return Unmeasured(Why.NOT_OURS, said.subject)
    aim = _AIMS.search(_SUM.sub("", said.before))
    if aim:
        return Unmeasured(Why.AIM, aim[0])
    growth = _GROWTH.search(said.before)
    if growth:
        return Unmeasured(Why.GROWTH, growth[0])
    if number.kind not in (COUNT, SHARE) and _is_threshold(number, said, zonal):
        return Unmeasured(Why.THRESHOLD)
    if isinstance(whole, Unmeasured):
        if number.kind != COUNT and not _stage(said.before):
            return whole
        whole = None
    found = _measure(number, said, whole)
    return found if isinstance(found, Unmeasured) else _narrowed(found, said, zonal, whole)


def _is_threshold(number: Stated, said: Said, zonal: Zonal) -> bool:
    """Tell whether a sum says from which size on projects are counted: 协议外资3000万美元的1个."""
    if not said.behind.startswith("的"):
        return False
    return any((one.unit, one.at_least) == (number.unit, number.value) for one in zonal.classes)


def is_own(subject: str, zone: str) -> bool:
    """Tell whether a number said of `subject` is the zone's own; nothing said is.

    >>> [is_own(who, "高邮经济开发区") for who in ("", "全区", "全市", "年以来高邮经济开发区", "宝应经济开发区")]
    [True, True, False, True, False]
    """
    if not subject or subject in _OWN:
        return True
    if subject in _OTHERS:
        return False
    stem = _KIND_OF_PLACE.sub("", zone)
    theirs = _KIND_OF_PLACE.sub("", subject)
    return stem in theirs or theirs.endswith(_BEFORE_OWN) or not theirs


def _measure(number: Stated, said: Said, whole: Wanted | None) -> str | Unmeasured:
    if number.kind == SHARE:
        share = _last(_SHARES, said.before)
        return _OF_SHARE[share] if share else Unmeasured(Why.NO_MEASURE)
    if number.kind == COUNT:
        return _count(number, said, whole)
    return _sum(number, said, whole)


def _count(number: Stated, said: Said, whole: Wanted | None) -> str | Unmeasured:
    """Return what is counted: by the last word before the number that takes its counter, else by the one behind."""
    near = _counted(said.before, number.unit)
    behind = _counted(said.behind, number.unit)
    if behind and (not near or _AMONG.search(said.before)):
        near = behind
    if near in _STAGES and not _NOUNS.search(said.sentence + said.before + said.behind):
        return Unmeasured(Why.NO_MEASURE)
    if near:
        return near
    if whole is not None and number.unit in _COUNTS.get(whole.measure, {"units": []})["units"]:
        return whole.measure
    return Unmeasured(Why.NO_MEASURE)


def _counted(text: str, unit: str) -> str:
    """Return the measure of the last word of a text that may be counted in `unit`."""
    for match in reversed(list(_COUNTED.finditer(text))):
        for key in _OF_WORD[match[0]]:
            if unit in _COUNTS[key]["units"]:
                return key
    return ""


def _sum(number: Stated, said: Said, whole: Wanted | None) -> str | Unmeasured:
    """Return the sum: which kind of sum the words before it say, of the projects named last."""
    word = _last(_SUM, said.before)
    kind = _OF_SUM.get(word, "") if word else ""
    if not kind:
        return Unmeasured(Why.NO_MEASURE, word)
    stage = _stage(said.before) or (whole.measure if whole else "") or _stage(said.sentence)
    if stage not in _STAGES:
        stage = stage.rsplit(".", 1)[0] if stage.rsplit(".", 1)[0] in _STAGES else ""
    if not stage:
        return Unmeasured(Why.STAGE, word)
    foreign = kind in ("agreed_foreign", "registered_foreign")
    if number.kind == "USD":
        return f"{stage}.{kind}" + ("" if foreign else "_usd")
    return f"{stage}.{kind}" if number.kind == "CNY" and not foreign else Unmeasured(Why.NO_MEASURE, word)


def _stage(text: str) -> str:
    """Return the stage of projects that a text names last."""
    bare = _SUM.sub(lambda match: match[0][:2] if match[0].startswith("签约") else "", text)
    for match in reversed(list(_COUNTED.finditer(bare))):
        found = [key for key in _OF_WORD[match[0]] if key in _STAGES]
        if found:
            return found[0]
    return ""


def _narrowed(measure: str, said: Said, zonal: Zonal, whole: Wanted | None) -> Wanted | Unmeasured:
    filters = dict(whole.filters) if whole and whole.measure.startswith(measure.split(".", 2)[0]) else {}
    of_projects = measure.startswith("projects.")
    text = f"{said.before}|{said.behind}"
    told = f"{said.sizes or said.before}|{said.behind}"
    size = _THRESHOLD.search(told)
    if size:
        one = _size_class(size, told, zonal.classes) if of_projects else None
        if one is not None:
            filters["size_class"] = one.key
        elif size["up"] or size["from"]:
            return Unmeasured(Why.CLASS, size[0])
    rest = _SUM.sub("", _THRESHOLD.sub("", text))
    word = _NARROWING.search(rest)
    if of_projects and not word:
        word = _UNCOUNTED.search(_COUNTED.sub("", rest))
    if word:
        return Unmeasured(Why.NARROWED, word[0])
    industry = _named(zonal.industries, rest)
    if industry and of_projects:
        filters["industry"] = industry
    unit = _named(zonal.units, said.sentence + said.before)
    if unit:
        filters["unit"] = unit
    level = _last(_SAID_BY, said.sentence + text)
    return Wanted(measure, filters, _BASIS[level] if level else (whole.basis if whole else ""))


def _size_class(match: re.Match[str], text: str, classes: Iterable[SizeClass]) -> SizeClass | None:
    """Return the zone's class that begins at the printed threshold; nothing where it has none."""
    number = read_numeral(f"{match['number'] or '1'}{match['size']}")
    word = _last(_SUM, text[: match.start()])
    kind = (_OF_SUM[word] if word else "") or "planned_total"
    unit = "USD" if match["unit"] == "美元" else "CNY"
    if unit == "USD" and not word:
        kind = "agreed_foreign"
    return next((one for one in classes if (one.kind, one.unit, one.at_least) == (kind, unit, number)), None)


def _named(labels: Mapping[str, str], text: str) -> str:
    """Return the key of the longest label that stands in a text."""
    found = [label for label in labels if label and label in text]
    return labels[max(found, key=len)] if found else ""


def _last(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.findall(text)
    return found[-1] if found else ""
