"""What the list of projects can be narrowed by. Everything about stage, amounts and lights holds at any moment."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.accounts.models import Unit, User
from zoneworks.kit.filters import ZoneFilterSet
from zoneworks.kit.forms import AmountField
from zoneworks.kit.picking import MenuFilter
from zoneworks.kit.quantities import Unit as QuantityUnit
from zoneworks.measures.scope import Scope
from zoneworks.projects import health
from zoneworks.projects.measures.asking import size_classes
from zoneworks.projects.models import Project, ProjectQuerySet
from zoneworks.projects.showing import LIGHTS, SETS, TESTS
from zoneworks.projects.standing import Lights
from zoneworks.rulebook import rules
from zoneworks.rulebook.types import Rules


class YuanField(AmountField):
    """A sum of yuan, typed as people write it; the list is filtered in one currency and converts none."""

    def clean(self, value: Any) -> Any:
        amount = super().clean(value)
        if amount is not None and amount.unit != QuantityUnit.CNY:
            raise ValidationError(
                _("Write a sum in yuan, for example 5000万元: the list converts no currency."),
                code="currency",
            )
        return amount


class YuanFilter(django_filters.Filter):
    """Compares a column with a typed sum of yuan."""

    field_class = YuanField

    def filter(self, qs: Any, value: Any) -> Any:
        return qs if value is None else qs.filter(**{f"{self.field_name}__{self.lookup_expr}": value.value})


class ProjectFilter(ZoneFilterSet):
    """Filters of the list of projects."""

    stage = django_filters.MultipleChoiceFilter(
        label=gettext_lazy("stage"),
        field_name="then_stage",
        distinct=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )
    set = django_filters.ChoiceFilter(
        label=gettext_lazy("set of stages"), choices=list(SETS.items()), method="in_set"
    )
    light = django_filters.ChoiceFilter(label=gettext_lazy("health light"), method="lit")
    unit = MenuFilter(label=gettext_lazy("unit"), queryset=Unit.objects.all())
    officer = django_filters.ModelChoiceFilter(label=gettext_lazy("officer"), queryset=User.objects.all())
    industry = django_filters.ChoiceFilter(label=gettext_lazy("industry"))
    size_class = django_filters.ChoiceFilter(label=gettext_lazy("size class"), method="of_size")
    total_from = YuanFilter(
        label=gettext_lazy("planned total from"),
        field_name="then_planned_total",
        lookup_expr="gte",
        help_text="",
    )
    total_to = YuanFilter(
        label=gettext_lazy("planned total to"),
        field_name="then_planned_total",
        lookup_expr="lte",
        help_text="",
    )
    due_before = django_filters.DateFilter(
        label=gettext_lazy("next action due before"),
        field_name="next_due",
        lookup_expr="lt",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    class Meta:
        model = Project
        fields: list[str] = []

    rules: Rules

    def __init__(self, *args: Any, rules_then: Rules | None = None, **kwargs: Any) -> None:
        self.rules = rules_then or rules(kwargs["request"].zone, kwargs["moment"].on)
        super().__init__(*args, **kwargs)

    def get_form_class(self) -> Any:
        """Offer the stages, industries and size classes that the zone's rules name on the day."""
        model = self.rules
        tests = [(key, TESTS[key]) for key in health.TESTS]
        choices = {
            "stage": model.stages.choices(),
            "industry": [(one.key, one.label) for one in model.industries],
            "size_class": [(one.key, one.label) for one in model.counting.size_classes],
            "light": [(_("light"), list(LIGHTS.items())), (_("failed test"), tests)],
        }
        for name, offered in choices.items():
            self.filters[name].extra["choices"] = offered
        return super().get_form_class()

    def in_set(self, projects: ProjectQuerySet, name: str, value: str) -> ProjectQuerySet:
        return projects.filter(then_stage__in=getattr(self.rules.stages, value))

    def lit(self, projects: ProjectQuerySet, name: str, value: str) -> ProjectQuerySet:
        lights = Lights(self.request.zone, self.moment, self.rules)
        condition = lights.lit(value) if value in LIGHTS else lights.tests()[value]
        return lights.prepared(projects).filter(condition)

    def of_size(self, projects: ProjectQuerySet, name: str, value: str) -> ProjectQuerySet:
        moment = self.moment
        everything = not moment.names_known_at
        scope = Scope(self.request.zone, moment.on, moment.known_at, knows_all=everything)
        return projects.filter(Q(size_classes(scope).conditions[value]))
