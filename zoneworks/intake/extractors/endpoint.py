"""The second extractor: any endpoint that speaks the chat completions of OpenAI.

Articles are cut and dated by the rules, so that places and days stay exact; the endpoint is asked what each article, or
each piece of a long one, tells. One that fails takes no other with it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from zoneworks.intake.articles import articles
from zoneworks.intake.bare import Bare
from zoneworks.intake.dates import Calendar, calendar, dated
from zoneworks.intake.document import Article, Document, pieces
from zoneworks.intake.extractors.answers import KINDS
from zoneworks.intake.extractors.asking import AskingError, Line
from zoneworks.intake.extractors.configuration import Endpoint
from zoneworks.intake.extractors.extraction import Dropped, Extraction, Failed, Usage
from zoneworks.intake.extractors.grounding import Found, Grounding
from zoneworks.intake.extractors.prompt import request
from zoneworks.intake.extractors.words import in_words
from zoneworks.intake.found import Cut, Dated

_IN_A_ROW = 3
"""After so many failures one behind the other the rest is not asked any more."""
Told = Callable[[int, int], None]


@dataclass(slots=True)
class _Meter:
    """What has been used so far, whatever becomes of the answers."""

    prompt: int = 0
    completion: int = 0
    calls: int = 0
    unmetered: int = 0
    seconds: float = 0.0

    def note(self, said: Any) -> None:
        """Add what an answer says that it took."""
        used = said.get("usage") if isinstance(said, dict) else None
        counts = [used.get(name) if isinstance(used, dict) else None for name in _COUNTED]
        self.calls += 1
        if all(isinstance(each, int) and 0 <= each < 10**9 for each in counts):
            self.prompt += int(counts[0] or 0)
            self.completion += int(counts[1] or 0)
        else:
            self.unmetered += 1


_COUNTED = ("prompt_tokens", "completion_tokens")


class EndpointExtractor:
    """Asks a configured endpoint. `told` hears how many of how many pieces are done; what it raises ends the work.

    Usage and model stay readable in `usage` and `model` when that happens.
    """

    name = "endpoint"

    def __init__(
        self, endpoint: Endpoint, *, sleep: Callable[[float], None] = time.sleep, told: Told | None = None
    ) -> None:
        self.endpoint = endpoint
        self.model = endpoint.model
        self._line = Line(endpoint, sleep)
        self._told = told or (lambda done, total: None)
        self._with_schema = True
        self._meter = _Meter()

    @property
    def usage(self) -> Usage:
        """Return what was used until now."""
        meter, prices = self._meter, self.endpoint.prices
        cost: Decimal | None = None
        if prices is not None and not meter.unmetered:
            cost = prices.of(meter.prompt, meter.completion)
        return Usage(
            meter.prompt,
            meter.completion,
            cost,
            prices.currency if prices else "",
            meter.seconds,
            meter.calls,
            self._line.tries,
        )

    def extract(self, text: str, issue: date | None = None) -> Extraction:
        """Return what the endpoint finds and the text holds."""
        bare = Bare(text)
        cuts = articles(bare)
        page = calendar(bare, cuts, issue)
        self._meter, self._line.tries = _Meter(), 0
        work = _Work(bare, page, [pieces(bare, cut) for cut in cuts])
        began = time.perf_counter()
        try:
            found = tuple(self._article(work, at, cut) for at, cut in enumerate(cuts))
        finally:
            self._meter.seconds = time.perf_counter() - began
        document = Document(bare, page, found)
        return Extraction(
            document, self.name, self.model, self.usage, tuple(work.dropped), tuple(work.failed)
        )

    def _article(self, work: _Work, at: int, cut: Cut) -> Article:
        on = dated(work.bare, cut, work.page)
        found = Found()
        for piece in work.pieces[at]:
            self._told(work.done, work.total)
            grounding = Grounding(work.bare, piece.body, at, on, work.page)
            self._piece(work, at, grounding)
            for kind in KINDS:
                getattr(found, kind).extend(getattr(grounding.found, kind))
            work.dropped += grounding.dropped
            work.done += 1
        self._told(work.done, work.total)
        return _as_article(cut, on, found)

    def _piece(self, work: _Work, at: int, grounding: Grounding) -> None:
        if work.is_given_up:
            work.failed.append(Failed(at, "not_asked", in_words("not_asked")))
            return
        text = work.bare.quote(*grounding.body)
        try:
            grounding.read(self._answer(text, grounding.on.said if grounding.on else ""))
            work.in_a_row = 0
        except AskingError as error:
            work.in_a_row = _IN_A_ROW if error.concerns_all else work.in_a_row + 1
            work.failed.append(Failed(at, error.why, in_words(error.why, error.status)))

    def _answer(self, text: str, on: str) -> dict[str, Any]:
        if self._with_schema:
            try:
                return self._asked(text, on)
            except AskingError as error:
                if error.status != 400:
                    raise
                # Many endpoints know JSON, and no schema: from now on the form stands in the question.
                self._with_schema = False
                try:
                    return self._asked(text, on)
                except AskingError as second:
                    self._with_schema = second.status == 400  # then it was not the schema
                    raise
        return self._asked(text, on)

    def _asked(self, text: str, on: str) -> dict[str, Any]:
        said = self._line.ask(request(self.endpoint.model, text, on, with_schema=self._with_schema))
        self._meter.note(said)
        content = _content(said)
        model = said.get("model")
        if isinstance(model, str) and model.isprintable() and 0 < len(model) <= 100:
            self.model = model
        return content


@dataclass(slots=True)
class _Work:
    """How far a document is."""

    bare: Bare
    page: Calendar
    pieces: list[list[Cut]]
    done: int = 0
    in_a_row: int = 0
    dropped: list[Dropped] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(map(len, self.pieces))

    @property
    def is_given_up(self) -> bool:
        return self.in_a_row >= _IN_A_ROW


def _content(said: Any) -> dict[str, Any]:
    """Return what the model wrote as an object; raise `AskingError` for anything else."""
    choices = said.get("choices") if isinstance(said, dict) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    message = first.get("message") if isinstance(first, dict) else None
    if not isinstance(first, dict) or not isinstance(message, dict):
        raise AskingError("no_answer")
    if message.get("refusal") or first.get("finish_reason") == "content_filter":
        raise AskingError("declined")
    if first.get("finish_reason") == "length":
        raise AskingError("cut_short")
    written = message.get("content")
    try:
        answer = json.loads(_unfenced(written)) if isinstance(written, str) else None
    except (ValueError, RecursionError):
        raise AskingError("no_json") from None
    if not isinstance(answer, dict) or not any(isinstance(answer.get(kind), list) for kind in KINDS):
        raise AskingError("no_answer")
    return answer


def _unfenced(written: str) -> str:
    """Return an answer without the fence that models like to put around JSON.

    >>> _unfenced('```json\\n{"people": []}\\n```')
    '{"people": []}'
    """
    text = written.strip()
    if text.startswith("```") and text.endswith("```"):
        text = text.removesuffix("```").partition("\n")[2].strip()
    return text


def _as_article(cut: Cut, on: Dated | None, found: Found) -> Article:
    people = {each.name: each for each in reversed(found.people)}
    bodies = {each.name: each for each in reversed(found.organizations)}
    return Article(
        cut,
        on,
        projects=tuple(sorted(found.projects, key=lambda each: each.place)),
        engagements=tuple(sorted(found.engagements, key=lambda each: each.place)),
        claims=tuple(sorted(found.claims, key=lambda each: each.place)),
        people=tuple(sorted(people.values(), key=lambda each: each.place)),
        organizations=tuple(sorted(bodies.values(), key=lambda each: each.place)),
    )
