"""Who invests in a project, by the wordings that say so, the firmest first."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence

from zoneworks.intake.found import Place
from zoneworks.intake.investors import Company, is_named, whole_name
from zoneworks.intake.project_drafts import Draft
from zoneworks.intake.project_names import phase_of

_NOT_A_NAME = r"(?!发展|控股|集团|有限|公司|管理|促进|股份|咨询|方|商|者|服务|基金|合作|协议|合同|局|贸易)"
_BY = re.compile(
    rf"由(?P<who>[^，。；：“”]{{2,40}}?)(?:独资|合资|全资|共同|联合|出资|组织|负责)?(?:投资{_NOT_A_NAME}|兴办|实施|投建|斥资|打造|建设(?!局|部|厅|委|集团|投资|发展|控股|工程|开发))"
)
"""由甲公司投资建设, 由甲公司组织实施."""
_IS = re.compile(r"投资(?:方|主体|商|人|企业)(?:为|是|系|：)(?P<who>[^，。；]{3,30})")
_DOES = re.compile(
    r"(?:董事长[^，。]{0,6})?(?:拟|计划|将|此次|再次|已|现|独资|全资)*(?:在[^，。；]{1,12}?)?(?:投资|增资|出资|新上|兴建|投建|斥资|投入|(?<=[拟将])投(?=约?\d)|(?<=计划)投(?=约?\d))"
    + _NOT_A_NAME
)
_SHORT_DOES = re.compile(
    rf"(?P<who>[一-鿿]{{2,10}}?)(?:拟|计划|将)?(?:在[^，。；]{{1,12}}?)?(?:投资{_NOT_A_NAME}(?=的|建设|[^，。]{{0,3}}\d)|增资|(?<=[拟将划])投(?=约?\d))"
)
_WITH = re.compile(
    r"(?:与|同|和)(?P<who>[一-鿿A-Za-z（）]{2,30}?)(?:就|洽谈|签订|签署|签约|达成|合作|围绕|举行|商谈)"
)
_MEETS = re.compile(r"会见|会晤|洽谈|会谈|签订|签署|签约|磋商|商谈|拜访")
_STATES = re.compile(
    r"(?:已|于|今年|去年|正式|成功|当天|\d{1,2}月(?:\d{1,2}日|底|初|中旬)?)*(?:签约|落户|开工|注册|投产|竣工)"
)
_BELOW = re.compile(r"旗下|子公司|下属|所属|控股的|设立的")
_BY_FORM, _BY_ACT, _BY_NAME, _BY_TALK, _BY_BRAND, _BY_MEETING = range(1, 7)


_BRAND_WITHIN = 6
"""How near to the beginning of a project's name the name of its company stands."""
_MEETING_WITHIN = 40
_OVER = re.compile(r"[^。；：]{0,16}，?(?:双方)?(?:就|围绕)[^，。；]{0,8}")
"""From a company to what was talked over with it: 考察甲公司，就|乙项目."""
_MOST = 6
_MAKER = 4
"""How many signs a firm that is called by its short name has at least."""


class Investors:
    """Looks for the investors of the projects of one article."""

    def __init__(
        self,
        text: str,
        body: Place,
        known: Sequence[Company],
        drafts: Sequence[Draft],
        owner: Callable[[int], Draft | None],
    ) -> None:
        self.text, self.body, self.known, self.drafts, self.owner = text, body, known, drafts, owner
        self.ends = [company.place.end for company in known]

    def read(self) -> None:
        """Give every project its investor, where one is told."""
        self._by_form()
        self._by_act()
        self._by_name()
        self._by_talk()
        self._by_brand()
        self._by_meeting()
        self._by_phase()

    def _by_form(self) -> None:
        for pattern in (_BY, _IS):
            for match in pattern.finditer(self.text, self.body.start, self.body.end):
                self._give(match.start("who"), self._name(*match.span("who")), _BY_FORM)

    def _by_act(self) -> None:
        """A company invests: 甲公司拟投资, 乙集团新上."""
        for company in self.known:
            if _DOES.match(self.text, company.place.end):
                self._give(company.place.start, company.name, _BY_ACT)
            elif _STATES.match(self.text, company.place.end):
                self._give(company.place.start, company.name, _BY_TALK)
        for match in _SHORT_DOES.finditer(self.text, self.body.start, self.body.end):
            name = self._name(*match.span("who"), known_only=True)
            self._give(match.start("who"), name, _BY_ACT)

    def _by_name(self) -> None:
        """A company stands right before the name: 甲公司乙项目, 甲公司的乙项目."""
        ends = {company.place.end: company.name for company in self.known}
        for draft in self.drafts:
            for start, _end in draft.places:
                draft.invested_by(ends.get(start - (self.text[start - 1 : start] == "的"), ""), _BY_NAME)

    def _by_talk(self) -> None:
        for match in _WITH.finditer(self.text, self.body.start, self.body.end):
            name = self._name(*match.span("who"), known_only=True)
            self._give(match.end("who"), name, _BY_TALK)

    def _by_brand(self) -> None:
        """The name of the project begins with the name by which people call a company."""
        brands = {company.brand: company.name for company in reversed(self.known) if len(company.brand) == 2}
        for draft in self.drafts:
            for name in (draft.name, *draft.aliases):
                # 北方新材年产5万吨钢管项目 begins with who makes it.
                maker = name.partition("年产")[0] if "年产" in name[_MAKER:] else ""
                draft.invested_by(maker, _BY_MEETING)
                for at in range(min(_BRAND_WITHIN, len(name)) - 1):
                    draft.invested_by(brands.get(name[at : at + 2], ""), _BY_BRAND)

    def _by_meeting(self) -> None:
        """Who was met over the project: the company named last before it, where they met, talked or signed."""
        few = len({company.name for company in self.known}) <= 2
        taken = {draft.investor for draft in self.drafts if draft.investor}
        for draft in self.drafts:
            company = self._before(draft.place.start)
            if company is None or company.name in taken:
                continue
            if not few and not _OVER.fullmatch(self.text, company.place.end, draft.place.start):
                continue
            low = max(self.body.start, company.place.start - _MEETING_WITHIN)
            if _MEETS.search(self.text, low, draft.place.start):
                draft.invested_by(company.name, _BY_MEETING)

    def _by_phase(self) -> None:
        """The second phase has the investor of the first."""
        told = {_without_phase(draft.name): draft.investor for draft in self.drafts if draft.investor}
        for draft in self.drafts:
            if phase_of(draft.name):
                draft.invested_by(told.get(_without_phase(draft.name), ""), _BY_MEETING)

    def _before(self, at: int) -> Company | None:
        """Return the company named last before a place."""
        index = bisect_right(self.ends, at)
        return self.known[index - 1] if index else None

    def _give(self, at: int, name: str, rank: int) -> None:
        draft = self.owner(at) if name else None
        if draft is not None:
            draft.invested_by(name, rank)

    def _name(self, start: int, end: int, *, known_only: bool = False) -> str:
        """Return the whole name of who is called so at a place, an empty text for nobody in particular."""
        inside = self.known[bisect_right(self.ends, start) :][:_MOST]
        inside = [company for company in inside if company.place.start < end]
        if inside:
            # 甲集团旗下的乙公司 is 乙公司.
            below = _BELOW.search(self.text, inside[0].place.end, inside[-1].place.start)
            return inside[-1 if below else 0].name
        said = self.text[start:end]
        if len(said) <= 4 and said.endswith(("集团", "公司")):
            company = self._before(start)
            return company.name if company else ""
        whole = whole_name(said, self.known)
        return whole or ("" if known_only or not is_named(said) else said)


def _without_phase(name: str) -> str:
    return name.replace(phase_of(name), "")
