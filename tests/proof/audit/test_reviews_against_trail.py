"""Reviews, samples, requests, reports and members that were changed below the program."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone

from compliance.assurance.reviews import actions as reviews
from compliance.assurance.seats import actions as seats
from compliance.identity.organisations.actions import (
    accept_as_new,
    change_role,
    create_organisation,
    invite,
    remove_member,
)
from compliance.models import (
    Check,
    Event,
    Membership,
    Reopening,
    Report,
    Request,
    RequestMessage,
    Review,
    SampleItem,
)
from compliance.proof.audit import tables, trail
from compliance.proof.audit.transaction import writing
from compliance.reporting.reports import against_disk as reports
from compliance.reporting.reports import storage
from compliance.reporting.reports.actions import ask_report
from compliance.reporting.reports.against_disk import gone
from tests.assurance.bundles.making import brought_in, bundle_of, publish
from tests.proof.audit.tampering import Guardless
from tests.support import auditor_seats, factories, signing

pytestmark = pytest.mark.slow

CHECKS = (tables.faults, reports.faults)


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
    seat = auditor_seats.give(cast, found)
    seats.draw(by=cast.aud, seat=seat, how="random", count=2, seed="x")
    first = found.answers.get(question__key="Q1")
    flag = {"result": "flagged", "note": "Thin."}
    seats.mark(by=cast.aud, seat=seat, answer_id=first.pk, **flag)
    asked = auditor_seats.ask(cast.aud, seat)
    seats.reply(by=cast.otto, request=asked, text="Here.")
    seats.say(by=cast.aud, seat=seat, request_id=asked.pk, text="Thanks.")
    seats.close(by=cast.otto, request=asked)
    ask_report(by=cast.otto, assessment=found)
    return found


def words(organisation):
    return [fault.what for check in CHECKS for fault in check(organisation.pk)]


TAMPERED = {
    "returned made accepted": (
        lambda cast: Check.objects.filter(result="returned").update(result="accepted"),
        "check ",
        "“result” was changed",
    ),
    "reason of a return": (
        lambda cast: Check.objects.filter(result="returned").update(reason="Fine."),
        "check ",
        "“reason” was changed",
    ),
    "check taken away": (
        lambda cast: Check.objects.order_by("pk").first().delete(),
        "check ",
        "was taken away",
    ),
    "sender": (
        lambda cast: Review.objects.filter(ended="signed").update(sent_by=cast.ada),
        "review ",
        ", revision 1”): “sent by” was changed",
    ),
    "words of a return": (
        lambda cast: Review.objects.filter(ended="returned").update(said="Well done."),
        "review ",
        ", revision 1”): “said” was changed",
    ),
    "reason of a reopening": (
        lambda cast: Reopening.objects.filter(decision="approved").update(reason="x"),
        "reopening ",
        ", revision 1”): “reason” was changed",
    ),
    "what a reopening found changed": (
        lambda cast: Reopening.objects.filter(decision="declined").update(changed=["x"]),
        "reopening ",
        ", revision 1”): “changed” was changed",
    ),
    "flag of an auditor": (
        lambda cast: SampleItem.objects.filter(result="flagged").update(result="accepted"),
        "sample item ",
        "“result” was changed",
    ),
    "seed of a sample": (
        lambda cast: SampleItem.objects.filter(seed="x").update(seed="y"),
        "sample item ",
        "“seed” was changed",
    ),
    "day of a request": (
        lambda cast: Request.objects.update(due_on="2030-01-01"),
        "request ",
        "“due on” was changed",
    ),
    "request opened again": (
        lambda cast: Request.objects.update(status="open", closed_at=None, closed_by=None),
        "request ",
        "“status”",
    ),
    "message of an auditor": (
        lambda cast: RequestMessage.objects.filter(by=cast.aud).update(text="Lost."),
        "request message ",
        "“text” was changed",
    ),
    "message taken away": (
        lambda cast: RequestMessage.objects.filter(by=cast.aud).delete(),
        "request message ",
        "was taken away",
    ),
    "kind of a report": (
        lambda cast: Report.objects.update(kind="summary"),
        "report ",
        "“kind” was changed",
    ),
    "report taken away": (
        lambda cast: Report.objects.all().delete(),
        "report ",
        "was taken away",
    ),
}


def test_rows_changed_without_an_entry_are_named(cast, here):
    """One cast for all: each is put back by the database, not by the test."""

    assert words(cast.acme) == []
    for name, (tamper, table, what) in TAMPERED.items():
        with transaction.atomic():
            with Guardless():
                tamper(cast)
            found = words(cast.acme)
            transaction.set_rollback(True)
        assert found, name
        assert found[0].startswith(table), name
        assert what in found[0], name
    assert words(cast.acme) == []


def test_made_report_is_held_against_its_entry(cast, here, settings, tmp_path):
    settings.DATA_DIR = tmp_path

    report = Report.objects.get()
    hashes = {"content_hash": "c" * 64, "sha256": "a" * 64, "sealed_with": "5" * 64}
    values = {"status": "done", "size_bytes": 1, "finished_at": report.asked_at}
    with transaction.atomic():
        Report.objects.update(**values, **hashes)
        assert "“sha256”" in words(cast.acme)[0]
        transaction.set_rollback(True)
    with writing():
        Report.objects.update(**values, **hashes)
        trail.record(
            by=cast.otto,
            organisation_id=cast.acme.pk,
            action="report.made",
            subject=report,
            scope_id=here.pk,
            after={"number": report.number} | hashes,
        )
    assert words(cast.acme) == []  # though its file is gone: an operator may delete it
    assert gone(cast.acme.pk) == [f"report {report.number} of the assessment {here.pk}"]
    path = storage.path_of("a" * 64)
    path.write_bytes(b"%PDF of another report")
    [what] = words(cast.acme)
    assert "has other bytes than were sealed" in what
    assert gone(cast.acme.pk) == []
    path.unlink()
    for changed, what in (
        ({"sha256": "b" * 64}, "“sha256” was changed"),
        ({"content_hash": "b" * 64}, "“content hash” was changed"),
        ({"status": "failed"}, "“status” was changed"),
        ({"finished_at": timezone.now()}, "“finished at” was changed"),
    ):
        with transaction.atomic():
            Report.objects.update(**changed)
            [found] = words(cast.acme)
            transaction.set_rollback(True)
        assert what in found


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
    seq = Event.objects.get(action="member.role_changed").seq
    Membership.objects.filter(pk=member.pk).update(role="owner")
    changed = f"membership {member.pk} (“N in Own”): “role” was changed"
    assert words(own)[0].startswith(changed)
    factories.begin_chains()
    with pytest.raises(CommandError, match="1 of the chains"):
        call_command("verify_trail")
    assert changed in capsys.readouterr().out
    Membership.objects.filter(pk=member.pk).delete()
    made = Membership.objects.create(organisation=own, user=cast.rob, role="owner")
    assert words(own) == [
        f"membership {made.pk} (“Rob Reader in Own”) was put in",
        f"membership {member.pk} (“N in Own”) was taken away after event {seq}",
    ]


def test_reviews_that_came_in_a_bundle_are_checked_by_its_event(cast, here):
    came = brought_in(bundle_of(here), cast.other)
    assert words(cast.other) == []
    with Guardless():
        Check.objects.filter(review__assessment=came, result="returned").update(result="accepted")
        Reopening.objects.filter(assessment=came, decision="approved").update(changed=["x"])
    assert [what.partition(" ")[0] for what in words(cast.other)] == [
        "check",
        "reopening",
    ]
