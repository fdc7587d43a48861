"""Whether passages still say what their documents say, and whether citations still hold something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import F
from django.db.models.functions import Substr
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.accounts.models import Zone
from zoneworks.kit.soundness import Soundness, Unsound, keep_sound
from zoneworks.sources.models import Attachment, Citation, Document, DocumentPiece, Passage


@keep_sound
class Passages(Soundness):
    """A passage stands in its document, word for word, at its place; a text without a file has its sum."""

    key = "passages"
    label = gettext_lazy("passages and the texts in which they stand")
    advice = gettext_lazy("A text was changed past the workbench. Compare it with the last backup.")

    def find(self, zone: Zone) -> Iterator[Unsound]:
        rows = Passage.objects.filter(zone=zone)
        stands = Substr("document__text", F("start") + 1, F("end") - F("start"))
        for pk in rows.exclude(quote=stands).values_list("pk", flat=True):
            yield Unsound(Passage, pk, _("the document does not say this at its place"))
        for pk in rows.exclude(document__zone=F("zone")).values_list("pk", flat=True):
            yield Unsound(Passage, pk, _("in a document of another zone"))
        typed = Document.objects.filter(zone=zone, file="").values_list("pk", "text", "sha256")
        for pk, text, known in typed.iterator(chunk_size=50):
            if known != (sha256(text.encode()).hexdigest() if text else ""):
                yield Unsound(Document, pk, _("the text has another sum than was written down"))


@keep_sound
class Pieces(Soundness):
    """A search finds in a document the words that its text has now."""

    key = "pieces"
    label = gettext_lazy("words of the documents in the search")
    can_mend = True

    def find(self, zone: Zone) -> Iterator[Unsound]:
        documents = Document.objects.filter(zone=zone).prefetch_related("pieces").order_by("pk")
        for document in documents.iterator(chunk_size=50):
            if not document.is_cut():
                yield Unsound(Document, document.pk, _("not found by its words"))

    def mend(self, found: Iterable[Unsound]) -> int:
        return sum(
            DocumentPiece.cut(one) for one in Document.objects.filter(pk__in=[each.pk for each in found])
        )


@keep_sound
class Ties(Soundness):
    """What is cited and attached hangs on a row that is there, in the same zone."""

    key = "citations"
    label = gettext_lazy("citations and attachments and what they hang on")
    advice = gettext_lazy("Take the citation back, or restore the backup that has the row.")

    def find(self, zone: Zone) -> Iterator[Unsound]:
        for model in (Citation, Attachment):
            ties = model._base_manager.filter(zone=zone)
            for kind in ties.order_by().values_list("content_type", flat=True).distinct():
                yield from self._loose(model, ties.filter(content_type=kind), kind, zone)
        rows = Citation.objects.filter(zone=zone)
        for path in ("passage", "attachment"):
            strange = rows.filter(**{f"{path}__isnull": False}).exclude(**{f"{path}__zone": F("zone")})
            for pk in strange.values_list("pk", flat=True):
                yield Unsound(Citation, pk, _("rests on a source of another zone"))

    def _loose(self, model: Any, ties: Any, kind: int, zone: Zone) -> Iterator[Unsound]:
        target: Any = ContentType.objects.get_for_id(kind).model_class()
        there = (target._base_manager.filter(zone=zone) if target else ties.none()).values("pk")
        for pk in ties.exclude(object_id__in=there).values_list("pk", flat=True):
            yield Unsound(model, pk, _("hangs on a row that is not there"))
