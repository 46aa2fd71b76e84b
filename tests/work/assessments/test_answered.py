"""The author of an answer: whoever said verdict, value, note, reason or evidence, and nobody else."""

from datetime import date
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.assurance.answer_sheets.actions import undo_sheet
from compliance.content.checklists.actions import store_checklist
from compliance.models import Answer, Event, Theme
from compliance.proof.audit import tables, trail
from compliance.work.assessments import actions
from compliance.work.assessments.choices import Decision
from compliance.work.assessments.versions import Known
from compliance.work.assignments import actions as assignments
from compliance.work.assignments.mine import asked_by
from compliance.work.bulk.actions import Bulk, filling, set_many, undo_many
from compliance.work.discussion import actions as discussion
from compliance.work.edition_moves import actions as edition_moves
from compliance.work.edition_moves import undo as undo_actions
from compliance.work.evidence_use.actions import use_instead
from compliance.work.remediation import actions as remediation
from compliance.work.snapshots.as_of import content_as_of
from compliance.work.snapshots.snapshot import content_of, to_read
from compliance.work.workspace import actions as workspace
from tests.assurance.answer_sheets import making as sheets
from tests.support import factories, signing
from tests.support.documents import document, question

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LATER = date(2099, 12, 31)


@pytest.fixture
def here(cast):
    """Con answered Q1, with a piece of evidence in the library besides."""
    draft = factories.make_draft()
    draft.questions.filter(key="Q1").update(rule={"data": ["health"]})
    assessment = start(cast, factories.publish(draft))
    signing.answer(cast.con, assessment, "Q1", verdict="met", note="Kept since May.")
    proof = signing.link(cast)
    return SimpleNamespace(cast=cast, assessment=assessment, proof=proof)


def start(cast, edition, year=2026, **fields):
    return actions.start(
        by=cast.otto,
        organisation=cast.acme,
        edition=edition,
        subject="Acme",
        period_from=date(year, 1, 1),
        period_to=date(year, 12, 31),
        facts={},
        **fields,
    )


def one(here, key="Q1"):
    rows = Answer.everything.select_related("question", "assessment")
    return rows.get(assessment=here.assessment, question__key=key)


def who(here, key="Q1"):
    answer = one(here, key)
    assert (answer.answered_by is None) == (answer.answered_at is None)
    return answer.answered_by


def save(by, here, key="Q1", **changes):
    return signing.answer(by, here.assessment, key, **changes)


def many(by, here, changes, evidence=None, keys=("Q1",)):
    rows = [one(here, key) for key in keys]
    return set_many(
        by=by,
        organisation=here.cast.acme,
        assessment_id=here.assessment.pk,
        targets={row.pk: Known(row.version) for row in rows},
        bulk=Bulk(changes, evidence),
    )


def assign(here):
    assignments.assign(
        by=here.cast.otto,
        organisation=here.cast.acme,
        assessment_id=here.assessment.pk,
        answer_ids=[one(here).pk],
        to=here.cast.ada,
        take_over=True,
    )


def hand_back(here):
    assign(here)
    assignments.hand_back(
        by=here.cast.ada,
        organisation=here.cast.acme,
        assessment_id=here.assessment.pk,
        answer_id=one(here).pk,
        reason="Ask IT.",
    )


def say_na(here):
    save(here.cast.con, here, verdict="na", reason="No such system.")


def confirm(here):
    say_na(here)
    return actions.confirm_na(
        by=here.cast.rev,
        organisation=here.cast.acme,
        seen={one(here).pk: Known(one(here).version)},
    ).events[0]


def unconfirm(here):
    actions.unconfirm_na(by=here.cast.rev, organisation=here.cast.acme, seqs=[confirm(here).seq])


def still_right(here):
    Answer.objects.filter(pk=one(here).pk).update(again="action")
    workspace.confirm_again(
        by=here.cast.ada,
        organisation=here.cast.acme,
        assessment_id=here.assessment.pk,
        answer_id=one(here).pk,
        seen=Known(one(here).version),
    )


def close_an_action(here):
    task = remediation.create_action(
        by=here.cast.otto,
        organisation=here.cast.acme,
        fields={"title": "Write it"},
        answer_ids=[one(here).pk],
    )
    remediation.change_action(
        by=here.cast.otto,
        organisation=here.cast.acme,
        number=task.number,
        changes={"status": "done"},
        base=task.version,
    )


def other_facts(here):
    for said in ([], ["health"], []):
        actions.change_facts(by=here.cast.otto, assessment=here.assessment, facts={"data": said})
    assert not one(here).applies


def refused(here):
    save(here.cast.con, here, note="Newer.")
    done = actions.save_answer(
        by=here.cast.ada,
        organisation=here.cast.acme,
        assessment_id=here.assessment.pk,
        answer_id=one(here).pk,
        changes={"note": "Older."},
        base=1,
    )
    assert isinstance(done, actions.Refused)


def archive_and_back(here):
    actions.archive(by=here.cast.otto, assessment=here.assessment)
    here.assessment.refresh_from_db()
    actions.take_up(by=here.cast.otto, assessment=here.assessment)


STAYS = [
    lambda here: save(here.cast.ada, here, owner_id=here.cast.otto.pk),
    lambda here: save(here.cast.ada, here, due_on=LATER),
    lambda here: many(here.cast.ada, here, {"owner_id": here.cast.otto.pk}),
    lambda here: many(here.cast.ada, here, {"due_on": LATER}),
    lambda here: discussion.comment(by=here.cast.ada, answer=one(here), text="Why?"),
    assign,
    hand_back,
    confirm,
    unconfirm,
    still_right,
    close_an_action,
    other_facts,
    refused,
    archive_and_back,
]


@pytest.mark.parametrize("act", STAYS)
def test_what_says_nothing_of_the_answer_leaves_who_answered(act, here):
    act(here)
    assert who(here) == here.cast.con
    assert list(tables.faults(here.cast.acme.pk)) == []


def test_another_owner_is_a_change_and_no_answer(here):
    assert not one(here).is_changed_since
    save(here.cast.ada, here, owner_id=here.cast.otto.pk)
    answer = one(here)
    assert (answer.changed_by, answer.is_changed_since) == (here.cast.ada, True)


def put_off(here):
    save(here.cast.con, here, verdict="later", later_until=date(2030, 1, 1))
    save(here.cast.ada, here, later_until=LATER)


def fill_down(here):
    save(here.cast.rev, here, "Q2", verdict="partly")
    save(here.cast.con, here, verdict="unanswered")
    save(here.cast.con, here, verdict="not_met")
    rows = [one(here, key) for key in ("Q2", "Q1")]
    first, bulk = filling(
        by=here.cast.ada,
        assessment=here.assessment,
        targets={row.pk: Known(row.version) for row in rows},
    )
    other = "Q2" if first == one(here) else "Q1"
    many(here.cast.ada, here, dict(bulk.changes), keys=(other,))
    assert who(here, "Q2" if other == "Q1" else "Q1") != here.cast.ada


def attach(here, by=None):
    actions.attach(by=by or here.cast.ada, answer=one(here), evidence=here.proof)


def detach(here):
    attach(here, here.cast.con)
    save(here.cast.con, here, note="See the policy.")
    actions.detach(by=here.cast.ada, answer=one(here), evidence=here.proof)


def exchange(here):
    attach(here, here.cast.con)
    newer = signing.link(here.cast, replaces=here.proof)
    use_instead(
        by=here.cast.ada,
        organisation=here.cast.acme,
        evidence=newer,
        others=[here.proof.pk],
        answer_ids=[one(here).pk],
    )


def make_source(here):
    """The same duty elsewhere, answered by Rev with the evidence."""
    edition = factories.make_edition()
    factories.make_relation(here.assessment.edition, "Q1", edition, "Q1")
    there = factories.make_assessment(here.cast.acme, here.cast.ada, edition)
    signing.answer(here.cast.rev, there, "Q1", verdict="met", note="Kept since May.")
    source = there.answers.get(question__key="Q1")
    actions.attach(by=here.cast.rev, answer=source, evidence=here.proof)
    return Answer.objects.get(pk=source.pk)


def take_over(here, source=None):
    source = source or make_source(here)
    _, event = workspace.take_over(
        by=here.cast.ada,
        organisation=here.cast.acme,
        assessment_id=here.assessment.pk,
        answer_id=one(here).pk,
        seen=Known(one(here).version),
        source_id=source.pk,
        source_version=source.version,
    )
    return event


SAYS = [
    lambda here: save(here.cast.ada, here, verdict="partly"),
    lambda here: save(here.cast.ada, here, note="And in the binder."),
    lambda here: save(here.cast.ada, here, note=""),
    lambda here: save(here.cast.ada, here, verdict="na", reason="None."),
    lambda here: many(here.cast.ada, here, {"verdict": "partly"}),
    lambda here: many(here.cast.ada, here, {}, here.proof),
    put_off,
    fill_down,
    attach,
    detach,
    exchange,
    take_over,
]


@pytest.mark.parametrize("act", SAYS)
def test_whoever_says_something_has_answered(act, here):
    before = one(here).answered_at
    act(here)
    key = "Q2" if act is fill_down else "Q1"
    assert who(here, key) == here.cast.ada
    assert one(here, key).answered_at > before
    assert not one(here, key).is_changed_since
    assert list(tables.faults(here.cast.acme.pk)) == []


def send_back(here):
    say_na(here)
    actions.send_back_na(
        by=here.cast.rev,
        organisation=here.cast.acme,
        answer_id=one(here).pk,
        seen=Known(one(here).version),
        why="There is one.",
    )


@pytest.mark.parametrize(
    "act",
    [
        lambda here: save(here.cast.ada, here, verdict="unanswered"),
        lambda here: many(here.cast.ada, here, {"verdict": "unanswered"}),
        send_back,
    ],
)
def test_nobody_answered_what_is_unanswered(act, here):
    act(here)
    assert (one(here).verdict, who(here)) == ("unanswered", None)
    save(here.cast.ada, here, note="Ask Legal.")
    actions.attach(by=here.cast.ada, answer=one(here), evidence=here.proof)
    actions.detach(by=here.cast.ada, answer=one(here), evidence=here.proof)
    assert who(here) is None
    assert one(here).changed_by == here.cast.ada
    save(here.cast.rev, here, verdict="dont_know")
    assert who(here) == here.cast.rev
    assert list(tables.faults(here.cast.acme.pk)) == []


def test_database_knows_nobody_who_answered_what_is_unanswered(here):
    rows = Answer.objects.filter(pk=one(here).pk)
    for wrong in ({"verdict": "unanswered"}, {"answered_by": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)


def undo(here, event):
    return actions.undo(by=here.cast.rev, assessment=here.assessment, seq=event.seq)


@pytest.mark.parametrize(
    "changes",
    [
        {"verdict": "partly"},
        {"verdict": "unanswered"},
        {"note": "Other."},
        {"verdict": "na", "reason": "None."},
        {"owner_id": None, "verdict": "later", "later_until": LATER},
    ],
)
def test_undo_gives_the_answer_back_to_who_gave_it_and_redo_to_the_other(here, changes):
    before = one(here).answered_at
    event = save(here.cast.ada, here, **changes).event
    other = who(here)
    back = undo(here, event)
    assert (who(here), one(here).answered_at) == (here.cast.con, before)
    assert (one(here).changed_by, one(here).is_changed_since) == (here.cast.rev, True)
    undo(here, back.event)
    assert who(here) == other
    assert list(tables.faults(here.cast.acme.pk)) == []


def test_undo_of_one_field_leaves_who_has_answered_since(here):
    event = save(here.cast.ada, here, note="Other.").event
    save(here.cast.otto, here, verdict="partly")
    undo(here, event)
    assert (one(here).note, who(here)) == ("Kept since May.", here.cast.otto)
    attach(here, here.cast.ada)
    newest = Event.objects.filter(action="answer.saved").latest("seq")
    undo(here, newest)
    assert (one(here).verdict, who(here)) == ("met", here.cast.ada)
    first = Event.objects.filter(action="answer.saved").earliest("seq")
    undo(here, first)
    assert (one(here).verdict, who(here)) == ("unanswered", None)
    assert list(tables.faults(here.cast.acme.pk)) == []


def test_undo_of_what_was_taken_over_gives_answer_and_evidence_back(here):
    save(here.cast.con, here, verdict="partly")
    event = take_over(here)
    assert (who(here), one(here).attachments.count()) == (here.cast.ada, 1)
    undo(here, event)
    assert (who(here), one(here).attachments.count()) == (here.cast.con, 0)
    assert list(tables.faults(here.cast.acme.pk)) == []


def test_taking_over_what_is_said_already_answers_only_with_its_evidence(here):
    source = make_source(here)
    attach(here, here.cast.con)
    take_over(here, source)
    assert who(here) == here.cast.con
    assert one(here).changed_by == here.cast.ada


def test_evidence_that_is_put_in_by_mistake_and_out_again_answers_nothing(here):
    before = one(here).answered_at
    attach(here)
    assert who(here) == here.cast.ada
    actions.detach(by=here.cast.rev, answer=one(here), evidence=here.proof)
    assert (who(here), one(here).answered_at) == (here.cast.con, before)
    assert list(tables.faults(here.cast.acme.pk)) == []


@pytest.mark.parametrize(
    ("changes", "with_proof"),
    [({"verdict": "partly"}, False), ({"note": "All."}, True), ({}, True)],
)
def test_undo_of_many_gives_each_back_to_who_had_answered(here, changes, with_proof):
    save(here.cast.rev, here, "Q2", verdict="not_met")
    proof = here.proof if with_proof else None
    done = many(here.cast.ada, here, changes, proof, keys=("Q1", "Q2"))
    assert {who(here), who(here, "Q2")} == {here.cast.ada}
    back = undo_many(by=here.cast.otto, assessment=here.assessment, seq=done.seq)
    assert (who(here), who(here, "Q2")) == (here.cast.con, here.cast.rev)
    assert back.left == []
    again = Event.objects.latest("seq")
    undo_many(by=here.cast.otto, assessment=here.assessment, seq=again.seq)
    assert {who(here), who(here, "Q2")} == {here.cast.ada}
    assert list(tables.faults(here.cast.acme.pk)) == []


def test_undo_of_a_new_version_gives_each_back_to_who_had_answered(here):
    attach(here, here.cast.con)
    save(here.cast.rev, here, "Q2", verdict="not_met")
    actions.attach(by=here.cast.rev, answer=one(here, "Q2"), evidence=here.proof)
    newer = signing.link(here.cast, replaces=here.proof)
    ((_, seq),) = use_instead(
        by=here.cast.ada,
        organisation=here.cast.acme,
        evidence=newer,
        others=[here.proof.pk],
        answer_ids=[one(here).pk, one(here, "Q2").pk],
    )
    assert {who(here), who(here, "Q2")} == {here.cast.ada}
    undo_many(by=here.cast.otto, assessment=here.assessment, seq=seq)
    assert (who(here), who(here, "Q2")) == (here.cast.con, here.cast.rev)
    assert list(tables.faults(here.cast.acme.pk)) == []


def test_new_version_is_used_once_though_it_is_sent_twice(here):
    save(here.cast.con, here)
    exchange(here)
    before = Event.objects.count()
    newer = here.cast.acme.evidence.get(replaces=here.proof)
    again = use_instead(
        by=here.cast.otto,
        organisation=here.cast.acme,
        evidence=newer,
        others=[here.proof.pk],
        answer_ids=[one(here).pk],
    )
    assert (again, Event.objects.count()) == ([], before)
    assert who(here) == here.cast.ada


def test_what_came_along_was_answered_by_who_answered_it_then(here):
    save(here.cast.rev, here, "Q2", note="Only a note.")
    then = one(here)
    new = start(here.cast, here.assessment.edition, 2027, earlier=here.assessment)
    later = SimpleNamespace(cast=here.cast, assessment=new)
    assert (who(later), one(later).answered_at) == (here.cast.con, then.answered_at)
    assert (one(later).changed_by, who(later, "Q2")) == (None, None)
    started = trail.head_of(here.cast.acme.pk)[0]
    still_right(later)
    assert who(later) == here.cast.con
    save(here.cast.ada, later, note="Kept since June.")
    assert who(later) == here.cast.ada
    (line, *_) = content_as_of(to_read(new.pk), started).lines
    assert line.answered_by == str(here.cast.con)
    assert list(tables.faults(here.cast.acme.pk)) == []


def test_sheet_is_answered_by_who_takes_it_in_and_its_undo_gives_it_back(here, sign_in):
    client = sign_in(here.cast.ada)
    file = sheets.download(client, here.assessment)
    file = sheets.changed(file, {("Q1", "note"): "Out", ("Q2", "owner"): "Con Tributor"})
    shown = sheets.preview(client, here.assessment, file)
    assert sheets.take(client, here.assessment, shown).status_code == 302
    assert (who(here), who(here, "Q2")) == (here.cast.ada, None)
    event = Event.objects.filter(action="assessment.imported").get()
    undo_sheet(by=here.cast.otto, assessment=here.assessment, seq=event.seq)
    assert (one(here).note, who(here)) == ("Kept since May.", here.cast.con)
    assert list(tables.faults(here.cast.acme.pk)) == []


def edition(number, *questions):
    Theme.objects.get_or_create(key="t", defaults={"name": "T", "position": 1})
    return store_checklist(
        by=None,
        theme="t",
        title="Privacy",
        summary="",
        document=document(list(questions), number=number),
    )[0]


def test_whoever_asked_is_who_gave_the_question_by_whatever_way(here, sign_in):
    cast, client = here.cast, sign_in(here.cast.ada)
    assert asked_by(here.assessment, cast.con, [one(here)]) == cast.otto  # who started
    file = sheets.download(client, here.assessment)
    file = sheets.changed(file, {("Q1", "owner"): "Con Tributor"})
    shown = sheets.preview(client, here.assessment, file)
    sheets.take(client, here.assessment, shown)
    assert one(here).owner == cast.con
    assert asked_by(here.assessment, cast.con, [one(here)]) == cast.ada


PLAIN = {}, {"verdict": "met"}, {"text": "Do you keep all of it?"}
NUMBER = {}, {"verdict": "met"}, {"kind": "number", "number": {"at_least": 6}}
CHOSEN = {"kind": "choice", "choices": ["a", "b"]}
CHOSEN = CHOSEN, {"value": ["a"]}, CHOSEN | {"kind": "choices"}


@pytest.mark.parametrize(
    ("decision", "asked", "then"),
    [
        (Decision.CARRY, PLAIN, "con"),
        (Decision.AGAIN, PLAIN, "con"),
        (Decision.CONVERT, CHOSEN, "con"),
        (Decision.NOTE, NUMBER, None),
        (Decision.ANEW, NUMBER, "otto"),
    ],
)
def test_move_answers_nothing_but_what_is_typed_anew_and_its_undo_gives_it_back(cast, decision, asked, then):
    before, said, after = asked
    first = edition("1", question("Q1", **before))
    here = SimpleNamespace(cast=cast, assessment=start(cast, first))
    save(cast.con, here, **said)
    stood = one(here).answered_at
    done = edition_moves.upgrade(
        by=cast.otto,
        assessment=here.assessment,
        to=edition("2", question("Q1", **after)),
        decisions={"Q1": decision},
        typed={"Q1": ["9"]},
    )
    assert who(here) == (getattr(cast, then) if then else None)
    assert list(tables.faults(cast.acme.pk)) == []
    moved = content_of(to_read(here.assessment.pk))
    head = trail.head_of(cast.acme.pk)[0]
    undo_actions.undo_upgrade(by=cast.ada, upgrade=done)
    assert (who(here), one(here).answered_at) == (cast.con, stood)
    assert content_as_of(to_read(here.assessment.pk), head) == moved
    assert list(tables.faults(cast.acme.pk)) == []


def test_answer_that_comes_back_from_the_archive_keeps_who_answered(cast):
    both = question("Q1"), question("Q2")
    here = SimpleNamespace(cast=cast, assessment=start(cast, edition("1", *both)))
    save(cast.con, here, verdict="met")
    for number, asked in (("2", both[1:]), ("3", both)):
        here.assessment.refresh_from_db()
        to = edition(number, *asked)
        edition_moves.upgrade(by=cast.otto, assessment=here.assessment, to=to, decisions={})
        assert who(here) == cast.con
    assert list(tables.faults(cast.acme.pk)) == []


@pytest.mark.parametrize("column", ["answered_by", "answered_at"])
def test_row_that_names_somebody_else_contradicts_the_trail(here, column):
    attach(here)
    value = here.cast.otto if column == "answered_by" else timezone.now()
    Answer.objects.filter(pk=one(here).pk).update(**{column: value})
    (fault,) = tables.faults(here.cast.acme.pk)
    assert fault.seq == trail.head_of(here.cast.acme.pk)[0]
    assert "Q1" in fault.what


def test_every_moment_is_found_again_with_who_had_answered(here):
    moments = {}

    def keep():
        seq = trail.head_of(here.cast.acme.pk)[0]
        moments[seq] = content_of(to_read(here.assessment.pk))

    keep()
    for act in (attach, detach, exchange, take_over, put_off, send_back, assign):
        act(here)
        keep()
        if one(here).verdict == "unanswered":
            save(here.cast.con, here, verdict="met")
    for seq, content in moments.items():
        assert content_as_of(to_read(here.assessment.pk), seq) == content
    first = moments[min(moments)].lines[0]
    assert (first.answered_by, first.changed_by) == (str(here.cast.con),) * 2


@pytest.mark.parametrize("asked", [PLAIN, CHOSEN])
def test_evidence_that_came_after_a_move_stays_answered_once_it_is_undone(cast, asked):
    before, said, after = asked
    first = edition("1", question("Q1", **before))
    here = SimpleNamespace(cast=cast, assessment=start(cast, first))
    here.proof = signing.link(cast)
    save(cast.con, here, **said)
    done = edition_moves.upgrade(
        by=cast.otto,
        assessment=here.assessment,
        to=edition("2", question("Q1", **after)),
        decisions={"Q1": "carry" if asked is PLAIN else "convert"},
    )
    attach(here)
    undo_actions.undo_upgrade(by=cast.otto, upgrade=done)
    assert who(here) == cast.ada
    assert list(tables.faults(cast.acme.pk)) == []
