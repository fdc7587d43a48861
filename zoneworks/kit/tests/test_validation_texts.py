"""Django still words its messages as we named them, and ours stand in their place."""

import pytest
from django import forms
from django.utils import translation


class Asked(forms.Form):
    name = forms.CharField(max_length=3)
    count = forms.IntegerField(min_value=1, max_value=9)
    kind = forms.ChoiceField(choices=[("a", "A")])
    day = forms.DateField()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, {"name": "请填写。", "count": "请填写。"}),
        ({"name": "一二三四"}, {"name": "最多 3 个字，现有 4 个。"}),
        (
            {"count": "x", "kind": "b", "day": "?"},
            {"count": "请填写整数。", "day": "请填写日期，如 2024-09-30。"},
        ),
        ({"count": "0", "kind": "b"}, {"count": "不得小于 1。", "kind": "“b”不在可选范围内，请重新选择。"}),
        ({"count": "10"}, {"count": "不得大于 9。"}),
    ],
)
def test_the_usual_messages_are_plain_chinese(sent, said):
    with translation.override("zh-hans"):
        errors = Asked(sent).errors
        assert {name: errors[name][0] for name in said} == said


def test_a_text_that_a_library_names_too_is_read_in_our_words():
    with translation.override("zh-hans"):
        assert translation.gettext("Filters") == "筛选"
