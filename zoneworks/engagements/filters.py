"""What to look for among engagements."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from zoneworks.accounts.models import Unit, User
from zoneworks.engagements.models import (
    Engagement,
    EngagementOrganization,
    EngagementProject,
    EngagementQuerySet,
    StepKind,
)
from zoneworks.kit.filters import ZoneFilterSet
from zoneworks.kit.picking import MenuFilter, RowFilter
from zoneworks.organizations.models import Organization
from zoneworks.people.models import Person
from zoneworks.projects.models import Project
from zoneworks.rulebook import rules

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

_BY_STEPS = {"held_from": "then_latest", "held_to": "then_earliest", "state": "then_state"}
"""Filters by what is derived from steps, and where `EngagementQuerySet.as_they_stood` says it."""


class EngagementFilter(ZoneFilterSet):
    """Kind, days, unit, people, organization, project, and what is still to be followed up."""

    kind = django_filters.MultipleChoiceFilter(label=_("kind"))
    held_from = django_filters.DateFilter(
        label=_("held from"), field_name="held_latest", lookup_expr="gte", widget=DAY
    )
    held_to = django_filters.DateFilter(
        label=_("held until"), field_name="held_earliest", lookup_expr="lte", widget=DAY
    )
    state = django_filters.ChoiceFilter(label=_("state"), choices=StepKind.choices)
    unit = MenuFilter(label=_("unit"), queryset=Unit.objects.all())
    host = django_filters.ModelChoiceFilter(label=_("logged for"), queryset=User.objects.all())
    lead = RowFilter(queryset=Person.objects.all(), label=_("led by"))
    organization = RowFilter(
        queryset=Organization.objects.all(), label=_("organization"), method="with_organization"
    )
    project = RowFilter(queryset=Project.objects.all(), label=_("project"), method="with_project")
    follow_up = django_filters.ChoiceFilter(
        label=_("follow-up"),
        choices=[("open", _("open")), ("overdue", _("overdue")), ("done", _("done"))],
        method="with_follow_up",
    )

    class Meta:
        model = Engagement
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request is not None:
            kinds = rules(self.request.zone, self.moment.on, known_at=self.moment.known).engagement_kinds
            # A retired kind stays readable, so it can be looked for.
            self.form.fields["kind"].choices = [(kind.key, kind.label) for kind in kinds]

    def filter_queryset(self, queryset: Any) -> Any:
        """Narrow the rows; at a past moment by the days and the state that their steps say then."""
        asked = {name: column for name, column in _BY_STEPS.items() if self.form.cleaned_data.get(name)}
        if self.moment.is_past and asked:
            for name, column in asked.items():
                self.filters[name].field_name = column
        return super().filter_queryset(queryset)

    def with_organization(
        self, rows: EngagementQuerySet, name: str, wanted: Organization
    ) -> EngagementQuerySet:
        ties = EngagementOrganization.objects.standing(self.moment.known).filter(organization=wanted)
        return rows.filter(pk__in=ties.values("engagement"))

    def with_project(self, rows: EngagementQuerySet, name: str, wanted: Project) -> EngagementQuerySet:
        ties = EngagementProject.objects.standing(self.moment.known).filter(project=wanted)
        return rows.filter(pk__in=ties.values("engagement"))

    def with_follow_up(self, rows: EngagementQuerySet, name: str, wanted: str) -> EngagementQuerySet:
        return rows.with_follow_up(self.moment, wanted)
