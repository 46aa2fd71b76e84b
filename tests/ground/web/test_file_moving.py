"""Files move between folder and bucket: proven, begun again, and removed only then."""

import hashlib
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from compliance.content.evidence.actions import append, begin_upload, finish_upload
from compliance.ground.web import file_store
from compliance.ground.web.file_checks import check_files

pytestmark = pytest.mark.slow
ORGANISATION = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def bucket(s3, settings):
    """The address of the bucket; the installation keeps its files in the folder yet."""
    url, settings.FILES_URL = settings.FILES_URL, ""
    return url


@pytest.fixture
def files(bucket, settings, tmp_path):
    """A file of each kind, and one that is being made, in the folder."""
    found = []
    for number, ending in enumerate(("", ".pdf", ".zip", ".zip")):
        content = f"file {number}".encode()
        sha256 = hashlib.sha256(content).hexdigest()
        folder = list(file_store.roots().values())[number]
        if not ending:
            folder = folder / ORGANISATION / sha256[:2]
        made = tmp_path / "made"
        made.write_bytes(content)
        path = folder / f"{sha256}{ending}"
        file_store.put(made, path, replaces=True)
        found.append(path)
    (settings.DATA_DIR / "reports" / ".part-1").mkdir()
    (settings.DATA_DIR / "reports" / ".part-1" / "draft.pdf").write_text("x")
    return found


def move(source, *more):
    out = StringIO()
    call_command("move_files", "--from", source, *more, stdout=out)
    return out.getvalue()


def content(path):
    return b"".join(file_store.chunks(path))


def test_files_go_to_the_bucket_and_back_and_are_removed_when_that_is_asked(files, bucket, settings):
    before = [content(path) for path in files]
    settings.FILES_URL = bucket
    assert move("folder").startswith("4 files copied, 0 there already")
    assert [path.is_file() for path in files] == [True] * 4
    output = move("folder", "--remove")
    assert output.startswith("0 files copied, 4 there already, 4 removed")
    assert [path.is_file() for path in files] == [False] * 4
    assert [content(path) for path in files] == before
    settings.FILES_URL = ""
    assert move(bucket, "--remove").startswith("4 files copied")
    assert [path.read_bytes() for path in files] == before
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    settings.FILES_URL = bucket
    assert not any(map(file_store.is_there, files))
    assert not [path for path in settings.DATA_DIR.iterdir() if path.is_file()]


def test_interrupted_move_says_so_and_goes_on(files, bucket, settings, s3, monkeypatch):
    settings.FILES_URL = bucket
    put = file_store.put

    def one_then_gone(file, path, **how):
        put(file, path, **how)
        s3.fault = "gone"

    monkeypatch.setattr(file_store, "put", one_then_gone)
    with pytest.raises(CommandError, match="Run the command again"):
        move("folder", "--remove")
    assert all(path.is_file() for path in files)
    monkeypatch.undo()
    s3.fault = ""


@pytest.mark.django_db
def test_upload_goes_on_in_the_other_store_and_leaves_nothing(cast, bucket, settings):
    upload = begin_upload(by=cast.ada, organisation=cast.acme, length=10)
    upload = append(upload=upload, offset=0, chunks=[b"%PDF-"])
    settings.FILES_URL = bucket
    assert move("folder", "--remove").startswith("1 file copied")
    root = file_store.roots()["files"] / str(cast.acme.pk)
    assert file_store.older(root, "*/*/*", float("inf"), "") == []
    upload = append(upload=upload, offset=5, chunks=[b"1.7 x"])
    made = finish_upload(upload=upload, file_name="policy.pdf", title="Policy")
    assert made.sha256 == hashlib.sha256(b"%PDF-1.7 x").hexdigest()


def test_second_run_copies_what_the_first_did_not(files, bucket, settings, tmp_path):
    settings.FILES_URL = bucket
    (tmp_path / "copy").write_bytes(files[0].read_bytes())
    file_store.put(tmp_path / "copy", files[0])
    assert move("folder").startswith("3 files copied, 1 there already")


def test_damaged_file_is_named_and_neither_copied_nor_removed(files, bucket, settings):
    files[1].write_bytes(b"spoilt")
    settings.FILES_URL = bucket
    with pytest.raises(CommandError, match=files[1].name):
        move("folder", "--remove")
    assert files[1].read_bytes() == b"spoilt"
    assert not file_store.is_there(files[1])
    assert not files[2].is_file()


def test_other_bytes_that_lie_there_give_way_to_proven_ones(files, bucket, settings, tmp_path):
    settings.FILES_URL = bucket
    (tmp_path / "other").write_bytes(b"other")
    file_store.put(tmp_path / "other", files[0])
    move("folder", "--remove")
    assert hashlib.sha256(content(files[0])).hexdigest() == files[0].name


@pytest.mark.parametrize(
    ("source", "words"),
    [("folder", "the store in use"), ("s3://", "an address such as")],
)
def test_source_that_is_none_is_refused(bucket, source, words):
    with pytest.raises(CommandError, match=words):
        move(source)


def test_settings_that_are_unsafe_are_named(settings, monkeypatch):
    monkeypatch.setattr("compliance.ground.web.file_checks.find_spec", lambda name: name)
    settings.FILES_URL = "s3://files?endpoint=http://minio:9000"
    assert [one.id for one in check_files(None)] == ["attest.W005"]
    settings.FILES_URL = "s3://files?endpoint=http://127.0.0.1:9000"
    assert check_files(None) == []
    monkeypatch.setattr("compliance.ground.web.file_checks.find_spec", lambda name: None)
    assert [one.id for one in check_files(None)] == ["attest.E008"]
