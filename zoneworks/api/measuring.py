"""Addresses of measures: what can be read, one number with everything behind it, and the facts that it counts."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.response import Response

from zoneworks.api import kinds
from zoneworks.api.asking import AS_OF, BASIS, CURSOR, KNOWN_AT, LIMIT, ROWS, Parameter
from zoneworks.api.ledgers import next_url
from zoneworks.api.paging import Order, page_of
from zoneworks.api.plain import Json, plain
from zoneworks.api.problems import Problem, field_error
from zoneworks.api.rows import href, written_facts
from zoneworks.api.views import ApiView
from zoneworks.kit.access import is_staff
from zoneworks.kit.registry import faces
from zoneworks.measures.asking import scope_from
from zoneworks.measures.keeping import kept_readings
from zoneworks.measures.labels import dimension_label, full_label
from zoneworks.measures.reading import Reading, UnknownDimensionError, asked_again, drill_down, read
from zoneworks.measures.registry import Measure, UnknownMeasureError, measures
from zoneworks.measures.scope import Scope
from zoneworks.measures.telling import counted_amount, dimensions_of, said, said_of
from zoneworks.measures.wording import worded_reading

FROM = Parameter(
    "from",
    kinds.day(),
    gettext_lazy("The first day of the period; 1 January of its last year when left out."),
)
TO = Parameter("to", kinds.day(), gettext_lazy("The last day of the period; the as-of day when left out."))
ONLY = gettext_lazy(
    "Only those of this %(dimension)s, by its key among the groups; empty: only those without one."
)
COUNTED, UNCERTAIN, PART = "counted", "uncertain", "part"
WHICH = Parameter(
    "which",
    kinds.one_of([COUNTED, UNCERTAIN, PART]),
    gettext_lazy(
        "The facts that are counted, those that are uncertain and not counted, or the part of a share that "
        "reached what it asks for."
    ),
    COUNTED,
)


class MeasureView(ApiView):
    """An address of measures; like their pages it is for the people who work for the zone."""

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not is_staff(self.plain):
            raise PermissionDenied(_("Measures are for the people who work for the zone."))

    def link(self, *parts: str, scope: Scope | None = None, **filters: str) -> str:
        """Return an address of measures, asked again in `scope` where there is one."""
        address = href(self.zone, "measures", *parts)
        return f"{address}?{asked_again(scope, **filters)}" if scope else self.moment.on_url(address)


class MeasureList(MeasureView):
    """Lists every measure with its unit, its definition, and by what it can be filtered and grouped."""

    def get(self, request: Any, **kwargs: Any) -> Response:
        self.asked()
        return Response({"results": [self._told(one) for one in measures]})

    def _told(self, one: Measure) -> dict[str, Json]:
        scope = scope_from({}, one, self.zone, self.moment, self.plain.user)
        return {
            **said_of(one),
            "label": full_label(one),
            "unit_label": str(one.unit.label),
            "dimensions": dimensions_of(one),
            "fewer_is_better": one.fewer_is_better,
            "href": self.link(one.key),
            "page": self.moment.on_url(drill_down(one, scope)),
        }


class ReadingView(MeasureView):
    """An address of one measure, read in the scope that the query describes."""

    @property
    def measure(self) -> Measure:
        try:
            return measures[self.kwargs["key"]]
        except UnknownMeasureError:
            key = self.kwargs["key"][:80]
            raise Http404(_("There is no measure “%(key)s”.") % {"key": key}) from None

    def parameters(self) -> tuple[Parameter, ...]:
        one = self.measure
        period = (FROM, TO) if one.has_period else ()
        only = tuple(
            Parameter(name, kinds.words(60), ONLY % {"dimension": dimension_label(name)})
            for name in one.dimensions
        )
        return (AS_OF, KNOWN_AT, *period, BASIS, *only)

    def reading(self, query: Any, by: str = "") -> Reading:
        """Return the reading that the query asks for. Raise the problem that names what cannot be read."""
        try:
            scope = scope_from(query, self.measure, self.zone, self.moment, self.plain.user)
            with kept_readings(self.zone):
                return read(self.measure, scope.by(by) if by else scope)
        except ValidationError as error:
            raise unreadable(str(error.code), " ".join(error.messages)) from error
        except UnknownDimensionError as error:
            raise unreadable(error.dimension, str(error)) from error


def unreadable(name: str, message: str) -> Problem:
    """Return the problem of one parameter."""
    return Problem(400, "unreadable_parameter", message, errors=[field_error(name, "", message)])


class ReadingDetail(ReadingView):
    """Tells one number: value, unit, qualifier, what is uncertain, on how many records it rests, and where they are."""

    def parameters(self) -> tuple[Parameter, ...]:
        dimensions = self.measure.dimensions
        by = Parameter("by", kinds.one_of(dimensions), gettext_lazy("Tell the number of each group as well."))
        return (*super().parameters(), by) if dimensions else super().parameters()

    def get(self, request: Any, **kwargs: Any) -> Response:
        query = self.asked()
        reading = self.reading(query, query.get("by", ""))
        return Response(self._told(reading))

    def _told(self, reading: Reading) -> dict[str, Json]:
        one, scope = reading.measure, reading.scope
        face: Any = faces.for_fact(reading.of_rows.queryset.model)
        links = {
            which: self.link(one.key, "rows", scope=scope, **({} if which == COUNTED else {"which": which}))
            for which in (COUNTED, UNCERTAIN, PART)
        }
        return {
            **said(reading),
            "label": full_label(one),
            "says": worded_reading(reading).whole,
            "rows": {
                "of": face.slug,
                COUNTED: links[COUNTED],
                UNCERTAIN: links[UNCERTAIN],
                PART: links[PART] if reading.part is not None else None,
            },
            "page": drill_down(one, scope),
        }


class ReadingRows(ReadingView):
    """Lists the facts behind one number, page by page: with their addresses, what they say, and on what they rest."""

    def parameters(self) -> tuple[Parameter, ...]:
        return (*super().parameters(), WHICH, LIMIT, CURSOR)

    def get(self, request: Any, **kwargs: Any) -> Response:
        query = self.asked()
        reading, which = self.reading(query), query.get("which", COUNTED)
        if which == PART and reading.part is None:
            raise unreadable("which", _("which: this measure is no share; it has no part."))
        rows = {COUNTED: lambda: reading.rows, UNCERTAIN: lambda: reading.uncertain_rows,
                PART: lambda: reading.part_rows}[which]()  # fmt: skip
        face: Any = faces.for_fact(rows.model)
        subject = rows.model.subject
        told = face.for_reading(rows).select_related("zone", "recorded_by", subject, f"{subject}__zone")
        limit = int(query.get("limit", ROWS))
        salt = f"measures.{reading.measure.key}.{which}"
        part = page_of(told, Order(), limit, query.get("cursor", ""), salt)
        face.prepare(part.rows)
        written = written_facts(face, part.rows, self.plain, is_staff(self.plain))
        # What a fact says stays as it is; of a sum it may count for less or more (decision 0023).
        for fact, row in zip(part.rows, written, strict=True):
            row["counted"] = plain(counted_amount(fact))
        return Response({"results": written, "next": next_url(self.plain, part.cursor)})
