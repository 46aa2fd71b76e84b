"""``manage.py serve``: serves Attest with what is there."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.management.serving import serve
from compliance.operations.monitoring import checks


class Command(BaseCommand):
    """Becomes the web server, with the task worker in one of its processes."""

    help = "Serve Attest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="localhost")
        parser.add_argument(
            "--processes",
            type=int,
            choices=range(1, 33),
            metavar="1-32",
            help="default: one for each core, two at most",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if number := checks.missing_migrations():
            msg = (
                f"The database lacks {number} migrations of this release. Make a backup,"
                " then run: python3 manage.py migrate"
            )
            raise CommandError(msg)
        try:
            serve(options["host"], options["port"], options["processes"])
        except OSError as error:
            msg = f"Port {options['port']} cannot be used: {error}. Try --port 8001."
            raise CommandError(msg) from error
