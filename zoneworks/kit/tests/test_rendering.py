"""Menus and rows that are put together in one go say what the templates say, and let nothing through unescaped."""

from __future__ import annotations

from django import forms
from django.forms.renderers import DjangoTemplates
from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.kit.columns import Cell
from zoneworks.kit.drawing import drawn_rows
from zoneworks.kit.lists import ListRow
from zoneworks.kit.moment import Moment
from zoneworks.kit.rendering import QuickMenus

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)
OPTIONS = st.lists(st.tuples(TEXTS, TEXTS), max_size=5)
CHOICES = st.lists(st.one_of(st.tuples(TEXTS, TEXTS), st.tuples(TEXTS.filter(bool), OPTIONS)), max_size=5)


class Equal(SimpleTestCase):
    """Only for its comparison of markup."""

    def runTest(self) -> None:  # noqa: N802
        """Nothing runs here by itself."""


@given(CHOICES, TEXTS, st.booleans(), st.booleans())
def test_a_menu_is_the_one_that_django_draws(choices, chosen, many, disabled):
    kind = forms.SelectMultiple if many else forms.Select
    widget = kind(attrs={"disabled": disabled, "data-x": '"<1>"', "size": 3}, choices=choices)
    value = [chosen] if many else chosen

    drawn = widget.render("field", value, {"id": "id_field"}, renderer=QuickMenus())
    plain = widget.render("field", value, {"id": "id_field"}, renderer=DjangoTemplates())
    Equal().assertHTMLEqual(drawn, plain)


@given(TEXTS, TEXTS, TEXTS, st.sampled_from(["text", "light", "tag", "number"]), st.booleans())
def test_no_text_of_a_record_becomes_markup(text, title, url, kind, warn):
    cell = Cell(text + "<b>", kind, url + '"<i>', "red", title + '"<u>', warn)
    row = ListRow(7, "/x/?a=1&b=<", [cell], labels=['label"<s>'])
    page = drawn_rows([row], Moment.present(), can_bulk=True)

    assert not any(tag in page for tag in ("<b>", "<i>", "<u>", "<s>", "b=<"))
    assert page.count("<td") == 2 and 'value="7"' in page
