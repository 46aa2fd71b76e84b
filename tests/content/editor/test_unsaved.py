"""Attributes of the editor's forms, by which the page can keep what is typed."""

import re

import pytest

from compliance.content.checklist_translations import actions
from tests.support.editor_forms import typed, url
from tests.support.factories import make_checklist, make_draft

KEEPS = re.compile(
    r'<form[^>]*?data-keep="([^"]*)"\s+data-name="([^"]*)"\s+data-at="([^"]*)"([^>]*)>',
    re.DOTALL,
)
PAGES = [
    ("edit", "?question=Q1", {"question-Q1", "new-question", "new-section"}),
    ("edit", "?section=s1", {"section-s1", "new-question", "new-section"}),
    ("head", "", {"edition"}),
    ("facts", "", {"fact-data", "fact-"}),
    ("roles", "", {"roles"}),
    (
        "translate",
        "?language=de&part=question&key=Q1",
        {"translation-de-question-Q1"},
    ),
]


@pytest.fixture
def draft(cast):
    draft = make_draft(checklist=make_checklist("own", cast.acme))
    actions.add_language(by=cast.ada, organisation=cast.acme, edition_id=draft.pk, language="de")
    return draft


@pytest.fixture
def ada(cast, sign_in):
    return sign_in(cast.ada)


def forms_of(page):
    """Each form that is kept: its part, where it stands, and whether it is not saved."""
    found = KEEPS.findall(page)
    return {part: (at, "data-unsaved" in rest) for part, _, at, rest in found}


@pytest.mark.parametrize("place", PAGES)
def test_every_form_of_the_editor_is_kept_by_person_edition_and_part(ada, cast, draft, place):
    name, query, parts = place
    page = ada.get(url(name, draft) + query).content.decode()
    found = forms_of(page)
    assert found.keys() == parts
    assert not any(is_unsaved for _, is_unsaved in found.values())
    assert f'data-person="{cast.ada.pk}"' in page
    assert f'data-kept="{draft.pk}"' in page
    assert "js/unsaved-forms.js" in page
    for at, _ in found.values():
        assert ada.get(at.replace("&amp;", "&")).status_code == 200


def test_page_that_hands_back_what_it_refused_says_so(ada, draft):
    fields = typed(ada, draft) | {"text": ""}
    page = ada.post(url("question_save", draft), fields)
    assert page.status_code == 422
    assert forms_of(page.content.decode())["question-Q1"][1]
    page = ada.post(url("fact_save", draft), {"key": "data", "version": 0})
    assert page.status_code == 422
    found = forms_of(page.content.decode())
    assert (found["fact-data"][1], found["fact-"][1]) == (True, False)
