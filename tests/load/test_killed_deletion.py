"""kill -9 in the middle of a deletion: the next one ends it, and counts each row once."""

import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = pytest.mark.slow


def run(folder, *words):
    done = subprocess.run(
        command(*words), env=environment(folder), cwd=settings.BASE_DIR,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def command(*words):
    return [sys.executable, "-m", "tests.closing.killing", *words]


def environment(folder):
    return {
        "ATTEST_DATA_DIR": str(folder),
        "PATH": "/usr/bin:/bin",
        "NO_BOOTSTRAP": "1",
    }


def test_killed_deletion_is_ended_by_the_next(tmp_path):
    organisation_id, rows = run(tmp_path, "make").split()[-2:]
    for pieces in (1, 5, 12):
        with subprocess.Popen(
            command("delete", organisation_id), env=environment(tmp_path),
            cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            for _ in range(pieces):
                assert process.stdout.readline() == "piece\n"
            process.kill()
        said = run(tmp_path, "check", organisation_id)
        assert said.startswith("0\n")
        assert "is being deleted" in said
    run(tmp_path, "delete", organisation_id)
    said = run(tmp_path, "check", organisation_id)
    assert said.startswith(f"{rows}\n")
    assert "deleted with their organisation" in said
    assert not (tmp_path / "files" / organisation_id).exists()
