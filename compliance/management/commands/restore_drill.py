"""``manage.py restore_drill FILE``: a backup becomes an installation, and goes again."""

import os
import re
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from compliance.operations.backups import places

ELSEWHERE = re.compile(r"ATTEST_\w+_URL|ATTEST_METRICS_TOKEN|PROMETHEUS_MULTIPROC_DIR")
"""Settings that would lead the trial to parts of this installation: each store it uses."""


class Command(BaseCommand):
    """Restores into a folder of its own, with the keys of this installation.

    Nothing of this installation is read but its keys, and nothing of it changes: the trial
    knows none of its stores, and reads a backup in a bucket from there.
    """

    help = "Try a backup: restore it aside, check its trail, remove it; exit 1 at a fault."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=places.named_in, help=places.HELP)
        parser.add_argument("--folder", type=Path, help="room for the trial; default: the system's own")

    def handle(self, *args: Any, **options: Any) -> None:
        where, began = options["file"], time.monotonic()
        try:
            with TemporaryDirectory(prefix="attest-", dir=options["folder"]) as folder:
                self._run(Path(folder), "migrate", "--no-input", "--verbosity=0")
                self._run(Path(folder), "restore", places.address_of(where))
        except OSError as error:
            msg = f"There is no room for the trial: {error}. Name one with --folder."
            raise CommandError(msg) from error
        seconds = time.monotonic() - began
        self.stdout.write(f"{where} can be restored; that took {seconds:.0f} s.")

    def _run(self, folder: Path, *words: str) -> None:
        """A command of the trial, in a process of its own; what it says is passed on."""
        done = subprocess.run(  # noqa: S603 - this program itself
            [sys.executable, str(settings.BASE_DIR / "manage.py"), *words],
            env=environment(folder),
            capture_output=True,
            text=True,
            check=False,
        )
        self.stdout.write(done.stdout, ending="")
        if done.returncode:
            said = done.stderr.strip().splitlines()
            raise CommandError(said[-1] if said else f"{words[0]} ended without a word.")


def environment(folder: Path) -> dict[str, str]:
    """The environment of the trial in a folder: of this installation only its keys."""
    passed = {n: v for n, v in os.environ.items() if not ELSEWHERE.fullmatch(n)}
    return passed | {
        "ATTEST_DATA_DIR": str(folder),
        "ATTEST_CHECKPOINTS_DIR": str(folder / "checkpoints"),
        "ATTEST_KEYS_DIR": str(settings.KEYS_DIR),
        "ATTEST_RUN_WORKER": "false",
        "DATABASE_URL": f"sqlite:///{folder / 'attest.sqlite3'}",
        "NO_BOOTSTRAP": "1",
    }
