"""What must be the only one of its kind: asked of the database for many rows at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.models import Q


class Uniqueness:
    """The unique constraints of a model on plain fields.

    Whether a condition holds is asked of the stored rows alone. A row that collides here may still be right; the row
    itself is then asked, as it would have been without this.
    """

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        self.constraints = [
            one
            for one in model._meta.constraints
            if isinstance(one, models.UniqueConstraint) and one.fields and not one.expressions
        ]
        self.names = frozenset(one.name for one in self.constraints)

    def colliding(self, rows: Sequence[Any]) -> set[int]:
        """Return the positions of the rows that share what must be unique with another stored row.

        One query a constraint.
        """
        found: set[int] = set()
        for constraint in self.constraints:
            fields: list[Any] = [self.model._meta.get_field(name) for name in constraint.fields]
            columns = [field.attname for field in fields]
            keys = [tuple(getattr(row, column) for column in columns) for row in rows]
            # Else all rows without a code would share one: the code that they do not have.
            alike: Any = self.model._base_manager.filter(constraint.condition or Q()).order_by()
            for at, column in enumerate(columns):
                values = {key[at] for key in keys} - {None}
                alike = alike.filter(**{f"{column}__in": list(values)})
            stored: dict[tuple[Any, ...], set[int]] = defaultdict(set)
            for pk, *key in alike.values_list("pk", *columns):
                stored[tuple(key)].add(pk)
            found |= {at for at, key in enumerate(keys) if stored.get(key, set()) - {rows[at].pk}}
        return found
