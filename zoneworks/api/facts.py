"""Addresses of facts: those of one face, and one fact with every version of it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.response import Response

from zoneworks.api import kinds
from zoneworks.api.asking import AS_OF, CURSOR, KNOWN_AT, LIMIT, ROWS, Parameter
from zoneworks.api.ledgers import next_url
from zoneworks.api.paging import Order, page_of
from zoneworks.api.plain import Json
from zoneworks.api.reading import in_force, seen_facts
from zoneworks.api.rows import written_facts
from zoneworks.api.views import ApiView
from zoneworks.kit import recording
from zoneworks.kit.access import is_staff
from zoneworks.kit.faces import FactFace
from zoneworks.kit.levels import Level

ABOUT = Parameter("about", kinds.key(), gettext_lazy("The number of the row that the facts are about."))
KIND = Parameter("kind", kinds.words(60, 1), gettext_lazy("The kind of the fact, a key of the zone's rules."))
BASIS = Parameter(
    "basis", kinds.one_of(Level.values), gettext_lazy("Said by at least this level; press when left out.")
)
FROM = Parameter("from", kinds.day(), gettext_lazy("With a day on or after this one in its span."))
TO = Parameter("to", kinds.day(), gettext_lazy("With a day on or before this one in its span."))
ALL = Parameter(
    "versions",
    kinds.one_of(["current", "all"]),
    gettext_lazy("Only what is in force, or every version and withdrawal that was ever recorded."),
    "current",
)


class FaceView(ApiView):
    """An address of the facts of one face."""

    face_class: ClassVar[type[FactFace]]

    def has_kind(self) -> bool:
        return any(field.name == "kind" for field in self.face_class.model._meta.concrete_fields)

    def written(self, facts: list[Any]) -> list[dict[str, Json]]:
        self.face_class.prepare(facts)
        return written_facts(self.face_class, facts, self.plain, is_staff(self.plain))


class FactList(FaceView):
    """Lists the facts of one face."""

    def parameters(self) -> tuple[Parameter, ...]:
        kind = (KIND,) if self.has_kind() else ()
        return (AS_OF, KNOWN_AT, ABOUT, *kind, BASIS, FROM, TO, ALL, LIMIT, CURSOR)

    def get(self, request: Any, **kwargs: Any) -> Response:
        query = self.asked()
        facts = seen_facts(self.face_class, self.plain)
        if query.get("versions") == "all":
            if self.moment.names_known_at:
                facts = facts.filter(recorded_at__lte=self.moment.known_at)
        else:
            facts = in_force(facts, self.moment)
        narrowing = {
            "about": self.face_class.model.subject,
            "kind": "kind",
            "from": "latest__gte",
            "to": "earliest__lte",
        }
        facts = facts.filter(**{path: query[name] for name, path in narrowing.items() if name in query})
        if "basis" in query:
            facts = facts.on_basis(query["basis"])
        limit = int(query.get("limit", ROWS))
        part = page_of(facts, Order(), limit, query.get("cursor", ""), f"facts.{self.face_class.slug}")
        return Response({"results": self.written(part.rows), "next": next_url(self.plain, part.cursor)})


class FactDetail(FaceView):
    """Tells one fact, and every version of it, the newest first."""

    def get(self, request: Any, **kwargs: Any) -> Response:
        self.asked()
        fact = self.found()
        chain = [version.pk for version in recording.versions(fact)]
        seen = {
            version.pk: version for version in seen_facts(self.face_class, self.plain).filter(pk__in=chain)
        }
        known = [seen[pk] for pk in chain if pk in seen]
        if self.moment.names_known_at:
            known = [version for version in known if version.recorded_at <= self.moment.known_at]
        told = self.written([fact, *known])
        return Response({**told[0], "versions": told[1:]})

    def found(self) -> Any:
        facts = seen_facts(self.face_class, self.plain)
        if self.moment.names_known_at:
            facts = facts.filter(recorded_at__lte=self.moment.known_at)
        fact = facts.filter(pk=self.kwargs["pk"]).first()
        if fact is None:
            raise Http404(_("There is no such record here."))
        return fact
