"""Undo of what was said before a move: it confirms nothing, and fits what is asked now."""

import pytest
from django.urls import reverse

from compliance.assurance.answer_sheets.actions import undo_sheet
from compliance.models import Answer, Event
from compliance.work.assessments import actions
from compliance.work.assessments.versions import Known
from compliance.work.bulk.actions import Bulk, set_many, undo_many
from compliance.work.workspace import actions as workspace_actions
from tests.assurance.answer_sheets.making import changed, download, preview, take
from tests.support.documents import question
from tests.work.edition_moves import test_upgrading as upgrading
from tests.work.edition_moves.test_upgrading import begin, by_key, move, publish, save

moved = upgrading.moved


def say(cast, assessment, key, **changes):
    answer = by_key(assessment)[key]
    return save(cast, answer, answer.version, **changes).event.seq


def undo(cast, assessment, seq):
    """Whether it was undone."""
    done = actions.undo(by=cast.con, assessment=assessment, seq=seq)
    return done.event is not None


def choices(**verdicts):
    return [
        {"key": key, "label": key.upper(), "help": "", "verdict": verdict}
        for key, verdict in verdicts.items()
    ]


def edition(number, **verdicts):
    asked = question("Q1", kind="choice", choices=choices(**verdicts))
    return publish([asked], number=number)


def said(assessment, key):
    answer = by_key(assessment)[key]
    return answer.value, answer.verdict, answer.again


def test_undo_leaves_a_reworded_answer_to_be_confirmed(cast, moved, sign_in):
    assessment, new, _ = moved
    seq = say(cast, assessment, "Q2", verdict="partly")
    move(cast, assessment, new)
    url = reverse("workspace:undo", args=["acme", assessment.pk, seq])
    assert sign_in(cast.con).post(url).status_code == 302
    assert said(assessment, "Q2") == (None, "met", "edition")


def test_undo_of_many_leaves_those_reworded_to_be_confirmed(cast, moved):
    assessment, new, _ = moved
    found = by_key(assessment)
    done = set_many(
        by=cast.con,
        organisation=cast.acme,
        assessment_id=assessment.pk,
        targets={found[key].pk: Known(found[key].version) for key in ("Q1", "Q2")},
        bulk=Bulk({"verdict": "partly"}),
    )
    move(cast, assessment, new)
    back = undo_many(by=cast.con, assessment=assessment, seq=done.seq)
    assert (len(back.done), back.left) == (2, [])
    assert said(assessment, "Q1") == (None, "met", "")
    assert said(assessment, "Q2") == (None, "met", "edition")


def test_undo_asks_again_what_a_colleague_has_confirmed(cast, moved):
    assessment, new, _ = moved
    seq = say(cast, assessment, "Q2", verdict="partly")
    move(cast, assessment, new)
    two = by_key(assessment)["Q2"]
    workspace_actions.confirm_again(
        by=cast.ada,
        organisation=cast.acme,
        assessment_id=assessment.pk,
        answer_id=two.pk,
        seen=Known(two.version),
    )
    assert undo(cast, assessment, seq)
    assert said(assessment, "Q2") == (None, "met", "edition")


def test_undo_of_an_undo_confirms_nothing_that_a_later_move_asks(cast, moved):
    assessment, new, _ = moved
    move(cast, assessment, new)
    seq = say(cast, assessment, "Q2", note="Read anew")
    assert undo(cast, assessment, seq)
    last = Event.objects.order_by("-seq").first().seq
    move(cast, assessment, publish([question("Q2", text="And now?")], number="3"))
    assert undo(cast, assessment, last)
    assert said(assessment, "Q2") == (None, "met", "edition")
    assert by_key(assessment)["Q2"].note == "Read anew"


def test_undo_leaves_what_an_action_has_asked_since_to_be_confirmed(cast, moved):
    assessment, _, _ = moved
    seq = say(cast, assessment, "Q2", verdict="partly")
    Answer.objects.filter(question__key="Q2").update(again="action")
    assert undo(cast, assessment, seq)
    assert said(assessment, "Q2") == (None, "met", "action")


def test_undo_gives_back_no_choice_that_is_gone(cast, db):
    assessment = begin(cast, edition("1", a="met", b="met", c="met"))
    say(cast, assessment, "Q1", value=["a"])
    to_b = say(cast, assessment, "Q1", value=["b"])
    to_c = say(cast, assessment, "Q1", value=["c"])
    move(cast, assessment, edition("2", b="met", c="met"))
    assert undo(cast, assessment, to_c)
    assert said(assessment, "Q1") == ("b", "met", "edition")
    assert not undo(cast, assessment, to_b)
    assert said(assessment, "Q1") == ("b", "met", "edition")


def test_undo_gives_back_no_verdict_that_its_value_contradicts(cast, db):
    assessment = begin(cast, edition("1", a="met", b="not_met"))
    say(cast, assessment, "Q1", value=["a"])
    seq = say(cast, assessment, "Q1", value=["b"])
    move(cast, assessment, edition("2", a="not_met", b="not_met"))
    assert not undo(cast, assessment, seq)
    assert said(assessment, "Q1")[:2] == ("b", "not_met")


def test_undo_gives_back_no_value_that_counts_otherwise_beside_the_same_verdict(cast, db):
    assessment = begin(cast, edition("1", a="met", b="met"))
    say(cast, assessment, "Q1", value=["a"])
    seq = say(cast, assessment, "Q1", value=["b"])
    move(cast, assessment, edition("2", a="not_met", b="met"))
    assert not undo(cast, assessment, seq)
    assert said(assessment, "Q1")[:2] == ("b", "met")


@pytest.mark.parametrize(
    ("old", "typed", "new"),
    [
        ({"kind": "number", "number": {"at_least": 6}}, "9", {"kind": "verdict"}),
        ({"kind": "choice", "choices": ["a"]}, "a", {"kind": "choices", "choices": ["a"]}),
        ({"kind": "text"}, "Soon", {"kind": "date"}),
        ({"kind": "text"}, "Soon", {"kind": "number", "number": {"at_least": 6}}),
    ],
)  # fmt: skip
def test_undo_gives_back_no_value_of_another_kind(cast, db, old, typed, new):
    assessment = begin(cast, publish([question("Q1", **old)], number="1"))
    say(cast, assessment, "Q1", value=[typed], note="Kept")
    seq = say(cast, assessment, "Q1", value=[])
    before = said(assessment, "Q1")
    move(cast, assessment, publish([question("Q1", **new)], number="2"))
    assert not undo(cast, assessment, seq)
    assert said(assessment, "Q1")[:2] == before[:2]


def test_undo_of_a_sheet_names_the_answer_that_its_question_takes_no_more(cast, db, sign_in):
    asked = [question("Q1", kind="choice", choices=["a", "b"]), question("Q2")]
    assessment = begin(cast, publish(asked, number="1"))
    say(cast, assessment, "Q1", value=["a"])
    say(cast, assessment, "Q2", verdict="met")
    otto = sign_in(cast.otto)
    cells = {("Q1", "value"): "B", ("Q2", "verdict"): "Partly"}
    content = changed(download(otto, assessment), cells)
    take(otto, assessment, preview(otto, assessment, content))
    seq = Event.objects.get(action="assessment.imported").seq
    asked = [
        question("Q1", kind="choice", choices=["b", "c"]),
        question("Q2", text="Do you keep all of it?"),
    ]
    move(cast, assessment, publish(asked, number="2"))
    back = undo_sheet(by=cast.otto, assessment=assessment, seq=seq)
    assert (len(back.done), back.left) == (1, ["Q1"])
    assert said(assessment, "Q1") == ("b", "met", "edition")
    assert said(assessment, "Q2") == (None, "met", "edition")
