"""Who rests on what: the records that cite a document's passages, the sources that a row's records cite."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _

from zoneworks.accounts.models import User
from zoneworks.accounts.once import once
from zoneworks.kit.columns import span_text
from zoneworks.kit.entity import row_url
from zoneworks.kit.facts import Fact
from zoneworks.kit.moment import Moment
from zoneworks.kit.panels import Link
from zoneworks.kit.registry import faces, ledgers
from zoneworks.sources.models import Attachment, Citation, Document, Passage


@dataclass(frozen=True, slots=True)
class Supported:
    """A record that cites a passage. `uncite_url` is empty for those who may not take the citation back."""

    label: str
    url: str
    when: str = ""
    level: str = ""
    uncite_url: str = ""


@dataclass(slots=True)
class About:
    """What the records are about, and these records. `choice` names it to the page that records one more."""

    label: str
    url: str
    kind: str = ""
    choice: str = ""
    records: list[Supported] = field(default_factory=list)


def passage_url(passage: Passage, zone_code: str) -> str:
    """Return the address of the document, opened at the passage; it is highlighted without a script too."""
    url = reverse("documents:detail", kwargs={"zone": zone_code, "pk": passage.document_id})
    return f"{url}?passage={passage.pk}#p{passage.pk}"


def passage_label(passage: Passage) -> str:
    return f"{passage.document.title} · {passage.label}"


def links_of(
    facts: Sequence[models.Model], viewer: User | None, known: datetime | None
) -> dict[int, list[Link]]:
    """Return, for each of the rows (all of one model), links to what it cites and `viewer` may see; one query.

    With an instant only what was cited by then. Several parts of a page ask for the same rows.
    """
    if not facts:
        return {}
    said = _asked(facts, viewer, known)
    return once(said, lambda: _links_of(facts, viewer, known).get(type(facts[0]), {}))


def read_links(rows: Sequence[models.Model], viewer: User | None, known: datetime | None) -> None:
    """Read at once what `links_of` will be asked for all of `rows` of each model while this page is read; one query."""
    found = _links_of(rows, viewer, known)
    by_model: dict[type[models.Model], list[models.Model]] = defaultdict(list)
    for row in rows:
        by_model[type(row)].append(row)
    for model, its in by_model.items():
        once(_asked(its, viewer, known), partial(found.get, model, {}))


def _asked(rows: Sequence[models.Model], viewer: User | None, known: datetime | None) -> tuple[Any, ...]:
    keys = frozenset(row.pk for row in rows)
    return "links", type(rows[0]), keys, viewer and viewer.pk, known


def _links_of(
    facts: Sequence[models.Model], viewer: User | None, known: datetime | None
) -> dict[type[models.Model], dict[int, list[Link]]]:
    """Return the links of rows of several models, by model and key."""
    cited = (
        Citation.objects.of(facts)
        .standing(known)
        .select_related("zone", "passage__document", "attachment")
        .defer("passage__document__text")
        .order_by("pk")
    )
    if viewer is not None:
        cited = cited.allowed(viewer, "view")
    kinds = ContentType.objects.get_for_models(*{type(fact) for fact in facts})
    models_of = {kind.pk: model for model, kind in kinds.items()}
    found: dict[type[models.Model], dict[int, list[Link]]] = defaultdict(lambda: defaultdict(list))
    for citation in cited:
        found[models_of[citation.content_type_id]][citation.object_id].append(_link(citation))
    return {model: dict(links) for model, links in found.items()}


def _link(citation: Citation) -> Link:
    code = citation.zone.code
    if citation.passage is not None:
        passage = citation.passage
        return Link(passage_label(passage), passage_url(passage, code), passage.quote)
    url = reverse("sources:attachment", kwargs={"zone": code, "pk": citation.attachment_id})
    return Link(str(citation), url, str(citation))


def records_by_passage(document: Document, request: Any) -> dict[int, list[About]]:
    """Return, for each passage of `document`, the records in force that cite it, by what they are about.

    The queries grow with the number of models that cite, not with that of passages or records.
    """
    citations = Citation.objects.filter(passage__document=document).standing(request.moment.known)
    ties = list(citations.select_related("content_type").order_by("pk"))
    may_remove = not request.moment.is_past and bool(ties) and ties[0].allows(request.user, "remove")
    by_model: dict[Any, set[int]] = defaultdict(set)
    for tie in ties:
        by_model[tie.content_type].add(tie.object_id)
    rows = {kind: _visible(kind.model_class(), pks, request) for kind, pks in by_model.items()}
    found: dict[int, dict[Any, About]] = defaultdict(dict)
    for tie in ties:
        row = rows[tie.content_type].get(tie.object_id)
        if row is None:
            continue
        about = found[tie.passage_id or 0].setdefault(_subject_key(row), _about(row))
        about.records.append(_supported(row, tie, request, may_remove))
    return {passage: list(groups.values()) for passage, groups in found.items()}


def _visible(model: Any, pks: Iterable[int], request: Any) -> dict[int, Any]:
    """Return the rows of `model` that the person sees and that were in force at the moment."""
    if model is None or not hasattr(model._default_manager, "allowed"):
        return {}
    rows = model._default_manager.allowed(request.user, "view").filter(zone=request.zone, pk__in=pks)
    if issubclass(model, Fact):
        return {row.pk: row for row in facts_told(model, rows, request.moment)}
    named = [each.name for each in model._meta.concrete_fields if each.many_to_one]
    return {row.pk: row for row in rows.select_related(*named)}


def facts_told(model: Any, facts: Any, moment: Moment) -> list[Any]:
    """Return those of `facts` in force at the moment, with what their face needs to describe them."""
    rows = in_force(facts, moment)
    face = faces.for_fact(model)
    if face is None:
        return list(rows.select_related("zone", f"{model.subject}__zone"))
    found = list(face.for_reading(rows).select_related("zone", f"{model.subject}__zone"))
    face.prepare(found)
    return found


def in_force(facts: Any, moment: Moment) -> Any:
    """Keep the facts that stood at the moment."""
    facts = facts.live(moment.known)
    return facts.filter(earliest__lte=moment.on) if moment.names_on else facts


def _subject_key(row: Any) -> tuple[type, int]:
    subject = row.subject_row if isinstance(row, Fact) else row
    return type(subject), subject.pk


def _about(row: Any) -> About:
    subject = row.subject_row if isinstance(row, Fact) else row
    ledger = ledgers.for_model(type(subject))
    if ledger is None:
        return About(str(subject), "")
    return About(str(subject), row_url(subject), ledger.label(), f"?ledger={ledger.slug}&row={subject.pk}")


def _supported(row: Any, tie: Citation, request: Any, may_remove: bool) -> Supported:
    code = request.zone.code
    undo = reverse("sources:uncite", kwargs={"zone": code, "pk": tie.pk}) if may_remove else ""
    face = faces.for_fact(type(row))
    if face is None:
        is_entry = not isinstance(row, Fact) and ledgers.for_model(type(row)) is not None
        return Supported(_("entry in the ledger") if is_entry else str(row), row_url(row), uncite_url=undo)
    return Supported(face.describe(row), face.url_of(row), span_text(row.span), row.level_label, undo)


@dataclass(frozen=True, slots=True)
class Backing:
    """A record of a row, with the passages and files that it cites."""

    label: str
    url: str
    when: str
    links: list[Link]


def backings(row: Any, request: Any) -> list[Backing]:
    """Return the entry and the records about it in force, with what they cite; two queries a face."""
    found: list[tuple[Any, Backing]] = []
    for face in faces.about(type(row)):
        facts = face.model._default_manager.allowed(request.user, "view").filter(**{face.model.subject: row})  # type: ignore[attr-defined]
        listed = facts_told(face.model, facts, request.moment)
        links = links_of(listed, request.user, request.moment.known)
        found.extend(
            (
                fact.latest,
                Backing(face.describe(fact), face.url_of(fact), span_text(fact.span), links.get(fact.pk, [])),
            )
            for fact in listed
        )
    own = links_of([row], request.user, request.moment.known).get(row.pk, [])
    entry = Backing(_("entry in the ledger"), row_url(row), "", own)
    return [entry, *(backing for _day, backing in sorted(found, key=lambda pair: pair[0]))]


def attachments_of(row: Any, request: Any) -> list[Attachment]:
    """Return the files that hung on `row` at the moment, as far as the person may see files here."""
    files = Attachment.objects.allowed(request.user, "view").of([row]).filter(zone=request.zone)
    kept = files.kept(request.moment.known)
    return list(kept.select_related("added_by"))
