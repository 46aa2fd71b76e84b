"""``manage.py list_backups [FOLDER]``: the backups of a folder or a bucket."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.operations.backups import places


class Command(BaseCommand):
    """Only those named by their moment; an upload that was cut off is none."""

    help = "List the backups of a folder or a bucket, the oldest first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        places.ask_for_folder(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["folder"]
        if folder is None:
            msg = "Name a folder, or set ATTEST_BACKUPS_URL."
            raise CommandError(msg)
        try:
            found = places.listed(folder)
        except OSError as error:
            msg = f"{folder}: {error}"
            raise CommandError(msg) from error
        for name, size in found.items():
            self.stdout.write(f"{name}: {size:,} bytes")
        if not found:
            self.stdout.write(f"{folder} has no backup.")
