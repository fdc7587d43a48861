"""The ledger of engagements: everything that was held, each once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.engagements import faces as faces  # registers the faces
from zoneworks.engagements import proving as proving  # registers what visits prove
from zoneworks.engagements import services
from zoneworks.engagements.deriving import standing_steps
from zoneworks.engagements.faces import how_many_text
from zoneworks.engagements.filters import EngagementFilter
from zoneworks.engagements.forms import EngagementForm
from zoneworks.engagements.models import (
    Engagement,
    EngagementOrganization,
    EngagementProject,
    StepKind,
)
from zoneworks.engagements.panels import panels_of
from zoneworks.engagements.repeating import refuse_repetition
from zoneworks.kit.audit import record, snapshot
from zoneworks.kit.columns import Cell, Column, span_text
from zoneworks.kit.entity import row_url
from zoneworks.kit.ledger import Ledger, action
from zoneworks.kit.menu import add_page
from zoneworks.kit.moment import Moment
from zoneworks.kit.panels import Panel
from zoneworks.kit.past import rewind
from zoneworks.kit.registry import register
from zoneworks.rulebook import rules

TONES = {StepKind.HELD: "green", StepKind.PLANNED: "blue", StepKind.CANCELED: "grey"}


SAID_BY_STEPS = {
    "held_latest": "then_latest",
    "held_earliest": "then_earliest",
    "state": "then_state",
    "count": "then_count",
}
"""Columns that are derived from steps, and where `EngagementQuerySet.as_they_stood` says them."""


def kind_cell(row: Any) -> Cell:
    return Cell(row.kind_label, "tag", title=row.kind_label)


def held_cell(row: Any) -> Cell:
    """Return when it was held or is planned; a span that straddles the day of the page is marked."""
    if row.step is None:
        return Cell(kind="date")
    text = span_text(row.step.span)
    if row.is_uncertain:
        return Cell(text, "date", tone="yellow", title=_("uncertain on this day"), warn=True)
    return Cell(text, "date")


def state_cell(row: Any) -> Cell:
    if row.step is None:
        return Cell(kind="tag")
    return Cell(str(row.step.get_kind_display()), "tag", tone=TONES[StepKind(row.step.kind)])


def count_cell(row: Any) -> Cell:
    """Return for how many the row stands at the moment of the page, as it was printed."""
    return Cell(how_many_text(row.step) if row.step else "", "number")


def names_cell(names: list[str], most: int = 2) -> Cell:
    """Return the first of `names`, and how many more there are; the title holds all."""
    if len(names) <= most:
        return Cell("、".join(names), title="、".join(names))
    shown = _("%(names)s and %(more)d more") % {
        "names": "、".join(names[:most]),
        "more": len(names) - most,
    }
    return Cell(shown, title="、".join(names))


def is_overdue(row: Any) -> bool:
    """Say whether the follow-up of a row that `prepare` made ready was due and not done on the day of the page."""
    return bool(row.is_overdue)


@register
class EngagementLedger(Ledger):
    """Trips, visits, receptions, talks, signings and whatever else was held."""

    slug = "engagements"
    not_imported = ("again",)
    model = Engagement
    icon = "calendar-event"
    menu = "work"
    position = 40
    description = gettext_lazy(
        "Whatever was held, recorded once: trips, visits, receptions, talks, signings."
    )
    columns = (
        Column("title", link=True),
        Column("kind", kind="tag", value=kind_cell),
        Column(
            "held",
            label=gettext_lazy("held"),
            kind="date",
            value=held_cell,
            sort="held_latest",
            plain=lambda row: row.step.span if row.step else None,
        ),
        Column("lead"),
        Column(
            "organizations",
            label=gettext_lazy("organizations"),
            sort="",
            value=lambda row: names_cell(row.body_names),
            plain=lambda row: "；".join(row.body_names),
        ),
        Column(
            "projects",
            label=gettext_lazy("projects"),
            sort="",
            value=lambda row: names_cell(row.project_names, 1),
            plain=lambda row: "；".join(row.project_names),
        ),
        Column(
            "count", kind="number", value=count_cell, plain=lambda row: row.step.count if row.step else None
        ),
        Column("follow_up_due", warn=is_overdue),
        Column("state", kind="tag", value=state_cell, code=lambda row: row.step.kind if row.step else ""),
        Column("place", hidden=True),
        Column("unit", hidden=True),
        Column("host", hidden=True),
        Column("part_of", hidden=True),
        Column("outcome", hidden=True),
    )
    filterset_class = EngagementFilter
    form_class = EngagementForm
    identified_by = (("title", "when"),)
    stored_as = {"when": ("held_earliest", "held_latest")}
    also_called = {"when": gettext_lazy("held")}
    facts = (
        "kind",
        "held",
        "place",
        "lead",
        "unit",
        "host",
        "count",
        "part_of",
        "follow_up_due",
    )
    bulk_fields = ("unit", "follow_up_due")

    def listed(self) -> Any:
        """Return the engagements of the ledger; a list of a past day leaves out what came later."""
        rows = self.rows()
        if not self.moment.is_past:
            return rows
        return rows.standing_on(self.moment.on, self.moment.known).as_they_stood(self.moment)

    def sorted_then(self, path: str) -> Any:
        """Return what the steps said at the moment; everything else was filled in."""
        return F(SAID_BY_STEPS[path]) if path in SAID_BY_STEPS else super().sorted_then(path)

    def prepare(self, rows: list[Any]) -> None:
        """Give each row its step, its kind and the names that its cells show, in four queries."""
        kinds = rules(self.zone, self.moment.on, known_at=self.moment.known).engagement_kinds
        steps = standing_steps([row.pk for row in rows], self.moment.on, self.moment.known)
        bodies = _names(rows, "organization", self.moment)
        projects = _names(rows, "project", self.moment)
        for row in rows:
            row.kind_label = kinds.label(row.kind)
            row.step = steps.get(row.pk)
            row.is_uncertain = (
                row.step is not None
                and row.step.kind == StepKind.HELD
                and row.step.is_uncertain(self.moment.on)
            )
            is_done = row.follow_up_done is not None and row.follow_up_done <= self.moment.on
            row.is_overdue = (
                not is_done and row.follow_up_due is not None and row.follow_up_due < self.moment.on
            )
            if not is_done:
                row.follow_up_done = (
                    None  # On the day of the page it was still to come; rows made ready are for reading.
                )
            row.body_names = bodies.get(row.pk, [])
            row.project_names = projects.get(row.pk, [])

    def fact_cells(self, row: Any) -> Iterable[tuple[str, Cell]]:
        drawn = {column.key: column for column in self.bound_columns()}
        for name in self.facts:
            cell = drawn[name].cell(row)
            if name == "part_of" and row.part_of is not None:
                cell = Cell(str(row.part_of), url=self.url("detail", pk=row.part_of_id))
            if name == "lead" and row.lead is not None:
                cell = Cell(str(row.lead), url=row_url(row.lead))
            yield str(capfirst(str(drawn[name].label))), cell

    def badges(self, row: Any) -> list[Cell]:
        found = [state_cell(row)] if row.step is not None else []
        if row.is_uncertain:
            found.append(Cell(_("uncertain on this day"), "tag", tone="yellow"))
        if is_overdue(row):
            found.append(Cell(_("follow-up overdue"), "tag", tone="red"))
        return found

    def subtitle(self, row: Any) -> str:
        return " · ".join(filter(None, [held_cell(row).text, row.place]))

    def tone(self, row: Any) -> str:
        return "red" if is_overdue(row) else ""

    def panels(self, row: Any) -> list[Panel]:
        return panels_of(self, row)

    # -- writing ---------------------------------------------------------------------------------------------

    @transaction.atomic
    def save_form(self, form: Any, verb: str, before: dict[str, str]) -> Any:
        """Save with who took part in the same line of the audit trail."""
        old = services.parts_text(form.instance) if form.instance.pk else {}
        row = form.save()
        if not row.allows(self.user, verb):
            raise PermissionDenied(
                _("You may not keep a row like this: it would lie outside of what you may change.")
            )
        record(self.user, verb, row, before=before | old, after=snapshot(row) | services.parts_text(row))
        return row

    def refuse_repetition(self, form: Any) -> None:
        said = form.cleaned_data
        refuse_repetition(form.instance, said["when"], said["state"], said["organizations"], self.user)

    @action("follow_up")
    def post_follow_up(self) -> HttpResponseBase:
        """Mark the follow-up as done today, or open it again."""
        row = self.get_row("change")
        done = self.request.POST.get("done") == "yes"
        services.finish_follow_up(row, on=localdate() if done else None, actor=self.user)
        if done:
            messages.success(self.request, _("The follow-up of “%(name)s” is done.") % {"name": row})
        return redirect(self.way_back(self.row_url(row)))


def _names(rows: list[Any], what: str, moment: Moment) -> dict[int, list[str]]:
    """Return the names that the organizations or projects of `rows` had at the moment, by row; one query today."""
    model: Any = EngagementProject if what == "project" else EngagementOrganization
    ties = model.objects.standing(moment.known)
    parts = list(ties.filter(engagement__in=[row.pk for row in rows]).select_related(what).order_by("pk"))
    rewind([getattr(part, what) for part in parts], moment)
    found: dict[int, list[str]] = {}
    for part in parts:
        found.setdefault(part.engagement_id, []).append(str(getattr(part, what)))
    return found


def _may_log(request: Any) -> bool:
    return EngagementLedger.is_granted(request, "add")


add_page("work", gettext_lazy("Quick log"), "log:new", "pencil-plus", 45, _may_log, at_hand=True)
