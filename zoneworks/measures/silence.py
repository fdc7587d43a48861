"""Of whom a sum is not stated: the facts that another measure counts about subjects of which no figure stands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from zoneworks.accounts.models import User
from zoneworks.measures.reading import Reading


@dataclass(frozen=True, slots=True)
class Silence:
    """The subjects that `whole` counts and for which `reading` has no figure, as far as `viewer` sees them.

    Each question is asked about some subjects or about all; within, too, so that none of it reads more than these.
    """

    reading: Reading
    whole: Reading
    viewer: User

    @property
    def knows_otherwise(self) -> bool:
        """Say whether there are other units in which it could be stated."""
        return self.reading.measure.otherwise is not None

    def rows(self, subjects: Collection[int] | None) -> Any:
        """Return the facts about subjects of which nothing is stated in any unit."""
        found = self.whole.rows_of(subjects).filter(self._unstated(subjects))
        return found.exclude(self._of(self._others(subjects))) if self.knows_otherwise else found

    def otherwise(self, subjects: Collection[int] | None) -> Any:
        """Return the figures that state it in another unit."""
        # Neither is asked within the other: SQLite does not read queries that stand so deep.
        return self._others(subjects).filter(self._unstated(subjects), self._of(self.whole.rows_of(subjects)))

    def _unstated(self, subjects: Collection[int] | None) -> Q:
        return ~self._of(self.reading.rows_of(subjects))

    def _others(self, subjects: Collection[int] | None) -> Any:
        scope, make = self.reading.scope, self.reading.measure.otherwise
        assert make is not None  # noqa: S101
        within = Q(zone=scope.zone) if subjects is None else Q(**{f"{self._subject}__in": subjects})
        return make(scope).filter(within).allowed(self.viewer, "view")

    def _of(self, facts: Any) -> Q:
        """Return the condition that a fact is about a subject of `facts`."""
        return Q(**{f"{self._subject}__in": facts.order_by().values(self._subject)})

    @property
    def _subject(self) -> str:
        return str(self.reading.of_rows.queryset.model.subject)
