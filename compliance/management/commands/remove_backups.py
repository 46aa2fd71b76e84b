"""``manage.py remove_backups --older-than DAYS [FOLDER]``: backups end after their time."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.ground.web.text import counted
from compliance.operations.backups import places
from compliance.operations.backups.manifest import BackupError
from compliance.operations.backups.retention import remove_older


class Command(BaseCommand):
    """Checks the newest one first, and never removes that."""

    help = "Remove the backups of a folder or a bucket after a number of days."

    def add_arguments(self, parser: ArgumentParser) -> None:
        places.ask_for_folder(parser)
        parser.add_argument(
            "--older-than",
            type=int,
            required=True,
            metavar="DAYS",
            help="days that a backup is kept, 1 or more",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder, days = options["folder"], options["older_than"]
        if folder is None:
            msg = "Name a folder, or set ATTEST_BACKUPS_URL."
            raise CommandError(msg)
        if not 1 <= days <= 36_500:
            msg = "Give a number of days from 1 to 36,500."
            raise CommandError(msg)
        try:
            names, stuck = remove_older(folder, days)
        except (BackupError, OSError) as error:
            msg = f"{folder}: {error}"
            raise CommandError(msg) from error
        for name in names:
            self.stdout.write(f"Removed {name}.")
        if not names:
            self.stdout.write(f"{folder} has no backup older than {days} days.")
        if stuck:
            until = f" until {stuck.until:%Y-%m-%d}" if stuck.until else ""
            versions = counted(stuck.count, "version")
            self.stdout.write(f"The store keeps {versions} under a lock{until}.")
