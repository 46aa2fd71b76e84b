import pytest
from django.urls import reverse

from tests.support.factories import make_checklist, make_draft, make_edition
from tests.support.page_text import flat

URL = "/o/acme/checklists/"


def titles(response):
    return [edition.checklist.key for edition in response.context["editions"]]


def test_list_shows_the_library_and_our_own(cast, sign_in):
    ours = make_edition(checklist=make_checklist("ours", cast.acme))
    library = make_edition(checklist=make_checklist("library"))
    make_edition(checklist=make_checklist("theirs", cast.other))
    make_draft(checklist=make_checklist("unfinished"))
    response = sign_in(cast.rob).get(URL)
    assert sorted(titles(response)) == ["library", "ours"]
    for edition in (ours, library):
        detail = reverse("checklists:detail", args=["acme", edition.pk])
        assert f'href="{detail}"' in response.text
    assert flat(response.text).count("3 questions · edition 2026.1") == 2


def test_card_says_in_one_line_what_it_is_about_and_the_rest_behind_more(cast, sign_in):
    checklist = make_checklist("ours", cast.acme)
    checklist.title = "Logs at home"
    checklist.summary = "Who keeps logs. Fines reach EUR 20 million or 4 % of it."
    checklist.save()
    make_edition(checklist=checklist)
    page = sign_in(cast.rob).get(URL).text
    text = flat(page)
    assert '<span class="pickicon" aria-hidden="true">LA</span>' in text
    line, more = text.split("<summary>More</summary>")
    assert "<bdi>Who keeps logs.</bdi>" in line
    assert "Fines" not in line
    assert "Fines reach EUR 20 million or 4 % of it." in more
    assert "20\u00a0million or 4\u202f%" in page  # each number and its unit on one line


def test_retired_edition_leaves_the_list(cast, sign_in):
    edition = make_edition()
    edition.status = "retired"
    edition.save()
    assert titles(sign_in(cast.rob).get(URL)) == []


def test_empty_library_says_how_to_fill_it(cast, sign_in):
    assert "python3 manage.py load_seeds" in sign_in(cast.rob).get(URL).text


def test_list_costs_the_same_with_one_and_with_five(cast, sign_in, django_assert_num_queries):
    client = sign_in(cast.rob)
    make_edition()
    client.get(URL)
    with django_assert_num_queries(3):
        client.get(URL)
    for _ in range(4):
        make_edition()
    with django_assert_num_queries(3):
        client.get(URL)


@pytest.mark.parametrize("name", ["rob", "rev", "con", "ada"])
def test_every_member_may_look(cast, sign_in, name):
    assert sign_in(getattr(cast, name)).get(URL).status_code == 200


def test_stranger_finds_nothing(cast, sign_in):
    assert sign_in(cast.zoe).get(URL).status_code == 404
