"""Installations of their own, each with a folder and a database."""

import os
import subprocess
import sys

from django.conf import settings


def installation(folder, database="", seconds=300):
    """``run(*words)``: the output of a command in a data folder and database of its own."""
    folder.mkdir()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "compliance.settings",
        "ATTEST_DATA_DIR": str(folder),
        "DATABASE_URL": database or f"sqlite:///{folder}/attest.sqlite3",
        "NO_BOOTSTRAP": "1",
    }

    def run(*words):
        done = subprocess.run(
            [sys.executable, *map(str, words)],
            cwd=settings.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    return run
