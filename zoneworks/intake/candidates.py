"""The rows of the ledger that may be what a document tells: found by indexes, all at once, and seen as plain values."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from zoneworks.accounts.models import User, Zone
from zoneworks.accounts.search_keys import keys_holding_each
from zoneworks.accounts.searching import normalize_query
from zoneworks.engagements.models import Engagement, EngagementOrganization, Participant
from zoneworks.intake.equal_amounts import projects_of_amounts
from zoneworks.intake.gathering import Proposed
from zoneworks.intake.investors import core_of
from zoneworks.intake.ledger_words import ENGAGEMENT_TOLD_AS, ORGANIZATION_KINDS, figure_of
from zoneworks.intake.likeness import Body, Firm, Meeting, Official, Venture, key, posts_of, same_body
from zoneworks.intake.project_drafts import name_core
from zoneworks.kit.quantities import Nature
from zoneworks.kit.spans import Span, parse_span
from zoneworks.organizations.models import NameKind, Organization, OrganizationName
from zoneworks.people.models import Person, PostFact
from zoneworks.projects.models import PartyRole, Project, ProjectFigure, ProjectParty

_NEAR = 40
"""So many rows are looked at for each name; those of the very same name come apart, and are never cut off."""
_MOST_ROWS = 2000
_INVESTING = (PartyRole.INVESTOR, PartyRole.PROJECT_COMPANY, PartyRole.AS_PRINTED)
_SHORT_SPAN = 7
"""What was held within more days than this is looked for by who led it; a month holds too much of each kind."""
_LONGEST_HELD = 62


def venture(proposed: Proposed) -> Venture:
    """Return a proposed project as far as it can be recognized; the values that other tellings give count, too."""
    told = proposed.told
    amounts: dict[tuple[str, str], set[Decimal]] = defaultdict(set)
    told_values = [*told.amounts.items(), *((one.field, one.value) for one in proposed.others)]
    for field, value in told_values:
        word = figure_of(field)
        if word is not None and isinstance(value, Decimal):
            amounts[word.kind, word.unit.value].add(value * word.times)
    investor = Body(told.investor, _told_otherwise(proposed, "investor"))
    return Venture(
        told.name,
        told.aliases,
        (investor,) if told.investor else (),
        {what: frozenset(values) for what, values in amounts.items()},
        told.location,
    )


def body(proposed: Proposed) -> Body:
    """Return a proposed organization with its short names."""
    told = proposed.told
    return Body(told.name, _told_otherwise(proposed, "name"), kind=ORGANIZATION_KINDS.get(told.kind, ""))


def official(proposed: Proposed) -> Official:
    """Return a proposed person with the posts."""
    return Official(proposed.told.name, posts_of(proposed.told.title))


def meeting(proposed: Proposed) -> Meeting:
    """Return a proposed engagement; one without a day is on none."""
    told = proposed.told
    kinds = ENGAGEMENT_TOLD_AS.get(told.kind, ())
    if told.date is None:
        return Meeting(kinds, 1, 0)
    days = _days(told.date.said)
    return Meeting(
        kinds,
        days.earliest.toordinal(),
        days.latest.toordinal(),
        (told.lead,) if told.lead else (),
        tuple(name for name in (told.host, *told.places) if name),
        told.places,
    )


def _days(said: str) -> Span:
    """Return the days of 2024-05-06, 2024-05 or 2024."""
    return parse_span(said)


def _told_otherwise(proposed: Proposed, field: str) -> tuple[str, ...]:
    return tuple(str(one.value) for one in proposed.others if one.field == field)


class Candidates:
    """The rows of `zone` that `user` may view and `proposed` may be about, read when they are first asked for."""

    def __init__(self, zone: Zone, user: User, proposed: Sequence[Proposed]) -> None:
        self.zone, self.user = zone, user
        of = {kind: [one for one in proposed if one.kind == kind] for kind in _KINDS}
        ventures = [venture(one) for one in of["project"]]
        investors = [investor for one in ventures for investor in one.investors]
        self._firms = _Firms(self, [*map(body, of["organization"]), *investors])
        self._ventures = _Ventures(self, ventures)
        self._officials = _officials(self, {one.told.name for one in of["person"]})
        self._meetings = _meetings(self, [meeting(one) for one in of["engagement"]])

    def rows(self, model: Any) -> Any:
        """Return the rows of a model within the walls."""
        return model.objects.allowed(self.user, "view").filter(zone=self.zone)

    def holding(self, model: Any, words: Sequence[str]) -> list[list[int]]:
        """Return for each word the keys of rows of the zone whose names hold it."""
        return keys_holding_each(model, [normalize_query(word) for word in words], self.zone.pk, _NEAR)

    def organizations(self, told: Body) -> Iterator[tuple[Organization, Body]]:
        """Yield the organizations that may go by one of the names."""
        return self._firms.near(told)

    def projects(self, told: Venture) -> Iterator[tuple[Project, Venture]]:
        """Yield the projects that may go by one of the names, or have the investor or the amounts."""
        return self._ventures.near(told)

    def people(self, name: str) -> Iterable[tuple[Person, Official]]:
        """Return the people of a name."""
        return self._officials.get(key(name), ())

    def engagements(self, told: Meeting) -> Iterable[tuple[Engagement, Meeting]]:
        """Return what was held on the days."""
        return self._meetings


_KINDS = ("project", "engagement", "person", "organization")


class _Firms:
    """Organizations by the names that a document tells."""

    def __init__(self, within: Candidates, told: Collection[Body]) -> None:
        names = list(dict.fromkeys(name for one in told for name in one.every if name))
        terms = {name: _firm_terms(name) for name in names}
        words = list(dict.fromkeys(word for each in terms.values() for word in each))
        held = dict(zip(words, within.holding(Organization, words), strict=True))
        rows = within.rows(Organization)
        known = {row.pk: row for row in rows.filter(name__in=names)}
        exact: dict[str, list[int]] = defaultdict(list)
        for row in known.values():
            exact[row.name].append(row.pk)
        known |= {row.pk: row for row in rows.filter(pk__in={pk for keys in held.values() for pk in keys})}
        self._keys = {
            name: dict.fromkeys(
                [*exact[name], *(pk for word in terms[name] for pk in held[word] if pk in known)]
            )
            for name in names
        }
        self._rows = known
        self._bodies = bodies(list(known.values()))

    def near(self, told: Body) -> Iterator[tuple[Organization, Body]]:
        """Yield the organizations found by one of the names of `told`."""
        for pk in dict.fromkeys(pk for name in told.every for pk in self._keys.get(name, ())):
            yield self._rows[pk], self._bodies[pk]

    def same(self, told: Body) -> list[int]:
        """Return the keys of the organizations that `told` is, or may be by its short name."""
        return [row.pk for row, known in self.near(told) if same_body(told, known) is not Firm.OTHER]


def _firm_terms(name: str) -> list[str]:
    """Return what the name of the same organization may hold: the whole name, or its first signs without the place."""
    core = core_of(name)
    return [word for word in dict.fromkeys((name, core, core[:4], core[:3], core[:2])) if len(word) >= 2]


def bodies(rows: Sequence[Organization]) -> dict[int, Body]:
    """Return organizations with their other and former names, by key."""
    others: dict[int, list[str]] = defaultdict(list)
    former: dict[int, list[str]] = defaultdict(list)
    told = OrganizationName.objects.live().filter(organization__in=[row.pk for row in rows]).order_by()
    for pk, kind, name in told.values_list("organization_id", "kind", "name"):
        (former if kind == NameKind.FORMER else others)[pk].append(name)
    return {
        row.pk: Body(
            row.name,
            tuple(name for name in (row.short_name, row.credit_code, *others[row.pk]) if name),
            tuple(former[row.pk]),
            row.kind,
        )
        for row in rows
    }


class _Ventures:
    """Projects by the names, investors and amounts that a document tells."""

    def __init__(self, within: Candidates, told: Sequence[Venture]) -> None:
        self._within = within
        names = list(dict.fromkeys(name for one in told for name in (one.name, *one.others)))
        terms = {name: _project_terms(name) for name in names}
        words = list(dict.fromkeys(word for each in terms.values() for word in each))
        held = dict(zip(words, within.holding(Project, words), strict=True))
        rows = within.rows(Project)
        known = {row.pk: row for row in rows.filter(name__in=names)}
        exact = {row.name: row.pk for row in known.values()}
        invested, stated = self._invested(told), self._stated(told)
        self._keys: dict[str, dict[int, None]] = {}
        for one in told:
            found = [exact[name] for name in (one.name, *one.others) if name in exact]
            found += [pk for name in (one.name, *one.others) for word in terms[name] for pk in held[word]]
            found += [pk for firm in self._firms_of(one) for pk in invested.get(firm, ())][:_NEAR]
            found += _twice(stated[amount] for amount in _amounts_of(one))
            self._keys[_mark(one)] = dict.fromkeys(found)
        wanted = {pk for keys in self._keys.values() for pk in keys} - set(known)
        known |= {row.pk: row for row in rows.filter(pk__in=wanted)}
        self._rows = known
        self._faces = ventures(list(known.values()))

    def _firms_of(self, told: Venture) -> list[int]:
        return [pk for investor in told.investors for pk in self._within._firms.same(investor)]

    def _invested(self, told: Sequence[Venture]) -> dict[int, list[int]]:
        """Return the projects of the investors that are told, by the keys of the investors."""
        firms = {pk for one in told for pk in self._firms_of(one)}
        parties = ProjectParty.objects.live().filter(zone=self._within.zone, organization__in=firms)
        found: dict[int, list[int]] = defaultdict(list)
        # In the order of the index: an order by key would make SQLite walk through all parties.
        for firm, project in parties.order_by().values_list("organization_id", "project_id")[:_MOST_ROWS]:
            found[firm].append(project)
        return found

    def _stated(self, told: Sequence[Venture]) -> dict[tuple[str, Decimal], set[int]]:
        """Return the projects of which a figure states one of the amounts that are told, by kind and value."""
        amounts = list(dict.fromkeys(amount for one in told for amount in _amounts_of(one)))
        return dict(zip(amounts, projects_of_amounts(self._within.zone.pk, amounts), strict=True))

    def near(self, told: Venture) -> Iterator[tuple[Project, Venture]]:
        """Yield the projects that were found for `told`."""
        for pk in self._keys.get(_mark(told), ()):
            if pk in self._rows:
                yield self._rows[pk], self._faces[pk]


def _amounts_of(told: Venture) -> list[tuple[str, Decimal]]:
    """Return the amounts of a project that tells two or more; a single one is that of too many."""
    found = [(kind, value) for (kind, _unit), values in told.amounts.items() for value in sorted(values)]
    return found if len(told.amounts) > 1 else []


def _twice(found: Iterable[set[int]]) -> list[int]:
    """Return the keys that are in two of the sets or more."""
    counted = Counter(pk for keys in found for pk in keys)
    return [pk for pk, times in counted.most_common(_NEAR) if times > 1]


def _mark(told: Venture) -> str:
    return "\n".join((told.name, *told.others, "", *(name for one in told.investors for name in one.every)))


def _project_terms(name: str) -> list[str]:
    """Return what a like name may hold: the whole name, what it says beside 项目, and the ends of that."""
    core = name_core(name)
    return [word for word in dict.fromkeys((name, core, core[-4:], core[:4])) if len(word) >= 2]


def ventures(rows: Sequence[Project]) -> dict[int, Venture]:
    """Return projects with their other names, investors and promised amounts, by key."""
    keys = [row.pk for row in rows]
    tied = ProjectParty.objects.live().filter(project__in=keys, kind__in=_INVESTING).order_by()
    parties = sorted(tied.select_related("organization"), key=lambda party: party.pk)
    firms = bodies(list({party.organization_id: party.organization for party in parties}.values()))
    investors: dict[int, list[Body]] = defaultdict(list)
    for party in parties:
        investors[party.project_id].append(firms[party.organization_id])
    amounts: dict[int, dict[tuple[str, str], set[Decimal]]] = defaultdict(lambda: defaultdict(set))
    figures = ProjectFigure.objects.live().filter(
        project__in=keys, nature=Nature.COMMITMENT, is_increment=False
    )
    for pk, kind, unit, value in figures.order_by().values_list("project_id", "kind", "unit", "value"):
        amounts[pk][kind, unit].add(value)
    return {
        row.pk: Venture(
            row.name,
            tuple(name.strip() for name in row.aliases.split(";") if name.strip()),
            tuple(investors[row.pk]),
            {what: frozenset(values) for what, values in amounts[row.pk].items()},
            row.site,
        )
        for row in rows
    }


def _officials(within: Candidates, names: set[str]) -> dict[str, list[tuple[Person, Official]]]:
    """Return the people of the names, by the name as names are compared."""
    rows = list(within.rows(Person).filter(name__in=names).order_by("pk"))
    posts: dict[int, dict[str, None]] = defaultdict(dict)
    told = PostFact.objects.live().filter(person__in=[row.pk for row in rows]).order_by()
    for pk, title in told.values_list("person_id", "title"):
        posts[pk] |= dict.fromkeys(posts_of(title))
    found: dict[str, list[tuple[Person, Official]]] = defaultdict(list)
    for row in rows:
        found[key(row.name)].append((row, Official(row.name, tuple(posts[row.pk]))))
    return found


def _meetings(within: Candidates, told: Sequence[Meeting]) -> list[tuple[Engagement, Meeting]]:
    """Return what was held of the kinds on the days that are told."""
    asked = Q(pk__in=())
    for one in {(one.kinds, one.earliest, one.latest, one.people): one for one in told}.values():
        if one.earliest <= one.latest:
            asked |= _held_then(one)
    # Without an order: in that of the days SQLite would walk through all that was ever held.
    rows = within.rows(Engagement).filter(asked).select_related("lead").order_by()
    held = list(rows[:_MOST_ROWS])
    keys = [row.pk for row in held]
    firms: dict[int, list[str]] = defaultdict(list)
    ties = EngagementOrganization.objects.standing().filter(engagement__in=keys).order_by()
    for pk, name, short in ties.values_list(
        "engagement_id", "organization__name", "organization__short_name"
    ):
        firms[pk] += [name, short] if short else [name]
    guests: dict[int, list[str]] = defaultdict(list)
    present = Participant.objects.standing().filter(engagement__in=keys).order_by()
    for pk, name in present.values_list("engagement_id", "person__name"):
        guests[pk].append(name)
    return [(row, _meeting_of(row, guests[row.pk], firms[row.pk])) for row in held]


def _held_then(told: Meeting) -> Q:
    first, last = date.fromordinal(told.earliest), date.fromordinal(told.latest)
    until = date.fromordinal(min(told.latest + _LONGEST_HELD, date.max.toordinal()))
    held = Q(kind__in=told.kinds, held_latest__range=(first, until), held_earliest__lte=last)
    if told.latest - told.earliest > _SHORT_SPAN:
        held &= Q(lead__name__in=told.people)
    return held


def _meeting_of(row: Engagement, guests: Sequence[str], firms: Sequence[str]) -> Meeting:
    lead = [row.lead.name] if row.lead else []
    return Meeting(
        (row.kind,),
        row.held_earliest.toordinal() if row.held_earliest else 1,
        row.held_latest.toordinal() if row.held_latest else 0,
        tuple(dict.fromkeys([*lead, *guests])),
        tuple(firms),
        tuple(text for text in (row.place, row.title) if text),
    )
