"""``manage.py move_files --from folder|s3://…``: brings files to the store in use."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from compliance.ground.web.bucket import AwayError, place_in
from compliance.ground.web.file_moving import Moving
from compliance.ground.web.text import counted

FOLDER = "folder"
STEP = 100


class Command(BaseCommand):
    """Run it before the change of store, and again after it; an interrupted run goes on."""

    help = "Copy files to the store of ATTEST_FILES_URL, or without it to the data folder."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from",
            dest="source",
            required=True,
            help="where they lie now: folder, or an address such as ATTEST_FILES_URL takes",
        )
        parser.add_argument(
            "--remove",
            action="store_true",
            help="remove each file there once it was read back here and its hash compared",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        moving = Moving(_address(options["source"]), removes=options["remove"])
        try:
            for number, _ in enumerate(moving.run(), 1):
                if number % STEP == 0:
                    self.stdout.write(f"{counted(number, 'file')} …")
        except (AwayError, OSError) as error:
            self._print(moving)
            msg = f"{error} Run the command again: it goes on from here."
            raise CommandError(msg) from error
        self._print(moving)
        if moving.damaged:
            names = "\n".join(moving.damaged)
            msg = (
                "These files do not have the bytes that their names say, and stay where they"
                f" are. Restore them from a backup.\n{names}"
            )
            raise CommandError(msg)

    def _print(self, moving: Moving) -> None:
        copied, there = moving.count["copied"], moving.count["there"]
        words = f"{counted(copied, 'file')} copied, {there} there already"
        if moving.removes:
            words += f", {moving.count['removed']} removed from where they were"
        self.stdout.write(f"{words}; each was read back and its hash compared.")


def _address(source: str) -> str:
    """The address of another store than the one in use; "" for the folder."""
    url = "" if source == FOLDER else source
    if url == settings.FILES_URL:
        msg = "That is the store in use. Set ATTEST_FILES_URL to the other one for this command."
        raise CommandError(msg)
    if url:
        try:
            place_in(url)
        except ValueError as error:
            msg = f"--from {error}."
            raise CommandError(msg) from error
    return url
