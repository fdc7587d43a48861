"""The place of a column's value in an order, as one small expression: conditions of many rows are full of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models


class PlaceIn(models.Func):
    """Says at which place of `order` the value of `column` stands, the first at 0; -1 for what is not in it."""

    output_field = models.SmallIntegerField()

    def __init__(self, column: str, order: Iterable[str]) -> None:
        super().__init__(column)
        self.order = tuple(str(word) for word in order)

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> tuple[str, Any]:
        (column,) = self.source_expressions
        sql, params = compiler.compile(column)
        if not self.order:
            return "-1", ()
        cases = " ".join(f"WHEN %s THEN {place}" for place in range(len(self.order)))
        return f"CASE {sql} {cases} ELSE -1 END", (*params, *self.order)
