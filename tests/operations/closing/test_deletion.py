"""An organisation is closed, deleted after its days of grace, and leaves a receipt."""

import io
import os
import time
from contextlib import suppress
from dataclasses import replace
from tempfile import TemporaryFile
from unittest.mock import Mock

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from compliance.assurance.seats.actions import share
from compliance.content.evidence import storage
from compliance.ground.pictures import drawing
from compliance.ground.web.triggers import keep as keep_triggers
from compliance.identity.organisations.actions import (
    change_role,
    invite,
    make_administrator,
    make_editor,
)
from compliance.identity.tokens.actions import make_token
from compliance.identity.webhooks.actions import make_webhook
from compliance.models import (
    Assessment,
    Evidence,
    Membership,
    Organisation,
    Report,
    SignOff,
    Snapshot,
    Target,
    User,
)
from compliance.operations.closing import actions as archives
from compliance.operations.closing import deletion, grace, tasks
from compliance.operations.closing.archive_store import archive_store
from compliance.operations.closing.owned_rows import owned, rows_of
from compliance.operations.erasure.actions import erase_person
from compliance.operations.samples import opening
from compliance.programs.api.models import Call
from compliance.proof.audit import checkpoints, receipts, tables, verification
from compliance.proof.audit.chain_check import Kind
from compliance.proof.audit.models import PEOPLE, ChainHead, Deletion, Event
from compliance.reporting.reports import storage as report_files
from tests.assurance.bundles.making import brought_in, bundle_of, make_everything, publish
from tests.support import auditor_seats, picture_files, signing
from tests.support.factories import (
    PASSWORD,
    begin_chains,
    make_assessment,
    make_member,
    make_proposal,
)
from tests.support.mail_queue import queued, refuse_with, run_queued, send_queued
from tests.support.page_text import verified

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.DATA_DIR.mkdir()
    settings.GRACE_DAYS = 30


@pytest.fixture
def full(cast):
    """Something of everything in Acme, and a signed assessment; the other has its own."""
    here = make_everything(cast)
    own = publish("Q1", "Q2", "Q3", checklist="signed", organisation=cast.acme)
    signed = signing.make_signed(cast, own)
    auditor_seats.make_report(here, cast.ada)
    auditor_seats.give(cast, here)
    share(by=cast.otto, assessment=here, label="Bank", days=30)
    make_token(by=cast.ada, organisation=cast.acme, name="Export", scopes=["report"], days=5)
    link = here.organisation.evidence.first()
    make_proposal(here.answers.first(), cast.con, {"note": "Here."}, evidence=[link])
    make_webhook(
        by=cast.ada,
        organisation=cast.acme,
        topics=["comment"],
        address="https://hooks.example.org/",
    )
    invite(
        by=cast.ada,
        organisation=cast.acme,
        email="new@example.org",
        name="New",
        role="reader",
    )
    Target.objects.create(
        organisation=cast.acme,
        checklist=own.checklist,
        scale="levels",
        group="all",
        level=2,
        set_at=timezone.now(),
        set_by=cast.ada,
    )
    begin_chains()
    return signed


def close(cast, by=None):
    return grace.start_closing(by=by or cast.ada, organisation=cast.acme, name="Acme")


def over(cast, organisation=None, by=None):
    """The last day has passed, and a checkpoint has the closing since long ago."""
    organisation, by = organisation or cast.acme, by or cast.ada
    grace.stop_closing(by=by, organisation=organisation)
    settings.GRACE_DAYS = -0.5
    grace.start_closing(by=by, organisation=organisation, name=organisation.name)
    checkpoints.checkpoint(organisation.pk)


def left(organisation_id):
    return {
        model._meta.model_name: count
        for model in owned()
        if (count := rows_of(model, organisation_id).count())
    }


def test_every_table_that_refers_to_an_organisation_is_known():
    """All else that names one, by its id, is the trail or the deletion itself."""
    named = {
        model
        for model in apps.get_models()
        if any(f.name == "organisation_id" for f in model._meta.concrete_fields)
    }
    assert named == {Event, ChainHead, Deletion}
    for model in apps.get_models():
        refers = {f.related_model for f in model._meta.concrete_fields} & set(owned())
        assert not refers or model in owned() or model is User or _of_library(model)
    assert Call in owned()


def _of_library(model):
    """Crosswalk and mappings: they name checklists of the library alone."""
    return model._meta.model_name in {"relation", "mapping"}


def test_everything_of_it_is_deleted_and_nothing_else(full, cast):
    theirs = make_member(cast.other, "reader", "Tea", "tea@example.org")
    before = left(cast.other.pk)
    accounts = User.objects.count()
    files = sum(1 for one in (storage_of(cast)).rglob("*") if one.is_file())
    assert files
    over(cast)
    deletion.delete(cast.acme.pk)
    assert left(cast.acme.pk) == {}
    assert left(cast.other.pk) == before
    for model in (Event, ChainHead):
        assert not model.objects.filter(organisation_id=cast.acme.pk).exists()
    assert not Snapshot.objects.exists()
    assert not storage_of(cast).exists()
    assert list(report_files.folder().iterdir()) == []
    assert User.objects.count() == accounts
    theirs.refresh_from_db()
    assert (theirs.name, theirs.is_active) == ("Tea", True)
    assert not Deletion.objects.exists()
    connection.check_constraints()


def draw(sha256):
    """Pictures of a file with that hash lie there."""

    def opened():
        file = TemporaryFile()  # noqa: SIM115 (who drew it closes it)
        file.write(picture_files.photo())
        return file

    drawing.beginning(sha256, "image/png", opened)
    assert list(drawing.of_file(sha256))


def test_pictures_of_its_files_go_and_others_stay(full, cast):
    ours = {
        sha256
        for model in (Evidence, Report)
        for sha256 in rows_of(model, cast.acme.pk).values_list("sha256", flat=True)
        if sha256
    }
    assert len(ours) > 1
    for sha256 in (*ours, "0" * 64):
        draw(sha256)
    over(cast)
    deletion.delete(cast.acme.pk)
    assert {path.name[:64] for path in drawing.folder().iterdir()} == {"0" * 64}


def test_sweep_takes_old_pictures(db):
    for sha256 in ("0" * 64, "1" * 64):
        draw(sha256)
    [old] = drawing.of_file("0" * 64)
    long_ago = time.time() - drawing.KEPT_SECONDS - 60
    os.utime(old, (long_ago, long_ago))
    call_command("sweep_files", stdout=io.StringIO())
    assert {path.name[:64] for path in drawing.folder().iterdir()} == {"1" * 64}


def storage_of(cast):
    return storage.path_of(cast.acme.pk, "0" * 64).parent.parent


def test_receipt_says_how_much_and_how_the_trail_ended(full, cast):
    over(cast)
    rows = sum(left(cast.acme.pk).values())
    rows += Event.objects.filter(organisation_id=cast.acme.pk).count() + 1
    rows += Snapshot.objects.count()
    deletion.delete(cast.acme.pk)
    found = receipts.find(cast.acme.pk)
    assert found.account == cast.ada.pk
    # The head of the chain is a row, and so is the entry that it ended with.
    assert found.rows == rows + 1
    assert found.files > 1
    last = checkpoints.latest(cast.acme.pk)
    assert (found.size, found.head) == (last.size, last.head)
    assert str(cast.acme.pk) not in found.text()
    assert "Ada" not in found.text()


def test_only_a_whole_receipt_explains_a_trail_that_is_gone(full, cast):
    """Without it, with a forged one, with that of another, and with a shorter one, it is a fault."""
    over(cast)
    deletion.delete(cast.acme.pk)
    said = verified()
    assert "deleted with their organisation" in said
    assert "not as written" not in said
    assert list(tables.faults(PEOPLE)) == []
    path = receipts.path_of(receipts.name_of(cast.acme.pk))
    note = path.read_text()
    path.unlink()
    assert verification.verify(cast.acme.pk).kind == Kind.GONE
    for forged in (
        note.replace("rows ", "rows 1"),
        note.replace("account ", "account 1"),
    ):
        path.write_text(forged)
        assert verification.verify(cast.acme.pk).kind == Kind.GONE
    other = receipts.path_of(receipts.name_of(cast.other.pk))
    other.write_text(note)
    path.unlink()
    assert receipts.find(cast.other.pk) is None
    path.write_text(note)
    assert verification.verify(cast.acme.pk) is None
    name = receipts.name_of(cast.acme.pk)
    found = receipts.find(cast.acme.pk)
    receipts.store(name, receipts.signed(replace(found, size=found.size - 1)))
    assert verification.verify(cast.acme.pk).kind == Kind.GONE
    receipts.store(name, receipts.signed(replace(found, head="0" * 64)))
    assert verification.verify(cast.acme.pk).kind == Kind.GONE
    path.write_text(note)
    Organisation.objects.create(pk=cast.acme.pk, name="Acme", slug="acme")
    assert verification.verify(cast.acme.pk).kind == Kind.RETURNED


OTHERS = [pytest.param(piece, marks=pytest.mark.long) for piece in (1, 9, 60)]


@pytest.mark.parametrize("piece", [33, *OTHERS])
def test_killed_in_the_middle_the_next_one_ends_it(piece, full, cast, monkeypatch):
    """The receipt counts each row once, however often the work was begun."""
    over(cast)
    rows = sum(left(cast.acme.pk).values())
    rows += Event.objects.filter(organisation_id=cast.acme.pk).count() + 2
    rows += Snapshot.objects.count()
    whole, met = deletion._taken, []

    def killed(found):
        met.append(found)
        if len(met) == piece:
            raise KeyboardInterrupt
        return whole(found)

    monkeypatch.setattr(deletion, "_taken", killed)
    monkeypatch.setattr(deletion, "PIECE", 3)
    with pytest.raises(KeyboardInterrupt):
        deletion.delete(cast.acme.pk)
    assert "not as written" not in verified()
    monkeypatch.setattr(deletion, "_taken", whole)
    assert tasks.queue_due() == 1
    deletion.delete(cast.acme.pk)
    assert left(cast.acme.pk) == {}
    assert receipts.find(cast.acme.pk).rows == rows
    assert tasks.queue_due() == 0


def frozen_rows(cast, full):
    """A row of each kind that the database keeps for good."""
    return [
        full,
        full.answers.first(),
        SignOff.objects.get(),
        Snapshot.objects.get(),
        Event.objects.filter(organisation_id=cast.acme.pk).first(),
        full.edition,
    ]


def refused(row):
    with pytest.raises(DatabaseError), transaction.atomic():
        type(row)._base_manager.filter(pk=row.pk)._raw_delete("default")
    return True


def test_nothing_else_deletes_a_signed_row(full, cast):
    """Neither while an organisation closes, nor one whose neighbour is deleted."""
    assert all(map(refused, frozen_rows(cast, full)))
    close(cast)
    assert all(map(refused, frozen_rows(cast, full)))
    over(cast, cast.other, cast.zoe)
    assert deletion._begin(cast.other.pk)
    assert all(map(refused, frozen_rows(cast, full)))


def test_database_takes_no_deletion_before_the_last_day(full, cast):
    fields = {
        "name": "Acme",
        "began_at": timezone.now(),
        "people": {},
    }
    for begin in (lambda: None, lambda: close(cast)):
        begin()
        with pytest.raises(DatabaseError, match="days of grace"), transaction.atomic():
            Deletion.objects.create(pk=cast.acme.pk, **fields)
    over(cast)
    made = Deletion.objects.create(pk=cast.acme.pk, **fields)
    with pytest.raises(DatabaseError, match="days of grace"), transaction.atomic():
        Deletion.objects.filter(pk=made.pk).update(organisation_id=cast.other.pk)


def test_triggers_are_those_of_the_code(db):
    assert not keep_triggers()


def test_what_another_organisation_imported_keeps_what_was_signed(full, cast):
    there = brought_in(bundle_of(full), cast.other, cast.zoe)
    [kept] = {one.snapshot_id for one in SignOff.objects.all()}
    over(cast)
    deletion.delete(cast.acme.pk)
    assert SignOff.objects.get().assessment_id == there.pk
    assert Snapshot.objects.get().pk == kept
    assert "not as written" not in verified()


def test_nothing_is_deleted_before_the_last_day(full, cast):
    before = left(cast.acme.pk)
    deletion.delete(cast.acme.pk)
    close(cast)
    assert deletion.due() == []
    deletion.delete(cast.acme.pk)
    assert left(cast.acme.pk) == before


def test_any_owner_keeps_it_in_time_and_nobody_too_late(full, cast):
    Membership.objects.filter(user=cast.otto).update(role="owner")
    day = close(cast).closes_at
    assert close(cast, cast.otto).closes_at == day
    grace.stop_closing(by=cast.otto, organisation=cast.acme)
    grace.stop_closing(by=cast.ada, organisation=cast.acme)
    cast.acme.refresh_from_db()
    assert cast.acme.closes_at is None
    over(cast)
    deletion._begin(cast.acme.pk)
    with pytest.raises(ValidationError, match="days of grace are over"):
        grace.stop_closing(by=cast.ada, organisation=cast.acme)
    events = Event.objects.filter(action__in=["organisation.closed", "organisation.kept"])
    assert [one.action.partition(".")[2] for one in events.order_by("seq")] == [
        "closed",
        "kept",
        "closed",
    ]


def test_another_name_closes_nothing(cast):
    for name in ("", "acme", "Acme Ltd", "Other"):
        with pytest.raises(ValidationError) as caught:
            grace.start_closing(by=cast.ada, organisation=cast.acme, name=name)
        assert "name" in caught.value.message_dict
    grace.start_closing(by=cast.ada, organisation=cast.acme, name="  Acme ")
    assert Organisation.objects.get(pk=cast.acme.pk).closes_at


def test_people_of_it_alone_lose_their_account_and_others_keep_theirs(full, cast):
    Membership.objects.create(organisation=cast.other, user=cast.rob, role="reader")
    seen = share(by=cast.zoe, assessment=_theirs(cast), label="Bank", days=3)
    assert seen
    over(cast)
    name = cast.con.name
    deletion.delete(cast.acme.pk)
    for person in (cast.ada, cast.con, cast.rob, cast.zoe):
        person.refresh_from_db()
    assert cast.ada.name.startswith("Erased person")
    assert not cast.con.is_active
    assert cast.rob.name == "Rob Reader"
    assert cast.rob.is_active
    assert cast.zoe.is_active
    assert not Event.objects.filter(payload__contains=f'"{name}"').exists()
    assert not User.objects.filter(email__endswith="@placeholder.invalid").exists()


def test_sample_is_no_other_organisation(cast, monkeypatch):
    """Invented, for them alone: it keeps nobody's account."""
    monkeypatch.setattr(opening, "is_offered", lambda: True)
    monkeypatch.setattr(opening, "load_file", lambda *_: None)
    sample = opening.open_sample(by=cast.con)
    begin_chains()
    over(cast)
    deletion.delete(cast.acme.pk)
    cast.con.refresh_from_db()
    assert (cast.con.is_active, cast.con.name[:6]) == (False, "Erased")
    assert not Organisation.objects.filter(pk=sample.pk).exists()


def test_administrator_and_editor_keep_their_account_without_any_organisation(full, cast):
    make_administrator(email=cast.ada.email)
    make_editor(by=None, email=cast.con.email)
    over(cast)
    deletion.delete(cast.acme.pk)
    for person in (cast.ada, cast.con, cast.otto):
        person.refresh_from_db()
    assert (cast.ada.name, cast.ada.is_active) == ("Ada Lindqvist", True)
    assert (cast.con.name, cast.con.is_active) == ("Con Tributor", True)
    assert not cast.otto.is_active


def _theirs(cast):
    return make_assessment(cast.other, cast.zoe)


def test_who_acted_elsewhere_keeps_the_account(full, cast):
    """A former member of another organisation is named there, and stays."""
    _theirs(cast)
    share(
        by=cast.ada,
        assessment=Assessment.objects.get(organisation=cast.other),
        label="x",
        days=1,
    )
    over(cast)
    deletion.delete(cast.acme.pk)
    cast.ada.refresh_from_db()
    assert cast.ada.is_active


def test_owners_get_the_receipt_by_mail(full, cast, mailoutbox):
    over(cast)
    deletion.delete(cast.acme.pk)
    send_queued()
    [last] = [one for one in mailoutbox if "was deleted" in one.subject]
    assert last.to == ["ada@example.org"]
    note = receipts.signed_note(receipts.name_of(cast.acme.pk))
    assert note.splitlines()[0] in last.body
    assert note.strip().splitlines()[-1] in last.body


def test_owner_who_is_erased_meanwhile_gets_no_receipt(full, cast, monkeypatch):
    """A deletion takes a while. Others get it at the address that they have by then."""
    membership = Membership.objects.get(user=cast.otto, organisation=cast.acme)
    change_role(by=cast.ada, membership=membership, role="owner")
    over(cast)
    end = deletion._end

    def meanwhile(organisation_id):
        end(organisation_id)
        erase_person(by=None, person=cast.ada)
        User.objects.filter(pk=cast.otto.pk).update(email="otto@new.example")

    monkeypatch.setattr(deletion, "_end", meanwhile)
    deletion.delete(cast.acme.pk)
    [mail] = queued()
    assert mail.args_kwargs["args"][0] == "otto@new.example"


def test_run_that_is_cut_off_at_its_end_loses_no_receipt(full, cast, monkeypatch):
    email = cast.ada.email
    over(cast)
    with monkeypatch.context() as cut:
        cut.setattr(deletion, "queue_mail", Mock(side_effect=SystemExit))
        with pytest.raises(SystemExit):
            deletion.delete(cast.acme.pk)
    assert User.objects.get(pk=cast.ada.pk).email == email
    deletion.delete(cast.acme.pk)
    [mail] = queued()
    assert mail.args_kwargs["args"][0] == email
    assert User.objects.get(pk=cast.ada.pk).email != email


def test_archive_waiting_and_mails_go_with_it(full, cast):
    archives.ask_archive(by=cast.ada, organisation=cast.acme)
    over(cast)
    tasks.make_archive.enqueue(str(cast.acme.archives.get().pk))
    jobs = DBTaskResult.objects
    assert jobs.count() > 1
    deletion.delete(cast.acme.pk)
    [last] = queued()  # the receipt
    assert "was deleted" in str(last.args_kwargs)
    assert not jobs.filter(task_path=tasks.make_archive.module_path).exists()


def test_archive_that_is_ready_in_the_middle_of_it_leaves_no_file(full, cast, monkeypatch):
    """Asked for in the last minute: its maker is still at it when the files go."""
    archive, _ = archives.ask_archive(by=cast.ada, organisation=cast.acme)
    begin_chains()
    over(cast)
    remove = deletion.remove

    def then_ready(*args):
        remove(*args)
        monkeypatch.undo()
        archives.make_archive(archive.pk)

    monkeypatch.setattr(deletion, "remove", then_ready)
    for _ in range(2):
        with suppress(checkpoints.CheckpointError):
            deletion.delete(cast.acme.pk)
    assert not Organisation.objects.filter(pk=cast.acme.pk).exists()
    assert list(archive_store.folder().iterdir()) == []


def test_no_mail_leads_there_and_those_of_others_go_out(full, cast, monkeypatch):
    """The link of an invitation names no organisation; what others quote is theirs."""
    invite(
        by=cast.ada,
        organisation=cast.acme,
        email="late@example.org",
        name="Late",
        role="reader",
    )
    invite(
        by=cast.zoe,
        organisation=cast.other,
        email="guest@example.org",
        name="Guest",
        role="reader",
        ask="As we did in https://attest.example/o/acme/assessments/",
    )
    refuse_with(monkeypatch, ConnectionError())
    run_queued()  # tried once, and put back for later
    monkeypatch.undo()
    over(cast)
    deletion.delete(cast.acme.pk)
    addressees = {str(one.args_kwargs["args"][0]) for one in queued()}
    assert "late@example.org" not in addressees
    assert "new@example.org" not in addressees
    assert addressees == {"guest@example.org", cast.ada.email}


def test_mail_under_way_does_not_come_back(full, cast, monkeypatch):
    """It fails while the organisation is deleted: the worker still has its words."""
    invite(
        by=cast.ada,
        organisation=cast.acme,
        email="late@example.org",
        name="Late",
        role="reader",
    )
    over(cast)

    DBTaskResult.objects.exclude(args_kwargs__args__0="late@example.org").delete()

    def fail(self, *args, **kwargs):
        deletion.delete(cast.acme.pk)
        raise ConnectionError

    monkeypatch.setattr(EmailMessage, "send", fail)
    [task] = run_queued()
    assert (task.status, task.return_value) == ("SUCCESSFUL", "dropped")
    assert "late@example.org" not in str(DBTaskResult.objects.values_list("args_kwargs"))
    assert [one.args_kwargs["args"][0] for one in queued()] == [cast.ada.email]


def test_page_asks_for_the_name_and_the_password(cast, sign_in, client):
    ada = sign_in(cast.ada)
    place = "/o/acme/organisation/close/"
    typed = ada.post(place, {"name": "Acm"})
    assert "Confirm that it is you" in typed.text
    assert 'name="name" value="Acm"' in typed.text
    wrong = ada.post(place, {"name": "Acm", "password": PASSWORD})
    assert wrong.status_code == 422
    assert 'value="Acm"' in wrong.text
    assert "Type the name as it is here: Acme" in wrong.text
    assert ada.post(place, {"name": "Acme", "password": PASSWORD}).status_code == 302
    assert "Attest will delete" in sign_in(cast.rob).get("/o/acme/assessments/").text
    page = ada.get("/o/acme/organisation/").text
    name = receipts.name_of(cast.acme.pk)
    assert f"/receipt/{name}/" in page
    assert client.get(f"/receipt/{name}/").status_code == 404
    over(cast)
    deletion.delete(cast.acme.pk)
    shown = client.get(f"/receipt/{name}/")
    assert "Everything was deleted" in shown.text
    file = client.get(f"/receipt/{name}/file/")
    assert receipts.read(file.text).organisation == name
    assert client.get("/receipt/..%2fx/").status_code == 404


def test_officer_closes_nothing(cast, sign_in):
    otto = sign_in(cast.otto)
    form = {"name": "Acme", "password": PASSWORD}
    assert otto.post("/o/acme/organisation/close/", form).status_code == 403
    assert otto.get("/o/acme/organisation/").status_code == 403
