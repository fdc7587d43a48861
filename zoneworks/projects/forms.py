"""The forms of a project and of what hangs on it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy

from zoneworks.kit.forms import ZoneModelForm
from zoneworks.kit.keeping import mark_of
from zoneworks.kit.rendering import NO_CHOICE
from zoneworks.projects.models import HEADS, OWNERS, Project
from zoneworks.rulebook import rules

DAY = {"next_due": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


def industry_choices(zone: Any, held: str = "") -> list[tuple[str, Any]]:
    """Return the industries that the zone offers, and the one that is held even when it is no longer offered."""
    industries = rules(zone, localdate()).industries
    offered: list[tuple[str, Any]] = [("", NO_CHOICE), *industries.choices()]
    if held and held not in {key for key, _label in offered}:
        offered.append((held, industries.label(held)))
    return offered


class ProjectForm(ZoneModelForm):
    """What a project is called and who works it; stage and amounts come from its facts."""

    class Meta:
        model = Project
        fields = [
            "name",
            "aliases",
            "summary",
            "industry",
            "origin_channel",
            "unit",
            "officer",
            "site",
            "next_action",
            "next_due",
        ]
        widgets = {"summary": forms.Textarea(attrs={"rows": 4}), **DAY}

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, request=request, **kwargs)
        self.fields["industry"] = forms.ChoiceField(
            label=self.fields["industry"].label,
            choices=industry_choices(request.zone, self.instance.industry),  # type: ignore[attr-defined]
            required=False,
        )
        if self.instance._state.adding:
            self._propose_own(request)

    def _propose_own(self, request: HttpRequest) -> None:
        """Propose the person who enters the project, and their unit, when they work for one only."""
        user: Any = request.user
        seat = user.only_seat(request.zone, OWNERS | HEADS)  # type: ignore[attr-defined]
        if seat is not None:
            self.fields["officer"].initial = user.pk
            self.fields["unit"].initial = seat.unit_id


class NextActionForm(ZoneModelForm):
    """What is to be done next, and until when."""

    class Meta:
        model = Project
        fields = ["next_action", "next_due"]
        widgets = DAY
        labels = {"next_action": gettext_lazy("next action"), "next_due": gettext_lazy("due")}


def next_mark(project: Project) -> str:
    """Return a mark of what is to be done next: a fact that is recorded meanwhile does not touch it."""
    return mark_of(project, NextActionForm.Meta.fields)
