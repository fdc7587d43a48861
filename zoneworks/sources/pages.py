"""Pages of sources that belong to no single ledger: files, marking, recording from a passage, citations."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from zoneworks.kit.access import staff_page
from zoneworks.kit.entity import asked_pk, row_url
from zoneworks.kit.registry import faces, ledgers
from zoneworks.sources import citing, services
from zoneworks.sources import evidence as kinds
from zoneworks.sources.files import download
from zoneworks.sources.forms import MarkForm
from zoneworks.sources.marking import MAX_PLACES, places
from zoneworks.sources.models import Attachment, Citation, Document, Passage
from zoneworks.sources.uploads import plain

FOUND = 12
AROUND = 40


def visible(model: Any, request: Any, pk: Any) -> Any:
    """Return the row of this zone that the person sees; 404 otherwise."""
    rows = model._default_manager
    row = (
        rows.allowed(request.user, "view").filter(zone=request.zone, pk=pk).first()
        if hasattr(rows, "allowed")
        else None
    )
    if row is None:
        raise Http404(_("There is no such row here."))
    return row


def changeable(model: Any, request: Any, pk: Any, verb: str = "change") -> Any:
    """Return the row on which the person may do `verb`: 404 when unseen, 403 when seen but closed."""
    row = visible(model, request, pk)
    if not row.allows(request.user, verb):
        raise PermissionDenied(_("You can see this row, but your role does not allow this change."))
    return row


# -- files ---------------------------------------------------------------------------------------------------


@require_GET
def document_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    document = visible(Document, request, pk)
    return download(document.file, document.file_name or document.title)


@require_GET
def attachment(request: Any, pk: int) -> HttpResponseBase:
    """Hand out a file to those who see the row that it hangs on."""
    files = Attachment.objects.allowed(request.user, "view").filter(zone=request.zone)
    kept = files.kept(request.moment.known)
    file = kept.select_related("content_type").filter(pk=pk).first()
    if file is None:
        raise Http404(_("There is no such file here."))
    visible(file.content_type.model_class(), request, file.object_id)
    return download(file.file, file.name)


@require_POST
def attach(request: Any, ledger: str, row: int) -> HttpResponseBase:
    """Keep the files of the form with a row: all of them, or none."""
    found = changeable(_ledger(ledger).model, request, row)
    uploads = request.FILES.getlist("file")
    back = row_url(found) + "#attachments"
    if not uploads:
        messages.error(request, _("Choose a file first."))
        return redirect(back)
    try:
        kept = services.attach_all(
            found, uploads, actor=request.user, evidence=request.POST.get("evidence", "")
        )
    except ValidationError as error:
        messages.error(request, _("Nothing was attached. %(why)s") % {"why": " ".join(error.messages)})
        return redirect(back)
    messages.success(
        request,
        ngettext("%(count)d file is attached.", "%(count)d files are attached.", len(kept))
        % {"count": len(kept)},
    )
    return redirect(back)


@require_POST
def remove_attachment(request: Any, pk: int) -> HttpResponseBase:
    file = visible(Attachment, request, pk)
    row = changeable(file.content_type.model_class(), request, file.object_id)
    if file.removed_at is not None:
        raise Http404(_("There is no such file here."))
    try:
        services.remove_attachment(file, actor=request.user)
        messages.success(request, _("“%(name)s” is removed.") % {"name": file.name})
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(row_url(row) + "#attachments")


def _ledger(slug: str) -> Any:
    try:
        return ledgers[slug]
    except KeyError:
        raise Http404(_("There is no such ledger."))


@require_GET
@staff_page
def evidence(request: Any, ledger: str, row: int) -> HttpResponse:
    """List every file and passage behind a row and the records about it."""
    shown = _ledger(ledger)
    found = visible(shown.model, request, row)
    asked = dict(kinds.choices(found))
    kept = citing.attachments_of(found, request)
    files = [
        {
            "file": file,
            "url": reverse("sources:attachment", kwargs={"zone": request.zone.code, "pk": file.pk}),
            "proves": asked.get(file.evidence, file.evidence),
        }
        for file in kept
    ]
    present = {file.evidence for file in kept}
    context = {
        "title": str(found),
        "row_url": row_url(found),
        "files": files,
        "missing": [words for key, words in asked.items() if key not in present],
        "backings": citing.backings(found, request),
    }
    return render(request, "sources/evidence.html", context)


# -- passages ------------------------------------------------------------------------------------------------


@require_POST
def mark(request: Any, pk: int) -> HttpResponseBase:
    """Mark the passage that was selected or whose words were pasted; ask when there are several."""
    document = changeable(Document, request, pk)
    form = MarkForm(request.POST)
    if not form.is_valid():
        return _ask_for_passage(request, document, form)
    start, end, quote = (form.cleaned_data[name] for name in ("start", "end", "quote"))
    if start is None or end is None:
        spots = places(document.text, quote)
        chosen = [spot for spot in spots if f"{spot[0]}-{spot[1]}" == form.cleaned_data["place"]] or spots
        if len(chosen) != 1:
            if not spots:
                form.add_error(
                    "quote", _("The document does not hold these words. Compare them with its text.")
                )
            return _ask_for_passage(request, document, form, spots)
        start, end = chosen[0]
        quote = document.text[start:end]
    try:
        passage = services.mark(
            document, start, end, quote=_as_stored(document, start, end, quote), actor=request.user
        )
    except ValidationError as error:
        form.add_error(None, ValidationError(error.messages))
        return _ask_for_passage(request, document, form)
    if request.POST.get("then") == "record":
        return redirect("sources:record", zone=request.zone.code, pk=passage.pk)
    messages.success(request, _("The passage is marked: %(label)s.") % {"label": passage.label})
    return redirect(citing.passage_url(passage, request.zone.code))


@require_POST
def unmark(request: Any, pk: int) -> HttpResponseBase:
    """Remove a mark that the person made and on which nothing rests."""
    passage = visible(Passage, request, pk)
    document = changeable(Document, request, passage.document_id)
    try:
        services.unmark(passage, actor=request.user)
        messages.success(request, _("The mark is removed."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(row_url(document))


def _as_stored(document: Document, start: int, end: int, quote: str) -> str:
    """Return what stands there when it differs from `quote` in line ends alone, which a form rewrites."""
    said = document.text[start:end]
    return said if plain(said) == quote else quote


def _ask_for_passage(
    request: Any, document: Document, form: MarkForm, spots: list[tuple[int, int]] | None = None
) -> HttpResponse:
    text = document.text
    context = {
        "title": _("Mark a passage"),
        "subtitle": document.title,
        "form": form,
        "spots": [
            {
                "start": start,
                "end": end,
                "before": text[max(0, start - AROUND) : start],
                "quote": text[start:end],
                "after": text[end : end + AROUND],
            }
            for start, end in spots or ()
        ],
        "is_cut": len(spots or ()) == MAX_PLACES,
        "then": request.POST.get("then", ""),
        "mark_url": reverse("sources:mark", kwargs={"zone": request.zone.code, "pk": document.pk}),
        "urls": {"cancel": row_url(document)},
    }
    return render(request, "sources/mark.html", context, status=422)


@require_GET
def find_passages(request: Any) -> HttpResponse:
    """Return the passages that hold what was typed, or whose document is called so, to be cited in a form."""
    passages = Passage.objects.allowed(request.user, "view").filter(zone=request.zone)
    text = request.GET.get("passage-search", "").strip()[:100]
    found = passages.told_in(text).select_related("document").defer("document__text")[:FOUND] if text else []
    return render(request, "sources/found_passages.html", {"passages": found, "text": text})


@require_GET
def record(request: Any, pk: int) -> HttpResponse:
    """Choose what a passage tells of, then which kind of record it gives, or which record it supports."""
    passage = visible(Passage, request, pk)
    text = request.GET.get("q", "").strip()[:100]
    slug, chosen = request.GET.get("ledger", ""), request.GET.get("row", "")
    context: dict[str, Any] = {
        "title": _("Record a fact from a passage"),
        "passage": passage,
        "label": citing.passage_label(passage),
        "passage_url": citing.passage_url(passage, request.zone.code),
        "address": request.path,
        "query": text,
        "is_asked": bool(text),
    }
    row_pk = asked_pk(chosen)
    if slug and row_pk is not None:
        shown = _ledger(slug)
        row = changeable(shown.model, request, row_pk)
        context |= {"subject": row, "subject_kind": shown.label(), **_ways(request, passage, row)}
        return render(request, "sources/record.html", context)
    context["groups"] = _subjects(request, text) if text else []
    context["nearby"] = [] if text else _told_of(request, passage)
    template = (
        "sources/record.html#found" if request.htmx and not request.htmx.boosted else "sources/record.html"
    )
    response = render(request, template, context)
    response["Vary"] = "HX-Request"
    return response


def _subjects(request: Any, text: str) -> list[dict[str, Any]]:
    """Return, ledger by ledger, the rows called like `text` about which the person may record facts."""
    groups = []
    for ledger in ledgers:
        every: Any = ledger.model._default_manager
        if not faces.about(ledger.model) or not hasattr(every, "matching"):
            continue
        rows = every.allowed(request.user, "change").filter(zone=request.zone).matching(text)
        found = [_choice(request, ledger, row) for row in rows[:FOUND]]
        if found:
            groups.append({"label": ledger.label_plural(), "icon": ledger.icon, "rows": found})
    return groups


def _told_of(request: Any, passage: Passage) -> list[dict[str, Any]]:
    """Return what records from the passages around are about: the next one is often about the same."""
    starts = dict(Passage.objects.filter(document=passage.document_id).values_list("pk", "start"))
    about = citing.records_by_passage(passage.document, request)
    found: dict[str, dict[str, Any]] = {}
    for pk in sorted(about, key=lambda other: abs(starts[other] - passage.start)):
        for one in about[pk]:
            if one.choice:
                found.setdefault(one.choice, {"label": one.label, "url": request.path + one.choice})
    return list(found.values())[:FOUND]


def _choice(request: Any, ledger: Any, row: Any) -> dict[str, Any]:
    return {"label": str(row), "url": f"{request.path}?ledger={ledger.slug}&row={row.pk}"}


def _ways(request: Any, passage: Passage, row: Any) -> dict[str, Any]:
    """Return the kinds of record about `row` with the address of their form, and its records to support."""
    cited = set(
        Citation.objects.standing().filter(passage=passage).values_list("content_type_id", "object_id")
    )
    new, existing = [], []
    for face in faces.about(type(row)):
        new.append({"label": face.label, "url": f"{face.new_url(row)}&passage={passage.pk}"})
        facts = face.model._default_manager.allowed(request.user, "add").filter(**{face.model.subject: row})  # type: ignore[attr-defined]
        kind = ContentType.objects.get_for_model(face.model)
        for fact in citing.facts_told(face.model, facts, request.moment):
            at_fact = {"zone": request.zone.code, "pk": passage.pk, "face": face.slug, "fact": fact.pk}
            existing.append(
                {
                    "label": face.describe(fact),
                    "when": fact.span,
                    "is_cited": (kind.pk, fact.pk) in cited,
                    "url": reverse("sources:cite", kwargs=at_fact),
                }
            )
    return {"new": new, "existing": sorted(existing, key=lambda item: item["when"])}


@require_POST
def cite(request: Any, pk: int, face: str, fact: int) -> HttpResponseBase:
    """Let a record rest on one more passage."""
    passage = visible(Passage, request, pk)
    try:
        found = faces[face]
    except KeyError:
        raise Http404(_("There is no such record here."))
    row = changeable(found.model, request, fact, "add")
    services.cite(row, [passage], actor=request.user)
    messages.success(
        request, _("The record rests on this passage now: %(what)s") % {"what": found.describe(row)}
    )
    return redirect(citing.passage_url(passage, request.zone.code))


@require_POST
def uncite(request: Any, pk: int) -> HttpResponseBase:
    citation = changeable(Citation, request, pk, "remove")
    passage = citation.passage
    services.uncite(citation, actor=request.user)
    messages.success(request, _("The citation is taken back."))
    if passage is not None:
        return redirect(citing.passage_url(passage, request.zone.code))
    return redirect("documents:list", zone=request.zone.code)
