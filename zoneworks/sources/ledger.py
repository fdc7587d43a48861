"""The ledger of documents, and what sources add to every ledger: citations of facts, attachments of rows."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.accounts.models import User
from zoneworks.accounts.roles import STAFF
from zoneworks.kit.columns import Cell, as_cell
from zoneworks.kit.entity import asked_pk, asked_pks
from zoneworks.kit.extensions import Extension
from zoneworks.kit.facts import Fact
from zoneworks.kit.filters import ZoneFilterSet
from zoneworks.kit.ledger import Column, Ledger
from zoneworks.kit.levels import Level
from zoneworks.kit.panels import Link, Panel
from zoneworks.kit.picking import RowsField
from zoneworks.kit.registry import extend, register
from zoneworks.sources import citing, services
from zoneworks.sources import evidence as kinds
from zoneworks.sources.forms import DocumentForm, MarkForm, PassagesField
from zoneworks.sources.models import Attachment, Citation, Document, DocumentKind, Passage, counts_of
from zoneworks.sources.reading import drawn
from zoneworks.sources.uploads import ACCEPT

PLACE = re.compile(r"(\d{1,9})-(\d{1,9})", re.ASCII)
FOUND_PLACE, NO_PASSAGE = 0, -1
"""What stands for a passage where a search found words in the text, and where none is opened."""


def _day(label: Any, **kwargs: Any) -> django_filters.DateFilter:
    return django_filters.DateFilter(label=label, widget=forms.DateInput(attrs={"type": "date"}), **kwargs)


class DocumentFilter(ZoneFilterSet):
    """Kind, issuer, and the days between which it may have been issued."""

    kind = django_filters.ChoiceFilter(choices=DocumentKind.choices, label=gettext_lazy("Kind"))
    issuer = django_filters.CharFilter(lookup_expr="icontains", label=gettext_lazy("Issuer contains"))
    issued_from = _day(gettext_lazy("Issued from"), field_name="issued_latest", lookup_expr="gte")
    issued_to = _day(gettext_lazy("Issued until"), field_name="issued_earliest", lookup_expr="lte")

    class Meta:
        model = Document
        fields = ("kind", "issuer", "issued_from", "issued_to")


@register
class DocumentLedger(Ledger):
    slug = "documents"
    model = Document
    icon = "file-text"
    menu = "sources"
    position = 10
    description = gettext_lazy(
        "Papers that facts are taken from; every passage leads to the records that rest on it."
    )
    detail_template = "sources/document.html"
    columns = (
        Column("title", link=True),
        Column("kind", kind="tag", value=lambda row: Cell(row.get_kind_display(), "tag")),
        Column("issuer"),
        Column("issued", label=gettext_lazy("issued"), kind="date", sort="issued_latest"),
        Column("passage_count", label=gettext_lazy("passages"), kind="number", sort="passage_count"),
        Column("citation_count", label=gettext_lazy("citations"), kind="number", sort="citation_count"),
        Column("number"),
        Column("created_at", hidden=True),
    )
    filterset_class = DocumentFilter
    form_class = DocumentForm
    identified_by = (("title", "issued"),)
    stored_as = {"issued": ("issued_earliest", "issued_latest")}
    facts = ("title", "kind", "issuer", "number", "issued", "issued_basis", "note")
    bulk_fields = ("kind", "issuer")

    def listed(self) -> Any:
        """Return the documents that were issued by the day; one whose day is not told, when it was entered by then."""
        rows = self.rows()
        return rows.issued_by(self.moment) if self.moment.is_past else rows

    def sorted_then(self, path: str) -> Any:
        """Return what had been counted at the moment; everything else was filled in."""
        counts = counts_of(self.moment.known)
        return counts[path] if path in counts else super().sorted_then(path)

    def prepare(self, rows: list[Any]) -> None:
        """Count what had been marked and cited at an earlier instant; today's counts come with the rows."""
        known = self.moment.known
        if known is None:
            return
        marked = Passage.objects.filter(document__in=rows, marked_at__lte=known)
        cited = Citation.objects.filter(passage__document__in=rows).standing(known)
        passages = Counter(marked.values_list("document_id", flat=True))
        citations = Counter(cited.values_list("passage__document_id", flat=True))
        for row in rows:
            row.passage_count, row.citation_count = passages[row.pk], citations[row.pk]

    def save_form(self, form: Any, verb: str, before: dict[str, str]) -> Any:
        return services.keep_document(form.save(commit=False), form.checked, actor=self.user)

    def fact_cells(self, row: Any) -> Any:
        for (label, cell), name in zip(super().fact_cells(row), self.facts, strict=True):
            yield (_("Issued"), as_cell(row.issued, "date")) if name == "issued" else (label, cell)

    def page_facts(self, row: Any) -> list[dict[str, Any]]:
        """Return the particulars; the sum of the file stands after those that the trail can rewind."""
        facts = super().page_facts(row)
        if row.sha256:
            facts.append({"label": "SHA-256", "cell": Cell(row.sha256, "mono")})
        return facts

    def panels(self, row: Any) -> list[Panel]:
        passages = row.passages.order_by("start", "pk")
        if self.moment.names_known_at:
            passages = passages.filter(marked_at__lte=self.moment.known_at)
        marked = list(passages)
        return [self.text_panel(row, marked), self.passages_panel(row, marked)]

    def text_panel(self, row: Any, marked: list[Passage]) -> Panel:
        target = asked_pk(self.request.GET.get("passage")) or NO_PASSAGE
        spans = [(passage.pk, passage.start, passage.end) for passage in marked]
        place = PLACE.fullmatch(self.request.GET.get("place", ""))
        if place:
            spans.append((FOUND_PLACE, int(place[1]), int(place[2])))
            target = FOUND_PLACE
        data = {
            "text": drawn(row.text, spans, target),
            "is_empty": not row.text,
            "can_mark": not self.moment.is_past and bool(row.text) and row.allows(self.user, "change"),
            "mark_url": reverse("sources:mark", kwargs={"zone": self.zone.code, "pk": row.pk}),
            "mark_form": MarkForm(auto_id="paste-%s"),
        }
        return Panel("text", _("Text"), "sources/panels/text.html", data, position=10)

    def passages_panel(self, row: Any, marked: list[Passage]) -> Panel:
        about = citing.records_by_passage(row, self.request)
        can_record = not self.moment.is_past and self.may("change")
        mine = {passage.pk for passage in marked if can_record and passage.marked_by_id == self.user.pk}
        cited = (
            set(Citation.objects.filter(passage__in=mine).values_list("passage_id", flat=True))
            if mine
            else ()
        )
        at = {"zone": self.zone.code}
        items = [
            {
                "passage": passage,
                "unmark_url": reverse("sources:unmark", kwargs=at | {"pk": passage.pk})
                if passage.pk in mine and passage.pk not in cited
                else "",
                "about": about.get(passage.pk, []),
                "record_url": reverse("sources:record", kwargs=at | {"pk": passage.pk}),
            }
            for passage in marked
        ]
        data = {"items": items, "can_record": can_record}
        return Panel(
            "passages", _("Passages"), "sources/panels/passages.html", data, "side", len(items), position=10
        )

    def detail_context(self, row: Any) -> dict[str, Any]:
        context = super().detail_context(row)
        if row.file:
            context["file_url"] = reverse(
                "sources:document_file", kwargs={"zone": self.zone.code, "pk": row.pk}
            )
        return context


@extend
class SourcesExtension(Extension):
    """Every fact shows what it rests on; every row keeps its files."""

    def citations(
        self, facts: Sequence[Fact], viewer: User | None, known: datetime | None
    ) -> dict[int, list[Link]]:
        return citing.links_of(facts, viewer, known)

    def read_citations(
        self, rows: Sequence[models.Model], viewer: User | None, known: datetime | None
    ) -> None:
        citing.read_links(rows, viewer, known)

    def panels(self, ledger: Any, row: Any) -> list[Panel]:
        request = ledger.request
        if not _is_staff(request):
            return []
        asked = dict(kinds.choices(row))
        can_change = not request.moment.is_past and row.allows(request.user, "change")
        code = request.zone.code
        at_row = {"zone": code, "ledger": ledger.slug, "row": row.pk}
        items = [
            {
                "file": file,
                "url": reverse("sources:attachment", kwargs={"zone": code, "pk": file.pk}),
                "remove_url": reverse("sources:remove_attachment", kwargs={"zone": code, "pk": file.pk}),
                "proves": asked.get(file.evidence, file.evidence),
            }
            for file in citing.attachments_of(row, request)
        ]
        data = {
            "items": items,
            "evidence": list(asked.items()),
            "can_change": can_change,
            "attach_url": reverse("sources:attach", kwargs=at_row),
            "list_url": reverse("sources:evidence", kwargs=at_row),
            "accept": ACCEPT,
        }
        template = "sources/panels/attachments.html"
        files = Panel("attachments", _("Attachments"), template, data, "side", len(items), position=70)
        return [*self.sources_panel(row, request), files]

    @staticmethod
    def sources_panel(row: Any, request: Any) -> list[Panel]:
        """Return what the entry itself rests on, where something is said of it."""
        links = citing.links_of([row], request.user, request.moment.known).get(row.pk, [])
        template = "sources/panels/sources.html"
        return (
            [Panel("sources", _("Sources"), template, links, "side", len(links), position=65)]
            if links
            else []
        )

    def repeated_sources(self, facts: Any) -> dict[int, list[tuple[str, str]]]:
        found: dict[int, list[tuple[str, str]]] = defaultdict(list)
        for tie in Citation.objects.of(facts).standing():
            named = ("passage", tie.passage_id) if tie.passage_id else ("attachments", tie.attachment_id)
            found[tie.object_id].append((named[0], str(named[1])))
        return found

    def chosen_sources(self, form: Any) -> list[tuple[str, str]]:
        passages, files = (form.cleaned_data.get(name, ()) for name in ("passages", "attachments"))
        return [
            *(("passage", str(passage.pk)) for passage in passages),
            *(("attachments", str(file.pk)) for file in files),
        ]

    def extend_fact_form(self, form: Any, request: Any, corrects: Fact | None) -> None:
        if not _is_staff(request):
            return
        asked = asked_pks(request.GET.getlist("passage"))
        kept = list(Citation.objects.of([corrects]).standing()) if corrects is not None else []
        field = PassagesField(request=request)
        field.initial = list(dict.fromkeys([*(tie.passage_id for tie in kept if tie.passage_id), *asked]))
        form.fields["passages"] = field
        form.initial.pop("passages", None)
        if asked and corrects is None:
            self._lend_from_document(form, field.queryset.filter(pk=asked[0]).first())  # type: ignore[union-attr]
        files = Attachment.objects.allowed(request.user, "view").of([form.subject_row]).kept()
        if files.exists():
            form.fields["attachments"] = RowsField(
                files,
                required=False,
                label=_("And on the files"),
                widget=forms.CheckboxSelectMultiple,
                initial=[tie.attachment_id for tie in kept if tie.attachment_id],
            )
            if corrects is None and "attachments" in request.GET:
                form.initial["attachments"] = request.GET.getlist("attachments")

    @staticmethod
    def _lend_from_document(form: Any, passage: Passage | None) -> None:
        """Read “24日” by the day on which the document was issued; a newspaper's word is the press's word."""
        if passage is None:
            return
        document = passage.document
        if document.issued_latest is not None and "when" in form.fields:
            form.fields["when"].reference = document.issued_latest
        if document.kind == DocumentKind.NEWSPAPER and "asserted_by" in form.fields:
            form.fields["asserted_by"].initial = Level.PRESS
            form.initial["asserted_by"] = Level.PRESS

    def after_fact(self, fact: Fact, form: Any, request: Any) -> None:
        sources = [*form.cleaned_data.get("passages", ()), *form.cleaned_data.get("attachments", ())]
        if sources:
            services.cite(fact, sources, actor=request.user)


def _is_staff(request: Any) -> bool:
    """Say whether the person works for the zone: sources are not for the enterprises that it serves."""
    return bool(request.user.roles_in(request.zone) & STAFF)
