"""Installations of their own, each with a folder and a database."""

import os
import shutil

from tests import warm


def installation(folder, database="", tables=None, seconds=300):
    """``run(*words)``: the output of a command in a data folder and database of its own.

    ``tables`` is a SQLite file that it begins with, if it has no other database.
    """
    folder.mkdir()
    file = folder / "attest.sqlite3"
    if tables and not database:
        shutil.copy(tables, file)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "compliance.settings",
        "ATTEST_DATA_DIR": str(folder),
        "DATABASE_URL": database or f"sqlite:///{file}",
        "NO_BOOTSTRAP": "1",
    }

    def run(first, *words):
        program = ["-m", "manage"] if first == "manage.py" else [first]
        program += map(str, words)
        done = warm.run(*program, env=environment, timeout=seconds)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    return run
