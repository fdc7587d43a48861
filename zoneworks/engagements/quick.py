"""The quick form: a visit, a reception or a talk, logged on a phone in under a minute."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4, uuid5

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.accounts.locks import held
from zoneworks.engagements import services
from zoneworks.engagements.models import Engagement, StepKind
from zoneworks.engagements.repeating import refuse_repetition
from zoneworks.kit.audit import record, snapshot
from zoneworks.kit.forms import ZoneForm, again_field
from zoneworks.kit.keeping import telling_twins
from zoneworks.kit.pickmany import NewName, PickField, not_found
from zoneworks.kit.registry import ledgers
from zoneworks.kit.spans import Span, SpanError
from zoneworks.organizations.models import Organization
from zoneworks.projects.models import Project
from zoneworks.rulebook import rules
from zoneworks.sources.services import attach_all
from zoneworks.sources.uploads import check

KINDS = {"outward_visit": "walk", "reception": "building-community", "meeting": "message-2"}
"""The kinds that the quick form logs, each with its icon."""

MOST_FILES = 10


class ManyFiles(forms.ClearableFileInput):
    """A field that takes several photos at once."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class FilesField(forms.FileField):
    """Gives the files as a list."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        many = data if isinstance(data, list | tuple) else [data] if data else []
        if len(many) > MOST_FILES:
            raise ValidationError(_("At most %(most)d files at once.") % {"most": MOST_FILES})
        files = [super(FilesField, self).clean(one, initial) for one in many]
        for file in files:
            check(file)
        return files


class QuickForm(ZoneForm):
    """What one types on the way back from a visit."""

    kind = forms.ChoiceField(label=gettext_lazy("What was it?"), widget=forms.RadioSelect)
    organization = PickField(
        Organization.objects.all(), many=False, may_be_new=True, label=gettext_lazy("With whom?")
    )
    new_organization = forms.BooleanField(
        label=gettext_lazy("It is new: enter it in the ledger"), required=False
    )
    held_on = forms.DateField(
        label=gettext_lazy("When?"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    visitors = forms.IntegerField(
        label=gettext_lazy("How many came?"),
        min_value=1,
        max_value=100_000,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    outcome = forms.CharField(label=gettext_lazy("What came of it?"), max_length=500, required=False)
    project = PickField(Project.objects.all(), many=False, label=gettext_lazy("About which project?"))
    next_action = forms.CharField(label=gettext_lazy("What next?"), max_length=200, required=False)
    next_due = forms.DateField(
        label=gettext_lazy("Until when?"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    photos = FilesField(label=gettext_lazy("Photos and files"), required=False)
    again = again_field()
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, request: Any, **kwargs: Any) -> None:
        super().__init__(*args, request=request, **kwargs)
        kinds = rules(request.zone, localdate()).engagement_kinds
        offered = {kind.key: kind.label for kind in kinds.offered}
        self.fields["kind"].choices = [(key, offered[key]) for key in KINDS if key in offered]  # type: ignore[attr-defined]
        self.may_add_organization = may_add(request, Organization)
        if self.may_add_organization:
            self.fields["organization"].widget.new_label = _("New organization: {}")
        else:
            del self.fields["new_organization"]
        today = localdate()
        self.fields["held_on"].widget.attrs["max"] = today.isoformat()
        self.yesterday = (today - timedelta(days=1)).isoformat()
        self.today = today.isoformat()
        self.initial.setdefault("held_on", today)
        self.initial.setdefault("key", uuid4())

    @property
    def kind_buttons(self) -> list[dict[str, Any]]:
        """Return the big buttons: value, label, icon and whether it is pressed."""
        chosen = str(self["kind"].value() or "")
        return [
            {"value": key, "label": label, "icon": KINDS[key], "checked": key == chosen}
            for key, label in self.fields["kind"].choices  # type: ignore[attr-defined]
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("held_on") is not None:
            try:
                cleaned["when"] = Span.day(cleaned["held_on"])
                services.check_when(cleaned["when"], "held")
            except SpanError as error:
                self.add_error("held_on", str(error))
            except ValidationError as error:
                self.add_error("held_on", error.messages)
        if "organization" in cleaned:
            self._check_organization(cleaned)
        self._check_next(cleaned)
        cleaned["log_key"] = str(uuid5(cleaned.get("key") or uuid4(), self._typed(cleaned)))
        return cleaned

    def _typed(self, cleaned: dict[str, Any]) -> str:
        """Return all that was typed and chosen, in a steady order."""
        data: Any = self.data
        names = [name for name in sorted(data) if name not in ("key", "csrfmiddlewaretoken")]
        files = [(file.name, file.size) for file in cleaned.get("photos") or []]
        return repr(([(name, data.getlist(name)) for name in names], files))

    def _check_organization(self, cleaned: dict[str, Any]) -> None:
        named = cleaned["organization"]
        if named is None:
            self.add_error("organization", _("Type the name of the organization."))
        elif isinstance(named, NewName):
            near = list(self.fields["organization"].queryset.matching(named)[:5])  # type: ignore[attr-defined]
            if not self.may_add_organization:
                self.add_error("organization", not_found(named, near))
            elif not cleaned.get("new_organization"):
                said = not_found(named, near)
                self.add_error("organization", _("%(said)s Or tick below that it is new.") % {"said": said})
            else:
                self._check_new(named)

    def _check_new(self, name: str) -> None:
        try:
            Organization(zone=self.request.zone, name=name).full_clean()  # type: ignore[attr-defined]
        except ValidationError as error:
            self.add_error("organization", error.messages)

    def _check_next(self, cleaned: dict[str, Any]) -> None:
        project, due, held_on = cleaned.get("project"), cleaned.get("next_due"), cleaned.get("held_on")
        action = cleaned.get("next_action")
        if due and held_on and due < held_on:
            self.add_error("next_due", _("The next step cannot be due before the visit."))
        if (action or due) and project is not None and not project.allows(self.request.user, "change"):
            self.add_error(
                "next_action",
                _("You may not change this project: leave its next step empty, or tell its officer."),
            )


def may_add(request: Any, model: Any) -> bool:
    """Say whether the person may enter rows of `model` in this zone."""
    ledger = ledgers.for_model(model)
    if ledger is not None:
        return ledger.is_granted(request, "add")
    # Before its ledger is registered (in a test of this room alone) the policy is asked.
    grants = model.policy.grants.get("add", frozenset())
    return bool(request.user.roles_in(request.zone) & grants)


def settled(form: QuickForm, request: Any) -> Engagement | None:
    """Return what this very form was logged as already; None when it is to be logged.

    A form that was sent twice is kept once. A page that was kept open or gone back to sends its key with another
    visit too: so what was typed belongs to the key, and a visit that differs in anything is logged as well.
    """
    rows = Engagement.objects.allowed(request.user, "view").filter(zone=request.zone)
    return rows.filter(log_key=form.cleaned_data["log_key"]).first()


@transaction.atomic
def save(form: QuickForm, request: Any) -> Engagement:
    """Write the visit with all that hangs on it, or nothing; each row has its line in the audit trail."""
    said, user, zone = form.cleaned_data, request.user, request.zone
    body = said["organization"]
    if isinstance(body, NewName):
        body = _new_organization(str(body), request)
    project = said.get("project")
    action, due = said.get("next_action", ""), said.get("next_due")
    engagement = Engagement(
        zone=zone,
        kind=said["kind"],
        title=_title(zone, said["kind"], body),
        unit=services.usual_unit(user, zone),
        host=user,
        outcome=said.get("outcome", ""),
        follow_up="" if project else action,
        follow_up_due=None if project else due,
        log_key=said["log_key"],
    )
    if not said.get("again"):
        refuse_repetition(engagement, said["when"], StepKind.HELD, [body], user)
    who = services.WhoTookPart([body], [project] if project else [])
    services.log(engagement, said["when"], actor=user, who=who, figures=_counts(said, [body]))
    if project and (action or due):
        _set_next(project, {"next_action": action, "next_due": due}, request)
    attach_all(engagement, said.get("photos") or [], actor=user)
    return engagement


def _set_next(project: Project, said: dict[str, Any], request: Any) -> None:
    """Write what was filled in of the next step of `project`; a new step without a day has none, and takes no other's.

    Who logs is told which step it took the place of.
    """
    project = held(project)
    replaced, old_due = project.next_action, project.next_due
    filled = {name: value for name, value in said.items() if value}
    if said["next_action"] and said["next_action"] != replaced:
        filled["next_due"] = said["next_due"]
    before = snapshot(project, filled)
    for name, value in filled.items():
        setattr(project, name, value)
    project.save(update_fields=list(filled))
    record(request.user, "change", project, before=before, after=snapshot(project, filled))
    if replaced and replaced != project.next_action:
        told = {"project": project, "now": project.next_action, "before": replaced}
        messages.info(
            request, _("The next step of %(project)s is “%(now)s” now; it was “%(before)s”.") % told
        )
    if old_due and project.next_due is None:
        said_of_day = _("It has no day yet: that of the step before (%(day)s) does not hold for it.")
        messages.info(request, said_of_day % {"day": old_due.isoformat()})


def _counts(said: dict[str, Any], bodies: Sequence[Organization]) -> list[services.Said]:
    counts = services.usual_counts(said["kind"], bodies)
    if said.get("visitors") and said["kind"] != "outward_visit":
        counts["visitors"] = said["visitors"]
    return [services.Said(key, value) for key, value in counts.items()]


def _title(zone: Any, kind: str, body: Organization) -> str:
    label = rules(zone, localdate()).engagement_kinds.label(kind)
    return (_("%(kind)s: %(who)s") % {"kind": label, "who": body.short_name or body.name})[:200]


def _new_organization(name: str, request: Any) -> Organization:
    body = Organization(zone=request.zone, name=name)
    body.full_clean()
    with telling_twins(body):
        body.save()
    if not body.allows(request.user, "add"):
        raise PermissionDenied(_("You may not enter an organization here."))
    record(request.user, "add", body, after=snapshot(body))
    return body
