"""What is put together as markup without a template escapes what comes from records, as a template does."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.utils.timezone import make_aware

from zoneworks.kit.columns import Cell
from zoneworks.kit.drawing import drawn_rows, drawn_timeline, with_markup
from zoneworks.kit.lists import ListRow
from zoneworks.kit.moment import Moment
from zoneworks.kit.panels import Link, TimelineItem

EVIL = "<b title='x' class=\"y\">&</b>"
ESCAPED = "&lt;b title=&#x27;x&#x27; class=&quot;y&quot;&gt;&amp;&lt;/b&gt;"
TEXTS = ("span_text", "label", "level_label", "by", "note")


def item(**said):
    plain = dict.fromkeys(TEXTS, "said") | {"url": "/fact/1/", "is_uncertain": False}
    return TimelineItem(at=make_aware(datetime(2024, 3, 5, 9, 30)), **plain | said)


@pytest.mark.parametrize("name", TEXTS)
def test_what_a_fact_says_is_text(name):
    drawn = drawn_timeline([item(**{name: EVIL})], Moment.present())
    assert ESCAPED in drawn and EVIL not in drawn


def test_what_a_fact_rests_on_is_text():
    cited = [Link(EVIL, "/document/1/?a=1&b=2")]
    drawn = drawn_timeline([item(citations=cited)], Moment.present())
    assert ESCAPED in drawn and "?a=1&amp;b=2" in drawn


def test_marks_stand_where_they_hold():
    marks = ("is-uncertain", "corrected", "no source cited")
    assert not [mark for mark in marks if mark in drawn_timeline([item()], Moment.present())]
    marked = item(is_uncertain=True, is_corrected=True, is_unsourced=True)
    assert [mark for mark in marks if mark in drawn_timeline([marked], Moment.present())] == list(marks)


@pytest.mark.parametrize("can_bulk", [False, True])
@pytest.mark.parametrize("note", ["", EVIL])
def test_a_row_that_was_drawn_before_reads_like_one_drawn_now(note, can_bulk):
    cells = [Cell(EVIL, url="/row/1/", title=EVIL), Cell("", "amount"), Cell("red", "light", tone="red")]
    row = ListRow(1, "/row/1/", cells, tone=EVIL, labels=["a", EVIL, "c"], note=note)
    now = drawn_rows([row], Moment.present(), can_bulk=can_bulk)
    kept = drawn_rows([with_markup(row, Moment.present())], Moment.present(), can_bulk=can_bulk)
    assert now == kept and EVIL not in now
    assert now.count("</td>") == len(cells) + can_bulk
