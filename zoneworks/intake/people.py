"""People who act or speak in an article, with the posts that are printed before their names.

A name is told by what stands around it: a post before it, a comma or a verb behind it. How long it is (two signs or
three) is settled by what follows and by how often the page repeats it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from zoneworks.intake.bare import Bare
from zoneworks.intake.found import Cut, Person, Place
from zoneworks.intake.words import any_of, vocabulary

_POSTS = vocabulary("posts")
_SURNAMES = vocabulary("surnames")
_SAYINGS = vocabulary("sayings")
_SINGLE = frozenset("".join(_SURNAMES["single"].split()))
_COMPOUND = tuple(_SURNAMES["compound"].split())
_NO_NAME = tuple(_SURNAMES["words"].split())
_NEVER = frozenset("".join(_SURNAMES["never"].split()))
_OFFICES = _POSTS["posts"].split()
_ROLES = _POSTS["roles"].split()
_SHARED = frozenset(_POSTS["shared"].split())
_GAP = _POSTS["gap"].split()
_COMMON = frozenset("".join(_SURNAMES["common"].split()))
_SIGNS = frozenset("".join(_SAYINGS["signs"].split()))
_STOPS = frozenset("，。；：、！？“”‘’（）《》 ")
_BODY = re.compile("[会集室长局制部办组]")
_TOWARD = frozenset("对向就将也还边")
"""What goes on behind a foreign name of two signs and more."""
_CLOSING = frozenset("说称道讲率的")
_VERB = re.compile(any_of(_SAYINGS["verbs"].split()))
_SPEAKS = re.compile(any_of(_SAYINGS["speaking"].split()))
_POST = re.compile(any_of([*_OFFICES, *_ROLES, *_SHARED]) + f"(?:{any_of(_GAP)})?")
"""A word that ends a title; the name follows."""
_LISTS = re.compile(f"{any_of(_POSTS['lists'])}[：:]")
"""What stands before a list of those who were there."""
_FOREIGN = re.compile(r"[一-鿿]{1,6}(?:·[一-鿿]{1,7}){1,3}")
"""A foreign name spelled in Chinese: 马库斯·维贝尔."""
_OTHERS = re.compile(any_of(_SURNAMES["others"].split()))
_JAPANESE = re.compile(any_of(_SURNAMES["japanese"].split()))
_COMES = re.compile(r"来.{1,2}(?:考察|调研|洽谈|参观|访问|指导|检查|督查|视察)")
"""客商来南湾考察: no name, but where somebody comes to."""
_JOINS = ("、", "和", "及", "与", "以及")
_LEADING = re.compile(
    r".*(?:由|和|及|与|对|向|随|据|经(?!开区|济|发|贸|营)|听取|邀请|会见|聘请|记者从|其中|特邀|包括|来自|在|使|让|请|是|给|把|当|连同|会同|陪同"
    r"|月\d+日|上午|下午|当天|当晚|晚上|近日|日前|昨天|今天|凌晨|清晨|傍晚|期间|来临之际|时任|先后|率领|带领|携|人为|任为|[”“])"
)
"""Words that stand before a title and are none of it."""
_MOST_TITLE = 40
_AFTER = re.compile(any_of(_POSTS["after"].split()))
_DOCTRINE = re.compile(any_of(_SAYINGS["doctrine"].split()))
_ENDS_POST = re.compile(f"(?:{any_of([*_OFFICES, *_ROLES])})$")


@dataclass(frozen=True, slots=True)
class Named:
    """A person where they are named, with the place of the title before the name; an empty place without one."""

    name: str
    title: str
    place: Place
    titled: Place


def people(named: Iterable[Named]) -> list[Person]:
    """Return who acts or speaks where people are named, each once, in the order in which they are named.

    >>> page = Bare("市委书记王大明出席，区领导李小满、赵四参加。王大明指出，要抓落实。")
    >>> [(one.name, one.title) for one in people(mentions(page, Cut(Place(0, len(page.text)))))]
    [('王大明', '市委书记'), ('李小满', '区领导'), ('赵四', '区领导')]
    """
    found: dict[str, Person] = {}
    for each in named:
        known = found.get(each.name)
        if known is None:
            found[each.name] = Person(each.name, each.title, each.place)
        elif _tells_more(each.title, known.title):
            found[each.name] = Person(each.name, each.title, known.place)
    return list(found.values())


def _tells_more(title: str, known: str) -> bool:
    if not known or known in _SHARED:
        return bool(title) and title != known
    return title not in _SHARED and len(title) > len(known) and title.endswith(known)


def mentions(bare: Bare, cut: Cut) -> list[Named]:
    """Return every place of an article where somebody is named with a post, or speaks."""
    reading = _Reading(bare.text, cut.body)
    found = [*reading.titled(), *reading.styled(), *reading.spoken(), *reading.enrolled()]
    return sorted(found, key=lambda named: named.place)


class _Reading:
    """Reads the names of one article; the page around it tells how often a name stands in it."""

    def __init__(self, text: str, body: Place) -> None:
        self.text = text
        self.body = body

    def titled(self) -> Iterator[Named]:
        """Give those who follow a post, and those who share it: 区领导甲、乙、丙."""
        for match in _POST.finditer(self.text, self.body.start, self.body.end):
            end = match.end()
            length = self.name_at(end, weak=match[0] in _ROLES)
            if not length:
                continue
            titled = self._title(match.start(), end)
            title = self.text[titled.start : titled.end]
            yield Named(self.text[end : end + length], title, Place(end, end + length), titled)
            yield from self._sharing(end + length, title, titled)

    def _sharing(self, at: int, title: str, titled: Place) -> Iterator[Named]:
        """Give those who stand behind a name in a list, until another post or another word comes."""
        while True:
            join = next((each for each in _JOINS if self.text.startswith(each, at)), None)
            if join is None or at >= self.body.end:
                return
            start = at + len(join)
            if join != "、" and _POST.match(self.text, start):
                return
            length = self.name_at(start, weak=True) or self._between(start)
            if not length:
                return
            yield Named(self.text[start : start + length], title, Place(start, start + length), titled)
            at = start + length

    def _between(self, at: int) -> int:
        """Return how many signs stand in a list of names before the next stop, when they may be a rare name."""
        for length in (2, 3):
            behind = self.text[at + length : at + length + 1]
            closed = behind in ("、", "，", "。") or self.text.startswith(("等", "及"), at + length)
            if closed and self._may_be(at, length):
                said = self.text[at : at + length]
                return 0 if said.startswith(_NO_NAME) or _POST.search(said) else length
        return 0

    def styled(self) -> Iterator[Named]:
        """Give those whose post stands behind the name: 王大明教授."""
        for match in _AFTER.finditer(self.text, self.body.start, self.body.end):
            for length in (3, 2):
                start = match.start() - length
                if (
                    start < self.body.start
                    or self.text[start] not in _SINGLE
                    or not self._may_be(start, length)
                ):
                    continue
                if not _DOCTRINE.match(self.text, match.end()):
                    name = Place(start, match.start())
                    yield Named(self.text[start : match.start()], match[0], name, Place(*match.span()))
                break

    def enrolled(self) -> Iterator[Named]:
        """Give those on the lists of minutes: 参加人员：王大明、李小满."""
        for label in _LISTS.finditer(self.text, self.body.start, self.body.end):
            at = label.end()
            while length := self._enrolled_at(at):
                yield Named(self.text[at : at + length], "", Place(at, at + length), Place(at, at))
                at += length
                if not self.text.startswith("、", at):
                    break
                at += 1

    def _enrolled_at(self, at: int) -> int:
        """Return how long a name on a list is: up to the next comma, else of two signs or three."""
        if self.text[at : at + 1] not in _SINGLE or self.text.startswith(_NO_NAME, at):
            return 0
        lengths = (4, 3) if self.text.startswith(_COMPOUND, at) else (3, 2)
        fits = [length for length in lengths if self._may_be(at, length)]
        ends = [length for length in fits if self.text[at + length : at + length + 1] in _STOPS]
        labeled = [length for length in fits if _LISTS.match(self.text, at + length)]
        return next(iter([*ends, *labeled]), 0)

    def spoken(self) -> Iterator[Named]:
        """Give those who speak without a post before them: …，王大明说."""
        for match in _SPEAKS.finditer(self.text, self.body.start, self.body.end):
            for length in (4, 3, 2):
                start = match.start() - length
                if start <= self.body.start or self.text[start - 1] not in _STOPS:
                    continue
                if self.name_at(start, weak=True) == length:
                    yield Named(
                        self.text[start : match.start()], "", Place(start, match.start()), Place(start, start)
                    )
                break

    def name_at(self, at: int, *, weak: bool = False) -> int:
        """Return how many signs of the text from `at` on are a name; 0 where none stands. `weak` asks for a verb or a
        comma behind it."""
        if at >= self.body.end or self.text.startswith(_NO_NAME, at):
            return 0
        foreign = _FOREIGN.match(self.text, at, self.body.end)
        if foreign:
            return self._foreign(at, foreign.end())
        if self.text.startswith(_COMPOUND, at):
            return self._longest(at, (4, 3), weak=weak)
        japanese = _JAPANESE.match(self.text, at, self.body.end)
        for given in (2, 1, 3) if japanese else ():
            if japanese and self._is_closed(japanese.end() + given):
                return japanese.end() + given - at
        other = _OTHERS.match(self.text, at, self.body.end)
        for end in range(other.end(), other.end() + 4) if other else ():
            if self._is_closed(end):
                return end - at
        if self.text[at] not in _SINGLE or _COMES.match(self.text, at):
            return 0
        return self._longest(at, (3, 2), weak=weak)

    def _foreign(self, at: int, end: int) -> int:
        """Return how long a foreign name is: up to the first verb or stop in its last part."""
        last = self.text.rfind("·", at, end)
        for stop in range(last + 2, end + 1):
            if self._is_closed(stop) or (stop > last + 2 and self.text[stop] in _TOWARD):
                return stop - at
        return end - at

    def _longest(self, at: int, lengths: tuple[int, int], *, weak: bool) -> int:
        longer, shorter = lengths
        fits = [length for length in lengths if self._may_be(at, length)]
        strong = [length for length in fits if self._is_closed(at + length)]
        if longer in strong and shorter in strong:
            return longer if self._repeats(at, longer, shorter) else shorter
        if strong:
            return strong[0]
        soft = [length for length in fits if self._goes_on(at + length)]
        if weak and self.text[at] not in _COMMON:
            return 0
        if soft:
            return soft[0] if len(soft) == 1 or self._repeats(at, longer, shorter) else shorter
        # Behind an office a common surname is proof enough; most names have three signs.
        sure = not weak and self.text[at] in _COMMON and longer in fits
        return longer if sure and not _BODY.search(self.text[at : at + longer]) else 0

    def _may_be(self, at: int, length: int) -> bool:
        given = self.text[at + 1 : at + length]
        return (
            at + length <= self.body.end
            and len(given) == length - 1
            and all("一" <= sign <= "鿿" for sign in given)
            and not _NEVER & set(given)
        )

    def _is_closed(self, at: int) -> bool:
        """Tell whether a name may end here: at a stop, a joining word, or the verb of who is named."""
        if at >= self.body.end or self.text[at] in _STOPS or self.text[at] in _CLOSING:
            return True
        if self.text.startswith(("等", "和", "及", "与", "以及", "一行", "同志", "先生", "女士"), at):
            return True
        return bool(_VERB.match(self.text, at))

    def _goes_on(self, at: int) -> bool:
        return self.text[at] in _SIGNS if at < self.body.end else True

    def _repeats(self, at: int, longer: int, shorter: int) -> bool:
        """Tell whether the longer name is the right one: wherever the shorter stands, the longer does."""
        long, short = self.text[at : at + longer], self.text[at : at + shorter]
        alone = self.text.count(short) - self.text.count(long)
        return alone <= 0 or self.text.count(long) > alone

    def _title(self, start: int, end: int) -> Place:
        """Return the place of the title that ends here: its posts joined by 、, without the words before it."""
        first = start
        while True:
            first = self._phrase(first)
            if first > self.body.start + 1 and self.text[first - 1] == "、":
                before = self._phrase(first - 1)
                if _ENDS_POST.search(self.text[before : first - 1]) and end - before <= _MOST_TITLE:
                    first = before if before < first - 1 else first
                    continue
            break
        while end > first and self.text[end - 2 : end] in _GAP:
            end -= 2
        return Place(first, end)

    def _phrase(self, at: int) -> int:
        """Return where the phrase begins that ends at `at`."""
        first = at
        while first > self.body.start and self.text[first - 1] not in _STOPS and at - first < _MOST_TITLE:
            first -= 1
        leading = _LEADING.match(self.text, first, at)
        return leading.end() if leading else first
