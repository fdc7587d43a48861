"""Addresses of facts: those of one face, one fact with every version of it, and how facts are recorded."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.http import Http404, QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.response import Response

from zoneworks.api import kinds
from zoneworks.api.asking import AS_OF, BASIS, CURSOR, KNOWN_AT, LIMIT, ROWS, Parameter
from zoneworks.api.inputs import filled_in, number_in
from zoneworks.api.ledgers import next_url
from zoneworks.api.once import once
from zoneworks.api.paging import Order, page_of
from zoneworks.api.plain import Json
from zoneworks.api.problems import Problem, already_said, field_error, invalid
from zoneworks.api.reading import in_force, seen_facts
from zoneworks.api.rows import href, written_facts
from zoneworks.api.views import ApiView
from zoneworks.kit import recording
from zoneworks.kit.access import is_staff
from zoneworks.kit.faces import FactFace, WithdrawForm

ABOUT = Parameter("about", kinds.key(), gettext_lazy("The number of the row that the facts are about."))
KIND = Parameter("kind", kinds.words(60, 1), gettext_lazy("The kind of the fact, a key of the zone's rules."))
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
    warnings: Sequence[str] = ()

    def has_kind(self) -> bool:
        return any(field.name == "kind" for field in self.face_class.model._meta.concrete_fields)

    def written(self, facts: list[Any]) -> list[dict[str, Json]]:
        self.face_class.prepare(facts)
        return written_facts(self.face_class, facts, self.plain, is_staff(self.plain))

    def face(self, page: str, method: str = "GET", posted: QueryDict | None = None) -> FactFace:
        """Return the face as its page `page` would see the request."""
        request = copy.copy(self.plain)
        request.GET, request.method = QueryDict(mutable=True), method
        request.POST, request._files = posted or QueryDict(mutable=True), MultiValueDict()
        found = self.face_class(page=page)
        found.setup(request, **self.kwargs)
        return found

    def recorded(self, page: str, subject: Any, write: Callable[[Any], Any], corrects: Any = None) -> int:
        """Record what was sent through the form of the face, with what it rests on; return the number of the fact."""

        def make(posted: QueryDict | None) -> Any:
            face = self.face(page, "GET" if posted is None else "POST", posted)
            return face.make_form(subject, corrects)

        sent = {name: value for name, value in self.sent().items() if name != "about"}
        form = filled_in(make, sent)
        fact = self.unless_refused(lambda: self.face(page, "POST").recorded(form, write))
        self.warnings = self.face(page).warnings(fact)
        return fact.pk

    def unless_refused(self, write: Callable[[], Any]) -> Any:
        """Do `write`; 409 when somebody corrected the fact first, 422 when the same stands; both name that record."""
        try:
            return write()
        except recording.AlreadyCorrectedError as error:
            current = href(self.zone, "facts", self.face_class.slug, error.current.pk)
            raise Problem(409, "already_corrected", " ".join(error.messages), current=current) from error
        except recording.AlreadySaidError as error:
            current = href(self.zone, "facts", self.face_class.slug, error.current.pk)
            raise already_said(current) from error

    def told(self, pk: int, status: int = 200) -> Response:
        """Return the answer that tells one fact with every version of it, the newest first."""
        facts = seen_facts(self.face_class, self.plain)
        if self.moment.names_known_at:
            facts = facts.filter(recorded_at__lte=self.moment.known_at)
        fact = facts.filter(pk=pk).first()
        if fact is None:
            raise Http404(_("There is no such record here."))
        chain = [version.pk for version in recording.versions(fact)]
        seen = facts.in_bulk(chain)
        told = self.written([fact, *(seen[number] for number in chain if number in seen)])
        said = {**told[0], "versions": told[1:]}
        return Response(said | {"warnings": self.warnings} if status == 201 else said, status)

    def made(self, request: Any, write: Callable[[], int]) -> Response:
        """Return the answer to a write that makes one fact, or made it when it was sent before."""
        pk, is_again = once(request, write)
        self.look_again()
        response = self.told(pk, 201)
        response["Location"] = href(self.zone, "facts", self.face_class.slug, pk)
        if is_again:
            response["Idempotent-Replayed"] = "true"
        return response


class FactList(FaceView):
    """Lists the facts of one face, and records a new one."""

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

    def post(self, request: Any, **kwargs: Any) -> Response:
        """Record a fact about the row that `about` names. Sent again with the same key, it is not recorded again."""

        def record() -> int:
            subject, actor = self.subject(), self.plain.user
            return self.recorded("new", subject, lambda fact: recording.add(fact, actor=actor))

        return self.made(request, record)

    def subject(self) -> Any:
        """Return the row that `about` names: refused by name when unseen, 403 when closed."""
        posted = QueryDict(mutable=True)
        posted["subject"] = number_in(self.sent(), "about")
        try:
            return self.face("new", "POST", posted).get_subject()
        except Http404 as error:
            raise invalid([field_error("about", "", error, "unknown")]) from error


class FactDetail(FaceView):
    """Tells one fact, and every version of it, the newest first."""

    def get(self, request: Any, **kwargs: Any) -> Response:
        self.asked()
        return self.told(kwargs["pk"])


class FactChange(FaceView):
    """Puts something in the place of a fact; both stay."""

    def replaced(self, page: str) -> Any:
        """Return the fact that is to be replaced: 404 unseen, 403 closed or recognized by somebody else."""
        face = self.face(page, "POST")
        fact = face.get_fact("add")
        face.refuse_recognized(fact)
        return fact


class FactCorrection(FactChange):
    """Records what is right in the place of a fact. What is not sent stays as it was."""

    def post(self, request: Any, **kwargs: Any) -> Response:
        def correct() -> int:
            old, actor = self.replaced("correct"), self.plain.user
            return self.recorded(
                "correct", old.subject_row, lambda new: recording.correct(old, new, actor=actor), old
            )

        return self.made(request, correct)


class FactWithdrawal(FactChange):
    """Records that a fact does not hold and that nothing replaces it."""

    def post(self, request: Any, **kwargs: Any) -> Response:
        def withdraw() -> int:
            old, actor = self.replaced("withdraw"), self.plain.user
            reason = filled_in(WithdrawForm, self.sent()).cleaned_data["note"]
            gone = self.unless_refused(lambda: recording.withdraw(old, reason=reason, actor=actor))
            return gone.pk

        return self.made(request, withdraw)
