"""Reading organizations from a moment: what they were called, and who bears a name already."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import F, OuterRef, Q, Subquery, TextField
from django.db.models.functions import Coalesce

from zoneworks.accounts.models import Zone
from zoneworks.accounts.searching import normalize_query
from zoneworks.kit.moment import Moment
from zoneworks.kit.past import said_then
from zoneworks.organizations.models import NameKind, Organization, OrganizationName
from zoneworks.organizations.naming import NameOnDay, Renaming, name_on

CHANGES_OF_NAME = (NameKind.FORMER, NameKind.LATER)
MOST_NAMESAKES = 20


def names_at(rows: Sequence[Organization], moment: Moment) -> dict[int, NameOnDay]:
    """Return, by number, what each of `rows`, as they were at the moment, was called on its day; one query.

    A name taken or given up after the day is read too: that is how one knows what it was called before.
    """
    return called({row.pk: row.name for row in rows}, moment.on, moment.known_at)


def name_at(moment: Moment) -> Any:
    """Return the expression for what an organization was called on the day of the moment, as `name_on` says it."""
    known = OrganizationName.objects.live(moment.known).filter(organization=OuterRef("pk"))
    taken = known.filter(kind=NameKind.LATER, latest__lte=moment.on).order_by("-latest", "-earliest")
    not_yet_given_up = known.filter(kind=NameKind.FORMER, latest__gt=moment.on).order_by("latest", "earliest")
    entered = said_then(Organization, "name", moment) or F("name")
    return Coalesce(
        Subquery(taken.values("name")[:1]),
        Subquery(not_yet_given_up.values("name")[:1]),
        entered,
        output_field=TextField(),
    )


def called(entered: dict[int, str], day: date, known_at: datetime | None = None) -> dict[int, NameOnDay]:
    """Return what organizations, given by number and entered name, were called on `day`; one query."""
    found: dict[int, list[Renaming]] = defaultdict(list)
    facts = OrganizationName.objects.live(known_at).filter(
        organization__in=list(entered), kind__in=CHANGES_OF_NAME
    )
    for pk, *values in facts.in_order().values_list("organization", "kind", "name", "earliest", "latest"):
        found[pk].append(Renaming(*values))
    return {pk: name_on(name, found[pk], day) for pk, name in entered.items()}


def namesakes(
    zone: Zone, name: str, besides: int | None = None
) -> tuple[list[Organization], list[Organization]]:
    """Return the organizations of `zone` called `name`, and those that bore it or bear it beside their own.

    Width of characters, spaces at the ends and capitals make no difference. `besides` is the one asked for.
    """
    wanted = normalize_query(name)
    if not wanted:
        return [], []
    found = Organization.objects.filter(zone=zone, search_text__contains=wanted).exclude(pk=besides)
    exact = found.filter(Q(search_text=wanted) | Q(search_text__startswith=f"{wanted}\n"))
    same = [row for row in exact[:MOST_NAMESAKES] if normalize_query(row.name) == wanted]
    others = (
        OrganizationName.objects.live()
        .filter(zone=zone, organization__in=found, name__iexact=name.strip())
        .exclude(organization__in=[row.pk for row in same])
        .select_related("organization")[:MOST_NAMESAKES]
    )
    return same, list({fact.organization_id: fact.organization for fact in others}.values())


def names_borne(zone: Zone) -> dict[str, int]:
    """Return how often each name is borne or was in `zone`, as names are compared; one that is missing has no
    namesakes."""
    names = Organization.objects.filter(zone=zone).order_by().values_list("name", flat=True)
    others = OrganizationName.objects.filter(zone=zone).order_by().values_list("name", flat=True)
    return Counter(normalize_query(name) for rows in (names, others) for name in rows.iterator())
