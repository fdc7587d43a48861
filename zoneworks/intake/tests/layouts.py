"""Sets the articles of the own pages anew, as the text layers of other papers would give them, with where each stands.

Every choice (width of columns, where headlines stand, where they break, indents, gaps, spaces, bylines, briefs,
furniture, columns that interleave) hangs on one number, so that a page comes out the same each time.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass, field
from functools import cache
from itertools import zip_longest
from pathlib import Path

from zoneworks.intake.bare import Bare
from zoneworks.intake.lines import width

PAGES = Path(__file__).parent / "pages"
WRITERS = ("周 敏", "何立群", "唐海燕", "罗 军", "石 玲", "彭 涛", "陶 然", "卓青青")
FURNITURE = (
    ("{zone}报", "2024年6月14日　星期五　第2版", "责任编辑：孙 梅  版式：郭 亮"),
    ("第三版　2024年6月14日　主编：江 帆　校对：秦 楠",),
    ("{zone}报　2024年6月14日　第4版", "投稿邮箱：（见本报微信公众号）　电话：8866120"),
)
LABELS = ("综合新闻", "园 区 简 讯", "要　闻", "园区动态", "民生速递")
NO_START = "，。、；：？！”’）》%"
"""What no line begins with: it hangs at the end of the line before."""


@dataclass(frozen=True)
class Story:
    """What is set: the parts of a headline and the paragraphs of a body."""

    title: str
    kicker: str
    subtitle: str
    text: str


@dataclass
class Style:
    """How a page is set."""

    width: int
    headline: int
    behind: float
    indent: str
    gaps: float
    parted: bool
    loose: float
    stray: float
    byline: str
    marks: str
    interleave: str


@dataclass
class Block:
    """The lines of an article, and which of them are its body."""

    lines: list[str]
    body: range
    title: str
    owner: list[int] = field(default_factory=list)


@cache
def stories() -> tuple[Story, ...]:
    """Return the articles of the pages for development that have a headline and whose bodies no other one crosses."""
    found = []
    for folder in ("a", "b"):
        for document in json.loads((PAGES / folder / "gold.json").read_text(encoding="utf-8"))["documents"]:
            page = Bare((PAGES / folder / document["file"]).read_text(encoding="utf-8")).text
            starts = [page.find(Bare(each["start_anchor"]).text) for each in document["articles"]]
            for each in document["articles"]:
                start = page.find(Bare(each["start_anchor"]).text)
                end = page.find(Bare(each["end_anchor"]).text, start)
                text = page[start : end + len(Bare(each["end_anchor"]).text)]
                text = re.sub(r"^本报讯(?:（[^）]*）)?|（(?:记者|通讯员)[^）]*）$", "", text).lstrip("◆●■")
                if any(start < other < end for other in starts) or any(
                    other < start < page.find(Bare(beside["end_anchor"]).text, other)
                    for other, beside in zip(starts, document["articles"], strict=True)
                ):
                    continue
                if start < 0 or end < 0 or not each["title"] or "一、" in text or len(text) > 900:
                    continue
                title, kicker, subtitle = (
                    " ".join((each.get(part) or "").split()) for part in ("title", "kicker", "subtitle")
                )
                found.append(Story(title, kicker, subtitle, text))
    return tuple(found)


def broken(text: str, most: float) -> list[str]:
    """Return a text in lines of at most so many full-width signs; words and numbers break."""
    found, line = [], ""
    for sign in text:
        if line and width(line + sign) > most and sign not in NO_START:
            found.append(line)
            line = ""
        line += sign
    return [*found, line] if line else found


def paragraphs(text: str, roll: random.Random) -> list[str]:
    """Return a text in paragraphs of one to three sentences."""
    found: list[str] = []
    left = 0
    for sentence in re.findall(r"[^。]*。[”’）」』]*|[^。]+$", text):
        if left == 0 or not found or found[-1].count("“") > found[-1].count("”"):
            found, left = ([*found, ""], roll.randint(1, 3)) if left == 0 else (found, left + 1)
        found[-1] += sentence
        left -= 1
    return found


def style_of(roll: random.Random, interleave: str) -> Style:
    wide = roll.choice((13, 14, 16, 18, 20, 22, 24))
    return Style(
        width=wide,
        headline=roll.choice((8, 10, 12, wide, wide, 40)),
        behind=roll.choice((0.0, 0.0, 1.0, 1.0, 0.5)),
        indent=roll.choice(("", "lost", "lost", "　　", " ")),
        gaps=roll.choice((0.0, 0.0, 0.05, 0.15)),
        parted=roll.random() < 0.5,
        loose=roll.choice((0.0, 0.5, 1.0)),
        stray=roll.choice((0.0, 0.0, 0.02)),
        byline=roll.choice(("", "lead", "behind", "inline", "under")),
        marks=roll.choice("◆●■"),
        interleave=interleave,
    )


def set_story(story: Story, style: Style, roll: random.Random) -> Block:
    """Return an article as lines."""
    writer = "记者 " + roll.choice(WRITERS)
    said = paragraphs(story.text, roll)
    if style.byline == "lead":
        said[0] = f"本报讯（{writer}）" + said[0]
    if style.byline == "inline":
        said[-1] += f"（{writer}）"
    body: list[str] = []
    for number, text in enumerate(said):
        if number and style.parted and roll.random() < 0.8:
            body.append("")
        lost = style.indent == "lost"
        indent = "　　" if lost else style.indent if len(style.indent) == 2 or number == 0 else ""
        for line in broken(indent + text, style.width):
            line = line.lstrip() if lost else line
            if body and roll.random() < style.gaps:
                body.append("")
            body.append(strayed(line, style, roll))
    head: list[str] = []
    for part in filter(None, (story.kicker, story.title, story.subtitle)):
        if head and roll.random() < style.loose / 2:
            head.append("")
        head += headline_lines(part, style, roll)
    gap = [""] if roll.random() < style.loose else []
    if roll.random() < style.behind:
        tail = [f"（{writer}）"] if style.byline in ("behind", "under") else []
        return Block([*body, *tail, *gap, *head], range(len(body)), story.title)
    above = [*head, *([f"□ {writer}"] if style.byline == "under" else []), *gap]
    tail = [f"（{writer}）"] if style.byline == "behind" else []
    return Block([*above, *body, *tail], range(len(above), len(above) + len(body)), story.title)


def headline_lines(part: str, style: Style, roll: random.Random) -> list[str]:
    """Return a part of a headline in lines: even ones, full ones and a rest, or as an editor parts it by its sense."""
    if width(part) <= style.headline or style.headline == 40:
        return [part]
    rows = -int(-width(part) // style.headline)
    how = roll.choice(("even", "full", "sense"))
    if how == "sense" and rows == 2:
        middle = len(part) // 2 + roll.randint(-3, 3)
        return [part[:middle].strip(), part[middle:].strip()]
    return [
        line.strip() for line in broken(part, width(part) / rows + 0.5 if how == "even" else style.headline)
    ]


def strayed(line: str, style: Style, roll: random.Random) -> str:
    """Return a line with spaces beside some of its numbers."""
    if roll.random() < style.stray * 5:
        return re.sub(r"(?<=\d)(?=[年月日个家])", " ", line, count=1)
    return line


def set_brief(story: Story, style: Style, roll: random.Random) -> Block:
    text = style.marks + "".join(re.findall(r"[^。]*。", story.text)[:2])
    body = broken(text, style.width)
    return Block(body, range(len(body)), "")


def woven(one: Block, other: Block, how: str, roll: random.Random) -> list[tuple[str, int, bool]]:
    """Return the lines of two articles side by side: line by line or by blocks, each with its article."""
    left = [(text, 0, at in one.body) for at, text in enumerate(one.lines)]
    right = [(text, 1, at in other.body) for at, text in enumerate(other.lines)]
    if how == "lines":
        return [each for pair in zip_longest(left, right) for each in pair if each is not None]
    found = []
    while left or right:
        for side in (left, right):
            some = roll.randint(3, 8)
            found += side[:some]
            del side[:some]
    return found


def page(seed: int, interleave: str = "") -> tuple[str, list[dict[str, object]]]:
    """Return a page and its articles in the form of the gold."""
    roll = random.Random(seed)
    style = style_of(roll, interleave)
    chosen = roll.sample(stories(), 6)
    blocks = [set_story(story, style, roll) for story in chosen[:4]]
    lines: list[tuple[str, int | None, bool]] = []
    furniture = [text.format(zone="南湾开发区") for text in roll.choice(FURNITURE)]
    top = roll.random() < 0.5
    if top:
        lines += [(text, None, False) for text in [*furniture, ""]]
    if roll.random() < 0.4:
        lines += [(roll.choice(LABELS), None, False), ("", None, False)]
    at = 0
    while at < len(blocks):
        if interleave and at == 1:
            lines += [
                (text, at + side, body) for text, side, body in woven(blocks[1], blocks[2], interleave, roll)
            ]
            at += 2
        else:
            lines += [(text, at, row in blocks[at].body) for row, text in enumerate(blocks[at].lines)]
            at += 1
        if roll.random() < style.loose:
            lines.append(("", None, False))
    if roll.random() < 0.4:
        for story in chosen[4:]:
            blocks.append(set_brief(story, style, roll))
            lines += [(text, len(blocks) - 1, True) for text in blocks[-1].lines]
    if not top:
        lines += [("", None, False), *((text, None, False) for text in furniture)]
    return written(lines, blocks)


def written(
    lines: list[tuple[str, int | None, bool]], blocks: list[Block]
) -> tuple[str, list[dict[str, object]]]:
    """Return the text of some lines and, of each block, its title and from where to where its body stands."""
    source = ""
    spans: dict[int | None, list[int]] = {}
    for text, owner, body in lines:
        if body and text.strip():
            spans.setdefault(owner, [len(source), 0])[1] = len(source) + len(text)
        source += text + "\n"
    return source, [
        {"title": block.title, "start": spans[at][0], "end": spans[at][1]} for at, block in enumerate(blocks)
    ]
