"""Lists find a word however its case and its accents are written, on either database."""

import unicodedata

import pytest

from compliance.models import Action, Answer, Evidence
from compliance.work.law_changes.reading import provisions
from compliance.work.remediation.actions import create_action
from compliance.work.workspace.lists import listed
from tests.support import factories

pytestmark = pytest.mark.django_db

WRITTEN = {
    "Мария": ["мария", "МАРИЯ"],
    "Über": ["über", "ÜBER", unicodedata.normalize("NFD", "über")],
}
PAIRS = [(word, typed) for word, spellings in WRITTEN.items() for typed in spellings]


@pytest.mark.parametrize(("word", "typed"), PAIRS)
def test_every_list_finds_a_word_in_any_case(cast, word, typed):
    draft = factories.make_draft(1)
    question = draft.questions.get()
    question.title = word
    question.save()
    edition = factories.publish(draft)
    one = factories.make_assessment(cast.acme, cast.ada, edition, subject=word)
    create_action(by=cast.otto, organisation=cast.acme, fields={"title": word}, answer_ids=[])
    provision = factories.make_provision(f"Art. 1 {word}")
    factories.make_link(cast.acme, cast.ada, f"Ask {word}")
    assert list(listed(cast.acme, typed)) == [one]
    assert Action.objects.matching(typed).count() == 1
    assert Answer.objects.asking(typed).count() == 1
    assert list(provisions(provision.instrument, typed)) == [provision]
    assert Evidence.objects.matching(typed).count() == 1
