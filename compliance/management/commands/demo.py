"""``manage.py demo``: a running Attest with an organisation to look at."""

import sys
import time
from argparse import ArgumentParser
from ctypes import CDLL
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from compliance.management.serving import serve
from compliance.operations.demo.loading import PASSWORD, load_demo

LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
PANGO = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


class Command(BaseCommand):
    """Migrates, loads the seeds, makes the demo organisation once, and serves."""

    help = "Set up and serve Attest with a demo organisation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="localhost")
        parser.add_argument("--no-serve", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("load_seeds", verbosity=0)
        people = load_demo(settings.BASE_DIR / "seeds" / "demo")
        self._say_who(people)
        if missing := _missing_pango():
            self.stdout.write(f"Reports are not available ({missing}). Install: {PANGO}")
        if options["no_serve"]:
            return
        address = f"http://{options['host']}:{options['port']}/"
        seconds = time.monotonic() - started
        self.stdout.write(f"\nAttest is at {address} (set up in {seconds:.1f} s).")
        self.stdout.write("Stop it with Ctrl+C.")
        self.stdout.flush()
        try:
            serve(options["host"], options["port"])
        except OSError as error:
            msg = f"Port {options['port']} cannot be used: {error}. Try --port 8001."
            raise CommandError(msg) from error

    def _say_who(self, people: list[tuple[str, str, str, str]]) -> None:
        self.stdout.write(f"Data: {settings.DATA_DIR}\n\nSign in with any of these:")
        for organisation, role, name, email in people:
            self.stdout.write(f"  {email:<26} {role:<12} {name}, {organisation}")
        self.stdout.write(f"  Password of all of them: {PASSWORD}")


def _missing_pango() -> str:
    """The library that the reports lack, "" when they have everything."""
    if sys.platform != "linux":
        return ""
    for name in LIBRARIES:
        try:
            CDLL(name)
        except OSError:
            return f"{name} is missing"
    return ""
