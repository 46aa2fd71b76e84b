"""A signed assessment arrives signed and frozen, with its signatures as they were stated."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from compliance.evidence.actions import describe
from compliance.models import Event, Evidence, SignOff
from compliance.reviews import actions
from compliance.reviews.against_trail import faults
from compliance.reviews.reading import desk_of
from compliance.reviews.rows import rows_of
from compliance.reviews.signed import content_at, signoffs_of, void_now
from compliance.reviews.snapshot import to_read
from tests import signing
from tests.factories import make_member, make_organisation
from tests.interchange.bundles import brought_in, bundle_of, hash_of, publish, reading

pytestmark = pytest.mark.slow
LEFT = '{"after":{},"before":{}}'


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def signed(cast):
    edition = publish("Q1", "Q2", "Q3", organisation=cast.acme)
    return signing.make_signed(cast, edition)


@pytest.fixture
def came(signed, cast):
    return brought_in(bundle_of(signed), cast.other)


def test_it_is_signed_with_what_was_signed(signed, came):
    (one,) = signoffs_of(came)
    (was,) = signoffs_of(signed)
    assert (came.status, one.signer, one.statement) == (
        "signed",
        was.signer,
        was.statement,
    )
    assert (one.content_hash, one.trail_hash) == (was.content_hash, was.trail_hash)
    assert content_at(came, 1) == content_at(signed, 1)
    assert hash_of(came) == one.content_hash
    assert not one.is_void


def test_nothing_of_it_can_be_changed(came):
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        came.answers.update(note="Other")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        SignOff.objects.filter(assessment=came).update(signer="Other")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        type(came).objects.filter(pk=came.pk).update(status="running")


def test_each_revision_comes_along(signed, cast):
    again = signing.reopen(cast.otto, cast.ada, signed, "A list is new.")
    signing.answer(cast.con, again, "Q1", note="Seen again.")
    came = brought_in(bundle_of(again), cast.other)
    assert (came.status, came.revision) == ("running", 2)
    (one,) = signoffs_of(came)
    assert one.reopened_why == "A list is new."
    assert content_at(came, 1) == content_at(again, 1)
    assert (
        rows_of(to_read(came.pk))["signoffs"] == rows_of(to_read(again.pk))["signoffs"]
    )


def test_assessment_in_review_stays_in_review_with_what_was_checked(cast):
    edition = publish("Q1", "Q2", "Q3", organisation=cast.acme)
    assessment = signing.make_ready(cast, edition)
    actions.send(by=cast.otto, assessment=assessment)
    signing.look(cast.rev, assessment, "Q1")
    came = brought_in(bundle_of(signing.fresh(assessment)), cast.other)
    assert came.status == "review"
    (look,) = desk_of(came).checks["Q1"]
    assert (look.result, look.by) == ("accepted", "Rev Iewer")


def test_who_answered_there_does_not_sign_here(cast):
    edition = publish("Q1", "Q2", "Q3", organisation=cast.acme)
    assessment = signing.make_ready(cast, edition)
    actions.send(by=cast.otto, assessment=assessment)
    content = bundle_of(signing.fresh(assessment))
    with reading(content) as bundle:
        refs = {one["name"]: one["ref"] for one in bundle.rows["people"]}
    member = make_member(cast.other, "reviewer", "Con Again")
    came = brought_in(content, cast.other, emails={refs["Con Tributor"]: member.email})
    desk = desk_of(came)
    assert desk.prepared(member.pk) == desk_of(assessment).prepared(cast.con.pk) != []
    with pytest.raises(ValidationError, match="You prepared Q1"):
        signing.look(member, came, "Q1")


def test_evidence_described_here_voids_the_signature_here(came, cast):
    proof = Evidence.objects.get(attachments__answer__assessment=came)
    assert void_now(came) == []
    describe(by=cast.zoe, evidence=proof, title="Another title")
    assert void_now(came)


def test_check_of_the_trail_knows_signatures_of_there(came, cast):
    assert list(faults(cast.other.pk)) == []


def test_content_of_an_erased_event_stays_erased(signed, cast):
    event = Event.objects.filter(scope_id=signed.pk).earliest("seq")
    Event.objects.filter(pk=event.pk).update(payload="", salt="", rest=LEFT)
    came = brought_in(bundle_of(signed), cast.other)
    kept = came.brought_from.trails.get().events.get(seq=event.seq)
    assert (kept.payload, kept.rest) == ("", LEFT)
    assert brought_in(bundle_of(came), make_organisation("Fresh")).status == "signed"
