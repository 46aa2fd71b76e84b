"""The form of a question is shaped before it is saved: rules, days and the law."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compliance.content.checklists import content
from compliance.models import Citation, Provision
from compliance.proof.audit.models import Event
from tests.support.editor_forms import question_of, save, typed, url
from tests.support.factories import (
    make_assessment,
    make_checklist,
    make_draft,
    make_edition,
    make_provision,
)
from tests.support.page_text import flat

HTMX = {"HX-Request": "true"}


@pytest.fixture
def draft(cast):
    draft = make_draft(questions=4, sections=2, checklist=make_checklist("own", cast.acme))
    draft.facts.create(key="eu", label="EU", text="In the EU?", kind="yesno", position=2)
    return draft


@pytest.fixture
def ada(cast, sign_in):
    return sign_in(cast.ada)


def press(client, edition, do, data=None, **options):
    sent = (data or typed(client, edition)) | {"do": do}
    return client.post(url("question_shape", edition), sent, **options)


def shown(response):
    """The form on the page, typed in or not."""
    data = {"key": "Q1"}
    for part in response.context["editor"].parts:
        for field in part:
            if field.value() not in (None, False):
                data[field.html_name] = field.value()
    return data


def filled(data):
    return {name: str(value) for name, value in data.items() if value not in ("", [])}


@pytest.mark.slow
def test_rule_with_groups_is_built_without_script(ada, draft):
    data = typed(ada, draft) | {"text": "Typed and not lost?"}
    for do in ("if condition -1", "if group -1", "if condition 1", "if condition 1"):
        page = press(ada, draft, do, data)
        assert page.status_code == 200
        assert "Not saved yet" in page.text
        assert "Typed and not lost?" in page.text
        data = shown(page)
    data |= {
        "if-0-fact": "eu",
        "if-0-picks": "eu=yes",
        "if-1-join": "none",
        "if-3-test": "not",
    }
    data |= {
        "if-2-fact": "data",
        "if-2-picks": ["data=health", "data=children"],
        "if-3-fact": "eu",
        "if-3-picks": "eu=yes",
    }
    assert not Event.objects.exists()
    assert ada.post(url("question_save", draft), data).status_code == 302
    none = {"any": [{"data": ["health", "children"]}, {"not": {"eu": ["yes"]}}]}
    assert question_of(draft)["rule"] == {"all": [{"eu": ["yes"]}, {"not": none}]}
    page = ada.get(url("edit", draft) + "?question=Q1")
    assert "and not (Data is “Health data” or “Data of children” or not" in flat(page.text)
    data = shown(press(ada, draft, "if remove 1"))
    ada.post(url("question_save", draft), data)
    assert question_of(draft)["rule"] == {"eu": ["yes"]}


def test_rule_is_read_back_at_once_with_its_reach(ada, cast, draft):
    edition = make_edition(checklist=draft.checklist, number="2025.1")
    make_assessment(cast.acme, cast.ada, edition, facts={"eu": ["yes"]})
    make_assessment(cast.acme, cast.ada, edition, facts={"eu": ["no"]})
    data = shown(press(ada, draft, "if condition -1")) | {
        "if-0-fact": "eu",
        "if-0-picks": "eu=no",
    }
    with CaptureQueriesContext(connection) as queries:
        part = press(ada, draft, "read", data, headers=HTMX)
    assert "applies when<bdi>EU is “No”</bdi>" in flat(part.text)
    assert "Applies in 1 of 2 running assessments" in flat(part.text)
    assert "<html" not in part.text
    assert len(queries) <= 16
    two = shown(press(ada, draft, "if condition -1", data)) | {
        "if-1-fact": "eu",
        "if-1-picks": "eu=yes",
    }
    assert "No answer to the facts makes it apply" in press(ada, draft, "read", two).text
    assert question_of(draft)["rule"] is None


def test_rule_that_names_what_is_not_asked_is_kept_and_can_go(ada, draft):
    rule = {"all": [{"gone": ["x"]}, {"eu": "yes"}]}
    draft.questions.filter(key="Q1").update(rule=rule)
    page = ada.get(url("edit", draft) + "?question=Q1")
    assert "gone (not asked by this edition)" in page.text
    save(ada, draft, text="Other words?")
    assert question_of(draft)["rule"] == rule
    ada.post(url("question_save", draft), shown(press(ada, draft, "if remove 0")))
    assert question_of(draft)["rule"] == {"eu": ["yes"]}


@pytest.mark.slow
def test_what_a_button_cannot_do_is_refused_and_keeps_the_form(ada, draft):
    draft.questions.filter(key="Q1").update(rule={"eu": "yes"})
    data = typed(ada, draft) | {"text": "Kept?"}
    page = press(ada, draft, "if group 0", data)
    assert "A condition holds no others" in page.text
    assert filled(shown(page)) == filled(data)
    for do in ("", "<b>x</b>", "if up 9", "date up 3", "law up nothing"):
        page = press(ada, draft, do, data)
        assert page.status_code == 200
        assert filled(shown(page)) == filled(data)
        assert "<b>x" not in page.text
    for cut in ({"if-rows": ""}, {"if-rows": "2"}, {"date-rows": "x"}):
        refused = ada.post(url("question_save", draft), data | cut)
        assert refused.status_code == 422
        assert "arrived incomplete" in refused.text
    assert question_of(draft)["rule"] == {"eu": "yes"}


@pytest.mark.slow
def test_rows_that_were_not_sent_cost_nothing(ada, draft):
    data = typed(ada, draft) | {"if-rows": "60", "date-rows": "20"}
    for at in range(20):
        data |= {f"date-{at}-when-rows": "60", f"date-{at}-when-match": "all"}
    page = press(ada, draft, "read", data)
    assert page.status_code == 200
    assert page.text.count("<select") < 60


def test_group_deeper_than_the_limit_is_refused_in_words(ada, draft):
    data = typed(ada, draft) | {
        "if-rows": "14",
        "if-13-fact": "eu",
        "if-13-picks": "eu=yes",
    }
    for at in range(14):
        data |= {f"if-{at}-depth": at, f"if-{at}-join": "none", f"if-{at}-test": "is"}
    data["if-13-join"] = ""
    response = ada.post(url("question_save", draft), data)
    assert response.status_code == 422
    assert "more than 12 deep" in response.text


def test_days_by_route_are_built_and_read_back(ada, draft):
    data = shown(press(ada, draft, "date add -1"))
    data = shown(press(ada, draft, "date add -1", data))
    data = shown(press(ada, draft, "date-0-when condition -1", data))
    data |= {
        "date-0-on": "2027-12-02",
        "date-0-when-0-fact": "eu",
        "date-0-when-0-picks": "eu=yes",
    }
    data |= {"date-1-on": "2028-08-02"}
    assert ada.post(url("question_save", draft), data).status_code == 302
    dates = [{"date": "2027-12-02", "when": {"eu": ["yes"]}}, {"date": "2028-08-02"}]
    assert question_of(draft)["applies_from"] == dates
    page = flat(ada.get(url("edit", draft) + "?question=Q1").text)
    assert "from 2 Dec 2027 when<bdi>EU is “Yes”</bdi>; else from 2 Aug 2028" in page
    before = content.document(draft)
    save(ada, draft)
    assert content.document(draft) == before


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {
                "date-0-on": "",
                "date-0-when-0-fact": "eu",
                "date-0-when-0-picks": "eu=yes",
            },
            "Write the day, or",
        ),
        ({"date-0-on": "soon"}, "Write the date as 2026-12-31"),
        (
            {"date-0-when-0-fact": "", "date-0-when-0-picks": []},
            "no day below it counts",
        ),
    ],
)
def test_days_that_make_no_sense_are_refused_in_words(ada, draft, changes, said):
    dates = [
        {"date": "2027-12-02", "when": {"eu": ["yes"]}},
        {"date": "2028-08-02"},
    ]
    draft.questions.filter(key="Q1").update(applies_from=dates)
    response = save(ada, draft, **changes)
    assert response.status_code == 422
    assert said in response.text
    assert question_of(draft)["applies_from"] == dates


def test_roles_are_ticked_and_those_the_edition_lacks_are_kept(ada, draft):
    draft.roles = {"keeper": "Keeper", "reader": "<i>Reader</i>"}
    draft.save()
    draft.questions.filter(key="Q1").update(binds=["gone"])
    page = ada.get(url("edit", draft) + "?question=Q1")
    assert "gone (no role of this edition)" in page.text
    assert "<i>Reader" not in page.text
    save(ada, draft, text="Other words?")
    assert question_of(draft)["binds"] == ["gone"]
    save(ada, draft, binds=["keeper", "reader"])
    assert question_of(draft)["binds"] == ["keeper", "reader"]
    assert save(ada, draft, binds=["nobody"]).status_code == 422


@pytest.fixture
def law():
    """One provision in force, one later, one gone to the first."""
    found, later, gone = (make_provision(f"Law Art. {n}(1)") for n in (30, 31, 32))
    Provision.objects.filter(pk=found.pk).update(title="Records of <b>work</b>")
    Provision.objects.filter(pk=later.pk).update(applies_from=date(2099, 1, 2))
    Provision.objects.filter(pk=gone.pk).update(status="repealed", successor=found)


@pytest.mark.parametrize(
    ("text", "cites"),
    [
        ("law art 30", ["Law Art. 30(1)"]),
        ("records wor", ["Law Art. 30(1)"]),
        ("Art 3", ["Law Art. 30(1)", "Law Art. 31(1)", "Law Art. 32(1)"]),
        ("zebra", []),
        ("(((", []),
        ("", []),
        ("<b>", ["Law Art. 30(1)"]),
    ],
)
def test_provisions_are_found_while_typing(ada, draft, law, text, cites):
    with CaptureQueriesContext(connection) as queries:
        part = ada.get(url("provisions", draft), {"cite": text}, headers=HTMX)
    assert [cite.cite for cite in part.context["found"]] == cites
    assert part.text.count('role="option"') == len(cites)
    assert "<b>" not in part.text
    assert len(queries) <= 7


def test_options_say_how_provisions_stand(ada, draft, law):
    part = flat(ada.get(url("provisions", draft), {"cite": "art 3"}).text)
    assert "not yet in force, from 2 Jan 2099" in part
    assert "no longer in force, now Law Art. 30(1)" in part


@pytest.mark.slow
def test_citation_is_searched_added_moved_and_removed_without_script(ada, draft, law):
    data = typed(ada, draft) | {"cite": "Art 3", "title": "Typed"}
    assert 'value="law find "' in ada.get(url("edit", draft)).text
    page = press(ada, draft, "law find ", data)
    assert [one.cite for one in page.context["editor"].found][:1] == ["Law Art. 30(1)"]
    assert 'value="law add Law Art. 31(1)"' in page.text
    data = shown(press(ada, draft, "law add Law Art. 31(1)", data))
    assert data["title"] == "Typed"
    assert "cite" not in data or not data["cite"]
    data = shown(press(ada, draft, "law find", data | {"cite": "law art 30 1"}))
    assert data["cites"].splitlines() == ["Law Art. 31(1)", "Law Art. 30(1)"]
    data = shown(press(ada, draft, "law up Law Art. 30(1)", data))
    assert ada.post(url("question_save", draft), data).status_code == 302
    assert question_of(draft)["cites"] == ["Law Art. 30(1)", "Law Art. 31(1)"]
    data = shown(press(ada, draft, "law remove Law Art. 30(1)"))
    ada.post(url("question_save", draft), data)
    assert question_of(draft)["cites"] == ["Law Art. 31(1)"]


def test_what_is_typed_whole_is_cited_by_saving(ada, draft, law):
    save(ada, draft, cite="law art. 30(1)")
    assert question_of(draft)["cites"] == ["Law Art. 30(1)"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Art 3", "has not been added yet: choose one"),
        ("<b>z</b>", "is not in the legal"),
    ],
)
def test_what_is_typed_in_part_is_refused_and_kept(ada, draft, law, text, said):
    response = save(ada, draft, cite=text, how_to_check="Typed long.")
    assert response.status_code == 422
    assert said in response.text
    assert response.context["editor"].form["cite"].value() == text
    assert "<b>z" not in response.text
    assert "Typed long." in response.text


def test_gone_citation_gives_way_at_once(ada, draft, law):
    gone = Provision.objects.get(cite="Law Art. 32(1)")
    question = draft.questions.get(key="Q1")
    Citation.objects.create(question=question, provision=gone, position=1)
    page = press(ada, draft, "law use Law Art. 32(1)", headers=HTMX)
    assert 'name="cites" value="Law Art. 30(1)"' in page.text
    assert question_of(draft)["cites"] == ["Law Art. 32(1)"]


def test_what_was_typed_for_a_removed_question_comes_back_whole(ada, draft, law):
    data = typed(ada, draft) | {"text": "Too late?", "cites": "Law Art. 30(1)"}
    ada.post(url("part_remove", draft), {"part": "question", "key": "Q1"})
    page = press(ada, draft, "if condition -1", data, headers=HTMX)
    assert page.status_code == 409
    assert page["HX-Retarget"] == "body"
    for text in ("has removed Q1", "Too late?", "Law Art. 30(1)"):
        assert text in page.text


def test_others_shape_nothing(cast, ada, draft, sign_in):
    data = typed(ada, draft)
    zoe = sign_in(cast.zoe)
    for name in ("question_shape", "provisions"):
        path = url(name, draft, "other")
        sent = zoe.get(path) if name == "provisions" else zoe.post(path, data)
        assert sent.status_code == 404
    library = make_edition()
    assert press(ada, library, "if condition -1", data).status_code == 404
