"""The face of a fact: its page with every version, and the forms to record, correct, withdraw and recognize it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from zoneworks.accounts.once import once
from zoneworks.kit import recording
from zoneworks.kit.access import is_staff
from zoneworks.kit.columns import as_cell, span_text
from zoneworks.kit.entity import asked_pk, row_url
from zoneworks.kit.extensions import citations_of
from zoneworks.kit.facts import Fact
from zoneworks.kit.forms import FactForm, again_field, read_back
from zoneworks.kit.levels import OPEN_LEVELS, Level
from zoneworks.kit.moment import Moment
from zoneworks.kit.panels import TimelineItem
from zoneworks.kit.past import rewind_subjects
from zoneworks.kit.recognizing import Recognizing


class WithdrawForm(forms.Form):
    """Asks why."""

    note = forms.CharField(
        label=gettext_lazy("Why is this record withdrawn?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )


class FactFace(Recognizing, View):
    """Declare `slug`, `model`, `form_class` and `describe`; see `docs/add-a-ledger.md`."""

    slug: ClassVar[str]
    model: ClassVar[type[Fact]]
    form_class: ClassVar[type[FactForm]]
    label: ClassVar[Any]
    shown: ClassVar[tuple[str, ...]] = ()
    is_imported: ClassVar[bool] = True
    """Whether workbooks have columns for such facts; not where the form of the ledger writes them itself."""

    page: str = "detail"
    request: Any

    # -- what a face may override ----------------------------------------------------------------------------------

    @classmethod
    def describe(cls, fact: Any) -> str:
        """Return what the fact says, in one line."""
        return str(fact)

    @classmethod
    def values(cls, fact: Any) -> list[tuple[str, str]]:
        """Return label and text of what a version says beside span, level and note."""
        return []

    @classmethod
    def for_reading(cls, facts: Any) -> Any:
        """Bring what `describe` needs."""
        return facts.select_related("recorded_by")

    @classmethod
    def prepare(cls, facts: list[Any]) -> None:
        """Give `facts`, all of one zone, what `describe` needs, in a number of queries that does not grow."""

    # -- addresses -------------------------------------------------------------------------------------------------

    @classmethod
    def urls(cls) -> tuple[list[URLPattern], str]:
        return [
            path("new/", cls.as_view(page="new"), name="new"),
            path("<int:pk>/", cls.as_view(page="detail"), name="detail"),
            path("<int:pk>/correct/", cls.as_view(page="correct"), name="correct"),
            path("<int:pk>/withdraw/", cls.as_view(page="withdraw"), name="withdraw"),
        ], f"fact-{cls.slug}"

    @classmethod
    def url_of(cls, fact: Fact, page: str = "detail") -> str:
        return reverse(f"fact-{cls.slug}:{page}", kwargs={"zone": fact.zone.code, "pk": fact.pk})

    @classmethod
    def new_url(cls, subject: Any) -> str:
        return reverse(f"fact-{cls.slug}:new", kwargs={"zone": subject.zone.code}) + f"?subject={subject.pk}"

    @classmethod
    def subject_model(cls) -> type[models.Model]:
        return cls.model._meta.get_field(cls.model.subject).related_model  # type: ignore[return-value]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        method = "get" if request.method == "HEAD" else str(request.method).lower()
        handler = getattr(self, f"{method}_{self.page}", None)
        if handler is None:
            return HttpResponseNotAllowed(["GET"] if self.page == "detail" else ["GET", "POST"])
        return handler()

    # -- reading ---------------------------------------------------------------------------------------------------

    @classmethod
    def told(cls, subject: Any, moment: Moment) -> list[Any]:
        """Return the facts about `subject` in force at the moment, the certain and the uncertain, by their days.

        They have what `describe` needs, and are read once for all parts of a page.
        """

        def read() -> list[Any]:
            rows: Any = cls.model._default_manager.filter(**{cls.model.subject: subject})
            possible = rows.possible(moment.on, moment.known)
            facts = list(cls.for_reading(possible).in_order())
            for fact in facts:
                setattr(fact, cls.model.subject, subject)
                # A fact lies in the zone of its subject.
                fact.zone = subject.zone
            cls.prepare(facts)
            return facts

        return once(("told", cls.model, subject.pk, moment.on, moment.known), read)

    @classmethod
    def timeline(cls, subject: Any, moment: Moment, viewer: Any = None) -> list[TimelineItem]:
        """Return the facts about `subject` in force at the moment."""
        facts = cls.told(subject, moment)
        cited = citations_of(facts, viewer, moment.known)
        return [cls.item(fact, moment, cited.get(fact.pk, [])) for fact in facts]

    @classmethod
    def item(cls, fact: Any, moment: Moment, citations: list[Any]) -> TimelineItem:
        return TimelineItem(
            span_text=span_text(fact.span),
            label=cls.describe(fact),
            level_label=fact.level_label,
            by=str(fact.recorded_by or ""),
            at=fact.recorded_at,
            url=moment.on_url(cls.url_of(fact)),
            is_uncertain=fact.is_uncertain(moment.on),
            note=fact.note,
            sort_key=(fact.latest, fact.earliest, fact.recorded_at, fact.pk),
            citations=citations,
            is_unsourced=cls.is_unsourced(fact, citations),
            is_corrected=fact.reverses_id is not None,
        )

    def get_fact(self, verb: str = "view") -> Any:
        facts = self.model._default_manager.allowed(self.request.user, "view").filter(zone=self.request.zone)  # type: ignore[attr-defined]
        fact = (
            self.for_reading(facts)
            .select_related("zone", self.model.subject)
            .filter(pk=self.kwargs["pk"])
            .first()
        )
        if fact is None:
            raise Http404(_("There is no such record here."))
        if verb != "view" and not fact.allows(self.request.user, verb):
            raise PermissionDenied(_("You can see this record, but your role does not allow to change it."))
        self.prepare([fact])
        return fact

    def get_detail(self) -> HttpResponse:
        fact = self.get_fact()
        found = recording.versions(fact)
        known_at = self.request.moment.known_at
        if self.request.moment.names_known_at:
            found = [version for version in found if version.recorded_at <= known_at]
        if fact not in found:
            raise Http404(_("There is no such record here."))
        rewind_subjects([fact], self.request.moment)
        self.prepare(found)
        newest = found[0]
        is_past = self.request.moment.is_past
        context = {
            "title": self.describe(newest),
            "face_label": self.label,
            "object": fact,
            "subject": fact.subject_row,
            "subject_url": self.request.moment.on_url(row_url(fact.subject_row)),
            "versions": self.shown_versions(found),
            "findings": self.findings(newest),
            "beside": self.told_beside(newest),
            "is_staff": is_staff(self.request),
            "can_change": not is_past
            and not newest.withdrawn
            and newest.allows(self.request.user, "add")
            and self.may_replace(newest),
            "urls": {
                "correct": self.url_of(newest, "correct"),
                "withdraw": self.url_of(newest, "withdraw"),
                "recognize": "" if is_past else self.recognizing(newest),
            },
        }
        return render(self.request, "kit/fact.html", context)

    def findings(self, fact: Any) -> list[str]:
        """Return what the page of `fact` tells the staff to look at."""
        if not is_staff(self.request):
            return []
        return self.unsourced_at(fact, self.request.moment.known)

    def may_replace(self, fact: Any) -> bool:
        """Say whether the person may correct or withdraw `fact`: what was recognized, only those who recognize."""
        return fact.asserted_by in OPEN_LEVELS or fact.subject_row.allows(self.request.user, "recognize")

    def refuse_recognized(self, fact: Any) -> None:
        """Refuse before the form is filled in, and name the level that closes the record."""
        if not self.may_replace(fact):
            raise PermissionDenied(
                _("This record is “%(level)s”. Only a verifier may correct or withdraw it.")
                % {"level": fact.level_label}
            )

    def shown_versions(self, found: list[Any]) -> list[dict[str, Any]]:
        cited = citations_of(found, self.request.user, self.request.moment.known)
        shown = []
        for index, version in enumerate(found):
            rows = self.version_rows(version)
            older = dict(self.version_rows(found[index + 1])) if index + 1 < len(found) else None
            shown.append(
                {
                    "pk": version.pk,
                    "rows": [
                        {
                            "label": label,
                            "value": value,
                            "changed": older is not None and older.get(label) != value,
                        }
                        for label, value in rows
                    ],
                    "recorded_at": version.recorded_at,
                    "recorded_by": version.recorded_by if is_staff(self.request) else None,
                    "is_current": index == 0 and not version.withdrawn,
                    "is_withdrawn": version.withdrawn,
                    "was_withdrawn": index > 0 and found[index - 1].withdrawn,
                    "note": version.note if is_staff(self.request) else "",
                    "citations": cited.get(version.pk, []),
                }
            )
        return shown

    def version_rows(self, fact: Any) -> list[tuple[str, str]]:
        rows = [
            *self.values(fact),
            (_("when"), span_text(fact.span)),
            (_("asserted by"), fact.level_label),
        ]
        # What colleagues note for each other is none of the enterprise's.
        label = _("reason of the withdrawal") if fact.withdrawn else _("note")
        return [*rows, (label, as_cell(fact.note).text)] if is_staff(self.request) else rows

    # -- writing ---------------------------------------------------------------------------------------------------

    def get_subject(self) -> Any:
        pk = asked_pk(self.request.GET.get("subject") or self.request.POST.get("subject"))
        table: Any = self.subject_model()._default_manager
        rows = table.allowed(self.request.user, "view").filter(zone=self.request.zone)
        subject = rows.filter(pk=pk).first() if pk is not None else None
        if subject is None:
            raise Http404(_("Say what the record is about: there is no such row here."))
        if not subject.allows(self.request.user, self.model.policy.verbs.get("add", "change")):  # type: ignore[attr-defined]
            raise PermissionDenied(_("You may not record facts about this row."))
        return subject

    def make_form(self, subject: Any, corrects: Any = None) -> Any:
        from zoneworks.kit.registry import extensions

        instance = copied(corrects) if corrects is not None else self.model()
        data = self.request.POST if self.request.method == "POST" else None
        initial = {key: value for key, value in self.request.GET.items() if data is None}
        form = self.form_class(
            data, request=self.request, subject=subject, corrects=corrects, instance=instance, initial=initial
        )
        for extension in extensions:
            extension.extend_fact_form(form, self.request, corrects)
        form.fields["again"] = again_field(
            _(
                "For what the ledger says already. With another source it is a confirmation, kept without asking."
            )
        )
        if corrects is None and "asserted_by" in initial:
            # What the address asks for, even where a cited document would suggest something else.
            form.initial["asserted_by"] = initial["asserted_by"]
        return form

    def get_new(self) -> HttpResponse:
        subject = self.get_subject()
        return self.show_form(self.make_form(subject), subject)

    def post_new(self) -> HttpResponseBase:
        subject = self.get_subject()
        form = self.make_form(subject)
        if not form.is_valid() or self.asks_more(form):
            return self.show_form(form, subject)
        return self.finish(form, subject, lambda fact: recording.add(fact, actor=self.request.user))

    def get_correct(self) -> HttpResponse:
        fact = self.get_fact("add")
        self.refuse_recognized(fact)
        return self.show_form(self.make_form(fact.subject_row, fact), fact.subject_row, fact)

    def post_correct(self) -> HttpResponseBase:
        fact = self.get_fact("add")
        self.refuse_recognized(fact)
        form = self.make_form(fact.subject_row, fact)
        if not form.is_valid() or self.asks_more(form):
            return self.show_form(form, fact.subject_row, fact)
        return self.finish(
            form, fact.subject_row, lambda new: recording.correct(fact, new, actor=self.request.user), fact
        )

    def asks_more(self, form: Any) -> bool:
        """Say whether a person is asked about the valid `form` first; the question then stands in it as an error.

        Programs and workbooks are told by `warnings` instead.
        """
        return False

    @transaction.atomic
    def recorded(self, form: Any, write: Any) -> Any:
        """Record what the valid `form` says with its citations, all or nothing; `write` adds or corrects.

        Raise `AlreadySaidError` for what stands already, unless the form says to record it again.
        """
        from zoneworks.kit.registry import extensions

        said = form.save(commit=False)
        if not form.cleaned_data.get("again"):
            sources = [source for extension in extensions for source in extension.chosen_sources(form)]
            recording.refuse_repetition(said, sources, form.corrects)
        fact = write(said)
        for extension in extensions:
            extension.after_fact(fact, form, self.request)
        return fact

    def warnings(self, fact: Any) -> list[str]:
        """Return what is questionable about `fact` now that it stands with its sources; nothing is refused for it."""
        return self.unsourced_at(fact, None)

    def unsourced_at(self, fact: Any, known: datetime | None) -> list[str]:
        cited = citations_of([fact], None, known).get(fact.pk, [])
        return [self.unsourced(fact)] if self.is_unsourced(fact, cited) else []

    @staticmethod
    def is_unsourced(fact: Any, citations: Sequence[Any]) -> bool:
        """Say whether `fact` is told as the press's word and none of the press is cited for it."""
        return fact.asserted_by == Level.PRESS and not fact.withdrawn and not citations

    @staticmethod
    def unsourced(fact: Any) -> str:
        said = _(
            "This is told as “%(level)s”, and no source is cited for it. "
            "Correct the record and choose the passage or file that says so."
        )
        return said % {"level": fact.level_label}

    def finish(self, form: Any, subject: Any, write: Any, corrects: Any = None) -> HttpResponseBase:
        """Record what the form says with its citations, or show the form again with what stands in the way."""
        try:
            fact = self.recorded(form, write)
        except recording.AlreadySaidError as error:
            said = _("The same statement already stands. Tick this if it is to be recorded once more.")
            form.add_error("again", said)
            return self.show_form(form, subject, corrects, standing=error.current)
        except ValidationError as error:
            form.add_error(None, ValidationError(error.messages))
            current = getattr(error, "current", None)
            newer = self.url_of(current) if current is not None else ""
            return self.show_form(form, subject, corrects, status=409 if newer else 422, newer_url=newer)
        messages.success(self.request, " ".join([self.done(fact, corrects), *read_back(form)]))
        for warning in self.warnings(fact):
            messages.warning(self.request, warning)
        return redirect(self.after_url(fact, subject))

    def told_already(self, fact: Any) -> dict[str, str]:
        """Return the record that stands as the form tells it: its address, and what it says in one line."""
        said = (self.describe(fact), span_text(fact.span), fact.level_label)
        return {"url": self.url_of(fact), "label": " · ".join(map(str, said))}

    def done(self, fact: Any, corrects: Any = None) -> str:
        """Return what was done, with the days as they were understood: “early May” took its year from today."""
        said = {
            "what": self.describe(fact),
            "when": span_text(fact.span),
            "level": fact.level_label,
        }
        if corrects is not None:
            return _("Corrected: %(what)s, %(when)s. The former version stays in the ledger.") % said
        if fact.asserted_by not in OPEN_LEVELS:
            return _("Recognized (%(level)s): %(what)s, %(when)s") % said
        return _("Recorded: %(what)s, %(when)s") % said

    def after_url(self, fact: Any, subject: Any) -> str:
        return row_url(subject) or self.url_of(fact)

    def get_withdraw(self) -> HttpResponse:
        fact = self.get_fact("add")
        self.refuse_recognized(fact)
        return self.show_withdraw(fact, WithdrawForm())

    def post_withdraw(self) -> HttpResponseBase:
        fact = self.get_fact("add")
        self.refuse_recognized(fact)
        form = WithdrawForm(self.request.POST)
        if form.is_valid():
            try:
                recording.withdraw(fact, reason=form.cleaned_data["note"], actor=self.request.user)
            except ValidationError as error:
                form.add_error(None, ValidationError(error.messages))
                return self.show_withdraw(fact, form, 409)
            messages.success(self.request, _("Withdrawn: %(what)s") % {"what": self.describe(fact)})
            return redirect(self.url_of(fact))
        return self.show_withdraw(fact, form, 422)

    def show_withdraw(self, fact: Any, form: forms.Form, status: int = 200) -> HttpResponse:
        context = {
            "title": _("Withdraw: %(what)s") % {"what": self.describe(fact)},
            "text": _("The record stays in the ledger, marked as withdrawn; figures no longer count it."),
            "form": form,
            "object": fact,
            "urls": {"cancel": self.url_of(fact)},
        }
        return render(self.request, "kit/confirm.html", context, status=status)

    def new_title(self, what: str) -> str:
        asked = self.request.GET.get("asserted_by", "")
        if asked in set(Level.values) - set(OPEN_LEVELS):
            return _("Recognize: %(what)s") % {"what": what}
        return _("Record: %(what)s") % {"what": what}

    def show_form(
        self,
        form: Any,
        subject: Any,
        corrects: Any = None,
        status: int = 0,
        newer_url: str = "",
        standing: Any = None,
    ) -> HttpResponse:
        """Draw the form; `standing` is the fact that says the same already, which is told and asked about."""
        what = str(self.label)
        if standing is None and "again" not in form.data:
            form.fields.pop("again", None)
        context = {
            "title": _("Correct: %(what)s") % {"what": self.describe(corrects)}
            if corrects is not None
            else self.new_title(what),
            "subtitle": str(subject),
            "former": self.version_rows(corrects) if corrects is not None else [],
            "form": form,
            "object": corrects,
            "newer_url": newer_url,
            "standing": self.told_already(standing) if standing is not None else None,
            "urls": {"cancel": self.url_of(corrects) if corrects is not None else row_url(subject)},
        }
        return render(self.request, "kit/form.html", context, status=status or (422 if form.errors else 200))


def copied(fact: Any) -> Any:
    """Return an unsaved copy of `fact`, to be changed into its correction."""
    values = {
        field.attname: getattr(fact, field.attname)
        for field in fact._meta.concrete_fields
        if field.name not in {"id", "recorded_at", "recorded_by", "reverses", "withdrawn"}
    }
    return type(fact)(**values)
