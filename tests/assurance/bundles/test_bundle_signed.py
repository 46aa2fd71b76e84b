"""A signed assessment arrives signed and frozen, with its signatures as they were stated."""

import json
from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse

from compliance.assurance.bundles.report_data import written
from compliance.assurance.reviews import actions
from compliance.assurance.reviews.queries import desk_of
from compliance.assurance.reviews.rows import rows_of
from compliance.assurance.reviews.signature_integrity import faults
from compliance.assurance.reviews.signatures import content_at, signoffs_of
from compliance.content.evidence.actions import describe
from compliance.models import Event, Evidence, SignOff
from compliance.operations.erasure.actions import erase_person
from compliance.proof.audit import export, trail
from compliance.proof.audit.text_erasure import erase
from compliance.proof.verifier.verify_events import (
    FaultError,
    Result,
    check_signoffs,
    export_in,
)
from compliance.reporting.reports.html import html_of
from compliance.reporting.reports.kinds import ReportOptions
from compliance.reporting.reports.queries import read
from compliance.work.assessments.actions import say_whose
from compliance.work.signatures.validity import void_of
from compliance.work.snapshots.changes import without_people
from compliance.work.snapshots.content import Remark
from compliance.work.snapshots.snapshot import to_read
from tests.assurance.bundles.making import (
    brought_in,
    bundle_of,
    hash_of,
    publish,
    reading,
    write_elsewhere,
)
from tests.reporting.reports.papers import AT, make_content, make_line
from tests.support import signing
from tests.support.factories import make_member, make_organisation

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def files(settings, tmp_path, monkeypatch):
    write_elsewhere(monkeypatch)
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


def test_name_erased_since_leaves_what_was_signed(signed, cast):
    """The rows have another name for who answered; the signed text and its hash stay."""
    was = content_at(signed, 1)
    assert cast.con.name in was.as_json
    erase_person(by=None, person=cast.con)
    assert hash_of(signed) != was.content_hash
    came = brought_in(bundle_of(signed), cast.other)
    further = brought_in(bundle_of(came), make_organisation("Fresh"))
    for one in (came, further):
        assert one.brought_from.content_hash == was.content_hash
        (signoff,) = signoffs_of(one)
        assert (signoff.content_hash, signoff.is_void) == (was.content_hash, False)
        assert content_at(one, 1) == was


@pytest.mark.parametrize(
    ("changed", "is_alike"),
    [
        ({"changed_by": "Erased person 7", "owner": "", "na_by": "A"}, True),
        ({"note": "Another."}, False),
        ({"verdict": "partly"}, False),
        ({"remarks": ()}, False),
        ({"changed_at": None}, False),
    ],
)
def test_only_names_of_people_may_differ_from_what_was_signed(changed, is_alike):
    line = make_line(remarks=(Remark("Ada", AT, "Seen."),))
    signed, now = make_content([line]), make_content([replace(line, **changed)])
    assert (without_people(signed) == without_people(now)) == is_alike


def test_each_revision_comes_along(signed, cast):
    again = signing.reopen(cast.otto, cast.ada, signed, "A list is new.")
    signing.answer(cast.con, again, "Q1", note="Seen again.")
    came = brought_in(bundle_of(again), cast.other)
    assert (came.status, came.revision) == ("running", 2)
    (one,) = signoffs_of(came)
    assert one.reopened_why == "A list is new."
    assert content_at(came, 1) == content_at(again, 1)
    assert rows_of(to_read(came.pk))["signoffs"] == rows_of(to_read(again.pk))["signoffs"]


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
    name = came.brought_from.namesakes.get(member=member)
    say_whose(by=member, organisation=cast.other, name_id=name.pk, is_theirs=True)
    desk = desk_of(came)
    assert desk.prepared(member.pk) == desk_of(assessment).prepared(cast.con.pk) != []
    with pytest.raises(ValidationError, match="You prepared Q1"):
        signing.look(member, came, "Q1")


def test_evidence_described_here_voids_the_signature_here(came, cast):
    proof = Evidence.objects.get(attachments__answer__assessment=came)
    assert void_of(came) is None
    describe(by=cast.zoe, evidence=proof, title="Another title")
    assert void_of(came).named == ("Policy: title",)


def test_check_of_the_trail_knows_signatures_of_there(came, cast):
    assert list(faults(cast.other.pk)) == []


def test_content_of_an_erased_event_stays_erased(signed, cast):
    events = Event.objects.filter(scope_id=signed.pk)
    event = events.filter(action="evidence.attached").first()
    erase(
        by=None,
        organisation_id=cast.acme.pk,
        subject=cast.con,
        events=Event.objects.filter(pk=event.pk),
        clean=lambda text: "",
        own={"answer": {event.subject_id}},
    )
    came = brought_in(bundle_of(signed), cast.other)
    kept = came.brought_from.trails.get().events.get(seq=event.seq)
    event.refresh_from_db()
    assert (kept.payload, kept.salts) == (event.payload, event.salts)
    assert kept.is_erased
    assert brought_in(bundle_of(came), make_organisation("Fresh")).status == "signed"


def catch_up(assessment, seq):
    """Events of here until the chain has as many as that of there."""
    last, _ = trail.head_of(assessment.organisation_id)
    for _ in range(last, seq):
        trail.record(
            by=None,
            organisation_id=assessment.organisation_id,
            action="assessment.bundled",
            subject=assessment,
            scope_id=assessment.pk,
            after={"bundle": "0" * 64, "content_hash": "0" * 64},
        )


def source_of(assessment, **state):
    return json.loads(written(read(assessment.pk, 1, **state).record, {}))


def looked(source, whole=None):
    result = Result()
    check_signoffs(result, source, whole)
    return [(one.state, one.words) for one in result.checks]


def test_signature_of_there_is_not_compared_with_events_of_here(came, signed):
    """Its number is one of another chain, which this one reaches some day."""
    (one,) = signoffs_of(came)
    assert (one.chain, one.there) == (str(signed.organisation_id), "Acme")
    catch_up(came, one.trail_seq)
    source = source_of(came)
    assert one.trail_seq in {entry["seq"] for entry in source["trail"]["entries"]}
    ((state, said),) = looked(source)
    assert (state, "Imported" in said) == ("note", True)
    del source["sign_offs"][0]["chain"]  # as reports of version 1 are
    assert looked(source)[0][0] == "note"


def test_signature_of_here_is_compared_with_its_event(signed):
    source = source_of(signed)
    ((state, said),) = looked(source)
    assert (state, "not in this file" in said) == ("ok", False)
    bare = json.loads(json.dumps(source))
    bare["trail"]["entries"] = []
    ((state, said),) = looked(bare)
    assert (state, "is not in this file" in said) == ("note", True)
    source["sign_offs"][0]["trail_hash"] = "0" * 64
    with pytest.raises(FaultError, match="not the event that it names"):
        looked(source)


def exported(assessment, folder):
    path, name = folder / "trail.jsonl", assessment.organisation.name
    path.write_text("".join(export.whole(assessment.organisation_id, name)))
    return export_in(path)


def test_signature_that_names_an_event_of_another_kind_is_found(signed, tmp_path):
    """The first event is nobody's signature, whatever the file says of it."""
    source, whole = source_of(signed), exported(signed, tmp_path)
    first = source["trail"]["entries"][0]
    names = {"trail_seq": first["seq"], "trail_hash": first["hash"]}
    source["sign_offs"][0] |= names
    with pytest.raises(FaultError, match="not the event that it names"):
        looked(source)
    source["trail"]["entries"] = []
    with pytest.raises(FaultError, match="not the event that it names"):
        looked(source, whole)


@pytest.mark.parametrize("name", ["signer", "role", "statement", "reservations", "content_hash", "method"])
def test_words_of_a_signature_are_those_of_its_event(signed, tmp_path, name):
    source, whole = source_of(signed), exported(signed, tmp_path)
    assert looked(source, whole)[0][0] == "ok"
    source["sign_offs"][0][name] = "Mallory"
    with pytest.raises(FaultError, match="not the event that it names"):
        looked(source, whole)


def test_report_of_a_moment_shows_the_signature_it_came_with(came):
    seq, _ = trail.head_of(came.organisation_id)
    assert [one.there for one in read(came.pk, 1, as_of_seq=seq).signatures] == ["Acme"]


def test_signature_of_there_says_so_where_it_is_shown(came, cast, client):
    client.force_login(cast.zoe)
    slug = came.organisation.slug
    page = client.get(reverse("reviews:review", args=[slug, came.pk]))
    words = " ".join(page.content.decode().split())
    assert "From <bdi>Acme</bdi>, as stated there. Nobody signed it here." in words
    assert reverse("bundles:origin", args=[slug, came.pk]) in words
    printed = html_of(read(came.pk, 1))
    assert "In the trail of Acme, imported, as stated there." in " ".join(printed.split())


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_void_signature_without_a_day_is_a_whole_sentence(signed, cast, language):
    proof = Evidence.objects.get(attachments__answer__assessment=signed)
    describe(by=cast.con, evidence=proof, title="Another title")
    paper = read(brought_in(bundle_of(signed), cast.other).pk, 1, ReportOptions("full", language))
    assert paper.signatures[0].void_since is None
    (one,) = [replace(one) for one in paper.signatures]
    printed = " ".join(html_of(replace(paper, signature=one)).split())
    said = {
        "en": "The assessment no longer is what was signed. What changed:",
        "de": "Die Prüfung entspricht nicht mehr dem, was unterschrieben wurde.",
        "fr": "est plus celle qui a été signée. Ce qui a changé",
    }
    assert said[language] in printed
