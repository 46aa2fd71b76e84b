"""Erasing a person reaches what came in a bundle, and names files that stay."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from compliance.assurance.bundles import origins
from compliance.assurance.bundles.download_store import package_store
from compliance.assurance.bundles.models import Package, PackageStatus
from compliance.models import Membership, Origin, User
from compliance.operations.erasure.actions import erase_person
from compliance.proof.audit import verification
from compliance.proof.audit.chain import canonical
from compliance.proof.audit.leaves import without
from compliance.reporting.reports import storage
from compliance.reporting.reports.models import Report, ReportStatus
from compliance.work.assessments.events import ANSWER_SAVED
from compliance.work.assessments.models import OriginEvent, OriginTrail
from tests.assurance.bundles.making import (
    brought_in,
    bundle_of,
    hash_of,
    make_everything,
    publish,
)
from tests.operations.erasure.test_erasing import hits
from tests.support import signing
from tests.support.factories import begin_chains, make_organisation

pytestmark = pytest.mark.slow
NAME = "Con Tributor"
THERE = {Origin, OriginTrail, OriginEvent}


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.DATA_DIR = tmp_path
    settings.KEYS_DIR = tmp_path / "keys"
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"


def moved(cast, assessment):
    """The assessment in another organisation; nobody of here has the name any more."""
    content = bundle_of(assessment)
    User.objects.filter(name=NAME).update(name="Somebody Else")
    return brought_in(content, cast.other)


def make_moving(cast):
    """A signed assessment whose edition can go along."""
    edition = publish("Q1", "Q2", "Q3", organisation=cast.acme)
    return signing.make_signed(cast, edition)


@pytest.fixture
def came(cast):
    return moved(cast, make_everything(cast))


def test_what_came_names_the_person_no_more_and_its_trail_still_checks(cast, came):
    person = User.objects.get(name=NAME)
    assert not Membership.objects.filter(user=person).exists()
    assert hits(NAME) >= THERE
    done = erase_person(by=None, person=person)
    assert not hits(NAME) & THERE
    assert done.there > 0
    kept = origins.kept_with(came)
    assert [one.fault for one in kept] == [""]
    assert list(origins.faults(cast.other.pk)) == []
    assert verification.verify(cast.other.pk) is None
    people = kept[0].trail.names["people"].values()
    assert done.name in {row.who for row in entries_of(kept[0].trail)} | set(people)


def entries_of(row):
    return origins.entries(row.events.all(), row)


def test_what_was_cleaned_moves_on_and_checks_there(cast, came):
    erase_person(by=None, person=User.objects.get(name=NAME))
    came.refresh_from_db()
    third = brought_in(bundle_of(came), make_organisation("Third"))
    assert hash_of(third) == hash_of(came)
    assert {one.fault for one in origins.kept_with(third)} == {""}
    assert not hits(NAME) & THERE


def test_dry_run_leaves_what_came_as_it_was(cast, came):
    person = User.objects.get(name=NAME)
    done = erase_person(by=None, person=person, is_dry=True)
    assert done.there > 0
    assert hits(NAME) >= THERE
    assert not OriginEvent.objects.filter(salts__contains="=").exists()


def erase_by_hand(event):
    """One text of an event, as erasing would; where it was."""
    content, salts, places = without(
        json.loads(event.payload),
        event.salts,
        ANSWER_SAVED.texts,
        lambda place, text: True,
    )
    rows = OriginEvent.objects.filter(pk=event.pk)
    rows.update(payload=canonical(content), salts=salts)
    return places


@pytest.mark.parametrize("is_erased", [False, True])
def test_text_erased_by_hand_is_found(cast, came, is_erased):
    if is_erased:
        erase_person(by=None, person=User.objects.get(name=NAME))
    events = OriginEvent.objects.filter(action="answer.saved")
    event = events.filter(salts__contains="=").first() if is_erased else events.first()
    event = event or events.first()
    place = erase_by_hand(event)[0]
    [kept] = origins.kept_with(came)
    said = f"event {event.seq}: {place} was erased, and no entry records it"
    assert kept.fault == said
    [fault] = origins.faults(cast.other.pk)
    assert "imported a trail of Acme: event" in fault.what


def test_event_that_came_erased_is_vouched_for_by_its_coming(cast, came):
    erase_person(by=None, person=User.objects.get(name=NAME))
    third = brought_in(bundle_of(came), make_organisation("Third"))
    assert [one.fault for one in origins.kept_with(third) if one.fault] == []
    events = OriginEvent.objects.filter(trail__origin__assessment=third)
    assert events.filter(salts__contains="=").exists()
    event = events.filter(action="answer.saved").exclude(salts__contains="=").first()
    place = erase_by_hand(event)[0]
    faults = [one.fault for one in origins.kept_with(third) if one.fault]
    assert faults == [f"event {event.seq}: {place} was erased, and no entry records it"]


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (OriginEvent, {"payload": "{}"}),
        (OriginEvent, {"payload": "", "salts": ""}),
        (OriginEvent, {"salts": "=", "hash": "0" * 64}),
        (OriginEvent, {"action": "else"}),
        (OriginTrail, {"head_hash": "0" * 64}),
        (OriginTrail, {"proof": None}),
        (Origin, {"content_hash": "0" * 64}),
    ],
)
def test_database_refuses_every_other_change(came, model, fields):
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        model.objects.update(**fields)


def test_what_came_signed_stays_as_it_was_signed(cast):
    came = moved(cast, make_moving(cast))
    before = OriginTrail.objects.get().names
    done = erase_person(by=None, person=User.objects.get(name=NAME))
    assert done.there == 0
    assert done.kept["imported trail of signed content"] == 1
    assert OriginTrail.objects.get().names == before
    assert NAME in before["people"].values()
    assert [one.fault for one in origins.kept_with(came)] == [""]


def test_command_verifies_what_came_and_names_what_was_changed(cast, capsys):
    moved(cast, make_moving(cast))
    begin_chains()
    call_command("verify_trail")
    event = OriginEvent.objects.filter(action="answer.saved").first()
    [place, *_] = erase_by_hand(event)
    with pytest.raises(CommandError, match="1 of the chains"):
        call_command("verify_trail")
    assert f": event {event.seq}: {place} was erased" in capsys.readouterr().out


def make_report(assessment, number, **fields):
    sha256 = f"{number:064x}"
    storage.path_of(sha256).write_bytes(b"%PDF")
    values = {"finished_at": timezone.now(), "sha256": sha256, "size_bytes": 4}
    return Report.objects.create(
        assessment=assessment,
        number=number,
        status=ReportStatus.DONE,
        **(values | fields),
    )


def test_files_that_may_print_the_name_are_listed(cast):
    signed = signing.make_signed(cast)
    signoff = signed.signoffs.get()
    quiet = signing.factories.make_assessment(cast.acme, cast.ada, subject="Quiet")
    make_report(signed, 1, signoff=signoff)
    make_report(signed, 2, finished_at=timezone.now() - timedelta(days=3))
    make_report(quiet, 3)
    gone = make_report(signed, 4)
    storage.path_of(gone.sha256).unlink()
    package = Package.objects.create(
        assessment=signed,
        kind="bundle",
        status=PackageStatus.DONE,
        asked_by=cast.ada,
        finished_at=timezone.now(),
        sha256="b" * 64,
        size_bytes=2,
    )
    package_store.path_of(package.sha256).write_bytes(b"PK")
    report, bundle = erase_person(by=None, person=cast.rev, is_dry=True).files
    assert f"Acme: {signed}: report 1, Full report, signed as revision 1, " in report
    assert report.endswith(f"{1:064x}.pdf")
    assert bundle.startswith(f"Acme: {signed}: Bundle, ")


def test_command_lists_files_and_namesakes(cast, capsys):
    signed = signing.make_signed(cast)
    make_report(signed, 1)
    signing.factories.make_member(cast.other, "reader", "Rev Iewer")
    call_command("erase_person", "rev@example.org", "--dry-run")
    said = capsys.readouterr().out
    assert "These files may print the name and stay as they are" in said
    assert "report 1, Full report" in said
    assert "If they are the same person, also erase: " in said


def test_command_takes_the_name_of_somebody_without_a_mailbox(cast, came, capsys):
    person = User.objects.get(name=NAME)
    call_command("erase_person", NAME.lower(), "--dry-run")
    assert f"Erased person {person.pk}" in capsys.readouterr().out
    User.objects.filter(name="Somebody Else").update(name=NAME)
    with pytest.raises(CommandError, match=r"Several people.*@placeholder\.invalid"):
        call_command("erase_person", NAME, "--dry-run")
    with pytest.raises(CommandError, match="Nobody here"):
        call_command("erase_person", "No Such", "--dry-run")
