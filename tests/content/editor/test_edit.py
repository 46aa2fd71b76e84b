"""The editor page: what it shows, saves, refuses and costs."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compliance.content.checklists import content
from compliance.content.checklists.limits import MOST_FACTS
from compliance.content.publishing import actions
from compliance.models import Choice, Citation, Edition, Fact, Provision
from compliance.proof.audit.models import Event
from tests.support.editor_forms import keep_theirs, question_of, save, typed, url
from tests.support.factories import (
    make_assessment,
    make_checklist,
    make_draft,
    make_edition,
    make_provision,
    publish,
)

HTMX = {"HX-Request": "true"}


def test_saving_what_stands_changes_nothing(ada, draft):
    rule = {"all": [{"data": ["health"]}, {"not": {"data": "children"}}]}
    question = draft.questions.first()
    Choice.objects.create(question=question, key="a", label="A", position=1)
    Choice.objects.create(question=question, key="b", label="B", position=2)
    Citation.objects.create(question=question, provision=make_provision(), position=1)
    draft.questions.filter(pk=question.pk).update(
        kind="choice", rule=rule, applies_from=[{"date": "2027-12-02"}]
    )
    before = content.document(draft)
    assert save(ada, draft).status_code == 302
    assert content.document(draft) == before
    assert not Event.objects.exists()


def test_each_field_is_saved_with_one_event(ada, draft):
    make_provision("Law Art. 5")
    response = save(
        ada,
        draft,
        text="Is a list kept?",
        title="List",
        weight="5",
        cites="Law  Art. 5\n",
        good="One\n\nTwo",
        evidence_hints="Log",
        **{"date-rows": 1, "date-0-on": "2027-12-02"},
        **{"date-0-when-rows": 0, "date-0-when-match": "all"},
        related="Q2",
    )
    assert response.status_code == 302
    found = question_of(draft)
    names = ("text", "title", "weight", "cites", "good", "evidence_hints", "related")
    assert [found[name] for name in names] == [
        "Is a list kept?",
        "List",
        5,
        ["Law Art. 5"],
        ["One", "Two"],
        ["Log"],
        ["Q2"],
    ]
    assert found["applies_from"] == [{"date": "2027-12-02"}]
    assert Event.objects.get().action == "question.changed"


def test_line_ends_of_a_browser_change_nothing(ada, draft):
    draft.questions.filter(key="Q1").update(how_to_check="One.\nTwo.")
    before = content.document(draft)
    save(ada, draft, how_to_check="One.\r\nTwo.")
    assert content.document(draft) == before


def test_rule_is_built_from_rows_and_read_back(ada, draft, cast):
    edition = make_edition(checklist=draft.checklist, number="2025.1")
    make_assessment(cast.acme, cast.ada, edition, facts={"data": ["health"]})
    make_assessment(cast.acme, cast.ada, edition, facts={"data": []})
    changes = {"if-rows": 1, "if-0-depth": 0, "if-0-test": "is"}
    changes |= {"if-0-fact": "data", "if-0-picks": ["data=health", "data=children"]}
    save(ada, draft, **changes)
    assert question_of(draft)["rule"] == {"data": ["health", "children"]}
    text = ada.get(url("edit", draft) + "?question=Q1").text
    assert "Data is “Health data” or “Data of children”" in text
    assert "Applies in 1 of 2 running" in text


def test_condition_of_a_fact_without_its_answers_is_refused(ada, draft):
    draft.facts.create(key="eu", label="EU", text="In the EU?", kind="yesno", position=2)
    picks = ["data=health", "eu=yes"]
    row = {"if-rows": 1, "if-0-depth": 0, "if-0-test": "is"}
    row |= {"if-0-fact": "data", "if-0-picks": picks}
    response = save(ada, draft, **row)
    assert response.status_code == 422
    assert "Choose answers of the fact of this row" in response.text


def test_rule_says_to_how_many_sample_organisations_it_applies(ada, draft):
    draft.facts.create(key="eu", label="EU", text="In the EU?", kind="yesno", position=2)
    draft.organisations = [
        {"key": at, "name": f"<i>{at}</i>", "about": "", "facts": {"eu": [eu]}}
        for at, eu in (("a", "yes"), ("b", "yes"), ("c", "no"))
    ]
    draft.save()
    row = {"if-rows": 1, "if-0-depth": 0, "if-0-test": "is"}
    row |= {"if-0-fact": "eu", "if-0-picks": ["eu=yes"]}
    typed_now = typed(ada, draft) | row | {"do": "read"}
    said = ada.post(url("question_shape", draft), typed_now, headers=HTMX)
    assert "<strong>2 of 3</strong> sample" in said.text
    assert question_of(draft)["rule"] is None
    gate = {"key": "g", "title": "G", "because": "So.", "all_but": []}
    rows = [{"effect": "out", "because": "Closed."}]
    draft.gates = [gate | {"rows": rows}]
    draft.save()
    said = ada.post(url("question_shape", draft), typed_now, headers=HTMX)
    assert "<strong>0 of 3</strong> sample" in said.text


def test_choices_keep_their_keys_and_get_new_ones(ada, draft):
    question = draft.questions.first()
    Choice.objects.create(question=question, key="old", label="Old", position=1)
    draft.questions.filter(pk=question.pk).update(kind="choice")
    save(
        ada,
        draft,
        **{"choice-0-label": "Reworded", "choice-0-verdict": "met"},
        **{"choice-1-label": "Old", "choice-1-verdict": ""},
        **{"choice-2-label": "", "choice-2-verdict": ""},
    )
    found = [(c["key"], c["label"], c["verdict"]) for c in question_of(draft)["choices"]]
    assert found == [("old", "Reworded", "met"), ("old-2", "Old", "")]


def test_number_needs_bounds_that_fit(ada, draft):
    refused = save(ada, draft, kind="number", unit="days", at_least="5", at_most="3")
    assert refused.status_code == 422
    save(ada, draft, kind="number", unit="days", at_most="30", partly_at_most="40.5")
    assert question_of(draft)["number"] == {
        "unit": "days",
        "at_most": 30,
        "partly_at_most": 40.5,
    }


@pytest.mark.parametrize("limit", ["1,200", "1.200"])
def test_limit_that_may_mean_thousands_is_asked_about(ada, draft, limit):
    refused = save(ada, draft, kind="number", unit="hours", at_most=limit)
    assert refused.status_code == 422
    assert "can be read in two ways. Write 1200 or 1.2." in refused.text
    assert question_of(draft)["kind"] == "verdict"


def test_limit_of_three_places_comes_back_as_it_is(ada, draft):
    save(ada, draft, kind="number", unit="hours", at_least="1,5", at_most="2.3450")
    assert save(ada, draft, text="Anew?").status_code == 302
    limits = {"unit": "hours", "at_least": 1.5, "at_most": 2.345}
    assert question_of(draft)["number"] == limits


def test_unknown_citation_is_refused_and_nothing_typed_is_lost(ada, draft):
    make_provision("Law Art. 55")
    response = save(ada, draft, cites="Art. 55", text="Typed with care?")
    assert response.status_code == 422
    assert "Art. 55 is not in the legal index" in response.text
    assert "Law Art. 55" in response.text
    assert "Typed with care?" in response.text
    assert question_of(draft)["text"] == "Do you keep duty 1?"


def test_citations_say_how_they_stand(ada, draft):
    newer, later, gone = (make_provision(f"Law Art. {n}") for n in (1, 2, 3))
    Provision.objects.filter(pk=later.pk).update(applies_from=date(2099, 1, 2))
    Provision.objects.filter(pk=gone.pk).update(status="repealed", successor=newer)
    question = draft.questions.first()
    for at, row in enumerate((newer, later, gone), 1):
        Citation.objects.create(question=question, provision=row, position=at)
    text = " ".join(ada.get(url("edit", draft)).text.split())
    assert "not yet in force, from 2 Jan 2099" in text
    assert "no longer in force, now Law Art. 1" in text


def test_successor_takes_the_place_of_what_is_gone(ada, draft):
    newer, gone, other = (make_provision(f"Law Art. {n}") for n in (1, 2, 3))
    Provision.objects.filter(pk=gone.pk).update(status="repealed", successor=newer)
    question = draft.questions.first()
    for at, row in enumerate((gone, other), 1):
        Citation.objects.create(question=question, provision=row, position=at)
    page = ada.get(url("edit", draft))
    assert "Use Law Art. 1" in page.text
    data = typed(ada, draft) | {"do": "law use Law Art. 2", "title": "Typed too"}
    page = ada.post(url("question_shape", draft), data)
    assert page.context["editor"].cites == ["Law Art. 1", "Law Art. 3"]
    save(ada, draft, cites="\n".join(page.context["editor"].cites), title="Typed too")
    found = question_of(draft)
    assert found["cites"] == ["Law Art. 1", "Law Art. 3"]
    assert found["title"] == "Typed too"


def test_save_is_undone_until_it_is_changed_again(ada, draft):
    before = content.document(draft)
    make_provision("Law Art. 5")
    page = save(ada, draft, text="Oops?", cites="Law Art. 5", weight="1").url
    assert "Q1 is saved" in ada.get(page).text
    seq = page.partition("saved=")[2]
    ada.post(url("undo", draft), {"seq": seq})
    assert content.document(draft) == before
    save(ada, draft, text="Changed again?")
    again = ada.post(url("undo", draft), {"seq": seq}, follow=True)
    assert "has been changed again" in again.text
    assert question_of(draft)["text"] == "Changed again?"


def test_removal_is_undone_whole(ada, draft):
    question = draft.questions.get(key="Q2")
    Choice.objects.create(question=question, key="a", label="A", position=1)
    Citation.objects.create(question=question, provision=make_provision(), position=1)
    draft.questions.filter(key="Q2").update(extra={"was": 1}, rule={"data": "health"})
    before = content.document(draft)
    page = ada.post(url("part_remove", draft), {"part": "question", "key": "Q2"}).url
    assert "is out of the draft" in " ".join(ada.get(page).text.split())
    ada.post(url("undo", draft), {"seq": page.partition("saved=")[2]})
    assert content.document(draft) == before
    assert list(draft.questions.values_list("position", flat=True)) == [1, 2, 3, 4]


def test_only_changes_of_this_draft_are_undone(ada, cast, draft):
    other = make_draft(checklist=make_checklist("other", cast.acme))
    seq = save(ada, other, text="Elsewhere?").url.partition("saved=")[2]
    given = {"organisation": cast.acme, "edition_id": draft.pk}
    actions.send_to_review(by=cast.ada, **given)
    actions.send_back(by=cast.otto, **given, reason="Not yet.")
    for wrong in (seq, Event.objects.order_by("seq").last().seq):
        assert ada.get(url("edit", draft), {"saved": wrong}).context["done"] is None
        reply = ada.post(url("undo", draft), {"seq": wrong}, follow=True)
        assert "Reload the page" in reply.text
    assert ada.post(url("undo", draft), {"seq": "x"}).status_code == 404
    assert question_of(other)["text"] == "Elsewhere?"


def test_stale_save_shows_both_texts_and_loses_none(ada, cast, draft, sign_in):
    mine = typed(ada, draft) | {"text": "Mine, typed long?"}
    save(sign_in(cast.otto), draft, text="Theirs, saved first?")
    response = ada.post(url("question_save", draft), mine)
    assert response.status_code == 409
    assert "Mine, typed long?" in response.text
    assert "Theirs, saved first?" in response.text
    assert "Theirs, saved first?" in keep_theirs(ada, response).text
    assert question_of(draft)["text"] == "Theirs, saved first?"
    seen = response.context["editor"].form["seen"].value()
    again = ada.post(url("question_save", draft), mine | {"seen": seen})
    assert again.status_code == 302
    assert question_of(draft)["text"] == "Mine, typed long?"


def test_stale_section_shows_both_and_leads_to_theirs(ada, cast, draft, sign_in):
    section = draft.sections.first()
    mine = {"key": section.key, "version": section.version, "title": "Mine"}
    theirs = mine | {"title": "Theirs", "intro": "Read this."}
    sign_in(cast.otto).post(url("section_save", draft), theirs)
    stale = ada.post(url("section_save", draft), mine)
    assert stale.status_code == 409
    assert 'value="Mine"' in stale.text
    assert "Someone else has saved this section" in stale.text
    assert "Read this." in stale.text
    assert 'value="Theirs"' in keep_theirs(ada, stale).text


def test_what_was_typed_for_a_removed_question_is_given_back(ada, draft):
    data = typed(ada, draft) | {"text": "Too late?"}
    ada.post(url("part_remove", draft), {"part": "question", "key": "Q1"})
    response = ada.post(url("question_save", draft), data)
    assert response.status_code == 409
    assert "has removed Q1" in response.text
    assert "Too late?" in response.text
    assert not draft.questions.filter(key="Q1").exists()


def test_nothing_typed_is_lost_when_the_draft_was_sent_meanwhile(ada, cast, draft):
    data = typed(ada, draft) | {"text": "Too late?"}
    given = {"organisation": cast.acme, "edition_id": draft.pk}
    actions.send_to_review(by=cast.otto, **given)
    head = {"version": 0, "number": "2026.1", "law_as_of": "2026-11-20"}
    head |= {"release_notes": "Typed notes.", "subject_label": "Name"}
    section = {"version": 0, "key": "s1", "title": "Typed title"}
    fact = {"version": 0, "key": "data", "label": "Typed label", "text": "Why?"}
    fact |= {"kind": "yesno"}
    for name, sent, words in [
        ("question_save", data, "Too late?"),
        ("head", head, "Typed notes."),
        ("section_save", section, "Typed title"),
        ("fact_save", fact, "Typed label"),
    ]:
        response = ada.post(url(name, draft), sent)
        assert (response.status_code, name) == (422, name)
        assert "can no longer change" in response.text
        assert words in response.text


@pytest.mark.parametrize("person", ["con", "rev", "rob"])
def test_others_may_not_edit(person, cast, draft, sign_in):
    client = sign_in(getattr(cast, person))
    assert client.get(url("edit", draft)).status_code == 403
    assert client.get(url("detail", draft)).status_code == 404


def test_auditor_sees_no_checklist_at_all(cast, draft, sign_in):
    client = sign_in(cast.aud)
    for name in ("edit", "detail"):
        assert client.get(url(name, draft)).status_code == 403


def test_another_organisation_finds_nothing(cast, draft, sign_in):
    zoe = sign_in(cast.zoe)
    assert zoe.get(url("edit", draft)).status_code == 404
    assert zoe.get(url("edit", draft, "other")).status_code == 404
    for name in ("question_save", "part_add", "send", "publish", "merge", "head"):
        assert zoe.post(url(name, draft, "other"), {}).status_code == 404, name


def test_published_edition_leads_to_its_page_and_is_not_saved(ada, cast, draft):
    data = typed(ada, draft)
    publish(draft)
    assert ada.get(url("edit", draft)).url == url("detail", draft)
    response = ada.post(url("question_save", draft), data | {"text": "Late?"})
    assert response.status_code == 422
    assert "can no longer change" in response.text
    library = make_edition()
    assert ada.post(url("question_save", library), data).status_code == 404


def test_hostile_text_is_shown_as_text(ada, draft):
    save(ada, draft, text="<script>alert(1)</script> {{ x }}?")
    assert "<script>alert(1)" not in ada.get(url("edit", draft)).text
    assert save(ada, draft, text="a\x00b?").status_code == 422


@pytest.mark.parametrize("questions", [10, 200])
def test_page_costs_the_same_with_ten_questions_and_with_two_hundred(
    questions, cast, ada, django_assert_max_num_queries
):
    own = make_checklist("many", cast.acme)
    source = make_edition(questions=questions, sections=5, checklist=own)
    draft = make_draft(questions, 5, checklist=own, number="2026.2", based_on=source)
    make_assessment(cast.acme, cast.ada, source)
    ada.get(url("edit", draft))
    with django_assert_max_num_queries(16):
        response = ada.get(f"{url('edit', draft)}?question=Q7")
    assert response.text.count("data-item=") == questions


@pytest.mark.parametrize("name", ["check", "head", "facts", "roles", "replace", "detail"])
@pytest.mark.slow
def test_pages_beside_the_editor_cost_the_same_in_a_long_list(name, cast, ada):
    costs = []
    for questions in (10, 100):
        own = make_checklist(f"own-{questions}", cast.acme)
        edition = make_draft(questions, 5, checklist=own)
        ada.get(url(name, edition))
        with CaptureQueriesContext(connection) as asked:
            assert ada.get(url(name, edition)).status_code == 200
        costs.append(len(asked))
    assert costs[0] == costs[1] <= 18


def test_head_is_saved_and_refused_when_stale(ada, draft):
    data = {
        "version": 0,
        "number": "2026.2",
        "law_as_of": "2026-11-20",
        "release_notes": "New. Better.",
        "subject_label": "Name",
    }
    assert ada.post(url("head", draft), data).status_code == 302
    draft.refresh_from_db()
    assert (draft.number, draft.law_as_of) == ("2026.2", date(2026, 11, 20))
    stale = ada.post(url("head", draft), data | {"number": "2026.9"})
    assert stale.status_code == 409
    assert "2026.9" in stale.text
    assert "2026.9" not in keep_theirs(ada, stale).text
    make_edition(checklist=draft.checklist, number="2025.1")
    taken = ada.post(url("head", draft), data | {"version": 1, "number": "2025.1"})
    assert taken.status_code == 422
    assert "2025.1 is there already" in taken.text
    assert Edition.objects.get(pk=draft.pk).number == "2026.2"


def test_facts_are_added_changed_and_removed_when_unused(ada, draft):
    new = {"version": 0, "label": "Size", "text": "How big?", "kind": "one"}
    ada.post(url("fact_save", draft), new | {"choices": "Small\nBig"})
    fact = draft.facts.get(label="Size")
    assert [c["key"] for c in fact.choices] == ["small", "big"]
    draft.questions.filter(key="Q1").update(rule={"size": "big"})
    changed = new | {"key": "size", "choices": "Small\nMedium\nBig"}
    ada.post(url("fact_save", draft), changed)
    fact.refresh_from_db()
    assert [c["key"] for c in fact.choices] == ["small", "medium", "big"]
    stale = ada.post(url("fact_save", draft), changed | {"label": "Mine"})
    assert stale.status_code == 409
    assert "Mine" in stale.text
    ada.post(url("fact_remove", draft), {"key": "size"})
    assert draft.facts.filter(key="size").exists()
    ada.post(url("fact_remove", draft), {"key": "data"})
    assert not draft.facts.filter(key="data").exists()


def test_stale_fact_shows_each_field_that_saving_would_put_back(ada, cast, draft, sign_in):
    new = {"version": 0, "label": "Size", "text": "How big?", "kind": "one"}
    ada.post(url("fact_save", draft), new | {"choices": "Small\nBig"})
    mine = new | {"key": "size", "choices": "Small\nBig", "label": "Mine"}
    theirs = mine | {"label": "Size", "help": "Count all.", "kind": "several"}
    sign_in(cast.otto).post(url("fact_save", draft), theirs)
    stale = ada.post(url("fact_save", draft), mine)
    assert stale.status_code == 409
    assert "Count all." in keep_theirs(ada, stale).text
    assert stale.context["theirs"] == [
        ("Short name", "Size"),
        ("Hint", "Count all."),
        ("Answer", "Any number of them"),
    ]


def test_edition_has_no_more_facts_than_its_file_may(ada, draft):
    there = draft.facts.count()
    for number in range(there, MOST_FACTS):
        Fact.objects.create(edition=draft, key=f"f{number}", label="F", text="F?", position=number + 9)
    new = {"version": 0, "label": "Size", "text": "How big?", "kind": "yesno"}
    page = ada.post(url("fact_save", draft), new)
    assert page.status_code == 422
    assert "An edition asks for at most 50 facts; remove one first." in page.text
    assert "How big?" in page.text
    assert draft.facts.count() == MOST_FACTS
