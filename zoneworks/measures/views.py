"""Pages of measures: what each counts, and one number opened into the records behind it."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zoneworks.kit.access import staff_page
from zoneworks.kit.amounts import format_amount
from zoneworks.kit.columns import span_text
from zoneworks.kit.entity import row_url
from zoneworks.kit.extensions import citations_of
from zoneworks.kit.language import language
from zoneworks.kit.levels import Level
from zoneworks.kit.middleware import bad_request
from zoneworks.kit.paging import KeyPaginator, page_links
from zoneworks.kit.past import rewind_subjects
from zoneworks.kit.registry import faces
from zoneworks.measures.asking import scope_from
from zoneworks.measures.beside import beside, refuse_unknown
from zoneworks.measures.claims import shown_claims
from zoneworks.measures.explaining import explanations
from zoneworks.measures.keeping import Asks, kept_order, kept_readings
from zoneworks.measures.labels import dimension_label, full_label, group_label
from zoneworks.measures.listing import groups
from zoneworks.measures.models import Claim
from zoneworks.measures.reading import Reading, UnknownDimensionError, read
from zoneworks.measures.registry import Measure, UnknownMeasureError, measures
from zoneworks.measures.rows import Days
from zoneworks.measures.scope import Scope
from zoneworks.measures.silence import Silence
from zoneworks.measures.telling import counted_amount
from zoneworks.measures.wording import worded

PAGE_SIZE = 50


@require_safe
@staff_page
def index(request: Any) -> HttpResponse:
    """List every measure with its definition and its value: a group's values once it is looked at.

    `?numbers=GROUP` reads those of one group; asked for by a page that is open already, that group alone comes back.
    """
    numbers_of = request.GET.get("numbers", "")
    try:
        with kept_readings(request.zone):
            found = list(groups(request.GET, request.zone, request.moment, request.user, numbers_of))
    except ValidationError as error:
        return bad_request(request, " ".join(error.messages), error.code)
    is_part = request.htmx and not request.htmx.boosted
    if is_part:
        found = [group for group in found if group.has_numbers]
        if not found:
            raise Http404(_("Name the group of measures whose numbers are wanted."))
    scopes = [line.scope for group in found for line in group.lines]
    context = {
        "groups": found,
        "group": found[0],
        "basis": scopes[0].basis,
        "period": next((scope.period for scope in scopes if scope.period), None),
        "levels": [(level.value, level.label) for level in Level],
    }
    response = render(request, "measures/list.html#group" if is_part else "measures/list.html", context)
    response["Vary"] = "HX-Request"
    return response


@require_safe
@staff_page
def detail(request: Any, key: str) -> HttpResponse:
    """Open one number: definition, value, the rows that it counts and those that are uncertain."""
    try:
        measure = measures[key]
    except UnknownMeasureError:
        raise Http404(_("There is no measure “%(key)s”.") % {"key": key[:80]})
    with kept_readings(request.zone):
        try:
            scope = scope_from(request.GET, measure, request.zone, request.moment, request.user)
            reading = read(measure, scope)
            refuse_unknown(request.GET.get("beside", ""))
            if request.GET.get("by", "") not in ("", *measure.dimensions):
                read(measure, scope.by(request.GET["by"]))  # says by what it can be read
        except ValidationError as error:
            return bad_request(request, " ".join(error.messages), error.code)
        except UnknownDimensionError as error:
            return bad_request(request, str(error), error.dimension)
        except ValueError as error:
            return bad_request(request, str(error))
        return render(request, "measures/detail.html", opened(request, reading))


def opened(request: Any, reading: Reading) -> dict[str, Any]:
    """Return what the page of an opened number shows."""
    measure, scope, aggregate = reading.measure, reading.scope, reading.of_rows.aggregate
    shown = set(measure.dimensions) | {"by", "part", "beside"}
    only_part = reading.part is not None and request.GET.get("part") == "1"
    return {
        "reading": reading,
        "title": full_label(measure),
        "basis_label": Level(scope.basis).label,
        "kept": [(name, value) for name, value in request.GET.items() if name in shown],
        "measure": measure,
        "scope": scope,
        "levels": [(level.value, level.label) for level in Level],
        "only_part": only_part,
        "page": drawn(request, reading.part_rows, "page", aggregate)
        if only_part
        else in_order(request, reading, reading.rows_of, "page", aggregate),
        "unsure": in_order(request, reading, reading.uncertain_rows_of, "unsure", aggregate)
        if reading.uncertain
        else None,
        "unstated": unstated(request, reading),
        "beside": drawn_beside(request, reading, aggregate),
        "groupings": groupings(request, measure, scope),
        "claims": claims_beside(request, reading),
        "definitions": explanations(measure.key, scope),
        "filters": shown_filters(request, measure, scope),
    }


def in_order(
    request: Any, reading: Reading, asks: Asks, name: str, aggregate: Any = None, also: Reading | None = None
) -> dict[str, Any]:
    """Return one page of what `asks` gives of all subjects, by the order that is kept of `reading` under `name`."""
    return drawn(request, asks(None), name, aggregate, kept_order(name, reading, asks, also))


def drawn(
    request: Any, rows: Any, parameter: str, aggregate: Any = None, order: array[int] | None = None
) -> dict[str, Any]:
    """Return one page of facts as the template draws them, in a number of queries that does not grow.

    `order` are the keys of all rows where they are kept. Rows between which days are counted show the day that ends
    them, and how many they are.
    """
    face, subject = faces.for_fact(rows.model), rows.model.subject
    pages = KeyPaginator(rows.order_by("-latest", "-pk"), PAGE_SIZE, request.zone, at_once=True)
    if order is not None:
        pages.keys = order
    page = pages.get_keys_page(request.GET.get(parameter))
    keys = list(page.object_list)
    # What counts a row is not asked again to read it, unless the question tells something of it beside its columns.
    read = (rows if rows.query.annotation_select else rows.model._default_manager).filter(pk__in=keys)
    found: Any = face.for_reading(read) if face else read
    found = found.order_by().select_related("zone", "recorded_by", subject, f"{subject}__zone")
    has_days = isinstance(aggregate, Days)
    if has_days:
        found = found.annotate(ended_by=aggregate.fact)
    by_key = {fact.pk: fact for fact in found}
    facts = [by_key[key] for key in keys if key in by_key]
    ended_by = {fact.pk: fact.ended_by for fact in facts} if has_days else {}
    return {
        "items_shown": drawn_facts(request, face, facts, drawn_ends(request, rows.model, ended_by), ended_by),
        "has_days": has_days,
        "count": page.paginator.count,
        "links": page_links(page, request.GET, parameter),
    }


def drawn_facts(
    request: Any,
    face: Any,
    facts: list[Any],
    ends: Mapping[int, dict[str, Any]],
    ended_by: Mapping[int, int],
) -> list[dict[str, Any]]:
    """Return what the template draws of each fact: what it is about, what it says, when, who says so, and whence.

    `ends` holds the facts that end the days of one, by the keys that `ended_by` names.
    """
    rewind_subjects(facts, request.moment)
    if face:
        face.prepare(facts)
    cited = citations_of(facts, request.user, request.moment.known)
    on_url = request.moment.on_url
    return [
        {
            "subject": str(fact.subject_row),
            "subject_url": on_url(row_url(fact.subject_row)),
            "label": face.describe(fact) if face else str(fact),
            "url": on_url(face.url_of(fact)) if face else "",
            "span_text": span_text(fact.span),
            "level_label": fact.level_label,
            "recorded_at": fact.recorded_at,
            "recorded_by": fact.recorded_by,
            "citations": cited.get(fact.pk, []),
            "counted": _counted_of(fact),
            "end": _days_from(fact, ends.get(ended_by.get(fact.pk, 0))),
        }
        for fact in facts
    ]


def _counted_of(fact: Any) -> str:
    """Return how much of its amount a row counts where that is not all of it (`counted_amount`)."""
    counted = counted_amount(fact)
    if counted is None:
        return ""
    return format_amount(counted, fact.unit, fact.qualifier, language=language(), per_year=fact.is_per_year)


def drawn_ends(request: Any, model: Any, ended_by: Mapping[int, int]) -> dict[int, dict[str, Any]]:
    """Return, by its key, what is shown of each fact that ends the days of a row."""
    if not ended_by:
        return {}
    facts = list(model.objects.filter(pk__in=set(ended_by.values())).select_related("zone", model.subject))
    face = faces.for_fact(model)
    if face:
        face.prepare(facts)
    return {
        fact.pk: {
            "span": fact.span,
            "span_text": span_text(fact.span),
            "url": request.moment.on_url(face.url_of(fact)) if face else "",
        }
        for fact in facts
    }


def _days_from(fact: Any, end: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return how a row ended, with the days from its own day; where a day is only a span, with the fewest and most."""
    if end is None:
        return None
    fewest = (end["span"].earliest - fact.latest).days
    most = (end["span"].latest - fact.earliest).days
    return {**end, "days": str(fewest) if fewest == most else f"{fewest} – {most}"}


def drawn_beside(request: Any, reading: Reading, aggregate: Any) -> dict[str, Any] | None:
    """Return the reading that the address asks for beside this one, with its own rows."""
    found = beside(reading, request.GET.get("beside", ""))
    if found is None:
        return None
    return {"with": found, **drawn(request, found.reading.rows, "before", aggregate)}


def unstated(request: Any, reading: Reading) -> dict[str, Any] | None:
    """Return the rows counted by the measure of whose subjects this sum is stated, of whom it is not.

    Beside them what states it in another unit (`otherwise`): a figure in dollars is no missing figure.
    """
    whole_key = reading.measure.stated_of
    scope = reading.scope
    if not whole_key or not set(scope.filters) <= set(measures[whole_key].dimensions) - {"level"}:
        return None
    whole = read(whole_key, replace(scope, group_by=()))
    asked = Silence(reading, whole, request.user)

    return {
        "reading": whole,
        "otherwise": in_order(request, reading, asked.otherwise, "otherwise", also=whole)
        if asked.knows_otherwise
        else None,
        **in_order(request, reading, asked.rows, "unstated", also=whole),
    }


def groupings(request: Any, measure: Measure, scope: Scope) -> dict[str, Any] | None:
    """Return the number by the dimension that the reader chose with `?by=`."""
    name = request.GET.get("by", "")
    choices = [
        {"key": one, "label": dimension_label(one), "active": one == name, "url": _with(request, by=one)}
        for one in measure.dimensions
    ]
    if name not in measure.dimensions:
        return {"choices": choices, "rows": []}
    reading = read(measure, scope.by(name))
    rows = [
        {
            "label": group_label(request.zone, name, group.key[0]),
            "value": group.value,
            "words": worded(group.value, measure.unit, group.qualifier).whole
            if group.value is not None
            else "–",
            "uncertain": group.uncertain,
            "url": _with(request, by=None, **{name: "" if group.key[0] is None else str(group.key[0])}),
        }
        for group in reading.groups
    ]
    return {
        "choices": choices,
        "rows": sorted(rows, key=lambda row: -(row["value"] or 0)),
        "name": dimension_label(name),
        "overlaps": name == "size_class",
    }


def shown_filters(request: Any, measure: Measure, scope: Scope) -> list[dict[str, str]]:
    return [
        {
            "label": dimension_label(name),
            "value": group_label(request.zone, name, value or None),
            "remove_url": _with(request, **{name: None}),
        }
        for name, value in scope.filters.items()
    ]


def _with(request: HttpRequest, **changes: Any) -> str:
    query = request.GET.copy()
    for parameter in ("page", "unsure", "unstated", "otherwise", "before"):
        query.pop(parameter, None)
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = value
    return f"?{query.urlencode()}"


def claims_beside(request: Any, reading: Reading) -> list[dict[str, Any]]:
    """Return the printed numbers about this measure that overlap the period, the zone's own ones only."""
    scope = reading.scope
    if scope.filters:
        return []
    claims = (
        Claim.objects.allowed(request.user, "view")
        .filter(zone=scope.zone, measure=reading.measure.key, whose="zone")
        .select_related("zone")
    )
    claims = claims.filter(created_at__lte=scope.known_at)
    found = []
    for claim in claims:
        start, end = claim.period_from or claim.as_of, claim.period_to or claim.as_of
        if start is None or end is None:
            continue
        if start <= scope.end and end >= scope.start:
            found.append(claim)
    return shown_claims(found, request.user, request.moment)
