"""A large installation is backed up and comes back in bounded memory."""

import subprocess
import sys
import time

import pytest
from django.conf import settings

from tests.support.installations import environment, installation

pytestmark = pytest.mark.long
MOST_KILOBYTES = 512 * 1024
MAPPED_KILOBYTES = 128 * 1024
"""Of its file SQLite keeps that much in view (``mmap_size``), whatever is asked."""


def measured(folder, *words):
    """The cost of a command: seconds, and kilobytes at most."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.memory", "manage.py", *map(str, words)],
        cwd=settings.BASE_DIR,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return time.monotonic() - began, int(done.stdout.split()[-1])


@pytest.mark.parametrize("answers", [50_000, 500_000])
def test_memory_follows_neither_rows_nor_files(tmp_path, answers):
    """Ten times as much takes as much memory; a file is larger than the bound."""
    peaks = {}
    for name, rows, size in (
        ("small", answers // 10, 1024 * 1024),
        ("large", answers, 600 * 1024 * 1024),
    ):
        there, here = tmp_path / name, tmp_path / f"{name}-restored"
        path = tmp_path / f"{name}.zip"
        fill = installation(there, seconds=3600)
        fill("-m", "tests.operations.backups.filling", rows, 2, size)
        installation(here)("manage.py", "migrate", "-v0")
        for folder, *words in (
            (there, "backup", path),
            (here, "verify_backup", path),
            (here, "restore", path),
        ):
            seconds, peak = measured(folder, *words)
            print(name, words[0], f"{seconds:.1f} s, {peak} KB")  # noqa: T201
            peaks[name, words[0]] = peak
    for command in ("backup", "verify_backup", "restore"):
        small, large = peaks["small", command], peaks["large", command]
        assert large < MOST_KILOBYTES
        assert large < 1.2 * small + MAPPED_KILOBYTES
