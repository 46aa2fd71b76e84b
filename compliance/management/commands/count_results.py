"""``manage.py count_results``: recounts the stored figures of results."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from compliance.ground.web.text import counted
from compliance.reporting.results import figure_store, trend


class Command(BaseCommand):
    """Pages count what is stale by themselves; after an upgrade this is sooner."""

    help = "Recount the stored figures of every assessment."

    def handle(self, *args: Any, **options: Any) -> None:
        today = timezone.localdate()
        count, wrong = figure_store.rebuild(today)
        trend.rebuild(today)
        self.stdout.write(
            f"{counted(count, 'assessment')} counted; the figures kept of {wrong} had been wrong."
        )
