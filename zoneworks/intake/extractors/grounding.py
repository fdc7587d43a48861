"""What an endpoint said, held against the text: quotes get their places, numbers and names must stand there.

Whitespace plays no part: quotes are looked for in the text without any (`Bare`). Every number is read from the quote
by our own reader, so that an answer only ever chooses among numbers that the text states.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from zoneworks.intake.bare import Bare
from zoneworks.intake.dates import Calendar, dated_in
from zoneworks.intake.extractors.answers import MOST_ITEMS, read_item
from zoneworks.intake.extractors.extraction import Dropped
from zoneworks.intake.found import (
    Capacity,
    Claim,
    Dated,
    Engagement,
    Organization,
    Person,
    Place,
    Project,
    Quantity,
)
from zoneworks.intake.numerals import read_numeral
from zoneworks.intake.project_events import ORDER
from zoneworks.intake.quantities import quantities

_SHORTEST = 2
"""A quote of one sign says nothing."""
_PLAIN = re.compile(r"-?\d{1,20}(?:\.\d{1,8})?")
_NUMERAL = re.compile(r"\d[\d,，]*(?:\.\d+)?[万亿]*|[零〇一二两三四五六七八九十百千万亿点]+")
_NEAR = Decimal("0.001")
_UNITS = {"_cny": "CNY", "_usd": "USD", "_m2": "m2"}
_SAME_UNIT = {
    **dict.fromkeys(("元", "人民币", "cny", "rmb", "yuan"), "CNY"),
    **dict.fromkeys(("美元", "美金", "usd"), "USD"),
    **dict.fromkeys(("平方米", "㎡", "m²", "m2"), "m2"),
    **dict.fromkeys(("percent", "％", "%"), "%"),
}


@dataclass(slots=True)
class Found:
    """What of an answer stands in the text."""

    projects: list[Project] = field(default_factory=list)
    engagements: list[Engagement] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    organizations: list[Organization] = field(default_factory=list)


class Grounding:
    """Holds the answers about one article, or a piece of it, against its text."""

    def __init__(self, bare: Bare, body: Place, article: int, on: Dated | None, page: Calendar) -> None:
        self.bare, self.body, self.article = bare, body, article
        self.on, self.page = on, page
        self.words = bare.text[body.start : body.end]
        self.numbers = quantities(bare.text, body)
        self.found = Found()
        self.dropped: list[Dropped] = []
        self._used: set[tuple[str, int, int]] = set()
        self._item = ("", "", "")

    def read(self, answer: dict[str, Any]) -> None:
        """Take what an answer says, and note what it says and the text does not."""
        readers: dict[str, Callable[[Any, Place], None]] = {
            "people": self._person,
            "organizations": self._organization,
            "projects": self._project,
            "engagements": self._engagement,
            "claims": self._claim,
        }
        for kind, reader in readers.items():
            said = answer.get(kind)
            for each in said[:MOST_ITEMS] if isinstance(said, list) else []:
                self._read_item(kind, each, reader)
            if isinstance(said, list) and len(said) > MOST_ITEMS:
                self._item = (kind, "", "")
                self._drop("too_many")

    def _read_item(self, kind: str, each: Any, reader: Callable[[Any, Place], None]) -> None:
        item, left_out = read_item(kind, each)
        raw = each if isinstance(each, dict) else {}
        name = raw.get("name") or raw.get("indicator") or raw.get("kind")
        quote = raw.get("quote")
        self._item = (kind, _short(name), _short(quote))
        if item is None:
            self._drop("form")
            return
        for part in left_out:
            self._drop("form", part)
        place = self.place(kind, item.quote)
        if place is None:
            self._drop("quote")
            return
        reader(item, place)

    def _drop(self, why: str, part: str = "", value: str = "") -> None:
        kind, name, quote = self._item
        self.dropped.append(Dropped(self.article, kind, name, quote, why, part, _short(value)))

    # -- words -------------------------------------------------------------------------------------------------

    def place(self, kind: str, quote: str) -> Place | None:
        """Return where a quote stands: its first place that no item of the kind took yet, else its first place."""
        wanted = Bare(quote).text
        if len(wanted) < _SHORTEST:
            return None
        first, at = None, self.words.find(wanted)
        while at >= 0:
            place = Place(self.body.start + at, self.body.start + at + len(wanted))
            first = first or place
            if (kind, *place) not in self._used:
                self._used.add((kind, *place))
                return place
            at = self.words.find(wanted, at + 1)
        return first

    def _stands(self, words: str, part: str) -> str:
        """Return words as the text has them; nothing, and a note, where it does not."""
        wanted = Bare(words).text
        if not wanted:
            return ""
        at = self.words.find(wanted)
        if at < 0:
            self._drop("wording", part, words)
            return ""
        return self.bare.quote(self.body.start + at, self.body.start + at + len(wanted))

    def _named(self, name: str, place: Place) -> tuple[str, Place] | None:
        """Return a name as the text has it and where, within its quote if it can be; None, and a note, if nowhere."""
        wanted = Bare(name).text
        at = self.bare.text.find(wanted, place.start, place.end)
        if at < 0:
            at = self.bare.text.find(wanted, self.body.start, self.body.end)
        if len(wanted) < _SHORTEST or at < 0:
            self._drop("name")
            return None
        found = Place(at, at + len(wanted))
        return self.bare.quote(*found), found

    def _title(self, title: str) -> str:
        """Return the posts of a title that stand in the text; several are joined by 、."""
        if Bare(title).text in self.words:
            return self._stands(title, "title")
        return "、".join(filter(None, (self._stands(part, "title") for part in title.split("、"))))

    # -- numbers -----------------------------------------------------------------------------------------------

    def _within(self, place: Place) -> list[Quantity]:
        """Return the numbers that stand whole in a place; 2亿元 is none of 12亿元."""
        return [each for each in self.numbers if place.holds(each.number)]

    def _value(self, text: str, part: str) -> Decimal | None:
        plain = text.strip().replace(",", "").replace("，", "")
        try:
            value = Decimal(plain) if _PLAIN.fullmatch(plain) else None
        except InvalidOperation:
            value = None
        if value is None:
            self._drop("no_number", part, text)
        return value

    def _counted(self, value: Decimal, place: Place) -> bool:
        """Tell whether a place states a number at all, with whatever unit."""
        if any(_is_near(value, stated) for each in self._within(place) for stated in _stated(each)):
            return True
        return any(
            read_numeral(match[0]) == value
            for match in _NUMERAL.finditer(self.bare.text, place.start, place.end)
            if _is_whole(self.bare.text, match)
        )

    # -- items -------------------------------------------------------------------------------------------------

    def _person(self, said: Any, place: Place) -> None:
        named = self._named(said.name, place)
        if named is None:
            return
        if any(known.name == named[0] for known in self.found.people):
            return
        self.found.people.append(Person(named[0], self._title(said.title), named[1]))

    def _organization(self, said: Any, place: Place) -> None:
        named = self._named(said.name, place)
        if named is None:
            return
        if any(known.name == named[0] for known in self.found.organizations):
            return
        self.found.organizations.append(Organization(named[0], said.kind, named[1]))

    def _project(self, said: Any, place: Place) -> None:
        named = self._named(said.name, place)
        if named is None:
            return
        amounts: dict[str, Decimal] = {}
        qualifiers: dict[str, str] = {}
        taken: list[Place] = []
        for each in said.amounts:
            stated = self._amount(each, place)
            if stated is not None and each.field not in amounts:
                amounts[each.field] = stated.value
                taken.append(stated.place)
                if stated.qualifier:
                    qualifiers[each.field] = stated.qualifier
        events = tuple(sorted(dict.fromkeys(said.events), key=ORDER.index))
        self.found.projects.append(
            Project(
                named[0],
                place,
                investor=self._stands(said.investor, "investor"),
                event=events[-1] if events else "",
                events=events,
                amounts=amounts,
                qualifiers=qualifiers,
                capacity=tuple(filter(None, (self._capacity(each) for each in said.capacity))),
                location=self._stands(said.location, "location"),
                aliases=tuple(filter(None, (self._stands(each, "aliases") for each in said.aliases))),
                quantities=tuple(taken),
            )
        )

    def _amount(self, said: Any, place: Place) -> Quantity | None:
        """Return the number of the text that an amount chose; None, and a note, where its quote states no such one."""
        value = self._value(said.value, said.field)
        if value is None:
            return None
        own = self._anywhere(said.quote) if said.quote else [place]
        unit = next(unit for ending, unit in _UNITS.items() if said.field.endswith(ending))
        for where in own:
            for each in self._within(where):
                if each.unit == unit and any(_is_near(value, stated) for stated in _stated(each)):
                    return each
        self._drop("number", said.field, said.value)
        return None

    def _anywhere(self, quote: str) -> list[Place]:
        wanted = Bare(quote).text
        return [
            Place(self.body.start + match.start(), self.body.start + match.end())
            for match in (re.finditer(re.escape(wanted), self.words) if len(wanted) >= _SHORTEST else ())
        ]

    def _capacity(self, said: Any) -> Capacity | None:
        value = self._value(said.value, "capacity")
        product = self._stands(said.product, "capacity")
        if value is None or not product:
            return None
        for each in self.numbers:
            if any(_is_near(value, stated) for stated in _stated(each)):
                return Capacity(product, each.value, each.unit, each.qualifier)
        self._drop("number", "capacity", said.value)
        return None

    def _engagement(self, said: Any, place: Place) -> None:
        present = (self._participant(each) for each in said.participants)
        counts: dict[str, Decimal] = {}
        for each in said.counts:
            value = self._value(each.value, each.what)
            if value is not None and self._counted(value, self.body):
                counts[each.what] = value
            elif value is not None:
                self._drop("number", each.what, each.value)
        self.found.engagements.append(
            Engagement(
                said.kind,
                place,
                # Days are read by our own rules: an endpoint cannot invent one.
                date=dated_in(self.bare, place, self.page) or self.on,
                lead=self._stands(said.lead, "lead"),
                host=self._stands(said.host, "host"),
                participants=tuple(_once(filter(None, present))),
                places=tuple(filter(None, (self._stands(each, "places") for each in said.places))),
                counts=counts,
            )
        )

    def _participant(self, said: Any) -> Person | None:
        wanted = Bare(said.name).text
        at = self.words.find(wanted) if len(wanted) >= _SHORTEST else -1
        if at < 0:
            self._drop("wording", "participants", said.name)
            return None
        start = self.body.start + at
        name = self.bare.quote(start, start + len(wanted))
        return Person(name, self._title(said.title), Place(start, start + len(wanted)))

    def _claim(self, said: Any, place: Place) -> None:
        value = self._value(said.value, "")
        if value is None:
            return
        unit = _SAME_UNIT.get(said.unit.strip().lower(), said.unit.strip())
        near = [
            each for each in self._within(place) if any(_is_near(value, stated) for stated in _stated(each))
        ]
        chosen = next((each for each in near if each.unit == unit), near[0] if near else None)
        if chosen is None and not self._counted(value, place):
            self._drop("number", "", said.value)
            return
        self.found.claims.append(
            Claim(
                self._stands(said.indicator, "indicator"),
                chosen.value if chosen else value,
                chosen.unit if chosen else self._stands(said.unit, "unit"),
                place,
                qualifier=chosen.qualifier if chosen else "",
                subject=self._stands(said.subject, "subject"),
                period=self._stands(said.period, "period"),
            )
        )


def _once(people: Iterable[Person]) -> Iterable[Person]:
    return {person.name: person for person in people}.values()


def _stated(each: Quantity) -> tuple[Decimal, ...]:
    return (each.value,) if each.high is None else (each.value, each.high)


def _is_near(one: Decimal, two: Decimal) -> bool:
    """Tell whether two numbers are the same but for rounding: 亩 are no whole square meters."""
    return abs(one - two) <= _NEAR * max(abs(one), abs(two))


def _is_whole(text: str, match: re.Match[str]) -> bool:
    """Tell whether a numeral does not go on before or behind its place."""
    around = text[max(0, match.start() - 1) : match.start()] + text[match.end() : match.end() + 1]
    return not any(sign.isdigit() or sign in ".万亿" for sign in around)


def _short(said: Any) -> str:
    text = said if isinstance(said, str) else ""
    return text if len(text) <= 200 else f"{text[:199]}…"
