"""Folders that tests copy from, made once for the present state of the code.

Migrating a database and making the demo take many seconds. Every process of a run,
and the next run too, copies the same files as long as nothing they come from changes.
"""

import fcntl
import hashlib
import shutil
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
KEPT = ROOT / ".pytest_cache" / "made"
MOST = 3

TABLES = (
    *(
        "compliance/migrations/*.py",
        "compliance/**/models.py",
        "compliance/**/models/*.py",
    ),
    *("compliance/**/guards.py", "compliance/ground/web/triggers.py"),
    *("compliance/work/assessments/index*.py", "locks/app.lock"),
)
"""All that an empty, migrated database comes from."""
EVERYTHING = ("compliance/**/*.py", "seeds/**/*", "templates/**/*", "locks/app.lock")


def made(name, make, patterns, day=""):
    """A folder that ``make(folder)`` filled, read-only by agreement.

    It is made again after a file that fits ``patterns`` changed, or on another ``day``
    where it is about days. Other processes wait while it is made.
    """
    place = KEPT / name
    place.mkdir(parents=True, exist_ok=True)
    folder = place / state_of(patterns, day)
    with turn(place.with_suffix(".lock")):
        if not folder.exists():
            part = place / "part"
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir()
            make(part)
            part.rename(folder)
            for old in sorted(place.iterdir(), key=_age)[:-MOST]:
                shutil.rmtree(old)
    return folder


@contextmanager
def turn(path):
    """Wait until no other process is between the two ends of this block."""
    with open(path, "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def state_of(patterns, day=""):
    """Sixteen hex digits for the files that fit ``patterns``, as they are now."""
    state = hashlib.sha256(day.encode())
    for path in sorted(p for pattern in patterns for p in ROOT.glob(pattern)):
        if path.is_file() and "__pycache__" not in path.parts:
            state.update(str(path.relative_to(ROOT)).encode() + b"\0")
            state.update(hashlib.sha256(path.read_bytes()).digest())
    return state.hexdigest()[:16]


def _age(folder):
    return folder.stat().st_mtime
