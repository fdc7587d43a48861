"""Passwords that are tried first are refused, in both languages, and long ones of several words are not."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import get_default_password_validators, validate_password
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.accounts.models import User
from zoneworks.doors.password_rules import NotAWalkValidator

pytestmark = pytest.mark.django_db


@pytest.fixture
def wang(cast, zone):
    zone.code, zone.name, zone.city = "gaoyou", "高邮经济开发区", "高邮"
    zone.save()
    cast.alice.username, cast.alice.full_name = "wangxiaoming", "王小明"
    cast.alice.save()
    return User.objects.get(pk=cast.alice.pk)


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("kurz-wort", "too short"),
        ("password123", "too common"),
        ("20240930123", "entirely numeric"),
        ("wangxiaoming1", "too similar to the username"),
        ("Gaoyou@2024", "a name or a common word"),
        ("gaoyou2024!!", "a name or a common word"),
        ("G4oy0u-2024", "a name or a common word"),
        ("ｇａｏｙｏｕ２０２４", "a name or a common word"),
        ("WXM-20240930", "a name or a common word"),
        ("王小明20240930", "a name or a common word"),
        ("GYJJKFQ@2024", "a name or a common word"),
        ("Admin@123456", "a name or a common word"),
        ("P@ssw0rd2024", "a name or a common word"),
        ("gaoyou-wxm-2024", "a name or a common word, or two of them"),
        ("woaini131452", "a name or a common word"),
        ("1qaz2wsx3e", "neighboring keys"),
        ("qwertyuiop[", "neighboring keys"),
        ("abcdef654321", "neighboring keys"),
        ("aaaaaaaaaaaa", "over and over"),
        ("121212121212", "over and over"),
    ],
)
def test_what_is_tried_first_is_refused(wang, password, says):
    with pytest.raises(ValidationError) as refusal:
        validate_password(password, wang)
    assert says in " ".join(refusal.value.messages)


@pytest.mark.parametrize(
    "password",
    [
        "drei-warme-socken",
        "晚饭后散步三公里不带手机",
        "gaoyou-and-its-salted-eggs",
        "qwerty is how we began",
        "tR7#kk92!mVz",
    ],
)
def test_several_words_or_many_random_signs_are_taken(wang, password):
    validate_password(password, wang)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_rule_is_told_in_the_language_of_the_page(client, cast, language):
    client.cookies["django_language"] = language
    client.force_login(cast.alice)
    page = client.get("/north/password/").content.decode()
    with translation.override(language):
        helps = [rule.get_help_text() for rule in get_default_password_validators()]
    assert all(text.replace("’", "") in page.replace("’", "") for text in helps)
    if language == "zh-hans":
        assert not any("password" in text for text in helps)


@pytest.mark.parametrize("password", ["Admin@123456", "1qaz2wsx3e", "20240930123", "kurz", "password123"])
def test_refusals_are_chinese_on_a_chinese_page(wang, password):
    with translation.override("zh-hans"), pytest.raises(ValidationError) as refusal:
        validate_password(password, wang)
    assert all("密码" in message for message in refusal.value.messages)


@given(st.text(max_size=60))
def test_no_text_breaks_the_walk(text):
    try:
        NotAWalkValidator().validate(text)
    except ValidationError as error:
        assert error.code == "password_is_a_walk"
