"""Forms of documents, passages and citations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.kit.entity import asked_pks
from zoneworks.kit.forms import SpanField, ZoneModelForm
from zoneworks.kit.picking import RowsField
from zoneworks.sources.models import Document, Passage
from zoneworks.sources.services import check_passages_stay
from zoneworks.sources.uploads import ACCEPT, MAX_TEXT, Checked, check, plain


class DocumentForm(ZoneModelForm):
    """A document: what it is, when it was issued, its text typed in or taken from a text file, its file."""

    issued = SpanField(label=gettext_lazy("Issued"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        strip=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=gettext_lazy("Paste the text here, or leave this empty and choose a text file below."),
    )
    upload = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        help_text=gettext_lazy(
            "PDF, Word, Excel, a picture or a text file. A text file gives the text; "
            "a replaced file stays as an attachment."
        ),
    )
    checked: Checked | None = None

    field_order = ("title", "kind", "issuer", "number", "issued", "issued_basis", "text", "upload", "note")

    class Meta:
        model = Document
        fields = ("title", "kind", "issuer", "number", "issued_basis", "text", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.text_before = "" if self.instance._state.adding else self.instance.text
        if self.instance.issued is not None:
            self.fields["issued"].initial = self.instance.issued

    def clean_text(self) -> str:
        """Return the text with plain line ends; one that differs in these alone stays for its passages."""
        text = plain(self.cleaned_data["text"])
        return self.text_before if text == plain(self.text_before) else text

    def clean_upload(self) -> Any:
        upload = self.cleaned_data.get("upload")
        if upload:
            self.checked = check(upload)
            same = Document.objects.filter(zone=self.instance.zone, sha256=self.checked.sha256).exclude(
                file=""
            )
            other = same.exclude(pk=self.instance.pk).first()
            if other is not None:
                raise ValidationError(
                    _("“%(name)s” is already in the ledger: it is the file of the document “%(title)s”.")
                    % {"name": self.checked.name, "title": other.title}
                )
        return upload

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "issued" in cleaned:
            span = cleaned["issued"]
            self.instance.issued_earliest = span.earliest if span else None
            self.instance.issued_latest = span.latest if span else None
        if "text" in cleaned and not cleaned["text"].strip() and self.checked is not None:
            self._take_text_from_file(cleaned)
        if "text" in cleaned and not self.instance._state.adding and cleaned["text"] != self.text_before:
            try:
                check_passages_stay(Document.objects.get(pk=self.instance.pk), cleaned["text"])
            except ValidationError as error:
                self.add_error("text", error)
        return cleaned

    def _take_text_from_file(self, cleaned: dict[str, Any]) -> None:
        try:
            text = self.checked.text() if self.checked else None
        except ValidationError as error:
            self.add_error("upload", error)
            return
        if text is not None and len(text) > MAX_TEXT:
            self.add_error(
                "upload",
                _("“%(name)s” has %(count)d characters; a document holds at most %(limit)d. Split it.")
                % {"name": self.checked.name if self.checked else "", "count": len(text), "limit": MAX_TEXT},
            )
        elif text is not None:
            cleaned["text"] = text


class PassagesInput(forms.SelectMultiple):
    """Shows the chosen passages with their words, and a box that finds others; draws none but these."""

    template_name = "sources/passages_input.html"
    zone_code = ""

    def use_required_attribute(self, initial: Any) -> bool:
        return False

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        self.choices, choices = (), self.choices
        context = super().get_context(name, value, attrs)
        self.choices = choices
        chosen = asked_pks(value or ())
        rows: Any = getattr(choices, "queryset", None)
        context["chosen"] = list(rows.filter(pk__in=chosen)) if rows is not None and chosen else []
        context["find_url"] = reverse("sources:find_passages", kwargs={"zone": self.zone_code})
        return context


class PassagesField(RowsField):
    """Passages of the zone that a fact rests on."""

    widget = PassagesInput

    def __init__(self, *, request: Any, **kwargs: Any) -> None:
        rows = Passage.objects.allowed(request.user, "view").filter(zone=request.zone)
        kwargs.setdefault("label", gettext_lazy("Rests on"))
        kwargs.setdefault("required", False)
        super().__init__(rows.select_related("document").defer("document__text"), **kwargs)
        self.widget.zone_code = request.zone.code


class MarkForm(forms.Form):
    """Where a passage is: its characters, or its words alone."""

    start = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    end = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    place = forms.RegexField(r"^\d{1,9}-\d{1,9}$", required=False, widget=forms.HiddenInput)
    quote = forms.CharField(
        label=gettext_lazy("Words of the passage"),
        strip=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Paste the words as the document has them."),
    )

    def clean_quote(self) -> str:
        quote = plain(self.cleaned_data["quote"])
        if not quote.strip():
            raise ValidationError(_("There is nothing but blanks. Paste the words of the passage."))
        return quote
