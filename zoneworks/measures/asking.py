"""Reading a scope from an address or a command line; what cannot be read is named."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from zoneworks.accounts.models import User, Zone
from zoneworks.kit.levels import BasisError, asked_basis
from zoneworks.kit.moment import Moment, MomentError, read_day
from zoneworks.measures.registry import Measure
from zoneworks.measures.scope import Period, Scope


def scope_from(
    query: Mapping[str, str], measure: Measure, zone: Zone, moment: Moment, viewer: User | None
) -> Scope:
    """Return the scope that the parameters `from`, `to`, `basis` and the measure's dimensions describe.

    Without `from` and `to` a measure of a period reads the year up to the as-of day. Raise `ValidationError` naming
    the parameter; its code is that parameter.
    """
    period = None
    if measure.has_period:
        start = _day(query, "from")
        end = _day(query, "to") or moment.on
        start = start or date(end.year, 1, 1)
        try:
            period = Period(start, end)
        except ValueError:
            raise ValidationError(
                _("from: the period ends before it begins; exchange the two days."), code="from"
            )
    try:
        basis = asked_basis(query)
    except BasisError as error:
        raise ValidationError(str(error), code="basis") from error
    filters = {name: query[name] for name in measure.dimensions if name in query}
    return Scope(
        zone,
        moment.on,
        moment.known_at,
        period,
        basis,
        filters,
        viewer=viewer,
        knows_all=not moment.names_known_at,
    )


def _day(query: Mapping[str, str], name: str) -> date | None:
    text = (query.get(name) or "").strip()
    if not text:
        return None
    try:
        return read_day(name, text)
    except MomentError as error:
        raise ValidationError(str(error), code=name) from error
