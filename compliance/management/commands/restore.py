"""``manage.py restore FILE``: an empty installation becomes what a backup says."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from compliance.operations.backups import places
from compliance.operations.backups.backup import trail_keys
from compliance.operations.backups.manifest import BackupError, Manifest
from compliance.operations.backups.restore import restore
from compliance.proof.audit import checkpoints


class Command(BaseCommand):
    """Checks all of it first, and the trail afterwards."""

    help = "Restore a backup into an empty installation, all of it or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=places.named_in, help=places.HELP)

    def handle(self, *args: Any, **options: Any) -> None:
        where = options["file"]
        try:
            said, messages = restore(where)
        except Error as error:
            msg = f"The database cannot be used: {str(error).partition('\n')[0]}"
            raise CommandError(msg) from error
        except BackupError as error:
            msg = f"{where}: {error}"
            raise CommandError(msg) from error
        except (ValidationError, OSError) as error:
            words = getattr(error, "messages", [str(error)])
            msg = f"A file cannot be read or kept: {' '.join(words)}"
            raise CommandError(msg) from error
        self.stdout.write(f"Restored: {said.rows:,} rows as of {said.moment_in_words()} with their files.")
        for words in [
            *messages,
            *(f"Not in the backup: {name}" for name in said.missing),
        ]:
            self.stdout.write(words)
        self._verify(said)

    def _verify(self, said: Manifest) -> None:
        """The trail's own check; without the key it would take checkpoints for forged."""
        if said.trail_key and said.trail_key not in trail_keys():
            msg = (
                f"All rows and files are there, but {checkpoints.KEY} in"
                f" {settings.KEYS_DIR} is not the key of the installation that was backed"
                " up. Copy its keys folder there, then run manage.py verify_trail."
            )
            raise CommandError(msg)
        call_command("verify_trail", stdout=self.stdout, stderr=self.stderr)
