"""A question in other languages, beside its guidance."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compliance.content.checklists.translations import mark
from tests.support.factories import make_assessment, make_draft, publish
from tests.support.page_text import flat


def said(text, source):
    return {"text": text, "of": mark(source)}


@pytest.fixture
def opened(cast, sign_in):
    """The panel of the first question, with or without translations."""

    def panel(translations):
        draft = make_draft(number=f"2026.{len(translations)}")
        draft.questions.filter(key="Q1").update(how_to_check="Ask.", translations=translations)
        assessment = make_assessment(cast.acme, cast.ada, publish(draft))
        answer = assessment.answers.get(question__key="Q1")
        path = f"{assessment.get_absolute_url()}answers/{answer.pk}/panel/guidance/"
        client = sign_in(cast.ada)
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            text = client.get(path).text
        return flat(text), len(queries)

    return panel


def test_translations_are_read_with_no_query_more(opened):
    plain, cost = opened({})
    words = {"text": said("Ist es?", "?"), "how_to_check": said("**Frag.**", "Ask.")}
    text, with_words = opened({"de": words, "fr": {"title": said("Un", "x")}})
    assert cost == with_words
    assert "In German" not in plain
    assert "<summary>In German</summary>" in text
    assert '<div lang="de" dir="auto"><p>Ist es?</p></div>' in text
    assert "<strong>Frag.</strong>" in text
    assert "<summary>In French</summary>" in text
    assert 'lang="fr" dir="auto"><p>Un</p>' in text


def test_background_stands_apart_from_what_a_good_answer_shows(cast, sign_in):
    draft = make_draft(number="2026.9")
    said_de = {"de": {"background": said("*Dafür.*", "It *helps*.")}}
    draft.questions.filter(key="Q1").update(
        good=[], evidence_hints=[], background="It *helps*.", translations=said_de
    )
    assessment = make_assessment(cast.acme, cast.ada, publish(draft))
    answer = assessment.answers.get(question__key="Q1")
    path = f"{assessment.get_absolute_url()}answers/{answer.pk}/panel/guidance/"
    text = flat(sign_in(cast.ada).get(path).text)
    assert "<h2>Background</h2><p" in text
    assert "<em>helps</em>" in text
    assert "<em>Dafür.</em>" in text
    assert "A good answer shows" not in text
    assert "Usual evidence" not in text


def test_hostile_translations_stay_words(opened):
    words = {"text": said("<script>x</script>", "?"), "remedy": said("[a](data:x)", "")}
    text, _ = opened({"de": words})
    assert "<script>x" not in text
    assert 'href="data:' not in text
