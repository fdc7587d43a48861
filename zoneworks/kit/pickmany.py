"""A field that picks several rows of a long ledger by typing, or names a new one; no script is needed.

Chosen rows are ticked boxes, and a name that is typed is looked up when the form is sent (as `kit.picking`
does for one row). Where scripts run, `frontend/js/chips.js` offers the ledger's `choices/` while one types.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from zoneworks.accounts.searching import normalize_query
from zoneworks.kit.entity import asked_pks
from zoneworks.kit.picking import RowField
from zoneworks.kit.registry import ledgers

MOST_PICKED = 200
LONGEST_NAME = 200
SHOWN_CANDIDATES = 5
_BETWEEN = re.compile(r"[;；\n]")


class Picked(NamedTuple):
    """What a form sent: the keys of the ticked rows, and what was typed beside them."""

    keys: tuple[str, ...] = ()
    typed: str = ""


class NewName(str):
    """A name that no row has; only a field with `may_be_new` gives one."""


class PickWidget(forms.Widget):
    """Draws the chosen rows and a field to type in."""

    template_name = "kit/pick.html"

    def __init__(self, *, many: bool, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.many = many
        self.url = ""
        self.rows: QuerySet[Any] | None = None
        self.new_label = ""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Picked:
        many = data.getlist(name) if hasattr(data, "getlist") else list(data.get(name) or ())
        keys = tuple(key for key in many if key)
        return Picked(tuple(dict.fromkeys(keys))[:MOST_PICKED], str(data.get(f"{name}_typed") or "").strip())

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and f"{name}_typed" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        picked = value if isinstance(value, Picked) else Picked(keys_of(value))
        keys = asked_pks(picked.keys)
        rows = self.rows.filter(pk__in=keys) if self.rows is not None and keys else ()
        context["widget"] |= {
            "many": self.many,
            "url": self.url,
            "new_label": self.new_label,
            "typed": picked.typed,
            "chosen": [{"pk": row.pk, "label": str(row)} for row in rows],
        }
        return context


class PickField(forms.Field):
    """Gives the rows picked: a list when `many`, else one or None; with `may_be_new` perhaps a `NewName`."""

    def __init__(
        self, queryset: QuerySet[Any], *, many: bool = True, may_be_new: bool = False, **kwargs: Any
    ) -> None:
        kwargs.setdefault("required", False)
        super().__init__(widget=PickWidget(many=many), **kwargs)
        self.many = many
        self.may_be_new = may_be_new
        self.queryset = queryset

    @property
    def queryset(self) -> QuerySet[Any]:
        """The rows that can be picked; a form cuts them down to what the person may see."""
        return self._queryset

    @queryset.setter
    def queryset(self, rows: QuerySet[Any]) -> None:
        self._queryset = self.widget.rows = rows

    def offer(self, request: Any) -> None:
        """Point the field at the ledger that suggests rows; the form calls it when it cuts the choices."""
        ledger = ledgers.for_model(self.queryset.model)
        if ledger is not None:
            url = reverse(f"{ledger.slug}:choices", kwargs={"zone": request.zone.code})
            self.widget.url = url

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, Picked) else Picked(keys_of(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data.typed) or set(keys_of(initial)) != set(data.keys) if data is not None else False

    def clean(self, value: Picked | None) -> Any:
        picked = value or Picked()
        rows = self._ticked(picked.keys)
        for name in filter(None, map(str.strip, _BETWEEN.split(picked.typed))):
            row = self._named(name)
            if row not in rows:
                rows.append(row)
        if self.required and not rows:
            raise ValidationError(self.error_messages["required"], code="required")
        if self.many:
            return rows
        if len(rows) > 1:
            raise ValidationError(
                _("Choose one only: %(names)s.") % {"names": "; ".join(map(str, rows[:SHOWN_CANDIDATES]))}
            )
        return rows[0] if rows else None

    def _ticked(self, keys: tuple[str, ...]) -> list[Any]:
        wanted = asked_pks(keys)
        found = self.queryset.in_bulk(wanted)
        if len(found) != len(keys):
            raise ValidationError(_("A chosen row is not in this ledger any more. Choose again."))
        return [found[key] for key in wanted]

    def _named(self, name: str) -> Any:
        if len(name) > LONGEST_NAME:
            raise ValidationError(
                _("A name has at most %(most)d characters; this one has %(has)d: %(name)s…")
                % {"most": LONGEST_NAME, "has": len(name), "name": name[:40]}
            )
        if not self.may_be_new:
            return RowField(queryset=self.queryset).to_python(name)
        # Of a name that may be new, a part does not do: “三孚” may be another firm than 三孚新科.
        text = normalize_query(name)
        exact = [row for row in self.queryset.matching(name)[:50] if text in row.search_text.split("\n")]  # type: ignore[attr-defined]
        if len(exact) > 1:
            raise ValidationError(not_found(name, exact))
        return exact[0] if exact else NewName(name)


def not_found(name: str, near: Iterable[Model]) -> str:
    """Return what to say of a name that no row, or more than one, is called."""
    candidates = "; ".join(str(row) for row in list(near)[:SHOWN_CANDIDATES])
    if candidates:
        return _("“%(name)s” is no full name here. Choose one of: %(candidates)s.") % {
            "name": name,
            "candidates": candidates,
        }
    return _("“%(name)s” is not in the ledger.") % {"name": name}


def keys_of(value: Any) -> tuple[str, ...]:
    """Return the keys that an initial value names: a row, a key, or several of them."""
    if value in (None, ""):
        return ()
    many = value if isinstance(value, list | tuple | set | QuerySet) else [value]
    return tuple(str(one.pk if isinstance(one, Model) else one) for one in many)
