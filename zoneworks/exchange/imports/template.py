"""The template of a ledger: an empty workbook whose heads an import recognizes, with what may stand below each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from zoneworks.exchange.cells import clean, letters
from zoneworks.exchange.imports.columns import NUMBER, Column, Kind, columns_of
from zoneworks.exchange.sheets import sheet_name

ROWS = 2_000
"""So far down the cells are typed and offer their choices."""
MOST_OFFERED = 500
"""A longer list is not searched in a drop-down; the cell takes the name as it stands in the ledger."""
_HEAD = 1
_FIRST, _LAST = _HEAD + 1, _HEAD + ROWS
_LONGEST_HINT, _LONGEST_TITLE = 250, 30
_MOST_LISTED = 60
_WIDTHS = {Kind.FLAG: 10, Kind.DAY: 14, Kind.CHOICE: 18, Kind.WHOLE: 12, Kind.DECIMAL: 12}
_FORMATS = {Kind.DAY: "yyyy-mm-dd", Kind.WHOLE: "0", Kind.DECIMAL: "General", Kind.AMOUNT: "General"}


@dataclass(frozen=True, slots=True)
class Offered:
    """A column with the words that its cells choose from; `is_all` when no other one is taken."""

    column: Column
    words: tuple[str, ...] = ()
    is_all: bool = True

    @property
    def head(self) -> str:
        """Return its head, with a star behind what each new record needs."""
        return f"{self.column.label} *" if self.column.required else self.column.label

    @property
    def said(self) -> str:
        """Return what goes into its cells, in a sentence or two."""
        kind = str(_kinds().get(self.column.kind, ""))
        return " ".join(filter(None, (self.column.help or kind, self._listed())))

    def _listed(self) -> str:
        if not self.words:
            return ""
        shown = _(", ").join(self.words[:_MOST_LISTED])
        said = (
            _("One of: %(words)s.") if self.is_all and len(self.words) <= _MOST_LISTED else _("%(words)s …")
        )
        return said % {"words": shown}


def _kinds() -> dict[Kind, str]:
    return {
        Kind.TEXT: _("Text."),
        Kind.DAY: _("A day, such as 2024-09-30."),
        Kind.SPAN: _("A day, a month, a quarter, or two days (2024-09-01..2024-09-15)."),
        Kind.AMOUNT: _("An amount as it is written, such as 近240亿元."),
        Kind.WHOLE: _("A whole number."),
        Kind.DECIMAL: _("A number."),
        Kind.ROW: _("The name as it stands in the ledger."),
        Kind.NAMED: _("The name as it stands in the ledger, or # and the number of the record."),
        Kind.NAMES: _("Names as they stand in the ledger, with semicolons between them."),
    }


def columns_offered(ledger: Any) -> list[Offered]:
    """Return the columns of the template of `ledger`: what its person may fill in for new records."""
    fields = ledger.form_class(request=ledger.request).fields
    return [
        _offered(column, fields[column.key])
        for column in columns_of(type(ledger), ledger.request)
        if column.key != NUMBER and column.key in fields
    ]


def further_columns(ledger: Any) -> list[Offered]:
    """Return the columns that an import takes besides: the facts, of which a table states a few."""
    fields = ledger.form_class(request=ledger.request).fields
    return [
        Offered(column) for column in columns_of(type(ledger), ledger.request) if column.key not in fields
    ]


def _offered(column: Column, field: Any) -> Offered:
    match column.kind:
        case Kind.CHOICE:
            return Offered(column, tuple(column.choices.values()))
        case Kind.FLAG:
            return Offered(column, (_("yes"), _("no")))
        case Kind.ROW:
            words = [str(row) for row in field.queryset[: MOST_OFFERED + 1]]
            return Offered(column, tuple(words[:MOST_OFFERED]), len(words) <= MOST_OFFERED)
    return Offered(column)


def write_template(ledger: Any, path: Path) -> None:
    """Write the template of `ledger` to `path`; when it fails nothing is left there."""
    offered = columns_offered(ledger)
    try:
        with xlsxwriter.Workbook(path, {"in_memory": True}) as book:
            table = book.add_worksheet(sheet_name(ledger.label_plural()))
            _explain(book, offered, further_columns(ledger))
            _type_cells(book, table, offered)
            _write_heads(book, table, ledger, offered)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def template_name(ledger: Any) -> str:
    """Return what the template of `ledger` is called."""
    return _("%(ledger)s template.xlsx") % {"ledger": ledger.label_plural()}


def _write_heads(book: Any, table: Any, ledger: Any, offered: Sequence[Offered]) -> None:
    line = _("%(zone)s · %(ledger)s: one record a row, from row %(row)d; columns with * are needed.")
    values = {"zone": ledger.zone.name, "ledger": ledger.label_plural(), "row": _FIRST + 1}
    table.write_string(0, 0, line % values, book.add_format({"font_color": "#5A6472", "valign": "vcenter"}))
    look = {"bold": True, "bottom": 1, "valign": "vcenter", "text_wrap": True}
    plain = book.add_format({**look, "bg_color": "#E8EEF4"})
    needed = book.add_format({**look, "bg_color": "#DDEBE4"})
    for at, one in enumerate(offered):
        table.write_string(_HEAD, at, one.head, needed if one.column.required else plain)
    table.set_row(0, 22)
    table.set_row(_HEAD, 30)
    table.freeze_panes(_FIRST, 1)
    table.activate()


def _type_cells(book: Any, table: Any, offered: Sequence[Offered]) -> None:
    """Give each column its format, its hint and its choices; these stand in a hidden sheet, however many they are."""
    choices = book.add_worksheet(sheet_name(_("Choices")))
    choices.hide()
    for at, one in enumerate(offered):
        kind = one.column.kind
        look = book.add_format({"num_format": _FORMATS.get(kind, "@")})
        table.set_column(at, at, _WIDTHS.get(kind, 22), look)
        for number, word in enumerate(one.words):
            choices.write_string(number, at, clean(word))
        table.data_validation(_FIRST, at, _LAST, at, _validation(choices.get_name(), at, one))


def _validation(sheet: str, at: int, one: Offered) -> dict[str, Any]:
    """Return the rule of a column. What a cell may say in words, too, is warned about and not refused."""
    rule: dict[str, Any] = {"validate": "any", "error_type": "warning"}
    if one.words:
        source = f"='{sheet}'!${letters(at)}$1:${letters(at)}${len(one.words)}"
        rule = {"validate": "list", "source": source, "error_type": "stop" if one.is_all else "warning"}
    elif one.column.kind == Kind.WHOLE:
        rule |= {"validate": "integer", "criteria": ">=", "value": -(10**14)}
    title = _cut(one.column.label, _LONGEST_TITLE)
    needed = _("Needed.") if one.column.required else ""
    hint = _cut(" ".join(filter(None, (needed, one.said))), _LONGEST_HINT)
    return rule | {"ignore_blank": True, "input_title": title, "input_message": hint}


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _explain(book: Any, offered: Sequence[Offered], further: Sequence[Offered]) -> None:
    """Write the sheet that says of each column whether it is needed and what goes into it; then what may be added."""
    sheet = book.add_worksheet(sheet_name(_("Explanations")))
    head = book.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    for at, (title, width) in enumerate(((_("Column"), 24), (_("Needed"), 10), (_("What goes into it"), 90))):
        sheet.write_string(0, at, title, head)
        sheet.set_column(at, at, width)
    lines = [(one.column.label, _("yes") if one.column.required else _("no"), one.said) for one in offered]
    added = _("May be added as a column.")
    lines += [(one.column.label, _("no"), f"{added} {one.said}") for one in further]
    for row, said in enumerate(lines, 1):
        for at, words in enumerate(said):
            sheet.write_string(row, at, clean(words), text)
    sheet.freeze_panes(1, 0)
