"""What answers look like: JSON schemas of rows, facts, readings and failures, from the models that they tell."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy

from zoneworks.api.kinds import LARGEST
from zoneworks.api.rows import own_fields, shown_fields
from zoneworks.kit.levels import Level
from zoneworks.kit.quantities import Qualifier

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
OR_TEXT: Schema = {"type": ["string", "null"]}
DAY: Schema = {"type": "string", "format": "date"}
INSTANT: Schema = {"type": "string", "format": "date-time"}
TRUTH: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": ["number", "null"]}
KEY: Schema = {"type": "integer", "minimum": 1, "maximum": LARGEST}
WHOLE: Schema = {"type": "integer", "minimum": 0}
ANY: Schema = {}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def record(properties: Schema, optional: tuple[str, ...] = ()) -> Schema:
    """Return the schema of an object that has all of `properties` but the optional ones."""
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
    }


def page(items: Schema, **more: Schema) -> Schema:
    """Return the schema of one page of a list. `next` is the address of the next one, nothing on the last."""
    return record({"results": array(items), "next": OR_TEXT, **more})


def or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def told(field: Any) -> Schema:
    """Return how one stored field of a row is told; see `plain.plain`."""
    if field.is_relation:
        return or_null(ref("Named"))
    kinds = {
        models.BooleanField: "boolean",
        models.IntegerField: "integer",
        models.DecimalField: "number",
    }
    kind = next((kind for base, kind in kinds.items() if isinstance(field, base)), "string")
    schema: Schema = {"type": [kind, "null"] if field.null else kind, "title": str(field.verbose_name)}
    if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
        schema["format"] = "date"
    return schema


def row_of(ledger: Any, columns: list[Any]) -> Schema:
    """Return the schema of a row of `ledger` as a list tells it."""
    fields = {field.name: told(field) for field in shown_fields(ledger, columns)}
    return record(
        {
            "id": KEY,
            "title": TEXT,
            "href": TEXT,
            "page": TEXT,
            "created_at": INSTANT,
            "fields": {"type": "object", "properties": fields},
            "values": {"type": "object", "additionalProperties": ANY},
            "shown": {"type": "object", "additionalProperties": OR_TEXT},
        }
    )


def whole_row_of(ledger: Any) -> Schema:
    """Return the schema of a row as its own address tells it, with its facts."""
    facts = {"type": "object", "additionalProperties": TEXT}
    more = record({"facts": array(ref("Fact")), "facts_of": facts, "history": OR_TEXT})
    return {"allOf": [ref(f"row.{ledger.slug}"), more]}


def fact_of(face: Any) -> Schema:
    """Return the schema of a fact of `face` in a list."""
    values = {field.name: told(field) for field in own_fields(face.model)}
    return {"allOf": [ref("Fact"), record({"values": {"type": "object", "properties": values}})]}


def whole_fact_of(face: Any) -> Schema:
    """Return the schema of one fact at its own address: with every version, the newest first."""
    more = record({"versions": array(ref("Fact")), "warnings": array(TEXT)}, ("warnings",))
    return {"allOf": [ref(f"fact.{face.slug}"), more]}


NAMED = record({"id": {"type": ["integer", "null"]}, "label": TEXT})
FACT = record(
    {
        "id": KEY,
        "face": TEXT,
        "says": TEXT,
        "about": {"allOf": [ref("Named"), record({"href": TEXT})]},
        "when": TEXT,
        "earliest": DAY,
        "latest": DAY,
        "is_uncertain": TRUTH,
        "asserted_by": {"type": "string", "enum": list(Level.values)},
        "values": {"type": "object"},
        "note": TEXT,
        "recorded_at": INSTANT,
        "recorded_by": or_null(ref("Named")),
        "corrects": or_null(KEY),
        "withdrawn": TRUTH,
        "citations": array(record({"label": TEXT, "page": TEXT, "quote": TEXT})),
        "href": TEXT,
        "page": TEXT,
    }
)
_COUNTED = gettext_lazy("How much of its value the number counts; null where it counts as it stands.")
COUNTED_FACT: Schema = {
    "allOf": [ref("Fact"), record({"counted": {**NUMBER, "description": _COUNTED}})],
}
CHANGE = record(
    {
        "at": INSTANT,
        "by": or_null(ref("Named")),
        "did": TEXT,
        "says": TEXT,
        "fact": or_null(record({"kind": TEXT, "id": {"type": "integer"}, "label": TEXT, "href": TEXT})),
        "fields": array(record({"field": TEXT, "label": TEXT, "before": OR_TEXT, "after": OR_TEXT})),
    }
)
PROBLEM = record(
    {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "code": TEXT,
        "errors": array(record({"field": OR_TEXT, "label": TEXT, "message": TEXT, "code": TEXT})),
        "current": TEXT,
    },
    ("errors", "current"),
)
INDEX = record(
    {
        "zone": record({"code": TEXT, "name": TEXT}),
        "ledgers": array(
            record({"key": TEXT, "label": TEXT, "description": TEXT, "href": TEXT, "may_add": TRUTH})
        ),
        "facts": array(record({"key": TEXT, "label": TEXT, "href": TEXT})),
        "measures": OR_TEXT,
        "openapi": TEXT,
    }
)
MEASURE = record(
    {
        "key": TEXT,
        "unit": TEXT,
        "label": TEXT,
        "group": TEXT,
        "definition": TEXT,
        "has_period": TRUTH,
        "dimensions": array(record({"key": TEXT, "label": TEXT})),
        "unit_label": TEXT,
        "fewer_is_better": TRUTH,
        "href": TEXT,
        "page": TEXT,
    }
)
QUALIFIER: Schema = {"type": "string", "enum": list(Qualifier.values)}
GROUP = record({"key": ANY, "label": TEXT, "value": NUMBER, "uncertain": NUMBER, "qualifier": QUALIFIER})
READING = record(
    {
        "measure": TEXT,
        "label": TEXT,
        "definition": TEXT,
        "value": NUMBER,
        "unit": TEXT,
        "qualifier": QUALIFIER,
        "uncertain": NUMBER,
        "subjects": or_null(WHOLE),
        "part": or_null(WHOLE),
        "zone": TEXT,
        "synthetic": TRUTH,
        "from": or_null(DAY),
        "to": or_null(DAY),
        "as_of": DAY,
        "known_at": or_null(INSTANT),
        "basis": TEXT,
        "filters": {"type": "object"},
        "by": OR_TEXT,
        "groups": array(ref("Group")),
        "says": TEXT,
        "rows": record({"of": TEXT, "counted": TEXT, "uncertain": TEXT, "part": OR_TEXT}),
        "page": TEXT,
    }
)
SHARED = {
    "Named": NAMED,
    "Fact": FACT,
    "Change": CHANGE,
    "Problem": PROBLEM,
    "Index": INDEX,
    "Measure": MEASURE,
    "Group": GROUP,
    "CountedFact": COUNTED_FACT,
    "Reading": READING,
}
