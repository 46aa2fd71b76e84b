"""``manage.py backup [FILE]``: the whole installation in one file, while people work."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from compliance.operations.backups import places
from compliance.operations.backups.backup import make
from compliance.operations.backups.manifest import BackupError


class Command(BaseCommand):
    """Secrets are not in it: the command says where they lie."""

    help = "Write rows, files and checkpoints of one moment to a new file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file",
            type=places.named_in,
            nargs="?",
            default=settings.BACKUPS_URL or None,
            help="new file, or a folder for one named by the date, also in a bucket, such as"
            " s3://bucket/folder?endpoint=https://host; default: ATTEST_BACKUPS_URL",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["file"] is None:
            msg = "Name a file or a folder, or set ATTEST_BACKUPS_URL."
            raise CommandError(msg)
        try:
            where, said = make(options["file"])
        except Error as error:
            msg = f"The database cannot be used: {str(error).partition('\n')[0]}"
            raise CommandError(msg) from error
        except BackupError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            msg = f"The backup cannot be written: {error}"
            raise CommandError(msg) from error
        files = sum(not name.startswith("rows/") for name in said.members)
        self.stdout.write(
            f"{where}: {places.size_of(where):,} bytes, {said.rows:,} rows and {files:,}"
            f" files as of {said.moment_in_words()}."
        )
        for name in said.missing:
            self.stdout.write(f"Not in it, since it is not on the disk: {name}")
        secret = Path(settings.DATA_DIR) / "secret.key"
        own = f"{secret} and " if secret.is_file() else ""
        self.stdout.write(
            f"Secrets are not in it. Copy {own}the folder {settings.KEYS_DIR} once, apart from backups."
        )
