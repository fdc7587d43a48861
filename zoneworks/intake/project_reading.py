"""Reads an article from its first sentence to its last and gives each fact to the project that it is said of."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from zoneworks.intake.bare import Bare
from zoneworks.intake.firms import short_firms
from zoneworks.intake.found import Cut, Place, Project, Quantity
from zoneworks.intake.investors import Company, companies
from zoneworks.intake.project_drafts import Draft
from zoneworks.intake.project_events import REACHED, looks_ahead, occasions, states, tells_a_plan
from zoneworks.intake.project_fields import capacity_of, field_of
from zoneworks.intake.project_investors import Investors
from zoneworks.intake.project_names import Kind, Mention, mentions
from zoneworks.intake.quantities import quantities
from zoneworks.intake.sentences import Clauses

_FRESH = re.compile(r"[◆●■▲★◇○▶]|[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）")
"""A sentence that begins so speaks of something new."""
_GOES_ON = re.compile(
    r"“|(?:其中|目前|现|据悉|据了解|据介绍|预计|计划|总投资|投资|占地|用地|建筑|主要|达产|投产|建成|全部|一期|二期|首期|届时|注册|设备|年|可|主体|厂房|于|已|今年|经|这|双方|企业|公司)"
)
_BUILDS = re.compile(r"(?:建设|新建|共建|拟建|启动|兴建|投建|新上|上马|打造)(?:了|一个|一座|一条|两个)?$")
_IN_A_PLACE = re.compile(
    r"(?:利用|租下|租用|租赁|原有|现有|选址|位于|落户|入驻|走进|来到|察看|参观|考察|在|到|赴|至|起于|止于)$"
)
_GOES_UP = re.compile(r"工地|施工现场|建设现场|施工进度|建设进度|施工情况|建设进展|施工进展|工程进度")
"""What is seen of a project only once it is being built: 来到甲项目施工现场."""
_USED = re.compile(r"利用|租用|租赁|原有|现有|闲置|盘活|已建")
"""What a site is called that was there before: 利用原有厂区."""
_LOCATION = re.compile(
    r"(?:选址|坐落|位于|落户|落地|落子)(?:于|在)?(?P<where>[一-鿿（）]{2,24}?)(?=[，。；、]|并|开工|签约|建设|内)"
    r"|在(?P<there>[一-鿿]{2,16}?)(?:正式|成功|顺利|集中)*(?:签约|开工|奠基|动工|竣工|投产|落地|举行)"
)
"""Where a project stands: 选址…, 位于…, 在…开工."""
_OPEN = {"in_talks", "framework_agreed"}
"""States of a project that was not among what a common signing was of."""
_LABEL = 10
"""How long a word before a colon may be that says what the number behind it is."""
_JOIN = re.compile(r"(?:[、和与及]|以及|[”“]、?[“”]?)(?:(?:计划|预计|总)*投资[^，。；、]{1,12}元的)?")
_NEAR = 260
"""How far behind a common signing or start a project may be told that came into that state there."""


def _known(text: str, within: Place) -> list[Company]:
    """Return the companies of an article, those that only a short name tells among them."""
    known = companies(text, within)
    return sorted([*known, *short_firms(text, within, known)], key=lambda company: company.place)


class Reading:
    """One article; `drafts` grow as it is read."""

    def __init__(self, bare: Bare, cut: Cut) -> None:
        self.bare, self.text, self.body = bare, bare.text, cut.body
        self.numbers = quantities(self.text, self.body)
        self.clauses = Clauses(self.text, self.body)
        self.mentions = self._kept(mentions(self.text, self.body))
        self.drafts: list[Draft] = []
        self.owners: list[tuple[Mention, Draft | None]] = []
        self.starts = [mention.place.start for mention in self.mentions]

    def projects(self) -> list[Project]:
        """Return what is told of each project."""
        self._name_all()
        for sentence in self.clauses.sentences:
            self._read_states(sentence)
        for number in self.numbers:
            self._read_number(number)
        self._read_locations()
        Investors(self.text, self.body, _known(self.text, self.body), self.drafts, self.owner).read()
        self._inherit_states()
        real = [draft for draft in self.drafts if draft.is_real]
        told = {draft.investor for draft in real if draft.is_told}
        # 关于甲公司仓储项目用地: a heading whose project the text tells under another name.
        return [
            self._project(draft)
            for draft in real
            if draft.is_told or not draft.investor or draft.investor not in told
        ]

    def owner(self, at: int) -> Draft | None:
        """Return the project that what stands at a place is said of, None if it is said of none.

        A wording before 的 and a name belongs to that name; else the project named last in the sentence has it;
        else the one of the sentence before, where this sentence goes on with it.
        """
        sentence, clause = self.clauses.sentence(at), self.clauses.clause(at)
        index = bisect_right(self.starts, at)
        before = self.owners[index - 1] if index else None
        behind = self.owners[index] if index < len(self.owners) else None
        part = max(sentence.start, self.text.rfind("；", sentence.start, at) + 1)
        if behind and (
            behind[0].place.start >= sentence.end or "；" in self.text[at : behind[0].place.start]
        ):
            behind = None
        here = before if before and before[0].place.start >= sentence.start else None
        if here and here[0].place.start < part and _FRESH.match(self.text, part):
            here = before = None
        if behind and self._leads_to(at, clause, behind[0], here[0] if here else None):
            return behind[1]
        if here:
            return here[1]
        if behind and behind[0].kind in (Kind.NAMED, Kind.SITE):
            return behind[1]
        return self._topic(before, sentence)

    def _leads_to(self, at: int, clause: Place, mention: Mention, before: Mention | None) -> bool:
        """Tell whether the words at a place stand before a name as its attribute: 总投资5亿元的甲项目."""
        if mention.kind is Kind.MANY or (mention.kind is Kind.LISTED and not mention.priced):
            return False
        if mention.place.start >= clause.end:
            return False
        between = self.text[at : mention.place.start]
        if before and before.place.end > clause.start and "的" not in between:
            return False
        return "的" in between or not before or before.place.end <= clause.start

    def _topic(self, before: tuple[Mention, Draft | None] | None, sentence: Place) -> Draft | None:
        """Return the project of the sentence before, where this one goes on with it."""
        if before is None or _FRESH.match(self.text, sentence.start):
            return None
        last = self.clauses.sentence(before[0].place.start)
        if sentence.start - last.end > _NEAR or self.text.find("◆", last.end, sentence.start) >= 0:
            return None
        adjoins = sentence.start == last.end
        return before[1] if adjoins or _GOES_ON.match(self.text, sentence.start) else None

    def _kept(self, found: list[Mention]) -> list[Mention]:
        """Drop sites that are where something happens, or what a project named before them builds."""
        kept: list[Mention] = []
        for mention in found:
            if mention.kind is Kind.SITE:
                start = mention.place.start
                before = self.text[max(self.body.start, start - 6) : start]
                if _IN_A_PLACE.search(before) or _USED.match(mention.name):
                    continue
                builds = _BUILDS.search(before)
                heads = start in self.clauses.stops or before.endswith(("的", "“", "，"))
                if not (builds or heads or start == self.body.start):
                    continue
                if mention.name.endswith("生产线") and not self._is_invested(start):
                    continue
                low = self.clauses.sentence(start).start
                last = next((one for one in reversed(kept) if one.kind is not Kind.MANY), None)
                if builds and last and last.place.start >= low:
                    continue
            kept.append(mention)
        return kept

    def _is_invested(self, at: int) -> bool:
        """Tell whether a company puts a sum into what its sentence names at a place."""
        said = self.text[self.clauses.sentence(at).start : at]
        return "公司" in said and bool(re.search(r"投资[^，。]{0,4}\d", said))

    def _name_all(self) -> None:
        """Give each mention its project."""
        last: Draft | None = None
        for mention in self.mentions:
            draft: Draft | None = None
            if mention.kind is Kind.AGAIN:
                draft = last
            elif mention.kind is not Kind.MANY:
                draft = self._draft(mention)
                last = draft
            self.owners.append((mention, draft))

    def _draft(self, mention: Mention) -> Draft:
        for draft in self.drafts:
            if draft.is_called(mention):
                draft.call(mention)
                return draft
        draft = Draft(mention.name, mention.place, mention.kind, places=[mention.place])
        draft.quantities += [one.place for one in self.numbers if mention.place.holds(one.number)]
        self.drafts.append(draft)
        return draft

    def _read_states(self, sentence: Place) -> None:
        index = bisect_right(self.clauses.stops, sentence.start) - 1
        ahead = False
        while index + 1 < len(self.clauses.stops) and self.clauses.stops[index] < sentence.end:
            start, end = (
                max(self.clauses.stops[index], sentence.start),
                min(self.clauses.stops[index + 1], sentence.end),
            )
            for state in states(self.text, start, end, self._names(start, end), ahead=ahead):
                for draft in self._told_of(state.at):
                    draft.reach(state.event)
            ahead = looks_ahead(self.text, start, end) and "。" not in self.text[start:end]
            index += 1

    def _names(self, start: int, end: int) -> list[Place]:
        """Return where names stand in a clause: 新建 and 开工 within one tell no state."""
        named = (Kind.NAMED, Kind.LISTED, Kind.SITE)
        return [mention.place for mention, _draft in self._within(start, end) if mention.kind in named]

    def _within(self, start: int, end: int) -> list[tuple[Mention, Draft | None]]:
        """Return the mentions that begin in a span, each with its project."""
        return self.owners[bisect_left(self.starts, start) : bisect_left(self.starts, end)]

    def _told_of(self, at: int) -> list[Draft]:
        """Return the projects that a state is told of; a list before or behind the verb has it as a whole."""
        owner = self.owner(at)
        clause = self.clauses.clause(at)
        listed = [
            draft
            for mention, draft in self._within(clause.start, clause.end)
            if draft and mention.kind is Kind.LISTED
        ]
        if listed or owner is None:
            return listed
        return self._chain(owner, clause)

    def _chain(self, owner: Draft, clause: Place) -> list[Draft]:
        """Return a project with those that 、 and 和 join to it in a clause: 甲项目、乙项目和丙项目开工."""
        chain: list[Draft] = []
        last = clause.start
        for mention, draft in self._within(clause.start, clause.end):
            if draft:
                if chain and not _JOIN.fullmatch(self.text, last, mention.place.start):
                    if owner in chain:
                        break
                    chain = []
                chain.append(draft)
                last = mention.place.end
        return chain if owner in chain else [owner]

    def _read_number(self, number: Quantity) -> None:
        clause = self.clauses.clause(number.number.start)
        index = bisect_right(self.numbers, number.place.start, key=lambda one: one.place.start) - 1
        # A colon may stand between the word and its number: 总投资：5亿元.
        low = max(
            clause.start - _LABEL if self.text.endswith("：", 0, clause.start) else clause.start,
            self.body.start,
        )
        start = max(low, self.numbers[index - 1].place.end if index else low)
        name = field_of(self.text, number, start, clause.end, self.clauses.sentence(number.number.start))
        capacity = None if name else capacity_of(self.text, number, clause.start, clause.end)
        if not name and not capacity:
            return
        draft = self.owner(number.number.start)
        if name and "分别" in self.text[clause.start : number.place.start]:
            self._share(name, number, clause)
        elif draft is None:
            return
        elif name:
            draft.fill(name, number)
        elif capacity:
            draft.capacity.append(capacity)
            draft.quantities.append(number.place)

    def _read_locations(self) -> None:
        """Give each project the place that is told of it first."""
        for match in _LOCATION.finditer(self.text, self.body.start, self.body.end):
            draft = self.owner(match.start())
            if draft is not None and not draft.location:
                draft.location = match["where"] or match["there"]

    def _share(self, name: str, number: Quantity, clause: Place) -> None:
        """Deal sums out to the projects before them: 甲项目和乙项目总投资分别为5亿元、3亿元."""
        sentence = self.clauses.sentence(number.number.start)
        told: list[Draft] = []
        for _mention, draft in self._within(sentence.start, number.place.start):
            if draft and draft not in told:
                told.append(draft)
        sums = [one for one in self.numbers if number.place.start <= one.place.start < clause.end]
        sums = [one for one in sums if one.unit == number.unit]
        if len(sums) == len(told):
            for draft, one in zip(told, sums, strict=True):
                draft.fill(name, one)

    def _inherit_states(self) -> None:
        """Give a project without a state of its own that of the common occasion told before it, else the plan."""
        held = occasions(self.text, self.body.start, self.body.end)
        for draft in self.drafts:
            if draft.events == ["not_started"]:
                self._start_missing(draft)
            if any(event in REACHED for event in draft.events):
                continue
            said = self.clauses.sentence(draft.place.start).end
            before = [state for state in held if state.at < said]
            if before and (draft.amounts or draft.investor) and not _OPEN & set(draft.events):
                draft.reach(before[-1].event)
            elif not draft.events and _GOES_UP.search(self.text, draft.place.end, self._end(draft)):
                draft.reach("started")
            elif not draft.events and draft.amounts:
                clause = self.clauses.clause(draft.place.start)
                if tells_a_plan(self.text, clause.start, self.clauses.sentence(draft.place.start).end):
                    draft.reach("planned")

    def _end(self, draft: Draft) -> int:
        """Return where the clause ends that names a project first."""
        return self.clauses.clause(draft.place.start).end

    def _start_missing(self, draft: Draft) -> None:
        """Add that it is signed where the article counts it, not started yet, among what was signed."""
        if "签约" in self.text[max(self.body.start, draft.place.start - _NEAR // 2) : draft.place.start]:
            draft.reach("signed")

    def _project(self, draft: Draft) -> Project:
        start, end = draft.place
        return Project(
            name=self.bare.quote(start, end) if self.text[start:end] == draft.name else draft.name,
            place=draft.place,
            investor=draft.investor,
            event=draft.event,
            events=tuple(draft.events),
            amounts=draft.amounts,
            qualifiers=draft.qualifiers,
            capacity=tuple(draft.capacity),
            location=draft.location,
            aliases=tuple(draft.aliases),
            quantities=tuple(draft.quantities),
        )
