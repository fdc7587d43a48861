"""No cell of a list that is taken along as a file runs as a formula."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.kit.export import harmless

RUNS = "=+-@\t\r\n＝＋－＠"


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1", "-inf", "=cmd|' /C calc'!A0", "--1"],
)
def test_what_would_run_begins_with_a_mark(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-12.5", "+3", "-1,234.50", "-5%", "近240亿元", "2024-09-30", "", "a=b"])
def test_numbers_and_words_stay_as_they_are(text):
    assert harmless(text) == text


@given(st.text(st.sampled_from(RUNS + "1a,\"' .;"), max_size=12) | st.text(max_size=30))
def test_after_reading_the_file_back_no_cell_runs(text):
    held = io.StringIO()
    csv.writer(held).writerow([harmless(text), "x"])
    cell = next(csv.reader(io.StringIO(held.getvalue(), newline="")))[0]
    plain = cell.strip()
    assert (
        not cell.startswith(tuple(RUNS))
        or plain.strip("+-").replace(",", "").replace(".", "").rstrip("%").isascii()
    )
    if cell[:1] in RUNS and cell:
        float(cell.rstrip("%").replace(",", ""))
