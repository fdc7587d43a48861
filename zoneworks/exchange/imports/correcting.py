"""Which fact of the ledger a cell corrects: what the same person brought in before and says otherwise now."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.forms.models import model_to_dict
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zoneworks.exchange import heads
from zoneworks.exchange.imports.columns import FactPart
from zoneworks.exchange.workbooks import Cell
from zoneworks.kit.figures import Figure
from zoneworks.sources.models import Citation

_COPY = re.compile(r"\s*[(（][0-9]{1,3}[)）](?=\.[^.]*$)")
_ASKED_APART = frozenset({"kind", "when", "note", "again"})


class _Cited(NamedTuple):
    """On what a fact rests: the name of a file, nothing for a passage, and the place in a workbook."""

    name: str
    place: str


class Brought:
    """The facts in force that `user` recorded and that rest on cells of workbooks, or on nothing.

    What somebody else recorded, what rests on a document and what is recognized is another statement: a cell that says
    something else is recorded beside it.
    """

    def __init__(self, user: Any, file_name: str) -> None:
        self.user, self.file_name = user, _bare(file_name)
        self._cited: dict[tuple[type[Any], int], list[_Cited]] = {}

    def forget(self) -> None:
        """Forget the facts learned of so far: those of a batch of rows say nothing of the next."""
        self._cited.clear()

    def learn(self, facts: Sequence[Any]) -> None:
        """Read on what facts of one model rest; one query where this person recorded any of them."""
        own = [fact for fact in facts if fact.recorded_by_id == self.user.pk]
        for fact in own:
            self._cited[type(fact), fact.pk] = []
        cited = Citation.objects.of(own).standing().values_list("object_id", "place", "attachment__name")
        for pk, place, name in cited:
            self._cited[type(own[0]), pk].append(_Cited(name or "", place))

    def corrected(
        self,
        part: FactPart,
        cell: Cell,
        stated: Any,
        posted: Mapping[str, Sequence[Any]],
        alike: Sequence[Any],
    ) -> Any:
        """Return the one fact among those `alike` in kind that the cell corrects, or None; `stated` is what it states.

        A figure corrects one of the same days that is counted alike, wherever it stood: there is one number of a day
        in each unit. Anything else may well be true beside what stood, such as a second investor, unless it stands in
        the column of a file of the same name in which that stood.
        """
        found = [fact for fact in alike if self._may_correct(fact, part, posted)]
        if issubclass(part.face.model, Figure):
            found = [
                fact for fact in found if fact.span == stated.span and _counted(fact) == _counted(stated)
            ]
        else:
            found = [fact for fact in found if any(self._is_same_column(one, cell) for one in self._of(fact))]
        return found[0] if len(found) == 1 else None

    def said_of(self, fact: Any, said: str) -> str:
        """Return the words `said` of a correction, with what it corrects."""
        day = f"{localtime(fact.recorded_at):%Y-%m-%d}"
        places = [f"{one.name} · {one.place}" for one in self._of(fact)]
        if not places:
            return _("%(said)s (corrects what you recorded on %(day)s)") % {"said": said, "day": day}
        values = {"said": said, "day": day, "place": _(", ").join(places)}
        return _("%(said)s (corrects what was imported on %(day)s from %(place)s)") % values

    def _of(self, fact: Any) -> list[_Cited]:
        return self._cited[type(fact), fact.pk]

    def _may_correct(self, fact: Any, part: FactPart, posted: Mapping[str, Sequence[Any]]) -> bool:
        cited = self._cited.get((type(fact), fact.pk))
        if cited is None or not all(citation.place for citation in cited):
            return False
        beside = [name for name in posted if name not in _ASKED_APART and name != part.value]
        held = model_to_dict(fact, fields=beside)
        return all(str(held[name] or "") == "".join(map(str, posted[name])) for name in held)

    def _is_same_column(self, cited: _Cited, cell: Cell) -> bool:
        return _bare(cited.name) == self.file_name and _column(cited.place) == _column(cell.place)


def _counted(figure: Figure) -> tuple[str, bool]:
    """Return what a figure is counted in: figures of several currencies, or of a year and in all, tell of several."""
    return figure.unit, figure.is_per_year


def _column(place: str) -> str:
    return place.rstrip("0123456789")


def _bare(name: str) -> str:
    """Return a name of a file as it was before a browser counted its copies.

    >>> _bare("企业名单 (2).xlsx") == _bare("企业名单.XLSX")
    True
    """
    return heads.key(_COPY.sub("", name))
