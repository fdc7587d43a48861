"""Which numbers assert nothing: thresholds, duties, deadlines, periods, names, ways of speaking."""

from __future__ import annotations

import re
from dataclasses import dataclass

from zoneworks.intake.found import Place, Quantity
from zoneworks.intake.words import any_of, vocabulary

_WORDS = vocabulary("claims")
_MONEY = frozenset(("CNY", "USD", "EUR", "HKD", "JPY", "GBP", "KRW", "SGD"))
_LONG = frozenset(("天", "个工作日", "工作日", "个自然日", "周", "个星期", "个月", "年", "个季度", "载"))
_SHORT = frozenset(("小时", "个小时", "个半小时", "分钟", "秒", "秒钟"))
_NEVER = frozenset(
    ("级", "届", "层", "步", "字", "岁", "点", "国", "回", "面", "口", "轮", "餐", "集", "标", "部", "节")
)
_VOLTAGE = frozenset(("千伏", "kV", "KV", "伏", "纳米", "微米"))
_FREQUENCY = re.compile(any_of(_WORDS["frequency"]))
_FREQUENCY_UNITS = frozenset(_WORDS["frequency_units"])
_DUTY = re.compile(any_of(_WORDS["duty"]))
_LASTING = re.compile(any_of(_WORDS["lasting"]) + r"(?:了|为|至|到)?$")
_LASTS = frozenset(_WORDS["lasts"])
_PERIOD = re.compile(any_of(_WORDS["periods"]))
_POINTS = re.compile(any_of(_WORDS["points"]))
_ONE_COUNTS = re.compile(any_of(_WORDS["one_counts"]) + r"$")
_AIM = re.compile(any_of(_WORDS["aims"]))
_AIMED = re.compile(rf"级?的?[一-鿿]{{0,8}}?{any_of(_WORDS['aimed'])}")
_SIZED = re.compile(
    r"级?(?:以上|以下)?的?(?:龙头|重大|产业|工业|制造业|优质|重点|规模|外资|投资)*(?:项目|企业|公司)"
)
_CLOSES = "，。；、）！？：”,.;"
_OUTPUT = re.compile(r"年产|日产|日处理|年处理|年加工")
_NAME = re.compile(r"[一-鿿A-Za-z（）]{1,24}?(?:项目|工程)")
_WHOEVER = re.compile(r"[^，。；]{0,10}的(?:[，。；要将由予应]|企业|单位)")
_QUOTE = 16
_FAR = 80


@dataclass(frozen=True, slots=True)
class Setting:
    """A number where it stands: its clause and sentence."""

    text: str
    number: Quantity
    clause: Place
    sentence: Place

    @property
    def before(self) -> str:
        """Return what stands before it in its clause."""
        at = self.number.place.start
        return self.text[max(self.clause.start, at - _FAR) : at]

    @property
    def behind(self) -> str:
        """Return what stands right behind it."""
        return self.text[self.number.place.end : self.number.place.end + 12]

    @property
    def said(self) -> str:
        """Return the number as printed, without the words beside it."""
        return self.text[self.number.number.start : self.number.number.end]


def asserts(setting: Setting) -> bool:
    """Tell whether a number asserts something by itself."""
    return not any(rule(setting) for rule in _RULES)


def _is_unit_of_names(setting: Setting) -> bool:
    """Grades, storeys and ages; a voltage names a line, a line width a chip."""
    unit = setting.number.unit
    if unit == "岁":
        return "平均" not in setting.before
    return unit in _NEVER or unit in _VOLTAGE or not unit


def _is_threshold(setting: Setting) -> bool:
    """亿元以上项目, 65岁以上老人, 10亿元项目: what is counted must be so large."""
    number = setting.number
    if number.unit not in _MONEY and number.unit not in ("年", "吨", "m2", "人", "米"):
        return False
    if (
        number.qualifier.endswith(("以上", "以下"))
        and setting.behind[:1]
        and setting.behind[0] not in _CLOSES
    ):
        return True
    return number.unit in _MONEY and bool(_SIZED.match(setting.behind))


def _is_scale(setting: Setting) -> bool:
    """千亿, 500亿级: asserted only as an aim of the zone."""
    if setting.number.qualifier != "级":
        return False
    near = setting.text[
        max(setting.clause.start, setting.number.place.start - 14) : setting.number.place.start
    ]
    return not (_AIM.search(near) and _AIMED.match(setting.behind))


def _is_frequency(setting: Setting) -> bool:
    """每周开展不少于两次."""
    return setting.number.unit in _FREQUENCY_UNITS and bool(_FREQUENCY.search(setting.before))


def _is_deadline(setting: Setting) -> bool:
    """三个工作日内答复; a drill that took three minutes is none."""
    number = setting.number
    if not number.qualifier.endswith("内") or number.unit not in _LONG | _SHORT:
        return False
    sentence = setting.text[
        max(setting.sentence.start, number.place.start - _FAR) : min(
            setting.sentence.end, number.place.end + _FAR
        )
    ]
    return number.unit in _LONG or bool(_DUTY.search(sentence))


def _is_period(setting: Setting) -> bool:
    """A time that is no result: 三年行动, 24小时值守, 一年级."""
    number = setting.number
    if number.unit not in _LONG | _SHORT or number.qualifier.endswith("内"):
        return False
    if any(word in _LASTS for word in number.qualifier.split("…")):
        return False
    if _PERIOD.match(setting.behind) or setting.before.endswith("限期"):
        return True
    return not _LASTING.search(setting.before[-10:]) and number.unit not in ("小时", "天")


def _is_phase(setting: Setting) -> bool:
    """分两期建设: phases in words; 举办2期培训班 counts, and so do 连续两期."""
    return (
        setting.number.unit == "期" and not setting.said[0].isdigit() and not setting.before.endswith("连续")
    )


def _is_condition(setting: Setting) -> bool:
    """连续两个月排名末位的，由分管领导约谈: whoever it happens to."""
    return setting.before.endswith("连续") and bool(_WHOEVER.match(setting.text, setting.number.place.end))


def _is_one(setting: Setting) -> bool:
    """一个, 一名: a lone 一 counts only where something is added up."""
    return setting.said[:1] == "一" and setting.number.value == 1 and not _ONE_COUNTS.search(setting.before)


def _is_points(setting: Setting) -> bool:
    """三点要求, 四个方面: how a speech is built."""
    return setting.number.unit in ("个", "项", "点", "种", "条") and bool(_POINTS.match(setting.behind))


def _is_quoted_name(setting: Setting) -> bool:
    """A number in a short quotation or a title: “六个百分百”, 《三年行动方案》."""
    start, end = setting.number.place
    text, low = setting.text, max(setting.sentence.start, start - _QUOTE)
    if text.rfind("《", low, start) > text.rfind("》", low, start):
        return True
    opened = text.rfind("“", low, start)
    if opened < 0 or opened < text.rfind("”", low, start) or setting.number.qualifier == "级":
        return False
    closed = text.find("”", end, end + _QUOTE)
    return closed >= 0 and not re.search("[，。；]", text[opened:closed]) and closed - opened <= _QUOTE


def _is_times(setting: Setting) -> bool:
    """两次被通报, 二次创业: a few times in words is a condition."""
    return (
        setting.number.unit in ("次", "遍", "回")
        and not setting.said[0].isdigit()
        and "累计" not in setting.before
    )


def _is_in_a_name(setting: Setting) -> bool:
    """年产5万吨钢管项目: the number belongs to the name."""
    return bool(_OUTPUT.search(setting.before[-6:]) and _NAME.match(setting.text, setting.number.place.end))


_RULES = (
    _is_in_a_name,
    _is_unit_of_names,
    _is_threshold,
    _is_scale,
    _is_frequency,
    _is_deadline,
    _is_period,
    _is_phase,
    _is_condition,
    _is_one,
    _is_points,
    _is_quoted_name,
    _is_times,
)
