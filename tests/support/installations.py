"""Installations of their own, each with a folder and a database."""

import os
import shutil

from tests.support import warm_processes

FILE = "attest.sqlite3"


def environment(folder, database=""):
    """The environment of programs that work in a data folder and database of their own."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "compliance.settings",
        "ATTEST_DATA_DIR": str(folder),
        "DATABASE_URL": database or f"sqlite:///{folder}/{FILE}",
        "NO_BOOTSTRAP": "1",
    }


def installation(folder, database="", tables=None, seconds=300):
    """``run(*words)``: the output of a command in a data folder and database of its own.

    ``tables`` is a SQLite file that it begins with, if it has no other database.
    """
    folder.mkdir()
    if tables and not database:
        shutil.copy(tables, folder / FILE)
    env = environment(folder, database)

    def run(first, *words):
        program = ["-m", "manage"] if first == "manage.py" else [first]
        done = warm_processes.run(*program, *map(str, words), env=env, timeout=seconds)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    return run
