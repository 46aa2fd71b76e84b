"""Guidance in Markdown, looked at before it is saved."""

import pytest
from django.urls import reverse

from tests.support.factories import make_checklist, make_draft, make_edition
from tests.support.page_text import flat


def url(edition, org="acme"):
    return reverse("editor:preview", args=[org, edition.pk])


@pytest.fixture
def draft(cast):
    return make_draft(checklist=make_checklist("own", cast.acme))


@pytest.fixture
def ada(cast, sign_in):
    return sign_in(cast.ada)


TYPED = {
    "key": "Q1",
    "good": "A **register**\n<script>alert(1)</script>",
    "how_to_check": "- ask\n- look",
    "when_partly": "[x](javascript:alert(1))",
    "background": "It ~~never~~ *helps*.",
}


def test_what_is_typed_is_shown_and_not_saved(ada, draft, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        reply = ada.post(url(draft), TYPED, headers={"HX-Request": "true"})
    page = reply.content.decode()
    assert "<strong>register</strong>" in page
    assert "<em>helps</em>" in page
    assert "&lt;script&gt;" in page
    assert '<li dir="auto">ask</li>' in page
    assert "[x](javascript:alert(1))" in page
    assert "<html" not in page
    assert draft.questions.get(key="Q1").how_to_check == ""


def test_without_script_the_page_comes_back_with_all_that_was_typed(ada, draft):
    reply = ada.post(url(draft), TYPED | {"text": "Half a question", "version": 0})
    page = reply.content.decode()
    assert reply.status_code == 200
    assert "<strong>register</strong>" in page
    assert "Half a question" in page
    assert "- ask\n- look" in page
    assert draft.questions.get(key="Q1").text != "Half a question"


def test_a_part_that_would_be_refused_is_left_out(ada, draft):
    reply = ada.post(
        url(draft),
        TYPED | {"how_to_check": "\x01"},
        headers={"HX-Request": "true"},
    )
    page = flat(reply.content.decode())
    assert (reply.status_code, "How to check" in page) == (200, False)


@pytest.mark.parametrize(("who", "status"), [("zoe", 404), ("rob", 403), ("con", 403)])
def test_only_editors_preview(cast, sign_in, draft, who, status):
    reply = sign_in(getattr(cast, who)).post(url(draft), TYPED)
    assert reply.status_code == status


def test_what_is_published_or_of_the_library_has_no_preview(ada, cast):
    own = make_edition(checklist=make_checklist("mine", cast.acme))
    assert ada.post(url(own), TYPED).status_code == 404
    assert ada.post(url(make_edition()), TYPED).status_code == 404


def test_a_question_that_is_gone_is_not_found(ada, draft):
    assert ada.post(url(draft), TYPED | {"key": "Q99"}).status_code == 404
