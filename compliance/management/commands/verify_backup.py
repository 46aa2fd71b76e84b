"""``manage.py verify_backup FILE``: is every bit of a backup as it was written?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.ground.web.bucket import AwayError
from compliance.operations.backups import compatibility, places, verify
from compliance.operations.backups.manifest import BackupError


class Command(BaseCommand):
    """Reads all of it and says what is wrong, and where."""

    help = "Check a backup: hashes, sizes, counts, names, version; exit 1 at a fault."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=places.named_in, help=places.HELP)

    def handle(self, *args: Any, **options: Any) -> None:
        where = options["file"]
        try:
            with verify.opened(where) as backup:
                said = backup.manifest
            compatibility.refuse_unfit(said)
        except (BackupError, AwayError) as error:
            msg = f"{where}: {error}"
            raise CommandError(msg) from error
        self.stdout.write(
            f"{where} is whole: {said.rows:,} rows of {len(said.tables)} tables and all"
            f" files as of {said.moment_in_words()}, Attest {said.program}, {said.database}."
        )
        for name in said.missing:
            self.stdout.write(f"Not in it, since it was not on the disk: {name}")
