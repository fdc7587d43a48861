"""The list of a ledger: filters, search, sorting, columns, saved views, export."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zoneworks.kit.audit import readable
from zoneworks.kit.columns import Cell, Column
from zoneworks.kit.drawing import with_markup
from zoneworks.kit.export import csv_response
from zoneworks.kit.finding import Named, Search, found_by, search
from zoneworks.kit.middleware import bad_request
from zoneworks.kit.models import SavedView
from zoneworks.kit.names_then import Names
from zoneworks.kit.narrowing import Fault, faults, holding, names_in_query, unknown_columns, value_words
from zoneworks.kit.paging import KeyPaginator, page_links
from zoneworks.kit.past import rewind, said_then
from zoneworks.kit.revision import kept_of_each

PAGE_SIZE = 50
LONGEST_SEARCH = 100
CHOICES = 20


@dataclass(frozen=True, slots=True)
class Head:
    """The head of one column: its words and the address that sorts by it."""

    label: str
    key: str
    kind: str
    sort_url: str
    sorted: str


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row as it is drawn; each of its cells has the label of its column."""

    pk: int
    url: str
    cells: list[Cell]
    tone: str = ""
    labels: Sequence[str] = ()
    is_closed: bool = False
    """The person may not change it: it cannot be picked to be edited together with others."""
    note: str = ""
    """What stands below the first cell."""
    markup: tuple[str, str] | None = None
    """The cells as they are drawn, where these are kept: the first one up to its note, and the rest."""


class KeptRow(NamedTuple):
    """A row with its cells drawn, and the names by which a search finds it."""

    row: ListRow
    named: Named


def with_note(row: ListRow, name: str) -> ListRow:
    """Return `row` with a note below its first cell that says by which name it was found."""
    return replace(row, note=_("found by %(name)s") % {"name": name}) if name else row


class ListPages:
    """The addresses of a ledger that show many rows."""

    def get_list(self: Any) -> HttpResponse:
        context = self.list_context()
        is_part = self.request.htmx and not self.request.htmx.boosted
        template = "kit/list.html#table" if is_part else self.list_template
        response = render(self.request, template, context)
        response["Vary"] = "HX-Request"
        return response

    def list_context(self: Any) -> dict[str, Any]:
        filterset = self.filterset()
        readable = filterset.form.is_valid()
        result = self.looked_for(filterset.qs) if readable else Search(self.model._default_manager.none(), ())
        columns = self.shown_columns()
        ordered = result.rows.order_by(*result.order)
        pages = KeyPaginator(ordered, PAGE_SIZE, self.zone, result.front, at_once=self.moment.is_past)
        page = pages.get_keys_page(self.request.GET.get("page"))
        table, can_bulk = self.pickable(self.table(pages, page.object_list, columns))
        active, unread = self.active_filters(filterset), faults(filterset.form)
        if unread:
            filterset.form.fields[unread[0].field].widget.attrs["autofocus"] = True
        narrowed = bool(active or self.request.GET.get("q"))
        active += [
            self.chip("red", one.label, f"{one.typed} · {one.why}", one.names) for one in self.misnamed()
        ]
        return {
            "ledger": self,
            "urls": self.list_urls(),
            "heads": [self.head(column) for column in columns],
            "rows": table,
            "page_obj": page,
            "page_links": page_links(page, self.request.GET, address=self.url("list")),
            "total": page.paginator.count,
            "first": page.start_index(),
            "last": page.end_index(),
            "filter_form": filterset.form,
            "active_filters": active,
            "query": self.request.GET.get("q", ""),
            "saved_views": self.saved_views(),
            "column_choices": self.column_choices(columns),
            "can_add": not self.moment.is_past and self.may("add"),
            "can_bulk": can_bulk,
            "can_export": self.may("export"),
            "list_actions": self.list_actions(),
            "can_share": self.is_staff(),
            "empty": "" if table else ("filtered" if narrowed or not readable else "none"),
            "sees_all": self.is_staff(),
            "unread": unread,
            "without_unread": self.without(name for fault in unread for name in fault.names),
        }

    def pickable(self: Any, table: list[ListRow]) -> tuple[list[ListRow], bool]:
        """Return the lines with those marked that the person may not change, and whether some can be edited together.

        One query at most, and none for whom nothing is offered anyway.
        """
        if self.moment.is_past or not (self.bulk_fields and self.may("change")):
            return table, False
        closed = self.closed_keys([row.pk for row in table])
        marked = [replace(row, is_closed=True) if row.pk in closed else row for row in table]
        return marked, len(closed) < len(table)

    def list_actions(self: Any) -> list[Any]:
        """Return what else the person may do with the list, as higher floors offer it."""
        from zoneworks.kit.registry import extensions

        return [action for extension in extensions for action in extension.list_actions(self)]

    def filterset(self: Any) -> Any:
        return self.filterset_class(
            self.request.GET, queryset=self.listed(), request=self.request, moment=self.moment
        )

    def chosen(self: Any, filterset: Any) -> Any:
        """Return the rows that filters and search leave, in no order."""
        text = self.words()
        return self.for_table(filterset.qs.matching(text, self.names_then()) if text else filterset.qs)

    def looked_for(self: Any, rows: Any) -> Search:
        """Search among `rows`, in the order asked for; without one, the nearest come first."""
        text, order = self.words(), self.order()
        if not text:
            return Search(self.for_table(rows), order)
        if self.request.GET.get("sort"):
            return Search(self.for_table(rows.matching(text, self.names_then())), order)
        result = search(rows, text, order, self.names_then(), zone=self.zone)
        return replace(result, rows=self.for_table(result.rows))

    def words(self: Any) -> str:
        """Return what is searched for, as far as it is read."""
        return str(self.request.GET.get("q", "")).strip()[:LONGEST_SEARCH]

    def for_table(self: Any, rows: Any) -> Any:
        return rows.for_table() if hasattr(rows, "for_table") else rows

    def found_by(self: Any, rows: Sequence[Named]) -> dict[int, str]:
        """Return by which other name the search found a row, by its key; nothing for one that shows the words."""
        text = self.words() if self.has_search else ""
        return found_by(self.user, self.model, rows, text, self.names_then()) if text else {}

    def names_then(self: Any) -> Names | None:
        """Return the names of the moment, by which its search finds; nothing for those of today."""
        return Names.of(self.zone, self.moment)

    def order(self: Any) -> tuple[Any, ...]:
        """Return the order asked for, or the list's own; rows of which it is unknown come last on every database."""
        return tuple(self.ordered_by(name) for name in self.order_names())

    def ordered_by(self: Any, name: str) -> Any:
        """Return the order by the path `name`: by what the rows show, which at a past moment is what they said then."""
        then = self.sorted_then(name.lstrip("-")) if self.moment.is_past else None
        if then is None:
            return _unknown_last(self.model, name)
        return then.desc(nulls_last=True) if name.startswith("-") else then.asc(nulls_last=True)

    def sorted_then(self: Any, path: str) -> Any:
        """Return the expression for what `path` said at a past moment; nothing where the columns say it still."""
        return said_then(self.model, path, self.moment)

    def order_names(self: Any) -> tuple[str, ...]:
        asked = self.request.GET.get("sort", "")
        column = next((c for c in self.bound_columns() if c.sort and c.key == asked.lstrip("-")), None)
        if column is not None:
            return _settled((("-" if asked.startswith("-") else "") + str(column.sort),))
        return _settled(tuple(self.ordering or self.model._meta.ordering))

    def column_choices(self: Any, shown: list[Column]) -> list[dict[str, Any]]:
        """Return every column that the list could show, with those that it shows."""
        return [
            {"key": column.key, "label": column.label, "shown": column in shown}
            for column in self.bound_columns()
        ]

    def shown_columns(self: Any) -> list[Column]:
        asked = self.request.GET.get("columns", "")
        columns = self.bound_columns()
        if asked:
            keys = set(asked.split(","))
            chosen = [column for column in columns if column.key in keys or column.link]
            if chosen:
                return chosen
        return [column for column in columns if not column.hidden]

    def table(self: Any, pages: KeyPaginator, keys: Sequence[int], columns: list[Column]) -> list[ListRow]:
        """Return the rows of these keys as they are drawn, those kept from before where nothing changed about them."""
        # A moment that the address names stands in the links of the rows, also that of today.
        if self.keeps_rows and not self.moment.query:
            kept = self.kept_table(pages, keys, columns)
            notes = self.found_by([line.named for line in kept])
            return [with_note(line.row, notes.get(line.row.pk, "")) for line in kept]
        found = pages.whole(keys)
        self.make_ready(found)
        notes = self.found_by([self.named(row) for row in found])
        return [with_note(row, notes.get(row.pk, "")) for row in self.table_rows(found, columns)]

    def kept_table(
        self: Any, pages: KeyPaginator, keys: Sequence[int], columns: list[Column]
    ) -> list[KeptRow]:
        """Return the rows with their cells drawn, which is most of a list's time, kept as the facts about them are."""
        shown = tuple(column.key for column in columns)
        said = ("rows", self.zone.code, self.slug, get_language(), self.moment.on, self.drawn_by(), shown)

        def read(asked: list[int]) -> dict[int, KeptRow]:
            found = pages.whole(asked)
            self.make_ready(found)
            drawn = self.table_rows(found, columns)
            return {
                row.pk: KeptRow(with_markup(line, self.moment), self.named(row))
                for row, line in zip(found, drawn, strict=True)
            }

        kept = kept_of_each(self.zone, said, self.model, keys, read)
        return [kept[key] for key in keys if key in kept]

    def drawn_by(self: Any) -> Any:
        """Return a mark of what else the cells are drawn by, as this page read it: its rules."""

    def named(self: Any, row: Any) -> Named:
        return Named(row.pk, self.title(row), getattr(row, "search_text", ""))

    def table_rows(self: Any, found: list[Any], columns: list[Column]) -> list[ListRow]:
        """Return the rows as they are drawn."""
        labels = [str(column.label) for column in columns]
        table = []
        for row in found:
            url = self.moment.on_url(self.row_url(row))
            then = self.told_then.get(row.pk, {})
            cells = [
                Cell(
                    readable(self.model, column.key, then[column.key], self.zone),
                    column.kind,
                    url if column.link else "",
                )
                if column.key in then and column.value is None
                else column.cell(row, url)
                for column in columns
            ]
            table.append(ListRow(row.pk, url, cells, self.tone(row), labels))
        return table

    def tone(self: Any, row: Any) -> str:
        return ""

    # -- addresses -------------------------------------------------------------------------------------------------

    def with_query(self: Any, page: str = "list", /, **changes: Any) -> str:
        """Return the address of `page` with the query of this one, changed by `changes` (None takes away)."""
        query = self.request.GET.copy()
        for key, value in changes.items():
            if value is None:
                query.pop(key, None)
            else:
                query[key] = value
        asked = query.urlencode()
        return self.url(page) + (f"?{asked}" if asked else "")

    def list_urls(self: Any) -> dict[str, str]:
        return {
            "list": self.url("list"),
            "new": self.url("new"),
            "bulk": self.with_query("bulk", page=None),
            "export": self.with_query("export", page=None),
            "save_view": self.url("views"),
        }

    def head(self: Any, column: Column) -> Head:
        asked = self.request.GET.get("sort", "")
        state = ""
        if asked.lstrip("-") == column.key:
            state = "desc" if asked.startswith("-") else "asc"
        url = ""
        if column.sort:
            url = self.with_query(sort=f"-{column.key}" if state == "asc" else column.key, page=None)
        return Head(str(column.label), column.key, column.kind, url, state)

    def active_filters(self: Any, filterset: Any) -> list[dict[str, str]]:
        """Return the filters of the address in words, each with the address without it; a red one is unreadable."""
        form = filterset.form
        said = [
            ("", str(field.label or name), value_words(field, value), names_in_query(name, field))
            for name, field, value in holding(form)
        ] + [("red", fault.label, fault.typed, fault.names) for fault in faults(form)]
        return [self.chip(*each) for each in said]

    def chip(self: Any, tone: str, label: str, value: str, names: Iterable[str]) -> dict[str, str]:
        """Return what tells a part of the address above the table, with the address without it."""
        return {"tone": tone, "label": label, "value": value, "remove_url": self.without(names)}

    def offered_columns(self: Any) -> dict[str, list[str]]:
        """Return the keys of the columns that `?sort=` and `?columns=` may name."""
        columns = self.bound_columns()
        by_sort = [column.key for column in columns if column.sort]
        return {"sort": by_sort, "columns": [column.key for column in columns]}

    def misnamed(self: Any) -> list[Fault]:
        """Return the parts of the address that ask for columns which the list does not have."""
        asked, offered = self.request.GET, self.offered_columns()
        wanted = {"sort": [asked.get("sort", "").lstrip("-")], "columns": asked.get("columns", "").split(",")}
        labels = {"sort": _("Order"), "columns": _("Columns")}
        return [
            unknown_columns(name, labels[name], strange, offered[name])
            for name, keys in wanted.items()
            if (strange := [key for key in keys if key and key not in offered[name]])
        ]

    def without(self: Any, names: Iterable[str]) -> str:
        """Return the address of this list without some parts of its query."""
        return self.with_query(**dict.fromkeys([*names, "page"], None))

    # -- saved views -----------------------------------------------------------------------------------------------

    def saved_views(self: Any) -> list[dict[str, Any]]:
        current = _normal(self.request.GET)
        views = SavedView.objects.allowed(self.user, "view").filter(zone=self.zone, ledger=self.slug)
        return [
            {
                "pk": view.pk,
                "name": view.name,
                "url": f"{self.url('list')}?{view.query}",
                "is_active": view.query == current and bool(current),
                "is_shared": view.is_shared,
                "delete_url": self.url("drop_view", view=view.pk) if view.owner_id == self.user.pk else "",
            }
            for view in views
        ]

    def post_views(self: Any) -> HttpResponseBase:
        """Keep the list's query under a name."""
        from django.http import QueryDict

        query = _normal(QueryDict(self.request.POST.get("query", "").lstrip("?")))
        view = SavedView(
            zone=self.zone,
            owner=self.user,
            ledger=self.slug,
            name=self.request.POST.get("name", "").strip(),
            query=query,
            is_shared=self.is_staff() and self.request.POST.get("shared") == "on",
        )
        try:
            view.full_clean()
            _keep(view)
            messages.success(self.request, _("The view “%(name)s” is kept.") % {"name": view.name})
        except ValidationError as error:
            messages.error(
                self.request, _("The view was not kept: %(why)s") % {"why": " ".join(error.messages)}
            )
        return redirect(f"{self.url('list')}?{query}" if query else self.url("list"))

    def post_drop_view(self: Any) -> HttpResponseBase:
        views = SavedView.objects.allowed(self.user, "change").filter(zone=self.zone, ledger=self.slug)
        view = views.filter(pk=self.kwargs["view"]).first()
        if view is None:
            raise Http404
        view.delete()
        messages.success(self.request, _("The view “%(name)s” is gone.") % {"name": view.name})
        return redirect(self.way_back(self.url("list")))

    # -- other forms of the same rows ------------------------------------------------------------------------------

    def get_export(self: Any) -> HttpResponseBase:
        """Return the rows of the list as CSV, with the filters of the list."""
        keys = self.export_keys()
        if keys is None:
            message = " ".join(map(str, [*faults(self.filterset().form), *self.misnamed()]))
            return bad_request(self.request, message, back_url=self.with_query("list"))
        return csv_response(self, keys)

    def export_keys(self: Any) -> list[int] | None:
        """Return the keys of the rows of the list that the person may take along; None for an unreadable address."""
        filterset = self.filterset()
        if not filterset.form.is_valid() or self.misnamed():
            return None
        may = filterset.qs.filter(self.model.policy.scope(self.user, "export"))
        return self.looked_for(may).keys()

    def plain_rows(self: Any, found: list[Any], columns: list[Column]) -> list[list[Any]]:
        """Return what the columns say of the rows as plain values; what the trail knows of a past instant as text."""
        readers = [column.reader(self.model) for column in columns]
        if not self.told_then:
            return [[read(row) for read in readers] for row in found]
        return [
            [
                readable(self.model, column.key, then[column.key], self.zone)
                if column.key in then and column.value is None
                else read(row)
                for column, read in zip(columns, readers, strict=True)
            ]
            for row in found
            for then in (self.told_then.get(row.pk, {}),)
        ]

    def get_choices(self: Any) -> JsonResponse:
        """Return up to 20 rows that match `q`, the nearest first, for a field that picks a row by typing."""
        rows, text = self.listed(), self.words()
        result = (
            search(rows, text, self.order(), self.names_then(), zone=self.zone)
            if text
            else Search(rows, self.order())
        )
        keys = result.keys(CHOICES)
        found = {row.pk: row for row in rows.filter(pk__in=keys)}
        shown = [found[key] for key in keys if key in found]
        rewind(shown, self.moment)
        named = [Named(row.pk, str(row), row.search_text) for row in shown] if text else []
        by = found_by(self.user, self.model, named, text, self.names_then())
        choices = [{"value": row.pk, "label": str(row), "note": by.get(row.pk, "")} for row in shown]
        return JsonResponse({"choices": choices}, json_dumps_params={"ensure_ascii": False})


def _settled(ordering: tuple[str, ...]) -> tuple[str, ...]:
    """Return an order that no two rows share; it runs one way, so that an index that leads with it answers."""
    if any(name.lstrip("-") in ("pk", "id") for name in ordering):
        return ordering
    return (*ordering, "-pk" if ordering and ordering[-1].startswith("-") else "pk")


def _unknown_last(model: Any, name: str) -> Any:
    """Return the order by `name` with the empty values last, where there can be any.

    SQLite takes an empty value for the smallest, PostgreSQL for the largest. A field that is never empty keeps its
    plain order, which every index answers.
    """
    if not _may_be_empty(model, name.lstrip("-")):
        return name
    path = F(name.lstrip("-"))
    return path.desc(nulls_last=True) if name.startswith("-") else path.asc(nulls_last=True)


def _may_be_empty(model: Any, path: str) -> bool:
    """Say whether `path` may lead to nothing; what is no field, such as an annotation, may."""
    for name in path.split("__"):
        if name == "pk":
            return False
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:
            return True
        if field.null:
            return True
        model = field.related_model
    return False


def _keep(view: SavedView) -> None:
    """Save `view`; of two that come at once the later hears what `full_clean` says to it otherwise."""
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        view.validate_constraints()
        raise


def _normal(query: Any) -> str:
    """Return a list's query without what is not part of the view, in a steady order."""
    pairs = [(key, value) for key, values in query.lists() for value in values if value]
    return urlencode(
        sorted(pair for pair in pairs if pair[0] not in {"page", "csrfmiddlewaretoken", "as_of", "known_at"})
    )
