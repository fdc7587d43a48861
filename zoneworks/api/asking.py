"""What the query of an address may ask. What is not known is refused: a misspelled filter filters nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.api import kinds
from zoneworks.api.kinds import Kind, WrongTypeError, kind_of
from zoneworks.api.problems import Problem, field_error
from zoneworks.kit.levels import Level
from zoneworks.kit.pickmany import PickField

MOST_ROWS = 200
ROWS = 50


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a query: its name, its kind, and what it does in a sentence."""

    name: str
    kind: Kind
    description: Any = ""
    default: Any = None


AS_OF = Parameter(
    "as_of",
    kinds.day(),
    gettext_lazy("What was true on this day, from 1900-01-01 to 2200-12-31; today when left out."),
)
_DAY = "(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}"
_TIME = "[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?([+-][0-9]{2}:[0-9]{2}|Z)?"
_MOMENT = f"^{_DAY}({_TIME})?$"
KNOWN_AT = Parameter(
    "known_at",
    kinds.words(40, 1, pattern=_MOMENT),
    gettext_lazy(
        "What was recorded by this day (2024-10-24) or instant (2024-10-24T18:00); now when left out."
    ),
)
LIMIT = Parameter("limit", kinds.whole(1, MOST_ROWS), gettext_lazy("How many rows a page has."), ROWS)
CURSOR = Parameter(
    "cursor",
    kinds.words(1000, 1),
    gettext_lazy("The next page: `next` of the page before leads there. It holds for the same order only."),
)
SEARCH = Parameter("q", kinds.words(100), gettext_lazy("A part of a name, a former name or pinyin initials."))
BASIS = Parameter(
    "basis", kinds.one_of(Level.values), gettext_lazy("Said by at least this level; press when left out.")
)
COUNT = Parameter("count", kinds.truth(), gettext_lazy("Count all rows of the list as well."), False)


def read_query(query: QueryDict, known: Sequence[Parameter]) -> QueryDict:
    """Return `query` as forms read it. Raise the problem that names every parameter that cannot be read."""
    by_name = {parameter.name: parameter for parameter in known}
    found, wrong = QueryDict(mutable=True), []
    for name, values in query.lists():
        parameter = by_name.get(name)
        if parameter is None:
            offered = ", ".join(by_name) or "–"
            wrong.append(
                field_error(
                    name[:60],
                    "",
                    _("There is no such parameter; there are: %(known)s.") % {"known": offered},
                    "unknown",
                )
            )
            continue
        try:
            for key, texts in _posted(parameter, [str(value) for value in values]).items():
                found.setlist(key, texts)
        except WrongTypeError as error:
            wrong.append(field_error(name, "", error, "type"))
    if wrong:
        detail = f"{wrong[0]['field']}: {wrong[0]['message']}"
        raise Problem(400, "unreadable_parameter", detail, errors=wrong)
    return found


def _posted(parameter: Parameter, values: list[str]) -> kinds.Posted:
    kind = parameter.kind
    for value in values:
        kinds.text_of(value)
    if kind.many:
        return kind.posted(parameter.name, [kind.from_query(value) for value in values])
    if len(values) > 1:
        raise WrongTypeError(_("Send it once."))
    return kind.posted(parameter.name, kind.from_query(values[0]))


def filters_of(form: Any) -> tuple[Parameter, ...]:
    """Return the parameters that the form of a set of filters reads."""
    found: list[Parameter] = []
    for name, field in form.fields.items():
        label = capfirst(str(field.label or name))
        suffixes = getattr(field.widget, "suffixes", None)
        if suffixes:
            found.extend(
                Parameter(f"{name}_{suffix}", _asked(inner), f"{label} ({suffix})")
                for suffix, inner in zip(suffixes, field.fields, strict=True)
            )
        else:
            found.append(Parameter(name, _asked(field), label))
    return tuple(found)


def _asked(field: Any) -> Kind:
    """Return how a field is written in a query: as in JSON, except that there is no null and no empty choice."""
    if isinstance(field, PickField):
        raise TypeError("a filter picks one row")
    kind = kind_of(field) or kinds.words()
    schema = dict(kind.schema)
    if isinstance(schema.get("type"), list):
        types = [one for one in schema["type"] if one != "null"]
        schema["type"] = types[0] if len(types) == 1 else types
    if "" in schema.get("enum", ()):
        return replace(kinds.one_of([value for value in schema["enum"] if value]))
    return replace(kind, schema=schema)


def names(parameters: Iterable[Parameter]) -> frozenset[str]:
    return frozenset(parameter.name for parameter in parameters)
