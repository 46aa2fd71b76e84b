"""The pages of a spreadsheet: who may, what they say, and what happens twice."""

import errno
import os
import re
from datetime import date

import pytest
from django.urls import reverse

from compliance.models import Event, Membership
from tests.assurance.answer_sheets import making as sheets
from tests.assurance.answer_sheets.making import (
    address,
    changed,
    clashes,
    download,
    preview,
    refusals,
    said,
    send,
    standing,
    take,
)
from tests.assurance.answer_sheets.test_sheets_round_trip import save
from tests.support import factories, signing
from tests.work.workspace.test_cost import queries

pytestmark = pytest.mark.slow

NEW = {("Q1", "note"): "New"}


def text_of(reply):
    """The text of a page, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", reply.content.decode()).split())


def many(cast, questions):
    edition = factories.make_edition(questions=questions)
    return factories.make_assessment(cast.acme, cast.ada, edition)


def all_notes(assessment, text="New"):
    keys = assessment.answers.values_list("question__key", flat=True)
    return {(key, "note"): f"{text} {key}" for key in keys}


def imported():
    return Event.objects.filter(action="assessment.imported")


# Permissions


def test_work_bar_leads_to_the_sheet(cast, assessment, sign_in):
    for person in (cast.con, cast.rob, cast.rev):
        page = sign_in(person).get(assessment.get_absolute_url())
        assert f'href="{address(assessment)}"' in page.content.decode()


def test_those_who_answer_may_take_in_and_the_others_read_who(cast, assessment, sign_in):
    for person in (cast.ada, cast.otto, cast.con):
        page = sign_in(person).get(address(assessment)).content.decode()
        assert address(assessment, "sheet_read") in page
    for person in (cast.rev, cast.rob):
        page = sign_in(person).get(address(assessment)).content.decode()
        assert address(assessment, "sheet_read") not in page
        assert "Your role may not answer questions" in page


def test_roles_that_do_not_answer_are_stopped_at_each_step(cast, assessment, con, content, sign_in):
    shown = preview(con, assessment, changed(content, NEW))
    query = f"?draft={shown.context['draft'].id}"
    for person in (cast.rev, cast.rob, cast.aud):
        client = sign_in(person)
        assert send(client, assessment, content).status_code == 403
        page = client.get(address(assessment, "sheet_preview") + query)
        assert page.status_code == 403
        assert take(client, assessment, shown).status_code == 403
        undo = client.post(address(assessment, "sheet_undo", 1))
        assert undo.status_code == 403
    assert standing(assessment, "Q1").note == ""


def test_stranger_finds_nothing(cast, assessment, content, sign_in):
    zoe = sign_in(cast.zoe)
    assert zoe.get(address(assessment)).status_code == 404
    assert zoe.post(address(assessment, "sheet_file")).status_code == 404
    assert send(zoe, assessment, content).status_code == 404
    home = reverse("answer_sheets:sheet", args=[cast.other.slug, assessment.pk])
    assert zoe.get(home).status_code == 404
    assert zoe.post(f"{home}file/").status_code == 404


def test_role_that_is_lowered_after_the_preview_saves_nothing(cast, assessment, con, content):
    shown = preview(con, assessment, changed(content, NEW))
    Membership.objects.filter(user=cast.con).update(role="reader")
    assert take(con, assessment, shown).status_code == 403
    assert standing(assessment, "Q1").note == ""


def test_archived_assessment_refuses_each_step_but_the_download(assessment, con, content):
    sent = changed(content, NEW)
    take(con, assessment, preview(con, assessment, sent))
    shown = preview(con, assessment, changed(content, {("Q5", "note"): "Later"}))
    assessment.status = "archived"
    assessment.save()
    path = f"{address(assessment, 'sheet_preview')}?draft={shown.context['draft'].id}"
    undo = address(assessment, "sheet_undo", imported().get().seq)
    replies = [
        send(con, assessment, sent),
        con.get(path),
        take(con, assessment, shown),
        con.post(undo),
    ]
    assert [reply.status_code for reply in replies] == [422] * 4
    for reply in replies:
        assert "This assessment is closed" in text_of(reply)
    assert standing(assessment, "Q1").note == "New"
    assert standing(assessment, "Q5").note == ""
    assert download(con, assessment)


def test_preview_of_another_person_is_not_found_and_says_why(cast, assessment, con, content, sign_in):
    shown = preview(con, assessment, changed(content, NEW))
    otto = sign_in(cast.otto)
    path = f"{address(assessment, 'sheet_preview')}?draft={shown.context['draft'].id}"
    for reply in (otto.get(path), take(otto, assessment, shown)):
        assert reply.status_code == 404
        assert "This preview is no longer available" in text_of(reply)
        assert "filled.xlsx" not in text_of(reply)


@pytest.mark.parametrize("draft", ["", "x", "../../etc/passwd", "0" * 32])
def test_draft_that_is_none_is_not_found(draft, assessment, con):
    page = con.get(address(assessment, "sheet_preview"), {"draft": draft})
    assert page.status_code == 404
    data = {"draft": draft, "digest": "0" * 64}
    assert con.post(address(assessment, "sheet_take"), data).status_code == 404


# Words for faults


def test_upload_without_a_file_says_so_in_place(assessment, con):
    reply = con.post(address(assessment, "sheet_read"))
    assert (reply.status_code, "Choose the file." in text_of(reply)) == (422, True)


def test_full_disk_is_named_in_words(assessment, con, content, monkeypatch):
    def no_room(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("compliance.content.formats.pending_imports.os.open", no_room)
    reply = send(con, assessment, content)
    assert reply.status_code == 422
    assert "room" in reply.context["form"].errors["upload"][0]


def test_download_cannot_act_and_is_not_kept(assessment, con):
    reply = con.post(address(assessment, "sheet_file"))
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["Content-Security-Policy"].startswith("sandbox;")
    assert re.fullmatch(r'attachment; filename="[a-z0-9-]+\.xlsx"', reply["Content-Disposition"])


def test_preview_lists_changes_conflicts_and_refusals_with_their_cells(cast, assessment, con, content):
    cells = {
        ("Q1", "verdict"): "N/A",
        ("Q1", "reason"): "No such data",
        ("Q5", "note"): "File",
        ("Q2", "value"): "thirty",
    }
    save(cast, assessment, "Q5", note="Here")
    signing.answer(cast.ada, assessment, "Q5", due_on=date(2026, 12, 1))
    shown = preview(con, assessment, changed(content, cells))
    plan, page = shown.context["plan"], text_of(shown)
    assert set(said(plan)) == {("Q1", "verdict"), ("Q1", "reason")}
    assert clashes(plan) == {("Q5", "note"): ("Here", "File")}
    assert [place for place, _ in refusals(plan)] == ["Section 1!G3"]
    for place in (
        "Answer (F2):",
        "Reason (J2):",
        "Section 2!I3",
        "Section 1!G3",
    ):
        assert place in page
    assert "Changed here by Otto Weber" in page
    assert "Nothing is saved yet" in page
    assert not assessment.answers.exclude(question__key="Q5").exclude(version=0)


def test_na_from_a_sheet_waits_for_a_second_person(cast, assessment, con, content, sign_in):
    cells = {("Q1", "verdict"): "N/A", ("Q1", "reason"): "No such data"}
    shown = preview(con, assessment, changed(content, cells))
    assert "A second person has to confirm this N/A." in text_of(shown)
    take(con, assessment, shown)
    answer = standing(assessment, "Q1")
    assert (answer.na_by, answer.na_confirmed_by) == (cast.con, None)
    page = sign_in(cast.otto).get(f"{assessment.get_absolute_url()}?show=to-confirm")
    assert "No such data" in text_of(page)


def test_drop_down_offers_every_verdict(assessment, con, content):
    book = sheets.book_of(content)
    rules = book["Section 1"].data_validations.dataValidation
    [rule] = [rule for rule in rules if "F2" in rule.sqref]
    column = re.fullmatch(r"=?Lists!\$([A-Z]+)\$1:\$\1\$\d+", rule.formula1)[1]
    offered = [cell.value for cell in book["Lists"][column] if cell.value]
    assert offered == [*("Met", "Partly", "Not met", "N/A", "Don't know", "Later", "Unanswered")]


def test_what_was_taken_in_stands_in_history_and_trail(cast, assessment, con, content, sign_in):
    cells = {**NEW, ("Q5", "note"): "Too"}
    take(con, assessment, preview(con, assessment, changed(content, cells)))
    answer = standing(assessment, "Q1")
    history = con.get(f"{assessment.get_absolute_url()}answers/{answer.pk}/panel/history/")
    assert "From a spreadsheet" in text_of(history)
    together = Event.objects.filter(action="answer.imported").first()
    gathered = con.get(f"{assessment.get_absolute_url()}bulk/{together.seq}/")
    assert gathered.status_code == 200
    trail = sign_in(cast.ada).get(reverse("history:trail", args=[cast.acme.slug]))
    assert "Spreadsheet imported" in text_of(trail)
    assert "“filled.xlsx”" in text_of(trail)


# Twice, and at once


def test_two_tabs_take_in_the_file_that_was_sent_last(assessment, con, content):
    first = preview(con, assessment, changed(content, NEW))
    second = preview(con, assessment, changed(content, {("Q5", "note"): "Second"}))
    reply = take(con, assessment, first)
    assert (reply.status_code, imported().count()) == (404, 0)
    assert "you have sent another file since" in text_of(reply)
    assert take(con, assessment, second).status_code == 302
    assert standing(assessment, "Q1").note == ""
    assert standing(assessment, "Q5").note == "Second"


def test_two_tabs_with_one_preview_take_it_in_once(assessment, con, content):
    shown = preview(con, assessment, changed(content, NEW))
    for _ in range(3):
        reply = take(con, assessment, shown)
        assert (reply.status_code, reply["Location"]) == (302, address(assessment))
    path = f"{address(assessment, 'sheet_preview')}?draft={shown.context['draft'].id}"
    assert con.get(path)["Location"] == address(assessment)
    assert imported().count() == 1
    assert standing(assessment, "Q1").version == 1


def test_same_preview_that_comes_before_the_draft_is_dropped_is_no_conflict(
    assessment, con, content, monkeypatch
):
    shown = preview(con, assessment, changed(content, NEW))
    with monkeypatch.context() as patch:
        patch.setattr("compliance.assurance.answer_sheets.views.drafts.drop", lambda **_: None)
        take(con, assessment, shown)
    assert take(con, assessment, shown).status_code == 302
    assert imported().count() == 1


def test_same_file_again_has_nothing_to_take_in(assessment, con, content):
    sent = changed(content, NEW)
    take(con, assessment, preview(con, assessment, sent))
    shown = preview(con, assessment, sent)
    assert (said(shown.context["plan"]), clashes(shown.context["plan"])) == ({}, {})
    assert "The file changes nothing here." in text_of(shown)
    assert ">Import<" not in shown.content.decode()
    take(con, assessment, shown)
    assert imported().count() == 1


def test_one_undo_takes_a_file_back_and_says_who_did(cast, assessment, con, content, sign_in):
    sent = changed(content, {**NEW, ("Q5", "note"): "Too"})
    take(con, assessment, preview(con, assessment, sent))
    undo = address(assessment, "sheet_undo", imported().get().seq)
    assert f'action="{undo}"' in con.get(address(assessment)).content.decode()
    page = sign_in(cast.otto).post(undo, follow=True)
    assert "2 answers put back." in text_of(page)
    assert "Undone by Otto Weber" in text_of(page)
    assert undo not in page.content.decode()
    assert not assessment.answers.exclude(note="")
    again = con.post(undo, follow=True)
    assert "put back" not in text_of(again).replace("There is nothing to undo", "")
    assert Event.objects.filter(action="assessment.import_undone").count() == 1
    shown = preview(con, assessment, sent)
    assert set(said(shown.context["plan"])) | set(clashes(shown.context["plan"])) == {
        ("Q1", "note"),
        ("Q5", "note"),
    }


def test_undo_of_anything_else_is_not_found(cast, assessment, con, content):
    save(cast, assessment, "Q1", note="By hand")
    by_hand = Event.objects.get(action="answer.saved").seq
    assert con.post(address(assessment, "sheet_undo", by_hand)).status_code == 404
    other = sheets.make_kinds(cast)
    sent = changed(content, {("Q5", "note"): "File"})
    take(con, assessment, preview(con, assessment, sent))
    seq = imported().get().seq
    assert con.post(address(other, "sheet_undo", seq)).status_code == 404
    assert standing(assessment, "Q5").note == "File"


def test_file_of_which_only_conflicts_were_kept_has_no_undo(cast, assessment, con, content):
    save(cast, assessment, "Q1", note="Here")
    take(con, assessment, preview(con, assessment, changed(content, NEW)))
    event = imported().get()
    assert con.post(address(assessment, "sheet_undo", event.seq)).status_code == 404
    assert "1 kept the version here" in text_of(con.get(address(assessment)))


def test_pick_for_a_foreign_answer_changes_nothing(cast, assessment, con, content):
    theirs = sheets.make_kinds(cast)
    theirs.organisation = cast.other
    theirs.save()
    foreign = theirs.answers.first()
    save(cast, assessment, "Q1", note="Here")
    shown = preview(con, assessment, changed(content, NEW))
    picks = {f"take-{foreign.pk}-note": "file", "take-1-version": "file"}
    assert take(con, assessment, shown, **picks).status_code == 302
    foreign.refresh_from_db()
    assert (foreign.note, standing(assessment, "Q1").note) == ("", "Here")


# The next step


def test_sheet_that_completes_sections_says_so_and_what_is_next(cast, assessment, sign_in):
    """Two sections; the questions are a verdict, a number, two choices, a day, a text."""
    ada, every = sign_in(cast.ada), list(assessment.answers.order_by("pk"))
    first = {("Q1", "verdict"): "Met", ("Q2", "value"): 20, ("Q3", "value"): "None"}
    link = f"{assessment.get_absolute_url()}?open={every[3].pk}#answer-{every[3].pk}"
    assert "Section done" not in taken_with(ada, assessment, NEW)
    page = taken_with(ada, assessment, first)
    assert f'Section done. <a href="{link}">Next: ' in page
    assert "done." not in taken_with(ada, assessment, {("Q1", "verdict"): "Not met"})
    last = {("Q4", "value"): "None", ("Q5", "verdict"): "Met", ("Q6", "verdict"): "Met"}
    page = taken_with(ada, assessment, last)
    assert "All answered." in page
    assert f'href="{reverse("reviews:review", args=["acme", assessment.pk])}"' in page
    assert "All answered." not in ada.get(address(assessment)).text


def taken_with(client, assessment, cells):
    """The page after a sheet with some cells changed was taken in."""
    sent = changed(download(client, assessment), cells)
    reply = take(client, assessment, preview(client, assessment, sent))
    return " ".join(client.get(reply["Location"]).text.split())


# Many


def test_pages_of_changes_turn_without_saving_and_keep_what_was_chosen(cast, con):
    assessment = many(cast, 230)
    content = changed(download(con, assessment), all_notes(assessment))
    save(cast, assessment, "Q1", note="Here")
    shown = preview(con, assessment, content)
    entries = [len(list(reply.context["page"])) for reply in [shown]]
    pick = f"take-{standing(assessment, 'Q1').pk}-note"
    for number in (2, 3):
        shown = take(con, assessment, shown, page=number, **{pick: "file"})
        assert shown.status_code == 200
        entries.append(len(list(shown.context["page"])))
        [(_, _, is_picked)] = shown.context["showing"].conflicts
        assert is_picked
    assert (entries, imported().count()) == ([100, 100, 29], 0)
    assert "Answers 201 to 229 of 229" in text_of(shown)
    take(con, assessment, shown, **{pick: "file"})
    assert assessment.answers.filter(note__startswith="New").count() == 230


def test_statements_do_not_grow_with_the_answers(cast, con):
    counts = []
    for questions in (10, 60):
        assessment = many(cast, questions)
        content = changed(download(con, assessment), all_notes(assessment))
        save(cast, assessment, "Q2", due_on="2026-12-01")
        replies = []
        asked = queries(lambda: replies.append(preview(con, assessment, content)))  # noqa: B023
        took = queries(lambda: take(con, assessment, replies[0]))  # noqa: B023
        counts.append((len(asked), len(took)))
    assert counts[0] == counts[1]
    assert counts[0][1] <= 25


@pytest.mark.parametrize("number", [300, pytest.param(2000, marks=pytest.mark.long)])
def test_many_changes_are_shown_and_saved_in_one_go(cast, con, number):
    assessment = many(cast, number)
    content = changed(download(con, assessment), all_notes(assessment))
    shown = preview(con, assessment, content)
    assert len(shown.content) < 200_000
    assert f"{number} answers change" in text_of(shown)
    reply = take(con, assessment, shown)
    assert reply.status_code == 302
    assert assessment.answers.filter(note__startswith="New", version=1).count() == number
    con.post(address(assessment, "sheet_undo", imported().get().seq))
    assert assessment.answers.filter(note="", version=2).count() == number
