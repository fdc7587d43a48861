"""The ledger of projects: the pipeline as a list that reads the same at any moment, and each project's page."""

from __future__ import annotations

from functools import cached_property, partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.kit.columns import Cell, Column
from zoneworks.kit.keeping import keep_change
from zoneworks.kit.ledger import Ledger, action
from zoneworks.kit.panels import Link, Panel
from zoneworks.kit.quantities import Unit as QuantityUnit
from zoneworks.kit.registry import register
from zoneworks.projects import extension, printed  # noqa: F401  (add panels to the pages of others)
from zoneworks.projects.deriving import keep_up
from zoneworks.projects.examining import examine
from zoneworks.projects.faces import ProjectFigureFace, ProjectPartyFace, ProjectStepFace
from zoneworks.projects.filters import ProjectFilter
from zoneworks.projects.forms import NextActionForm, ProjectForm, industry_choices, next_mark
from zoneworks.projects.models import Project
from zoneworks.projects.pages import (
    Viewer,
    address,
    asked_evidence,
    stage_line,
)
from zoneworks.projects.panels import panels_of
from zoneworks.projects.showing import DRAWN, Shown, amount_standing, light_text, since
from zoneworks.projects.standing import at, heard_of
from zoneworks.rulebook import rules
from zoneworks.rulebook.types import Rules
from zoneworks.sources.evidence import evidence_for


def _drawn(name: str) -> Any:
    """Return the way to a cell of a row that `prepare` examined."""
    return lambda project: DRAWN[name](project.shown)


def _amount(kind: str, unit: QuantityUnit, **options: Any) -> Column:
    """Return the column of an amount that stands: drawn as people write it, in a file a number in the base unit."""
    return Column(
        kind,
        kind="amount",
        sort=f"then_{kind}",
        value=_drawn(kind),
        plain=lambda project: amount_standing(project.standing, kind),
        unit=unit,
        **options,
    )


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
        Column(
            "stage",
            kind="tag",
            sort="then_stage",
            value=_drawn("stage"),
            plain=lambda project: project.shown.stage_label,
            code=lambda project: project.standing.stage,
        ),
        Column(
            "stage_since",
            kind="date",
            sort="then_since",
            value=_drawn("stage_since"),
            plain=lambda project: since(project.standing),
        ),
        Column(
            "light",
            label=gettext_lazy("health"),
            kind="light",
            value=_drawn("light"),
            plain=lambda project: light_text(project.standing),
            code=lambda project: project.standing.light,
        ),
        _amount("planned_total", QuantityUnit.CNY),
        _amount("equipment", QuantityUnit.CNY),
        _amount("agreed_foreign", QuantityUnit.USD, hidden=True),
        Column("unit"),
        Column("officer"),
        Column("industry", value=_drawn("industry")),
        Column("next_action"),
        Column("next_due", warn=lambda project: project.shown.is_late),
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
    writes_many = True
    keeps_rows = True
    detail_template = "projects/project.html"
    ordering = ("-then_since",)

    # -- the list --------------------------------------------------------------------------------------------------

    @cached_property
    def rules(self) -> Rules:
        """Return the rules that held at the moment, as far as they were known then."""
        return rules(self.zone, self.moment.on, known_at=self.moment.known)

    def rows(self, verb: str = "view") -> Any:
        """Return the projects with what they are filtered and sorted by at the moment: today the derived columns."""
        if not self.moment.is_past:
            keep_up(self.zone, self.moment.on)
        return at(super().rows(verb), self.moment, self.rules)

    def listed(self) -> Any:
        """Return the projects that somebody had heard of by the day."""
        return heard_of(self.rows(), self.moment)

    def filterset(self) -> ProjectFilter:
        return ProjectFilter(
            self.request.GET,
            queryset=self.listed(),
            request=self.request,
            moment=self.moment,
            rules_then=self.rules,
        )

    def drawn_by(self) -> str:
        """Return what tells the rules of this page from others: they were read before the marks of the rows."""
        return self.rules.mark

    def prepare(self, rows: list[Any]) -> None:
        standing = examine(rows, self.moment, self.rules)
        for row in rows:
            row.standing = standing[row.pk]
            is_late = bool(row.next_due and row.next_due < self.moment.on)
            row.shown = Shown(row.standing, self.rules, row.industry, is_late)

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
            if name in DRAWN:
                fact["cell"] = Column(name, value=_drawn(name)).bound(Project).cell(row)
        return shown

    def badges(self, row: Any) -> list[Cell]:
        return [DRAWN["stage"](row.shown)] if row.standing.stage else []

    def detail_context(self, row: Any) -> dict[str, Any]:
        self.viewer = Viewer(
            self.user,
            self.moment,
            can_change=not self.moment.is_past and row.allows(self.user, "change"),
            can_recognize=not self.moment.is_past
            and row.allows(self.user, "change")
            and row.allows(self.user, "recognize"),
        )
        self.line = stage_line(row, self.rules, self.viewer)
        context = super().detail_context(row)
        context["line"] = self.line
        context["quick"] = self.quick_actions(row) if self.viewer.can_change else []
        context["next_form"] = NextActionForm(instance=row, request=self.request)
        context["next_mark"] = next_mark(row)
        context["next_url"] = self.url("next", pk=row.pk)
        return context

    def quick_actions(self, row: Any) -> list[tuple[Link, str]]:
        """Return what is done most on a project, each with its icon."""
        step = f"{ProjectStepFace.new_url(row)}&kind={self.line.next_kind}"
        log = address("log:new", zone=self.zone.code)
        actions = [
            (Link(_("Record a step"), step), "progress-check"),
            (Link(_("Record a figure"), ProjectFigureFace.new_url(row)), "calculator"),
            (Link(_("Add an investor"), f"{ProjectPartyFace.new_url(row)}&kind=investor"), "building-bank"),
        ]
        return [*actions, (Link(_("Log a visit"), f"{log}?project={row.pk}"), "walk")] if log else actions

    def panels(self, row: Any) -> list[Panel]:
        return panels_of(self, row)

    @action("next")
    def post_next(self) -> HttpResponseBase:
        """Set what is to be done next; `done` says that what stood there so far is done, and `next` leads back."""
        row = self.get_row()
        was, done = row.next_action, self.request.POST.get("done") == "yes"
        again: str | None = self.request.POST.get("opened_at") or next_mark(row)
        form = NextActionForm(self.request.POST, instance=row, request=self.request)
        if form.is_valid():
            again = keep_change(form, next_mark, partial(self.save_form, form, "change"), again or "")
        back = self.way_back(self.row_url(row))
        if again is not None:
            title = _("Done, what next? %(name)s") if done else _("Next action: %(name)s")
            context = {
                "ledger": self,
                "form": form,
                "object": row,
                "opened_at": again,
                "done": done,
                "back": back,
                "title": title % {"name": Project.objects.get(pk=row.pk)},
                "urls": {"cancel": back, "list": self.url("list")},
            }
            return render(self.request, "projects/next_action.html", context, status=422)
        if done and was:
            messages.success(self.request, _("Done: “%(what)s” (%(name)s).") % {"what": was, "name": row})
        else:
            messages.success(self.request, _("The next action is kept."))
        return redirect(back)


@evidence_for(Project)
def asked_of(project: Project) -> list[tuple[str, str]]:
    """Return what a file may prove about a project: what the stages of its zone's model ask for."""
    return asked_evidence(rules(project.zone, localdate()))
