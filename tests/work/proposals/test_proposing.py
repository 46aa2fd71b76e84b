"""Programs propose answers: bounded, replaced, refused, and never an answer."""

import pytest
from django.core.exceptions import ValidationError

from compliance.models import Answer, Evidence, Proposal
from compliance.programs.api.shapes.proposals import MOST_GROUNDS
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.work.assessments.choices import Verdict
from compliance.work.edition_moves.actions import upgrade
from compliance.work.proposals import actions
from tests.support import factories, resting_assessments
from tests.support.api_programs import Program


@pytest.fixture
def here(cast):
    """An assessment that runs, its first answer, and a program of the contributor."""
    assessment = factories.make_assessment(cast.acme, cast.ada)
    cast.assessment, cast.answer = assessment, assessment.answers.first()
    cast.program = Program(cast.con, cast.acme, scopes=["propose"])
    return cast


def propose(here, answer=None, program=None, **more):
    answer = answer or here.answer
    read = {"edition": answer.question.edition_id, "version": answer.version}
    body = read | {"set": {"verdict": "met"}} | more
    return (program or here.program).post(f"/answers/{answer.pk}/proposals", body)


def link(organisation, by, title="Policy"):
    return Evidence.objects.create(organisation=organisation, title=title, url="https://e.eu/p", added_by=by)


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


def test_question_that_is_asked_elsewhere_names_the_reason(here):
    _, rests = resting_assessments.resting(here.acme, here.ada)
    reply = propose(here, rests.answers.get(question__key="Q1"))
    assert (reply.status_code, reply.json()["detail"]) == (
        422,
        "Q1 is asked in the assessment that this one rests on.",
    )


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


def answered(here, **set_):
    """Somebody answers, by a token of their own."""
    body = {"version": here.answer.version, "set": set_}
    reply = Program(here.ada, here.acme).patch(f"/answers/{here.answer.pk}", body)
    assert reply.status_code == 200, reply.content
    here.answer.refresh_from_db()


def test_field_that_somebody_changed_since_it_was_read_is_refused_with_both_sides(here):
    answered(here, note="Ada was here.")
    events, path = Event.objects.count(), f"/answers/{here.answer.pk}/proposals"
    body = {"edition": here.answer.question.edition_id, "version": 0}
    body["set"] = {"note": "Two.", "verdict": "met"}
    reply = here.program.post(path, body, Idempotency_Key="a")
    assert (reply.status_code, reply.headers["Content-Type"]) == (
        409,
        "application/problem+json",
    )
    problem = reply.json()
    both = {"field": "note", "yours": "Two.", "theirs": "Ada was here."}
    assert (problem["sides"], problem["standing"]["version"]) == ([both], 1)
    assert "propose again for version 1" in problem["detail"]
    assert (Proposal.objects.count(), Event.objects.count()) == (0, events)
    again = here.program.post(path, body | {"version": 1}, Idempotency_Key="a")
    assert again.status_code == 201, again.content


def test_field_that_nobody_else_changed_may_rest_on_an_older_version(here):
    answered(here, note="Ada was here.")
    made = propose(here, version=0, set={"verdict": "partly"})
    assert (made.status_code, made.json()["version"]) == (201, 0)
    same = propose(here, version=0, set={"verdict": "partly", "note": "Ada was here."})
    assert same.status_code == 201


def test_same_proposal_again_stays_the_same_after_somebody_answered(here):
    made = propose(here, set={"note": "Two."}).json()
    answered(here, note="Ada was here.")
    again = propose(here, version=0, set={"note": "Two."})
    assert (again.status_code, again.json()["id"]) == (201, made["id"])


def moved_on(here, **words):
    """The assessment in the next edition; the edition before."""
    before = here.assessment.edition
    draft = factories.make_draft(3, number="2027.1", checklist=before.checklist)
    if words:
        draft.questions.filter(key=here.answer.question.key).update(**words)
    to = factories.publish(draft)
    upgrade(by=here.ada, assessment=here.assessment, to=to, decisions={})
    here.answer = Answer.objects.get(pk=here.answer.pk)
    return before


def test_question_that_asks_something_else_is_refused_with_both_wordings(here):
    before = moved_on(here, text="Do you keep no list?")
    reply = propose(here, edition=before.pk)
    then = before.questions.get(key=here.answer.question.key).text
    sides = {"field": "question.text", "yours": then, "theirs": "Do you keep no list?"}
    assert (reply.status_code, reply.json()["sides"]) == (409, [sides])
    assert "asks something else by now" in reply.json()["detail"]
    standing = reply.json()["standing"]["question"]
    assert standing["text"] == "Do you keep no list?"
    assert not Proposal.objects.exists()
    assert propose(here, edition=standing["edition"]).status_code == 201


def test_number_that_has_other_bounds_by_now_asks_something_else(here):
    bounds = {"unit": "days", "min": 0, "max": 30}
    before = moved_on(here, number=bounds)
    reply = propose(here, edition=before.pk)
    sides = [{"field": "question.number", "yours": None, "theirs": bounds}]
    assert (reply.status_code, reply.json()["sides"]) == (409, sides)


def test_question_that_stays_the_same_may_have_been_read_in_the_edition_before(here):
    before = moved_on(here)
    assert propose(here, edition=before.pk).status_code == 201


def test_edition_that_the_checklist_does_not_have_is_refused(here):
    checklist = here.assessment.edition.checklist
    theirs = factories.make_scaled_edition().pk
    draft = factories.make_draft(3, number="2027.1", checklist=checklist).pk
    for edition in (theirs, draft):
        reply = propose(here, edition=edition)
        assert (reply.status_code, reply.json()["faults"][0]["at"]) == (
            422,
            "body.edition",
        )


def withdraw(here, made, program=None):
    return (program or here.program).post(f"/proposals/{made['id']}/withdraw")


def test_program_withdraws_its_own_proposal_once(here):
    made = propose(here).json()
    replies = [withdraw(here, made) for _ in range(2)]
    assert [reply.status_code for reply in replies] == [200, 200]
    withdrawn = replies[0].json()
    assert (withdrawn["state"], withdrawn["settled_by"]["id"]) == (
        "withdrawn",
        here.con.pk,
    )
    [event] = Event.objects.filter(action="answer.proposal_withdrawn")
    assert trail.token_of(event) == here.program.token.pk
    assert trail.changes(event)[1]["proposal"]["proposal"] == made["id"]
    again = propose(here).json()
    assert (again["state"], again["id"] != made["id"]) == ("open", True)


def test_no_other_program_withdraws_it(here):
    made = propose(here).json()
    for other in (Program(here.con, here.acme), Program(here.ada, here.acme)):
        assert withdraw(here, made, other).status_code == 404
    assert withdraw(here, made, Program(here.zoe, here.other)).status_code == 404
    assert withdraw(here, made, Program(here.con, here.acme, ["answer"])).status_code == 403
    assert Proposal.objects.get().state == "open"


def test_proposal_that_a_person_decided_about_is_not_withdrawn(here):
    set_aside(here, made := propose(here).json())
    reply = withdraw(here, made)
    assert (reply.status_code, "was set aside" in reply.json()["detail"]) == (422, True)
    second = propose(here, set={"note": "Two."}).json()
    third = propose(here, set={"note": "Three."}).json()
    assert withdraw(here, second).status_code == 422
    type(here.assessment).objects.update(status="review")
    assert withdraw(here, third).status_code == 422
    assert Proposal.objects.get(pk=third["id"]).state == "open"


def test_two_tokens_propose_side_by_side(here):
    propose(here)
    other = Program(here.ada, here.acme)
    propose(here, program=other, set={"verdict": "not_met"})
    assert here.answer.proposals.open().count() == 2


def test_idempotency_key_lets_a_call_be_sent_again(here):
    edition = here.answer.question.edition_id
    body = {"edition": edition, "version": 0, "set": {"note": "One."}}
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
        ({"edition": None}, "body.edition"),
        ({"edition": 2**40}, "body.edition"),
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
    assert propose(here, program=Program(here.con, here.acme, ["answer"])).status_code == 403
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
