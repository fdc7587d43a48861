"""Rows that lie below one another: a line of them ends at a top, whoever moves what at the same moment."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models, transaction

from zoneworks.accounts.locks import hold


class InTree(models.Model):
    """A row below another one of its kind, which its column `above` names. Moves in one zone come one after another."""

    above: ClassVar[str] = "parent"

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; where the row lies is checked once more when no other row of the zone can be moved."""
        fields, column = kwargs.get("update_fields"), f"{self.above}_id"
        if getattr(self, column) is None or (fields is not None and not {self.above, column} & {*fields}):
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            hold(self._meta.get_field("zone").related_model, self.zone_id)  # type: ignore[attr-defined, arg-type]
            self.check_line(anew=True)
            super().save(*args, **kwargs)

    def check_line(self, *, anew: bool = False) -> None:
        """Raise `ValidationError` where the row cannot lie; `anew` reads the rows above from the database."""
        raise NotImplementedError

    def trail(self, *, anew: bool = False) -> list[Any]:
        """Return this row and those above it, the highest last; a line that bites its tail ends where it closes."""
        found: list[Any] = [self]
        seen = {self.pk}
        while (above := found[-1]._next_above(anew)) is not None:
            found.append(above)
            if above.pk in seen:
                break
            seen.add(above.pk)
        return found

    def _next_above(self, anew: bool) -> Any:
        if not anew:
            return getattr(self, self.above)
        return type(self)._base_manager.filter(pk=getattr(self, f"{self.above}_id")).first()


def bites_its_tail(trail: list[Any]) -> bool:
    """Tell whether a line leads back to one of its rows."""
    return trail[-1].pk in {row.pk for row in trail[:-1]}
