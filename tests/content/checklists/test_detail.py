import pytest
from django.conf import settings
from django.urls import reverse

from compliance.models import Choice, Citation, Edition
from compliance.operations.seeds import actions
from tests.support.factories import (
    make_checklist,
    make_draft,
    make_edition,
    make_provision,
    publish,
)

MARKUP = "<b>bold</b> & \u202e"


def url(edition, org="acme", query=""):
    return reverse("checklists:detail", args=[org, edition.pk]) + query


def make_rich():
    draft = make_draft(questions=4, sections=2, roles={"keeper": "Keeper"})
    question = draft.questions.first()
    Choice.objects.create(question=question, key="a", label="On a shelf", verdict="met", position=1)
    Citation.objects.create(question=question, provision=make_provision("Law Art. 5"), position=1)
    draft.questions.filter(pk=question.pk).update(
        text=MARKUP,
        rule={"data": ["health"]},
        binds=["keeper"],
        related=["Q4", "X9"],
        applies_from=[{"date": "2027-12-02", "when": {"data": "children"}}],
        number={"unit": "days", "at_most": 31, "partly_at_most": 40},
        how_to_check="Ask for it.",
    )
    return publish(draft)


def test_first_section_is_shown_whole(cast, sign_in):
    edition = make_rich()
    text = sign_in(cast.rob).get(url(edition)).text
    for shown in [
        "&lt;b&gt;bold&lt;/b&gt; &amp; \u202e",
        "Law Art. 5",
        "Weight 3 of 5",
        "Binds: <bdi>Keeper</bdi>",
        "Applies when <bdi>Data is “Health data”</bdi>",
        "2 Dec 2027",
        "Data is “Data of children”",
        "On a shelf",
        "31 or less",
        "Ask for it.",
        'href="?section=s2#Q4"',
        edition.content_hash,
    ]:
        assert shown in text
    assert "Do you keep duty 3?" not in text
    assert "#X9" not in text


def test_another_section_comes_by_its_key(cast, sign_in):
    response = sign_in(cast.rob).get(url(make_rich(), query="?section=s2"))
    assert [row.question.key for row in response.context["questions"]] == ["Q3", "Q4"]
    assert (response.context["previous"].key, response.context["next"]) == ("s1", None)


@pytest.mark.parametrize("query", ["?section=nowhere", "?section=", "?section=%00"])
def test_unknown_section_is_not_found(cast, sign_in, query):
    assert sign_in(cast.rob).get(url(make_rich(), query=query)).status_code == 404


def test_editions_of_others_and_drafts_are_not_found(cast, sign_in):
    client = sign_in(cast.rob)
    theirs = make_edition(checklist=make_checklist("theirs", cast.other))
    assert client.get(url(theirs)).status_code == 404
    assert client.get(url(make_draft())).status_code == 404
    huge = reverse("checklists:detail", args=["acme", 10**30])
    assert client.get(huge).status_code == 404
    assert sign_in(cast.zoe).get(url(theirs, "other")).status_code == 200
    assert sign_in(cast.zoe).get(url(make_edition())).status_code == 404


def test_retired_edition_stays_readable_and_says_so(cast, sign_in):
    edition, rob = make_edition(), sign_in(cast.rob)
    edition.status = "retired"
    edition.save()
    assert "Retired: no assessment can start on it" in rob.get(url(edition)).text
    make_edition(checklist=edition.checklist, number="2026.2")
    assert "Retired: a newer edition" in rob.get(url(edition)).text


def test_nothing_can_be_sent(cast, sign_in):
    assert sign_in(cast.ada).post(url(make_edition())).status_code == 405


def test_page_costs_the_same_with_one_question_and_with_five(cast, sign_in, django_assert_num_queries):
    client = sign_in(cast.rob)
    one, five = make_edition(questions=1), make_edition(questions=5)
    client.get(url(one))
    for edition in (one, five):
        with django_assert_num_queries(10):
            client.get(url(edition))


@pytest.mark.slow
@pytest.mark.django_db
def test_every_shipped_section_has_a_page(cast, sign_in):
    actions.load(by=None, folder=settings.BASE_DIR / "seeds")
    client = sign_in(cast.rob)
    for edition in Edition.objects.all():
        for section in edition.sections.all():
            response = client.get(url(edition, query=f"?section={section.key}"))
            assert response.status_code == 200
            assert len(response.content) < 250_000
