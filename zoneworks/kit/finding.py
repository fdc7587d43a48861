"""What was looked for comes in the order of how near it is, and says by what it was found.

A row that bears the very name (or code, former name, pinyin) comes first, then those whose name begins so or holds it,
then those of which another name does, then those that are found through another row. Where few rows are found, all of
them are put into this order. Of very many, the index brings the nearest few to the front, and the others follow in the
list's order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple, Self, TypeVar

from django.db.models import Case, IntegerField, Q, Value, When
from django.db.models.functions import StrIndex
from django.utils.translation import gettext as _

from zoneworks.accounts.models import Zone
from zoneworks.accounts.search_keys import keys_holding
from zoneworks.accounts.searched import NamesThen, holding, words_of
from zoneworks.accounts.searching import SEPARATOR, Spoken, line_found, normalize_query
from zoneworks.kit.revision import kept

T = TypeVar("T")

MOST_IN_FRONT = 20
NOTHING_ELSE: Mapping[int, str] = MappingProxyType({})


class Excerpt(str):
    """The place of a text in which a word was found, as people read it: the words around it, and where it opens."""

    before: str
    words: str
    after: str
    url: str

    def __new__(cls, before: str, words: str, after: str, url: str) -> Self:
        made = super().__new__(cls, f"{before}{words}{after}")
        made.before, made.words, made.after, made.url = before, words, after, url
        return made


@dataclass(frozen=True, slots=True)
class Search:
    """The rows that a text finds, the order in which they come, and the keys of those that come before all others."""

    rows: Any
    order: tuple[Any, ...]
    front: tuple[int, ...] = ()

    def keys(self, most: int | None = None) -> list[int]:
        """Return the keys of the first rows, or of all, as they come."""
        front = self.front[:most]
        if len(front) == most:
            return list(front)
        rest = self.rows.exclude(pk__in=front) if front else self.rows
        left = None if most is None else most - len(front)
        return [*front, *rest.order_by(*self.order).values_list("pk", flat=True)[:left]]


def search(
    rows: Any,
    text: str,
    order: tuple[Any, ...],
    then: NamesThen | None = None,
    *,
    zone: Zone | None = None,
) -> Search:
    """Look for `text` among `rows`; rows that are equally near come in `order`.

    What an index says of the rows of a `zone` is kept until something is recorded there.

    `then` looks among the names of an earlier instant. Of very many, no index knows the nearest of then.
    """
    few = _kept("few", zone, rows, text, lambda: rows.few_matching(text, then), then)
    found = rows.matching_among(few, text, then)
    if few is None:
        return Search(found, order, _front(rows, text, order, zone) if then is None else ())
    said = then.texts(rows.model) if then is not None else {}
    return Search(_by_nearness(found, text, {pk: said[pk] for pk in few & said.keys()}), ("nearness", *order))


def _kept(
    what: str, zone: Zone | None, rows: Any, text: str, look: Callable[[], T], then: NamesThen | None = None
) -> T:
    """Return what `look` says, kept where it is about the rows of today of one zone."""
    if zone is None or then is not None:
        return look()
    # A word that very many rows hold is read up to the limit of what is few before the index can say so.
    return kept(zone, (what, rows.model._meta.label_lower, text), look, among="searches")


def _front(rows: Any, text: str, order: tuple[Any, ...], zone: Zone | None) -> tuple[int, ...]:
    """Return the keys of the nearest of very many rows, each of which an index knows."""
    name = normalize_query(text)

    def begun() -> Any:
        return keys_holding(rows.model, SEPARATOR + name, rows.db) or ()

    keys = set(_kept("front", zone, rows, name, begun) if name else ())
    if any(index.fields[:2] == ["zone", "name"] for index in rows.model._meta.indexes):
        keys.update(rows.filter(name=text).order_by().values_list("pk", flat=True)[:MOST_IN_FRONT])
    if not keys:
        return ()
    near = _by_nearness(rows.filter(pk__in=keys), text).order_by("nearness", *order)
    return tuple(near.values_list("pk", flat=True)[:MOST_IN_FRONT])


def _by_nearness(rows: Any, text: str, said: Mapping[int, str] = NOTHING_ELSE) -> Any:
    """Say of each row how near it is; `said` has the search texts of then where they were others."""
    line_end = StrIndex("search_text", Value(SEPARATOR))
    return rows.alias(line_end=line_end).annotate(nearness=_nearness(text, said))


def _near(said: str, name: str) -> int:
    """Return how near a search text is to `name`, as `_nearness` says it."""
    first, *others = said.split(SEPARATOR)
    steps = (
        first == name,
        name in others,
        first.startswith(name),
        name in first,
        any(line.startswith(name) for line in others),
        all(word in said for word in name.split()),
    )
    return next((near for near, holds in enumerate(steps) if holds), len(steps))


def _nearness(text: str, said: Mapping[int, str]) -> Case:
    """Return how near a row's own names are to `text`, the nearest first: a search text is names, one a line."""
    name = normalize_query(text)
    held = Q(pk__isnull=False)
    for word in name.split():
        held &= Q(search_text__contains=word)
    steps = (
        Q(search_text=name) | Q(search_text__startswith=name + SEPARATOR),
        Q(search_text__contains=SEPARATOR + name + SEPARATOR) | Q(search_text__endswith=SEPARATOR + name),
        Q(search_text__startswith=name),
        # The first line is the name itself; the lines behind it are its sound and further names.
        Q(search_text__contains=name)
        & (Q(line_end=0) | Q(line_end__gt=StrIndex("search_text", Value(name)))),
        Q(search_text__contains=SEPARATOR + name),
        held,
    )
    of_then: dict[int, list[int]] = defaultdict(list)
    for pk, names in said.items():
        of_then[_near(names, name)].append(pk)
    return Case(
        *(When(pk__in=keys, then=Value(near)) for near, keys in of_then.items()),
        *(When(condition, then=Value(near)) for near, condition in enumerate(steps)),
        default=Value(len(steps)),
        output_field=IntegerField(),
    )


# -- by what -----------------------------------------------------------------------------------------------------------


class Named(NamedTuple):
    """A row as a search tells it: its key, what it is called on the page, and the names by which it is found."""

    pk: int
    title: str
    search_text: str


def found_by(
    user: Any, model: Any, rows: Sequence[Named], text: str, then: NamesThen | None = None
) -> dict[int, str]:
    """Return by which name each row of `model` was found, by its key; nothing for one whose title holds the words.

    `then` tells the names of an earlier instant. A name that was found by its sound says so.
    """
    words = words_of(text)
    texts = then.texts(model) if then is not None and rows else {}
    said: dict[int, str] = {}
    rest = []
    for row in rows:
        shown = normalize_query(row.title)
        if words and all(word in shown for word in words):
            continue
        name, spoken = line_found(texts.get(row.pk, row.search_text), [normalize_query(text), *words])
        if name:
            said[row.pk] = _told(row.title if name == shown else name, spoken)
        else:
            rest.append(row.pk)
    if rest and words:
        said |= _by_others(user, model, rest, words[0], then)
    return said


def _by_others(user: Any, model: Any, keys: list[int], word: str, then: NamesThen | None) -> dict[int, str]:
    """Return the names of other rows that lead to the rows of `keys`, as far as the person may see those."""
    said: dict[int, str] = {}
    for tie in model.objects.named_after(then.known if then else None):
        if not tie.other:
            said = {**tie.model.excerpts(tie.rows, keys, word), **said}
            continue
        texts = then.texts(tie.model) if then is not None else {}
        holds = tie.rows.filter(holding(tie.model, word, then, tie.path), **{f"{tie.own}__in": keys})
        tied = list(holds.order_by("pk").select_related(tie.other)[: 10 * len(keys)])
        if then is not None:
            then.call([getattr(each, tie.other) for each in tied])
        others = {getattr(each, tie.other).pk: getattr(each, tie.other) for each in tied}
        seen = tie.model._default_manager.allowed(user, "view").filter(pk__in=others)
        open_to = set(seen.values_list("pk", flat=True)) if others else set()
        for each in tied:
            other = getattr(each, tie.other)
            if other.pk in open_to:
                key = getattr(each, tie.own if tie.own == "pk" else f"{tie.own}_id")
                names = texts.get(other.pk, other.search_text)
                spoken = line_found(names, [word])[1]
                said.setdefault(key, _told(str(other), spoken))
    return said


def _told(name: str, spoken: Spoken) -> str:
    if spoken is Spoken.INITIALS:
        return _("%(name)s (initials of its pinyin)") % {"name": name}
    if spoken is Spoken.PINYIN:
        return _("%(name)s (its pinyin)") % {"name": name}
    return name
