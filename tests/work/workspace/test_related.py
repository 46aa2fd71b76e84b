import pytest
from django.urls import reverse

from compliance.models import Answer
from tests.support.factories import make_assessment, make_edition, make_relation

HTMX = {"HX-Request": "true"}


@pytest.fixture
def assessment(cast):
    return make_assessment(cast.acme, cast.ada)


@pytest.fixture
def other(assessment):
    """An edition of another checklist, its Q2 related to Q1 of the assessment."""
    edition = make_edition()
    make_relation(assessment.edition, "Q1", edition, "Q2")
    return edition


def url(assessment, key="Q1"):
    answer = assessment.answers.get(question__key=key)
    return reverse("workspace:related", args=["acme", assessment.pk, answer.pk])


def answered(assessment, verdict):
    Answer.objects.filter(assessment=assessment, question__key="Q2").update(verdict=verdict)
    return assessment.answers.get(question__key="Q2")


def test_own_answer_elsewhere_is_shown_with_a_link_to_it(cast, sign_in, assessment, other):
    running = make_assessment(cast.acme, cast.ada, other)
    answer = answered(running, "partly")
    reply = sign_in(cast.con).get(url(assessment), headers=HTMX)
    page = f"{running.get_absolute_url()}?open={answer.pk}#answer-{answer.pk}"
    assert f'href="{page}"' in reply.text
    for shown in ("verdict v-partly", "Duty 2", "A way to meet this.", "Both need"):
        assert shown in reply.text
    assert "<title>" not in reply.text


def test_question_not_assessed_yet_leads_to_its_checklist(cast, sign_in, assessment, other):
    text = sign_in(cast.con).get(url(assessment), headers=HTMX).text
    page = reverse("checklists:detail", args=["acme", other.pk])
    assert f'href="{page}?section=s1#Q2"' in text
    assert "not assessed yet" in text


@pytest.mark.parametrize("why", ["foreign", "archived"])
def test_answers_of_others_and_of_archived_assessments_are_not_shown(why, cast, sign_in, assessment, other):
    organisation = cast.other if why == "foreign" else cast.acme
    status = "running" if why == "foreign" else "archived"
    answered(make_assessment(organisation, cast.zoe, other, status=status), "met")
    text = sign_in(cast.con).get(url(assessment), headers=HTMX).text
    assert "not assessed yet" in text
    assert "v-met" not in text


def test_assessment_of_the_same_subject_goes_before_newer_ones(cast, sign_in, assessment, other):
    answered(make_assessment(cast.acme, cast.ada, other, subject="Acme"), "met")
    for subject in ("Bot", "Crane"):
        one = make_assessment(cast.acme, cast.ada, other, subject=subject)
        answered(one, "not_met")
    (row,) = sign_in(cast.con).get(url(assessment)).context["others"]
    assert (row.answer.subject, row.answer.verdict, row.more) == ("Acme", "met", 2)
    assessment.subject = "Elsewhere"
    assessment.save()
    reply = sign_in(cast.con).get(url(assessment))
    (row,) = reply.context["others"]
    assert (row.answer.subject, row.answer.verdict) == ("Crane", "not_met")
    assert "and 2 more assessments" in " ".join(reply.text.split())


def test_answer_that_does_not_apply_says_so(cast, sign_in, assessment, other):
    running = make_assessment(cast.acme, cast.ada, other)
    running.answers.update(applies=False)
    assert "Does not apply" in sign_in(cast.con).get(url(assessment)).text


def test_without_htmx_it_is_a_page_with_the_way_back(cast, sign_in, assessment, other):
    text = sign_in(cast.rob).get(url(assessment)).text
    answer = assessment.answers.get(question__key="Q1")
    assert "<title>" in text
    assert f'href="{assessment.get_absolute_url()}?open={answer.pk}#' in text


def test_question_without_relations_says_so(cast, sign_in, assessment, other):
    text = sign_in(cast.con).get(url(assessment, "Q2"), headers=HTMX).text
    assert "No related question in other checklists." in text


def test_guidance_asks_for_the_fragment_and_links_to_it(cast, sign_in, assessment):
    text = sign_in(cast.con).get(assessment.get_absolute_url()).text
    assert f'hx-get="{url(assessment)}" hx-trigger="load"' in text
    assert f'href="{url(assessment)}"' in text


def test_fragment_costs_the_same_with_one_relation_and_with_five(
    cast, sign_in, assessment, other, django_assert_num_queries
):
    client = sign_in(cast.con)
    make_assessment(cast.acme, cast.ada, other)
    client.get(url(assessment))
    address = url(assessment)
    with django_assert_num_queries(7):
        client.get(address, headers=HTMX)
    for _ in range(4):
        edition = make_edition()
        make_relation(assessment.edition, "Q1", edition, "Q3")
        make_assessment(cast.acme, cast.ada, edition)
    with django_assert_num_queries(7):
        client.get(address, headers=HTMX)
