"""Zones are walls: which rows a person may see and touch, said once for every way of reading.

Permission is a condition on rows (`Policy.scope`), so lists, pages, choices, exports, measures and writes cannot
disagree. It lies below the kit because roles do: the kit's entities, and the accounts themselves, stand behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from zoneworks.accounts.once import once
from zoneworks.accounts.roles import STAFF, Role

if TYPE_CHECKING:
    from zoneworks.accounts.models import User, Zone

NO_ROW = Q(pk__in=())
EVERY_VERB = ("view", "add", "change", "comment", "recognize", "export")


class Policy:
    """The one place that knows who may do what with the rows of a model."""

    def scope(self, user: User, verb: str) -> Q:
        """Return the condition that holds for the rows on which `user` may do `verb`."""
        raise NotImplementedError

    def grants_some(self, user: User, verb: str, zone: Zone) -> bool:
        """Say whether some row of `zone` could be open to `user` for `verb`: whether to offer it at all."""
        return bool(user.roles_in(zone))

    def grants_all(self, user: User, verb: str, zone_id: int) -> bool:
        """Say whether every row of a zone is open to `user` for `verb`, without asking the database.

        No is no answer: some or all of the rows may still be open.
        """
        return False


class RolePolicy(Policy):
    """Grants a verb on every row of a zone to the holders of some roles there, and on own rows to others.

    `grants` maps a verb to roles; `own` maps a verb to (roles, condition): those roles get the verb on the rows for
    which the condition, made from the user, holds. A verb that neither names is refused.
    """

    def __init__(
        self,
        grants: Mapping[str, frozenset[Role]],
        own: Mapping[str, tuple[frozenset[Role], Callable[[User], Q]]] | None = None,
        *,
        zone_path: str = "zone",
    ) -> None:
        self.grants = grants
        self.own = own or {}
        self.zone_path = zone_path

    def scope(self, user: User, verb: str) -> Q:
        condition = self._in_zones(user, self.grants.get(verb, frozenset()))
        if verb in self.own:
            roles, is_own = self.own[verb]
            # Whoever holds none of these roles is spared the condition: it may cost the query a join.
            if user.zone_ids(roles):
                condition |= self._in_zones(user, roles) & is_own(user)
        return condition

    def grants_some(self, user: User, verb: str, zone: Zone) -> bool:
        roles = user.roles_in(zone)
        own = self.own[verb][0] if verb in self.own else frozenset()
        return bool(roles & (self.grants.get(verb, frozenset()) | own))

    def grants_all(self, user: User, verb: str, zone_id: int) -> bool:
        return self.zone_path == "zone" and zone_id in user.zone_ids(self.grants.get(verb, frozenset()))

    def _in_zones(self, user: User, roles: frozenset[Role]) -> Q:
        zones = user.zone_ids(roles)
        return Q(**{f"{self.zone_path}__in": zones}) if zones else NO_ROW


class StaffReads(RolePolicy):
    """All staff read; the named roles add and change."""

    def __init__(self, writers: frozenset[Role], **grants: frozenset[Role]) -> None:
        super().__init__(
            {"view": STAFF, "export": STAFF, "comment": STAFF, "add": writers, "change": writers, **grants}
        )


class Via(Policy):
    """Lets the rows of a model be seen and touched as the row that `path` leads to.

    `verbs` maps a verb here to a verb there: adding a step to a project needs the right to change that project.
    """

    def __init__(self, path: str, policy: Policy, verbs: Mapping[str, str] | None = None) -> None:
        self.path = path
        self.policy = policy
        self.verbs = verbs or {"add": "change"}

    def scope(self, user: User, verb: str) -> Q:
        return prefixed(self.policy.scope(user, self.verbs.get(verb, verb)), self.path)

    def grants_some(self, user: User, verb: str, zone: Zone) -> bool:
        return self.policy.grants_some(user, self.verbs.get(verb, verb), zone)


def prefixed(condition: Q, path: str) -> Q:
    """Return `condition` moved along `path`: `zone=1` becomes `project__zone=1`."""
    moved = Q(_connector=condition.connector, _negated=condition.negated)
    for child in condition.children:
        if isinstance(child, Q):
            moved.add(prefixed(child, path), condition.connector)
        else:
            key, value = child  # type: ignore[misc]
            moved.children.append((f"{path}__{key}", value))
    return moved


class WalledQuerySet(models.QuerySet[Any]):
    """A queryset that can be cut down to what a person may see."""

    def allowed(self, user: User, verb: str) -> Self:
        """Keep the rows on which `user` may do `verb`."""
        return self.filter(self.model.policy.scope(user, verb))


class Walled(models.Model):
    """A row behind a wall. Its model declares `policy`."""

    policy: ClassVar[Policy]
    asked_apart: frozenset[str] = frozenset()
    """Names of constraints that somebody asks for many rows at once; `full_clean` leaves them to that."""

    class Meta:
        abstract = True

    def get_constraints(self) -> list[tuple[type[models.Model], Sequence[models.BaseConstraint]]]:
        found = super().get_constraints()
        if not self.asked_apart:
            return found
        return [(model, [one for one in each if one.name not in self.asked_apart]) for model, each in found]

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Check the fields. Whether a row is there that was read from the database is not asked again for each row that
        names it: the database refuses it otherwise."""
        exclude = {
            *(exclude or ()),
            *filter(self._has_read, (field.name for field in self._meta.concrete_fields)),
        }
        super().clean_fields(exclude=exclude)

    def _has_read(self, name: str) -> bool:
        """Say whether the field names a row that was read from the database and fits it as far as it wants any."""
        row = self._state.fields_cache.get(name)
        if row is None or row._state.adding or row.pk is None:
            return False
        return not self._meta.get_field(name).get_limit_choices_to()  # type: ignore[union-attr]

    def allows(self, user: User, verb: str) -> bool:
        """Say whether `user` may do `verb` on this row as it is stored.

        No query for whom every row of the zone is open; a page that only reads asks once.
        """
        zone_id = getattr(self, "zone_id", None)
        if zone_id is not None and self.policy.grants_all(user, verb, zone_id):
            return True
        rows = type(self)._base_manager.filter(pk=self.pk)
        key = ("allows", type(self), self.pk, user.pk, verb)
        return once(key, lambda: rows.filter(self.policy.scope(user, verb)).exists())
