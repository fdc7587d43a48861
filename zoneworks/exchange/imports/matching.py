"""Which row of the ledger a row of a file is about: by the number of the record, else by code or name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from zoneworks.exchange import heads
from zoneworks.kit.ledger import Ledger

_SHOWN = 5


def identities(ledger: type[Ledger]) -> tuple[tuple[str, ...], ...]:
    """Return the sets of fields that tell the rows of a ledger apart: declared, else unique ones, else its title."""
    if ledger.identified_by:
        return ledger.identified_by
    found = []
    for constraint in ledger.model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and "zone" in constraint.fields:
            names = tuple(name for name in constraint.fields if name != "zone")
            if set(names) <= {*ledger.form_class.base_fields}:
                found.append((constraint.condition is None, names))
    # A code is surer than a name: those that not every row has come first.
    unique = tuple(names for _always, names in sorted(found))
    title = next((column.key for column in ledger.columns if column.link), "")
    return unique or (((title,),) if title in ledger.form_class.base_fields else ())


class Matcher:
    """Finds rows among those that the person sees; each identity costs one query, however many rows there are."""

    def __init__(self, ledger: Any, given: set[str]) -> None:
        self.ledger = ledger
        self.rows = ledger.model.objects.allowed(ledger.user, "view").filter(zone=ledger.zone)
        self.sets = [names for names in identities(type(ledger)) if set(names) <= given]
        self._by_set = [self._index(names) for names in self.sets]

    def _index(self, names: tuple[str, ...]) -> dict[tuple[Any, ...], list[int]]:
        columns: list[str] = []
        for name in names:
            columns.extend(self.ledger.stored_as.get(name) or (self._column(name),))
        found: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for pk, *values in self.rows.order_by().values_list("pk", *columns):
            key = tuple(same(value) for value in values)
            if any(part not in ("", None) for part in key):
                found[key].append(pk)
        return found

    def _column(self, name: str) -> str:
        return str(self.ledger.model._meta.get_field(name).attname)

    def keys(self, values: Mapping[str, Any]) -> list[tuple[Any, ...] | None]:
        """Return the key of each identity for what the cells of a row say; None where a cell of it is empty."""
        found: list[tuple[Any, ...] | None] = []
        for names in self.sets:
            key: list[Any] = []
            for name in names:
                value = values.get(name)
                if name in self.ledger.stored_as:
                    key.extend(value if isinstance(value, tuple) else (None, None))
                else:
                    key.append(same(value))
            found.append(tuple(key) if key and key[0] not in ("", None) else None)
        return found

    def match(self, keys: Sequence[tuple[Any, ...] | None]) -> int | None:
        """Return the row that the `keys` name, or None for a new one. `ValidationError` when they name several."""
        hits: list[int] = []
        for index, key in zip(self._by_set, keys, strict=True):
            pks = index.get(key, []) if key is not None else []
            if len(pks) > 1:
                raise ValidationError(
                    _(
                        "More than one record fits: %(rows)s. Give the number of the record in a column “%(head)s”."
                    )
                    % {"rows": self._named(pks), "head": _("record no.")}
                )
            hits.extend(pk for pk in pks if pk not in hits)
        if len(hits) > 1:
            raise ValidationError(
                _("Code and name belong to different records: %(rows)s.") % {"rows": self._named(hits)}
            )
        return hits[0] if hits else None

    def _named(self, pks: list[int]) -> str:
        rows = self.rows.in_bulk(pks[:_SHOWN])
        return ", ".join(f"{row} #{row.pk}" for row in rows.values()) + (", …" if len(pks) > _SHOWN else "")


def same(value: Any) -> Any:
    """Return that by which two values are the same: texts without regard to width, case and blanks."""
    return heads.key(value) if isinstance(value, str) else value
