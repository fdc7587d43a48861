"""What waits for recognition: facts that were self-reported and that no verifier has recognized yet."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zoneworks.kit.access import staff_page
from zoneworks.kit.columns import span_text
from zoneworks.kit.entity import row_url
from zoneworks.kit.extensions import citations_of, repeated_sources
from zoneworks.kit.faces import FactFace
from zoneworks.kit.levels import Level
from zoneworks.kit.paging import KeyPaginator, page_links
from zoneworks.kit.past import rewind_subjects
from zoneworks.kit.registry import faces
from zoneworks.projects.models import Project

PAGE_SIZE = 50


def may_open(request: Any) -> bool:
    """Say whether the person recognizes facts here, or keeps projects whose facts are to be recognized."""
    return Project.policy.grants_some(request.user, "change", request.zone)


def recognizes(request: Any) -> bool:
    """Say whether the person is one of those who recognize; the others see what became of their own reports."""
    return Project.policy.grants_some(request.user, "recognize", request.zone)


def waiting(request: Any) -> list[tuple[type[FactFace], Any]]:
    """Return each kind of fact with those that wait at the moment, the one that waits longest first.

    A verifier gets what they may recognize, the others what is told of projects that they keep.
    """
    if recognizes(request):
        verb, asked = "recognize", [face for face in faces if face.same]
    else:
        verb, asked = "add", [face for face in faces.about(Project) if face.same]
    moment = request.moment
    found = []
    for face in asked:
        table: Any = face.model._default_manager
        facts = table.allowed(request.user, verb).filter(zone=request.zone, asserted_by=Level.SELF_REPORTED)
        rows = face.unrecognized(facts.possible(moment.on, moment.known), moment.known)
        found.append((face, rows.order_by("recorded_at", "pk")))
    return found


def how_many(request: Any) -> int:
    """Return how many facts wait; counted once for as long as nothing is recorded in the zone."""
    return sum(KeyPaginator(rows, PAGE_SIZE, request.zone).count for _face, rows in waiting(request))


@require_safe
@staff_page
def waiting_page(request: Any) -> HttpResponse:
    """Show what waits, one kind of fact at a time, with who reported it and since when."""
    if not may_open(request):
        raise PermissionDenied(_("This page is for verifiers, and for those who keep projects."))
    pages = {
        face.slug: (face, KeyPaginator(rows, PAGE_SIZE, request.zone)) for face, rows in waiting(request)
    }
    asked = request.GET.get("kind", "")
    if asked not in pages:
        asked = next((slug for slug, (_face, found) in pages.items() if found.count), next(iter(pages)))
    face, paginator = pages[asked]
    page = paginator.get_page(request.GET.get("page"))
    address = request.moment.on_url(reverse("waiting", kwargs={"zone": request.zone.code}))
    context = {
        "kinds": [
            {
                "label": one.label,
                "count": found.count,
                "url": f"{address}{'&' if '?' in address else '?'}kind={slug}",
                "active": slug == asked,
            }
            for slug, (one, found) in sorted(pages.items(), key=lambda kind: not kind[1][1].count)
        ],
        "rows": waiting_rows(request, face, page),
        "page_links": page_links(page, request.GET),
        "recognizes": recognizes(request),
    }
    return render(request, "site/waiting.html", context)


def waiting_rows(request: Any, face: type[FactFace], page: Any) -> list[dict[str, Any]]:
    """Return the facts of one page as it draws them; a number of queries that does not grow with them."""
    subject = face.model.subject
    keys = [fact.pk for fact in page]
    read = face.for_reading(face.model._default_manager.filter(pk__in=keys))
    facts = list(read.select_related("zone", subject, f"{subject}__zone").order_by("recorded_at", "pk"))
    moment = request.moment
    rewind_subjects(facts, moment)
    face.prepare(facts)
    offers = recognizes(request) and not moment.is_past
    sources = repeated_sources(facts) if offers else {}
    cited = citations_of(facts, request.user, request.moment.known)
    return [
        {
            "what": face.describe(fact),
            "url": moment.on_url(face.url_of(fact)),
            "subject": str(fact.subject_row),
            "subject_url": moment.on_url(row_url(fact.subject_row)),
            "when": span_text(fact.span),
            "by": fact.recorded_by,
            "since": localtime(fact.recorded_at).date(),
            "citations": cited.get(fact.pk, []),
            "recognize_url": face.recognize_url(fact, sources.get(fact.pk, ())) if offers else "",
        }
        for fact in facts
    ]
