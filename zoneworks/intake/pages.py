"""The pages of intake: what waits for review, and the review of a document."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zoneworks.intake import reviewing
from zoneworks.intake.beside import beside
from zoneworks.intake.bringing import BringForm, bring
from zoneworks.intake.leaves import drawn, leaf_of, leaves
from zoneworks.intake.models import Proposal, ProposalKind, ProposalState, Reading
from zoneworks.intake.proposal_matching import matches_of
from zoneworks.intake.review_forms import ReviewForm, review_form
from zoneworks.kit.access import is_staff, staff_page
from zoneworks.kit.entity import asked_pk, row_url
from zoneworks.kit.menu import add_page
from zoneworks.kit.registry import faces
from zoneworks.sources.models import Document

PAGE_SIZE = 50
AROUND = 18
ICONS = {
    ProposalKind.PROJECT: "building-factory-2",
    ProposalKind.ENGAGEMENT: "calendar-event",
    ProposalKind.CLAIM: "tallymarks",
    ProposalKind.ORGANIZATION: "building",
    ProposalKind.PERSON: "user",
}
TONES = {ProposalState.OPEN: "yellow", ProposalState.ACCEPTED: "green", ProposalState.REJECTED: "grey"}

add_page("sources", gettext_lazy("Documents in"), "intake:list", "inbox", 5, is_staff)


def _visible(request: Any, pk: int) -> Document:
    documents = Document.objects.allowed(request.user, "view").filter(zone=request.zone)
    document: Document | None = documents.select_related("zone").filter(pk=pk).first()
    if document is None:
        raise Http404(_("There is no such document here."))
    return document


def _changeable(request: Any, pk: int) -> Document:
    document = _visible(request, pk)
    if not document.allows(request.user, "change"):
        raise PermissionDenied(_("You can see this document, but your role does not allow this change."))
    return document


def review_url(document: Document, proposal: Proposal | None = None) -> str:
    """Return the address of the review of a document, at a proposal or at the first one that is open."""
    url = reverse("intake:review", kwargs={"zone": document.zone.code, "pk": document.pk})
    return f"{url}?proposal={proposal.pk}" if proposal is not None else url


# -- what waits ------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def listed(request: Any) -> HttpResponseBase:
    """List the documents that were read, the last one first; take in another one."""
    form = BringForm(request=request)
    if request.method == "POST":
        if not form.may_bring():
            raise PermissionDenied(_("Your role does not allow this here."))
        form = BringForm(request.POST, request.FILES, request=request)
        if form.is_valid():
            try:
                return _brought(request, form)
            except ValidationError as error:
                form.add_error(None, ValidationError(error.messages))
    rows = Reading.objects.allowed(request.user, "view").filter(zone=request.zone).with_counts()
    rows = rows.select_related("document", "document__zone", "read_by").defer("document__text", "articles")
    wanted = request.GET.get("show", "")
    if wanted == "open":
        rows = rows.unjudged()
    page = Paginator(rows.order_by("-read_at", "-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "items": [{"reading": row, "url": review_url(row.document)} for row in page.object_list],
        "page_obj": page,
        "form": form,
        "may_bring": form.may_bring(),
        "wanted": wanted,
    }
    return render(request, "intake/list.html", context, status=422 if form.errors else 200)


def _brought(request: Any, form: BringForm) -> HttpResponseBase:
    """Keep and read what was brought, and lead to its review; a document that is here already is led to."""
    outcome = bring(form, actor=request.user)
    if outcome.job is not None:
        return redirect("jobs:detail", zone=request.zone.code, pk=outcome.job.pk)
    assert outcome.document is not None  # noqa: S101
    if not outcome.is_new:
        messages.info(
            request, _("“%(name)s” is here already; this is its review.") % {"name": outcome.document}
        )
    return redirect(review_url(outcome.document))


# -- review ----------------------------------------------------------------------------------------------------------


@require_GET
@staff_page
def review(request: Any, pk: int) -> HttpResponse:
    """Show a document with what it proposes, one proposal open for judgment."""
    return _shown(request, _visible(request, pk))


def _shown(
    request: Any, document: Document, proposal: Proposal | None = None, form: ReviewForm | None = None
) -> HttpResponse:
    reading = Reading.objects.filter(document=document).select_related("read_by").first()
    every = list(
        Proposal.objects.allowed(request.user, "view").filter(document=document).select_related("decided_by")
    )
    for one in every:
        one.document = document
    active = proposal or _active(request, every)
    articles = reading.articles if reading else []
    found = leaves(len(document.text), articles)
    number = leaf_of(found, active.start) if active else _asked_leaf(request, len(found))
    leaf = found[number]
    here = [one for one in every if leaf.first <= one.article <= leaf.last or one == active]
    address = review_url(document)
    marks = [(one, start, end) for one in here for start, end in one.spans]
    may_judge = document.allows(request.user, "change") and not request.moment.is_past
    context = {
        "document": document,
        "document_url": row_url(document),
        "reading": reading,
        "is_stale": reading is not None and _is_stale(reading, document),
        "text": drawn(document.text, leaf, marks, active, address),
        "groups": _groups(here, articles, active, address),
        "active": _active_context(request, active, form, may_judge) if active is not None else None,
        "counts": _counts(every),
        "open_count": sum(one.is_open for one in every),
        "pages": [
            {"number": other + 1, "url": f"{address}?leaf={other + 1}", "is_here": other == number}
            for other in range(len(found))
        ]
        if len(found) > 1
        else [],
        "may_judge": may_judge,
        "urls": {
            "list": reverse("intake:list", kwargs={"zone": request.zone.code}),
            "read": reverse("intake:read", kwargs={"zone": request.zone.code, "pk": document.pk}),
        },
    }
    return render(
        request, "intake/review.html", context, status=422 if form is not None and form.errors else 200
    )


def _is_stale(reading: Reading, document: Document) -> bool:
    return reading.text_sha256 != document.sum_of_text()


def _active(request: Any, every: list[Proposal]) -> Proposal | None:
    """Return the proposal that the address names, else the first open one."""
    asked = asked_pk(request.GET.get("proposal", ""))
    named = next((one for one in every if one.pk == asked), None)
    if named is not None or request.GET.get("leaf"):
        return named
    return next((one for one in every if one.is_open), None)


def _asked_leaf(request: Any, most: int) -> int:
    asked = asked_pk(request.GET.get("leaf", "")) or 1
    return min(max(asked, 1), most) - 1


def _groups(
    here: list[Proposal], articles: list[Any], active: Proposal | None, address: str
) -> list[dict[str, Any]]:
    """Return the proposals article by article, as the list beside the text shows them."""
    groups: dict[int, dict[str, Any]] = {}
    for one in here:
        if one.article not in groups:
            article = articles[one.article] if one.article < len(articles) else {}
            groups[one.article] = {"article": article, "items": []}
        groups[one.article]["items"].append(
            {
                "proposal": one,
                "icon": ICONS[ProposalKind(one.kind)],
                "tone": TONES[ProposalState(one.state)],
                "url": f"{address}?proposal={one.pk}",
                "is_active": active is not None and one.pk == active.pk,
                "tellings": len(one.spans),
            }
        )
    return [groups[number] for number in sorted(groups)]


def _active_context(
    request: Any, active: Proposal, form: ReviewForm | None, may_judge: bool
) -> dict[str, Any]:
    at = {"zone": request.zone.code, "pk": active.document_id, "proposal": active.pk}
    context: dict[str, Any] = {
        "proposal": active,
        "quotes": [_around(active.document.text, start, end) for start, end in active.spans],
        "others": active.says.get("others", ()),
        "tone": TONES[ProposalState(active.state)],
        "urls": {verb: reverse(f"intake:{verb}", kwargs=at) for verb in ("accept", "reject", "undo")},
        "may_judge": may_judge,
    }
    if active.is_open:
        found = form.found if form is not None else matches_of(active, request.user)
        context["form"] = form or review_form(active, found)
        context["matches"] = [
            {"match": one, "url": row_url(one.row), "beside": beside(active, one.row) if number == 0 else []}
            for number, one in enumerate(found)
        ]
    else:
        context["written"] = _written(request, active)
    return context


def _around(text: str, start: int, end: int) -> dict[str, str]:
    """Return the words at a place with a few before and behind them, since a name alone tells little."""
    return {
        "before": text[max(0, start - AROUND) : start],
        "words": text[start:end],
        "after": text[end : end + AROUND],
    }


def _written(request: Any, active: Proposal) -> list[dict[str, Any]]:
    """Return what an acceptance wrote, as far as the person sees it, each with the way to it."""
    keys: dict[int, list[int]] = {}
    standing = active.written.standing()
    for one in standing:
        keys.setdefault(one.content_type_id, []).append(one.object_id)
    shown: dict[tuple[int, int], dict[str, Any]] = {}
    for kind, pks in keys.items():
        model: Any = ContentType.objects.get_for_id(kind).model_class()
        face = faces.for_fact(model)
        rows = model._default_manager.allowed(request.user, "view").filter(pk__in=pks)
        rows = list(face.for_reading(rows) if face is not None else rows.select_related("zone"))
        if face is not None:
            face.prepare(rows)
        for row in rows:
            label = face.describe(row) if face is not None else str(row)
            url = face.url_of(row) if face is not None else row_url(row)
            what = face.label if face is not None else row._meta.verbose_name
            shown[kind, row.pk] = {"label": label, "url": url, "what": what}
    found = []
    for one in standing:
        row = shown.get((one.content_type_id, one.object_id))
        if row is not None:
            found.append(row | {"is_new": one.is_new})
    return found


def _counts(every: list[Proposal]) -> list[dict[str, Any]]:
    counted = Counter(one.state for one in every)
    return [
        {"label": state.label, "tone": TONES[state], "count": counted[state.value]}
        for state in ProposalState
        if counted[state.value]
    ]


# -- judging ---------------------------------------------------------------------------------------------------------


@require_POST
@staff_page
def read(request: Any, pk: int) -> HttpResponseBase:
    """Read the text of a document, or read it again: what was judged stays judged."""
    document = _changeable(request, pk)
    try:
        made = reviewing.read(document, actor=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(row_url(document))
    said = ngettext("%(count)d proposal is new.", "%(count)d proposals are new.", made.new) % {
        "count": made.new
    }
    messages.success(request, said)
    return redirect(review_url(document))


def _proposal(request: Any, pk: int, proposal: int) -> Proposal:
    document = _changeable(request, pk)
    found = (
        Proposal.objects.filter(document=document, pk=proposal).select_related("zone", "decided_by").first()
    )
    if found is None:
        raise Http404(_("There is no such proposal here; the document may have been read again."))
    found.document = document
    return found


@require_POST
@staff_page
def accept(request: Any, pk: int, proposal: int) -> HttpResponseBase:
    """Write what the form says into the ledgers, and go on to the next proposal."""
    found = _proposal(request, pk, proposal)
    if not found.is_open:
        return _already(request, found, reviewing.AlreadyDecidedError(found))
    form = review_form(found, matches_of(found, request.user), request.POST)
    if not form.is_valid():
        return _shown(request, found.document, found, form)
    try:
        accepted = reviewing.accept(found, form.said(), actor=request.user)
    except reviewing.AlreadyDecidedError as error:
        return _already(request, found, error)
    except PermissionDenied as error:
        form.add_error(None, str(error) or _("Your role does not allow this here."))
        return _shown(request, found.document, found, form)
    except ValidationError as error:
        _tell(form, error)
        return _shown(request, found.document, found, form)
    messages.success(
        request, " ".join([_("“%(name)s” is in the ledger.") % {"name": found}, *accepted.notes])
    )
    return redirect(_next(found))


def _tell(form: ReviewForm, error: ValidationError) -> None:
    """Put what stands in the way beside the field that it is about, where the form has it."""
    for name, said in (error.message_dict if hasattr(error, "error_dict") else {"": error.messages}).items():
        form.add_error(name if name in form.fields else None, ValidationError(said))


@require_POST
@staff_page
def reject(request: Any, pk: int, proposal: int) -> HttpResponseBase:
    """Write down that the ledgers need nothing of it, and go on to the next proposal."""
    found = _proposal(request, pk, proposal)
    try:
        reviewing.reject(found, reason=request.POST.get("reason", ""), actor=request.user)
    except ValidationError as error:
        return _already(request, found, error)
    messages.success(
        request, _("“%(name)s” is rejected; it stays so when the document comes again.") % {"name": found}
    )
    return redirect(_next(found))


@require_POST
@staff_page
def undo(request: Any, pk: int, proposal: int) -> HttpResponseBase:
    """Take back what was decided; facts that were written are withdrawn."""
    found = _proposal(request, pk, proposal)
    try:
        stays = reviewing.take_back(found, actor=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(review_url(found.document, found))
    said = [_("It is open again; the facts that it wrote are withdrawn.")]
    if stays:
        said.append(_("These stay in their ledgers: %(names)s.") % {"names": "、".join(dict.fromkeys(stays))})
    messages.success(request, " ".join(said))
    return redirect(review_url(found.document, found))


def _already(request: Any, proposal: Proposal, error: ValidationError) -> HttpResponseBase:
    messages.warning(request, " ".join(error.messages))
    return redirect(review_url(proposal.document, proposal))


def _next(proposal: Proposal) -> str:
    """Return the address of the open proposal behind this one, of the first one, or of the finished document."""
    open_ones = Proposal.objects.filter(document=proposal.document_id, state=ProposalState.OPEN)
    behind = open_ones.filter(position__gt=proposal.position).order_by("position", "pk").first()
    following = behind or open_ones.order_by("position", "pk").first()
    return review_url(proposal.document, following or proposal)
