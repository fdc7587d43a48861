"""The form of an answer, said once: as models that answers are read with, and as the JSON schema that is asked for.

Nothing here is believed yet; `grounding.py` asks of every item whether the text says so.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from zoneworks.intake.printing import FIELDS
from zoneworks.intake.project_events import ORDER
from zoneworks.intake.words import vocabulary

ENGAGEMENT_KINDS = (
    "visit_out",
    "reception",
    "signing",
    "inspection",
    "meeting",
    "conference",
    "drill",
    "training",
    "other",
)
COUNTS = tuple(vocabulary("attendance")["counts"])
BODY_KINDS = tuple(vocabulary("bodies")["kinds"])
MOST_ITEMS = 500
"""So many items of a kind are taken from one answer."""
_LONG = 2000


class _Said(BaseModel):
    """Text that somebody said; numbers stand as text, and every property is asked for."""

    model_config = ConfigDict(coerce_numbers_to_str=True, str_max_length=_LONG, extra="ignore")


class AmountSaid(_Said):
    field: Literal[FIELDS]  # type: ignore[valid-type]
    value: str = Field(description="in yuan, US dollars or square meters, digits only, as 1200000000")
    quote: str = Field("", description="the words of the text that state it, unit included")


class CapacitySaid(_Said):
    product: str
    value: str = Field(description="digits only")
    unit: str


class ProjectSaid(_Said):
    quote: str = Field(description="a passage copied sign by sign from the text")
    name: str = Field(description="as it stands in the text")
    aliases: list[str] = []
    investor: str = Field("", description="as it stands in the text; empty when not stated")
    events: list[Literal[ORDER]] = Field(  # type: ignore[valid-type]
        [], description="states that the text tells as facts; hopes and plans are none"
    )
    amounts: list[AmountSaid] = []
    capacity: list[CapacitySaid] = []
    location: str = ""


class ParticipantSaid(_Said):
    name: str
    title: str = ""


class CountSaid(_Said):
    what: Literal[COUNTS]  # type: ignore[valid-type]
    value: str = Field(description="digits only")


class EngagementSaid(_Said):
    quote: str = Field(description="the sentence that tells of it, copied sign by sign")
    kind: Literal[ENGAGEMENT_KINDS]  # type: ignore[valid-type]
    lead: str = Field("", description="name of the person who led")
    host: str = Field("", description="name of the person who presided")
    participants: list[ParticipantSaid] = []
    places: list[str] = []
    counts: list[CountSaid] = []


class ClaimSaid(_Said):
    quote: str = Field(description="the clause with the number, copied sign by sign")
    indicator: str = Field(description="what the number counts, as it is worded")
    value: str = Field(
        description="digits only; sums in yuan or dollars, areas in square meters, shares in percent"
    )
    unit: str = ""
    subject: str = ""
    period: str = ""


class PersonSaid(_Said):
    quote: str
    name: str
    title: str = ""


class OrganizationSaid(_Said):
    quote: str
    name: str
    kind: Literal[BODY_KINDS]  # type: ignore[valid-type]


class Answer(BaseModel):
    """A whole answer, for its schema alone: items are read one by one, so that a bad one takes no other with it."""

    projects: list[ProjectSaid]
    engagements: list[EngagementSaid]
    claims: list[ClaimSaid]
    people: list[PersonSaid]
    organizations: list[OrganizationSaid]


KINDS: dict[str, type[_Said]] = {
    "projects": ProjectSaid,
    "engagements": EngagementSaid,
    "claims": ClaimSaid,
    "people": PersonSaid,
    "organizations": OrganizationSaid,
}


def json_schema() -> dict[str, Any]:
    """Return the schema as strict endpoints want it: every property required, none beside them, no defaults."""
    schema: dict[str, Any] = _strict(Answer.model_json_schema())
    return schema


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(each) for each in node]
    if not isinstance(node, dict):
        return node
    kept = {name: _strict(each) for name, each in node.items() if name not in ("default", "maxLength")}
    if isinstance(kept.get("title"), str):
        del kept["title"]
    if "properties" in node:
        kept["properties"] = {name: _strict(each) for name, each in node["properties"].items()}
        kept |= {"required": list(node["properties"]), "additionalProperties": False}
    return kept


def read_item(kind: str, said: Any) -> tuple[Any, list[str]]:
    """Return an item of an answer in its form, and the parts left out that are not; None when it is none at all.

    >>> read_item("people", {"quote": "市长王安国", "name": "王安国", "title": None})
    (PersonSaid(quote='市长王安国', name='王安国', title=''), [])
    >>> read_item("people", {"name": "王安国"})
    (None, ['quote'])
    """
    model = KINDS[kind]
    if not isinstance(said, dict):
        return None, []
    given = {name: value for name, value in said.items() if value is not None}
    try:
        return model.model_validate(given), []
    except ValidationError as error:
        wrong = [each["loc"] for each in error.errors(include_input=False, include_url=False)]
    left_out: list[str] = []
    for loc in wrong:
        name = str(loc[0]) if loc else ""
        if name in given and name not in ("quote", "name", "kind", "value", "indicator"):
            left_out.append(name)
            given[name] = _without(given[name], {at[1] for at in wrong if len(at) > 1 and at[0] == name})
    try:
        return model.model_validate({k: v for k, v in given.items() if v is not None}), sorted(set(left_out))
    except ValidationError:
        return None, sorted({str(loc[0]) for loc in wrong if loc})


def _without(value: Any, places: set[Any]) -> Any:
    """Return a list without the entries at some places; None for what is no list."""
    if not isinstance(value, list) or not places:
        return None
    return [each for at, each in enumerate(value) if at not in places]
