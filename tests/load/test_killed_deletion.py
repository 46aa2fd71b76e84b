"""kill -9 in the middle of a deletion: the next one ends it, and counts each row once."""

import shutil
import subprocess
import sys

import pytest

from tests.support import warm_processes
from tests.support.installations import environment

pytestmark = pytest.mark.slow
PROGRAM = ["-m", "tests.operations.closing.killing"]


def run(folder, *words):
    done = warm_processes.run(*PROGRAM, *words, env=environment(folder))
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_killed_deletion_is_ended_by_the_next(tmp_path, migrated_file):
    shutil.copy(migrated_file, tmp_path)
    organisation_id, rows = run(tmp_path, "make").split()[-2:]
    for pieces in (1, 5, 12):
        with warm_processes.begin(
            *PROGRAM, "delete", organisation_id, env=environment(tmp_path),
            stdout=subprocess.PIPE, stderr=sys.__stderr__,
        ) as process:  # fmt: skip
            for _ in range(pieces):
                assert process.stdout.readline() == b"piece\n"
            process.kill()
        said = run(tmp_path, "check", organisation_id)
        assert said.startswith("0\n")
        assert "is being deleted" in said
    run(tmp_path, "delete", organisation_id)
    said = run(tmp_path, "check", organisation_id)
    assert said.startswith(f"{rows}\n")
    assert "deleted with their organisation" in said
    assert not (tmp_path / "files" / organisation_id).exists()
