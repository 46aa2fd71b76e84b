"""No file harms: each is refused in words, or taken for what its answers say."""

import re
import time
from datetime import date

import pytest
from django.core.management import call_command

from compliance.assurance.answer_sheets import process
from compliance.content.formats import pending_imports
from compliance.ground.sandbox.process import PATIENCE_SECONDS
from compliance.models import Event
from tests.assurance.answer_sheets import hostile
from tests.assurance.answer_sheets import making as sheets
from tests.assurance.answer_sheets.hostile import HARMLESS, SHEET, WHOLE, with_part
from tests.assurance.answer_sheets.making import (
    COLUMNS,
    book_of,
    bytes_of,
    cell_of,
    changed,
    download,
    preview,
    refusals,
    said,
    send,
    standing,
)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", WHOLE)
def test_bad_file_is_refused_in_words(name, assessment, con, content):
    bad = WHOLE[name](content)
    began = time.monotonic()
    reply = send(con, assessment, bad)
    took = time.monotonic() - began  # by the clock, which others use, too
    words = reply.context["form"].errors["upload"][0]
    assert reply.status_code == 422
    assert took < process.SECONDS + PATIENCE_SECONDS
    assert 10 < len(words) <= 500
    assert not {"Error", "Exception", "Traceback", "<"} & set(words.split())
    assert words.startswith(("The file", "The ", "Part ", "Sheet ", "Choose "))
    assert not assessment.answers.exclude(version=0)


@pytest.mark.parametrize("name", HARMLESS)
def test_odd_file_says_what_its_answers_say(name, assessment, con, content):
    odd = HARMLESS[name](changed(content, {("Q1", "note"): "New"}))
    plan = preview(con, assessment, odd).context["plan"]
    assert said(plan) == {("Q1", "note"): ("", "New")}


@pytest.mark.usefixtures("cold")
def test_reading_stays_below_its_memory(content, monkeypatch):
    """The limit holds in the child: with less than it needs, it refuses in words."""
    large = hostile.many_strings(190_000, b"x" * 100)(content)
    assert process.read([large])
    monkeypatch.setattr(process, "MEMORY_BYTES", 80 * 1024 * 1024)
    with pytest.raises(process.SheetError, match="memory"):
        process.read([large])


REFUSED = {
    "word that is none": (
        ("Q1", "verdict", "Maybe"),
        "“Maybe” is not one of the answers: ",
    ),
    "formula": (("Q1", "note", "=1+1"), "“=1+1” is a formula. Write its result"),
    "formula in the answer": (("Q1", "verdict", '=IF(TRUE,"Met")'), "“=IF(TRUE"),
    "error": (("Q1", "note", "#REF!"), "“#REF!” is an error of the spreadsheet"),
    "date as text": (
        ("Q1", "due", "24.12.2026"),
        "“24.12.2026” is not a date. Write it as",
    ),
    "date as number": (("Q1", "due", "46000"), "“46000” is not a date."),
    "year": (("Q1", "due", "2999-01-01"), "“2999-01-01”: check the year"),
    "stranger": (
        ("Q1", "owner", "zoe@example.org"),
        "“zoe@example.org” is not a person of",
    ),
    "text for a number": (("Q2", "value", "thirty"), "“thirty” is not a number."),
    "text for two numbers": (("Q2", "value", "1,200"), "“1,200” can be read in two"),
    "day for a number": (("Q2", "value", date(2026, 1, 1)), "“2026-01-01” is not a"),
    "choice that is none": (
        ("Q3", "value", "Most"),
        "“Most” is not one of the choices: All",
    ),
    "two choices for one": (
        ("Q3", "value", "None; All of them"),
        "Q3 takes one choice",
    ),
    "value of a verdict": (("Q1", "value", "yes"), "Q1 has no value. Write it into"),
    "answer that follows": (
        ("Q2", "verdict", "Met"),
        "The answer to Q2 follows from its",
    ),
    "N/A without a reason": (("Q1", "verdict", "N/A"), "Give a reason why Q1 does not"),
    "later without a day": (
        ("Q1", "verdict", "Later"),
        "Say until which day Q1 waits.",
    ),
    "day without later": (
        ("Q1", "later", "2027-01-01"),
        "“Later until” goes with “Later” only.",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_cell_is_refused_with_its_place(name, assessment, con, content):
    (key, column, value), words = REFUSED[name]
    book = book_of(content)
    cell = cell_of(book, key, column)
    cell.value = value
    plan = preview(con, assessment, bytes_of(book)).context["plan"]
    assert said(plan) == {}
    [(place, refusal)] = refusals(plan)
    assert refusal.startswith(words)
    assert len(refusal) <= 500
    letters = {
        "N/A without a reason": COLUMNS["reason"],
        "later without a day": COLUMNS["later"],
    }
    assert place == f"Section 1!{letters.get(name, cell.column_letter)}{cell.row}"


def test_text_longer_than_an_answer_is_refused(assessment, con, content):
    long = b'<c r="I2" t="inlineStr"><is><t>%s</t></is></c>' % (b"x" * 100_001)
    bad = with_part(
        content,
        SHEET,
        lambda data: re.sub(rb'<c r="I2"[^>]*(/>|></c>)', lambda _: long, data),
    )
    plan = preview(con, assessment, bad).context["plan"]
    assert refusals(plan) == [("Section 1!I2", "The text has 100,001 characters; 100,000 fit.")]


def test_refused_cell_lets_the_others_of_its_row_through(assessment, con, content):
    cells = {("Q1", "note"): "New", ("Q1", "due"): "soon"}
    plan = preview(con, assessment, changed(content, cells)).context["plan"]
    assert (list(said(plan)), len(refusals(plan))) == ([("Q1", "note")], 1)


def test_row_that_stands_twice_is_refused_both_times(assessment, con, content):
    book = book_of(content)
    sheet = book["Section 1"]
    for row in (10, 11):
        for column in range(1, 14):
            sheet.cell(row, column).value = sheet.cell(2, column).value
    cell_of(book, "Q1", "note").value = "New"
    plan = preview(con, assessment, bytes_of(book)).context["plan"]
    assert [place for place, _ in refusals(plan)] == [
        "Section 1!B2",
        "Section 1!B10",
        "Section 1!B11",
    ]
    assert said(plan) == {}


def test_answers_of_others_are_out_of_reach(cast, assessment, con, content):
    theirs = sheets.make_kinds(cast)
    theirs.organisation = cast.other
    theirs.save()
    foreign = theirs.answers.first()
    book = book_of(content)
    cell_of(book, "Q1", "mark").value = f"{foreign.pk} 0"
    cell_of(book, "Q1", "note").value = "Taken over"
    plan = preview(con, assessment, bytes_of(book)).context["plan"]
    assert refusals(plan) == [("Section 1!B2", "Q1 is not a question of this assessment.")]
    foreign.refresh_from_db()
    assert foreign.version == 0


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        ("", "Q1: the hidden column “Attest row” is missing or damaged"),
        ("1;DROP TABLE", "Q1: the hidden column “Attest row” is missing or damaged"),
        ("-1 0", "Q1: the hidden column “Attest row” is missing or damaged"),
        ("999999999999999999 0", "Q1 is not a question of this assessment."),
        ("{} 999", "Q1 was written out in a version that does not exist here."),
        ("{next} 0", "The row says Q1, but it was written for Q6."),
    ],
)
def test_hidden_cell_that_was_changed_refuses_its_row(mark, words, assessment, con, content):
    ids = standing(assessment, "Q1").pk, standing(assessment, "Q6").pk
    book = book_of(content)
    cell_of(book, "Q6", "mark").value = None
    cell_of(book, "Q6", "key").value = None
    cell_of(book, "Q1", "mark").value = mark.format(ids[0], next=ids[1])
    cell_of(book, "Q1", "note").value = "New"
    plan = preview(con, assessment, bytes_of(book)).context["plan"]
    assert [refusal[: len(words)] for _, refusal in refusals(plan)] == [words]
    assert said(plan) == {}


def test_what_is_no_answer_is_named_and_passed_over(assessment, con, content):
    book = book_of(content)
    sheet = book["Section 1"]
    sheet["C2"].value = "Do you not?"
    last = COLUMNS["later"]
    beside = chr(ord(last) + 1)
    sheet[f"{beside}1"].value = "My remarks"
    sheet["Z3"].value = "beside"
    sheet["XFD4"].value = "far beside"
    sheet["D20"].value = "a note of mine"
    sheet[f"{last}1"].value = None
    book.create_sheet("Mine")["A1"].value = "x"
    plan = preview(con, assessment, bytes_of(book)).context["plan"]
    assert (said(plan), refusals(plan)) == ({}, [])
    assert sorted(plan.ignored) == sorted(
        [
            f"Section 1!{beside}1: “My remarks” is not a column of this sheet.",
            "Section 1: column “Later until” is missing.",
            "Section 1!Z3: outside the columns.",
            "Section 1!XFD4: outside the columns.",
            "Section 1!D20: a row of no question.",
            "Section 1, row 2: Q1 has other words here than in the file. Questions cannot be imported.",
            "Sheet “Mine” holds no answers.",
        ]
    )


def test_rows_may_be_sorted_and_left_out(assessment, con, content):
    book = book_of(content)
    sheet = book["Section 1"]
    rows = [[cell.value for cell in row] for row in sheet["A2:M4"]]
    sheet.delete_rows(2, 3)
    for at, row in enumerate([rows[2], rows[0]], 2):
        for column, value in enumerate(row, 1):
            sheet.cell(at, column).value = value
    cell_of(book, "Q1", "note").value = "New"
    plan = preview(con, assessment, bytes_of(book)).context["plan"]
    assert said(plan) == {("Q1", "note"): ("", "New")}
    assert plan.missing == 1


def test_question_that_does_not_apply_keeps_its_answer(assessment, con, content):
    assessment.answers.filter(question__key="Q1").update(applies=False)
    sent = changed(content, {("Q1", "note"): "New"})
    plan = preview(con, assessment, sent).context["plan"]
    assert refusals(plan) == [("Section 1!I2", "Q1 does not apply: its answer stays as it is.")]


def test_sheet_of_another_assessment_is_refused(cast, assessment, con, content):
    other = sheets.make_kinds(cast)
    reply = send(con, other, content)
    assert reply.status_code == 422
    assert reply.context["form"].errors["upload"] == [
        "The file was downloaded from another assessment, so it was not read."
    ]


def test_file_over_the_limit_is_refused(assessment, con, content, settings):
    settings.SHEET_BYTES = 1000
    reply = send(con, assessment, content)
    assert "MB fit" in reply.context["form"].errors["upload"][0]


def test_hostile_text_is_shown_as_text(assessment, con, content):
    text = "<script>alert(1)</script>\u202e{{ 7*7 }}"
    sent = changed(content, {("Q1", "note"): text})
    shown = preview(con, assessment, sent)
    assert b"<script>alert" not in shown.content
    assert b"&lt;script&gt;alert(1)" in shown.content


def test_closed_assessment_takes_nothing_in(cast, assessment, con, content):
    sent = changed(content, {("Q1", "note"): "New"})
    shown = preview(con, assessment, sent)
    assessment.status = "archived"
    assessment.save()
    assert send(con, assessment, sent).status_code == 422
    sheets.take(con, assessment, shown)
    assert standing(assessment, "Q1").note == ""
    assert not Event.objects.filter(action="assessment.imported")
    assert download(con, assessment)


def test_draft_is_its_owners_alone(cast, assessment, con, content, sign_in):
    sent = changed(content, {("Q1", "note"): "New"})
    shown = preview(con, assessment, sent)
    address = f"{sheets.address(assessment, 'sheet_preview')}?draft={shown.context['draft'].id}"
    assert con.get(address).status_code == 200
    for person in (cast.ada, cast.otto, cast.zoe):
        client = sign_in(person)
        assert client.get(address).status_code == 404
        assert sheets.take(client, assessment, shown).status_code == 404
    other = sheets.make_kinds(cast)
    assert sheets.take(con, other, shown).status_code == 404
    assert standing(assessment, "Q1").note == ""


def test_draft_is_gone_after_a_day(assessment, con, content, monkeypatch):
    shown = preview(con, assessment, changed(content, {("Q1", "note"): "New"}))
    monkeypatch.setattr(pending_imports, "DAY_SECONDS", -1)
    assert sheets.take(con, assessment, shown).status_code == 404
    call_command("sweep_files")
    monkeypatch.undo()
    assert sheets.take(con, assessment, shown).status_code == 404


def test_reader_takes_the_sheet_away_but_brings_none(cast, assessment, sign_in, content):
    rob = sign_in(cast.rob)
    assert download(rob, assessment)
    assert send(rob, assessment, content).status_code == 403
