"""What must hold between the rows of a zone, so that somebody can look: derived columns, search texts, ties, the trail.

A room registers in its `soundness` module what only it can know. `zoneworks doctor` asks every one of them and knows no
column itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar, TypeVar

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.accounts.models import Zone
from zoneworks.accounts.search_index import missing_index, rebuild
from zoneworks.accounts.search_keys import is_found
from zoneworks.accounts.searched import Searched
from zoneworks.accounts.searching import SEPARATOR
from zoneworks.kit.facts import Fact

BATCH = 500


@dataclass(frozen=True, slots=True)
class Unsound:
    """A row that is not as it should be: which one, and what is the matter. No name of anybody: this is logged."""

    model: type[models.Model]
    pk: int
    what: str

    def __str__(self) -> str:
        return f"{self.model._meta.label} {self.pk}: {self.what}"


class Soundness:
    """Something that must hold. `find` yields what does not; what follows from other rows can be mended."""

    key: ClassVar[str]
    label: ClassVar[Any]
    advice: ClassVar[Any] = ""
    can_mend: ClassVar[bool] = False

    def find(self, zone: Zone) -> Iterator[Unsound]:
        """Yield the rows of `zone` that are not sound."""
        raise NotImplementedError

    def mend(self, found: Iterable[Unsound]) -> int:
        """Write what follows from other rows anew; return for how many rows."""
        raise NotImplementedError


kept_sound: list[Soundness] = []
S = TypeVar("S", bound=type[Soundness])


def keep_sound(soundness: S) -> S:
    """Let the doctor look at it."""
    if any(other.key == soundness.key for other in kept_sound):
        raise ValueError(f"two checks are called {soundness.key!r}")
    kept_sound.append(soundness())
    return soundness


class DerivedColumns(Soundness):
    """Columns of a model that follow from other rows.

    `fresh` says what they should hold; `write` writes them for one row. The rows are looked at while people work,
    so one that differs is looked at again with its row locked.
    """

    can_mend = True
    model: ClassVar[type[models.Model]]

    def begin(self, zone: Zone) -> None:
        """Do what any page does first, such as bringing the columns to today."""

    def fresh(self, rows: Sequence[Any]) -> Mapping[int, Mapping[str, Any]]:
        """Return, for each of the rows, the columns as the facts say them."""
        raise NotImplementedError

    def write(self, row: Any) -> None:
        """Write the columns of a row anew."""
        raise NotImplementedError

    def rows(self, zone: Zone) -> models.QuerySet[Any]:
        """Return the rows of `zone` to be looked at."""
        return self.model._base_manager.filter(zone=zone)

    def is_same(self, name: str, held: Any, due: Any) -> bool:
        """Say whether a column holds what it should."""
        return bool(held == due)

    def find(self, zone: Zone) -> Iterator[Unsound]:
        self.begin(zone)
        keys = iter(self.rows(zone).order_by("pk").values_list("pk", flat=True).iterator(chunk_size=BATCH))
        while batch := list(islice(keys, BATCH)):
            for pk in [row_pk for row_pk, _names in self._different(batch)]:
                with transaction.atomic():
                    list(self.model._base_manager.select_for_update().filter(pk=pk).values_list("pk"))
                    again = list(self._different([pk]))
                for _pk, names in again:
                    yield Unsound(self.model, pk, ", ".join(names))

    def _different(self, keys: Sequence[int]) -> Iterator[tuple[int, list[str]]]:
        rows = list(self.model._base_manager.filter(pk__in=keys).select_related("zone"))
        fresh = self.fresh(rows)
        for row in rows:
            due = fresh.get(row.pk, {})
            names = [name for name in due if not self.is_same(name, getattr(row, name), due[name])]
            if names:
                yield row.pk, names

    def mend(self, found: Iterable[Unsound]) -> int:
        count = 0
        for one in found:
            row = self.model._base_manager.filter(pk=one.pk).first()
            if row is not None:
                self.write(row)
                count += 1
        return count


def _of_zones(base: type[models.Model]) -> list[type[models.Model]]:
    """Return every model of the rooms that is a `base` and belongs to a zone."""
    return [
        model
        for model in apps.get_models()
        if issubclass(model, base) and any(field.name == "zone" for field in model._meta.concrete_fields)
    ]


@keep_sound
class SearchTexts(Soundness):
    """Every searched row is found by the names that it has now."""

    key = "search-texts"
    label = gettext_lazy("search texts")
    can_mend = True

    def find(self, zone: Zone) -> Iterator[Unsound]:
        for model in _of_zones(Searched):
            yield from _SearchTextsOf(model).find(zone)

    def mend(self, found: Iterable[Unsound]) -> int:
        return sum(_SearchTextsOf(one.model).mend([one]) for one in found)


class _SearchTextsOf(DerivedColumns):
    """The search texts of one model. The order of names says nothing."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model  # type: ignore[misc]

    def fresh(self, rows: Sequence[Any]) -> Mapping[int, Mapping[str, Any]]:
        model: Any = self.model
        return {pk: {"search_text": text} for pk, text in model.texts_to_search(rows).items()}

    def is_same(self, name: str, held: Any, due: Any) -> bool:
        return set(held.split(SEPARATOR)) == set(due.split(SEPARATOR))

    def write(self, row: Any) -> None:
        row.refresh_search_text()


@keep_sound
class SearchIndex(Soundness):
    """The index finds every row by its search text."""

    key = "search-index"
    label = gettext_lazy("index of the search")
    can_mend = True

    def find(self, zone: Zone) -> Iterator[Unsound]:
        missing = missing_index()
        for model in _of_zones(Searched):
            if model in missing:
                yield Unsound(model, 0, _("there is no index"))
                continue
            rows = model._base_manager.filter(zone=zone).order_by("pk").values_list("pk", "search_text")
            for pk, text in rows.iterator(chunk_size=BATCH):
                if not is_found(model, pk, text):
                    yield Unsound(model, pk, _("not found by its names"))

    def mend(self, found: Iterable[Unsound]) -> int:
        keys: dict[type[models.Model], set[int]] = {}
        for one in found:
            keys.setdefault(one.model, set()).add(one.pk)
        for model in keys:
            rebuild(model)
        return sum(map(len, keys.values()))


@keep_sound
class FactsInPlace(Soundness):
    """A fact lies in the zone of what it is about, and corrects a fact about the same."""

    key = "facts"
    label = gettext_lazy("facts and what they are about")
    advice = gettext_lazy("Restore the last backup in which they were sound, or report it.")

    def find(self, zone: Zone) -> Iterator[Unsound]:
        for model in _of_zones(Fact):
            rows = model._base_manager.filter(zone=zone)
            subject = model.subject  # type: ignore[attr-defined]
            for pk in rows.exclude(**{f"{subject}__zone": F("zone")}).values_list("pk", flat=True):
                yield Unsound(model, pk, _("about a row of another zone"))
            strange = rows.filter(reverses__isnull=False).exclude(
                **{f"reverses__{subject}": F(subject), "reverses__zone": F("zone")}
            )
            for pk in strange.values_list("pk", flat=True):
                yield Unsound(model, pk, _("corrects a fact about something else"))


@keep_sound
class FactsInTrail(Soundness):
    """Every fact has its line in the audit trail: nothing was half-written. Synthetic zones are written without."""

    key = "trail"
    label = gettext_lazy("facts and their lines in the audit trail")
    advice = gettext_lazy("Somebody wrote past the workbench. Restore a backup, or report it.")

    def find(self, zone: Zone) -> Iterator[Unsound]:
        from zoneworks.kit.models import Change

        if zone.is_synthetic:
            return
        for model in _of_zones(Fact):
            kind = ContentType.objects.get_for_model(model)
            lines = Change.objects.filter(zone=zone, content_type=kind, object_id=OuterRef("pk"))
            alone = model._base_manager.filter(zone=zone).filter(~Exists(lines))
            for pk in alone.values_list("pk", flat=True):
                yield Unsound(model, pk, _("without a line in the audit trail"))
