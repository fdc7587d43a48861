"""The pages of the rulebook: the rules of a day, one rule with its history, deciding and withdrawing."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from zoneworks.kit.middleware import bad_request
from zoneworks.kit.moment import MomentError, read_day
from zoneworks.rulebook import pages, services
from zoneworks.rulebook.assembling import KINDS
from zoneworks.rulebook.entries import RuleDefinition, RuleEntry, Text
from zoneworks.rulebook.forms import KindForm, OverrideForm, WithdrawForm
from zoneworks.rulebook.models import RuleOverride
from zoneworks.rulebook.policy import may_decide, may_read
from zoneworks.rulebook.reading import of_overrides
from zoneworks.rulebook.shipped import OPEN_SECTIONS, shipped
from zoneworks.rulebook.telling import MisfitError, rule_name, told
from zoneworks.rulebook.types import Rules


class _Asked:
    """What a request asks: zone, person, day, and everything known about the zone's rules; one query."""

    def __init__(self, request: Any, *, at_present: bool = False) -> None:
        if request.zone is None or not may_read(request.user, request.zone):
            raise PermissionDenied(_("The rules are read by the staff of the zone."))
        self.zone = request.zone
        self.user = request.user
        self.moment = request.moment
        named = None if at_present else _day(request.GET.get("on", ""))
        self.on: date = named or request.moment.on
        known_at = request.moment.known
        self.rows = RuleOverride.objects.known(request.zone, known_at)
        self.rules: Rules = of_overrides(
            [row.as_value() for row in RuleOverride.objects.still_live(self.rows)], self.on
        )

    @property
    def can_decide(self) -> bool:
        """Say whether the person may decide now; the past is only read."""
        return not self.moment.is_past and may_decide(self.user, self.zone)

    def url(self, name: str, **kwargs: Any) -> str:
        """Return the address of a page of the rulebook, on the day that this one shows."""
        address = reverse(f"rulebook:{name}", kwargs={"zone": self.zone.code, **kwargs})
        if self.on != self.moment.on:
            address = f"{address}?on={self.on.isoformat()}"
        return self.moment.on_url(address)

    def of_rule(self, key: str) -> list[RuleOverride]:
        return [row for row in self.rows if row.key == key]

    def context(self, **more: Any) -> dict[str, Any]:
        return {"on": self.on, "can_decide": self.can_decide, "list_url": self.url("list"), **more}


def _day(text: str) -> date | None:
    return read_day("on", text.strip()) if text.strip() else None


@require_GET
def list_rules(request: HttpRequest) -> HttpResponse:
    """Show every rule of a day by section: what holds, on whose word, and what else is shipped."""
    try:
        asked = _Asked(request)
    except MomentError as error:
        return bad_request(request, str(error), "on")
    query = request.GET.get("q", "").strip()[:200]
    only_applied = request.GET.get("applied") == "1"
    found = pages.sections(asked.rules, query, only_applied=only_applied)
    context = asked.context(
        query=query,
        only_applied=only_applied,
        sections=[{"shown": each, "rows": _with_urls(asked, each)} for each in found],
        total=sum(len(each.rows) for each in found),
        legend=pages.legend(),
        problems=[told(error) for error in asked.rules.problems],
    )
    return render(request, "rulebook/list.html", context)


def _with_urls(asked: _Asked, section: pages.SectionRows) -> list[dict[str, Any]]:
    return [{"row": row, "url": asked.url("detail", key=row.definition.key)} for row in section.rows]


@require_GET
def detail(request: HttpRequest, key: str) -> HttpResponse:
    """Show one rule: what holds and why, what else is shipped, and every decision of the zone."""
    try:
        asked = _Asked(request)
    except MomentError as error:
        return bad_request(request, str(error), "on")
    definition = _definition(asked, key)
    if definition is None:
        raise Http404(_("There is no rule “%(key)s”.") % {"key": key[:80]})
    section = next(each for each in asked.rules.sections if each.key == definition.section)
    row = pages.rule_row(definition, asked.rules)
    context = asked.context(
        title=row.label,
        definition=definition,
        section=section,
        row=row,
        history=[
            {"shown": each, "withdraw_url": asked.url("withdraw", key=key, pk=each.row.pk)}
            for each in pages.history(asked.of_rule(key), asked.rules, asked.on)
        ],
        override_url=asked.url("override", key=key),
    )
    return render(request, "rulebook/detail.html", context)


@require_http_methods(["GET", "POST"])
def override(request: HttpRequest, key: str) -> HttpResponseBase:
    """Ask an administrator what shall hold from which day, and record it."""
    asked = _deciding(request)
    definition = _definition(asked, key) or _new_kind(key)
    if definition is None:
        raise Http404(_("There is no rule “%(key)s”.") % {"key": key[:80]})
    held = asked.rules.in_force.get(key)
    template = _for_form(definition)
    value = _starting_value(template, held)
    seen = max((row.number for row in asked.of_rule(key)), default=0)
    choice = request.GET.get("alternative", "")
    initial: dict[str, Any] = {"seen": seen}
    if choice and definition.alternative(choice):
        initial["choice"] = choice
    form = OverrideForm(request.POST or None, definition=template, value=value, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.override(asked.zone, key, actor=asked.user, **form.decision())
        except ValidationError as error:
            _add_errors(form, error)
        else:
            messages.success(request, _("“%(label)s” is decided.") % {"label": definition.label})
            return redirect(asked.url("detail", key=key))
    shown = pages.shown_entry(held) if held else None
    context = asked.context(form=form, definition=definition, title=definition.label, held=shown)
    urls = {"cancel": asked.url("detail", key=key) if _definition(asked, key) else asked.url("list")}
    return render(request, "rulebook/override.html", {**context, "urls": urls, "submit_label": _("Decide")})


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, key: str, pk: int) -> HttpResponseBase:
    """Ask an administrator why a decision is withdrawn, and record that."""
    asked = _deciding(request)
    old = get_object_or_404(RuleOverride.objects.allowed(asked.user, "view"), zone=asked.zone, key=key, pk=pk)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw(old, reason=form.cleaned_data["reason"], actor=asked.user)
        except ValidationError as error:
            _add_errors(form, error)
        else:
            messages.success(request, _("The decision is withdrawn; what held before holds again."))
            back = asked.url("detail", key=key) if key in shipped().rules else asked.url("list")
            return redirect(back)
    context = {
        "title": _("Withdraw a decision"),
        "text": _("%(rule)s: withdraw the decision in force from %(day)s?")
        % {"rule": rule_name(key), "day": old.in_force_from},
        "form": form,
        "urls": {"cancel": asked.url("detail", key=key)},
        "submit_label": _("Withdraw"),
        "is_danger": True,
    }
    return render(request, "kit/confirm.html", context)


@require_GET
def new_kind(request: HttpRequest, section: str) -> HttpResponseBase:
    """Lead from the key of a new kind to the form that decides it."""
    asked = _deciding(request)
    if section not in OPEN_SECTIONS:
        raise Http404(_("A zone adds no rules to this section."))
    form = KindForm(request.GET if "name" in request.GET else None)
    if form.is_bound and form.is_valid():
        return redirect(asked.url("override", key=f"{section}.{form.cleaned_data['name']}"))
    found = next(each for each in shipped().sections if each.key == section)
    context = {"title": found.label, "form": form, "urls": {"cancel": asked.url("list")}}
    return render(request, "rulebook/kind.html", context)


def _deciding(request: HttpRequest) -> _Asked:
    """Return what is asked by somebody who may decide; the day of a form is always the present."""
    asked = _Asked(request, at_present=True)
    if not may_decide(asked.user, asked.zone):
        raise PermissionDenied(_("Only an administrator of the zone decides about its rules."))
    if asked.moment.is_past:
        raise PermissionDenied(_("The past is only read. Return to the present to decide about a rule."))
    return asked


def _definition(asked: _Asked, key: str) -> RuleDefinition | None:
    """Return the rule `key`, shipped or added by the zone on any day; None when nobody knows it."""
    try:
        return asked.rules.definition(key)
    except LookupError:
        pass
    if not asked.of_rule(key) or key.partition(".")[0] not in OPEN_SECTIONS:
        return None
    return _new_kind(key)


def _new_kind(key: str) -> RuleDefinition | None:
    """Return a rule for a kind that only the zone has, labeled by its key; None in closed sections."""
    section, _dot, name = key.partition(".")
    if section not in OPEN_SECTIONS or not KindForm({"name": name}).is_valid():
        return None
    label = Text(zh=name, en=name)
    entry = RuleEntry(key=key, use="note", value={}, label=label, text=label, mark="Z", origin="zone")
    return RuleDefinition(key=key, label=label, choices=(entry,))


def _for_form(definition: RuleDefinition) -> RuleDefinition:
    """Return `definition` with all that its form should allow: a kind looks like any of its section."""
    if definition.section not in KINDS:
        return definition
    section = next(each for each in shipped().sections if each.key == definition.section)
    every = tuple(entry for rule in section.rules for entry in rule.choices)
    return definition.model_copy(update={"choices": every})


def _starting_value(definition: RuleDefinition, held: RuleEntry | None) -> Any:
    """Return the value with which the form begins: what holds, else the first shipped one."""
    if definition.section not in KINDS:
        return held.value if held else definition.choices[0].value
    return {**(held.value if held else {}), "retired": bool(held and held.value.get("retired"))}


def _add_errors(form: Any, error: ValidationError) -> None:
    """Give the form what the service refused, at the field that it names if the form has it."""
    if isinstance(error, MisfitError):
        for place, message in error.at_fields(form.open_names):
            form.add_error(place, message)
        return
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, found in error.error_dict.items():
        form.add_error(name if name in form.fields else None, found)
