"""Backup and restore while their process is killed, and what stands afterwards.

``python -m tests.load.backing backup FILE 40`` kills before every fortieth statement and
touch of the disk of making a backup; ``... restore FILE 40`` of bringing it in, into the
installation of its environment, which is empty; ``... remove FILE 1`` of removing old copies
of it. It prints what was neither there nor gone.
"""

import json
import os
import shutil
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "compliance.settings"
django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from compliance.operations.backups import places, tables  # noqa: E402
from compliance.operations.backups.backup import make  # noqa: E402
from compliance.operations.backups.file_locations import path_of  # noqa: E402
from compliance.operations.backups.manifest import BackupError  # noqa: E402
from compliance.operations.backups.restore import restore  # noqa: E402
from compliance.operations.backups.retention import remove_older  # noqa: E402
from compliance.operations.backups.verify import opened  # noqa: E402
from compliance.proof.audit import verification  # noqa: E402
from tests.load import jobs  # noqa: E402

AGES = (0, 29, 31, 32, 33)
"""Days since the backups were made from which the old ones are removed."""


def back_up(path, step):
    """Killed at moment after moment, until one is made."""
    at, kills, faults, is_ended = 0, 0, [], False
    while not is_ended:
        path.unlink(missing_ok=True)
        is_ended = jobs.ended(jobs.begun(partial(make, path), at))
        kills += not is_ended
        if path.exists():
            faults += [f"killed at {at}: {fault}" for fault in broken(path)]
        at += step
    if not path.exists():
        faults.append("there is none")
    left = [one.name for one in path.parent.iterdir() if one != path]
    return {"kills": kills, "faults": faults, "left": left}


def broken(path):
    try:
        with opened(path):
            return []
    except BackupError as error:
        return [str(error)]


def bring(path, step):
    """Killed at moment after moment, until it is there; before that there is nothing."""
    before, at, kills, faults = counts(), 0, 0, []
    while counts() == before:
        is_ended = jobs.ended(jobs.begun(partial(restore, path), at))
        kills += not is_ended
        at += step
    with opened(path) as backup:
        said = backup.manifest
    after = counts()
    faults += [
        f"{name} has {after[name]} rows" for name, table in said.tables.items() if after[name] != table.rows
    ]
    faults += [
        f"{name} is missing"
        for name in said.members
        if not name.startswith("rows/") and not path_of(name).is_file()
    ]
    faults += [str(fault) for fault in map(verification.verify, verification.chains()) if fault]
    return {"kills": kills, "faults": faults, "rows": said.rows}


def remove(path, step):
    """Killed at moment after moment: old ones go, and no other, until a run ends."""
    folder, at, kills, faults, is_ended = path.parent, 0, 0, [], False
    names = {days: places.name_at(timezone.now() - timedelta(days=days)) for days in AGES}
    while not is_ended:
        for name in names.values():
            shutil.copy(path, folder / name)
        is_ended = jobs.ended(jobs.begun(partial(remove_older, folder, 30), at))
        kills += not is_ended
        left = {one.name for one in folder.iterdir()}
        stay = {path.name} | {name for days, name in names.items() if days < 30}
        faults += [f"killed at {at}: {name} is gone" for name in stay - left]
        faults += [f"killed at {at}: {fault}" for fault in broken(folder / names[0])]
        remove_older(folder, 30)
        left = {one.name for one in folder.iterdir()}
        faults += [f"killed at {at}: {name} is left" for name in left - stay]
        at += step
    return {"kills": kills, "faults": faults}


def counts():
    """How many rows each table of a backup has."""
    connection.ensure_connection()
    return {one._meta.db_table: one._base_manager.count() for one in tables.kept()}


if __name__ == "__main__":
    command, file, every = sys.argv[1:]
    act = {"backup": back_up, "restore": bring, "remove": remove}[command]
    json.dump(act(Path(file), int(every)), sys.stdout)
