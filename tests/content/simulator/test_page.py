"""The simulator: examples on screen, edited, and refused where nobody asks what they say."""

import re
from html import unescape

import pytest

from compliance.content.applicability import expectations
from compliance.models import Event
from tests.support.editor_forms import keep_theirs, question_of, url
from tests.support.editor_forms import typed as question_form
from tests.support.factories import make_checklist, make_draft, publish

SHOP = {
    "key": "shop",
    "name": "Shop",
    "about": "Three people.",
    "facts": {"data": ["health"]},
    "must_apply": [{"questions": ["Q1"], "because": "Art. 5."}],
    "must_not_apply": [{"gate": "old", "because": "Art. 9."}],
}
GATE = {
    "key": "old",
    "title": "Old lists",
    "because": "Old lists are spared.",
    "cites": ["Law Art. 1"],
    "questions": ["Q2"],
    "rows": [
        {"when": {"data": "health"}, "effect": "out", "because": "Health is spared."},
        {"effect": "binds", "from": "2027-12-02", "because": "All others wait."},
    ],
}


@pytest.fixture
def draft(cast):
    return make_draft(
        questions=3,
        checklist=make_checklist("own", cast.acme),
        gates=[GATE],
        organisations=[SHOP],
    )


@pytest.fixture
def ada(cast, sign_in):
    return sign_in(cast.ada)


def typed(client, draft, key="shop", **changes):
    page = client.get(url("simulator", draft), {"organisation": key})
    form = page.context["form"]
    data = {field.html_name: field.value() for field in form}
    data = {name: value for name, value in data.items() if value is not None}
    return data | {"seen": page.context["seen"]} | changes


def save(client, draft, **changes):
    sent = typed(client, draft, **changes)
    return client.post(url("organisation_save", draft), sent, follow=True)


def words_of(html):
    """The text of a page without its elements."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def examples(draft):
    draft.refresh_from_db()
    return draft.organisations


def test_list_says_that_all_is_as_the_law_says(ada, draft):
    page = words_of(ada.get(url("simulator", draft)).text)
    assert "2 of 3 apply" in page
    assert "as the law says" in page
    assert "If Data is “Health data” : Does not apply. Health is spared." in page
    assert "Otherwise: Applies where its own rule holds, from 2 Dec 2027." in page


def test_each_question_has_its_result_reason_and_law(ada, draft):
    page = words_of(ada.get(url("simulator", draft), {"organisation": "shop"}).text)
    assert "Old lists: does not apply. Health is spared (Law Art. 1)." in page
    assert "The law: Art. 9." in page


def test_difference_is_counted_and_shown_alone(ada, draft):
    save(ada, draft, must_apply="Q1 Q2: Art. 5.", must_not_apply="")
    page = ada.get(url("simulator", draft), {"organisation": "shop", "show": "different"})
    assert "1 differ" in words_of(page.text)
    assert [row.key for row in page.context["results"]] == ["Q2"]
    assert "must apply (Art. 5) and does not" in page.text


def test_check_list_blocks_publishing_while_an_example_differs(ada, draft):
    before = words_of(ada.get(url("check", draft)).text)
    assert "Shop: Q2 must apply" not in before
    save(ada, draft, must_apply="Q1 Q2: Art. 5.", must_not_apply="")
    page = ada.get(url("check", draft))
    assert "Shop: Q2 must apply (Art. 5) and does not" in page.text
    assert page.context["blocking"] >= 1


def test_example_is_edited_and_undone(ada, draft):
    page = save(ada, draft, name="Corner shop", dates="2027-12-02 Q2: Art. 113.\nnow Q1: Art. 5.",
                **{"fact-data": ["children"], "must_not_apply": ""})  # fmt: skip
    assert "The edition is saved." in page.text
    (one,) = examples(draft)
    assert one == {
        "key": "shop",
        "name": "Corner shop",
        "about": "Three people.",
        "facts": {"data": ["children"]},
        "must_apply": [{"questions": ["Q1"], "because": "Art. 5."}],
        "dates": [
            {"from": "2027-12-02", "questions": ["Q2"], "because": "Art. 113."},
            {"questions": ["Q1"], "because": "Art. 5."},
        ],
    }
    event = Event.objects.order_by("seq").last()
    ada.post(url("undo", draft), {"seq": event.seq, "page": "simulator:simulator"})
    assert examples(draft) == [SHOP]


def test_saving_what_stands_changes_nothing(ada, draft):
    count = Event.objects.count()
    save(ada, draft)
    assert (examples(draft), Event.objects.count()) == ([SHOP], count)


def test_none_of_them_and_not_known_are_two_answers(ada, draft):
    save(ada, draft, **{"fact-data": ["-"]})
    assert examples(draft)[0]["facts"] == {"data": []}
    sent = typed(ada, draft)
    del sent["fact-data"]
    ada.post(url("organisation_save", draft), sent)
    assert examples(draft)[0]["facts"] == {}


def test_example_is_added_and_removed(ada, draft):
    save(ada, draft, key="new", name="Club & Co")
    assert [one["key"] for one in examples(draft)] == ["shop", "club-co"]
    ada.post(url("organisation_remove", draft), {"key": "shop"})
    assert [one["key"] for one in examples(draft)] == ["club-co"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"must_apply": "Q9: Art. 5."}, "Q9 is not a question of the checklist."),
        ({"must_apply": "gate new: Art. 5."}, "no gate is called &#x27;new&#x27;."),
        ({"must_apply": "Q1"}, "names no questions and no reason"),
        ({"dates": "soon Q1: Art. 5."}, "begins with no day such as 2027-12-02"),
        ({"dates": "2027-13-02 Q1: Art. 5."}, "2027-13-02 is not a day."),
        ({"name": ""}, "Write something for “Name”."),
    ],
)
def test_what_cannot_be_run_is_refused_and_kept_on_the_page(ada, draft, changes, words):
    reply = save(ada, draft, about="Typed anew", **changes)
    assert reply.status_code == 422
    assert words in reply.text
    assert "Typed anew" in reply.text
    assert examples(draft) == [SHOP]


def test_example_that_somebody_else_saved_is_not_overwritten(ada, draft):
    mine = typed(ada, draft, name="Mine")
    save(ada, draft, name="Theirs")
    reply = ada.post(url("organisation_save", draft), mine)
    assert reply.status_code == 409
    assert "Someone else has saved this example" in reply.text
    assert 'value="Theirs"' in keep_theirs(ada, reply).text
    assert examples(draft)[0]["name"] == "Theirs"
    mine["seen"] = reply.context["seen"]
    ada.post(url("organisation_save", draft), mine)
    assert examples(draft)[0]["name"] == "Mine"


def test_published_edition_is_read_and_not_edited(ada, cast, draft):
    publish(draft)
    page = ada.get(url("simulator", draft), {"organisation": "shop"})
    assert page.context["form"] is None
    reply = ada.post(url("organisation_save", draft), {"key": "", "name": "New"})
    assert reply.status_code == 422
    assert examples(draft) == [SHOP]


def test_unknown_example_and_reader_find_nothing(ada, cast, draft, sign_in):
    page = ada.get(url("simulator", draft), {"organisation": "club"})
    assert page.status_code == 404
    assert sign_in(cast.rob).get(url("simulator", draft)).status_code in {403, 404}


@pytest.mark.parametrize(
    "line",
    ["Q1 Q2: Art. 5.", "all but Q1: Art. 2.", "gate old: Art. 111: first sentence."],
)
def test_line_of_a_group_reads_as_it_is_written(line):
    assert [expectations.group_in_words(one) for one in expectations.groups([line])] == [line]


def edited(client, draft, **changes):
    return client.post(url("question_save", draft), question_form(client, draft) | changes, follow=True)


def last_day(day):
    """The form for one last day without conditions."""
    whole = {"until-rows": "1", "until-0-when-rows": "0", "until-0-when-match": "all"}
    return whole | {"until-0-on": day}


def test_question_says_what_the_examples_say_however_it_was_saved(ada, draft):
    page = edited(ada, draft, **last_day("2026-06-30"))
    assert "The examples say otherwise" not in page.text
    draft.refresh_from_db()
    draft.organisations = [SHOP | {"period_from": "2027-01-01"}]
    draft.save()
    saved = edited(ada, draft, title="Renamed")
    later = ada.get(url("edit", draft) + "?question=Q1")
    said = "The examples say otherwise Shop : it must apply (Art. 5) and does not"
    assert all(said in words_of(page.text) for page in (saved, later))
    assert said not in words_of(ada.get(url("edit", draft) + "?question=Q2").text)


@pytest.mark.slow
def test_yardstick_and_last_day_are_edited_kept_and_undone(ada, draft):
    edited(ada, draft, yardstick="on", **last_day("2028-12-31"))
    found = question_of(draft)
    assert (found["yardstick"], found["applies_until"]) == (
        True,
        [{"date": "2028-12-31"}],
    )
    edited(ada, draft, title="Renamed")
    assert question_of(draft)["applies_until"] == [{"date": "2028-12-31"}]
    first = Event.objects.filter(action="question.changed").order_by("seq").first()
    ada.post(url("undo", draft), {"seq": first.seq})
    assert {"yardstick", "applies_until"}.isdisjoint(question_of(draft))


def test_last_day_is_added_by_a_button_and_before_the_one_that_always_counts(ada, draft):
    edited(ada, draft, **last_day("2028-12-31"))
    sent = question_form(ada, draft) | {"do": "until add -1"}
    page = ada.post(url("question_shape", draft), sent)
    rows = page.context["editor"].until.rows
    assert [row.form["on"].value() for row in rows] == [None, "2028-12-31"]
    part = ada.post(url("question_shape", draft), sent, headers={"HX-Request": "true"}).text
    assert 'id="until-part"' in part
    assert 'id="date-part"' not in part
    first = {
        "depth": "0",
        "join": "",
        "test": "is",
        "fact": "data",
        "picks": ["data=health"],
    }
    added = last_day("2027-12-31") | {"until-rows": "2", "until-0-when-rows": "1"}
    added |= {f"until-0-when-0-{name}": value for name, value in first.items()}
    added |= {"until-1-on": "2028-12-31", "until-1-when-rows": "0"}
    edited(ada, draft, **added, **{"until-1-when-match": "all"})
    assert question_of(draft)["applies_until"] == [
        {"date": "2027-12-31", "when": {"data": ["health"]}},
        {"date": "2028-12-31"},
    ]


def test_last_day_before_the_first_is_refused_at_its_row(ada, draft):
    starts = {"date-rows": "1", "date-0-on": "2027-01-01", "date-0-when-rows": "0"}
    starts |= {"date-0-when-match": "all"}
    reply = edited(ada, draft, **starts, **last_day("2026-01-01"))
    assert reply.status_code == 422
    assert ("id_until-0-on", "Ends before the duty begins.") in reply.context["editor"].faults
    assert "2026-01-01" in reply.text


def test_last_days_with_conditions_stay_as_they_are(ada, draft):
    ends = [{"date": "2028-12-31", "when": {"data": "health"}}, {"date": "2029-12-31"}]
    draft.questions.filter(key="Q1").update(applies_until=ends)
    edited(ada, draft, title="Renamed")
    assert question_of(draft)["applies_until"] == ends


def test_rule_that_never_holds_is_refused_and_kept_on_the_page(ada, draft):
    draft.facts.create(key="eu", label="EU", text="In the EU?", kind="yesno", position=2)
    pressed = {"if-rows": "2", "if-match": "all"}
    for at, pick in enumerate(("eu=yes", "eu=no")):
        row = {"depth": "0", "join": "", "test": "is", "fact": "eu", "picks": pick}
        pressed |= {f"if-{at}-{name}": value for name, value in row.items()}
    reply = edited(ada, draft, **pressed)
    assert reply.status_code == 422
    assert "No answer to the facts makes it apply" in reply.text
    assert question_of(draft)["rule"] is None


def test_fact_that_a_gate_rests_on_stays(ada, draft):
    fact = draft.facts.get()
    reply = ada.post(url("fact_remove", draft), {"key": "data"}, follow=True)
    assert "rests on it" in words_of(reply.text)
    assert draft.facts.filter(pk=fact.pk).exists()
