"""The document of the API (OpenAPI 3.1), from the very parameters, forms and models by which it answers.

It tells what the person of the token may open in this zone: the ledgers, the kinds of facts by the zone's rules, and
each measure with the dimensions that it has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.response import Response

from zoneworks.api import schemas
from zoneworks.api.asking import Parameter
from zoneworks.api.facts import FaceView, FactCorrection, FactList, FactWithdrawal
from zoneworks.api.index import Index
from zoneworks.api.kinds import kind_of
from zoneworks.api.ledgers import LedgerView, RowDetail, RowHistory, RowList
from zoneworks.api.measuring import MeasureList, ReadingDetail, ReadingRows, ReadingView
from zoneworks.api.problems import MEDIA_TYPE, TITLES
from zoneworks.api.rows import every_column, href
from zoneworks.api.schemas import Schema, ref
from zoneworks.api.views import ApiView
from zoneworks.kit.access import is_staff
from zoneworks.kit.faces import WithdrawForm
from zoneworks.kit.posting import as_posted
from zoneworks.kit.registry import faces, ledgers
from zoneworks.measures.registry import measures

JSON = "application/json"
READ_FAILS = (400, 401, 403, 404, 429)
WRITE_FAILS = (400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 429)


class Document(ApiView):
    """Tells every address, what it takes and what it answers, as an OpenAPI document."""

    def parameters(self) -> tuple[Parameter, ...]:
        return ()

    def get(self, request: Any, **kwargs: Any) -> Response:
        self.asked()
        return Response(Writer(self).document())


@dataclass(frozen=True, slots=True)
class Place:
    """One address: its path, the view that answers there, and the values that the view finds in it."""

    path: str
    name: str
    view: type[ApiView]
    values: dict[str, Any]


class Writer:
    """Writes the document for the person, zone and language of one request."""

    def __init__(self, asked: ApiView) -> None:
        self.asked = asked
        self.zone = asked.zone
        self.ledgers = [ledger for ledger in ledgers if ledger.is_granted(asked.plain, "view")]
        models = {ledger.model for ledger in self.ledgers}
        self.faces = [face for face in faces if face.subject_model() in models]

    def document(self) -> dict[str, Any]:
        """Return the whole document."""
        return {
            "openapi": "3.1.0",
            "info": {
                "title": f"{_('Zoneworks')} · {self.zone.name}",
                "version": version("zoneworks"),
                "description": _(
                    "Ledgers, facts and measures of one zone. Failures are problem details (RFC 9457)."
                ),
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            },
            "servers": [{"url": href(self.zone).rstrip("/")}],
            "security": [{"token": []}],
            "paths": {place.path: self._item(place) for place in self._places()},
            "components": {
                "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
                "schemas": schemas.SHARED | dict(self._own_schemas()),
            },
        }

    # -- addresses -------------------------------------------------------------------------------------------------

    def _places(self) -> Iterator[Place]:
        from zoneworks.api.urls import urlpatterns

        for pattern in urlpatterns:
            callback: Any = pattern.callback
            view: Any = callback.cls
            route = "/" + str(pattern.pattern).replace("<int:pk>", "{pk}")
            name = str(pattern.name)
            if issubclass(view, LedgerView) and view.ledger_class not in self.ledgers:
                continue
            if issubclass(view, FaceView) and view.face_class not in self.faces:
                continue
            if issubclass(view, ReadingView):
                yield from self._of_measures(route, name, view)
            elif view is not MeasureList or is_staff(self.asked.plain):
                yield Place(route, name, view, {"pk": 1} if "{pk}" in route else {})

    def _of_measures(self, route: str, name: str, view: type[ApiView]) -> Iterator[Place]:
        """Yield the address of each measure: what one can be asked depends on which it is."""
        for one in measures if is_staff(self.asked.plain) else ():
            yield Place(route.replace("<str:key>", one.key), f"{name}.{one.key}", view, {"key": one.key})

    def _item(self, place: Place) -> Schema:
        view: Any = place.view()
        view.setup(self.asked.plain, zone=self.zone.code, **place.values)
        view.request = self.asked.request
        found: Schema = {}
        if "{pk}" in place.path:
            found["parameters"] = [{"name": "pk", "in": "path", "required": True, "schema": schemas.KEY}]
        for method in ("get", "post", "patch"):
            if hasattr(view, method):
                found[method] = self._operation(place, view, method)
        return found

    def _operation(self, place: Place, view: Any, method: str) -> Schema:
        handler = getattr(view, method)
        text = (handler.__doc__ or type(view).__mro__[1].__doc__ or "").strip().partition("\n")[0]
        found: Schema = {
            "operationId": f"{method}-{place.name}",
            "tags": [_tag(view)],
            "summary": text,
            "responses": _responses(view, method),
        }
        if method == "get":
            found["parameters"] = [_parameter(one) for one in view.parameters()]
            return found
        found["requestBody"] = {"required": True, "content": {JSON: {"schema": self._body(view, method)}}}
        found["parameters"] = [_IF_MATCH] if method == "patch" else [_KEY]
        return found

    # -- what is sent ----------------------------------------------------------------------------------------------

    def _body(self, view: Any, method: str) -> Schema:
        if isinstance(view, LedgerView):
            ledger: Any = view.ledger("new")
            form = ledger.form_class(request=ledger.request)
            return _form(form, asks=method == "post")
        if isinstance(view, FactWithdrawal):
            return _form(WithdrawForm(), asks=True)
        subject = view.face_class.subject_model()(zone=self.zone)
        form = view.face("new").make_form(subject)
        if isinstance(view, FactCorrection):
            return _form(form, asks=False)
        body = _form(form, asks=True)
        return {
            **body,
            "properties": {"about": schemas.KEY, **body["properties"]},
            "required": ["about", *body.get("required", [])],
        }

    # -- what is answered ------------------------------------------------------------------------------------------

    def _own_schemas(self) -> Iterator[tuple[str, Schema]]:
        for ledger_class in self.ledgers:
            view: Any = type("RowList", (RowList,), {"ledger_class": ledger_class})()
            view.setup(self.asked.plain, zone=self.zone.code)
            view.request = self.asked.request
            ledger = view.ledger("list")
            yield f"row.{ledger.slug}", schemas.row_of(ledger, every_column(ledger))
            yield f"whole-row.{ledger.slug}", schemas.whole_row_of(ledger)
        for face in self.faces:
            yield f"fact.{face.slug}", schemas.fact_of(face)
            yield f"whole-fact.{face.slug}", schemas.whole_fact_of(face)


def _tag(view: Any) -> str:
    if isinstance(view, LedgerView):
        return view.ledger_class.label_plural()
    if isinstance(view, FaceView):
        return str(view.face_class.label)
    return _("Measures") if isinstance(view, MeasureList | ReadingView) else _("This API")


def _parameter(one: Parameter) -> Schema:
    schema = dict(one.kind.schema)
    if one.default is not None:
        schema["default"] = one.default
    return {"name": one.name, "in": "query", "description": str(one.description), "schema": schema}


_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Sent again with the same key within two days, the request is answered and not carried out again.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag of the row that was read, so that nobody's change is overwritten unseen.",
    "schema": {"type": "string", "minLength": 1},
}


def _form(form: Any, *, asks: bool) -> Schema:
    """Return the schema of what a form takes; with `asks` it names what must be sent, as nothing stands there yet."""
    posted = as_posted(form)
    found = {name: (field, kind_of(field)) for name, field in form.fields.items()}
    properties = {
        name: {**kind.schema, "title": str(form[name].label), **_help(field)}
        for name, (field, kind) in found.items()
        if kind is not None
    }
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    required = [
        name
        for name, (field, kind) in found.items()
        if kind is not None and field.required and not any(posted.getlist(name))
    ]
    return {**schema, "required": required} if asks and required else schema


def _help(field: Any) -> Schema:
    return {"description": str(field.help_text)} if field.help_text else {}


def _responses(view: Any, method: str) -> Schema:
    said = {JSON: {"schema": _answer(view, method)}}
    good, fails = (
        ("201", WRITE_FAILS)
        if method == "post"
        else ("200", WRITE_FAILS if method == "patch" else READ_FAILS)
    )
    headers: Schema = {"ETag": {"schema": schemas.TEXT}}
    if method == "post":
        headers["Location"] = {"schema": schemas.TEXT}
    found: Schema = {good: {"description": _("Done."), "headers": headers, "content": said}}
    if method == "get":
        found["304"] = {"description": _("Nothing has changed since the ETag that was sent.")}
        found["414"] = {
            "description": _("The address is too long; the server answers before the workbench reads it.")
        }
    problem = {MEDIA_TYPE: {"schema": ref("Problem")}}
    return found | {str(status): {"description": str(TITLES[status]), "content": problem} for status in fails}


def _answer(view: Any, method: str) -> Schema:
    """Return the schema of what a request that went well is answered."""
    is_list = method == "get"
    match view:
        case RowList() if is_list:
            count = schemas.or_null(schemas.WHOLE)
            return schemas.page(ref(f"row.{view.ledger_class.slug}"), count=count)
        case RowList() | RowDetail():
            return ref(f"whole-row.{view.ledger_class.slug}")
        case RowHistory():
            return schemas.page(ref("Change"))
        case FactList() if is_list:
            return schemas.page(ref(f"fact.{view.face_class.slug}"))
        case FaceView():
            return ref(f"whole-fact.{view.face_class.slug}")
        case MeasureList():
            return schemas.record({"results": schemas.array(ref("Measure"))})
        case ReadingDetail():
            return ref("Reading")
        case ReadingRows():
            return schemas.page(ref("CountedFact"))
        case Index():
            return ref("Index")
    return {"type": "object"}
