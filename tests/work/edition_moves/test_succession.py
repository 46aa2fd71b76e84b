"""Questions that take the place of earlier ones: offered, never copied as a verdict."""

import pytest

from compliance.content.checklists import soundness
from compliance.models import Answer
from compliance.proof.audit import trail
from compliance.work.edition_moves import actions as edition_moves
from compliance.work.edition_moves.undo import undo_upgrade
from compliance.work.workspace.history import history
from tests.support.documents import document, question
from tests.support.page_text import flat
from tests.work.edition_moves.test_upgrade_pages import path, post, shown
from tests.work.edition_moves.test_upgrading import (
    begin,
    by_key,
    content,
    move,
    publish,
    say,
)

TABLE = [
    {"question": "Q1", "by": ["Q3", "Q4"]},
    {"question": "Q2", "by": ["Q4", "Q5"], "stays": True},
]


def edition(sections, table, **fields):
    """A document with a table of replaced questions."""
    found = document(*sections, **fields)
    found["edition"]["replaces"] = table
    return found


@pytest.fixture
def split(cast, db, monkeypatch):
    """Q1 became Q3 and Q4; Q2 stays, and leaves a part to Q4 and Q5; Q6 is new alone."""
    one = question("Q1", kind="choice", choices=["low", "high"])
    assessment = begin(cast, publish([one, question("Q2")], number="1"))
    say(assessment, "Q1", verdict="met", value="high", note="Two of three.")
    say(assessment, "Q2", verdict="na", reason="No such system.")
    monkeypatch.setattr("tests.work.edition_moves.test_upgrading.document", _with(TABLE))
    asked = [question("Q2", text="Do you keep less?")]
    asked += [question(f"Q{n}") for n in (3, 4, 5, 6)]
    return assessment, publish(asked, number="2")


def _with(table):
    return lambda *sections, **fields: edition(sections, table, **fields)


def test_new_question_begins_with_the_old_answer_as_its_note(cast, split):
    assessment, to = split
    move(cast, assessment, to)
    found = by_key(assessment)
    assert found["Q3"].note == "Q1 in edition 1: Met. HIGH\n\nTwo of three."
    assert found["Q4"].note == (
        "Q1 in edition 1: Met. HIGH\n\nTwo of three.\n\nQ2 in edition 1: N/A. No such system."
    )
    assert found["Q5"].note == "Q2 in edition 1: N/A. No such system."
    assert found["Q6"].note == ""
    for key in ("Q3", "Q4", "Q5", "Q6"):
        answer = found[key]
        assert (answer.verdict, answer.value, answer.reason) == ("unanswered", None, "")
        assert answer.answered_by is answer.na_by is None


def test_note_stands_in_the_trail_and_in_the_history(cast, split):
    assessment, to = split
    move(cast, assessment, to)
    answer = by_key(assessment)["Q3"]
    entry = history(answer)[0]
    assert entry.actor == cast.otto
    assert any("Two of three." in str(change) for change in entry.changes)
    moved = trail.events_of(cast.acme.pk).filter(action="assessment.upgraded").get()
    after = trail.changes(moved)[1]
    assert (after["added"], after["note"]) == (
        ["Q3", "Q4", "Q5", "Q6"],
        ["Q3", "Q4", "Q5"],
    )


def test_old_answer_is_left_where_that_is_chosen(cast, split):
    assessment, to = split
    move(cast, assessment, to, Q3="blank", Q4="carry")
    found = by_key(assessment)
    assert (found["Q3"].note, found["Q3"].version) == ("", 0)
    assert found["Q4"].note.startswith("Q1 in edition 1")  # no verdict can be carried


def test_undo_takes_the_new_questions_and_their_notes_away(cast, split):
    assessment, to = split
    before = content(assessment)
    done = move(cast, assessment, to)
    assert undo_upgrade(by=cast.ada, upgrade=done).kept == []
    assert content(assessment) == before


def test_undo_keeps_a_new_question_that_was_answered_since(cast, split):
    assessment, to = split
    done = move(cast, assessment, to)
    say(assessment, "Q3", verdict="met", version=2)
    assert undo_upgrade(by=cast.ada, upgrade=done).kept == ["Q3"]
    row = Answer.everything.get(assessment=assessment, question__key="Q3")
    assert row.archived_at
    assert row.note


def test_page_says_what_was_answered_and_offers_it(cast, sign_in, split):
    assessment, to = split
    client = sign_in(cast.otto)
    page = flat(client.get(path(assessment)).text)
    new = page[page.index('id="added"') : page.index('id="removed"')]
    assert new.count("Asked so far in Q1") == 2
    assert new.count("Two of three.") == 2
    assert new.count("No such system") == 0  # a reason belongs to its own question
    assert new.count('value="note" checked') == 3
    plan = edition_moves.preview_upgrade(assessment=assessment, to=to)
    assert [row.key for row in plan.deciding] == ["Q2"]
    reply = post(client, assessment, {"d-Q3": "blank"})
    assert reply.status_code == 302
    found = by_key(assessment)
    assert (found["Q3"].note, found["Q5"].note[:2]) == ("", "Q2")


def test_answer_that_changed_since_the_page_is_looked_at_again(cast, sign_in, split):
    assessment, _ = split
    client = sign_in(cast.otto)
    sent = {"d-Q3": "blank"}
    seen = shown(client, assessment)
    say(assessment, "Q1", note="Three of three.")
    reply = client.post(path(assessment), seen | sent)
    assert reply.status_code == 409
    assert "Q3" in flat(reply.text)


def test_unanswered_question_leaves_nothing(cast, split):
    assessment, to = split
    say(assessment, "Q1", verdict="unanswered", value=None, note="")
    say(assessment, "Q2", verdict="unanswered", reason="")
    move(cast, assessment, to)
    assert {answer.note for answer in by_key(assessment).values()} == {""}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ([{"question": "Q1", "by": ["Q2"]}], "Q1 is still asked"),
        ([{"question": "Q0", "by": ["Q2"], "stays": True}], "it is no longer asked"),
        ([{"question": "Q0", "by": ["Q9"]}], "Q9 is not a question of the checklist"),
        ([{"question": "Q0", "by": ["Q2", "Q2"]}], "Q2 cannot take the place"),
        ([{"question": "Q0", "by": ["Q1"]}] * 2, "Q0 appears twice"),
    ],
)
def test_table_that_cannot_be_meant_is_refused(table, said):
    found = soundness.faults(edition((), table))
    assert any(said in reason for _, reason in found)


def test_sound_table_is_accepted():
    table = [
        {"question": "Q0", "by": ["Q1", "Q2"]},
        {"question": "Q3", "by": ["Q1"], "stays": True},
    ]
    assert soundness.faults(edition((), table)) == []
