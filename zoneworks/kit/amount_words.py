"""The words of amounts: the vocabulary, the cutting of a text into pieces, and what can be wrong with it."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from zoneworks.kit.quantities import Qualifier, Unit
from zoneworks.kit.wording import WordingError, excerpt, fold, fold_digits
from zoneworks.kit.wording import gettext_noop as _

MAX_LENGTH = 200
MAX_INTEGER_DIGITS = 15
MAX_DECIMALS = 6
_MESSAGES = {
    "no_number": _("There is no number in “%(found)s”; write for example 5000万元 or 1.4亿美元."),
    "not_finite": _("“%(found)s” is not a finite number; write for example 5000万元."),
    "no_unit": _(
        "The figure “%(found)s” has no unit; write “%(found)s元” for yuan, or put one of these behind it: "
        "元, 美元, 欧元, 港元, 日元, ㎡, 亩, 公顷, 吨, W, kW, MW, GW, kVA, MVA, 人, 个, 台, 套, 条, %%."
    ),
    "unknown_unit": _(
        "Character %(position)d: “%(found)s” is not a unit read here; write one of "
        "元, 美元, 欧元, 港元, 日元, ㎡, 亩, 公顷, 吨, W, kW, MW, GW, kVA, MVA, 人, 个, 台, 套, 条, %%."
    ),
    "unknown_currency": _(
        "Character %(position)d: sums in “%(found)s” are not kept, and no currency is converted here; write the sum "
        "that the source states in 元, 美元, 欧元, 港元 or 日元."
    ),
    "watts_for_wan": _(
        "Character %(position)d: a W before “%(found)s” means watts here; write 万 for ten thousand, for example 5万元."
    ),
    "unknown_word": _(
        "Character %(position)d: “%(found)s” is not understood here; "
        "write a figure such as 近240亿元 or 5000万元以上."
    ),
    "two_numbers": _("Character %(position)d: a second number, “%(found)s”, begins here; write one figure."),
    "two_units": _("Character %(position)d: “%(found)s” comes with a second unit; keep one."),
    "two_qualifiers": _("Character %(position)d: “%(found)s” contradicts another such word; keep one."),
    "range": _(
        "Character %(position)d: this is a range of two figures, and one is wanted; parse_range reads ranges."
    ),
    "no_range": _(
        "A range has two figures with 至 between them, for example 5000万至1亿元; “%(found)s” has not."
    ),
    "range_qualifier": _(
        "A range says itself from where to where; take “over”, “at most” and the like out of “%(found)s”."
    ),
    "reversed": _("Character %(position)d: the second figure is below the first; write the lower one first."),
    "negative": _("Character %(position)d: an amount is not negative; leave the sign out."),
    "numeral": _(
        "Character %(position)d: the number goes wrong at “%(found)s”; "
        "write for example 12500, 1.25万 or 三亿五千万."
    ),
    "grouping": _("Character %(position)d: commas part groups of three digits; write 1250 or 1,250."),
    "too_many_digits": _(
        "Character %(position)d: the figure has more than %(digits)d digits before the point; "
        "check the magnitude."
    ),
    "too_fine": _(
        "Character %(position)d: the figure is finer than %(places)d decimal places of its base unit; "
        "round it."
    ),
    "too_long": _("The text is longer than %(longest)d characters; write the figure alone."),
}


class AmountError(WordingError):
    """A text that is no amount; `kind` is a key of the messages above (no_number, unknown_unit, range …)."""


def amount_error(kind: str, position: int, found: str = "") -> AmountError:
    """Return the error of `kind` at `position`, about the piece of text `found`."""
    params = {
        "found": excerpt(found),
        "digits": MAX_INTEGER_DIGITS,
        "places": MAX_DECIMALS,
        "longest": MAX_LENGTH,
    }
    return AmountError(_MESSAGES[kind], position, kind, params)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a text from `start` to `end`: `word` as it reads once folded, and its role and meaning."""

    role: str
    word: str
    start: int
    end: int
    meaning: Any = None

    @property
    def is_number(self) -> bool:
        """Tell whether the piece belongs to a number: digits, 万, billion."""
        return self.role in ("digits", "magnitude", "scale")

    @property
    def counts(self) -> bool:
        """Tell whether the piece is a number by itself: digits, or 十."""
        return self.role == "digits" or self.meaning == 10

    @property
    def size(self) -> int:
        """Return what a magnitude multiplies by."""
        return int(self.meaning)


@dataclass(frozen=True, slots=True)
class UnitWord:
    """A written unit: `times` turns a number of it into base units; `may_lead` lets it precede the number."""

    unit: Unit
    times: Fraction = Fraction(1)
    may_lead: bool = False


# A longer word wins over a shorter one that it begins with: 千瓦 is a unit, never 千 and an unknown 瓦.
# An underscore stands for white space within a word.
_UNIT_WORDS = {
    (Unit.CNY, Fraction(1)): "元 圆 人民币 (人民币) ¥ rmb cny yuan",
    (Unit.USD, Fraction(1)): "美元 美金 $ us$ usd dollar dollars us_dollars",
    (Unit.EUR, Fraction(1)): "欧元 € eur euro euros",
    (Unit.HKD, Fraction(1)): "港元 港币 港幣 hk$ hkd hong_kong_dollars",
    (Unit.JPY, Fraction(1)): "日元 日圆 円 jpy yen",
    (Unit.M2, Fraction(1)): "㎡ 平方米 平米 平方 平 m2 m² m^2 sqm sq_m square_meter square_meters",
    (Unit.M2, Fraction(2000, 3)): "亩 mu",
    (Unit.M2, Fraction(10**4)): "公顷 ha hectare hectares",
    (Unit.M2, Fraction(10**6)): "平方公里 平方千米 ㎢ km2 km² square_kilometers",
    (Unit.TONNES, Fraction(1)): "吨 公吨 t tonne tonnes ton tons",
    (Unit.TONNES, Fraction(1, 1000)): "公斤 千克 kg",
    (Unit.W, Fraction(1)): "瓦 w",
    (Unit.W, Fraction(10**3)): "千瓦 kw",
    (Unit.W, Fraction(10**6)): "兆瓦 mw",
    (Unit.W, Fraction(10**9)): "吉瓦 gw",
    (Unit.KVA, Fraction(1)): "千伏安 kva",
    (Unit.KVA, Fraction(10**3)): "兆伏安 mva",
    (Unit.PERSONS, Fraction(1)): "人 人次 名 位 person persons people",
    (Unit.ITEMS, Fraction(1)): "个 项 批 批次 家 件 次 户 宗 起 台 套 台套 台(套) 座 处 item items",
    (Unit.LINES, Fraction(1)): "条 line lines",
    (Unit.SHARE, Fraction(1, 100)): "% 百分之 percent",
}
_LEADING_UNITS = {"人民币", "¥", "rmb", "cny", "$", "us$", "usd", "美元", "百分之"}
_LEADING_UNITS |= {"€", "eur", "欧元", "hk$", "hkd", "港币", "港元", "jpy", "日元"}
_BEFORE = {
    Qualifier.ABOUT: "约 大约 约为 大概 about around approximately some ≈",
    Qualifier.NEAR: "近 将近 接近 just_under nearly almost",
    Qualifier.OVER: "超 超过 逾 突破 高于 大于 over more_than above >",
    Qualifier.AT_LEAST: "不低于 不少于 不小于 至少 最少 at_least not_less_than no_less_than ≥ >=",
    Qualifier.AT_MOST: "不超过 不高于 不多于 不大于 至多 最多 at_most not_more_than no_more_than up_to ≤ <=",
    Qualifier.LESS_THAN: "不到 不足 未到 未达 少于 低于 小于 less_than under below <",
}
_AFTER = {
    Qualifier.ABOUT: "左右 上下",
    Qualifier.AT_LEAST: "以上 及以上 or_more +",
    Qualifier.AT_MOST: "以内 以下 及以下 or_less",
}
_OTHER = {
    "year": "每年",
    "year_before": "年 年均 年产",
    "year_after": "/年 /每年 a_year per_year yearly annually",
    "filler": "共 累计 合计 总计 共计",
    "closing": "整 。",
    "to": "至 到 - – — ~ -- —— to",
    "minus": "负 minus",
}
_MAGNITUDES = {"十": 10, "百": 100, "千": 10**3, "万": 10**4, "亿": 10**8}
_MAGNITUDES |= {"拾": 10, "佰": 100, "仟": 10**3, "萬": 10**4, "億": 10**8}
_SCALES = {"thousand": 10**3, "million": 10**6, "mn": 10**6}
_SCALES |= {"billion": 10**9, "bn": 10**9, "trillion": 10**12}
_CAPITAL_DIGITS = str.maketrans("壹贰叁肆伍陆柒捌玖", "123456789")


def _vocabulary() -> dict[str, tuple[str, Any]]:
    """Return role and meaning of each word."""
    words: dict[str, tuple[str, Any]] = dict.fromkeys("余多", ("infix", Qualifier.OVER))
    for (unit, times), names in _UNIT_WORDS.items():
        words |= {name: ("unit", UnitWord(unit, times, name in _LEADING_UNITS)) for name in names.split()}
    for role, group in (("before", _BEFORE), ("after", _AFTER)):
        words |= {name: (role, qualifier) for qualifier, names in group.items() for name in names.split()}
    for role, names in _OTHER.items():
        words |= dict.fromkeys(names.split(), (role, None))
    words |= {name: ("magnitude", size) for name, size in _MAGNITUDES.items()}
    words |= {name: ("scale", size) for name, size in _SCALES.items()}
    return {name.replace("_", " "): said for name, said in words.items()}


def _pattern(word: str) -> str:
    """Return the expression for `word`; one that ends in a letter ends where the letters end."""
    spaced = re.escape(word).replace(r"\ ", r"\s+")
    return spaced + r"(?![a-z])" if "a" <= word[-1] <= "z" else spaced


_WORDS = _vocabulary()
# A line break between digits is a wrapped line; a space is none, unless groups of three digits follow.
_RUN = r"[0-9](?:[0-9]|\s*[\r\n]\s*(?=[0-9]))*"
_GROUPED = r"[0-9]{1,3}(?:[ \t][0-9]{3})+(?![0-9])"
_DIGITS = rf"(?:{_GROUPED}|{_RUN}(?:,\s?{_RUN})*)(?:\s?[.点]\s?{_RUN})?"
_LONGEST_FIRST = "|".join(_pattern(word) for word in sorted(_WORDS, key=len, reverse=True))
_TOKEN = re.compile(rf"(?P<digits>{_DIGITS})|{_LONGEST_FIRST}")
_NOT_FINITE = re.compile(r"[+-]?\s*(?:nan|inf|infinity|∞)(?![a-z])")


# People say 5个亿 for 5亿, 20多个亿 for 20多亿; 个 counts things only where no magnitude follows it.
_FILLER = re.compile(r"个\s*(?=[多余]?\s*[万亿萬億])")
# A currency that is known, but in which nothing is kept.
_CURRENCY = re.compile(
    r"英镑|澳元|加元|韩元|韩币|新台币|台币|新加坡元|新元|瑞士法郎|法郎|卢布|卢比|马克"
    r"|£|₩|(?:gbp|aud|cad|krw|twd|sgd|chf|rub|inr)(?![a-z])"
)


def tokens(text: str) -> list[Token]:
    """Return the pieces of `text` in order; AmountError at the first character that begins none.

    >>> [(token.role, token.word) for token in tokens("近 240 亿元")]
    [('before', '近'), ('digits', '240'), ('magnitude', '亿'), ('unit', '元')]
    """
    folded = fold_digits(fold(text)).translate(_CAPITAL_DIGITS)
    found: list[Token] = []
    at = 0
    while at < len(folded):
        if folded[at].isspace():
            at += 1
            continue
        filler = _FILLER.match(folded, at)
        if filler and found and (found[-1].counts or (found[-1].role == "infix" and len(found) > 1)):
            at = filler.end()
            continue
        match = None if _NOT_FINITE.match(folded, at) else _TOKEN.match(folded, at)
        if match is None:
            raise _unreadable(text, folded, at, found)
        found.append(_token(match))
        at = match.end()
    return found


def _token(match: re.Match[str]) -> Token:
    if match["digits"]:
        word = re.sub(r"\s", "", match.group()).replace("点", ".")
        return Token("digits", word, match.start(), match.end())
    word = " ".join(match.group().split())
    role, meaning = _WORDS[word]
    return Token(role, word, match.start(), match.end(), meaning)


def _unreadable(text: str, folded: str, at: int, found: list[Token]) -> AmountError:
    """Return the error for the piece at `at`, which is in no vocabulary."""
    if _NOT_FINITE.match(folded, at):
        return amount_error("not_finite", at, text)
    if not re.search(r"[0-9十]", folded):
        return amount_error("no_number", at, text)
    currency = _CURRENCY.match(folded, at)
    if currency:
        return amount_error("unknown_currency", at, text[at : currency.end()])
    end = at + 1
    while end < len(folded) and not folded[end].isspace() and not _begins_other(folded, end):
        end += 1
    after_number = any(token.counts for token in found)
    return amount_error("unknown_unit" if after_number else "unknown_word", at, text[at:end])


def _begins_other(folded: str, at: int) -> bool:
    """Tell whether a word of another role begins at `at`: 港元以上 goes wrong at 港元, not at 港 alone."""
    match = _TOKEN.match(folded, at)
    return match is not None and _token(match).role != "unit"
