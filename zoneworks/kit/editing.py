"""Entering and changing rows: the form, and the same change on many rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zoneworks.accounts.locks import hold
from zoneworks.kit.attributes import keep_former
from zoneworks.kit.audit import Line, record, record_many, snapshot, told_by
from zoneworks.kit.entity import asked_pks
from zoneworks.kit.filters import limit_choices
from zoneworks.kit.forms import read_back
from zoneworks.kit.keeping import keep_change, keep_new
from zoneworks.kit.many import write_columns
from zoneworks.kit.models import Change
from zoneworks.kit.wording import labeled

BULK_LIMIT = 2000
SHOWN_ERRORS = 20


class EditingPages:
    """The addresses of a ledger that change rows."""

    def get_new(self: Any) -> HttpResponse:
        initial = {key: value for key, value in self.request.GET.items() if key not in {"as_of", "known_at"}}
        return self.show_form(self.form_class(request=self.request, initial=initial), None)

    def post_new(self: Any) -> HttpResponseBase:
        form = self.form_class(self.request.POST, self.request.FILES, request=self.request)
        if not (form.is_valid() and keep_new(form, lambda: self.save_new(form))):
            return self.show_form(form, None)
        row = form.instance
        said = _("“%(name)s” is in the ledger.") % {"name": row}
        messages.success(self.request, " ".join([said, *read_back(form)]))
        return redirect(self.after_save_url(row))

    def save_new(self: Any, form: Any) -> Any:
        """Save one new row that a person typed or a program sent, and return it; ask about what stands already."""
        if not form.cleaned_data.get("again"):
            self.refuse_repetition(form)
        return self.save_form(form, "add", {})

    def refuse_repetition(self: Any, form: Any) -> None:
        """Raise `AlreadySaidError` where the new row seems to stand already; a ledger says what it goes by.

        Its form has a field `again`, by which the row is kept all the same.
        """

    def get_edit(self: Any) -> HttpResponse:
        row = self.get_row()
        return self.show_form(self.form_class(instance=row, request=self.request), row)

    def post_edit(self: Any) -> HttpResponseBase:
        row = self.get_row()
        opened_at = self.request.POST.get("opened_at") or self.version(row)
        form = self.form_class(self.request.POST, self.request.FILES, instance=row, request=self.request)
        again: str | None = opened_at
        if form.is_valid():
            again = keep_change(form, self.version, partial(self.save_form, form, "change"), opened_at)
        if again is not None:
            return self.show_form(form, row, again)
        said = _("“%(name)s” is changed.") % {"name": row}
        messages.success(self.request, " ".join([said, *read_back(form)]))
        return redirect(self.row_url(row))

    def version(self: Any, row: Any) -> str:
        """Return a mark that is another one after each change of the stored row."""
        changes = Change.objects.of_row(row).filter(verb__in=("change", "bulk")).order_by("-pk")
        line = f"change-{changes.values_list('pk', flat=True).first() or 0}"
        if not hasattr(row, "updated_at"):
            return line
        stored = type(row)._base_manager.values_list("updated_at", flat=True).get(pk=row.pk)
        return f"{line} {stored.isoformat()}"

    @transaction.atomic
    def save_form(self: Any, form: Any, verb: str, before: dict[str, str]) -> Any:
        """Save, check that the row lies where the person may write, and write the change down; all or nothing."""
        row = form.save()
        if not row.allows(self.user, verb):
            raise PermissionDenied(
                _("You may not keep a row like this: it would lie outside of what you may change.")
            )
        record(self.user, verb, row, before=before, after=snapshot(row))
        return row

    @transaction.atomic
    def save_new_forms(self: Any, forms: Sequence[Any], told: Sequence[str]) -> list[Any]:
        """Save new rows, each as `save_form` does, all or nothing; `told` are their places in a workbook."""
        if not self.writes_many:
            saved = []
            for form, place in zip(forms, told, strict=True):
                with told_by(place):
                    saved.append(self.save_form(form, "add", {}))
            return saved
        rows = [form.save(commit=False) for form in forms]
        self.model.save_new(rows)
        for form in forms:
            form.save_m2m()
        if len(self.closed_rows(rows, "add")) > 0:
            raise PermissionDenied(
                _("You may not keep a row like this: it would lie outside of what you may change.")
            )
        lines = [Line(row, {}, snapshot(row), place) for row, place in zip(rows, told, strict=True)]
        record_many(self.user, "add", lines)
        return rows

    @transaction.atomic
    def save_changed_forms(
        self: Any, forms: Sequence[Any], before: Sequence[dict[str, str]], told: Sequence[str]
    ) -> None:
        """Save changed rows, each as `save_form` does, all or nothing; `told` are their places in a workbook.

        Call it for rows that nobody else has changed since the forms were made.
        """
        together: dict[frozenset[str], list[tuple[Any, dict[str, str], str]]] = {}
        for form, said, place in zip(forms, before, told, strict=True):
            if self.writes_many and _goes_together(form):
                together.setdefault(form.changed_columns(), []).append((form.instance, said, place))
            else:
                with told_by(place):
                    self.save_form(form, "change", said)
        for columns, changes in together.items():
            self._save_changes(sorted(columns), changes)

    def _save_changes(self: Any, columns: list[str], changes: list[tuple[Any, dict[str, str], str]]) -> None:
        rows = [row for row, _said, _place in changes]
        hold(self.model, *(row.pk for row in rows))
        keep_former(rows, columns)
        at = now()
        for row in rows:
            row.updated_at = at
        write_columns(rows, [*columns, "updated_at"])
        if self.closed_rows(rows):
            raise PermissionDenied(
                _("You may not keep a row like this: it would lie outside of what you may change.")
            )
        lines = [Line(row, said, snapshot(row), place) for row, said, place in changes]
        record_many(self.user, "change", lines)

    def after_save_url(self: Any, row: Any) -> str:
        return self.row_url(row)

    def show_form(self: Any, form: Any, row: Any, opened_at: str = "") -> HttpResponse:
        """Draw the form with the mark of the row as it was opened: that of now unless `opened_at` is one."""
        if row is not None and not opened_at:
            opened_at = self.version(row)
        standing = getattr(form, "standing", None)
        if standing is None and "again" not in form.data:
            form.fields.pop("again", None)
        context = {
            "ledger": self,
            "form": form,
            "object": row,
            "standing": {"url": self.row_url(standing), "label": self.title(standing)} if standing else None,
            "title": _("Change “%(name)s”") % {"name": row}
            if row
            else _("New: %(what)s") % {"what": self.label()},
            "opened_at": opened_at,
            "urls": {"cancel": self.row_url(row) if row else self.url("list"), "list": self.url("list")},
        }
        return render(self.request, "kit/form.html", context, status=422 if form.errors else 200)

    # -- many rows at once -----------------------------------------------------------------------------------------

    def post_bulk(self: Any) -> HttpResponseBase:
        """Show the form for the chosen rows, or change them all or none."""
        rows = self.bulk_rows()
        if not rows:
            messages.error(self.request, _("Choose the rows to change first."))
            return redirect(self.url("list"))
        if len(rows) > BULK_LIMIT:
            messages.error(self.request, _("Choose at most %(limit)d rows at once.") % {"limit": BULK_LIMIT})
            return redirect(self.url("list"))
        closed = self.closed_rows(rows)
        form = self.bulk_form(self.request.POST if "save" in self.request.POST else None)
        if closed:
            return self.show_bulk(
                form,
                rows,
                [_("You may not change “%(name)s”.") % {"name": row} for row in closed[:SHOWN_ERRORS]],
            )
        if "save" not in self.request.POST or not form.is_valid():
            return self.show_bulk(form, rows, [])
        changes = {
            name: form.cleaned_data[name]
            for name in self.request.POST.getlist("change")
            if name in form.fields
        }
        if not changes:
            return self.show_bulk(form, rows, [_("Tick at least one field to change.")])
        errors = self.save_bulk(rows, changes)
        if errors:
            return self.show_bulk(form, rows, errors)
        messages.success(
            self.request,
            ngettext("%(count)d row is changed.", "%(count)d rows are changed.", len(rows))
            % {"count": len(rows)},
        )
        return redirect(self.url("list"))

    def bulk_rows(self: Any) -> list[Any]:
        """Return the chosen rows that the person sees; one above the limit is enough to refuse them."""
        chosen = asked_pks(self.request.POST.getlist("pk"))
        return list(self.rows().filter(pk__in=chosen[: BULK_LIMIT + 1]))

    def closed_rows(self: Any, rows: list[Any], verb: str = "change") -> list[Any]:
        """Return those of `rows` on which the person may not do `verb`; one query at most."""
        closed = self.closed_keys([row.pk for row in rows], verb)
        return [row for row in rows if row.pk in closed]

    def closed_keys(self: Any, keys: Iterable[int], verb: str = "change") -> set[int]:
        """Return those of the keys of rows on which the person may not do `verb`; one query at most."""
        if self.model.policy.grants_all(self.user, verb, self.zone.pk):
            return set()
        asked = set(keys)
        return asked - set(self.rows(verb).filter(pk__in=asked).values_list("pk", flat=True))

    def bulk_form(self: Any, data: Any) -> forms.Form:
        fields = forms.fields_for_model(self.model, fields=self.bulk_fields)
        for field in fields.values():
            if field is not None:
                field.required = False
                limit_choices(field, self.request)
        return type("BulkForm", (forms.Form,), fields)(data)

    def save_bulk(self: Any, rows: list[Any], changes: dict[str, Any]) -> list[str]:
        """Change all `rows` or none; return what stands in the way, row by row."""
        errors: list[str] = []
        try:
            with transaction.atomic():
                # Read once more when nobody else can change them: what others wrote meanwhile stays.
                hold(self.model, *(row.pk for row in rows))
                for row in self.bulk_rows():
                    errors.extend(self.change_one(row, changes))
                if errors:
                    raise _Undo
        except _Undo:
            return errors[:SHOWN_ERRORS]
        except IntegrityError:
            return [
                _(
                    "Somebody else kept the same at this moment. Nothing was changed; look at it and try again."
                )
            ]
        return []

    def change_one(self: Any, row: Any, changes: dict[str, Any]) -> list[str]:
        before = snapshot(row)
        for name, value in changes.items():
            setattr(row, name, value)
        try:
            row.full_clean()
            # Only what was changed: derived columns may have moved on since the row was read.
            row.save(update_fields=list(changes))
        except ValidationError as error:
            return [labeled(row, " ".join(error.messages))]
        if not row.allows(self.user, "change"):
            return [_("%(name)s: it would lie outside of what you may change.") % {"name": row}]
        record(self.user, "bulk", row, before=before, after=snapshot(row))
        return []

    def show_bulk(self: Any, form: forms.Form, rows: list[Any], errors: list[str]) -> HttpResponse:
        context = {
            "ledger": self,
            "form": form,
            "rows": rows,
            "count": len(rows),
            "errors": errors,
            "chosen": self.request.POST.getlist("change"),
            "urls": {"cancel": self.url("list"), "bulk": self.url("bulk"), "list": self.url("list")},
        }
        return render(self.request, "kit/bulk.html", context, status=422 if errors else 200)


class _Undo(Exception):  # noqa: N818
    """Roll the rows of a bulk change back."""


def _goes_together(form: Any) -> bool:
    """Say whether the change of a row may be written with others: nothing follows from it for other rows.

    A row that takes another name, or another place among its kind, is saved by itself.
    """
    row, before = form.instance, form.as_opened()
    above = getattr(row, "above", None)
    moved = above is not None and getattr(row, f"{above}_id") != getattr(before, f"{above}_id")
    return not moved and row.own_names() == before.own_names()
