"""Reviews, samples, requests, reports and members that were changed below the program."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

from compliance.audit import trail
from compliance.audit.checking import Kind
from compliance.models import (
    Check,
    Membership,
    Reopening,
    Report,
    Request,
    RequestMessage,
    Review,
    SampleItem,
)
from compliance.organisations import against_trail as members
from compliance.organisations.actions import (
    accept_as_new,
    change_role,
    create_organisation,
    invite,
    remove_member,
)
from compliance.reports import against_trail as reports
from compliance.reports import storage
from compliance.reports.actions import ask_report
from compliance.reviews import actions as reviews
from compliance.reviews import against_trail as reviewed
from compliance.seats import actions as seats
from compliance.seats import against_talk
from tests import factories, seating, signing
from tests.audit.tampering import Guardless
from tests.interchange.bundles import brought_in, bundle_of, publish

CHECKS = (reviewed.faults, against_talk.faults, reports.faults, members.faults)


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    for name in ("KEYS_DIR", "CHECKPOINTS_DIR", "MEDIA_ROOT", "DATA_DIR"):
        setattr(settings, name, tmp_path)


@pytest.fixture
def here(cast):
    """Returned once, signed, asked to be opened, opened by another; sampled, asked."""
    edition = publish("Q1", "Q2", "Q3", organisation=cast.acme)
    found = signing.make_sent(cast, edition)
    signing.look(cast.rev, found, "Q1", "returned", "Say since when.")
    signing.look(cast.rev, found, "Q2")
    reviews.return_for_changes(by=cast.rev, assessment=found, said="Once more.")
    signing.answer(cast.con, found, "Q1", note="Since June.")
    reviews.send(by=cast.otto, assessment=found)
    signing.sign(cast.rev, signing.fresh(found))
    reviews.ask_reopening(by=cast.otto, assessment=found, reason="No need.")
    reviews.decide_reopening(by=cast.ada, assessment=found, decision="declined")
    signing.reopen(cast.otto, cast.ada, found)
    seat = seating.give(cast, found)
    seats.draw(by=cast.aud, seat=seat, how="random", count=2, seed="x")
    first = found.answers.get(question__key="Q1")
    flag = {"result": "flagged", "note": "Thin."}
    seats.mark(by=cast.aud, seat=seat, answer_id=first.pk, **flag)
    asked = seating.ask(cast.aud, seat)
    seats.reply(by=cast.otto, request=asked, text="Here.")
    seats.say(by=cast.aud, seat=seat, request_id=asked.pk, text="Thanks.")
    seats.close(by=cast.otto, request=asked)
    ask_report(by=cast.otto, assessment=found)
    return found


def words(organisation):
    return [(f.kind, f.what) for check in CHECKS for f in check(organisation.pk)]


TAMPERED = {
    "returned made accepted": (
        lambda cast: Check.objects.filter(result="returned").update(result="accepted"),
        Kind.REVIEW,
        "check 1 of the review of revision 1: its result was changed",
    ),
    "reason of a return": (
        lambda cast: Check.objects.filter(result="returned").update(reason="Fine."),
        Kind.REVIEW,
        "check 1 of the review of revision 1: its reason was changed",
    ),
    "check taken away": (
        lambda cast: Check.objects.order_by("pk").first().delete(),
        Kind.REVIEW,
        "a check of the review of revision 1 was taken away",
    ),
    "sender": (
        lambda cast: Review.objects.filter(ended="signed").update(sent_by=cast.ada),
        Kind.REVIEW,
        "the review of revision 1: who sent it was changed",
    ),
    "words of a return": (
        lambda cast: Review.objects.filter(ended="returned").update(said="Well done."),
        Kind.REVIEW,
        "the review of revision 1: what was said when it ended was changed",
    ),
    "reason of a reopening": (
        lambda cast: Reopening.objects.filter(decision="approved").update(reason="x"),
        Kind.REVIEW,
        "the reopening of revision 1: its reason was changed",
    ),
    "what a reopening found changed": (
        lambda cast: Reopening.objects.filter(decision="declined").update(
            changed=["x"]
        ),
        Kind.REVIEW,
        "the reopening of revision 1: what had changed by then was changed",
    ),
    "flag of an auditor": (
        lambda cast: SampleItem.objects.filter(result="flagged").update(
            result="accepted"
        ),
        Kind.REQUEST,
        "the result was changed since",
    ),
    "seed of a sample": (
        lambda cast: SampleItem.objects.filter(seed="x").update(seed="y"),
        Kind.REQUEST,
        "the seed was changed since",
    ),
    "day of a request": (
        lambda cast: Request.objects.update(due_on="2030-01-01"),
        Kind.REQUEST,
        "the day was changed since",
    ),
    "request opened again": (
        lambda cast: Request.objects.update(
            status="open", closed_at=None, closed_by=None
        ),
        Kind.REQUEST,
        "the status was changed since",
    ),
    "message of an auditor": (
        lambda cast: RequestMessage.objects.filter(by=cast.aud).update(text="Lost."),
        Kind.REQUEST,
        "the text of message 2 was changed since",
    ),
    "message taken away": (
        lambda cast: RequestMessage.objects.filter(by=cast.aud).delete(),
        Kind.REQUEST,
        "a message was taken away",
    ),
    "kind of a report": (
        lambda cast: Report.objects.update(kind="summary"),
        Kind.REPORT,
        "its kind was changed since",
    ),
    "report taken away": (
        lambda cast: Report.objects.all().delete(),
        Kind.REPORT,
        "was taken away",
    ),
}


def test_rows_changed_without_an_entry_are_named(cast, here):
    """One cast for all: each is put back by the database, not by the test."""

    assert words(cast.acme) == []
    for name, (tamper, kind, what) in TAMPERED.items():
        with transaction.atomic():
            with Guardless():
                tamper(cast)
            found = words(cast.acme)
            transaction.set_rollback(True)
        assert found, name
        assert found[0][0] == kind, name
        assert what in found[0][1], name
        assert found[0][1].endswith("without an entry"), name
    assert words(cast.acme) == []


def test_made_report_is_held_against_its_entry(cast, here, settings, tmp_path):
    settings.DATA_DIR = tmp_path

    report = Report.objects.get()
    hashes = {"content_hash": "c" * 64, "sha256": "a" * 64, "sealed_with": "5" * 64}
    values = {"status": "done", "size_bytes": 1, "finished_at": report.asked_at}
    Report.objects.update(**values, **hashes)
    assert "was made without an entry" in words(cast.acme)[0][1]
    trail.record(
        by=cast.otto,
        organisation_id=cast.acme.pk,
        action="report.made",
        subject=report,
        scope_id=here.pk,
        after={"number": report.number} | hashes,
    )
    assert words(cast.acme) == []  # though its file is gone: an operator may delete it
    path = storage.path_of("a" * 64)
    path.write_bytes(b"%PDF of another report")
    [(kind, what)] = words(cast.acme)
    assert (kind, "has other bytes than were sealed" in what) == (Kind.REPORT, True)
    path.unlink()
    Report.objects.update(sha256="b" * 64)
    assert "hash of its file was changed" in words(cast.acme)[0][1]
    Report.objects.update(sha256="a" * 64, content_hash="b" * 64)
    assert "content hash was changed" in words(cast.acme)[0][1]


def test_members_are_held_against_their_entries(cast, capsys):
    own = create_organisation(by=None, owner=cast.ada, name="Own")
    values = {"organisation": own, "role": "reader", "by": cast.ada}
    member, gone = (
        accept_as_new(
            invitation=invite(email=f"{name}@own.example", name=name, **values),
            name=name,
            password="x" * 12,
        )
        for name in "NG"
    )
    change_role(by=cast.ada, membership=member, role="reviewer")
    remove_member(by=cast.ada, membership=gone)
    assert words(own) == []
    Membership.objects.filter(pk=member.pk).update(role="owner")
    assert words(own) == [
        (Kind.MEMBER, "the role of N was changed since without an entry")
    ]
    factories.begin_chains()
    with pytest.raises(CommandError, match="1 of the chains"):
        call_command("verify_trail")
    assert "the role of N was changed" in capsys.readouterr().out
    Membership.objects.filter(pk=member.pk).delete()
    Membership.objects.create(organisation=own, user=cast.rob, role="owner")
    assert {what for _, what in words(own)} == {
        "Rob Reader was made a member without an entry",
        f"the member {member.pk}, reviewer, was taken away without an entry",
    }


def test_reviews_that_came_in_a_bundle_are_told_by_its_event(cast, here):
    came = brought_in(bundle_of(here), cast.other)
    assert words(cast.other) == []
    with Guardless():
        Check.objects.filter(review__assessment=came, result="returned").update(
            result="accepted"
        )
        Reopening.objects.filter(assessment=came, decision="approved").update(
            changed=["x"]
        )
    assert [kind for kind, _ in words(cast.other)] == [Kind.REVIEW] * 2
