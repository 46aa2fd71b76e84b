import hashlib
import os
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, OperationalError

from compliance.content.evidence import actions, storage
from compliance.models import Event, Evidence
from compliance.proof.audit import trail, verification
from tests.content.evidence.samples import PDF, REFUSED
from tests.support.factories import make_link


def last_event(organisation):
    event = trail.events_of(organisation.pk).first()
    return (event.actor, event.action, event.subject_id, *trail.changes(event))


def test_file_is_kept_with_its_hash_dates_and_one_event(cast, make_file, place):
    day = date(2026, 12, 31)
    evidence = make_file("Policy.PDF", PDF, title="Policy", expires_on=day)
    evidence.refresh_from_db()
    digest = hashlib.sha256(PDF).hexdigest()
    assert (evidence.file_name, evidence.media_type) == (
        "Policy.PDF",
        "application/pdf",
    )
    assert (evidence.sha256, evidence.size_bytes) == (digest, len(PDF))
    assert place(evidence).read_bytes() == PDF
    after = {
        "title": "Policy",
        "file_name": "Policy.PDF",
        "media_type": "application/pdf",
        "size_bytes": len(PDF),
        "sha256": digest,
        "expires_on": "2026-12-31",
    }
    assert last_event(cast.acme) == (
        cast.con,
        "evidence.added",
        str(evidence.pk),
        {},
        after,
    )
    assert Event.objects.count() == 1
    assert verification.verify(cast.acme.pk) is None


def test_file_without_a_title_is_called_by_its_name(make_file):
    assert make_file("../x/Größe\u202e.exe", PDF).title == "Größe.exe.pdf"


@pytest.mark.parametrize(("name", "content"), REFUSED.values(), ids=REFUSED)
def test_refused_file_leaves_nothing(make_file, stored, name, content):
    with pytest.raises(ValidationError) as refused:
        make_file(name, content)
    assert list(refused.value.message_dict) == ["upload"]
    assert (stored(), Evidence.objects.count(), Event.objects.count()) == ([], 0, 0)


def test_file_over_the_limit_is_refused_and_at_the_limit_kept(make_file, stored, settings):
    settings.UPLOAD_BYTES = len(PDF)
    make_file(content=PDF)
    settings.UPLOAD_BYTES = len(PDF) - 1
    with pytest.raises(ValidationError, match="fit"):
        make_file(content=PDF)
    assert len(stored()) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "a\u202eb"},
        {"title": "x" * 201},
        {"covers_from": date(2026, 2, 1), "covers_to": date(2026, 1, 1)},
    ],
)
def test_wrong_words_are_refused_before_anything_is_written(make_file, stored, fields):
    with pytest.raises(ValidationError):
        make_file(**fields)
    assert (stored(), Evidence.objects.count()) == ([], 0)


def test_row_and_event_come_together_or_not_at_all(cast, make_file, monkeypatch, stored):
    def refuse(**kwargs):
        raise DatabaseError

    monkeypatch.setattr(trail, "record", refuse)
    with pytest.raises(DatabaseError):
        make_file()
    assert (Evidence.objects.count(), Event.objects.count()) == (0, 0)
    assert len(stored()) == 1  # without a row: the sweep takes it away
    assert actions.sweep(older_seconds=-60) == 1
    assert stored() == []


def test_full_database_is_refused_in_the_same_words(cast, monkeypatch):
    def refuse(**kwargs):
        msg = "database or disk is full"
        raise OperationalError(msg)

    monkeypatch.setattr(trail, "record", refuse)
    with pytest.raises(storage.StorageError) as refused:
        actions.add_link(by=cast.con, organisation=cast.acme, url="https://e.eu", title="A")
    assert refused.value.code == storage.FULL
    assert Evidence.objects.count() == 0


def test_link_is_kept_and_never_opened(cast, monkeypatch):
    monkeypatch.delattr("socket.getaddrinfo")
    url = "https://wiki/Policy?a=1&b=2"
    evidence = actions.add(by=cast.con, organisation=cast.acme, upload=None, url=url, title="Wiki")
    assert (evidence.url, evidence.is_file, evidence.kind) == (url, False, "Link")
    assert last_event(cast.acme)[-1] == {"title": "Wiki", "url": url}


@pytest.mark.parametrize(
    ("url", "title"),
    [
        ("javascript:alert(1)", "A"),
        ("https://u:p@e.eu/", "A"),
        ("https://e.eu/" + "a" * 1000, "A"),
        ("https://e.eu/", ""),
        ("https://e.eu/", "a\nb"),
    ],
)
def test_wrong_link_is_refused(cast, url, title):
    with pytest.raises(ValidationError):
        actions.add_link(by=cast.con, organisation=cast.acme, url=url, title=title)
    assert (Evidence.objects.count(), Event.objects.count()) == (0, 0)


def test_file_and_link_at_once_or_neither_is_refused(cast):
    file = SimpleUploadedFile("a.pdf", PDF)
    for fields in ({"upload": file, "url": "https://e.eu"}, {}):
        with pytest.raises(ValidationError):
            actions.add(by=cast.con, organisation=cast.acme, title="A", **fields)


def test_unknown_date_is_a_mistake_of_ours(cast):
    with pytest.raises(TypeError):
        actions.add(by=cast.con, organisation=cast.acme, url="https://e.eu", sha256="x")


def test_describing_records_what_changed_and_nothing_else(cast, make_file):
    evidence = make_file(title="Old", document_on=date(2026, 1, 1))
    described = actions.describe(
        by=cast.ada,
        evidence=evidence,
        title="New",
        document_on=date(2026, 1, 1),
        expires_on=date(2027, 1, 1),
    )
    assert (described.title, described.expires_on) == ("New", date(2027, 1, 1))
    assert last_event(cast.acme) == (
        cast.ada,
        "evidence.described",
        str(evidence.pk),
        {"title": "Old", "expires_on": None},
        {"title": "New", "expires_on": "2027-01-01"},
    )


def test_describing_with_nothing_new_records_nothing(cast, make_file):
    evidence = make_file(title="Same")
    actions.describe(by=cast.ada, evidence=evidence, title="Same", expires_on=None)
    assert Event.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"title": ""},
        {"title": "a\x00b"},
        {"covers_from": date(2026, 2, 1), "covers_to": date(2026, 1, 1)},
    ],
)
def test_wrong_description_changes_nothing(cast, make_file, changes):
    evidence = make_file(title="Same")
    with pytest.raises(ValidationError):
        actions.describe(by=cast.ada, evidence=evidence, **changes)
    evidence.refresh_from_db()
    assert (evidence.title, evidence.covers_from) == ("Same", None)
    assert Event.objects.count() == 1


@pytest.mark.parametrize("name", ["sha256", "url", "file_name", "organisation"])
def test_file_and_link_cannot_be_described_away(cast, make_file, name):
    with pytest.raises(TypeError):
        actions.describe(by=cast.ada, evidence=make_file(), **{name: "x"})


def test_sweep_spares_files_with_a_row_and_young_ones(cast, make_file, place, stored):
    named, nameless = make_file(), make_file("a.txt", b"a")
    young = make_file("b.txt", b"b")
    for evidence in (named, nameless):
        os.utime(place(evidence), (1, 1))
    Evidence.objects.filter(pk__in=[nameless.pk, young.pk]).delete()
    part = place(named).parent.parent / ".part-0"
    part.write_bytes(b"half")
    os.utime(part, (1, 1))
    call_command("sweep_files")
    assert stored() == sorted([place(named), place(young)])


def test_sweep_looks_at_each_organisation_for_itself(cast, make_file, place, stored):
    ours = make_file("a.txt", b"a")
    theirs = make_file("a.txt", b"a", organisation=cast.other)
    for evidence in (ours, theirs):
        os.utime(place(evidence), (1, 1))
    theirs.delete()
    assert actions.sweep() == 1
    assert stored() == [place(ours)]


def test_same_bytes_again_make_a_second_row_and_young_file(make_file, place, stored):
    first = make_file(title="First")
    os.utime(place(first), (1, 1))
    second = make_file(title="Second")
    assert len(stored()) == 1
    assert place(first).stat().st_mtime > 1
    assert list(Evidence.objects.all().same_file_as(second)) == [first]


@pytest.mark.parametrize(
    "fields",
    [
        {"url": ""},
        {"sha256": "0" * 64},
        {"size_bytes": 1},
        {"file_name": "a.pdf"},
        {"covers_from": date(2026, 2, 1), "covers_to": date(2026, 1, 1)},
    ],
)
def test_database_refuses_what_is_neither_file_nor_link(cast, fields):
    link = make_link(cast.acme, cast.ada)
    for name, value in fields.items():
        setattr(link, name, value)
    with pytest.raises(IntegrityError):
        link.save()
