"""A person who writes to the database, and cannot sign, has nothing deleted and hides nothing."""

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from compliance.ground.web.mail import DBTaskResult
from compliance.identity.organisations.actions import invite
from compliance.models import Answer, Membership, Organisation
from compliance.operations.closing import deletion, grace, tasks
from compliance.operations.closing.events import ORGANISATION_CLOSED
from compliance.proof.audit import checkpoints, receipts, trail, verification
from compliance.proof.audit.events import TRAIL_ENDED
from compliance.proof.audit.models import ChainHead, Deletion, Event
from tests.assurance.bundles.making import make_everything
from tests.proof.audit.tampering import Guardless
from tests.support.factories import begin_chains, take_into_trail
from tests.support.page_text import verified

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.KEYS_DIR = tmp_path / "keys"
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"
    settings.DATA_DIR.mkdir()
    settings.GRACE_DAYS = 30


@pytest.fixture
def full(cast):
    """Something of everything in Acme, whose checkpoints reach to its end."""
    here = make_everything(cast)
    take_into_trail(cast.acme)
    begin_chains()
    checkpoints.checkpoint(cast.acme.pk)
    return here


def over(cast):
    """An owner closed it, and the last day has passed."""
    django_settings.GRACE_DAYS = -0.5
    grace.start_closing(by=cast.ada, organisation=cast.acme, name="Acme")
    checkpoints.checkpoint(cast.acme.pk)


def forged(cast):
    """One statement with the database's own tools."""
    past = timezone.now() - timedelta(days=1)
    rows = Organisation.objects.filter(pk=cast.acme.pk)
    rows.update(closes_at=past, closing_asked_at=past, closing_by=cast.rob)


def refused(cast, why):
    with pytest.raises(deletion.RefusedError, match=why):
        deletion.delete(cast.acme.pk)
    assert Event.objects.filter(organisation_id=cast.acme.pk).exists()
    assert Answer.objects.filter(assessment__organisation=cast.acme).exists()
    assert receipts.find(cast.acme.pk) is None
    return True


def end_in_trail(cast):
    """An event as the program writes it, so that all hashes follow."""
    with transaction.atomic():
        trail.record(
            by=None,
            organisation_id=cast.acme.pk,
            action=TRAIL_ENDED,
            subject=cast.acme,
        )


def test_columns_alone_delete_nothing(full, cast):
    forged(cast)
    assert deletion.due() == [cast.acme.pk]
    assert refused(cast, "no owner closed it")
    assert not Deletion.objects.exists()


def test_columns_beside_a_closing_of_the_trail_delete_nothing(full, cast):
    grace.start_closing(by=cast.ada, organisation=cast.acme, name="Acme")
    checkpoints.checkpoint(cast.acme.pk)
    past = timezone.now() - timedelta(days=1)
    Organisation.objects.filter(pk=cast.acme.pk).update(closes_at=past)
    assert refused(cast, "not what its trail says")


def test_columns_after_an_owner_kept_it_delete_nothing(full, cast):
    over(cast)
    grace.stop_closing(by=cast.ada, organisation=cast.acme)
    forged(cast)
    assert refused(cast, "no owner closed it")


def test_closing_dated_back_in_the_trail_deletes_nothing(full, cast, monkeypatch):
    """Hashes follow, and all columns fit; the checkpoints were made too late."""
    real, asked = timezone.now, timezone.now() - timedelta(days=31)
    with monkeypatch.context() as earlier:
        earlier.setattr(timezone, "now", lambda: asked)
        grace.start_closing(by=cast.ada, organisation=cast.acme, name="Acme")
    checkpoints.checkpoint(cast.acme.pk)
    assert timezone.now is real
    assert refused(cast, "no checkpoint from before its days of grace")


def test_deletion_put_in_by_hand_deletes_nothing(full, cast):
    forged(cast)
    Deletion.objects.create(pk=cast.acme.pk, name="Acme", began_at=timezone.now(), people={})
    assert refused(cast, "no owner closed it")
    end_in_trail(cast)
    said = verified()
    assert "being deleted, but no owner closed it" in said
    assert "not as written" in said


def test_deletion_that_runs_is_changed_by_nobody(full, cast):
    over(cast)
    deletion._begin(cast.acme.pk)
    row = Deletion.objects.filter(pk=cast.acme.pk)
    row.update(rows=10, files=3)
    for change in (
        {"rows": 9},
        {"files": 4},
        {"files": None},
        {"name": "Other"},
        {"people": {"accounts": [cast.rob.pk], "owners": []}},
        {"began_at": timezone.now()},
    ):
        with pytest.raises(DatabaseError, match="days of grace"), transaction.atomic():
            row.update(**change)
    row.update(receipt="once")
    with pytest.raises(DatabaseError, match="days of grace"), transaction.atomic():
        row.update(receipt="twice")


def test_tampered_row_is_not_laundered_by_a_deletion(full, cast):
    over(cast)
    with Guardless():
        Answer.objects.filter(assessment=full).update(note="Fine.")
    assert refused(cast, "row changed without an entry")


def test_chain_that_was_cut_is_not_laundered_by_a_deletion(full, cast):
    over(cast)
    own = Event.objects.filter(organisation_id=cast.acme.pk)
    invite(
        by=cast.ada,
        organisation=cast.acme,
        email="new@example.org",
        name="New",
        role="reader",
    )
    checkpoints.checkpoint(cast.acme.pk)
    last, before = own.order_by("-seq")[:2]
    with Guardless():
        own.filter(pk=last.pk)._raw_delete("default")
        ChainHead.objects.filter(pk=cast.acme.pk).update(seq=before.seq, hash=before.hash)
    assert refused(cast, "older database|end cut off")


def test_entry_behind_the_last_checkpoint_stops_the_end(full, cast, monkeypatch):
    """The receipt names no end of a chain that nobody signed; the next try goes on."""
    over(cast)
    files = deletion._delete_files

    def late(organisation_id):
        files(organisation_id)
        end_in_trail(cast)

    monkeypatch.setattr(deletion, "_delete_files", late)
    with pytest.raises(checkpoints.CheckpointError, match="last checkpoint"):
        deletion.delete(cast.acme.pk)
    assert receipts.find(cast.acme.pk) is None
    monkeypatch.setattr(deletion, "_delete_files", files)
    deletion.delete(cast.acme.pk)
    last, found = checkpoints.latest(cast.acme.pk), receipts.find(cast.acme.pk)
    assert (found.size, found.head) == (last.size, last.head)


def test_entry_of_an_end_hides_no_row(full, cast):
    end_in_trail(cast)
    with Guardless():
        Answer.objects.filter(assessment=full).update(note="Fine.")
    said = verified()
    assert "nothing deletes it (ended, and not being deleted)" in said
    assert "row changed without an entry" in said
    assert "not as written" in said


def test_deletion_that_stopped_is_a_fault_after_a_day(full, cast, monkeypatch):
    over(cast)
    deletion._begin(cast.acme.pk)
    assert "its rows are not compared" in verified()
    later = timezone.now() + timedelta(days=2)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert "has not ended (ended, and not being deleted)" in verified()


def test_refused_deletion_is_tried_again_after_a_pause(full, cast, monkeypatch):
    forged(cast)
    assert tasks.queue_due() == 1
    job = DBTaskResult.objects.get(task_path=tasks.delete_organisation.module_path)
    with pytest.raises(deletion.RefusedError) as caught:
        deletion.delete(cast.acme.pk)
    job.claim("worker")
    job.set_failed(caught.value)
    assert tasks.queue_due() == 0
    later = timezone.now() + timedelta(hours=2)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert tasks.queue_due() == 1


def test_owners_get_new_days_where_the_last_one_was_missed(full, cast, mailoutbox, monkeypatch):
    grace.start_closing(by=cast.ada, organisation=cast.acme, name="Acme")
    checkpoints.checkpoint(cast.acme.pk)
    later = timezone.now() + timedelta(days=32)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert tasks.queue_due() == 0
    cast.acme.refresh_from_db()
    assert cast.acme.closes_at == later + timedelta(days=30)
    newest = trail.events_of(cast.acme.pk).first()
    assert (newest.action, newest.actor) == ("organisation.postponed", None)
    mails = DBTaskResult.objects.filter(args_kwargs__icontains="will be deleted later")
    assert mails.count() == 1
    assert "not as written" not in verified()
    grace.stop_closing(by=cast.ada, organisation=cast.acme)
    assert Organisation.objects.get(pk=cast.acme.pk).closes_at is None


def test_postponed_deletion_ends_on_its_new_day(full, cast):
    over(cast)
    assert grace.postpone(cast.acme)
    checkpoints.checkpoint(cast.acme.pk)
    deletion.delete(cast.acme.pk)
    found = receipts.find(cast.acme.pk)
    assert found.account == cast.ada.pk
    assert verification.verify(cast.acme.pk) is None


def test_nobody_has_new_days_where_the_trail_says_no_closing(full, cast):
    forged(cast)
    assert grace.postpone(cast.acme) is None
    assert deletion.due() == [cast.acme.pk]


def test_late_event_makes_no_chain_of_a_deleted_organisation(full, cast):
    over(cast)
    deletion.delete(cast.acme.pk)
    with pytest.raises(ChainHead.DoesNotExist), transaction.atomic():
        trail.record(
            by=None,
            organisation_id=cast.acme.pk,
            action=ORGANISATION_CLOSED,
            subject=cast.acme,
            after={"closes_at": "never"},
        )
    assert not ChainHead.objects.filter(pk=cast.acme.pk).exists()
    assert "not as written" not in verified()


def test_receipt_of_a_failed_commit_counts_what_went_since(full, cast, monkeypatch):
    over(cast)
    store = receipts.store

    def torn(name, note):
        store(name, note)
        raise DatabaseError

    monkeypatch.setattr(receipts, "store", torn)
    with pytest.raises(DatabaseError):
        deletion.delete(cast.acme.pk)
    monkeypatch.setattr(receipts, "store", store)
    before = receipts.find(cast.acme.pk).rows
    Membership.objects.create(organisation=cast.acme, user=cast.zoe, role="reader")
    deletion.delete(cast.acme.pk)
    assert receipts.find(cast.acme.pk).rows == before + 1


def test_damaged_receipt_is_none_and_stops_nothing(full, cast, client):
    over(cast)
    deletion.delete(cast.acme.pk)
    name = receipts.name_of(cast.acme.pk)
    path = receipts.path_of(name)
    note = path.read_bytes()
    for damaged in (
        note[:-20] + b"A\n",
        note[:-20] + b"\xff\n",
        note[:-20] + b"\n",
        note[:-2] + b"\n",  # base64 with a digit too few
    ):
        path.write_bytes(damaged)
        assert receipts.find(cast.acme.pk) is None
        assert client.get(f"/receipt/{name}/").status_code == 200
        assert client.get(f"/receipt/{name}/file/").status_code == 200
        assert "chain missing" in verified()
    path.write_bytes(note)
    assert "chain missing" not in verified()
