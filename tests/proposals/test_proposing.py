"""Programs propose answers: bounded, replaced, refused, and never an answer."""

import pytest
from django.core.exceptions import ValidationError

from compliance.api.shapes.proposals import MOST_GROUNDS
from compliance.assessments.choices import Verdict
from compliance.audit import trail
from compliance.audit.models import Event
from compliance.models import Answer, Evidence, Proposal
from compliance.proposals import actions
from tests import factories
from tests.calling import Program


@pytest.fixture
def here(cast):
    """An assessment that runs, its first answer, and a program of the contributor."""
    assessment = factories.make_assessment(cast.acme, cast.ada)
    cast.assessment, cast.answer = assessment, assessment.answers.first()
    cast.program = Program(cast.con, cast.acme, scopes=["propose"])
    return cast


def propose(here, answer=None, program=None, **more):
    answer = answer or here.answer
    body = {"version": answer.version, "set": {"verdict": "met"}} | more
    return (program or here.program).post(f"/answers/{answer.pk}/proposals", body)


def link(organisation, by, title="Policy"):
    return Evidence.objects.create(
        organisation=organisation, title=title, url="https://e.eu/p", added_by=by
    )


def test_proposal_is_kept_beside_the_answer_and_changes_nothing_of_it(here):
    before = Answer.everything.values().get(pk=here.answer.pk)
    piece = link(here.acme, here.ada)
    said = {"verdict": "partly", "note": "Two of three."}
    reply = propose(here, set=said, why="The register.", evidence=[str(piece.pk)])
    assert reply.status_code == 201, reply.content
    made = reply.json()
    assert (made["set"], made["why"], made["state"]) == (said, "The register.", "open")
    assert made["evidence"] == [{"id": str(piece.pk), "title": "Policy"}]
    assert made["token"]["person"]["id"] == here.con.pk
    assert Answer.everything.values().get(pk=here.answer.pk) == before
    assert reply.headers["Location"] == f"/api/v1/proposals/{made['id']}"
    read = here.program.get(f"/proposals/{made['id']}").json()
    listed = here.program.get(f"/assessments/{here.assessment.pk}/proposals").json()
    assert (read, listed["items"]) == (made, [made])


def test_trail_names_the_token_and_its_person(here):
    propose(here, set={"note": "Two."}, why="Because.")
    event = Event.objects.get(action="answer.proposed")
    after = trail.changes(event)[1]
    assert event.actor == here.con
    assert trail.token_of(event) == here.program.token.pk
    assert after["proposal"] == {
        "proposal": Proposal.objects.get().pk,
        "token": here.program.token.pk,
        "title": "Test",
        "person": here.con.pk,
    }
    assert (after["note"], after["text"], after["of_version"]) == (
        "Two.",
        "Because.",
        0,
    )


def test_newer_proposal_of_the_same_token_replaces_the_one_before(here):
    first = propose(here, set={"note": "One."}).json()["id"]
    second = propose(here, set={"note": "Two."}).json()["id"]
    states = dict(Proposal.objects.values_list("pk", "state"))
    assert states == {first: "replaced", second: "open"}
    newest = Event.objects.filter(action="answer.proposed").order_by("-seq").first()
    assert trail.changes(newest)[1]["replaces"] == first


def test_same_proposal_again_is_the_same_proposal(here):
    piece = link(here.acme, here.ada)
    once, again = (propose(here, evidence=[str(piece.pk)]).json() for _ in range(2))
    assert once == again
    assert Event.objects.filter(action="answer.proposed").count() == 1


def set_aside(here, made):
    actions.set_aside(
        by=here.ada,
        organisation=here.acme,
        assessment_id=here.assessment.pk,
        answer_id=here.answer.pk,
        proposal_id=made["id"],
        reason="There are four.",
    )


def test_proposal_that_was_set_aside_stays_so_when_it_comes_again(here):
    set_aside(here, made := propose(here).json())
    again = propose(here)
    assert (again.status_code, again.json()["id"]) == (201, made["id"])
    assert (again.json()["state"], again.json()["reason"]) == (
        "set-aside",
        "There are four.",
    )
    assert Event.objects.filter(action="answer.proposed").count() == 1
    other = propose(here, set={"note": "Two."}).json()
    assert (other["state"], Proposal.objects.count()) == ("open", 2)
    back = propose(here).json()
    assert (back["state"], back["id"] != made["id"]) == ("open", True)


def test_proposal_that_was_set_aside_may_come_again_for_a_newer_version(here):
    set_aside(here, made := propose(here).json())
    Answer.objects.filter(pk=here.answer.pk).update(version=1)
    here.answer.refresh_from_db()
    again = propose(here).json()
    assert (again["state"], again["id"] != made["id"]) == ("open", True)


def test_two_tokens_propose_side_by_side(here):
    propose(here)
    other = Program(here.ada, here.acme)
    propose(here, program=other, set={"verdict": "not_met"})
    assert here.answer.proposals.open().count() == 2


def test_idempotency_key_lets_a_call_be_sent_again(here):
    body = {"version": 0, "set": {"note": "One."}}
    path = f"/answers/{here.answer.pk}/proposals"
    replies = [here.program.post(path, body, Idempotency_Key="a") for _ in range(2)]
    assert replies[0].content == replies[1].content
    assert replies[1].headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(
    ("more", "at"),
    [
        ({"set": {}}, "body.set"),
        ({"set": {"verdict": "splendid"}}, "body.set.verdict"),
        ({"set": {"owner": 1}}, "body.set.owner"),
        ({"set": {"due_on": "2026-12-01"}}, "body.set.due_on"),
        ({"set": {"verdict": "na"}}, "body.set.reason"),
        ({"set": {"verdict": "later"}}, "body.set.later_until"),
        ({"set": {"note": "\x00"}}, "body.set.note"),
        ({"set": {"note": "x" * 100_001}}, "body.set.note"),
        ({"set": {"verdict": "unanswered"}}, "body.set"),
        ({"version": 1}, "body.version"),
        ({"why": "x" * 2_001}, "body.why"),
        ({"evidence": ["00000000-0000-4000-8000-000000000000"] * (MOST_GROUNDS + 1)}, "body.evidence"),
        ({"verdict": "met"}, "body.verdict"),
    ],
)  # fmt: skip
def test_unfit_proposals_are_refused_with_the_place(more, at, here):
    reply = propose(here, **more)
    assert reply.status_code == 422, reply.content
    assert reply.json()["faults"][0]["at"] == at
    assert not Proposal.objects.exists()


def test_what_does_not_apply_takes_no_proposal(here):
    Answer.objects.filter(pk=here.answer.pk).update(applies=False)
    reply = propose(here)
    assert (reply.status_code, "does not apply" in reply.json()["detail"]) == (
        422,
        True,
    )


@pytest.mark.parametrize("status", ["review", "archived"])
def test_closed_assessment_takes_no_proposal(status, here):
    type(here.assessment).objects.update(status=status)
    assert propose(here).status_code == 422
    assert not Proposal.objects.exists()


def test_foreign_ids_are_not_found(here):
    zoe = Program(here.zoe, here.other)
    assert propose(here, program=zoe).status_code == 404
    theirs = link(here.other, here.zoe)
    assert propose(here, evidence=[str(theirs.pk)]).status_code == 404
    made = propose(here).json()["id"]
    assert zoe.get(f"/proposals/{made}").status_code == 404
    path = f"/assessments/{here.assessment.pk}/proposals"
    assert zoe.get(path).status_code == 404


def test_proposing_needs_its_own_scope_and_a_person(here):
    assert (
        propose(here, program=Program(here.con, here.acme, ["answer"])).status_code
        == 403
    )
    with pytest.raises(ValidationError):
        Program(here.rev, here.acme, scopes=["propose"])
    with pytest.raises(ValidationError):
        Program(here.ada, here.acme, scopes=["propose"], is_of_organisation=True)
    body = {"version": 0, "set": {"verdict": "met"}}
    path = f"/answers/{here.answer.pk}"
    assert here.program.patch(path, body).status_code == 403


def test_program_that_runs_wild_ends_at_the_limit(here, monkeypatch):
    monkeypatch.setattr(actions, "MOST", 1)
    first, second = here.assessment.answers.order_by("pk")[:2]
    assert propose(here, first).status_code == 201
    reply = propose(here, second)
    assert (reply.status_code, "are open here" in reply.json()["detail"]) == (422, True)
    assert propose(here, first, set={"verdict": "partly"}).status_code == 201
    assert Proposal.objects.open().count() == 1


def test_hostile_text_stays_text(here):
    said = "<script>alert(1)</script>\u202e{{ 7 }}"
    made = propose(here, set={"note": said}, why=said).json()
    assert (made["set"]["note"], made["why"]) == (said, said)
    assert Answer.objects.get(pk=here.answer.pk).verdict == Verdict.UNANSWERED
