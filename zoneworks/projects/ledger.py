"""The ledger of projects: the pipeline as a list that reads the same at any moment, and each project's page."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import F
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.kit.audit import snapshot
from zoneworks.kit.columns import Cell, Column
from zoneworks.kit.ledger import Ledger, action
from zoneworks.kit.models import rewound
from zoneworks.kit.panels import Panel
from zoneworks.kit.registry import register
from zoneworks.projects.examining import examine
from zoneworks.projects.filters import ProjectFilter
from zoneworks.projects.forms import NextActionForm, ProjectForm, industry_choices
from zoneworks.projects.models import Project
from zoneworks.projects.showing import amount_cell, light_cell, stage_cell
from zoneworks.projects.standing import at, heard_of
from zoneworks.rulebook import rules
from zoneworks.rulebook.types import Rules


def _drawn(name: str) -> Any:
    """Return the way to the cell that `prepare` drew for a row."""
    return lambda project: project.drawn[name]


@register
class ProjectLedger(Ledger):
    """Projects with stage, amounts and light."""

    slug = "projects"
    model = Project
    icon = "briefcase"
    menu = "work"
    position = 10
    description = gettext_lazy(
        "Every investment project from the first lead to full capacity, with what it rests on."
    )
    columns = (
        Column("name", link=True),
        Column("stage", kind="tag", sort="then_stage", value=_drawn("stage")),
        Column("stage_since", kind="date", sort="then_since", value=_drawn("stage_since")),
        Column("planned_total", kind="amount", sort="then_planned_total", value=_drawn("planned_total")),
        Column("equipment", kind="amount", sort="then_equipment", value=_drawn("equipment")),
        Column(
            "agreed_foreign",
            kind="amount",
            sort="then_agreed_foreign",
            value=_drawn("agreed_foreign"),
            hidden=True,
        ),
        Column("unit"),
        Column("officer"),
        Column("industry", value=_drawn("industry")),
        Column("light", label=gettext_lazy("health"), kind="light", value=_drawn("light")),
        Column("next_action"),
        Column("next_due", warn=lambda project: project.drawn["is_late"]),
        Column("progress_on", value=_drawn("progress_on"), sort=""),
        Column("created_at", hidden=True),
    )
    filterset_class = ProjectFilter
    form_class = ProjectForm
    facts = (
        "aliases",
        "summary",
        "industry",
        "origin_channel",
        "unit",
        "officer",
        "site",
        "next_action",
        "next_due",
        "progress_on",
    )
    bulk_fields = ("unit", "officer", "industry", "next_action", "next_due")
    detail_template = "projects/project.html"
    ordering = ("-then_since",)

    # -- the list --------------------------------------------------------------------------------------------------

    @cached_property
    def rules(self) -> Rules:
        """Return the rules that held at the moment, as far as they were known then."""
        known_at = self.moment.known_at if self.moment.names_known_at else None
        return rules(self.zone, self.moment.on, known_at=known_at)

    def rows(self, verb: str = "view") -> Any:
        return at(super().rows(verb), self.zone, self.moment, self.rules)

    def filterset(self) -> ProjectFilter:
        return ProjectFilter(
            self.request.GET,
            queryset=heard_of(self.rows(), self.moment),
            request=self.request,
            moment=self.moment,
            rules_then=self.rules,
        )

    def order(self) -> Any:
        """Return the order asked for; what is not known stands last, whatever the database does by itself."""
        return tuple(_unknown_last(name) for name in super().order())

    def prepare(self, rows: list[Any]) -> None:
        then = rewound(rows, self.moment.known_at) if self.moment.names_known_at else {}
        standing = examine(rows, self.moment, self.rules)
        for row in rows:
            found = standing[row.pk]
            industry = then.get(row.pk, {}).get("industry", row.industry)
            row.standing = found
            row.drawn = {
                "stage": stage_cell(found, self.rules),
                "stage_since": found.since,
                "planned_total": amount_cell(found, "planned_total"),
                "equipment": amount_cell(found, "equipment"),
                "agreed_foreign": amount_cell(found, "agreed_foreign"),
                "industry": Cell(self.rules.industries.label(industry)) if industry else Cell(),
                "light": light_cell(found),
                "progress_on": found.progress_on,
                "is_late": bool(row.next_due and row.next_due < self.moment.on),
            }

    def bulk_form(self, data: Any) -> forms.Form:
        form = super().bulk_form(data)
        form.fields["industry"] = forms.ChoiceField(
            label=form.fields["industry"].label, choices=industry_choices(self.zone), required=False
        )
        form.fields["next_due"].widget = forms.DateInput(attrs={"type": "date"})
        return form

    # -- the page --------------------------------------------------------------------------------------------------

    def page_facts(self, row: Any) -> list[dict[str, Any]]:
        shown = super().page_facts(row)
        for name, fact in zip(self.facts, shown, strict=True):
            if name in row.drawn:
                fact["cell"] = Column(name, value=_drawn(name)).bound(Project).cell(row)
        return shown

    def badges(self, row: Any) -> list[Cell]:
        return [row.drawn["stage"]] if row.standing.stage else []

    def subtitle(self, row: Any) -> str:
        return ""

    def panels(self, row: Any) -> list[Panel]:
        return []

    @action("next")
    def post_next(self) -> HttpResponseBase:
        """Set what is to be done next."""
        row = self.get_row()
        before = snapshot(row)
        form = NextActionForm(self.request.POST, instance=row, request=self.request)
        if not form.is_valid():
            context = {
                "ledger": self,
                "form": form,
                "object": row,
                "title": _("Next action: %(name)s") % {"name": Project.objects.get(pk=row.pk)},
                "urls": {"cancel": self.row_url(row), "list": self.url("list")},
            }
            return render(self.request, "kit/form.html", context, status=422)
        self.save_form(form, "change", before)
        messages.success(self.request, _("The next action is kept."))
        return redirect(self.row_url(row))


def _unknown_last(name: str) -> Any:
    if name.lstrip("-") == "pk":
        return name
    path = F(name.lstrip("-"))
    return path.desc(nulls_last=True) if name.startswith("-") else path.asc(nulls_last=True)
