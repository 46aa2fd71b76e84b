"""A gigabyte of evidence goes through a bundle, an audit pack and an archive in bounded memory."""

import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = pytest.mark.long
MOST_BYTES = 512 * 1024 * 1024
FILES, FILE_BYTES = 25, 40 * 1024 * 1024


def test_a_gigabyte_takes_at_most_half_of_one(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.programs.exports.packing", str(FILES), str(FILE_BYTES)],
        cwd=settings.BASE_DIR,
        env={
            "DJANGO_SETTINGS_MODULE": "compliance.settings",
            "ATTEST_DATA_DIR": str(tmp_path),
            "PATH": "/usr/bin:/bin",
            "NO_BOOTSTRAP": "1",
        },
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    peak, size = map(int, done.stdout.split())
    print(f"{peak / 2**20:.0f} MB for {size / 2**20:.0f} MB")  # noqa: T201
    assert size > 2 * FILES * FILE_BYTES
    assert peak < MOST_BYTES
