import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from compliance.content.evidence import actions
from compliance.content.evidence.storage import path_of
from tests.content.evidence.samples import PDF


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    """The folder of stored files, fresh for each test."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


@pytest.fixture
def make_file(cast):
    """``make_file(name, content)``: a file in Acme's library, added by Con."""

    def add(name="policy.pdf", content=PDF, organisation=None, **fields):
        return actions.add_file(
            by=cast.con,
            organisation=organisation or cast.acme,
            upload=SimpleUploadedFile(name, content),
            **fields,
        )

    return add


@pytest.fixture
def stored(files):
    """``stored()``: every file below the folder, unfinished ones too."""
    return lambda: sorted(p for p in files.rglob("*") if p.is_file())


@pytest.fixture
def place():
    """``place(evidence)``: where its file lies."""
    return lambda evidence: path_of(evidence.organisation_id, evidence.sha256)
