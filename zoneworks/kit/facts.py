"""Facts: dated, attributed, append-only rows, and the one door to the past (design §2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, ClassVar, NoReturn, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from zoneworks.accounts.models import Zone
from zoneworks.accounts.walls import Walled, WalledQuerySet
from zoneworks.kit.levels import Level, at_least, attested
from zoneworks.kit.spans import Span

DAWN = date.min
"""The lower end of every range of days: SQLite 3.40 with statistics loses the upper end of a range that has no lower
one, where an index names the days after a column that may take several values (kinds)."""


class AppendOnlyError(TypeError):
    """Somebody tried to change or delete a recorded fact. A fact is corrected by a new one."""


_NEVER_UPDATED = "facts are never updated: record a correction (kit.recording.correct)"
_NEVER_DELETED = "facts are never deleted: withdraw them (kit.recording.withdraw)"


def tells_sooner() -> Q:
    """Return the condition that a fact comes before the one around it in the order of `certain_first`.

    Of two spans of which one lies within the other this is the narrower, of others the one that ends first.
    """
    return (
        Q(latest__lt=OuterRef("latest"))
        | Q(latest=OuterRef("latest"), earliest__gt=OuterRef("earliest"))
        | Q(latest=OuterRef("latest"), earliest=OuterRef("earliest"), pk__lt=OuterRef("pk"))
    )


class FactQuerySet(WalledQuerySet):
    """The ways of reading facts. `as_of` is the door; the rest narrows what came through it."""

    def live(self, known_at: datetime | None = None) -> Self:
        """Keep what was in force at `known_at`: recorded by then, and not reversed by anything recorded by then.

        Without an instant everything recorded is known, which a plain join says at less cost than a subquery.
        """
        if known_at is None:
            return self.filter(withdrawn=False, reversed_by=None)
        # One condition a call: SQLite's parser takes only so many nested ones, and a light asks for many of these.
        reversal = self.model._base_manager.filter(reverses=OuterRef("pk")).filter(recorded_at__lte=known_at)
        return self.filter(withdrawn=False).filter(recorded_at__lte=known_at).filter(~Exists(reversal))

    def possible(self, on: date, known_at: datetime | None = None) -> Self:
        """Keep what is true, or may be true, on `on`: certain and uncertain together."""
        return self.live(known_at).filter(earliest__range=(DAWN, on))

    def as_of(self, on: date, known_at: datetime | None = None) -> Self:
        """Keep what was true on or before `on`, as known at `known_at`; what straddles `on` is not counted."""
        return self.live(known_at).filter(latest__range=(DAWN, on))

    def uncertain(self, on: date, known_at: datetime | None = None) -> Self:
        """Keep what may have become true on or before `on` or after it: its span straddles that day."""
        return self.live(known_at).filter(earliest__range=(DAWN, on), latest__gt=on)

    def on_basis(self, basis: str) -> Self:
        """Keep what is asserted by at least `basis`; every level is at least the press."""
        if basis == Level.PRESS:
            return self
        return self.filter(asserted_by__in=at_least(basis))

    def with_attested(self) -> Self:
        """Add `attested`, the place of the level at which a fact is said: the higher, the better."""
        return self.annotate(attested=attested())

    def of_kind(self, *kinds: str) -> Self:
        return self.filter(kind=kinds[0]) if len(kinds) == 1 else self.filter(kind__in=kinds)

    def within(self, start: date, end: date) -> Self:
        """Keep the facts whose whole span lies in the period."""
        return self.filter(earliest__range=(start, end), latest__range=(start, end))

    def touching(self, start: date, end: date) -> Self:
        """Keep the facts whose span has a day in the period: those within it, and those that may be."""
        return self.filter(latest__gte=start, earliest__range=(DAWN, end))

    def firsts(self, subject: str) -> Self:
        """Keep, for each `subject`, the one of these facts that tells when it first happened: what is certain first.

        A vague span ("May or June") thus never hides what says it more closely ("20 May"). Call it before narrowing
        to a period, so that a later fact of the same subject does not become its first.
        """
        # The range alone lets an index end the search; `tells_sooner` implies it.
        before = self.filter(**{subject: OuterRef(subject)}, latest__range=(DAWN, OuterRef("latest")))
        return self.filter(~Exists(before.filter(tells_sooner()).order_by()))

    def certain_first(self) -> Self:
        """Order as `firsts` chooses: what is certain first; of one day the closest, then what was recorded first."""
        return self.order_by("latest", "-earliest", "pk")

    def in_order(self) -> Self:
        return self.order_by("earliest", "latest", "pk")

    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError(_NEVER_UPDATED)

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError(_NEVER_UPDATED)

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Write facts that are new; a row that is there stays as it is."""
        if kwargs.get("update_conflicts") or (len(args) > 2 and args[2]):
            raise AppendOnlyError(_NEVER_UPDATED)
        return super().bulk_create(objs, *args, **kwargs)

    def delete(self) -> NoReturn:
        raise AppendOnlyError(_NEVER_DELETED)


class Fact(Walled):
    """One dated, attributed, append-only row. A concrete fact names the entity that it is about in `subject`."""

    subject: ClassVar[str]
    manner: ClassVar[frozenset[str]] = frozenset({"note"})
    """The columns that make no other statement of it: how it was put, and what is noted beside it."""

    zone = models.ForeignKey(Zone, models.PROTECT, related_name="+", verbose_name=_("zone"))
    earliest = models.DateField(_("earliest day"))
    latest = models.DateField(_("latest day"))
    asserted_by = models.CharField(
        _("asserted by"), max_length=14, choices=Level, default=Level.SELF_REPORTED
    )
    note = models.TextField(_("note"), blank=True)
    recorded_at = models.DateTimeField(_("recorded at"), default=now, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("recorded by"),
        editable=False,
    )
    reverses = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        related_name="reversed_by",
        verbose_name=_("corrects"),
        editable=False,
    )
    withdrawn = models.BooleanField(_("withdrawn"), default=False, editable=False)

    class Meta:
        abstract = True
        # Whoever reaches facts past their own manager, over a tie or by the model alone, meets the same refusals.
        base_manager_name = "objects"
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_span_in_order",
                condition=Q(latest__gte=F("earliest")),
                violation_error_message=_("The latest day lies before the earliest day."),
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_withdraws_something",
                condition=Q(withdrawn=False) | Q(reverses__isnull=False),
            ),
        ]

    @property
    def span(self) -> Span:
        """Return when it became true, as two days."""
        return Span(self.earliest, self.latest)

    @property
    def level_label(self) -> str:
        """Return the level at which it is said in the language of the page; a page asks it of hundreds of facts."""
        return str(Level(self.asserted_by).label)

    @property
    def subject_row(self) -> Any:
        """Return the entity that this fact is about."""
        return getattr(self, self.subject)

    def is_uncertain(self, on: date) -> bool:
        """Say whether `on` lies inside the span, so that nobody can tell if it was already true."""
        return self.earliest <= on < self.latest

    def after_recorded(self) -> None:
        """Bring columns that are derived from this fact up to date; called in the transaction that records it."""

    @classmethod
    def after_all_recorded(cls, facts: Sequence[Self]) -> None:
        """Do what `after_recorded` does for many facts, once for each row that they are about."""
        for fact in {fact.subject_row.pk: fact for fact in facts}.values():
            fact.after_recorded()

    def clean(self) -> None:
        super().clean()
        if self.earliest and self.latest and self.latest < self.earliest:
            raise ValidationError({"latest": _("The latest day lies before the earliest day.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError(_NEVER_UPDATED)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError(_NEVER_DELETED)
