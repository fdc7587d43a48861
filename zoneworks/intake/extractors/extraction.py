"""What every extractor gives: a document as found, who made it, what it cost, and what was not believed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from zoneworks.intake.document import Document

MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Prices:
    """What a million tokens cost that are sent, and that come back, in a currency."""

    sent: Decimal
    received: Decimal
    currency: str

    def of(self, sent: int, received: int) -> Decimal:
        """Return what so many tokens cost.

        >>> Prices(Decimal(2), Decimal(8), "CNY").of(1_500, 250)
        Decimal('0.005')
        """
        return (self.sent * sent + self.received * received) / MILLION


@dataclass(frozen=True, slots=True)
class Usage:
    """What reading took: tokens, money, time, answers that came and tries that it needed.

    `cost` is None where no price is set, or where an answer did not say how many tokens it took.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: Decimal | None = None
    currency: str = ""
    seconds: float = 0.0
    calls: int = 0
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Dropped:
    """What an extractor said and is not believed: a whole item, or one `field` of an item that stays.

    `article` counts from 0. `why` is a key of `REASONS` (`words.py`).
    """

    article: int
    kind: str
    name: str
    quote: str
    why: str
    field: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """An article, or a piece of one, that was not read: which (from 0), a key that says why, and words for people."""

    article: int
    why: str
    words: str


@dataclass(frozen=True, slots=True)
class Extraction:
    """A document as one extractor found it."""

    document: Document
    extractor: str
    model: str = ""
    usage: Usage = Usage()
    dropped: tuple[Dropped, ...] = ()
    failed: tuple[Failed, ...] = ()


class Extractor(Protocol):
    """Reads a text. `name` is how it is called in output and on pages."""

    name: str

    def extract(self, text: str, issue: date | None = None) -> Extraction:
        """Return what is found in a text; `issue` is the day on which it was printed, when that is known."""
        ...
