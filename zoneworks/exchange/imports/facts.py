"""The facts that a row of a file states, each in a cell: a step, a figure, a party, judged by the form of its face."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from zoneworks.exchange import cell_values
from zoneworks.exchange.imports.columns import DAY_OF_FACTS, NOTE_OF_FACTS, FactPart, day_label, note_label
from zoneworks.exchange.imports.correcting import Brought
from zoneworks.exchange.imports.heads_found import Found, Recognized
from zoneworks.exchange.imports.matching import same
from zoneworks.exchange.imports.reading import Read, Reader, judged, remember
from zoneworks.exchange.workbooks import Cell
from zoneworks.kit.amounts import parse_amount
from zoneworks.kit.columns import span_text
from zoneworks.kit.faces import FactFace
from zoneworks.kit.forms import span_input
from zoneworks.kit.posting import as_posted
from zoneworks.kit.spans import Span
from zoneworks.kit.wording import labeled


@dataclass(frozen=True, slots=True)
class Stated:
    """What one cell states: a fact as its form filled it in, the words for people, and the cell."""

    fact: Any
    label: str
    before: str
    after: str
    cell: Cell


@dataclass(slots=True)
class Findings:
    """The facts that a row states anew, and what is wrong with its cells."""

    facts: list[Stated] = field(default_factory=list)
    faults: list[tuple[Cell, str]] = field(default_factory=list)


def undated(recognized: Recognized) -> list[Found]:
    """Return the columns of figures of which the file says nowhere when they were true; they are left out.

    An exported list shows what stands now, as a figure that was put together from several facts perhaps.
    """
    days = _days(recognized)
    return [
        one
        for one in recognized.found
        if one.column.takes_period
        and one.period is None
        and recognized.at(DAY_OF_FACTS) is None
        and (one.column.fact.face, one.column.fact.kind) not in days  # type: ignore[union-attr]
    ]


def _days(recognized: Recognized) -> dict[tuple[type[FactFace], str], Found]:
    return {
        (one.column.fact.face, one.column.fact.kind): one
        for one in recognized.found
        if one.column.fact is not None and one.column.fact.is_day
    }


@dataclass(frozen=True, slots=True)
class _Asked:
    """A column of facts with the form that judges them, how its cells are read, and the column of its days."""

    found: Found
    part: FactPart
    posted: dict[str, list[Any]]
    reader: Reader
    day: Found | None


class FactReader:
    """Reads the facts of the rows of one file. Nothing is recorded here."""

    def __init__(self, ledger: Any, recognized: Recognized) -> None:
        self.ledger, self.request = ledger, ledger.request
        self.row_day = recognized.at(DAY_OF_FACTS)
        self.row_note = recognized.at(NOTE_OF_FACTS)
        days = _days(recognized)
        left_out = undated(recognized)
        self.brought = Brought(ledger.user, recognized.file_name)
        self._blank: dict[type[FactFace], Any] = {}
        self._constraints: dict[type[FactFace], frozenset[str]] = {}
        self.asked = [
            self._asked(one, one.column.fact, days.get((one.column.fact.face, one.column.fact.kind)))
            for one in recognized.found
            if one.column.fact is not None and not one.column.fact.is_day and one not in left_out
        ]

    def _asked(self, one: Found, part: FactPart, day: Found | None) -> _Asked:
        if part.face not in self._blank:
            subject = self.ledger.model(zone=self.ledger.zone)
            blank = part.face.form_class(request=self.request, subject=subject, instance=part.face.model())
            remember(blank)
            self._blank[part.face] = blank
            self._constraints[part.face] = frozenset(
                constraint.name for constraint in part.face.model._meta.constraints
            )
        blank = self._blank[part.face]
        name = part.value or "when"
        return _Asked(
            one,
            part,
            dict(as_posted(blank).lists()),
            Reader(one.column, name, blank.fields[name], one.unit),
            day,
        )

    def standing(self, pks: Sequence[int]) -> dict[tuple[type[FactFace], int], list[Any]]:
        """Return the facts about these rows that are in force, by face and row; one query a face.

        The rows of which this was asked before can be read no more.
        """
        self.brought.forget()
        found: dict[tuple[type[FactFace], int], list[Any]] = defaultdict(list)
        for face in self._blank if pks else ():
            subject = face.model.subject
            every: Any = face.model._default_manager
            facts = every.allowed(self.ledger.user, "view").filter(**{f"{subject}__in": pks}).live()
            listed = list(face.for_reading(facts).select_related("zone"))
            face.prepare(listed)
            self.brought.learn(listed)
            for fact in listed:
                found[face, getattr(fact, f"{subject}_id")].append(fact)
        return found

    def read(self, cells: Sequence[Cell], subject: Any, standing: Callable[[Any], list[Any]]) -> Findings:
        """Return what the cells of a row state about `subject` beyond the facts that are `standing` by face."""
        findings, forms = Findings(), []
        for asked in self.asked:
            cell = cells[asked.found.at]
            if cell_values.is_empty(cell):
                continue
            try:
                said = self._stated(asked, cells, subject, standing(asked.part.face))
                if said is not None:
                    forms.append(said)
            except ValidationError as error:
                findings.faults.append((cell, " ".join(error.messages)))
        for stated, form in forms:
            form.beside = [other.fact for other, _form in forms if other is not stated]
            self._judge(findings, stated, form)
        findings.facts = [stated for stated, _form in forms]
        return findings

    def _stated(
        self, asked: _Asked, cells: Sequence[Cell], subject: Any, standing: list[Any]
    ) -> tuple[Stated, Any] | None:
        """Return what a cell states with the form that is to judge it; nothing for what the ledger says already."""
        cell, part = cells[asked.found.at], asked.part
        read = asked.reader.read(cell)
        alike = [fact for fact in standing if fact.kind == part.kind]
        span = Span(*read.value) if not part.value else self._day(asked, cells)
        if any(_says(fact, part, read, span) for fact in alike):
            return None
        if span is None:
            said = _(
                "Say of which day or period this is: in a column “%(day)s”, or with the year in the head."
            )
            raise ValidationError(said % {"day": day_label(asked.found.column.label)})
        posted = self._posted(asked, cells, read, span)
        said = f"{read.text}, {span_text(span)}" if part.value else span_text(span)
        form = self._filled(part.face, posted, subject)
        fact = form.instance
        fact.kind, fact.earliest, fact.latest = part.kind, span.earliest, span.latest
        if alike and isinstance(read.value, tuple) and part.value:
            # What it is counted in the form knows; it says so before it is judged, which hangs on what is corrected.
            form.take(part.kind, parse_amount(read.text))
        old = self.brought.corrected(part, cell, fact, posted, alike)
        if old is not None:
            # What was noted beside it stays, unless the file notes something.
            if "note" in posted and not any(posted["note"]):
                form.data.setlist("note", [old.note])
            # Only one cell takes the place of what stood; to the others it is gone.
            standing.remove(old)
            setattr(old, part.face.model.subject, subject)
            form.corrects = fact.reverses = old
        form.told_before = standing
        told = [f"{part.face.describe(each)} {span_text(each.span)}" for each in ([old] if old else alike)]
        if old is not None:
            before, after = told[0], self.brought.said_of(old, said)
        else:
            before, after = "", said
            if told:
                after = _("%(said)s (beside %(others)s)") % {"said": said, "others": "；".join(told)}
        return Stated(fact, asked.found.column.label, before, after, cell), form

    def _posted(self, asked: _Asked, cells: Sequence[Cell], read: Read, span: Span) -> dict[str, list[Any]]:
        posted = dict(asked.posted)
        posted |= {"kind": [asked.part.kind], "when": [span_input(span)], **read.posted}
        if self.row_note is not None and not cell_values.is_empty(cells[self.row_note.at]):
            posted["note"] = [cell_values.as_text(cells[self.row_note.at])]
        return posted

    def _filled(self, face: type[FactFace], posted: Any, subject: Any) -> Any:
        """Return the blank form of `face` filled in about `subject`; what it is to be asked of the database alone, the
        database asks when the fact is written."""
        form = judged(self._blank[face], MultiValueDict(posted), self._constraints[face])
        form.subject_row, form.corrects, form.instance.zone = subject, None, subject.zone
        setattr(form.instance, face.model.subject, subject)
        form.instance.reverses = None
        return form

    def _day(self, asked: _Asked, cells: Sequence[Cell]) -> Span | None:
        """Return the days that a figure is about: of its own column, of its head, or of the row."""
        for found in (asked.day, None if asked.found.period else self.row_day):
            if found is not None and not cell_values.is_empty(cells[found.at]):
                return cell_values.as_span(cells[found.at])
        return asked.found.period

    def _judge(self, findings: Findings, stated: Stated, form: Any) -> None:
        if form.is_valid():
            return
        for name, errors in form.errors.items():
            for message in errors:
                said = strip_tags(str(message))
                if name != NON_FIELD_ERRORS:
                    said = labeled(note_label() if name == "note" else form[name].label, said)
                findings.faults.append((stated.cell, said))


def _says(fact: Any, part: FactPart, read: Read, span: Span | None) -> bool:
    """Tell whether a recorded fact says what a cell says; of a cell without a day any day will do."""
    if span is not None and fact.span != span:
        return False
    if not part.value:
        return True
    if isinstance(read.value, tuple):
        if (fact.value, fact.unit, fact.qualifier) != read.value:
            return False
        # A list prints no “each year”: a cell without it is taken for what stands, one with it says more than that.
        return bool(fact.is_per_year or not parse_amount(read.text).per_year)
    held = getattr(fact, f"{part.value}_id", None) or getattr(fact, part.value, None)
    return bool(same(held) == same(read.value))
