"""A draft is checked: each of its numbers beside what the ledger says for its period, day and basis."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice

from django.utils.translation import gettext as _

from zoneworks.accounts.models import User, Zone
from zoneworks.intake.bare import Bare
from zoneworks.intake.checking.ledger import Ledger, known_of, until
from zoneworks.intake.checking.matching import Said, Unmeasured, Wanted, Why, Zonal, matched
from zoneworks.intake.checking.parts import Sum, Whole, last_of_which, wholes
from zoneworks.intake.checking.periods import Periods, When
from zoneworks.intake.checking.stated import COUNT, Stated, stated
from zoneworks.intake.checking.told_projects import (
    FIELDS,
    OfProject,
    ToldSum,
    projects_called,
    standing,
    told_sums,
)
from zoneworks.intake.checking.verdicts import OBJECTIONS, Judged, Known, Verdict, borne_out, judged
from zoneworks.intake.claims import claims
from zoneworks.intake.document import Article, Document, read_document
from zoneworks.intake.found import Claim, Cut, Place
from zoneworks.intake.quantities import quantities
from zoneworks.intake.sentences import Clauses
from zoneworks.kit.levels import Level
from zoneworks.kit.moment import Moment
from zoneworks.kit.quantities import Qualifier
from zoneworks.kit.spans import Span
from zoneworks.measures.reading import Reading
from zoneworks.measures.registry import measures

LONGEST = 200_000
"""Signs of a draft that are checked at once."""
_FIRST, _LAST = 1901, 2099
"""Years of issue: the year before and the months around them are spans as well."""
_BEHIND = 16
"""So many signs behind a number are read for what it counts."""


class DraftError(ValueError):
    """A draft that cannot be checked; the message says what would be right."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One number of a draft and what the ledger says of it.

    `place` holds the words that say what it counts, the number with them. What was read stands in `wanted`, `when`,
    `level` and `reading`, or in `project` for a figure of a single project; `why` says why nothing was.
    `right_level` and `right_day` name where the number would be right; `whole` how its parts add up.
    """

    number: Stated
    place: Place
    judged: Judged
    wanted: Wanted | None = None
    when: When | None = None
    level: str = Level.PRESS.value
    reading: Reading | None = None
    known: Known | None = None
    project: OfProject | None = None
    told: ToldSum | None = None
    candidates: int = 0
    why: Unmeasured | None = None
    right_level: str = ""
    right_day: date | None = None
    whole: Whole | None = None
    parts: tuple[Finding, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Return the verdict: that of the number, or of its parts where the number itself stands."""
        return self.judged.verdict


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft with the numbers found in it, in their order."""

    bare: Bare
    issue: date
    issue_basis: str
    findings: tuple[Finding, ...]
    ledger: Ledger

    @property
    def counts(self) -> dict[Verdict, int]:
        """Return how many numbers have each verdict, in the order of the verdicts."""
        return {one: sum(found.verdict is one for found in self.findings) for one in Verdict}

    @property
    def is_objected(self) -> bool:
        """Tell whether the ledger says otherwise than some number of the draft."""
        return any(found.verdict in OBJECTIONS for found in self.findings)

    @property
    def is_clear(self) -> bool:
        """Tell whether every number is supported."""
        return bool(self.findings) and all(found.verdict is Verdict.SUPPORTED for found in self.findings)


def check(
    text: str, zone: Zone, moment: Moment, *, viewer: User | None = None, issue: date | None = None
) -> Checked:
    """Return a draft with what the ledger of a zone says of each of its numbers.

    The day of issue is the given one, else the one that the draft prints, else the day of the moment. Raise
    `DraftError` for a text that is empty or too long, `ledger.TooMuchError` for one that asks too much.
    """
    if not text.strip():
        raise DraftError(_("The draft is empty. Paste the text that is to be printed."))
    if len(text) > LONGEST:
        raise DraftError(
            _("The draft has %(signs)d characters; at most %(most)d are checked at once. Check it in parts.")
            % {"signs": len(text), "most": LONGEST}
        )
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    document = read_document(text, issue)
    printed = document.calendar.issue
    day = printed or moment.on
    if not _FIRST <= day.year <= _LAST:
        raise DraftError(
            _("The day of issue, %(day)s, is out of range: days from %(first)d to %(last)d are taken.")
            % {"day": day.isoformat(), "first": _FIRST, "last": _LAST}
        )
    ledger = Ledger(zone, moment, viewer)
    desk = _Desk(document, ledger, day)
    basis = document.calendar.basis if printed else "moment"
    found = sorted(desk.findings(), key=lambda one: one.number.place)
    return Checked(document.bare, desk.issue, basis, tuple(found), ledger)


@dataclass(slots=True)
class _Desk:
    """Checks the articles of one document against one ledger."""

    document: Document
    ledger: Ledger
    issue: date
    tolerance: dict[str, Decimal] = field(default_factory=dict)

    def findings(self) -> Iterator[Finding]:
        self.tolerance = dict(self.ledger.tolerance(self.issue))
        zonal = self.ledger.zonal(self.issue)
        drives = self.ledger.drives(self.document.bare.text)
        for article in [*self.document.articles, *self._headlines()]:
            found = _Article(
                self, article, Periods(self.document.bare.text, article.cut.body, self.issue, drives)
            )
            yield from self._with_parts(found.findings(zonal), found)
        yield from self._of_projects()

    def _headlines(self) -> Iterator[Article]:
        """Give what stands outside of all articles, headlines above all: they print numbers, too."""
        bare, at = self.document.bare, 0
        bodies = sorted(article.cut.body for article in self.document.articles)
        for body in [*bodies, Place(len(bare.text), len(bare.text))]:
            cut = Cut(Place(at, max(at, body.start)))
            if cut.body.start < cut.body.end:
                yield Article(cut, None, (), (), tuple(claims(bare, cut, ())), (), ())
            at = max(at, body.end)

    def judge(self, one: Finding) -> Finding:
        """Return a number with the reading of its measure and its verdict."""
        assert one.wanted is not None and one.when is not None  # noqa: S101
        level = one.wanted.basis or Level.PRESS.value
        if one.when.period is None and measures[one.wanted.measure].has_period:
            why = Unmeasured(Why.PERIOD, one.when.drive)
            return replace(one, why=why, judged=Judged(Verdict.NOT_MEASURABLE))
        reading = self.ledger.reading(one.wanted, one.when, level)
        known = known_of(reading)
        told = judged(one.number, known, self.tolerance)
        one = replace(one, level=level, reading=reading, known=known, judged=told)
        if told.verdict is Verdict.SUPPORTED or (
            told.verdict is Verdict.NOT_IN_LEDGER and level == Level.PRESS
        ):
            return one
        return self._elsewhere(one)

    def _elsewhere(self, one: Finding) -> Finding:
        """Return a number that is not right with the level or the day at which it would be."""
        assert one.wanted is not None and one.when is not None and one.reading is not None  # noqa: S101
        for level in self.ledger.other_levels(one.reading):
            known = known_of(self.ledger.reading(one.wanted, one.when, level))
            if known.value and borne_out(one.number, one.number.qualifier, known, self.tolerance):
                told = replace(one.judged, verdict=Verdict.BASIS)
                return replace(one, judged=told, right_level=level.value)
        for day in self._days_near(one.when.as_of):
            when = until(one.when, day)
            if when is None:
                continue
            known = known_of(self.ledger.reading(one.wanted, when, one.level))
            if known.value and borne_out(one.number, one.number.qualifier, known, self.tolerance):
                return replace(one, right_day=day)
        return one

    def _days_near(self, day: date) -> list[date]:
        """Return the ends of the months around a day, and the day of issue, so far as they have come."""
        ends = [day.replace(day=1) - timedelta(days=1), Span.month(day.year, day.month).latest, self.issue]
        last = max(self.issue, self.ledger.moment.on)
        return [each for each in dict.fromkeys(ends) if each != day and each <= last]

    def _with_parts(self, found: list[Finding], article: _Article) -> list[Finding]:
        """Return the numbers of an article, the wholes among them with their parts."""
        numbers = [one.number for one in found]
        places = [article.clauses.sentence(one.number.place.start) for one in found]
        must_be_declared = self.ledger.parts_must_be_declared(self.issue)
        for whole in wholes(self.document.bare.text, numbers, places):
            if whole.sum is Sum.NOT_EXHAUSTIVE and len(whole.parts) == 1 and not whole.declared:
                continue  # one part says nothing of the rest
            one, parts = found[whole.whole], tuple(found[at] for at in whole.parts)
            stands = all(each.verdict is Verdict.SUPPORTED for each in (one, *parts))
            short = whole.missing > 0 and (whole.declared or not must_be_declared)
            wrong = short or (whole.is_too_large and (whole.declared or not stands))
            told = one.judged
            if wrong and told.verdict not in OBJECTIONS:
                told = replace(told, verdict=Verdict.PARTS)
            found[whole.whole] = replace(one, whole=whole, parts=parts, judged=told)
        return found

    def _of_projects(self) -> Iterator[Finding]:
        """Give the sums of single projects, all articles together: their names are looked for once."""
        bare = self.document.bare
        told = [one for article in self.document.articles for one in told_sums(bare, article)]
        if not told:
            return
        names = {one.project.name: (one.project.name, *one.project.aliases) for one in told}
        called = projects_called(self.ledger, {each for many in names.values() for each in many})
        meant = {
            name: next((called[each] for each in many if called.get(each)), [])
            for name, many in names.items()
        }
        stands = standing(
            self.ledger, {one for rows in meant.values() if len(rows) == 1 for one in rows}, self.issue
        )
        for one in told:
            yield self._of_project(one, meant[one.project.name], stands)

    def _of_project(
        self, told: ToldSum, rows: Sequence[object], stands: dict[tuple[int, str, str, str], OfProject]
    ) -> Finding:
        number = told.number
        blank = Finding(
            number,
            number.place,
            Judged(Verdict.NOT_IN_LEDGER),
            told=told,
            candidates=len(rows),
            when=When(None, self.issue),
        )
        if len(rows) != 1:
            return blank
        kept = stands.get((rows[0].pk, *FIELDS[told.field]))  # type: ignore[attr-defined]
        if kept is None:
            return blank
        return replace(
            blank, project=kept, known=kept.known, judged=judged(number, kept.known, self.tolerance)
        )


class _Article:
    """The numbers of one article, matched in their order: a part takes what its whole counts."""

    def __init__(self, desk: _Desk, article: Article, periods: Periods) -> None:
        self.desk, self.article, self.periods = desk, article, periods
        self.bare = desk.document.bare
        self.text, self.body = self.bare.text, article.cut.body
        self.clauses = Clauses(self.text, self.body)
        self.quantities = quantities(self.text, self.body)

    def findings(self, zonal: Zonal) -> list[Finding]:
        """Return the numbers with their verdicts."""
        found: list[Finding] = []
        numbers = [self._number(claim) for claim in self.article.claims]
        for at, claim in enumerate(self.article.claims):
            number = numbers[at]
            after = numbers[at + 1].place.start if at + 1 < len(numbers) else self.body.end
            said = self._said(claim, number, found, after)
            whole = self._whole(number, found)
            wanted = matched(number, said, zonal, (whole.wanted or whole.why) if whole else None)
            when = self._when(number)
            place = Place(min(claim.place.start, number.place.start), max(claim.place.end, number.place.end))
            one = Finding(number, place, Judged(Verdict.NOT_MEASURABLE), when=when)
            if isinstance(wanted, Unmeasured):
                found.append(replace(one, why=wanted))
            else:
                found.append(self.desk.judge(replace(one, wanted=wanted)))
        return found

    def _number(self, claim: Claim) -> Stated:
        """Return the number of a claim as printed; a rank has no unit that counts anything."""
        first = bisect_left(self.quantities, claim.place.start, key=lambda one: one.number.start)
        for quantity in islice(self.quantities, first, None):
            if quantity.number.start >= claim.place.end:
                break
            if (quantity.value, quantity.unit) == (claim.value, claim.unit):
                return stated(self.bare, quantity)
        wording = self.bare.quote(claim.place.start, claim.place.end)
        return Stated(claim.value, claim.unit, COUNT, Qualifier.EXACT, None, claim.place, wording)

    def _said(self, claim: Claim, number: Stated, found: Sequence[Finding], after: int) -> Said:
        at = number.place.start
        sentence, clause = self.clauses.sentence(at), self.clauses.clause(at)
        start = max(sentence.start, clause.start)
        if found:
            start = max(start, min(found[-1].number.place.end, at))
        sizes = max(sentence.start, clause.start)
        for one in reversed(found):
            if one.number.kind == COUNT or one.number.place.start < sizes:
                sizes = max(sizes, min(one.number.place.end, at))
                break
        end = min(max(claim.place.end, number.place.end + _BEHIND), clause.end, after)
        listed = self.text.find("、", number.place.end, end)
        end = listed if listed >= 0 else end
        return Said(
            self.text[sentence.start : start],
            self.text[start : number.place.start],
            self.text[number.place.end : max(end, number.place.end)],
            self._subject(claim, sentence),
            self.text[sizes:at],
        )

    def _subject(self, claim: Claim, sentence: Place) -> str:
        """Return whose number it is; a sentence with a time of its own takes nobody over from the one before."""
        said = self.text[sentence.start : sentence.end]
        begins_anew = bool(claim.period) and claim.period in said
        return "" if begins_anew and claim.subject not in said else claim.subject

    def _whole(self, number: Stated, found: Sequence[Finding]) -> Finding | None:
        """Return the count before in the same sentence that says what this counts, too.

        A sum is that of the projects counted last; a count is part of the one before the last 其中.
        """
        at = number.place.start
        sentence = self.clauses.sentence(at)
        before = at if number.kind != COUNT else last_of_which(self.text, sentence.start, at)
        for one in reversed(found):
            if one.number.place.start < sentence.start:
                break
            if one.number.kind == COUNT and one.number.place.end <= before:
                return one
        return None

    def _when(self, number: Stated) -> When:
        sentence = self.clauses.sentence(number.place.start)
        return self.periods.before(number.place.start, sentence.start)
