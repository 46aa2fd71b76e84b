"""``manage.py verify_trail``: rows, files and signatures against what the trail says."""

import hashlib
import json

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import JSONField
from django.utils import timezone

from compliance.assurance.bundles.download_store import package_store
from compliance.assurance.bundles.models import Package
from compliance.assurance.reviews import actions as reviews
from compliance.assurance.reviews import signature_integrity
from compliance.content.evidence import actions as library
from compliance.content.evidence import against_disk as files
from compliance.content.evidence.storage import path_of
from compliance.ground.web import triggers
from compliance.models import Answer, Evidence, Organisation, SignOff, Snapshot
from compliance.operations.closing.archive_store import archive_store
from compliance.operations.closing.models import Archive
from compliance.proof.audit import checkpoints, last_verified, tables, trail, verification
from compliance.proof.audit.chain_check import Kind
from compliance.proof.audit.columns import proven
from compliance.proof.audit.models import ChainHead
from compliance.work.assessments import actions as assessments
from compliance.work.edition_moves import actions as edition_moves
from compliance.work.edition_moves import undo
from tests.assurance.bundles.making import (
    brought_in,
    bundle_of,
    publish,
    write_elsewhere,
)
from tests.content.evidence.samples import PDF
from tests.proof.audit.columns import another, change, no_checks
from tests.proof.audit.tampering import Guardless
from tests.support import factories, signing

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.DATA_DIR = tmp_path


@pytest.fixture
def started(cast):
    """An assessment started by the action, with two questions answered."""
    edition = factories.make_edition()
    assessment = assessments.start(
        by=cast.otto,
        organisation=cast.acme,
        edition=edition,
        subject="Acme",
        period_from="2026-01-01",
        period_to="2026-12-31",
        facts={},
    )
    signing.answer(cast.con, assessment, "Q1", verdict="met", note="In the wiki.")
    signing.answer(cast.con, assessment, "Q2", verdict="na", reason="No such data.")
    signing.answer(cast.con, assessment, "Q1", note="In the new wiki.")
    return assessment


def tamper(sql, *values):
    """Change rows as somebody would with the database's own tools."""
    with Guardless(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        assert cursor.rowcount


def said(capsys, *options):
    """The output of the command, and whether it found everything good."""
    try:
        call_command("verify_trail", *options)
        is_good = True
    except CommandError:
        is_good = False
    return capsys.readouterr().out, is_good


def make_file(cast, content=PDF):
    return library.add_file(by=cast.con, organisation=cast.acme, upload=SimpleUploadedFile("a.pdf", content))


def test_normal_work_raises_no_alarm(cast, started, capsys):
    make_file(cast)
    signing.make_signed(cast)
    factories.begin_chains()
    text, is_good = said(capsys)
    assert (is_good, "There is no checkpoint" in text) == (True, True)
    assert "Run manage.py checkpoint." in text
    call_command("checkpoint")
    text, is_good = said(capsys)
    assert (is_good, "There is no checkpoint" in text) == (True, False)
    assert f"Signed up to event {trail.head_of(cast.acme.pk)[0]}" in text


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("verdict = 'partly'", "“answer”"),
        ("note = 'Other'", "“note”"),
        ("version = version + 1", "“version”"),
        ("due_on = '2026-01-01'", "“due date”"),
        ("value = '\"other\"'", "“value”"),
    ],
)
@pytest.mark.parametrize("key", ["Q1", "Q3"])
def test_answer_changed_without_an_entry(cast, started, change, what, key):
    row = started.answers.get(question__key=key)
    tamper(f"UPDATE compliance_answer SET {change} WHERE id = %s", row.pk)  # noqa: S608
    (fault,) = tables.faults(cast.acme.pk)
    assert fault.kind == Kind.ROW
    assert fault.what.startswith(f"answer {row.pk} (“{key}: ")
    assert fault.what.endswith(f": {what} was changed after event {fault.seq}")
    about = {"Q1": "answer.saved", "Q3": "assessment.started"}[key]
    event = trail.events_of(cast.acme.pk).get(seq=fault.seq)
    assert event.action == about


def test_answer_taken_away_and_confirmation_made_up(cast, started):
    row = started.answers.get(question__key="Q2")
    tamper(
        "UPDATE compliance_answer SET na_confirmed_by_id = %s,"
        " na_confirmed_at = '2026-11-25 10:00:00+00:00' WHERE id = %s",
        cast.rev.pk,
        row.pk,
    )
    changed = "“N/A confirmed by” and “confirmation of N/A” were changed"
    assert changed in next(tables.faults(cast.acme.pk)).what
    tamper("DELETE FROM compliance_answer WHERE id = %s", row.pk)
    assert "taken away" in next(tables.faults(cast.acme.pk)).what


def test_move_to_another_edition_and_back_raises_no_alarm(cast, started):
    checklist = started.edition.checklist
    new = factories.make_edition(5, number="2026.2", checklist=checklist)
    moved = edition_moves.upgrade(
        by=cast.otto,
        assessment=started,
        to=new,
        decisions={},
        owners={"Q4": cast.con, "Q5": cast.ada},
    )
    assert list(tables.faults(cast.acme.pk)) == []
    signing.answer(cast.con, started, "Q5", verdict="met")
    undo.undo_upgrade(by=cast.ada, upgrade=moved)
    assert list(tables.faults(cast.acme.pk)) == []


def test_evidence_swapped_for_a_file_of_equal_size(cast):
    evidence = make_file(cast)
    assert list(files.faults(cast.acme.pk)) == []
    place = path_of(cast.acme.pk, evidence.sha256)
    place.chmod(0o600)
    place.write_bytes(PDF.replace(b"1", b"2"))
    fault = next(files.faults(cast.acme.pk))
    event = trail.events_of(cast.acme.pk).get(action="evidence.added")
    assert (fault.kind, fault.seq) == (Kind.FILE, event.seq)
    assert "has changed since it was received" in fault.what


def test_evidence_swapped_with_the_hash_in_its_row(cast):
    first, second = make_file(cast), make_file(cast, PDF.replace(b"1", b"2"))
    Evidence.objects.filter(pk=second.pk).update(sha256=first.sha256)
    (fault,) = tables.faults(cast.acme.pk)
    assert (fault.kind, "“sha256” was changed" in fault.what) == (Kind.ROW, True)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("snapshot SET text = replace(text, 'May', 'June')", "other hash"),
        ("signoff SET signer = 'Somebody'", "changed: signer"),
        ("signoff SET role = 'King'", "changed: role"),
        ("signoff SET revision = 9", "changed: revision"),
        ("signoff SET trail_seq = 1", "no entry"),
    ],
)
def test_signed_snapshot_changed(cast, change, what):
    signing.make_signed(cast)
    assert list(signature_integrity.faults(cast.acme.pk)) == []
    tamper(f"UPDATE compliance_{change}")
    fault = next(signature_integrity.faults(cast.acme.pk))
    assert (fault.kind, what in fault.what) == (Kind.SNAPSHOT, True)


@pytest.fixture
def signed_here_and_there(cast, monkeypatch):
    """The organisations of a signature that was made, and of its copy in a bundle."""
    here = signing.make_signed(cast, publish("Q1", "Q2", "Q3"))
    write_elsewhere(monkeypatch)
    brought_in(bundle_of(here), cast.other, cast.zoe)
    return cast.acme, cast.other


def test_each_column_of_a_signature_that_is_changed_by_sql_is_found(
    signed_here_and_there,
):
    missed = []
    with transaction.atomic(), Guardless(), no_checks():
        for organisation in signed_here_and_there:
            assert list(signature_integrity.faults(organisation.pk)) == []
            signoff = SignOff.objects.get(assessment__organisation=organisation)
            for row in (signoff, signoff.snapshot):
                columns = row._meta.concrete_fields
                # Nothing rests on the number of a signature.
                missed += [
                    (organisation, column)
                    for column in columns
                    if column.name != "id" and not is_found(organisation, row, column)
                ]
    assert missed == []


def is_found(organisation, row, column):
    """Whether a change by SQL is found, or refused by the database itself."""
    value = another(column, getattr(row, column.attname))
    try:
        with transaction.atomic():
            change(row, column, value)
            found = list(signature_integrity.faults(organisation.pk))
            transaction.set_rollback(True)
    except IntegrityError:
        return True
    return found != []


def test_signature_that_came_in_a_bundle_taken_away(signed_here_and_there):
    _, there = signed_here_and_there
    tamper("DELETE FROM compliance_signoff")
    [fault] = signature_integrity.faults(there.pk)
    assert "the signature of revision 1 that" in fault.what


def test_the_same_content_signed_twice_is_kept_with_its_first_rows(cast):
    here = signing.make_signed(cast)
    signing.reopen(cast.otto, cast.ada, here)
    reviews.send(by=cast.otto, assessment=here)
    signing.sign(cast.rev, signing.fresh(here))
    assert Snapshot.objects.count() == 1
    assert list(signature_integrity.faults(cast.acme.pk)) == []


def test_signature_taken_away(cast):
    signing.make_signed(cast)
    tamper("DELETE FROM compliance_signoff")
    assert "removed" in next(signature_integrity.faults(cast.acme.pk)).what


def test_end_cut_off_with_its_head_is_not_taken_for_an_older_database(cast, started, capsys):
    call_command("checkpoint")
    seq, _ = trail.head_of(cast.acme.pk)
    kept = trail.events_of(cast.acme.pk).get(seq=seq - 1)
    tamper("DELETE FROM compliance_event WHERE seq = %s", seq)
    tamper(
        "UPDATE compliance_chainhead SET seq = %s, hash = %s WHERE organisation_id = %s",
        seq - 1,
        kept.hash,
        cast.acme.pk.hex if connection.vendor == "sqlite" else cast.acme.pk,
    )
    text, is_good = said(capsys)
    assert (is_good, f"event {seq} missing" in text) == (False, True)
    assert f"({Kind.CUT})" in text
    row = started.answers.get(question__key="Q1")
    then = tables.projected(cast.acme.pk)["answer", str(row.pk)].values
    with Guardless():  # and the answers as of then, too
        started.answers.filter(pk=row.pk).update(
            **{n: Answer._meta.get_field(n).to_python(v) for n, v in then.items()}
        )
    text, is_good = said(capsys)
    assert (is_good, f"({Kind.ROLLED_BACK})" in text) == (False, True)


@pytest.mark.parametrize("options", [(), ("--quick",)])
@pytest.mark.parametrize("is_signed", [False, True])
def test_chain_that_is_gone_as_a_whole(cast, started, capsys, is_signed, options):
    """Its own rows cannot say so: the organisation's and the checkpoints' do."""
    factories.begin_chains()
    if is_signed:
        call_command("checkpoint")
    capsys.readouterr()
    for table in ("event", "chainhead"):
        tamper(f"DELETE FROM compliance_{table}")  # noqa: S608
    text, is_good = said(capsys, *options)
    missing = [line for line in text.splitlines() if f"({Kind.GONE})" in line]
    names = [line.partition(":")[0] for line in missing]
    assert (is_good, sorted(names)) == (False, ["Acme", "Library", "Other", "People"])
    assert all("events were signed on" in line for line in missing) == is_signed
    assert said(capsys, *options) == (text, False)  # looking at it mends nothing


def test_chain_that_is_gone_with_its_organisation(cast, started, capsys):
    factories.begin_chains()
    call_command("checkpoint")
    other = cast.other.pk.hex if connection.vendor == "sqlite" else cast.other.pk
    for table in ("event", "chainhead", "membership"):
        tamper(f"DELETE FROM compliance_{table} WHERE organisation_id = %s", other)  # noqa: S608
    tamper("DELETE FROM compliance_organisation WHERE id = %s", other)
    text, is_good = said(capsys)
    assert (is_good, f"{cast.other.pk}: event 1 missing: 1 events" in text) == (
        False,
        True,
    )


@pytest.mark.parametrize("is_whole", [True, False])
def test_checkpoint_that_is_gone_from_beside_a_whole_chain(cast, started, capsys, is_whole):
    factories.begin_chains()
    call_command("checkpoint")
    first = trail.head_of(cast.acme.pk)[0]
    signing.answer(cast.con, started, "Q3", verdict="met")
    call_command("checkpoint")
    assert said(capsys)[1]
    path, seq = checkpoints.path_of(cast.acme.pk), trail.head_of(cast.acme.pk)[0]
    kept = path.read_bytes()
    if is_whole:
        path.unlink()
    else:
        path.write_bytes(kept[: kept.index(b"\nattest/trail") + 1])
        assert checkpoints.latest(cast.acme.pk).size == first
    text, is_good = said(capsys)
    gone = f"event {seq} was signed by a checkpoint that is no longer in its file"
    assert (is_good, gone in text) == (False, True)
    signing.answer(cast.con, started, "Q3", verdict="partly")
    with pytest.raises(CommandError, match="1 of the chains got no checkpoint"):
        call_command("checkpoint")  # the clock's would hide it within a minute
    assert "--lost" in capsys.readouterr().out
    assert checkpoints.checkpoint_safely(cast.acme.pk) is None
    assert not said(capsys)[1]
    path.write_bytes(kept)
    assert said(capsys)[1]
    path.unlink()
    call_command("checkpoint", "--lost")
    assert said(capsys)[1]


def test_checkpoint_that_somebody_else_signed(cast, started, settings, tmp_path):
    checkpoints.checkpoint(cast.acme.pk)
    settings.KEYS_DIR = tmp_path / "other"
    fault = verification.verify(cast.acme.pk)
    assert (fault.kind, fault.seq) == (Kind.CHECKPOINT, trail.head_of(cast.acme.pk)[0])


def test_moved_event_is_named_in_the_chain_it_came_to(cast, started):
    other = cast.other.pk.hex if connection.vendor == "sqlite" else cast.other.pk
    tamper("UPDATE compliance_event SET organisation_id = %s, seq = 1 WHERE seq = 3", other)
    tamper("INSERT INTO compliance_chainhead VALUES (%s, 1, 'x', NULL, %s)", other, False)
    fault = verification.verify(cast.other.pk)
    assert (fault.seq, fault.kind) == (1, Kind.MOVED)
    assert str(cast.acme.pk) in fault.what
    assert verification.verify(cast.acme.pk).kind == Kind.DELETED


def test_quick_check_begins_at_the_last_verified_checkpoint(cast, started, capsys):
    factories.begin_chains()
    assert last_verified.verified(cast.acme.pk) is None
    checkpoints.checkpoint(cast.acme.pk)
    text, is_good = said(capsys, "--quick")
    seq, _ = trail.head_of(cast.acme.pk)
    assert (is_good, last_verified.verified(cast.acme.pk).size) == (True, seq)
    signing.answer(cast.con, started, "Q3", verdict="met")
    tamper("UPDATE compliance_event SET action = 'forged' WHERE seq = 2")
    assert said(capsys, "--quick")[1]  # what was verified before is not read again
    assert last_verified.verified(cast.acme.pk).size == seq + 1
    assert not said(capsys)[1]
    tamper("UPDATE compliance_event SET action = 'forged' WHERE seq = %s", seq + 1)
    text, is_good = said(capsys, "--quick")
    assert (is_good, f"event {seq + 1} its who" in text) == (False, True)


def test_quick_check_believes_no_note_but_its_own(cast, started, settings, tmp_path):
    """A note says what a quick check may leave out: who forges it hides a change."""
    checkpoints.checkpoint(cast.acme.pk)
    size, _ = trail.head_of(cast.acme.pk)
    path = settings.CHECKPOINTS_DIR / f"{cast.acme.pk}.verified"
    forged = {"at": "2026-11-27T10:00:00+00:00", "size": size}
    for signature in ({}, {"signature": "00"}, {"signature": "0" * 128}):
        path.write_text(json.dumps(forged | signature))
        assert last_verified.verified(cast.acme.pk) is None
    tamper("UPDATE compliance_event SET action = 'forged' WHERE seq = 2")
    assert last_verified.verify(cast.acme.pk, is_quick=True).fault.seq == 2
    assert last_verified.verified(cast.acme.pk) is None


def test_note_of_another_chain_or_size_is_none(cast, started, settings):
    last_verified.verify(cast.acme.pk)
    here = settings.CHECKPOINTS_DIR / f"{cast.acme.pk}.verified"
    there = here.with_name(f"{cast.other.pk}.verified")
    there.write_text(here.read_text())
    assert last_verified.verified(cast.acme.pk)
    assert last_verified.verified(cast.other.pk) is None
    here.write_text(here.read_text().replace('"size": ', '"size": 1'))
    assert last_verified.verified(cast.acme.pk) is None


def test_quick_check_counts_what_it_does_not_read(cast, started):
    checkpoints.checkpoint(cast.acme.pk)
    last_verified.verify(cast.acme.pk)
    tamper("DELETE FROM compliance_event WHERE seq = 2")
    fault = last_verified.verify(cast.acme.pk, is_quick=True).fault
    assert (fault.seq, fault.kind) == (2, Kind.DELETED)


def test_guards_are_back_after_each_attack(cast, started):
    tamper("UPDATE compliance_answer SET note = 'Other'")
    assert triggers.keep() is False
    assert Organisation.objects.count() == 2


def test_chain_marked_as_a_samples_is_named_and_signed_all_the_same(cast, started, capsys):
    head = ChainHead.objects.filter(pk=cast.acme.pk)
    with Guardless():
        head.update(is_disposable=True)
    text, is_good = said(capsys)
    assert (is_good, "marked as that of a sample" in text) == (False, True)
    assert checkpoints.unsigned_since()
    assert checkpoints.checkpoint_due()
    assert checkpoints.latest(cast.acme.pk).size == head.get().seq


def test_head_forgets_no_checkpoint(cast, started):
    head = ChainHead.objects.filter(pk=cast.acme.pk)
    checkpoints.checkpoint(cast.acme.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        head.update(signed=None)
    signing.answer(cast.con, started, "Q1", note="In the newest wiki.")
    checkpoints.checkpoint(cast.acme.pk)
    with Guardless():
        head.update(signed=None)
    fault = verification.verify(cast.acme.pk)
    assert (fault.kind, "no longer says so" in fault.what) == (Kind.UNKEPT, True)


def test_triggers_that_are_gone_or_changed_are_named(started, capsys):
    assert triggers.unlike() == []
    with Guardless():
        if connection.vendor == "sqlite":
            text, is_good = said(capsys)
            assert (is_good, "triggers of the database" in text) == (False, True)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER guard_event_delete")
            cursor.execute(
                "CREATE TRIGGER guard_event_delete BEFORE DELETE ON compliance_event"
                " FOR EACH ROW WHEN 0 BEGIN SELECT 1; END"
            )
        else:
            cursor.execute("ALTER TABLE compliance_event DISABLE TRIGGER guard_event")
    [name] = triggers.unlike()
    assert name.startswith("guard_event")
    text, is_good = said(capsys)
    assert (is_good, name in text, "manage.py migrate" in text) == (False, True, True)
    call_command("check", "--database", "default")
    assert name in capsys.readouterr().err
    assert triggers.keep()
    assert triggers.unlike() == []


def test_row_that_nothing_can_name_is_told_in_words(cast, started, capsys):
    factories.begin_chains()
    kind = apps.get_model("mfa", "Authenticator")
    with Guardless():
        kind.objects.bulk_create([kind(user=cast.con, type="webauthn", data={})])
    text, is_good = said(capsys)
    assert (is_good, "authenticator" in text, "People" in text) == (False, True, True)


@pytest.mark.parametrize("garbage", ['{"x": 1}', "7"])
def test_garbage_in_any_json_ends_in_words(signed_here_and_there, garbage, capsys):
    """One column after the other; the chains behind it are looked at all the same."""
    factories.begin_chains()
    columns = [
        (model._meta.db_table, one.column)
        for model in proven().values()
        for one in model._meta.concrete_fields
        if isinstance(one, JSONField) and model._base_manager.exists()
    ]
    columns += [("compliance_originevent", "payload"), ("compliance_event", "payload")]
    names = {"Library", "People", *Organisation.objects.values_list("name", flat=True)}
    for table, column in columns:
        with transaction.atomic():
            try:
                tamper(f"UPDATE {table} SET {column} = %s", garbage)  # noqa: S608
            except IntegrityError:
                continue
            text, is_good = said(capsys)
            transaction.set_rollback(True)
        assert not is_good, (table, column)
        assert [name for name in names if f"{name}: " not in text] == []


def test_changed_archive_and_pack_are_named(cast, started, capsys):
    content = b"the archive as it was made"
    named = hashlib.sha256(content).hexdigest()
    job = {"status": "done", "sha256": named, "size_bytes": 26, "asked_by": cast.otto}
    job |= {"finished_at": timezone.now()}
    Archive.objects.create(organisation=cast.acme, **job)
    Package.objects.create(assessment=started, kind="pack", **job)
    for store in (archive_store, package_store):
        path = store.path_of(named)
        path.write_bytes(content)
        assert "other bytes" not in said(capsys)[0]
        path.write_bytes(content[:-1] + b"x")
        text, is_good = said(capsys)
        assert (is_good, f"{named}.zip has other bytes" in text) == (False, True)
        path.unlink()
        assert "other bytes" not in said(capsys)[0]
