"""What a reader asks about of all that a measure counts: what they may see, and what their filters leave."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from zoneworks.accounts.models import Zone
from zoneworks.kit.entity import asked_pk
from zoneworks.kit.wording import keyed
from zoneworks.measures.labels import dimension_label, full_label, group_label
from zoneworks.measures.registry import Measure
from zoneworks.measures.rows import Classes, Rows
from zoneworks.measures.scope import Scope
from zoneworks.measures.tallying import UnknownDimensionError


def narrowed(rows: Rows, one: Measure, scope: Scope) -> Rows:
    """Return `rows` within the wall of the viewer and the filters of the scope."""
    queryset = rows.queryset
    if scope.viewer is not None:
        queryset = queryset.filter(queryset.model.policy.scope(scope.viewer, "view"))
    for name, wanted in scope.filters.items():
        try:
            queryset = _filtered(queryset, _dimension(rows, one, name), scope.zone, name, wanted)
        except (ValueError, ValidationError) as error:
            named = keyed(dimension_label(name), name)
            raise UnknownDimensionError(
                _("%(name)s: “%(text)s” is none of its values.") % {"name": named, "text": str(wanted)[:40]},
                name,
            ) from error
    for name in scope.group_by:
        _dimension(rows, one, name)
    return replace(rows, queryset=queryset)


def _dimension(rows: Rows, one: Measure, name: str) -> Any:
    if name not in rows.by:
        known = ", ".join(keyed(dimension_label(each), each) for each in sorted(rows.by)) or "–"
        raise UnknownDimensionError(
            _("%(measure)s cannot be read by “%(name)s”; it can by: %(known)s.")
            % {"measure": keyed(full_label(one), one.key), "name": name[:40], "known": known},
            name,
        )
    return rows.dimension(name)


def _filtered(queryset: Any, dimension: Any, zone: Zone, name: str, wanted: str) -> Any:
    if isinstance(dimension, Classes):
        if wanted not in dimension.conditions:
            known = ", ".join(keyed(group_label(zone, name, key), key) for key in dimension.conditions)
            named = keyed(dimension_label(name), name)
            raise UnknownDimensionError(
                _("%(name)s has no class “%(text)s”; it has: %(known)s.")
                % {"name": named, "text": wanted[:40], "known": known},
                name,
            )
        return queryset.filter(dimension.conditions[wanted])
    if isinstance(dimension, str):
        names_row = is_key(queryset, dimension)
        if names_row and wanted and asked_pk(wanted) is None:
            raise ValueError(wanted)
        is_unset = wanted == "" and names_row
        return queryset.filter(**({f"{dimension}__isnull": True} if is_unset else {dimension: wanted}))
    alias = f"only_{name}"
    condition = {f"{alias}__isnull": True} if wanted == "" else {alias: wanted}
    return queryset.alias(**{alias: dimension}).filter(**condition)


def is_key(queryset: Any, path: str) -> bool:
    """Say whether `path` leads from the rows of `queryset` to a row, by whose key they are then filtered."""
    model = queryset.model
    for part in path.split("__"):
        found = model._meta.get_field(part)
        model = found.related_model or model
    return bool(found.is_relation)
