"""The ledger: the web face of an entity, set off by one registration.

A ledger declares its columns, filters, form and facts; the pages, the export, comments, history and saved views are
the same for all. Each address is one `page` of one class: the method that answers is named after verb and page
(`get_list`, `post_edit`), and `@action` adds more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views import View

from zoneworks.kit.columns import Cell, Column, as_cell
from zoneworks.kit.editing import EditingPages
from zoneworks.kit.extensions import LedgerPage
from zoneworks.kit.filters import ZoneFilterSet
from zoneworks.kit.lists import ListPages
from zoneworks.kit.moment import Moment
from zoneworks.kit.panels import Panel
from zoneworks.kit.past import rewind, rewind_named
from zoneworks.kit.rowpages import RowPages


@dataclass(frozen=True, slots=True)
class Route:
    """One address of a ledger. `needs` is the verb that the person must hold on the row, or on the zone."""

    page: str
    pattern: str
    needs: str = "view"
    has_row: bool = False
    methods: tuple[str, ...] = ("get",)


ROUTES = (
    Route("list", ""),
    Route("export", "export.csv", needs="export"),
    Route("new", "new/", needs="add", methods=("get", "post")),
    Route("bulk", "bulk/", needs="change", methods=("post",)),
    Route("views", "views/", methods=("post",)),
    Route("drop_view", "views/<int:view>/drop/", methods=("post",)),
    Route("choices", "choices/"),
    Route("detail", "<int:pk>/", has_row=True),
    Route("edit", "<int:pk>/edit/", needs="change", has_row=True, methods=("get", "post")),
    Route("history", "<int:pk>/history/", has_row=True),
    Route("comment", "<int:pk>/comment/", needs="comment", has_row=True, methods=("post",)),
)


def action(page: str, *, needs: str = "change") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a method of a ledger answer POSTs at `<pk>/<page>/`, for those who hold `needs` on the row."""

    def mark(method: Callable[..., Any]) -> Callable[..., Any]:
        method.route = Route(page, f"<int:pk>/{page}/", needs=needs, has_row=True, methods=("post",))  # type: ignore[attr-defined]
        return method

    return mark


def _bound(answer: Callable[[Any], HttpResponseBase] | None, ledger: Any) -> Any:
    return None if answer is None else lambda: answer(ledger)


class Ledger(ListPages, RowPages, EditingPages, View):
    """Declare what a ledger shows; see `docs/add-a-ledger.md`."""

    slug: ClassVar[str]
    model: ClassVar[type[models.Model]]
    icon: ClassVar[str] = "list"
    menu: ClassVar[Any] = ""
    position: ClassVar[int] = 50
    description: ClassVar[Any] = ""
    columns: ClassVar[tuple[Column, ...]] = ()
    filterset_class: ClassVar[type[ZoneFilterSet]]
    form_class: ClassVar[type[ModelForm[Any]]]
    facts: ClassVar[tuple[str, ...]] = ()
    bulk_fields: ClassVar[tuple[str, ...]] = ()
    identified_by: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """Sets of fields by which an import knows a row again; without them the unique names of the model, or its title."""
    stored_as: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """The two columns that keep a span for which the form has one field."""
    not_imported: ClassVar[tuple[str, ...]] = ()
    """Fields of the form that no workbook fills in."""
    also_called: ClassVar[Mapping[str, Any]] = {}
    """Another word by which the column of a field is known in a workbook."""
    writes_many: ClassVar[bool] = False
    """A row is its form's row and nothing beside it, so that an import may write hundreds of them together; nothing
    else is done for a change that leaves its names and its place among its kind as they were."""
    keeps_rows: ClassVar[bool] = False
    """What the list shows of a row today follows from what touches it as a subject (`kit/touching.py`) and from what
    touches all of them: its cells may be kept drawn."""
    list_template: ClassVar[str] = "kit/list.html"
    detail_template: ClassVar[str] = "kit/detail.html"
    ordering: ClassVar[tuple[str, ...]] = ()
    has_search: ClassVar[bool] = True

    page: str = "list"
    request: Any
    told_then: Mapping[int, Mapping[str, str]] = MappingProxyType({})
    """What fields of rows said at the moment, as text, where the row in memory cannot say it itself."""

    # -- addresses -------------------------------------------------------------------------------------------------

    @classmethod
    def routes(cls) -> tuple[Route, ...]:
        """Return every address of this ledger."""
        extra = [getattr(cls, name).route for name in dir(cls) if hasattr(getattr(cls, name, None), "route")]
        lent = [page.route for page in cls.lent_pages()]
        return (*ROUTES, *sorted(extra, key=lambda route: route.page), *lent)

    @classmethod
    def lent_pages(cls) -> list[LedgerPage]:
        """Return the addresses that higher floors give to this ledger."""
        from zoneworks.kit.registry import extensions

        return [page for extension in extensions for page in extension.pages(cls)]

    @classmethod
    def urls(cls) -> tuple[list[URLPattern], str]:
        """Return the address patterns and their namespace, for the site."""
        return [
            path(route.pattern, cls.as_view(page=route.page), name=route.page) for route in cls.routes()
        ], cls.slug

    def url(self, page: str = "list", **kwargs: Any) -> str:
        return reverse(f"{self.slug}:{page}", kwargs={"zone": self.zone.code, **kwargs})

    def row_url(self, row: Any) -> str:
        return self.url("detail", pk=row.pk)

    # -- the request -----------------------------------------------------------------------------------------------

    @property
    def zone(self) -> Any:
        return self.request.zone

    @property
    def moment(self) -> Moment:
        return self.request.moment

    @property
    def user(self) -> Any:
        return self.request.user

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        method = "get" if request.method == "HEAD" else str(request.method).lower()
        route = next(route for route in self.routes() if route.page == self.page)
        lent = {page.route.page: page.answer for page in self.lent_pages()}
        handler = getattr(self, f"{method}_{self.page}", None) or _bound(lent.get(self.page), self)
        if handler is None or method not in route.methods:
            return HttpResponseNotAllowed([name.upper() for name in route.methods])
        if not route.has_row and route.needs != "view" and not self.may(route.needs):
            raise PermissionDenied(_("Your role does not allow this here."))
        return handler()

    @classmethod
    def label(cls) -> str:
        return str(capfirst(cls.model._meta.verbose_name or ""))

    @classmethod
    def label_plural(cls) -> str:
        return str(capfirst(cls.model._meta.verbose_name_plural or ""))

    # -- rows ------------------------------------------------------------------------------------------------------

    def may(self, verb: str) -> bool:
        """Say whether the person may do `verb` somewhere in this zone; a row is checked on its own as well."""
        return self.is_granted(self.request, verb)

    @classmethod
    def is_granted(cls, request: Any, verb: str) -> bool:
        """Say whether some row of this zone could be open to the person for `verb`."""
        return cls.model.policy.grants_some(request.user, verb, request.zone)  # type: ignore[attr-defined]

    def rows(self, verb: str = "view") -> Any:
        """Return the rows of this zone on which the person may do `verb`, as they stood at the moment."""
        rows = self.model.objects.allowed(self.user, verb).filter(zone=self.zone)  # type: ignore[attr-defined]
        if self.moment.names_known_at:
            rows = rows.filter(created_at__lte=self.moment.known_at)
        return rows

    def listed(self) -> Any:
        """Return the rows that the list of the moment's day holds before any filter; the search finds no others."""
        return self.rows()

    def get_row(self, needs: str | None = None) -> Any:
        """Return the row of this address: 404 when unseen, 403 when seen but closed for what the page needs."""
        route = next(route for route in self.routes() if route.page == self.page)
        rows = self.rows()
        row = (rows.for_table() if hasattr(rows, "for_table") else rows).filter(pk=self.kwargs["pk"]).first()
        if row is None:
            raise Http404(_("There is no such row here."))
        wanted = needs or route.needs
        if wanted != "view" and not row.allows(self.user, wanted):
            raise PermissionDenied(_("You can see this row, but your role does not allow this change."))
        return row

    def way_back(self, otherwise: str) -> str:
        """Return the address of the workbench to which a posted form wants to lead, or else `otherwise`."""
        back = self.request.POST.get("next", "")
        safe = url_has_allowed_host_and_scheme(back, allowed_hosts={self.request.get_host()})
        return back if safe and back else otherwise

    def make_ready(self, rows: list[Any]) -> None:
        """Let `rows` say what they said at the moment, and give them what their cells need. They are for reading."""
        self.told_then = rewind(rows, self.moment)
        rewind_named(rows, self.moment)
        self.prepare(rows)

    # -- what a ledger may override --------------------------------------------------------------------------------

    def prepare(self, rows: list[Any]) -> None:
        """Give the rows of one page what their cells need, in a number of queries that does not grow."""

    def title(self, row: Any) -> str:
        return str(row)

    def subtitle(self, row: Any) -> str:
        return ""

    def badges(self, row: Any) -> list[Cell]:
        return []

    def panels(self, row: Any) -> list[Panel]:
        """Return the parts of the row's page that are this ledger's own."""
        return []

    def fact_cells(self, row: Any) -> Iterable[tuple[str, Cell]]:
        """Return label and value of each plain field that the row's page shows."""
        for name in self.facts:
            column = Column(name).bound(self.model)
            yield str(capfirst(str(column.label))), column.cell(row)

    @classmethod
    def bound_columns(cls) -> tuple[Column, ...]:
        return _bound_columns(cls)  # type: ignore[arg-type]  # a class has a hash, whatever its rows have


@cache
def _bound_columns(ledger: type[Ledger]) -> tuple[Column, ...]:
    """Return the columns with what the fields of the model say of them; labels are translated when they are read."""
    return tuple(column.bound(ledger.model) for column in ledger.columns)


__all__ = ["Cell", "Column", "Ledger", "Panel", "Route", "action", "as_cell"]
