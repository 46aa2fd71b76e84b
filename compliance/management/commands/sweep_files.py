"""``manage.py sweep_files``: takes away files that no row names."""

from typing import Any

from django.core.management.base import BaseCommand

from compliance.evidence import actions


class Command(BaseCommand):
    """Run it daily: an upload that was cut off leaves a file behind."""

    help = "Remove stored files without a row that are older than a day."

    def handle(self, *args: Any, **options: Any) -> None:
        gone = actions.sweep()
        self.stdout.write(
            f"{gone} file{'' if gone == 1 else 's'} without a row removed."
        )
