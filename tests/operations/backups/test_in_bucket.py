"""A restore onto a bucket that outlived its installation."""

import pytest

from compliance.ground.web import file_store
from compliance.operations.backups import restore
from compliance.operations.backups.manifest import BackupError, hash_in
from compliance.reporting.reports import storage
from tests.operations.backups import installations

pytestmark = pytest.mark.slow


def test_restore_that_fails_withdraws_no_report(saved, s3, settings, monkeypatch):
    installations.in_folder(settings, saved.here)
    names = [name for name in saved.manifest.members if name.startswith("reports/")]
    path = storage.path_of(hash_in(names[0]))
    other = storage.path_of("0" * 64)
    for stood in (path, other):
        made = settings.DATA_DIR / "made"
        made.write_bytes(b"sealed")
        file_store.put(made, stood)
    killed = storage.folder() / ".part-killed"
    killed.mkdir()
    (killed / other.name).touch()  # its row went with the database

    def fail(backup):
        raise BackupError

    monkeypatch.setattr(restore, "_put_rows", fail)
    with pytest.raises(BackupError):
        restore.restore(saved.path)
    assert storage.is_good(path)
    assert file_store.is_there(other)
    assert list(storage.folder().iterdir()) == []
