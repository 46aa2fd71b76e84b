"""An event that is hashed as it should be, and that no row follows, is named."""

import pytest
from django.core.management import CommandError, call_command

from compliance.models import Action, Answer, Comment, Event
from compliance.proof.audit import tables, trail
from compliance.proof.audit.chain_check import Kind
from compliance.proof.audit.event_types import every
from compliance.proof.audit.leaves import ERASED
from compliance.proof.audit.projection import RecordedEvent
from compliance.proof.audit.transaction import writing
from compliance.proof.audit.unfollowed import unfollowed
from compliance.work.assessments import actions as assessments
from compliance.work.assessments.choices import Verdict
from compliance.work.discussion import actions as discussion
from compliance.work.remediation import actions as remediation
from tests.support import factories, signing

pytestmark = pytest.mark.django_db
SEEN = "a" * 64


@pytest.fixture
def row(cast, settings, tmp_path, watch):
    """An answer with a comment and an action, made by ordinary saves."""
    watch.is_forged = True
    settings.KEYS_DIR = tmp_path / "keys"
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"
    edition = factories.make_edition()
    factories.take_into_trail(cast.acme)
    begun = assessments.start(
        by=cast.otto, organisation=cast.acme, edition=edition, subject="Acme Ltd",
        period_from="2026-01-01", period_to="2026-12-31", facts={},
    )  # fmt: skip
    signing.answer(cast.con, begun, "Q1", verdict="not_met", note="Not yet.")
    answer = begun.answers.get(question__key="Q1")
    discussion.comment(by=cast.con, answer=answer, text="In the binder.")
    remediation.create_action(
        by=cast.con, organisation=cast.acme, fields={"title": "Do it"},
        answer_ids=[answer.pk],
    )  # fmt: skip
    assert list(tables.faults(cast.acme.pk)) == []
    return Answer.objects.get(pk=answer.pk)


def of_answer(row):
    return row


def of_action(_):
    return Action.objects.get()


def of_assessment(row):
    return row.assessment


NAMED = {"number": 1, "name": "Do it"}
FORGED = {
    "answer.saved": (of_answer, {"verdict": "not_met"}, {"verdict": "met"}),
    "answer.imported": (of_answer, {"verdict": "not_met"}, {"verdict": "met"}),
    "answer.upgraded": (of_answer, {"note": "Not yet."}, {"note": "Done."}),
    "answer.na_confirmed": (
        of_answer, {}, {"at": "2026-11-30T10:00:00+00:00", "reason_of": 1}
    ),
    "answer.accepted": (of_answer, {}, {"seen": SEEN, "review": 1}),
    "answer.returned": (of_answer, {}, {"seen": SEEN, "review": 1, "text": "No."}),
    "comment.written": (of_answer, {}, {"comment": 4711, "text": "Agreed."}),
    "comment.resolved": (of_answer, {}, {"comment": 4711, "text": "Agreed."}),
    "evidence.detached": (
        of_answer, {},
        {"evidence": "0" * 8 + "-0000-4000-8000-" + "0" * 12, "title": "x", "sha256": ""},
    ),
    "action.created": (of_action, {}, NAMED | {"title": "Do it"}),
    "action.changed": (of_action, {"title": "Do it"}, NAMED | {"title": "No", "version": 2}),
    "action.closed": (of_action, {"status": "open"}, NAMED | {"status": "done", "version": 2}),
    "assessment.archived": (of_assessment, {"status": "running"}, {"status": "archived"}),
}  # fmt: skip


def forge(row, action, sides, subject=None, rows=lambda: None):
    with writing():
        rows()
        trail.record(
            by=None, organisation_id=row.assessment.organisation_id, action=action,
            subject=subject or row, scope_id=row.assessment_id, before=sides[0],
            after=sides[1],
        )  # fmt: skip
    return Event.objects.order_by("seq").last().seq


@pytest.mark.parametrize("action", FORGED)
def test_event_without_a_row_is_named(row, action):
    subject, *sides = FORGED[action]
    seq = forge(row, action, sides, subject(row))
    fault, *_ = tables.faults(row.assessment.organisation_id)
    assert (fault.seq, fault.kind) == (seq, Kind.UNFOLLOWED)


def test_verify_trail_refuses_it(row, capsys):
    forge(row, "answer.saved", ({"verdict": "not_met"}, {"verdict": "met"}))
    with pytest.raises(CommandError):
        call_command("verify_trail")
    assert "no row of answer was changed by it" in capsys.readouterr().out


def test_rows_that_say_something_else_do_not_do(row):
    def rows():
        Answer.objects.filter(pk=row.pk).update(version=row.version + 1)

    after = {"verdict": Verdict.MET, "version": row.version + 1}
    seq = forge(row, "answer.saved", ({"verdict": "not_met"}, after), rows=rows)
    [fault] = tables.faults(row.assessment.organisation_id)
    assert (fault.seq, fault.kind) == (seq, Kind.UNFOLLOWED)
    assert "says another verdict of answer" in fault.what


def test_row_that_is_written_as_it_was_does_not_do(row):
    def rows():
        Answer.objects.filter(pk=row.pk).update(verdict=row.verdict)

    seq = forge(row, "answer.saved", ({}, {"verdict": row.verdict}), rows=rows)
    assert [fault.seq for fault in tables.faults(row.assessment.organisation_id)] == [seq]


def test_row_of_another_comment_does_not_do(row):
    said = Comment.objects.get()

    def rows():
        said.resolved_by, said.resolved_at = said.author, said.written_at
        said.save(update_fields=["resolved_by", "resolved_at"])

    after = {"comment": said.pk + 1, "text": "Agreed."}
    seq = forge(row, "comment.written", ({}, after), rows=rows)
    fault, *_ = tables.faults(row.assessment.organisation_id)
    assert (fault.seq, fault.kind) == (seq, Kind.UNFOLLOWED)


def event(seq, after=None, together=None, **rows):
    content = {"after": after or {}} | ({"rows": rows} if rows else {})
    if together:
        content["together"] = together
    return RecordedEvent(seq, ("answer", "4"), content, "answer.accepted")


def test_last_of_several_has_the_rows_of_all():
    one, other = event(1, together=[1, 2]), [["answer_id", "seen"], [7, 4, SEEN]]
    both = [one, event(2, together=[1, 2], new={"check": [other]})]
    assert list(unfollowed(both, {})) == []
    assert [seq for seq, _ in unfollowed([both[0], event(2)], {})] == [1, 2]


def test_event_that_claims_the_rows_of_an_honest_one_is_named():
    checked = event(1, new={"check": [[["answer_id"], [7, 4]]]})
    forged = event(2, together=[1, 2])
    assert [seq for seq, _ in unfollowed([checked, forged], {})] == [2]


def test_erased_text_is_a_change_like_any():
    made = {"new": {"comment": [[["answer_id"], [5, 4]]]}}
    texts = {"texts": {"comment": {"5": {"text": ERASED}}}}
    content = {"after": {"comment": 5, "text": ERASED}, "rows": made | texts}
    one = RecordedEvent(1, ("answer", "4"), content, "comment.written")
    assert list(unfollowed([one], {})) == []


def test_each_type_names_a_table_that_the_trail_proves():
    known = {model._meta.model_name for model in tables.proven().values()}
    assert {kind.writes for kind in every()} - {""} <= known
