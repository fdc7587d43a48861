"""The rows of a list and the facts of a page as markup: put together here, hundreds cost a tenth of a template's time.

Everything that comes from a record is escaped; the class names are those of `frontend/css/ledger.css`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from html import escape as escaped
from typing import TYPE_CHECKING, Any, NamedTuple

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zoneworks.kit.columns import Cell
from zoneworks.kit.moment import Moment

if TYPE_CHECKING:
    from zoneworks.kit.lists import ListRow
    from zoneworks.kit.panels import TimelineItem


def escape(text: Any) -> str:
    """Escape as templates do, without looking at each text for lazy ones: there are hundreds on a page."""
    return escaped(str(text))


@lru_cache(maxsize=512)
def icon(name: str, css_class: str = "icon") -> SafeString:
    """Draw an icon of the sprite; it says nothing to a screen reader, so the words stand beside it."""
    sprite = static("zoneworks/dist/sprite.svg")
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>', css_class, sprite, name
    )


def drawn_rows(rows: Sequence[ListRow], moment: Moment, *, can_bulk: bool) -> SafeString:
    """Return the rows of a list's body, seen from `moment`; with boxes to tick where rows can be edited together."""
    tick, closed = (_tick(), _closed_tick()) if can_bulk else ("", "")
    return mark_safe(  # noqa: S308
        "".join(_row(row, moment, closed if row.is_closed else tick) for row in rows)
    )


def drawn_timeline(items: Sequence[TimelineItem], moment: Moment) -> SafeString:
    """Return the facts of a page in the order of time as the entries of a list."""
    words = _Words(
        _("uncertain on this day"), _("Both versions are kept"), _("corrected"), _("no source cited")
    )
    recorded = escape(_("recorded by %(by)s at %(at)s"))
    return mark_safe("".join(_item(item, moment, words, recorded) for item in items))  # noqa: S308


class _Words(NamedTuple):
    """What is said of many facts, in the language of the page."""

    uncertain: str
    both_kept: str
    corrected: str
    unsourced: str


def _item(item: TimelineItem, moment: Moment, words: _Words, recorded: str) -> str:
    url = escape(moment.on_url(item.url)) if item.url else ""
    label = f'<a href="{url}">{escape(item.label)}</a>' if url else escape(item.label)
    if item.is_uncertain:
        label += f' <span class="tag tag-yellow">{escape(words.uncertain)}</span>'
    if item.is_corrected:
        why = escape(words.both_kept)
        label += f' <a class="tag tag-grey" href="{url}" title="{why}">{escape(words.corrected)}</a>'
    if item.is_unsourced:
        label += f' <span class="tag tag-yellow">{escape(words.unsourced)}</span>'
    note = f'<p class="timeline-note">{escape(item.note)}</p>' if item.note else ""
    level = f'<span class="level">{escape(item.level_label)}</span>' if item.level_label else ""
    at = f"{localtime(item.at):%Y-%m-%d %H:%M}"
    by = f"<span>{recorded % {'by': escape(item.by), 'at': at}}</span>" if item.by else ""
    cited = "".join(
        f'<a class="citation" href="{escape(moment.on_url(one.url))}">{icon("quote")}{escape(one.label)}</a>'
        for one in item.citations
    )
    citations = f'<p class="citations">{cited}</p>' if cited else ""
    unsure = " is-uncertain" if item.is_uncertain else ""
    return (
        f'<li class="timeline-item{unsure}"><p class="timeline-when">{escape(item.span_text)}</p>'
        f'<div class="timeline-what"><p class="timeline-label">{label}</p>{note}'
        f'<p class="timeline-meta">{level}{by}</p>{citations}</div></li>\n'
    )


def with_markup(row: ListRow, moment: Moment) -> ListRow:
    """Return `row` with its cells drawn; it is small enough to be kept."""
    return replace(row, cells=[], labels=(), markup=_cells(row, moment))


def _row(row: ListRow, moment: Moment, tick: str) -> str:
    tone = f' class="row-{escape(row.tone)}"' if row.tone else ""
    url = f' data-url="{escape(moment.on_url(row.url))}"' if row.url else ""
    box = tick.replace("{pk}", str(row.pk))
    first, rest = _cells(row, moment) if row.markup is None else row.markup
    note = f'<small class="cell-note">{escape(row.note)}</small>' if row.note else ""
    return f"<tr{tone}{url}>{box}{first}{note}{rest}</tr>\n"


def _cells(row: ListRow, moment: Moment) -> tuple[str, str]:
    """Return the cells as markup: the first one up to where a note may stand in it, and the rest."""
    warning = icon("alert-triangle")
    labels = row.labels or ("",) * len(row.cells)
    cells = [_cell(cell, label, moment, warning) for cell, label in zip(row.cells, labels, strict=True)]
    first, *others = cells or [""]
    inside, end, _nothing = first.rpartition("</td>")
    return inside, "".join([end, *others])


def _cell(cell: Cell, label: str, moment: Moment, warning: str) -> str:
    warn, mark = (" is-warn", warning) if cell.warn else ("", "")
    note = f'<small class="cell-note">{escape(cell.note)}</small>' if cell.note else ""
    kind = f"is-{escape(cell.kind or 'text')}{warn}"
    return f'<td class="{kind}"{_labelled(label)}>{_inside(cell, moment)}{mark}{note}</td>'


@lru_cache(maxsize=512)
def _labelled(label: str) -> str:
    return f' data-label="{escape(label)}"' if label else ""


def _inside(cell: Cell, moment: Moment) -> str:
    if not cell.text:
        return '<span class="unstated">—</span>'
    text = escape(cell.text)
    title = f' title="{escape(cell.title)}"' if cell.title else ""
    if cell.kind == "light":
        return f'<span class="light light-{escape(cell.tone or "grey")}"{title}>{text}</span>'
    if cell.kind == "tag":
        inner = _link(cell, moment, text, "") if cell.url else text
        return f'<span class="tag tag-{escape(cell.tone or "grey")}"{title}>{inner}</span>'
    if cell.url:
        return _link(cell, moment, text, title)
    return f"<span{title}>{text}</span>" if title else text


def _link(cell: Cell, moment: Moment, text: str, title: str) -> str:
    return f'<a href="{escape(moment.on_url(cell.url))}"{title}>{text}</a>'


def _tick() -> str:
    label = escape(_("Select this row"))
    return (
        '<td class="col-check"><input class="form-check-input" type="checkbox" name="pk" value="{pk}" '
        f'form="bulk" aria-label="{label}"></td>'
    )


def _closed_tick() -> str:
    why = escape(_("You may not change this row"))
    return (
        f'<td class="col-check" title="{why}"><input class="form-check-input" type="checkbox" disabled '
        f'aria-label="{why}"></td>'
    )
