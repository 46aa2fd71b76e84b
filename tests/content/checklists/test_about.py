from datetime import date

import pytest
from django.db import IntegrityError
from django.urls import reverse

from compliance.models import Citation, Notice
from tests.support.factories import (
    make_checklist,
    make_draft,
    make_edition,
    make_provision,
    make_relation,
    publish,
)

URL = reverse("checklists:about", args=["acme"])


def make_notice(title="Guideline not final", **fields):
    values = {
        "kind": "open",
        "text": "No final text was found.",
        "checked_on": date(2026, 11, 24),
        "position": 1,
    }
    return Notice.objects.create(title=title, **(values | fields))


def test_page_lists_editions_law_sources_and_open_points(cast, sign_in):
    draft, provision = make_draft(), make_provision("Law Art. 5")
    for question in draft.questions.all():
        Citation.objects.create(question=question, provision=provision, position=1)
    make_relation(publish(draft), "Q1", make_edition(), "Q1")
    make_notice("<b>Open</b>", url="https://e.eu/look")
    make_notice("Texts", kind="source", text="Reused under a decision.", checked_on=None)
    response = sign_in(cast.rob).get(URL)
    for shown in [
        "This is not legal advice.",
        "Law as of <strong>24 November 2026</strong>",
        "First edition.",
        "<bdi>&lt;b&gt;Open&lt;/b&gt;</bdi>",
        "Checked on 24 November 2026",
        'href="https://e.eu/look"',
        "Reused under a decision.",
        'href="https://e.eu"',
        "The Law",
    ]:
        assert shown in response.text
    assert response.context["relation_count"] == 1
    counts = {e.pk: (e.question_count, e.cited_count) for e in response.context["editions"]}
    assert counts[draft.pk] == (3, 1)


def test_provisions_are_counted_by_status(cast, sign_in):
    for status in ("in_force", "in_force", "applies_later", "repealed"):
        provision = make_provision()
        provision.status = status
        if status == "applies_later":
            provision.applies_from = date(2099, 1, 1)
        provision.save()
    row = sign_in(cast.rob).get(URL).context["instruments"][0]
    assert (row.instrument.name, row.counts, row.total) == ("Law", [2, 1, 0, 1], 4)


def test_page_costs_the_same_with_one_and_with_five(cast, sign_in, django_assert_num_queries):
    client = sign_in(cast.rob)
    make_edition()
    make_notice()
    client.get(URL)
    with django_assert_num_queries(6):
        client.get(URL)
    for number in range(2, 6):
        make_edition()
        make_provision()
        make_notice(f"Point {number}", position=number)
    with django_assert_num_queries(6):
        client.get(URL)


def test_checklists_of_others_are_not_listed(cast, sign_in):
    theirs = make_edition(checklist=make_checklist("theirs", cast.other))
    assert list(sign_in(cast.rob).get(URL).context["editions"]) == []
    other = reverse("checklists:about", args=["other"])
    assert list(sign_in(cast.zoe).get(other).context["editions"]) == [theirs]


def test_list_and_checklist_lead_to_the_page(cast, sign_in):
    client, edition = sign_in(cast.rob), make_edition()
    for page in (
        reverse("checklists:list", args=["acme"]),
        reverse("checklists:detail", args=["acme", edition.pk]),
    ):
        assert f'href="{URL}"' in client.get(page).text


def test_empty_library_has_a_page(cast, sign_in):
    text = sign_in(cast.rob).get(URL).text
    assert "No checklist has been loaded yet." in text
    assert "Not settled here" not in text


@pytest.mark.django_db
def test_open_point_needs_the_day_of_its_check():
    with pytest.raises(IntegrityError):
        make_notice(checked_on=None)
