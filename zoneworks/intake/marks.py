"""What a single line of a page shows of itself: a byline, furniture, the lead of an article, its width."""

from __future__ import annotations

import re
from functools import lru_cache

from zoneworks.intake.words import any_of, vocabulary

_KEPT = 2048
"""What was said of so many lines is kept: the same lines are asked about several times."""
_WORDS = vocabulary("pages")
_MARKS = "◆●■▲★◇○▶►◼◾"
BRIEF = re.compile(rf"\s*(?:[{_MARKS}]|□(?!\s*(?:本报)?(?:见习)?(?:记者|通讯员)))")
_BYLINE_WORDS = any_of(_WORDS["byline"])
_WRITER = re.compile(
    rf"\s*(?:[（(]\s*)?(?:[□◎■●/／]\s*)?(?:{_BYLINE_WORDS}[\s/：:]*)(?:[\w·/：:\s、（）()]*)$"
)
"""A line that names writers and photographers alone: □ 记者 甲, 文/甲 图/乙, （通讯员 甲）."""
_NAMES = re.compile(
    r"\s*[（(](?!图|表|一|二|三|四|五|六|七|八|九|十|\d)[一-鿿·]{2,4}(?:[\s、/]+[\w/]{1,6}){0,5}[）)]\s*$"
)
"""Names in parentheses that close an article: （张 三）, （张三 李四 文/图）."""
_PHOTO = re.compile(
    r"(?:[◎□]\s*[一-鿿](?:[\s　]?[一-鿿]){1,8}|[●■◆]\s*[一-鿿][\s　]?[一-鿿]{1,2}"
    r"|[一-鿿](?:[\s　]?[一-鿿]){1,8}[\s　]+(?:摄|文/图|图/文))$"
)
_SLASHED = re.compile(r"[/／]\s*[一-鿿](?:\s?[一-鿿]){1,3}$")
_AUTHOR = re.compile(r"[（(](?:作者|本文作者|记者|通讯员)[^，。]{2,30}[）)]$")
"""/殷红; （作者系某公司铣工）."""
_NAME = r"[一-鿿][\s　]?[一-鿿]{1,2}"
SIGNED = re.compile(
    rf"[（(][^（(）)。，]{{0,10}}?{_BYLINE_WORDS}[^（(）)。，]{{2,30}}[）)]\s*$"
    rf"|[。！？”][（(]{_NAME}(?:[\s　、]+{_NAME}){{0,3}}[）)]\s*$"
)
"""Who wrote, in the last line of an article: …回音。（记者 张三）."""
_SPACED_NAME = re.compile(r"\s*[（(][一-鿿]\s+[一-鿿]{1,2}(?:\s+[\w/、\s]{1,20})?[）)]\s*$")
SIGNED_BEHIND = re.compile(
    r"(?<=[。！？”])[\s　]{2,}(?P<who>(?:[◎□]\s*)?[一-鿿](?:[\s　]?[一-鿿]){1,8}(?:[\s　]+(?:摄|文/图|图/文|报道))?)$"
)
"""Who wrote or photographed, right behind the last full stop: …参加。   ◎ 谷 雨, …观看。  沈 阔 摄."""
_DATELINE = re.compile(r"(?:19|20|１９|２０)\d{2}\s*[年.\-/]\s*\d{1,2}")
_DATED = re.compile(r"(?:(?:^|[\s　])(?:19|20)\d\d\s*年|^)\s*\d{1,2}\s*月\s*\d{1,2}\s*日$")
_FURNITURE = re.compile(any_of(_WORDS["furniture"]))
_PAGE = re.compile(
    r"第\s*\d+\s*版|第\s*\d+\s*期|星\s*期\s*[一二三四五六日天]|^\s*-?\s*\d{1,3}\s*-?\s*$|^\s*农历[一-鿿]{2}年|〔\s*20\d\d\s*〕"
)
_LABEL = re.compile(
    rf"(?:[一-鿿]{{0,4}}(?:园区|高新区?|经开区?|开发区|新区|本区|全区|区域))?{any_of(_WORDS['labels'])}(?:[·：:].{{0,8}})?"
    rf"|[一-鿿]{{2}}{any_of(_WORDS['label_ends'])}"
)
"""The head of a column: 园区动态, 副刊·石榴花."""
_CAPTION = re.compile(
    r"\s*(?:[▲△▼□■◆（(]\s*)?(?:上图|下图|左图|右图)?[：:]?图(?:为|片为|①|一)|\s*[▲△▼].*(?:摄|供图)[）)]?\s*$"
)
"""What stands below a picture."""
_MASTHEAD = re.compile(r"^[一-鿿\s]{2,10}(?:报|周刊|导报|快讯|简报|通讯|日报|时讯)$")
NUMBERED = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）|\d{1,2}[.．、](?!\d))"
)
LEAD_DAY = re.compile(
    r"\s*(?:本[报刊]讯|\d{1,2}\s*月\s*(?:\d{1,2}\s*日|初|底|中旬|上旬|下旬)|近日|日前|连日来|昨[天日])"
)
REPORTED = re.compile(r"\s*本[报刊](?:讯|记者)")
CLOSED = re.compile(r"[。！？…][”’）)」』]*\s*$|[”]\s*$|[）)]\s*$")
INNER = re.compile(r"[。；]")


STARTS = re.compile(
    r"\s*(?:\S{0,6}会上|会后|会议|据|他|她|随后|当天|同时|此外|目前|当前|截至|为了?|在|就|通过|近年来|下一步|接下来|活动)"
)
ASKS = re.compile(r"[问答][:：]")


def width(text: str) -> float:
    """Return how many full-width signs a line takes; Latin letters, digits and spaces are half as wide.

    >>> width("总投资12亿元"), width("  初")
    (6.0, 2.0)
    """
    return sum(0.5 if sign < "\u2000" else 1.0 for sign in text.rstrip())


@lru_cache(maxsize=_KEPT)
def is_byline(text: str) -> bool:
    """Tell whether a line names writers alone.

    >>> is_byline("□ 本报记者 甘 蕾"), is_byline("（邹　珂）"), is_byline("文/包丹　图/包丹")
    (True, True, True)
    >>> is_byline("文化惠民进园区")
    False
    """
    bare = text.strip()
    if len(bare) > 40 or "。" in bare or "，" in bare:
        return False
    if _PHOTO.match(bare) or _SLASHED.match(bare) or _AUTHOR.match(bare):
        return True
    return bool(_WRITER.match(bare) or _NAMES.match(bare) or _SPACED_NAME.match(bare))


@lru_cache(maxsize=_KEPT)
def is_label(text: str) -> bool:
    """Tell whether a line is the head of a column.

    >>> is_label("园 区 简 讯"), is_label("副刊·石榴花"), is_label("园区动态管理办法出台")
    (True, True, False)
    """
    return bool(_LABEL.fullmatch("".join(text.strip("·•—-【】[]●◆■ \u3000").split())))


@lru_cache(maxsize=_KEPT)
def is_furniture(text: str) -> bool:
    bare = text.strip()
    if _CAPTION.match(text) or is_label(text):
        return True
    if len(bare) > 70 or "。" in bare or "，" in bare:
        return False
    if _PAGE.search(bare) and (_DATELINE.search(bare) or width(bare) < 20 or _FURNITURE.search(bare)):
        return True
    if _FURNITURE.search(bare) and len(bare) < 60:
        return True
    return bool(_MASTHEAD.match(bare)) or bool(_DATED.search(bare))
