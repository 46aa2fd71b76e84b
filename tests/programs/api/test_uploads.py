"""Files in pieces: sent on after an interruption, never claimed longer than kept, finished once."""

import hashlib
import io
import os
import time
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ObjectDoesNotExist
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone

from compliance.content.evidence import actions, scanning, storage
from compliance.content.evidence.actions import quotas, resuming
from compliance.ground.web import file_store
from compliance.ground.web.bucket import AwayError
from compliance.models import Event, Evidence, Upload
from compliance.operations.closing import deletion, grace
from compliance.proof.audit import checkpoints
from tests.content.evidence.samples import PDF
from tests.support import factories
from tests.support.api_programs import Program

BYTES = "application/offset+octet-stream"
TEXT = b"".join(f"{number:08}\n".encode() for number in range(10_000))
LENGTH = len(TEXT)
SHA256 = hashlib.sha256(TEXT).hexdigest()


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


@pytest.fixture
def stored(files):
    """``stored()``: the names and bytes of all files that lie there."""
    return lambda: {p.name: p.read_bytes() for p in files.rglob("*") if p.is_file()}


@pytest.fixture
def con(cast):
    return Program(cast.con, cast.acme)


def begin(program, length=LENGTH, **headers):
    headers = {"Upload_Length": str(length), "Tus_Resumable": "1.0.0"} | headers
    return program.call("POST", "/evidence/uploads", **headers)


def send(program, place, content, offset, kind=BYTES, **headers):
    given = {"Authorization": f"Bearer {program.text}", "Upload-Offset": str(offset)}
    given |= {"Content-Type": kind, "Content-Length": str(len(content))}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    return program.client.generic("PATCH", place, content, kind, headers=given)


def look(program, place):
    return program.call("HEAD", place.removeprefix("/api/v1"))


def finish(program, place, **body):
    body = {"file_name": "list.txt"} | body
    return program.post(f"{place.removeprefix('/api/v1')}/finish", body)


@pytest.fixture
def place(con):
    """The address of an upload that Con's program has begun."""
    return begin(con).headers["Location"]


def test_file_comes_in_pieces_and_becomes_evidence(con, cast, place, stored):
    at = 0
    while at < len(TEXT):
        reply = send(con, place, TEXT[at : at + 33_333], at)
        assert reply.status_code == 204, reply.content
        at = int(look(con, place).headers["Upload-Offset"])
        assert reply.headers["Upload-Offset"] == str(at)
    reply = look(con, place)
    assert (reply.status_code, reply.headers["Upload-Length"]) == (200, str(len(TEXT)))
    assert (reply.headers["Cache-Control"], reply.content) == ("no-store", b"")
    reply = finish(con, place, sha256=SHA256, title="The list")
    assert reply.status_code == 201, reply.content
    made = Evidence.objects.get()
    assert (made.title, made.file_name, made.sha256) == ("The list", "list.txt", SHA256)
    assert (made.added_by, made.size_bytes) == (cast.con, len(TEXT))
    assert reply.headers["Location"] == f"/api/v1/evidence/{made.pk}"
    assert stored() == {SHA256: TEXT}
    assert Event.objects.filter(action="evidence.added").count() == 1


def test_finishing_twice_is_once(con, place):
    send(con, place, TEXT, 0)
    replies = [finish(con, place).json() for _ in range(3)]
    assert replies[0] == replies[1] == replies[2]
    assert Evidence.objects.count() == 1
    assert look(con, place).headers["Upload-Offset"] == str(len(TEXT))


def test_bytes_for_another_place_are_refused_with_the_right_place(con, place, stored):
    send(con, place, TEXT[:100], 0)
    for offset in (0, 50, 101):
        reply = send(con, place, TEXT[offset : offset + 10], offset)
        assert (reply.status_code, reply.headers["Upload-Offset"]) == (409, "100")
        assert reply.json()["offset"] == 100
    assert list(stored().values()) == [TEXT[:100]]


def test_file_that_is_not_whole_is_not_finished(con, place):
    send(con, place, TEXT[:100], 0)
    reply = finish(con, place)
    assert (reply.status_code, reply.json()["offset"]) == (409, 100)
    assert not Evidence.objects.exists()


def test_more_bytes_than_announced_are_refused_whole(con, place, stored):
    reply = send(con, place, TEXT + b"x", 0)
    assert (reply.status_code, "are left" in reply.json()["detail"]) == (413, True)
    assert (stored(), look(con, place).headers["Upload-Offset"]) == ({}, "0")


def test_connection_that_breaks_keeps_what_came(con, cast, place):
    class Broken(io.BytesIO):
        def read(self, *args):
            if self.tell() >= 100:
                raise OSError("connection reset")
            return super().read(100)

        readline = read

    headers = {"HTTP_AUTHORIZATION": f"Bearer {con.text}", "HTTP_UPLOAD_OFFSET": "0"}
    more = {"CONTENT_TYPE": BYTES, "CONTENT_LENGTH": str(len(TEXT))}
    more["wsgi.input"] = Broken(TEXT)
    con.client.request(REQUEST_METHOD="PATCH", PATH_INFO=place, **headers, **more)
    assert look(con, place).headers["Upload-Offset"] == "100"
    send(con, place, TEXT[100:], 100)
    assert finish(con, place, sha256=SHA256).status_code == 201


def test_other_hash_than_the_programs_is_refused_and_the_bytes_stay(con, place):
    send(con, place, TEXT, 0)
    reply = finish(con, place, sha256="0" * 64)
    assert (reply.status_code, reply.json()["faults"][0]["at"]) == (422, "body.sha256")
    assert SHA256 in reply.json()["detail"]
    assert not Evidence.objects.exists()
    assert finish(con, place, sha256=SHA256).status_code == 201


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload_Length": ""}, 422),
        ({"Upload_Length": "-1"}, 422),
        ({"Upload_Length": "1e3"}, 422),
        ({"Upload_Length": "٣"}, 422),
        ({"Upload_Length": "9" * 16}, 422),
        ({"Upload_Length": "9" * 400}, 422),
        ({"Tus_Resumable": "0.2.2"}, 412),
    ],
)
def test_unfit_beginnings_are_refused(headers, status, con):
    reply = begin(con, **headers)
    assert reply.status_code == status, reply.content
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert not Upload.objects.exists()


def test_unfit_pieces_are_refused(con, place, stored):
    assert send(con, place, b"x", 0, kind="text/plain").status_code == 415
    assert send(con, place, b"x", "a").status_code == 422
    assert send(con, place, b"x", 0, Tus_Resumable="2.0.0").status_code == 412
    assert send(con, place, b"", 0).status_code == 204
    assert stored() == {}


def test_too_large_a_file_is_refused_before_a_byte_is_sent(con, settings):
    settings.UPLOAD_BYTES = 1000
    reply = begin(con, 1001)
    assert (reply.status_code, "1001" not in reply.json()["detail"]) == (422, True)
    assert begin(con, 1000).status_code == 201


def test_what_the_page_refuses_is_refused_and_can_be_finished_otherwise(con, cast, settings, stored):
    place = begin(con, 8).headers["Location"]
    send(con, place, b"MZ\x90\x00....", 0)
    reply = finish(con, place, file_name="tool.exe")
    assert (reply.status_code, Evidence.objects.exists()) == (422, False)
    place = begin(con, len(PDF)).headers["Location"]
    send(con, place, PDF, 0)
    reply = finish(con, place, title="x" * 301)
    assert reply.status_code == 422
    reply = finish(con, place, covers_from="2026-02-01", covers_to="2026-01-01")
    assert reply.status_code == 422
    settings.UPLOADS_PER_HOUR = 0
    assert finish(con, place).status_code == 429
    settings.UPLOADS_PER_HOUR = 60
    made = finish(con, place, file_name="../../etc/policy.pdf").json()
    assert (made["file_name"], made["media_type"]) == ("policy.pdf", "application/pdf")


def test_virus_is_refused_dropped_and_in_the_trail(con, place, settings, monkeypatch, stored):
    send(con, place, TEXT, 0)
    settings.SCAN_SOCKET = "/nowhere"
    assert finish(con, place).status_code == 503
    monkeypatch.setattr(scanning, "found_in", lambda *_: "Eicar")
    reply = finish(con, place)
    assert (reply.status_code, "Eicar" in reply.json()["detail"]) == (422, True)
    assert Event.objects.filter(action="evidence.refused").count() == 1
    assert not Evidence.objects.exists()
    assert "Nothing was kept" in reply.json()["detail"]
    assert (stored(), Upload.objects.exists()) == ({}, False)


def test_bytes_that_lie_there_count_and_are_counted_once_when_finished(con, cast, place, settings):
    send(con, place, TEXT[:1000], 0)
    assert quotas.kept_by(cast.acme)["Unfinished uploads"] == 1000
    settings.ORGANISATION_BYTES = len(TEXT) + 999
    reply = begin(con)
    assert (reply.status_code, "its limit" in reply.json()["detail"]) == (422, True)
    send(con, place, TEXT[1000:], 1000)
    settings.ORGANISATION_BYTES = len(TEXT)
    assert finish(con, place).status_code == 201
    kept = quotas.kept_by(cast.acme)
    assert (sum(kept.values()), "Unfinished uploads" in kept) == (len(TEXT), False)


def test_two_uploads_together_do_not_pass_the_limit(con, cast, settings, stored):
    settings.ORGANISATION_BYTES = 150
    places = [begin(con, 100).headers["Location"] for _ in range(2)]
    assert send(con, places[0], TEXT[:100], 0).status_code == 204
    reply = send(con, places[1], TEXT[:100], 0)
    assert (reply.status_code, "its limit" in reply.json()["detail"]) == (422, True)
    assert list(stored().values()) == [TEXT[:100]]
    assert send(con, places[1], TEXT[:50], 0).status_code == 204


def test_interrupted_upload_is_kept_a_day_after_its_last_bytes_and_then_swept(con, cast, place, stored):
    send(con, place, TEXT[:1000], 0)
    begun, later = timezone.now(), len(TEXT[:1000])
    with time_machine.travel(begun + timedelta(hours=23), tick=True):
        con.call("GET", "/organisation")
        assert send(con, place, TEXT[1000:2000], later).status_code == 204
    with time_machine.travel(begun + timedelta(hours=46), tick=True):
        assert look(con, place).headers["Upload-Offset"] == "2000"
    with time_machine.travel(begun + timedelta(hours=47, minutes=1), tick=True):
        assert look(con, place).status_code == 404
        assert send(con, place, b"x", 2000).status_code == 404
        assert finish(con, place).status_code == 404
        assert "Unfinished uploads" not in quotas.kept_by(cast.acme)
        call_command("sweep_files")
    assert not Upload.objects.exists()


def test_sweep_takes_pieces_without_a_row_and_leaves_the_others(con, cast, place, stored, files):
    send(con, place, TEXT[:1000], 0)
    upload = Upload.objects.get()
    orphan, _ = storage.keep_piece(cast.acme.pk, upload.pk, [b"lost"])
    fresh, _ = storage.keep_piece(cast.acme.pk, upload.pk, [b"new"])
    old = time.time() - 25 * 60 * 60
    for path in files.rglob("*"):
        if path.is_file() and path.name != fresh:
            os.utime(path, (old, old))
    actions.sweep()
    assert set(stored()) == {*upload.pieces, fresh}
    assert orphan not in stored()
    upload.delete()
    actions.sweep()
    assert not list(files.rglob("uploads/*"))


def test_new_upload_clears_away_those_that_are_over(con, cast, place, stored):
    send(con, place, TEXT[:1000], 0)
    Upload.objects.update(touched_at=timezone.now() - timedelta(days=1, minutes=1))
    begin(con)
    assert (Upload.objects.count(), stored()) == (1, {})


def test_upload_is_dropped_with_its_bytes(con, place, stored):
    send(con, place, TEXT[:1000], 0)
    path = place.removeprefix("/api/v1")
    assert con.call("DELETE", path).status_code == 204
    assert (stored(), Upload.objects.exists()) == ({}, False)
    assert con.call("DELETE", path).status_code == 404


def test_dropping_a_finished_one_leaves_the_evidence(con, place, stored):
    send(con, place, TEXT, 0)
    finish(con, place)
    assert con.call("DELETE", place.removeprefix("/api/v1")).status_code == 204
    assert (Evidence.objects.count(), stored()) == (1, {SHA256: TEXT})


def test_nobody_else_finds_it(con, cast, place):
    for other in (Program(cast.ada, cast.acme), Program(cast.zoe, cast.other)):
        assert look(other, place).status_code == 404
        assert send(other, place, b"x", 0).status_code == 404
        assert finish(other, place).status_code == 404
        assert other.call("DELETE", place.removeprefix("/api/v1")).status_code == 404
    again = Program(cast.con, cast.acme)
    assert look(again, place).status_code == 200


def test_scope_and_role_are_asked_at_every_piece(con, cast, place):
    narrow = Program(cast.con, cast.acme, scopes=[])
    assert (begin(narrow).status_code, look(narrow, place).status_code) == (403, 403)
    assert send(narrow, place, b"x", 0).status_code == 403
    cast.acme.memberships.filter(user=cast.con).update(role="reader")
    assert send(con, place, b"x", 0).status_code == 403
    assert finish(con, place).status_code == 403


def test_uploads_of_one_person_and_pieces_of_one_upload_are_limited(con, place, monkeypatch, stored):
    monkeypatch.setattr(resuming, "MOST_OPEN", 2)
    assert [begin(con).status_code for _ in range(2)] == [201, 429]
    monkeypatch.setattr(resuming, "MOST_PIECES", 2)
    statuses = [send(con, place, TEXT[n : n + 1], n).status_code for n in range(3)]
    assert statuses == [204, 204, 422]
    assert len(stored()) == 2


def test_beginning_may_be_repeated_under_a_key(con):
    same = [begin(con, Idempotency_Key="a") for _ in range(2)]
    assert same[0].headers["Location"] == same[1].headers["Location"]
    assert same[1].headers["Tus-Resumable"] == "1.0.0"
    assert Upload.objects.count() == 1
    assert begin(con, 5, Idempotency_Key="a").status_code == 422


def test_full_disk_keeps_nothing_of_a_piece(con, place, stored, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    send(con, place, TEXT[:10], 0)
    monkeypatch.setattr(storage.os, "fsync", full)
    reply = send(con, place, TEXT[10:20], 10)
    assert (reply.status_code, list(stored().values())) == (507, [TEXT[:10]])
    monkeypatch.undo()
    assert look(con, place).headers["Upload-Offset"] == "10"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("database or disk is full", 507),
        ("attempt to write a readonly database", 503),
    ],
)
def test_database_that_takes_nothing_keeps_nothing_of_a_piece(con, stored, monkeypatch, words, status):
    """Else each try would leave its bytes on a disk that is full."""

    def failing(*_args, **_kwargs):
        raise OperationalError(words)

    place = begin(con).headers["Location"]
    monkeypatch.setattr(Upload, "save", failing)
    reply = send(con, place, TEXT[:10], 0)
    assert (reply.status_code, stored()) == (status, {})


def test_failed_commit_leaves_more_bytes_than_the_row_says_and_never_fewer(con, place, stored, monkeypatch):
    def failing(*_args, **_kwargs):
        raise ConnectionError

    send(con, place, TEXT[:10], 0)
    monkeypatch.setattr(Upload, "save", failing)
    assert send(con, place, TEXT[10:20], 10).status_code == 500
    monkeypatch.undo()
    assert look(con, place).headers["Upload-Offset"] == "10"
    assert sorted(map(len, stored().values())) == [10, 10]
    assert send(con, place, TEXT[10:], 10).status_code == 204
    assert finish(con, place, sha256=SHA256).status_code == 201


def test_bytes_that_are_gone_are_reported_as_gone(con, place, files):
    send(con, place, TEXT, 0)
    for path in files.rglob("uploads/*/*"):
        path.unlink()
    reply = finish(con, place)
    assert (reply.status_code, "Begin a new one" in reply.json()["detail"]) == (
        410,
        True,
    )
    assert not Evidence.objects.exists()


@pytest.mark.parametrize("size", [5, 9])
def test_bytes_that_rotted_while_they_waited_are_no_evidence(con, place, files, size):
    send(con, place, TEXT[:9], 0)
    send(con, place, TEXT[9:], 9)
    [piece] = (p for p in files.rglob("uploads/*/*") if p.stat().st_size == 9)
    piece.write_bytes(b"X" * size)
    assert finish(con, place).status_code == 410
    assert not Evidence.objects.exists()


def test_finishing_at_once_is_once_where_it_replaces_and_was_the_last_of_the_hour(
    con, cast, place, settings, monkeypatch
):
    """A second call read the upload before the first one ended, and all its pieces."""
    send(con, place, TEXT, 0)
    old, own = factories.make_link(cast.acme, cast.ada), Upload.objects.get()
    found = {"by": cast.con, "organisation": cast.acme, "upload_id": own.pk}
    one, other = (actions.find_upload(**found) for _ in range(2))
    monkeypatch.setattr(storage, "drop_upload", lambda *_: None)
    settings.UPLOADS_PER_HOUR = 1
    made = [actions.finish_upload(upload=each, file_name="list.txt", replaces=old) for each in (one, other)]
    assert made[0] == made[1] == Evidence.objects.get(replaces=old)


def test_store_that_fails_after_the_change_does_not_deny_it(con, cast, place, monkeypatch):
    def away(*_args, **_kwargs):
        raise AwayError

    send(con, place, TEXT, 0)
    over = begin(con).headers["Location"].rpartition("/")[2]
    old = timezone.now() - timedelta(days=1, minutes=1)
    Upload.objects.filter(pk=over).update(touched_at=old)
    for name in ("delete", "delete_folder"):
        monkeypatch.setattr(file_store, name, away)
    assert finish(con, place).status_code == 201
    assert send(con, begin(con).headers["Location"], b"", 0).status_code == 204
    assert con.call("DELETE", place.removeprefix("/api/v1")).status_code == 204
    assert Evidence.objects.count() == Upload.objects.count() == 1


@pytest.mark.parametrize("is_late", [True, False])
@pytest.mark.slow
def test_piece_that_comes_while_its_organisation_is_deleted_leaves_no_bytes(
    con, cast, stored, settings, is_late
):
    """It was found before; the deletion comes after its first bytes, or before them."""
    settings.CHECKPOINTS_DIR = settings.DATA_DIR / "checkpoints"
    settings.GRACE_DAYS = -0.5
    found = {"by": cast.con, "organisation": cast.acme}
    begun = begin(con).json()["id"]
    upload = actions.find_upload(upload_id=begun, **found)
    factories.begin_chains()
    grace.start_closing(by=cast.ada, organisation=cast.acme, name="Acme")
    checkpoints.checkpoint(cast.acme.pk)

    def chunks():
        yield b"half"
        if is_late:
            deletion.delete(cast.acme.pk)

    if not is_late:
        deletion.delete(cast.acme.pk)
    with pytest.raises(ObjectDoesNotExist):
        actions.append(upload=upload, offset=0, chunks=chunks())
    assert stored() == {}


@pytest.mark.parametrize("name", ["..", ".", "/", "lists/", "\\"])
def test_name_that_is_none_becomes_one(con, name):
    place = begin(con, len(PDF)).headers["Location"]
    send(con, place, PDF, 0)
    reply = finish(con, place, file_name=name)
    assert (reply.status_code, reply.json()["file_name"]) == (201, "file.pdf")


def test_file_is_a_new_version_of_a_piece_of_the_same_organisation_only(con, cast, place):
    send(con, place, TEXT, 0)
    theirs = factories.make_link(cast.other, cast.zoe)
    assert finish(con, place, replaces=str(theirs.pk)).status_code == 404
    own = factories.make_link(cast.acme, cast.ada)
    assert finish(con, place, replaces=str(own.pk)).json()["replaces"] == str(own.pk)


@pytest.mark.slow
def test_same_in_a_bucket(con, s3, stored):
    place = begin(con).headers["Location"]
    for at in range(0, len(TEXT), 40_000):
        send(con, place, TEXT[at : at + 40_000], at)
    assert stored() == {}
    made = finish(con, place, sha256=SHA256).json()
    assert made["sha256"] == SHA256
    names = list(s3.bucket.older("files", "*", time.time() + 60))
    assert [name.rpartition("/")[2] for name in names] == [SHA256]


def test_orphans_in_a_bucket_are_swept(con, cast, s3):
    place = begin(con).headers["Location"]
    send(con, place, TEXT[:1000], 0)
    upload = Upload.objects.get()
    storage.keep_piece(cast.acme.pk, upload.pk, [b"lost"])
    found = storage.old_pieces(cast.acme.pk, time.time() + 60)
    assert len(found[upload.pk]) == 2
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=True):
        assert resuming.sweep_uploads() == 2
    assert not storage.old_pieces(cast.acme.pk, time.time() + 60)


RACE = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
import django
django.setup()
from django.test.utils import setup_test_environment
setup_test_environment()
from django.core.cache import cache
from django.db import connection
from compliance.models import Evidence, Upload
from tests.support.factories import make_cast
from tests.support.api_programs import Program
from tests.programs.api.test_uploads import begin, finish, look, send

rounds, result = int(sys.argv[1]), {"odd": [], "evidence": 0}
cast = make_cast()
programs = [Program(cast.con, cast.acme) for _ in range(4)]

def at_once(calls):
    def run(call):
        try:
            return call()
        finally:
            connection.close()
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))

for number in range(rounds):
    cache.clear()
    place = begin(programs[0], 4000).headers["Location"]
    at = 0
    while at < 4000:
        replies = at_once([
            lambda p=p, l=l: send(p, place, l * 1000, at)
            for p, l in zip(programs, (b"a", b"b", b"c", b"d"))
        ])
        statuses = sorted(reply.status_code for reply in replies)
        if statuses != [204, 409, 409, 409]:
            result["odd"].append([number, at, statuses])
        at = int(look(programs[0], place).headers["Upload-Offset"])
    made = at_once([lambda p=p: finish(p, place, file_name="a.txt") for p in programs])
    if {(r.status_code, r.content) for r in made} != {(201, made[0].content)}:
        result["odd"].append([number, [(r.status_code, r.content.decode()[:300]) for r in made]])
    piece = Evidence.objects.latest("added_at")
    from compliance.content.evidence.storage import open_kept
    with open_kept(cast.acme.pk, piece.sha256) as file:
        content = file.read()
    whole = [content[n:n + 1000] for n in range(0, 4000, 1000)]
    if len(content) != 4000 or any(len(set(one)) != 1 for one in whole):
        result["odd"].append([number, "interleaved"])
result["evidence"] = Evidence.objects.count()
print(json.dumps(result))
"""


@pytest.mark.slow
@pytest.mark.parametrize("rounds", [3, pytest.param(40, marks=pytest.mark.long)])
def test_four_clients_at_one_place_interleave_nothing(race, rounds):
    assert race(RACE, rounds) == {"odd": [], "evidence": rounds}
