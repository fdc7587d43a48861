"""Minutes, notices and plans: one article each, its title in the head of the paper."""

from __future__ import annotations

import re
from collections.abc import Sequence

from zoneworks.intake.bare import Bare
from zoneworks.intake.found import Cut, Place
from zoneworks.intake.lines import Kind, Line

_TITLE = re.compile(
    r"(?:会议纪要|的?(?:通知|方案|通报|意见|办法|公告|通告|请示|报告|函|决定|战报|快报|周报|月报|简报))$"
)
_SECTION = re.compile(r"^[ \t　]*(?:[一二三四五六七八九]、|（[一二三四五六七八九]）)", re.MULTILINE)
_FOOT = re.compile(
    r"^\s*(?:抄送|抄报|主送|分送|（?此件|附件[:：]?\s*\d?\s*$|[-—]\s*\d+\s*[-—])|印发\s*(?:（|$)|共印"
)
_LETTERHEAD = re.compile(r"(?:文件|管理委员会|委员会|办公室|会\s*议\s*纪\s*要|纪\s*要)\s*$")
_SIGNED = re.compile(
    r"^(?:\s*[一-鿿]{4,30}(?:委员会|办公室|局|指挥部|领导小组|中心)|\s*(?:19|20)\d\d\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日)\s*$"
)


def paper(bare: Bare, found: Sequence[Line]) -> Cut | None:
    """Return the article of a paper with numbered sections; None for a page of a newspaper."""
    if len(_SECTION.findall(bare.source)) < 2:
        return None
    first = _title_at(found)
    if first is None:
        return None
    last_head, title = first
    body = [line for line in found[last_head + 1 :] if line.kind is not Kind.BLANK]
    while body and (body[0].kind in (Kind.FURNITURE, Kind.BYLINE) or body[0].text.strip().startswith("（第")):
        body.pop(0)
    end = next((at for at, line in enumerate(body) if at and _FOOT.search(line.text)), len(body))
    body = body[:end]
    while body and (_SIGNED.match(body[-1].text) or body[-1].kind in (Kind.FURNITURE, Kind.BYLINE)):
        body.pop()
    if not body:
        return None
    form = "minutes" if title.endswith("纪要") else "paper"
    return Cut(Place(bare.bare(body[0].start), bare.bare(body[-1].end)), title, form=form)


def _title_at(found: Sequence[Line]) -> tuple[int, str] | None:
    """Return the last line of the title among the first lines, and the title: 关于…的通知, also over several lines."""
    top = [at for at, line in enumerate(found) if line.kind is not Kind.BLANK][:14]
    for number, at in enumerate(top):
        text = "".join(found[at].text.split())
        if _TITLE.search(text) and "。" not in text:
            parts = [text]
            for before in reversed(top[:number]):
                if "关于" in parts[0] or found[before].kind is not Kind.HEAD:
                    break
                parts.insert(0, "".join(found[before].text.split()))
            joined = "".join(
                parts[next((i for i, part in enumerate(parts) if "关于" in part), len(parts) - 1) :]
            )
            if len(joined) > 6 and not _LETTERHEAD.fullmatch(joined):
                return at, joined
    return None
