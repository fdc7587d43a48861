"""The page of one row: its fields, its facts in the order of time, comments and history."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from zoneworks.accounts.roles import STAFF
from zoneworks.kit.audit import readable, record
from zoneworks.kit.columns import Cell
from zoneworks.kit.history import changes_of, shown_changes
from zoneworks.kit.models import Comment
from zoneworks.kit.paging import page_links
from zoneworks.kit.panels import Panel, TimelineItem
from zoneworks.kit.past import rewind

SHOWN_COMMENTS = 100
LONGEST_COMMENT = 5000
CHANGES_A_PAGE = 50


class RowPages:
    """The addresses of a ledger that show one row."""

    refused_comment: tuple[str, str] = ("", "")
    """What was typed as a comment and could not be kept, and why."""

    def get_detail(self: Any) -> HttpResponse:
        row = self.get_row()
        self.make_ready([row])
        self.read_citations(row)
        return render(self.request, self.detail_template, self.detail_context(row))

    def read_citations(self: Any, row: Any) -> None:
        """Read what `row` and the facts about it rest on for all parts of the page at once."""
        from zoneworks.kit.registry import extensions, faces

        told = [fact for face in faces.about(type(row)) for fact in face.told(row, self.moment)]
        for extension in extensions:
            extension.read_citations([row, *told], self.user, self.moment.known)

    def detail_context(self: Any, row: Any) -> dict[str, Any]:
        panels = sorted(self.all_panels(row), key=lambda panel: panel.position)
        return {
            "ledger": self,
            "object": row,
            "title": self.title(row),
            "subtitle": self.subtitle(row),
            "badges": self.badges(row),
            "urls": self.row_urls(row),
            "can_change": not self.moment.is_past and row.allows(self.user, "change"),
            "facts": self.page_facts(row),
            "panels_main": [panel for panel in panels if panel.place == "main"],
            "panels_side": [panel for panel in panels if panel.place == "side"],
        }

    def page_facts(self: Any, row: Any) -> list[dict[str, Any]]:
        """Return the plain fields of the row, as they were known at the moment."""
        then = self.told_then.get(row.pk, {})
        shown, hidden = [], self.hidden_facts(row)
        for name, (label, cell) in zip(self.facts, self.fact_cells(row), strict=False):
            if name in hidden:
                continue
            if name in then:
                cell = Cell(readable(self.model, name, then[name], self.zone), cell.kind)
            shown.append({"label": label, "cell": cell})
        return shown

    def hidden_facts(self: Any, row: Any) -> frozenset[str]:
        """Return the plain fields that the page of `row` leaves out for this person."""
        return frozenset()

    def row_urls(self: Any, row: Any) -> dict[str, str]:
        return {
            "list": self.moment.on_url(self.url("list")),
            "edit": self.url("edit", pk=row.pk),
            "history": self.url("history", pk=row.pk) if self.is_staff() else "",
            "comment": self.url("comment", pk=row.pk),
        }

    def all_panels(self: Any, row: Any) -> list[Panel]:
        from zoneworks.kit.registry import extensions, faces

        panels = [*self.panels(row)]
        items = self.timeline(row)
        if faces.about(type(row)):
            panels.append(
                Panel(
                    "timeline",
                    _("Facts in the order of time"),
                    "kit/panels/timeline.html",
                    {"items": items},
                    count=len(items),
                    position=60,
                )
            )
        for extension in extensions:
            panels.extend(extension.panels(self, row))
        if self.is_staff():
            panels.append(self.comments_panel(row))
        return panels

    def is_staff(self: Any) -> bool:
        """Say whether the person works for the zone: comments and history are between colleagues."""
        return bool(self.user.roles_in(self.zone) & STAFF)

    def timeline(self: Any, row: Any) -> list[TimelineItem]:
        """Return the facts about `row` that were in force at the moment, the latest first."""
        from zoneworks.kit.registry import faces

        items = [
            item for face in faces.about(type(row)) for item in face.timeline(row, self.moment, self.user)
        ]
        if not self.is_staff():
            items = [replace(item, by="", note="", is_unsourced=False) for item in items]
        return sorted(items, key=lambda item: item.sort_key, reverse=True)

    def comments_panel(self: Any, row: Any) -> Panel:
        comments = (
            Comment.objects.filter(
                zone=self.zone, content_type=ContentType.objects.get_for_model(row), object_id=row.pk
            )
            .select_related("author")
            .order_by("-at")
        )
        if self.moment.names_known_at:
            comments = comments.filter(at__lte=self.moment.known_at)
        shown = list(comments[:SHOWN_COMMENTS])[::-1]
        typed, fault = self.refused_comment
        data = {
            "comments": shown,
            "url": self.url("comment", pk=row.pk),
            "can_comment": not self.moment.is_past and self.may("comment"),
            "typed": typed,
            "error": fault,
        }
        return Panel(
            "comments", _("Comments"), "kit/panels/comments.html", data, "side", len(shown), position=90
        )

    def post_comment(self: Any) -> HttpResponseBase:
        row = self.get_row()
        text = self.request.POST.get("text", "").strip()
        if not text or len(text) > LONGEST_COMMENT:
            fault = _("A comment has 1 to 5,000 characters; this one has %(has)d.") % {"has": len(text)}
            self.refused_comment = (text, fault)
            self.make_ready([row])
            return render(self.request, self.detail_template, self.detail_context(row), status=422)
        with transaction.atomic():
            comment = Comment.objects.create(
                zone=row.zone,
                content_type=ContentType.objects.get_for_model(row),
                object_id=row.pk,
                author=self.user,
                text=text,
            )
            record(self.user, "comment", row, after={"comment": comment.text})
        return redirect(f"{self.row_url(row)}#comments")

    def get_history(self: Any) -> HttpResponse:
        """Show a page of what was done to the row and to the facts about it, as known at the moment, newest first."""
        row = self.get_row()
        if not self.is_staff():
            raise PermissionDenied(_("The history of a row is for the staff of the zone."))
        rewind([row], self.moment)
        page = Paginator(changes_of(row, self.user, self.moment), CHANGES_A_PAGE).get_page(
            self.request.GET.get("page")
        )
        context = {
            "ledger": self,
            "object": row,
            "title": self.title(row),
            "urls": {**self.row_urls(row), "detail": self.moment.on_url(self.row_url(row))},
            "page_obj": page,
            "changes": shown_changes(page.object_list, row, self.zone, self.moment, self.hidden_facts(row)),
            "page_links": page_links(page, self.request.GET),
        }
        return render(self.request, "kit/history.html", context)
