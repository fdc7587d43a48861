"""What an article tells somebody to do: who, how often or until when, and to whom it is reported.

Told duties have a cadence or a due day. A wish without a doer is none, and neither is what has been done.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from zoneworks.intake.bare import Bare
from zoneworks.intake.found import Cut, Duty, Place
from zoneworks.intake.narrated import is_order
from zoneworks.intake.sentences import Clauses
from zoneworks.intake.words import any_of, vocabulary

_VOCABULARY = vocabulary("duties")
_WORDS = _VOCABULARY["words"]
_CADENCES = {name: f"(?:{'|'.join(patterns)})" for name, patterns in _VOCABULARY["cadence"].items()}
_CLOCK = r"(?:(?:的?[上下]午|晚上?|早上)?(?:\d{1,2}(?:[时点]半?|[：:]\d\d))?(?:下班)?(?:之?前)?)"
_WHEN = re.compile(
    "|".join(f"(?P<{name}>{pattern}{_CLOCK})" for name, pattern in _CADENCES.items())
    + f"|(?P<by>{'|'.join(_VOCABULARY['due']['patterns'])})"
)
_VERB = re.compile(any_of(_WORDS["verbs"]))
_MODAL = re.compile(any_of(_WORDS["modals"]))
_DONE = re.compile(any_of(_WORDS["done"]))
_PAST = re.compile(any_of(_WORDS["past"]))
_STATES = re.compile(any_of(_WORDS["states"]))
_MUST = re.compile(any_of(_WORDS["must"]))
_SPEECH = re.compile(any_of(_WORDS["speech"]))
_BEFORE = re.compile(f".*(?:{any_of(_WORDS['before'])})")
_SIGN = r"[一-鿿A-Za-z（）]"
_DOER = re.compile(
    rf"(?P<who>{_SIGN}{{0,18}}?{any_of(_WORDS['doers'])}(?:主要负责人|负责人)?)(?:{'|'.join(_WORDS['goes_on'])}|$)"
)
_WHOEVER = re.compile(rf"(?P<who>{_SIGN}{{2,10}}?)(?:必须|须|务必)(?![知要])")
"""Whoever must: 磐石环保须在签约后45日内完成注册."""
_NOBODY = re.compile(any_of(_WORDS["nobody"]))
_ENDS = any_of(_WORDS["addressees"])
_TO = re.compile(
    rf"向(?P<to>[^，。；]{{1,20}}?{_ENDS})(?:{any_of(_WORDS['manners'])})*(?P<verb>{any_of(_WORDS['reports'])})"
)
_BRINGS = re.compile(
    rf"(?:报送|上报至?|报告|提交|报至|抄送|报)(?P<to>(?![报送告至表]){_SIGN}{{1,16}}?{_ENDS})(?=备案|备查|审批|汇总|进行|研判|审核|存档|[，。；]|$)"
)
_LEADING = re.compile(
    r"^(?:[都均也还并且]|应当|应该|应|要|必须|须|务必|需要|需|负责|牵头|必须|承诺|确保|于|在|实行|，|、|：|的|之前|内)+"
)
_ENDING = "，；。：！、"
_ORDINAL = re.compile(r"^(?:[◆●■▲★]|[（(]?[一二三四五六七八九十\d]{1,3}[）).、是]要?)+")


def duties(bare: Bare, cut: Cut) -> list[Duty]:
    """Return what somebody is told to do by a day or again and again, in the order of the text.

    >>> said = "会议要求，各企业每周向区安委办书面报告整改进展；要提高认识。去年各企业每月向区安委办报告。"
    >>> [(one.who, one.what, one.addressee, one.cadence) for one in duties(Bare(said), Cut(Place(0, len(said))))]
    [('各企业', '书面报告整改进展', '区安委办', 'weekly')]
    """
    return list(_Reading(bare, cut).duties())


class _Reading:
    """Reads the duties of one article."""

    def __init__(self, bare: Bare, cut: Cut) -> None:
        self.text, self.body = bare.text, cut.body
        self.ordered = is_order(bare, cut)
        self.clauses = Clauses(self.text, self.body)

    def duties(self) -> Iterator[Duty]:
        """Give each duty where it is told; a clause with two times tells one."""
        last = self.body.start
        for when in _WHEN.finditer(self.text, self.body.start, self.body.end):
            if when.start() < last:
                continue
            clause = self._whole(self.clauses.clause(when.start()), when)
            duty = self._duty(clause, when)
            if duty is not None:
                last = clause.end
                yield duty

    def _whole(self, clause: Place, when: re.Match[str]) -> Place:
        """Return the clause with the one behind it, where it holds nothing but the time: 7月10日前，各单位完成自查."""
        rest = self.text[when.end() : clause.end]
        if rest == "，" and clause.end < self.body.end:
            return Place(clause.start, self.clauses.clause(clause.end).end)
        return clause

    def _duty(self, clause: Place, when: re.Match[str]) -> Duty | None:
        words = self.text[clause.start : clause.end]
        sentence = self.clauses.sentence(when.start())
        ahead = self.text[sentence.start : clause.start]
        if _DONE.search(words) or _PAST.search(ahead) or (_STATES.search(words) and not _MUST.search(words)):
            return None
        behind = self.text[when.end() : clause.end]
        verb = _VERB.search(behind) or _VERB.search(when[0])
        if not verb:
            return None
        who, at = self._doer(sentence, clause, when)
        addressee = self._addressee(clause)
        repeated = when.lastgroup not in ("by", "at_once")
        demanded = self.ordered or bool(_SPEECH.search(ahead) or _MODAL.search(words) or "由" in words)
        if not who and not (addressee and (demanded or repeated)):
            return None
        if not demanded and not repeated:
            return None
        what = self._what(clause, when, who, addressee)
        if len(what) < 2:
            return None
        start, end = min(at, clause.start) if who else clause.start, clause.end
        while end > start + 1 and self.text[end - 1] in _ENDING:
            end -= 1
        cadence = str(when.lastgroup) if when.lastgroup != "by" else ""
        return Duty(what, Place(start, end), who, addressee, cadence, when[0].strip("“”"))

    def _doer(self, sentence: Place, clause: Place, when: re.Match[str]) -> tuple[str, int]:
        """Return who has to do it and where that is said: in this clause, else in one before it in the sentence."""
        low = clause.start
        while True:
            high = clause.end if low == clause.start else self.clauses.clause(low).end
            who = self._who(low, high)
            if not who and low == clause.start:
                who = self._who(when.end() + self.text.startswith("，", when.end()), high)
            if who:
                return who
            if low <= sentence.start:
                return "", low
            low = max(sentence.start, self.clauses.clause(low - 1).start)

    def _who(self, low: int, high: int) -> tuple[str, int] | None:
        """Return who stands at the beginning of a clause, or behind the time that opens it."""
        words = self.text[low:high]
        skip = _ORDINAL.match(words)
        start = skip.end() if skip else 0
        start += words.startswith("“", start)
        opening = _WHEN.match(words, start)
        if opening:
            start = opening.end() + (words[opening.end() : opening.end() + 1] == "，")
        stop = min(
            (at for at in (words.find(sign, start) for sign in "，：；。") if at >= 0), default=len(words)
        )
        match = _DOER.match(words, start, stop) or _WHOEVER.match(words, start, stop)
        if not match:
            return None
        said = match["who"]
        leading = _BEFORE.match(said)
        at = leading.end() if leading and leading.end() <= len(said) - 2 else 0
        return None if _NOBODY.match(said, at) else (said[at:], low + start + at)

    def _addressee(self, clause: Place) -> str:
        for pattern in (_TO, _BRINGS):
            match = pattern.search(self.text, clause.start, clause.end)
            if match:
                return match["to"]
        return ""

    def _what(self, clause: Place, when: re.Match[str], who: str, addressee: str) -> str:
        """Return what is to be done: the clause without who, when and to whom."""
        words = self.text[clause.start : clause.end].rstrip(_ENDING)
        words = _ORDINAL.sub("", words).replace(when[0], "", 1)
        if who and who in words:
            words = words[words.index(who) + len(who) :]
        if addressee:
            words = words.replace(f"向{addressee}", "", 1)
        return _LEADING.sub("", words)
