"""``manage.py sweep_files``: deletes files that are no longer needed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.bundles.download_store import package_store
from compliance.closing.archive_store import archive_store
from compliance.evidence import actions
from compliance.formats import pending_imports
from compliance.pictures import drawing
from compliance.reports import storage
from compliance.reports.actions import is_known
from compliance.web.bucket import AwayError
from compliance.web.text import counted


class Command(BaseCommand):
    """Run it daily: an upload that was cut off, or never taken in, leaves a file."""

    help = "Remove files without a row, previews, bundles and packs, a day after they came."

    def handle(self, *args: Any, **options: Any) -> None:
        gone = pending_imports.sweep() + package_store.sweep()
        gone += storage.sweep(is_known) + archive_store.sweep() + drawing.sweep()
        try:
            gone += actions.sweep()
        except AwayError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{counted(gone, 'file')} removed.")
