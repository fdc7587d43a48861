"""Which field of a project a number fills: the investment, the areas, the yearly sales and taxes, the capacity."""

from __future__ import annotations

import re

from zoneworks.intake.found import Capacity, Place, Quantity
from zoneworks.intake.words import any_of, vocabulary

_WORDS = vocabulary("amounts")
_BETWEEN = any_of(_WORDS["words"]["between"])
_MONEY = {name: re.compile(rf"{any_of(words)}{_BETWEEN}{{0,4}}$") for name, words in _WORDS["money"].items()}
_AREA = {name: re.compile(rf"{any_of(words)}{_BETWEEN}{{0,4}}$") for name, words in _WORDS["area"].items()}
_FLOOR_BEHIND = re.compile(
    r"的?(?:工业|标准|闲置|现有|高标准|智能|多层|单层|生产|自有)*(?:厂房|车间|仓库|建筑|用房|场地|办公楼|研发楼)"
)
_LAND_BEHIND = re.compile(r"的?(?:工业|建设|商业|国有|净|项目)*(?:用地|土地|地块)")
_TAKES = re.compile(
    r"(?:租用|租赁|新建|改造|利用|使用|建设|购置|购买|代建|征用|新征|占用|需要?|供应|受让|占|规划)(?:了|约)?$"
)
"""A verb right before an area whose noun stands behind it: 租用2万平方米标准厂房."""
_YEARLY = re.compile(
    any_of(_WORDS["words"]["yearly"]) + r"|(?<![今去明前近本每\d青少])年(?!来|初|底|末|度|前|轻)"
)
_YEARLY_FIELDS = ("annual_sales", "annual_tax", "annual_output", "annual_profit_and_tax")
_CURRENCIES = frozenset(("CNY", "USD", "EUR", "HKD", "JPY", "GBP", "KRW", "SGD", "TWD"))
_OUTPUT = re.compile(
    r"(?:年|日|月|每天|每年|每日)(?:可)?(?:新增)?(?:产|处理|加工|供|生产|吞吐)|产能|(?:生产|吞吐|处理|加工|供应)能力|年可"
)
"""What says that a number is made in a time."""
_INSTALLS = re.compile(r"新上|新建|购置|购入|购买|建设|建成|引进|配置|布局|投建|形成|设计规模|安装")
_INSTALLED = frozenset(_WORDS["capacity"]["installed"])
_PRODUCT = re.compile(
    r"(?:^|[产上建置设进成可力、]|[，；])((?:(?![产上建置设进成可力])[一-鿿A-Za-z]){2,20})$"
)
"""The product right before its number: 年产|风电锻件5万吨."""
_PROJECT = re.compile(r"(?:的?(?:生产)?(?:基地|产线|线)?(?:建设)?(?:项目|工程).*|生产能力|产能|能力)$")
"""What stands behind the product in the name of a project: 年产20万套|热管理系统|项目."""
_RACKS = re.compile(r"机柜|机架|工位|泊位|车位|充电桩")
_CAPACITY_UNITS = frozenset(_WORDS["capacity"]["units"])


def field_of(text: str, quantity: Quantity, start: int, end: int, whole: Place) -> str:
    """Return the field that a number fills by the words around it from `start` to `end`, an empty text for none.

    A yearly sum counts only where its sentence, which is `whole`, looks ahead or says so.

    >>> from zoneworks.intake.quantities import quantities
    >>> text = "其中设备投资约7亿元"
    >>> field_of(text, quantities(text, Place(0, 10))[0], 0, 10, Place(0, 10))
    'equipment_investment_cny'
    """
    before = text[max(start, quantity.place.start - 28) : quantity.place.start]
    if quantity.unit in _CURRENCIES or not quantity.unit:
        return _sum(before, text[whole.start : quantity.place.end], quantity)
    if quantity.unit == "m2":
        return _area(before, text[quantity.place.end : end])
    return ""


def capacity_of(text: str, quantity: Quantity, start: int, end: int) -> Capacity | None:
    """Return what a number says that a project will make or hold (生产线6条, 年产8万吨), None if nothing."""
    if quantity.unit in _CURRENCIES or quantity.unit not in _CAPACITY_UNITS:
        return None
    before = text[max(start, quantity.place.start - 20) : quantity.place.start]
    behind = text[quantity.place.end : min(end, quantity.place.end + 14)]
    made = _OUTPUT.search(before + behind)
    built = quantity.unit in _INSTALLED or (quantity.unit == "个" and _RACKS.search(before[-6:] + behind[:6]))
    if not made and not (quantity.unit != "m2" and built and _INSTALLS.search(text, start, end)):
        return None
    told = _PRODUCT.search(before)
    noun = re.match(r"的?([一-鿿A-Za-z]{2,12})", behind)
    name = told[1] if told else noun[1] if noun else ""
    unit = f"{quantity.unit}/{_span(made[0])}" if made else quantity.unit
    return Capacity(_PROJECT.sub("", name), quantity.value, unit, quantity.qualifier)


def _span(made: str) -> str:
    """Return in what time something is made: a year where nothing else is said."""
    return next((span for span in ("日", "月") if span in made), "日" if "每天" in made else "年")


def _sum(before: str, sentence: str, quantity: Quantity) -> str:
    name = next((name for name, pattern in _MONEY.items() if pattern.search(before)), "none")
    if name == "none" or (name in _YEARLY_FIELDS and not (quantity.per_year or _YEARLY.search(sentence))):
        return ""
    currency = (quantity.unit or "CNY").lower()
    if name == "registered_foreign_capital" and currency == "cny":
        return ""
    return f"{name}_{currency}"


def _area(before: str, behind: str) -> str:
    for name, pattern in _AREA.items():
        if pattern.search(before):
            return f"{name}_m2"
    if _TAKES.search(before):
        if _FLOOR_BEHIND.match(behind):
            return "floor_area_m2"
        if _LAND_BEHIND.match(behind):
            return "land_area_m2"
    return ""
