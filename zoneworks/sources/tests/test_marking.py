"""Offsets: whatever the text and the selection, the quote is what stands there, page and database alike."""

from __future__ import annotations

import re
from html import unescape
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.kit.models import Change
from zoneworks.sources import services
from zoneworks.sources.marking import moved, places, segments, unchanged
from zoneworks.sources.models import Passage
from zoneworks.sources.reading import drawn

# What a database keeps: no surrogate halves, no zero. Line ends of both kinds and rare characters come often.
texts = st.text(
    st.one_of(
        st.sampled_from("ab \r\n<&\"'园𠮷🏭"),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    ),
    max_size=60,
)


@st.composite
def text_and_spans(draw):
    text = draw(texts.filter(bool))
    cuts = st.integers(0, len(text))
    found = draw(st.lists(st.tuples(cuts, cuts).filter(lambda pair: pair[0] < pair[1]), max_size=6))
    return text, [(key, start, end) for key, (start, end) in enumerate(found, 1)]


@given(text_and_spans())
def test_segments_joined_are_the_text_and_each_passage_is_its_segments(case):
    text, spans = case
    cut = segments(text, spans)

    assert "".join(segment.text for segment in cut) == text
    for key, start, end in spans:
        assert "".join(segment.text for segment in cut if key in segment.passages) == text[start:end]
        assert sum(key in segment.begins for segment in cut) == 1
    assert all(text[segment.start :].startswith(segment.text) for segment in cut)


def as_browser(html: str) -> list[tuple[int, str]]:
    """Return offset and characters of each piece as a browser reads them: a bare \\r becomes \\n."""
    read = html.replace("\r\n", "\n").replace("\r", "\n")
    found = re.findall(r'data-offset="(\d+)">([^<]*)</(?:span|mark)>', read)
    return [(int(offset), unescape(said)) for offset, said in found]


@given(text_and_spans())
def test_each_character_of_the_page_is_at_its_offset(case):
    text, spans = case
    pieces = as_browser(drawn(text, spans))

    for offset, said in pieces:
        assert text[offset : offset + len(said)] == said
    assert sum(len(said) for _offset, said in pieces) == len(text)


@given(texts, st.data())
def test_a_pasted_quote_is_found_where_it_was_copied(text, data):
    start = data.draw(st.integers(0, len(text)))
    quote = text[start : start + data.draw(st.integers(0, 12))]
    found = places(text, " ".join(quote.split()))

    assert bool(found) == bool(quote.split())
    if found and len(found) < 50:
        stripped = start + len(quote) - len(quote.lstrip())
        assert stripped in {begin for begin, _end in found}
    for begin, end in found:
        assert "".join(text[begin:end].split()) == "".join(quote.split())


@given(texts, texts, texts, texts, st.data())
def test_a_passage_that_moved_says_what_it_said(head, out, into, tail, data):
    old, new = head + out + tail, head + into + tail
    start = data.draw(st.integers(0, len(old)))
    end = data.draw(st.integers(start, len(old)))
    (found,) = moved(old, new, [(start, end)])

    if found is not None:
        assert new[slice(*found)] == old[start:end]
    elif old[start:end]:
        assert new.count(old[start:end]) != 1 or end > len(head) or start < len(head + out)


@given(texts, texts)
def test_what_is_unchanged_is_the_same_in_both(one, other):
    before, after = unchanged(one, other)

    assert before + after <= min(len(one), len(other))
    assert one[:before] == other[:before]
    assert one[len(one) - after :] == other[len(other) - after :]


@pytest.mark.django_db
@given(case=text_and_spans())
def test_any_selection_is_kept_as_the_document_has_it(case):
    text, spans = case
    document = SimpleNamespace(text=text)
    for _key, start, end in spans:
        passage = Passage(start=start, end=end, quote=text[start:end])
        passage._state.fields_cache["document"] = document
        passage.clean()
        passage.quote += "."
        with pytest.raises(ValidationError):
            passage.clean()


@pytest.mark.parametrize(
    ("start", "end", "quote", "says"),
    [
        (0, 4, "硅片计划", "does not say this"),
        (0, 999, None, "no passage from 0 to 999"),
        (5, 5, None, "no passage from 5 to 5"),
        (-1, 3, None, "no passage from -1 to 3"),
        (22, 23, None, "nothing but blanks"),
    ],
)
def test_a_place_that_cannot_be_is_refused(document, cast, start, end, quote, says):
    document.text = document.text[:22] + "\n" + document.text[23:]
    document.save()
    with pytest.raises(ValidationError, match=says):
        services.mark(document, start, end, quote=quote, actor=cast.alice)
    assert not Passage.objects.exists()


def test_the_same_place_is_marked_once(document, cast):
    first = services.mark(document, 0, 4, actor=cast.alice)

    assert services.mark(document, 0, 4, actor=cast.bob) == first
    assert services.mark(document, 2, 6, actor=cast.bob).key == "2"


def test_more_than_a_paragraph_is_no_passage(make_document, login):
    document = make_document(text="开发区召开会议。\n" * 120)
    client = login("alice")
    url = f"/{document.zone.code}/sources/documents/{document.pk}/mark/"
    for start, end, status in ((0, 1079, 422), (0, 801, 422), (0, 800, 302)):
        answer = client.post(url, {"start": start, "end": end, "quote": document.text[start:end]})
        assert answer.status_code == status
        assert ("at most 800" in answer.content.decode()) is (status == 422)


def test_a_whole_text_of_several_paragraphs_is_no_passage_unless_it_is_short(make_document, login):
    client = login("alice")
    for text, status in (
        ("开发区召开会议。\n" * 40, 422),
        ("开发区召开会议。\n" * 22, 302),
        ("开发区召开会议。" * 40, 302),
    ):
        document = make_document(text=text)
        said = {"start": 0, "end": len(text), "quote": text}
        answer = client.post(f"/{document.zone.code}/sources/documents/{document.pk}/mark/", said)
        assert answer.status_code == status
        page = answer.content.decode()
        assert ("it has 359 characters, and as a whole at most 200 can be marked" in page) is (status == 422)
        assert "at most 800" not in page


def test_a_mark_by_mistake_is_removed_by_who_made_it(document, cast, login):
    passage = services.mark(document, 0, 9, actor=cast.alice)
    url = f"/{document.zone.code}/sources/passages/{passage.pk}/remove/"
    page = f"/{document.zone.code}/documents/{document.pk}/"

    assert url not in login("bob").get(page).content.decode()
    assert login("bob").post(url).status_code == 403
    assert url in login("alice").get(page).content.decode()
    assert login("alice").post(url).status_code == 302
    assert not Passage.objects.exists()
    assert Change.objects.latest("pk").verb == "unmark"


def test_a_mark_that_a_record_rests_on_stays(passage, make_fact, cast, login):
    services.cite(make_fact(), [passage], actor=cast.alice)
    client = login("alice")
    url = f"/{passage.zone.code}/sources/passages/{passage.pk}/remove/"

    assert url not in client.get(f"/{passage.zone.code}/documents/{passage.document_id}/").content.decode()
    assert "stays" in client.post(url, follow=True).content.decode()
    assert Passage.objects.get() == passage


def test_a_mark_without_a_key_of_its_own_is_called_so(document, cast):
    assert services.mark(document, 0, 4, actor=cast.alice).label == "mark 1"
    assert services.mark(document, 2, 6, actor=cast.alice, key="000-5c").label == "000-5c"


def test_the_number_of_a_removed_mark_is_not_given_again(document, cast):
    services.mark(document, 0, 4, actor=cast.alice)
    services.unmark(services.mark(document, 2, 6, actor=cast.alice), actor=cast.alice)

    assert services.mark(document, 4, 8, actor=cast.alice).label == "mark 3"


@pytest.mark.parametrize(("language", "said"), [("en", "mark 1: "), ("zh-hans", "标记1: ")])
def test_the_trail_calls_a_mark_in_the_language_of_the_page(document, make_fact, cast, login, language, said):
    fact = make_fact()
    with translation.override("zh-hans"):
        passage = services.mark(document, 0, 4, actor=cast.alice)
        services.cite(fact, [passage], actor=cast.alice)
    client = login("auditor")
    client.cookies["django_language"] = language
    page = client.get("/north/trail/").content.decode()

    assert page.count(said) == 2
    assert Change.objects.get(verb="cite").fields["citations"][1] == "开发区专版 · 1: 硅片项目"


@pytest.mark.parametrize("line", ["标记2: 硅片", "mark 2: 硅片", "2: 硅片"])
def test_lines_of_earlier_versions_count_and_are_told_alike(document, cast, login, line):
    passage = services.mark(document, 0, 4, actor=cast.alice)
    services.unmark(passage, actor=cast.alice)
    Change.objects.filter(verb="mark").update(fields={"passage": ["", line]})

    assert "mark 2: 硅片" in login("alice").get(f"/north/documents/{document.pk}/history/").content.decode()
    assert services.mark(document, 0, 4, actor=cast.alice).key == "3"
