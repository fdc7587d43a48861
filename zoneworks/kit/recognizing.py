"""Recognizing: what was self-reported is said once more at the zone's level, from the same sources."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import Exists, Model, OuterRef, Q
from django.db.models.lookups import IsNull

from zoneworks.kit.columns import span_text
from zoneworks.kit.extensions import repeated_sources
from zoneworks.kit.forms import span_input
from zoneworks.kit.levels import OPEN_LEVELS, Level


def _agrees(model: Any, name: str) -> Q:
    """Return the condition that a column is as in the fact around the query; two that are left open agree."""
    found = Q(**{name: OuterRef(name)})
    if model._meta.get_field(name).null:
        found |= Q(IsNull(OuterRef(name), True), **{f"{name}__isnull": True})
    return found


class Recognizing:
    """What a face of a fact knows of recognition; a face that leaves `same` empty offers none."""

    model: ClassVar[Any]
    request: Any

    repeated: ClassVar[tuple[str, ...]] = ()
    """The fields that say the same when a fact is recognized at another level."""
    same: ClassVar[tuple[str, ...]] = ()
    """The columns that agree in two facts of which one recognizes the other."""
    dated: ClassVar[bool] = False
    """Whether the days belong to what is said (a signing of 2019 is not that of 2023): those of two facts that say the
    same share a day."""

    @classmethod
    def new_url(cls, subject: Any) -> str:
        """Return the address of the form that records a fact about `subject`."""
        raise NotImplementedError

    @classmethod
    def url_of(cls, fact: Any, page: str = "detail") -> str:
        """Return the address of a page of `fact`."""
        raise NotImplementedError

    @classmethod
    def typed(cls, fact: Any, name: str) -> str:
        """Return a field of `fact` as an address names it for the form: a row by its number."""
        value = getattr(fact, name)
        if isinstance(value, Model):
            return str(value.pk)
        return str(value) if value else ""

    @classmethod
    def recognize_url(cls, fact: Any, sources: Iterable[tuple[str, str]] = ()) -> str:
        """Return the address of the form that says the same once more, as recognized; `sources` name what it cites."""
        said = [(name, cls.typed(fact, name)) for name in cls.repeated]
        query = [(name, text) for name, text in said if text]
        query += [("when", span_input(fact.span)), ("asserted_by", Level.ZONE.value), *sources]
        return f"{cls.new_url(fact.subject_row)}&{urlencode(query)}"

    @classmethod
    def unrecognized(cls, facts: Any, known_at: datetime | None = None) -> Any:
        """Keep of `facts` those that nobody had recognized by `known_at`; nothing where recognition is not offered."""
        if not cls.same:
            return facts.none()
        said = cls.model._default_manager.live(known_at).exclude(asserted_by__in=OPEN_LEVELS)
        for name in (cls.model.subject, *cls.same):
            said = said.filter(_agrees(cls.model, name))
        if cls.dated:
            said = said.touching(OuterRef("earliest"), OuterRef("latest"))
        return facts.filter(~Exists(said.order_by()))

    @classmethod
    def says_the_same(cls, fact: Any, other: Any) -> bool:
        """Say whether two facts about one subject say the same, at whatever level."""
        if any(getattr(fact, name) != getattr(other, name) for name in cls.same):
            return False
        return not cls.dated or bool(fact.span.overlaps(other.earliest, other.latest))

    def told_beside(self, fact: Any) -> list[dict[str, str]]:
        """Return the facts that say the same at another level at the moment: what recognizes `fact`, or what it
        recognizes. Each with its level, its days and its address."""
        if not self.same or fact.withdrawn:
            return []
        moment, user = self.request.moment, self.request.user
        alike = {name: getattr(fact, name) for name in (self.model.subject, *self.same)}
        rows = self.model._default_manager.allowed(user, "view").possible(moment.on, moment.known)
        others = rows.filter(**alike).exclude(asserted_by=fact.asserted_by).select_related("zone").in_order()
        if self.dated:
            others = others.touching(fact.earliest, fact.latest)
        return [
            {
                "level": other.level_label,
                "when": span_text(other.span),
                "url": moment.on_url(self.url_of(other)),
            }
            for other in others
        ]

    def recognizing(self, fact: Any) -> str:
        """Return where the person recognizes `fact`. Nothing when they may not, or when somebody did."""
        if fact.withdrawn or fact.asserted_by not in OPEN_LEVELS:
            return ""
        if not fact.subject_row.allows(self.request.user, "recognize"):
            return ""
        if not self.unrecognized(self.model._default_manager.filter(pk=fact.pk)).exists():
            return ""
        return self.recognize_url(fact, repeated_sources([fact]).get(fact.pk, ()))
