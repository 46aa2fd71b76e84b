"""``manage.py sweep_files``: deletes files that are no longer needed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.assurance.bundles.download_store import package_store
from compliance.content.evidence import actions
from compliance.content.formats import pending_imports
from compliance.ground.pictures import drawing
from compliance.ground.web.bucket import AwayError
from compliance.ground.web.text import counted
from compliance.identity.organisations.models import Organisation
from compliance.operations.closing.archive_store import archive_store
from compliance.reporting.reports import cleanup, storage
from compliance.reporting.reports.actions import is_known


class Command(BaseCommand):
    """Run it daily: an upload that breaks off, or that nobody accepts, leaves a file.

    An installation without organisations may wait for its restore: evidence and reports,
    which then have no rows, stay.
    """

    help = "Remove files without a row, previews, bundles and packs, a day after they came."

    def handle(self, *args: Any, **options: Any) -> None:
        gone = pending_imports.sweep() + package_store.sweep()
        gone += archive_store.sweep() + drawing.sweep()
        try:
            if Organisation.objects.exists():
                gone += storage.sweep(is_known) + cleanup.sweep() + actions.sweep()
        except AwayError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{counted(gone, 'file')} removed.")
