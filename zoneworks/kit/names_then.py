"""The names by which rows were known at an earlier instant, so that a search of the past finds by them.

A search text says only what finds a row now. What was renamed since is little: its names of then are put together from
the audit trail and the facts, and kept until something is recorded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType

from zoneworks.accounts.models import Zone
from zoneworks.accounts.once import once
from zoneworks.accounts.searched import NamedByFacts
from zoneworks.accounts.searching import search_text
from zoneworks.kit.models import Change
from zoneworks.kit.moment import Moment
from zoneworks.kit.past import rewind
from zoneworks.kit.revision import kept

AT_ONCE = 500


class Names:
    """The names of a zone's rows as they were known at an instant."""

    def __init__(self, zone: Zone, moment: Moment) -> None:
        self.zone, self.moment, self.known = zone, moment, moment.known_at

    @classmethod
    def of(cls, zone: Zone, moment: Moment) -> Names | None:
        """Return the names of the moment; nothing where those of today are asked for."""
        return cls(zone, moment) if moment.names_known_at else None

    def texts(self, model: Any) -> Mapping[int, str]:
        """Return what the search text of a row said then, by its key, where it may say something else now."""
        said = ("names then", model._meta.label, self.known.isoformat())
        return once(
            (*said, self.zone.pk), lambda: kept(self.zone, said, lambda: self._texts(model), among="pasts")
        )

    def call(self, rows: Sequence[Any]) -> None:
        """Let `rows`, all of one model, be called in memory as they were then."""
        rewind(rows, self.moment)

    def _texts(self, model: Any) -> dict[int, str]:
        before = self._before(model)
        sources = model.named_by_facts()
        keys = {*before, *(key for source in sources for key in self._renamed(source))}
        names: dict[int, list[str]] = defaultdict(list)
        for source in sources:
            for some in _parts(keys):
                self._add_names(source, some, names)
        found = {}
        for some in _parts(keys):
            rows = model._base_manager.filter(zone=self.zone, created_at__lte=self.known, pk__in=some)
            for row in rows.only("created_at", *model.named_by):
                for name, text in before.get(row.pk, {}).items():
                    setattr(row, name, text)
                found[row.pk] = search_text(*row.own_names(), *names[row.pk])
        return found

    def _before(self, model: Any) -> dict[int, dict[str, str]]:
        """Return, by key, what the fields from which names come said where they were changed since."""
        if not model.named_by:
            return {}
        changes = Change.objects.filter(
            zone=self.zone,
            content_type=ContentType.objects.get_for_model(model),
            at__gt=self.known,
            verb__in=("change", "bulk"),
            fields__has_any_keys=model.named_by,
        )
        found: dict[int, dict[str, str]] = {}
        for key, fields in changes.order_by("at", "pk").values_list("object_id", "fields"):
            for name in model.named_by:
                if name in fields:
                    found.setdefault(key, {}).setdefault(name, fields[name][0])
        return found

    def _renamed(self, source: NamedByFacts) -> Collection[int]:
        """Return the keys of the rows which a fact named since, or no longer names, or names after what was renamed."""
        facts = source.facts.filter(zone=self.zone)
        later = facts.filter(recorded_at__gt=self.known)
        keys = set(
            later.filter(**{f"{source.subject}__created_at__lte": self.known}).values_list(
                source.subject, flat=True
            )
        )
        if source.model is not None:
            for some in _parts(self.texts(source.model)):
                keys.update(
                    facts.filter(**{f"{source.other}__in": some}).values_list(source.subject, flat=True)
                )
        return keys

    def _add_names(self, source: NamedByFacts, keys: list[int], names: dict[int, list[str]]) -> None:
        facts = source.facts.live(self.known).filter(**{f"{source.subject}__in": keys}).order_by()
        others = self.texts(source.model) if source.model is not None else {}
        wanted = (source.subject, source.name, *([source.other] if source.other else []))
        for key, name, *other in facts.values_list(*wanted):
            then = others.get(other[0]) if other else None
            names[key].append(then.partition("\n")[0] if then else name)


def _parts(keys: Collection[int]) -> Iterator[list[int]]:
    every = list(keys)
    for start in range(0, len(every), AT_ONCE):
        yield every[start : start + AT_ONCE]
