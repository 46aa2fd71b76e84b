"""Proposals in all that is read of an assessment: content, trail, bundle, erasure, end."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction

from compliance.models import Assessment, Ground, Proposal
from compliance.operations.closing.owned_rows import owned
from compliance.operations.erasure.actions import erase_person
from compliance.proof.audit.leaves import ERASED
from compliance.proof.audit.models import Event
from compliance.work.assessments.actions import start
from compliance.work.proposals.actions import set_aside, take_back, withdraw
from compliance.work.search.queries import answers_with
from compliance.work.snapshots.as_of import content_as_of
from compliance.work.snapshots.snapshot import content_of, to_read
from tests.assurance.bundles.making import YEAR, brought_in, bundle_of, publish
from tests.support import factories, signing

pytestmark = pytest.mark.slow
NAME = "Éloïse O'Neill"


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def answer(cast):
    factories.begin_chains()
    edition = publish("Q1", "Q2", organisation=cast.acme)
    assessment = start(
        by=cast.ada,
        organisation=cast.acme,
        edition=edition,
        facts={},
        subject="Acme",
        **YEAR,
    )
    return assessment.answers.get(question__key="Q1")


def propose(cast, answer, **more):
    piece = factories.make_link(cast.acme, cast.con)
    more = {"why": f"{NAME} keeps it."} | more
    return factories.make_proposal(answer, cast.con, {"note": f"Ask {NAME}."}, evidence=[piece], **more)


def test_content_then_and_now_is_the_same_with_a_proposal(cast, answer):
    assessment = answer.assessment
    before = content_of(to_read(assessment.pk)).content_hash
    propose(cast, answer)
    assert content_of(to_read(assessment.pk)).content_hash == before
    seq = Event.objects.filter(organisation_id=cast.acme.pk).latest("seq").seq
    assert content_as_of(to_read(assessment.pk), seq).content_hash == before
    assert answers_with(assessment, "Éloïse") == set()


def test_trail_proves_each_row_of_its_life(cast, answer):
    token = propose(cast, answer).token
    second = propose(cast, answer, why="Again.", token=token)
    set_aside(
        by=cast.ada,
        organisation=cast.acme,
        assessment_id=answer.assessment_id,
        answer_id=answer.pk,
        proposal_id=second.pk,
        reason="No.",
    )
    third = propose(cast, answer, why="Third.", token=token)
    withdraw(
        by=cast.con,
        token=token,
        assessment_id=answer.assessment_id,
        answer_id=answer.pk,
        proposal_id=third.pk,
    )
    aside = Event.objects.get(action="answer.proposal_set_aside")
    take_back(by=cast.ada, assessment=answer.assessment, seq=aside.seq)
    second.refresh_from_db()
    assert second.state == "open"
    call_command("verify_trail")


def test_bundle_carries_its_events_and_not_its_rows(cast, answer):
    propose(cast, answer)
    came = brought_in(bundle_of(answer.assessment), cast.other, cast.zoe)
    assert Assessment.objects.filter(organisation=cast.other).exists(), came
    assert not Proposal.objects.exclude(answer=answer).exists()


def test_erasing_a_person_takes_the_name_out_of_rows_and_events(cast, answer):
    eloise = factories.make_member(cast.acme, "reader", NAME)
    proposal = propose(cast, answer)
    factories.begin_chains()
    set_aside(
        by=cast.ada,
        organisation=cast.acme,
        assessment_id=answer.assessment_id,
        answer_id=answer.pk,
        proposal_id=proposal.pk,
        reason=f"{NAME} has left.",
    )
    done = erase_person(by=None, person=eloise)
    proposal.refresh_from_db()
    texts = (proposal.fields["note"], proposal.why, proposal.reason)
    assert not any("loïse" in text for text in texts), (texts, ERASED)
    assert not done.kept
    events = Event.objects.filter(organisation_id=cast.acme.pk)
    assert not any(NAME in event.payload for event in events)


def test_signed_assessment_keeps_its_proposals_as_they_are(cast):
    assessment = signing.make_signed(cast, publish("Q1", "Q2", "Q3", organisation=cast.acme))
    answer = assessment.answers.first()
    with pytest.raises(DatabaseError, match="signed"), transaction.atomic():
        Proposal.objects.bulk_create(
            [
                Proposal(
                    answer=answer,
                    question=answer.question,
                    token_id=1,
                    version=0,
                    fields={},
                )
            ]
        )


def test_both_tables_belong_to_an_organisation():
    assert {Proposal, Ground} <= owned().keys()
