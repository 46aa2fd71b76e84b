"""Files as objects of a real S3 server, with the faults that one has."""

import hashlib
import time

import pytest

from compliance.ground.web import bucket, circuit_breaker, file_store
from compliance.ground.web.bucket import AwayError, place_in
from compliance.operations.monitoring import checks

pytestmark = pytest.mark.slow


@pytest.fixture
def kept(s3, settings, tmp_path):
    """``kept(content, name)``: the path of a file that was put there."""

    def put(content=b"one", name="reports/a.pdf", **words):
        made = tmp_path / "made"
        made.write_bytes(content)
        path = settings.DATA_DIR / name
        return path, file_store.put(made, path, **words)

    return put


def read(path):
    with file_store.opened(path) as file:
        return file.read()


def test_file_is_an_object_and_not_on_the_disk(s3, kept, settings, tmp_path):
    path, is_new = kept()
    assert (is_new, path.exists(), (tmp_path / "made").exists()) == (True, False, False)
    assert file_store.is_there(path)
    assert read(path) == b"one"
    assert file_store.place_of(path) == f"s3://{s3.place.bucket}/attest/reports/a.pdf"
    file_store.delete([path])
    assert not file_store.is_there(path)
    with pytest.raises(FileNotFoundError):
        file_store.opened(path)


def test_object_that_is_there_stays_unless_it_is_replaced(kept):
    path, _ = kept(b"one")
    assert kept(b"two") == (path, False)
    assert read(path) == b"one"
    assert kept(b"two", replaces=True) == (path, True)
    assert read(path) == b"two"


def test_store_is_sent_the_hash_and_that_nothing_may_be_there(s3, kept):
    kept()
    _, _, headers = next(one for one in s3.asked if one[0] == "PUT")
    assert headers["If-None-Match"] == "*"
    digest = bucket.base64.b64encode(hashlib.sha256(b"one").digest()).decode()
    assert headers["x-amz-checksum-sha256"] == digest


def test_encryption_and_lock_are_asked_for_where_the_address_says_so(s3, kept, settings):
    locked = f"{s3.place.bucket}-locked"
    client = bucket.client_of(s3.place)
    client.create_bucket(Bucket=locked, ObjectLockEnabledForBucket=True)
    address = settings.FILES_URL.replace(s3.place.bucket, locked)
    settings.FILES_URL = f"{address}&encryption=aws:kms&key=k1&lock_days=30"
    s3.asked.clear()
    path, _ = kept(b"seal", "reports/b.pdf")
    file_store.touch(path)
    kept(b"seal", "exports/b.zip")
    first, copied, other = (h for m, _, h in s3.asked if m == "PUT")
    for headers in (first, copied, other):
        assert headers["x-amz-server-side-encryption"] == "aws:kms"
        assert headers["x-amz-server-side-encryption-aws-kms-key-id"] == "k1"
    assert first["x-amz-object-lock-mode"] == "GOVERNANCE"
    assert "x-amz-object-lock-mode" not in other


def test_large_file_goes_in_parts(s3, kept, monkeypatch):
    monkeypatch.setattr(bucket, "AT_ONCE_BYTES", 1)
    content = b"x" * (9 * 2**20)
    path, _ = kept(content, "exports/a.zip")
    assert read(path) == content
    assert any("partNumber" in asked for _, asked, _ in s3.asked)


def test_large_file_that_arrives_as_another_is_not_kept(s3, kept, monkeypatch):
    monkeypatch.setattr(bucket, "AT_ONCE_BYTES", 1)
    kept(b"first", "exports/a.zip")
    assert kept(b"second", "exports/a.zip")[1] is False
    monkeypatch.setattr(
        bucket.Bucket,
        "_put_in_parts",
        lambda self, content, name, more: self._ask("put_object", Key=self._key(name), Body=b"torn"),
    )
    with pytest.raises(AwayError):
        kept(b"whole", "exports/b.zip")
    assert not s3.bucket.is_there("exports/b.zip")


def test_reader_seeks(kept):
    path, _ = kept(b"0123456789")
    with file_store.opened(path) as file:
        assert file.seek(0, 2) == 10
        file.seek(4)
        assert file.read(3) == b"456"
        file.seek(-2, 2)
        assert file.read() == b"89"


def test_files_are_listed_by_age_and_name(kept, settings):
    kept(b"1", "exports/a.zip")
    kept(b"2", "programs/exports/b.txt")
    folder = settings.DATA_DIR / "exports"
    now = time.time() + 10
    assert file_store.older(folder, "*.zip", now) == [folder / "a.zip"]
    assert file_store.older(folder, "*.zip", now - 3600) == []


def test_list_of_many_is_read_to_its_end(s3, kept, settings, monkeypatch):
    for name in "abc":
        kept(name.encode(), f"exports/{name}.zip")
    ask = s3.bucket._ask
    monkeypatch.setattr(
        bucket.Bucket,
        "_ask",
        lambda self, what, **words: ask(
            what, **words | ({"MaxKeys": 2} if what == "list_objects_v2" else {})
        ),
    )
    folder = settings.DATA_DIR / "exports"
    found = file_store.older(folder, "*", float("inf"))
    assert [path.name for path in found] == ["a.zip", "b.zip", "c.zip"]
    file_store.delete_folder(folder)
    assert file_store.older(folder, "*", float("inf")) == []


def test_connection_that_breaks_off_goes_on_where_it_was(s3, kept):
    content = bytes(range(256)) * 8192
    path, _ = kept(content)
    s3.fault, s3.cuts = "cut", 2
    assert read(path) == content
    ranges = [h["Range"] for m, _, h in s3.asked if m == "GET"]
    assert ranges[0] == "bytes=0-"
    assert ranges[-1] != "bytes=0-"


def test_object_that_breaks_off_each_time_is_away_and_never_cut_short(s3, kept):
    path, _ = kept(b"x" * 100)
    s3.fault, s3.cuts = "cut", -1
    with pytest.raises(AwayError):
        file_store.opened_near(path)


@pytest.mark.parametrize("fault", ["busy", "gone", "slow"])
def test_store_that_fails_is_away_and_nothing_is_missing(s3, kept, tmp_path, monkeypatch, fault):
    path, _ = kept()
    if fault == "slow":
        monkeypatch.setattr(bucket, "ANSWER_SECONDS", 0.4)
        monkeypatch.setattr(bucket, "PROBE_SECONDS", 0.4)
        bucket.client_of.cache_clear()
    s3.fault = fault
    for attempt in (
        lambda: file_store.is_there(path),
        lambda: file_store.opened(path),
        lambda: kept(b"two", "reports/b.pdf"),
    ):
        with pytest.raises(AwayError, match="cannot be reached"):
            attempt()
    assert (tmp_path / "made").read_bytes() == b"two"
    assert file_store.answers() is False
    s3.fault = ""
    monkeypatch.setattr(bucket, "ANSWER_SECONDS", 20)
    bucket.client_of.cache_clear()
    assert read(path) == b"one"


def test_store_that_says_nothing_is_left_alone_for_a_while(s3, kept, monkeypatch):
    path, _ = kept()
    monkeypatch.setattr(circuit_breaker, "SECONDS", 60.0)
    s3.fault = "gone"
    with pytest.raises(AwayError):
        file_store.is_there(path)
    s3.asked.clear()
    with pytest.raises(AwayError):
        file_store.is_there(path)
    assert s3.asked == []
    file_store.bucket_of.cache_clear()


def test_bucket_that_is_gone_is_no_missing_file(s3, kept, settings):
    path, _ = kept()
    settings.FILES_URL = settings.FILES_URL.replace("/attest?", "x/attest?")
    with pytest.raises(AwayError):
        file_store.is_there(path)


def test_proxy_that_knows_no_address_makes_nothing_missing(s3, kept):
    path, _ = kept()
    s3.fault = "proxy"
    for attempt in (
        lambda: file_store.is_there(path),
        lambda: file_store.opened(path),
        lambda: file_store.touch(path),
        lambda: file_store.delete([path]),
        lambda: file_store.older(path.parent, "*", float("inf")),
        lambda: kept(b"two", "reports/b.pdf"),
    ):
        with pytest.raises(AwayError):
            attempt()
    s3.fault = ""
    assert read(path) == b"one"


def test_file_is_there_when_only_its_head_is_hidden(s3, kept, monkeypatch):
    path, _ = kept(b"four")
    ask = s3.bucket._ask

    def without_heads(self, what, **words):
        if what == "head_object":
            raise FileNotFoundError
        return ask(what, **words)

    monkeypatch.setattr(bucket.Bucket, "_ask", without_heads)
    assert file_store.is_there(path)
    assert s3.bucket.size_of("reports/a.pdf") == 4


def test_copy_to_read_lies_on_the_disk_of_the_data(kept, settings, monkeypatch):
    path, _ = kept()
    folders, made = [], bucket.TemporaryFile
    monkeypatch.setattr(
        bucket,
        "TemporaryFile",
        lambda **words: folders.append(words["dir"]) or made(**words),
    )
    file_store.opened_near(path).close()
    assert folders == [settings.DATA_DIR]


def test_missing_credentials_are_logged(s3, kept, monkeypatch, caplog):
    path, _ = kept()
    bucket.client_of.cache_clear()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with pytest.raises(AwayError) as error:
        file_store.is_there(path)
    assert type(error.value.__cause__).__name__ == "NoCredentialsError"
    assert "NoCredentialsError" in caplog.text


@pytest.mark.django_db
def test_readiness_warns_of_the_store(s3, monkeypatch):
    (check,) = (one for one in checks.CHECKS if one.name == "files")
    assert checks._run(check).status == "pass"
    s3.fault = "gone"
    assert checks._run(check).status == "warn"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://host/bucket", "an address such as"),
        ("s3://", "an address such as"),
        ("s3://key:secret@bucket", "an address such as"),
        ("s3://bucket?colour=red", "does not know colour"),
        ("s3://bucket?endpoint=host", "needs an endpoint"),
        ("s3://bucket?encryption=rot13", "knows the encryption"),
        ("s3://bucket?key=k", "takes a key"),
        ("s3://bucket?lock_days=-1", "takes lock_days"),
    ],
)
def test_address_that_says_nothing_is_refused_in_words(url, words):
    with pytest.raises(ValueError, match=words):
        place_in(url)


def test_address_names_bucket_folder_and_endpoint():
    place = place_in("s3://files/a/b/?endpoint=https://s3.example.org&region=eu-1")
    assert (place.bucket, place.prefix) == ("files", "a/b/")
    assert (place.endpoint, place.region) == ("https://s3.example.org", "eu-1")


def test_versions_go_where_no_lock_keeps_them(versioned, kept, settings):
    folder = settings.DATA_DIR / "files" / "a"
    mine, _ = kept(b"1", "files/a/00/f")
    kept(b"2", "files/a/00/f", replaces=True)
    kept(b"3", "files/ab/00/f")
    file_store.delete([mine])
    assert len(versioned()) == 3
    assert file_store.purge(folder, []) == bucket.Stuck(0, None)
    assert versioned() == ["attest/files/ab/00/f"]


def test_version_under_a_lock_stays_deleted_and_is_counted(versioned, kept, settings, s3):
    report, _ = kept(b"sealed", "reports/a.pdf")
    other, _ = kept(b"free", "exports/a.zip")
    file_store.delete([report, other])
    said = file_store.purge(settings.DATA_DIR / "files" / "a", [report, other])
    assert said.count == 1
    assert 29 < (said.until.timestamp() - time.time()) / 86400 < 31
    assert versioned() == ["attest/reports/a.pdf"]
    assert not file_store.is_there(report)  # its mark stays: it does not come back
    assert file_store.purge(settings.DATA_DIR / "files" / "a", [report]) == said


def test_store_that_knows_no_versions_is_not_one_that_is_away(versioned, kept, settings, s3, monkeypatch):
    folder = settings.DATA_DIR / "files" / "a"
    monkeypatch.setattr(bucket, "_DENIED", {"SlowDown"})  # what the door says
    s3.fault = "busy"
    with pytest.raises(bucket.DeniedError):
        file_store.purge(folder, [])
    monkeypatch.undo()
    s3.fault = "gone"
    with pytest.raises(AwayError) as error:
        file_store.purge(folder, [])
    assert not isinstance(error.value, bucket.DeniedError)
