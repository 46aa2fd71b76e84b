"""Any damage of a backup is found and named before anything is touched."""

import json
import random
import shutil
import zipfile

import pytest
from django.core.management import CommandError, call_command

from compliance.models import User
from compliance.operations.backups import archive, manifest
from compliance.operations.backups.manifest import BackupError
from compliance.operations.backups.verify import opened
from tests.operations.backups import installations

pytestmark = pytest.mark.slow


@pytest.fixture
def copy(saved, tmp_path):
    """A copy of the backup, to be damaged."""
    return shutil.copy(saved.path, tmp_path / "copy.zip")


def refusal(path):
    """The words with which both commands refuse a backup, having touched nothing."""
    before = {name: len(rows) for name, rows in installations.stored().items()}
    with pytest.raises(CommandError) as error:
        call_command("verify_backup", str(path))
    with pytest.raises(CommandError) as again:
        call_command("restore", str(path))
    assert str(error.value) == str(again.value)
    assert before == {name: len(rows) for name, rows in installations.stored().items()}
    return str(error.value)


def untouched(folder):
    return [path.name for path in folder.iterdir()] == ["keys"]


@pytest.mark.parametrize("times", [12, pytest.param(100, marks=pytest.mark.long)])
def test_a_turned_bit_is_found_wherever_it_is(saved, copy, times):
    chance, size = random.Random(), copy.stat().st_size  # noqa: S311
    for _ in range(times):
        at, bit = chance.randrange(size), 1 << chance.randrange(8)
        with installations.changed(copy, at, bit):
            assert refusal(copy), (at, bit)
    assert untouched(saved.here)
    with opened(copy):
        pass


@pytest.mark.parametrize("times", [8, pytest.param(100, marks=pytest.mark.long)])
def test_a_file_that_is_cut_is_found(saved, copy, times):
    chance, size = random.Random(), copy.stat().st_size  # noqa: S311
    content = copy.read_bytes()
    for end in (0, size - 1, *(chance.randrange(size) for _ in range(times))):
        copy.write_bytes(content[:end])
        assert "cut short" in refusal(copy)
    assert untouched(saved.here)


def test_what_is_damaged_is_named(saved, copy):
    with zipfile.ZipFile(copy) as read:
        infos = {info.filename: info for info in read.infolist()}
    for name, info in infos.items():
        if info.compress_size < 20 or name == manifest.NAME:
            continue
        at = info.header_offset + 50 + len(name) + info.compress_size // 2
        with installations.changed(copy, at, 0xFF):
            assert name in refusal(copy)
    local = infos["rows/compliance_answer.jsonl"].header_offset + 10  # its time of day
    with installations.changed(copy, local, 1):
        assert "bytes between its parts" in refusal(copy)


def written_anew(path, change=lambda said: said, *, old, drop=(), add=()):
    """A backup as somebody would write it who knows its form, hash at the end too."""
    with opened(old) as backup, path.open("wb") as file:
        said = backup.manifest
        with archive.Writer(file, said.made_at.utctimetuple()) as writer:
            for name in said.members:
                if name in drop:
                    continue
                with writer.part(name, is_packed=True) as part:
                    for chunk in backup.chunks(name):
                        part.write(chunk)
            for name in add:
                with writer.part(name, is_packed=True) as part:
                    part.write(b"")
            changed = change(json.loads(said.model_dump_json()))
            writer.finish(Given(changed))


class Given:
    """A manifest that need not be one."""

    def __init__(self, said):
        self.said = said

    def model_dump_json(self, **_):
        return json.dumps(self.said)


STRANGE = {
    "rows/compliance_none.jsonl": "the manifest does not know it",
    "rows/compliance_user.jsonl": "is there twice",
    "../outside": "which no backup has",
    "/etc/passwd": "which no backup has",
    "files/../../x": "which no backup has",
    "checkpoints/x.checkpoints": "which no backup has",
}


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_a_part_that_does_not_belong_is_refused(saved, copy):
    for name, words in STRANGE.items():
        written_anew(copy, add=[name], old=saved.path)
        assert words in refusal(copy)
    assert untouched(saved.here)


def with_value(place, value):
    def change(said):
        *way, last = place
        inner = said
        for step in way:
            inner = inner[step]
        inner[last] = value
        return said

    return change


UNFIT = [
    (["version"], 2, "the backup has format 2, this Attest reads 1"),
    (["format"], "other", "manifest.json: format"),
    (["program"], "99.0", "made by Attest 99.0, which is newer"),
    (["migrations", "compliance"], [], "an older Attest (0.1.0, last migration none)"),
    (["migrations", "future"], ["0001_new"], "made by a newer Attest (0.1.0, last mi"),
    (["tables", "compliance_user", "rows"], 1, "and the manifest says 1"),
    (["members", "rows/compliance_user.jsonl", "size"], 1, "longer than"),
    (["chains"], "none", "manifest.json: chains"),
]


def test_a_manifest_that_does_not_fit_is_refused(saved, copy):
    for place, value, words in UNFIT:
        written_anew(copy, with_value(place, value), old=saved.path)
        assert words in refusal(copy)
    assert untouched(saved.here)


def test_files_and_the_rows_of_them_belong_together(saved, copy):
    with opened(saved.path) as backup:
        report = next(name for name in backup.names if name.startswith("reports/"))
    written_anew(copy, without(report), old=saved.path)
    assert "the manifest does not know it" in refusal(copy)
    written_anew(copy, without(report), drop=[report], old=saved.path)
    assert f"{report} is missing, though a row names it" in refusal(copy)
    file = "rows/compliance_answer.jsonl"
    written_anew(copy, drop=[file], old=saved.path)
    assert f"{file} is missing" in refusal(copy)


def without(name):
    def change(said):
        del said["members"][name]
        return said

    return change


def test_rows_that_the_database_does_not_take_leave_it_empty(saved, copy):
    """The trail is to end where the manifest says."""
    (first, *_) = saved.manifest.chains
    written_anew(copy, with_value(["chains", first, "seq"], 1), old=saved.path)
    with pytest.raises(CommandError, match="The trail does not end where"):
        call_command("restore", str(copy))
    assert not User.objects.exists()
    assert installations.guarded() == saved.guards
    installations.run("restore", saved.path)
    assert installations.files_in(saved.here) == saved.files


def test_where_somebody_is_at_home_nothing_is_restored(saved):
    User.objects.create_user("own@example.org", None, name="Own")
    with pytest.raises(CommandError, match=r"not empty: organisations 0, people 1\."):
        call_command("restore", str(saved.path))
    assert untouched(saved.here)
    assert User.objects.get().email == "own@example.org"


def test_what_is_no_backup_is_refused(committed, tmp_path):
    for content in (b"", b"PK", b"x" * 1000):
        (tmp_path / "some").write_bytes(content)
        with (
            pytest.raises(BackupError, match="or no backup"),
            opened(tmp_path / "some"),
        ):
            pass
    with pytest.raises(BackupError, match="No such file"), opened(tmp_path / "none"):
        pass
