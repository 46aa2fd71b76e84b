"""Archiving: nothing changes in what is put away, and it can be taken up again."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from compliance.assessments import actions
from compliance.audit.models import Event
from tests.factories import make_assessment

pytestmark = pytest.mark.django_db


@pytest.fixture
def assessment(cast):
    return make_assessment(cast.acme, cast.ada)


def events():
    return list(Event.objects.order_by("seq").values_list("action", flat=True))


def save(cast, assessment):
    return actions.save_answer(
        by=cast.con,
        organisation=cast.acme,
        assessment_id=assessment.pk,
        answer_id=assessment.answers.first().pk,
        changes={"verdict": "met"},
        base=0,
    )


def test_archived_assessment_refuses_answers_and_can_be_taken_up_again(
    cast, assessment
):
    actions.archive(by=cast.otto, assessment=assessment)
    with pytest.raises(ValidationError, match="closed"):
        save(cast, assessment)
    actions.take_up(by=cast.otto, assessment=assessment)
    save(cast, assessment)
    assert events() == ["assessment.archived", "assessment.taken_up", "answer.saved"]


def test_archiving_twice_is_one_event(cast, assessment):
    for _ in range(2):
        actions.archive(by=cast.otto, assessment=assessment)
    assert events() == ["assessment.archived"]


def test_page_says_that_it_is_archived_and_offers_the_way_back(
    cast, assessment, sign_in
):
    client = sign_in(cast.otto)
    facts = client.get(reverse("assessments:facts", args=["acme", assessment.pk]))
    url = reverse("assessments:archive", args=["acme", assessment.pk])
    assert url in facts.text
    page = client.post(url, follow=True)
    assert "Archived" in page.text
    assert "Take up again" in page.text
    assert "data-typed" in page.text
    assert 'hx-post="' + assessment.get_absolute_url() + "answers/" not in page.text
    assert "Archived" in client.get(reverse("assessments:list", args=["acme"])).text
    client.post(reverse("assessments:take_up", args=["acme", assessment.pk]))
    assessment.refresh_from_db()
    assert assessment.is_open
