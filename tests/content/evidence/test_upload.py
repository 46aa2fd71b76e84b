import errno
import os
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from compliance.models import Evidence
from tests.content.evidence.samples import PDF

URL = "/o/acme/evidence/add/"


@pytest.fixture(autouse=True)
def waiting(settings, tmp_path):
    """The folder for files that are being received."""
    settings.FILE_UPLOAD_HANDLERS = ["compliance.content.evidence.upload.BoundedUploadHandler"]
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "waiting"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    return settings.FILE_UPLOAD_TEMP_DIR


def send(client, content):
    form = {"upload": SimpleUploadedFile("a.pdf", content), "title": "Typed"}
    return client.post(URL, form)


def test_file_within_the_limit_arrives_whole(cast, sign_in, settings, place, waiting):
    content = PDF + os.urandom(300_000)
    settings.UPLOAD_BYTES = len(content)
    assert send(sign_in(cast.con), content).status_code == 302
    assert place(Evidence.objects.get()).read_bytes() == content
    assert list(waiting.iterdir()) == []


def test_file_that_is_received_has_no_name_that_a_kill_would_leave(cast, sign_in, monkeypatch, waiting):
    seen = []
    receive = TemporaryFileUploadHandler.receive_data_chunk
    monkeypatch.setattr(
        TemporaryFileUploadHandler,
        "receive_data_chunk",
        lambda *given: receive(*given) or seen.append(list(waiting.iterdir())),
    )
    assert send(sign_in(cast.con), PDF + b"x" * 200_000).status_code == 302
    assert seen
    assert [names for names in seen if names] == []


def test_no_more_than_the_limit_is_ever_written(cast, sign_in, settings, stored, monkeypatch):
    settings.UPLOAD_BYTES = 100_000
    written = []
    receive = TemporaryFileUploadHandler.receive_data_chunk
    monkeypatch.setattr(
        TemporaryFileUploadHandler,
        "receive_data_chunk",
        lambda handler, data, start: written.append(len(data)) or receive(handler, data, start),
    )
    page = send(sign_in(cast.con), PDF + b"x" * 2_000_000)
    assert (page.status_code, stored()) == (422, [])
    assert "The file has 2.0 MB; 0.1 MB fit." in page.text
    assert 'value="Typed"' in page.text
    assert sum(written) <= 100_000


@pytest.mark.parametrize(
    "moment",
    [
        "TemporaryUploadedFile",
        "TemporaryFileUploadHandler.receive_data_chunk",
        "TemporaryFileUploadHandler.file_complete",
    ],
)
def test_full_disk_while_receiving_is_507_and_keeps_what_was_typed(
    cast, sign_in, monkeypatch, waiting, moment
):
    def refuse(*args, **kwargs):
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(f"django.core.files.uploadhandler.{moment}", refuse)
    page = send(sign_in(cast.con), PDF)
    assert (page.status_code, list(waiting.iterdir())) == (507, [])
    assert Evidence.objects.count() == 0
    assert "The disk is full: the file was not stored." in page.text
    assert 'value="Typed"' in page.text


def test_other_faults_of_the_disk_are_not_hidden(cast, sign_in, monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr("django.core.files.uploadhandler.TemporaryUploadedFile", refuse)
    with pytest.raises(OSError, match="broken"):
        send(sign_in(cast.con), PDF)


def test_temporary_files_are_for_their_owner_only(waiting):
    with TemporaryUploadedFile("a.pdf", "application/pdf", 0, None) as file:
        path = Path(file.temporary_file_path())
        assert (path.parent, path.stat().st_mode & 0o777) == (waiting, 0o600)
