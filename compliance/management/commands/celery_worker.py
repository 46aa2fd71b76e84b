"""``manage.py celery_worker``: the task worker by Celery, on as many machines as wanted."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from compliance.ground.web.durability import refuse_forgetful
from compliance.ground.web.queues import QUEUES


class Command(BaseCommand):
    """Becomes a worker, where a broker is set."""

    help = "Make reports and send mail; a broker (ATTEST_TASKS_URL) announces the work."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--queue",
            choices=QUEUES,
            action="append",
            dest="queues",
            help="only this queue; default: each",
        )
        parser.add_argument(
            "--processes",
            type=int,
            choices=range(1, 65),
            metavar="1-64",
            default=os.cpu_count() or 1,
            help="jobs at a time; default: one for each core",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.TASKS_URL:
            msg = "No broker is set: set ATTEST_TASKS_URL, or run db_worker."
            raise CommandError(msg)
        refuse_forgetful()
        from compliance.management.celery_workers import run  # noqa: PLC0415 - optional

        run(options["queues"] or QUEUES, options["processes"])
