"""How numbers with units stand in running text, and what looks like one and is none: dates, ordinals, names."""

from __future__ import annotations

import re
from fractions import Fraction

from zoneworks.intake.words import any_of, vocabulary
from zoneworks.kit.amount_words import tokens

_UNITS = vocabulary("units")
MONEY: dict[str, str] = {word: code for code, words in _UNITS["money"].items() for word in words}
AREA: dict[str, Fraction] = {word: tokens(word)[0].meaning.times for word in _UNITS["area"]["words"]}
"""What turns one of them into square meters."""
SHARE: dict[str, str] = _UNITS["share"]
HALVES: dict[str, str] = _UNITS["words"]["halves"]
PROGRESS: dict[str, str] = _UNITS["words"]["progress"]
ONLY_BEHIND_DIGITS = frozenset(_UNITS["plain"]["counters_of_digits"])
_ALL_UNITS = [*MONEY, *AREA, *SHARE]
_ALL_UNITS += [
    *_UNITS["plain"]["measures"],
    *_UNITS["plain"]["counters"],
    *_UNITS["plain"]["counters_of_digits"],
]

_HAN = "零〇一二两三四五六七八九十百千"
_ARABIC = r"(?:\d{1,3}(?:[,，]\d{3})+(?!\d)|\d{1,15})(?:\.\d{1,8})?"
_SAID = rf"[{_HAN}]{{1,12}}+"
NUMBER = (
    rf"(?:{_ARABIC}|{_SAID}(?:点{_SAID})?+)(?:[余多来]?[百千]?[万亿]{{1,2}}+)?(?:(?:\d{{1,5}}|{_SAID})万)?"
)
_BEFORE = any_of(_UNITS["qualifiers"]["before"])
_AFTER = any_of(_UNITS["qualifiers"]["after"])
_UNIT = any_of(set(_ALL_UNITS))
_TO = r"(?:至|到|—{1,2}|－|-|–|~|～)"
_YEAR = r"(?:19|20)\d\d"
_DAY_END = r"(?:[日号]|初|底|末|中旬|上旬|下旬|上中旬|份|前|后)?"

DATES = rf"""(?:{_YEAR}(?:{_TO}{_YEAR})?年(?:度|初|底|末|代)?(?:\d{{1,2}}月(?:\d{{1,2}}日)?)?
 | {_YEAR}[./-]\d{{1,2}}(?:[./-]\d{{1,2}})?(?!\d)
 | [零〇一二三四五六七八九]{{4}}年
 | \d{{1,2}}月?(?:{_TO}|、)\d{{1,2}}月{_DAY_END}
 | \d{{1,2}}月(?:\d{{1,2}}[日号]?(?:{_TO}|、)(?:\d{{1,2}}月)?\d{{1,2}}[日号]|\d{{1,2}}[日号]?|{_DAY_END})
 | \d{{1,2}}[日号]?(?:{_TO}|、)\d{{1,2}}[日号]
 | [一二三四五六七八九十]{{1,3}}月(?:[一二三四五六七八九十]{{1,3}}[日号]|{_DAY_END})(?![内])
 | \d{{1,4}}号
 | \d{{1,2}}日(?!内|之内|以内|游|均)
 | \d{{1,2}}[时点](?:(?:\d{{1,2}}分|半|整|许|{_TO}\d{{1,2}}[时点]))?
 | \d{{1,2}}[:：]\d{{2}}(?!\d)
)"""
_ORDINALS = rf"""(?:第(?:\d{{1,6}}|{_SAID})(?:产业|[一-鿿])?
 | [零〇一二三四五六七八九十]{{1,3}}(?:是|要|期(?!间)|季度|层|楼|级|等奖|等功|届)
 | [一二两三四五六七八九十\d]{{1,3}}(?:、|\.(?!\d))(?=[一-鿿“A-Za-z（])
 | \d{{1,3}}(?:楼|版)
 | [（(](?:\d{{1,2}}|[一二三四五六七八九十]{{1,3}})[）)]
)"""
_NAMES = r"""(?:\d{1,6}(?:[+＋×xX*]\d{1,6}){1,8}+[A-Za-z]?
 | (?<![A-Za-z])[A-Za-z]{1,16}[-‑.]?\d{1,8}(?:\.\d{1,4})?[A-Za-z\d]{0,12}(?!\d)
 | 〔\d{4}〕\d{1,5}号 | \[\d{4}\]\d{1,5}号
 | (?:世界|中国|全球|全国|民营企业|民企|财富|行业|国内)\d{1,4}强
 | \d{16,} | \d{7,15}(?![\d万亿元美人.]) | \d{3,4}-\d{7,8}
)"""

_SPANS = r"(?:年|个月|天|周|季度|小时|分钟|个工作日)(?:来|里|间|内)?"
_PERIODS = rf"""(?:前(?:\d{{1,6}}|{_SAID})个?(?:月|季度|天|年)
 | 头(?:\d{{1,6}}|{_SAID})个月
 | (?:(?<![时了经达])近|最近|过去|这|未来|今后|此后|每|每隔)(?:\d{{1,6}}|{_SAID})(?:多|余)?{_SPANS}
)"""
_BESIDE = (
    r"(?<![附最靠临邻远亲相])近|(?<![签大违节预特制简条])约|(?<!公)共"
    r"|(?<![线网会以路早晚])上(?=[百千万])|(?<![经通超])过(?=[百千万半])"
)
"""Qualifiers of one sign, where they are not part of another word: 签约, 公共, 网上."""
_START = rf"(?<![A-Za-z\d])(?:(?=\d)|(?<![数几])){NUMBER}"
_BARE_SIZE = r"(?<=[近上超逾约过])[万亿]|(?<![\d一-鿿])[万亿](?=[余元美])|[万亿](?=元以|美元以)"
"""万 and 亿 without a number before them: 近万人, 亿元以上."""

QUANTITIES = re.compile(
    rf"""
    (?P<skip>{DATES}|{_ORDINALS}|{_NAMES}|{_PERIODS}|{any_of(_UNITS["words"]["idioms"])})
    | (?P<share>{any_of([*HALVES, *PROGRESS])})(?P<share_after>以上|左右|以下|多)?
    | (?P<before>{_BESIDE}|{_BEFORE})?
      (?:(?P<hundredths>百分之)(?P<number_of_hundred>{NUMBER})
        | (?P<scale>(?:\d{{1,6}}|{_SAID})万?亿)(?=级|园区|产业|集群|开发区|经开区|高新区)
        | (?P<low>{NUMBER})(?P<low_unit>{_UNIT})?{_TO}(?P<high>{NUMBER})(?P<range_unit>{_UNIT})
        | (?P<minutes>\d{{1,2}})(?P<minutes_unit>分|分钟|小时)(?P<seconds>\d{{1,2}})(?P<seconds_unit>秒|分钟?)(?!\d)
        | (?P<number>{_START}|{_BARE_SIZE})
          (?P<inner>余|多|来)?(?P<unit>{_UNIT})
        | (?P<bare>{_ARABIC}[余多]?[万亿]{{1,2}})(?=[，。；、）！])
      )(?P<after>{_AFTER})?
    """,
    re.VERBOSE,
)
"""A number with its unit and the words beside it; `skip` is what looks like one and is none."""
