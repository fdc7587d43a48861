"""Forms of ledgers and facts. They know zone and person, so that choices end at the wall."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.kit.amounts import AmountError, parse_amount
from zoneworks.kit.facts import Fact
from zoneworks.kit.filters import limit_choices
from zoneworks.kit.language import language
from zoneworks.kit.levels import OPEN_LEVELS, Level
from zoneworks.kit.spans import Span, SpanError, format_span, parse_span


def again_field(help_text: Any = "") -> forms.BooleanField:
    """Return the field by which a person keeps what the ledger has already; shown once the form has asked."""
    return forms.BooleanField(
        required=False, label=gettext_lazy("Record it all the same"), help_text=help_text
    )


class SpanField(forms.CharField):
    """A day, a month, a quarter, “5月初” or two days; gives a `Span`.

    `read_back` says what was understood once a text without a year was read.
    """

    read_back = ""

    def __init__(self, *, reference: date | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("when"))
        kwargs.setdefault(
            "help_text",
            gettext_lazy(
                "A day (2024-09-30), a month (2024年9月), 5月初, a quarter, or two days (2024-09-01..2024-09-15)."
            ),
        )
        kwargs.setdefault("max_length", 60)
        self.reference = reference
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("autocomplete", "off")

    def prepare_value(self, value: Any) -> Any:
        return span_input(value) if isinstance(value, Span) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            span = parse_span(text, reference=self.reference or localdate())
        except SpanError as error:
            raise ValidationError(str(error), code="span")
        said = {"text": text, "span": format_span(span, language())}
        self.read_back = "" if _names_its_year(text) else _("“%(text)s” is read as %(span)s.") % said
        return span


def _names_its_year(text: str) -> bool:
    try:
        parse_span(text)
    except SpanError:
        return False
    return True


def read_back(form: forms.BaseForm) -> list[str]:
    """Return what was understood where a form that was kept says days without their year."""
    fields = (each for each in form.fields.values() if isinstance(each, SpanField))
    return [field.read_back for field in fields if field.read_back]


def span_input(span: Span) -> str:
    """Return a span as it can be typed again."""
    if span.is_day:
        return span.earliest.isoformat()
    return f"{span.earliest.isoformat()}..{span.latest.isoformat()}"


class AmountField(forms.CharField):
    """An amount as people write it (近240亿元, 不低于1.4亿美元, 120亩); gives an `Amount`."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("amount"))
        kwargs.setdefault(
            "help_text",
            gettext_lazy(
                "As it is written: 近240亿元, 不低于1.4亿美元, 5000万元以上, 约5.5万㎡, 120亩, 20GW."
            ),
        )
        kwargs.setdefault("max_length", 80)
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("autocomplete", "off")

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_amount(text)
        except AmountError as error:
            raise AmountRefusedError(error)


class AmountRefusedError(ValidationError):
    """A text that is no amount; `error` says what is wrong with it."""

    def __init__(self, error: AmountError) -> None:
        super().__init__(str(error), code="amount")
        self.error = error


class ZoneForm(forms.Form):
    """A form of one zone, filled in by one person."""

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        for field in self.fields.values():
            limit_choices(field, request)


class ZoneModelForm(forms.ModelForm):
    """A form of one row of a ledger; a new row gets the zone of the page."""

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self._opened = {
            each.attname: getattr(self.instance, each.attname) for each in _columns(self.instance)
        }
        if self.instance._state.adding and hasattr(self.instance, "zone_id"):
            self.instance.zone = request.zone  # type: ignore[attr-defined]
        for field in self.fields.values():
            limit_choices(field, request)
        speak_of_length(self)

    def expect(self, rows: int) -> None:
        """Prepare to judge so many rows: look up at once what each would ask for. Copies of this form know it too."""

    def know_what(self, other: Any) -> None:
        """Take over what `other`, a form of the same class and zone, has looked up in `expect`."""

    def ask_constraints(self) -> None:
        """Ask for the constraints that were to be asked apart; what they say becomes errors of the form."""
        self.instance.asked_apart = frozenset()
        try:
            self.instance.validate_constraints(exclude=self._get_validation_exclusions())
        except ValidationError as error:
            self._update_errors(error)  # type: ignore[attr-defined]

    def save(self, commit: bool = True) -> Any:
        """Keep the row; of one that stood already, only what this form says of it.

        The other columns are read once more when nobody else can change them: what others wrote meanwhile stays, and
        what follows from several columns follows from those that stand. Call it in a transaction.
        """
        if not commit or self.instance._state.adding:
            return super().save(commit)
        row, said = self.instance, self._filled()
        others = [field.attname for field in _columns(row) if field.name not in said]
        rows = type(row)._base_manager.select_for_update(no_key=True)
        with transaction.atomic():
            row.refresh_from_db(fields=others, from_queryset=rows)
            row.save(update_fields=said)
            self._save_m2m()  # type: ignore[attr-defined]
        return row

    def _filled(self) -> set[str]:
        """Return the columns that the form fills in, and those that it has set besides."""
        return {
            field.name
            for field in _columns(self.instance)
            if field.editable
            and (
                field.name in self.cleaned_data
                or getattr(self.instance, field.attname) != self._opened[field.attname]
            )
        }

    def changed_columns(self) -> frozenset[str]:
        """Return the columns of which the row says something else than when the form was made."""
        return frozenset(
            field.name
            for field in _columns(self.instance)
            if getattr(self.instance, field.attname) != self._opened[field.attname]
        )

    def as_opened(self) -> Any:
        """Return the row as it was when the form was made."""
        row = copy.copy(self.instance)
        for name, value in self._opened.items():
            setattr(row, name, value)
        return row

    def _get_validation_exclusions(self) -> set[str]:
        """Check the constraints that name the zone too, though the form does not ask for it."""
        return super()._get_validation_exclusions() - {"zone"}  # type: ignore[misc]


def _columns(row: Any) -> list[Any]:
    """Return the columns of a row that can change."""
    return [field for field in row._meta.concrete_fields if not field.primary_key and field.name != "zone"]


class FactForm(forms.ModelForm):
    """Records a fact about `subject`, or corrects one. The span is one field, typed as people say it.

    What lies ahead is no fact yet; a form whose facts are announced beforehand sets `may_lie_ahead`.
    """

    may_lie_ahead: ClassVar[bool] = False
    beside: Sequence[Fact] = ()
    """Facts about the same that are recorded together with this one."""
    told_before: Sequence[Fact] | None = None
    """The facts of its class about the same that are in force, where somebody has read them already."""

    when = SpanField()

    def __init__(
        self, *args: Any, request: HttpRequest, subject: Any, corrects: Fact | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.subject_row = subject
        self.corrects = corrects
        self.instance.zone = subject.zone
        setattr(self.instance, type(self.instance).subject, subject)
        if corrects is not None:
            self.fields["when"].initial = corrects.span
        for field in self.fields.values():
            limit_choices(field, request)
        speak_of_length(self)
        if "asserted_by" in self.fields:
            self.fields["asserted_by"].choices = self._levels()  # type: ignore[attr-defined]

    def unit_of(self, kind: str) -> str:
        """Return the base unit in which facts of this kind are stated as a rule, or nothing for what is no amount."""
        return ""

    def _levels(self) -> list[tuple[str, Any]]:
        may_recognize = self.subject_row.allows(self.request.user, "recognize")
        return [(level.value, level.label) for level in Level if level in OPEN_LEVELS or may_recognize]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        span = cleaned.get("when")
        if span is not None:
            self.instance.earliest, self.instance.latest = span.earliest, span.latest
            if not self.may_lie_ahead and span.earliest > localdate():
                said = _("%(when)s lies ahead. A fact is recorded once it has happened; look at the year.")
                self.add_error("when", said % {"when": shown_span(span)})
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() | {"earliest", "latest"}  # type: ignore[misc]


def speak_of_length(form: forms.BaseForm) -> None:
    """Let a text that is too long be sent and refused with a message, instead of being cut off without a word."""
    for field in form.fields.values():
        field.widget.attrs.pop("maxlength", None)


def shown_span(span: Span) -> str:
    """Return a span as text in the language of the page."""
    return format_span(span, language())


__all__ = [
    "AmountField",
    "FactForm",
    "SpanField",
    "ZoneForm",
    "ZoneModelForm",
    "_",
    "shown_span",
    "span_input",
]
