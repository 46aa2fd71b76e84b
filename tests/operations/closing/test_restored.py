"""An older backup does not bring back what was deleted since, and a newer one has the receipt."""

import shutil
from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from compliance.models import Assessment, Deletion, Event, Organisation, User
from compliance.operations.backups.backup import make
from compliance.operations.backups.verify import opened
from compliance.operations.closing import deletion, grace
from compliance.proof.audit import checkpoints, receipts
from tests.assurance.bundles.making import make_everything, publish
from tests.operations.backups import installations
from tests.support.factories import begin_chains, make_cast
from tests.support.signing import make_signed

pytestmark = pytest.mark.slow


@pytest.fixture
def there(committed, settings, tmp_path):
    """An installation whose backup was made before one of its organisations was deleted."""
    folder = tmp_path / "there"
    installations.in_folder(settings, folder)
    cast = make_cast()
    make_everything(cast)
    own = publish("Q1", "Q2", "Q3", checklist="signed", organisation=cast.acme)
    make_signed(cast, own)
    begin_chains()
    cast.older, _ = make(tmp_path / "older.zip")
    settings.GRACE_DAYS = -0.5
    grace.start_closing(by=cast.ada, organisation=cast.acme, name="Acme")
    deletion.delete(cast.acme.pk)
    cast.newer, _ = make(tmp_path / "newer.zip")
    cast.folder = folder
    installations.empty()
    return cast


def moved(there, settings, tmp_path, *, with_receipts):
    """Another folder with the keys of this one, and its checkpoints or none."""
    here = tmp_path / "here"
    installations.in_folder(settings, here)
    shutil.copytree(there.folder / "keys", here / "keys")
    if with_receipts:
        shutil.copytree(there.folder / "checkpoints", here / "checkpoints")


def test_older_backup_brings_no_deleted_organisation_back(there, settings, tmp_path):
    moved(there, settings, tmp_path, with_receipts=True)
    note = receipts.signed_note(receipts.name_of(there.acme.pk))
    said = installations.run("restore", there.older)
    assert "Acme was deleted on" in said
    assert "has been deleted again" in said
    assert "not as written" not in said
    assert not Organisation.objects.filter(pk=there.acme.pk).exists()
    assert not Assessment.objects.exists()
    assert not Event.objects.filter(organisation_id=there.acme.pk).exists()
    assert not Deletion.objects.exists()
    assert Organisation.objects.filter(pk=there.other.pk).exists()
    assert User.objects.get(pk=there.ada.pk).name.startswith("Erased person")
    assert receipts.signed_note(receipts.name_of(there.acme.pk)) == note
    files = tmp_path / "here" / "files" / str(there.acme.pk)
    assert not files.exists()


def test_without_the_receipt_it_comes_back_and_with_it_that_is_a_fault(there, settings, tmp_path):
    moved(there, settings, tmp_path, with_receipts=False)
    assert "deleted again" not in installations.run("restore", there.older)
    assert Organisation.objects.filter(pk=there.acme.pk).exists()
    name = f"{receipts.name_of(there.acme.pk)}.receipt"
    shutil.copy(there.folder / "checkpoints" / name, receipts.path_of(name[:64]))
    said = installations.run("verify_trail")
    assert "brought it back (deleted, and back again)" in said
    assert "1 of the chains are not as written" in said


def test_newer_backup_carries_the_receipt(there, settings, tmp_path):
    moved(there, settings, tmp_path, with_receipts=False)
    name = receipts.name_of(there.acme.pk)
    with opened(there.newer) as backup:
        assert f"receipts/{name}.receipt" in backup.manifest.members
    said = installations.run("restore", there.newer)
    assert "deleted with their organisation" in said
    assert "not as written" not in said
    assert receipts.find(there.acme.pk)


def test_backup_of_a_half_deleted_organisation_goes_on_being_deleted(
    committed, settings, tmp_path, monkeypatch
):
    installations.in_folder(settings, tmp_path / "there")
    cast = make_cast()
    make_everything(cast)
    begin_chains()
    settings.GRACE_DAYS = -0.5
    grace.start_closing(by=cast.ada, organisation=cast.acme, name="Acme")
    assert deletion._begin(cast.acme.pk)
    checkpoints.checkpoint(cast.acme.pk)
    path, _ = make(tmp_path / "half.zip")
    installations.empty()
    there = tmp_path / "there"
    installations.in_folder(settings, tmp_path / "here")
    shutil.copytree(there / "keys", tmp_path / "here" / "keys")
    said = installations.run("restore", path)
    assert "not as written" not in said
    assert not Organisation.objects.filter(pk=cast.acme.pk).exists()
    assert receipts.find(cast.acme.pk)


def test_backup_of_a_closed_organisation_gives_its_owners_new_days(committed, settings, tmp_path):
    """One kept it after the backup was made, and the backup's last day has passed."""
    installations.in_folder(settings, tmp_path / "there")
    cast = make_cast()
    make_everything(cast)
    begin_chains()
    settings.GRACE_DAYS = -0.5
    grace.start_closing(by=cast.ada, organisation=cast.acme, name="Acme")
    path, _ = make(tmp_path / "closed.zip")
    grace.stop_closing(by=cast.ada, organisation=cast.acme)
    installations.empty()
    installations.in_folder(settings, tmp_path / "here")
    shutil.copytree(tmp_path / "there" / "keys", tmp_path / "here" / "keys")
    settings.GRACE_DAYS = 30
    # where it is another day than in UTC
    zone = "Pacific/Kiritimati" if timezone.now().hour >= 10 else "Pacific/Pago_Pago"
    with timezone.override(zone):
        said = installations.run("restore", path)
        closes_at = Organisation.objects.get(pk=cast.acme.pk).closes_at
        day = timezone.localdate(closes_at)
    assert day != closes_at.date()
    assert "Acme was closed when this backup was made" in said
    assert f"it is deleted on {day}, unless" in said
    assert "not as written" not in said
    assert deletion.due() == []
    days = Organisation.objects.get(pk=cast.acme.pk).closes_at - timezone.now()
    assert days > timedelta(days=29)
    newest = Event.objects.filter(organisation_id=cast.acme.pk).latest("seq")
    assert newest.action == "organisation.postponed"
    mails = DBTaskResult.objects.filter(args_kwargs__icontains="deleted later")
    assert mails.count() == 1
    grace.stop_closing(by=cast.ada, organisation=cast.acme)


def test_damaged_receipt_gives_way_to_the_one_of_the_backup(there, settings, tmp_path):
    moved(there, settings, tmp_path, with_receipts=True)
    path = receipts.path_of(receipts.name_of(there.acme.pk))
    note = path.read_bytes()
    path.write_bytes(note[:-9] + b"\xff\n")
    assert "not as written" not in installations.run("restore", there.newer)
    assert path.read_bytes() == note
