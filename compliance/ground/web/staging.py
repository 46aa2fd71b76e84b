"""Staging folders for files in work; the remains of a killed process are removed.

A lock that ends with its process says whether someone still works there. So what was
left behind is known at once, by whoever works beside it next, and needs no age.
"""

import fcntl
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from compliance.ground.web import file_store
from compliance.ground.web.bucket import AwayError
from compliance.ground.web.folders import locked, opened

logger = logging.getLogger(__name__)

PREFIX = ".part-"
Known = Callable[[str], bool]
"""Says of a finished file's name whether a row names it."""


@contextmanager
def workplace(shelf: Path, is_known: Known) -> Iterator[Path]:
    """A new folder beside the finished files of a shelf; gone afterwards.

    With it goes each file that was ``put`` and that ``is_known`` does not know then: so
    the row of a file is written before the block ends.
    """
    with locked(shelf, fcntl.LOCK_EX):
        _sweep(shelf, is_known)
        desk = Path(mkdtemp(prefix=PREFIX, dir=shelf))
        handle = opened(desk)
        fcntl.flock(handle, fcntl.LOCK_SH)
    try:
        yield desk
    finally:
        os.close(handle)
        with locked(shelf, fcntl.LOCK_EX):
            _clear(desk, is_known)


def put(file: Path, name: str) -> None:
    """Give a finished file of a workplace its name on the shelf: whole, or not at all.

    It is on the disk, not only in memory, before anybody hears of it.
    """
    desk, shelf = file.parent, file.parent.parent
    with file.open("rb") as written:
        os.fsync(written.fileno())
    with locked(shelf, fcntl.LOCK_EX):
        os.link(file, desk / name)  # says from here on whose it is
    file_store.put(file, shelf / name, replaces=True)


def sweep(shelf: Path, is_known: Known) -> int:
    """Take away what killed processes left on a shelf; how many workplaces that were."""
    with locked(shelf, fcntl.LOCK_EX):
        return _sweep(shelf, is_known)


def _sweep(shelf: Path, is_known: Known) -> int:
    dead = [desk for desk in shelf.glob(f"{PREFIX}*") if _is_dead(desk)]
    for desk in dead:
        _clear(desk, is_known)
    return len(dead)


def _clear(desk: Path, is_known: Known) -> None:
    """Remove a workplace, and of its files on the shelf what no row and nobody has."""
    try:
        _withdraw(desk, is_known)
    except AwayError as error:  # whoever works here next tries again
        logger.warning("%s stays for now: %s", desk, error)
        return
    shutil.rmtree(desk, ignore_errors=True)


def _withdraw(desk: Path, is_known: Known) -> None:
    shelf = desk.parent
    for name in [path.name for path in desk.iterdir()]:
        if not file_store.may_be_there(shelf / name):
            continue
        others = [at for at in shelf.glob(f"{PREFIX}*/{name}") if at.parent != desk]
        if not others and not is_known(name):
            file_store.delete([shelf / name])


def _is_dead(desk: Path) -> bool:
    """Whether nobody works there any more; who does holds a lock."""
    try:
        handle = opened(desk)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True
