"""``manage.py serve_mcp``: lets assistants read, through the Model Context Protocol."""

from argparse import ArgumentParser
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from compliance.management.serving import serve_mcp

INSTALL = "pip install --require-hashes -r locks/mcp.lock"


class Command(BaseCommand):
    """Becomes the MCP server, where the setting allows it."""

    help = "Serve assistants of people over MCP: they read with tokens."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8100)
        parser.add_argument("--host", default="localhost")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.MCP:
            msg = "Assistants are not let in: set ATTEST_MCP=on to allow them."
            raise CommandError(msg)
        if find_spec("mcp") is None:
            msg = f"The MCP library is not installed: {INSTALL}"
            raise CommandError(msg)
        try:
            serve_mcp(options["host"], options["port"])
        except OSError as error:
            msg = f"Port {options['port']} cannot be used: {error}. Try --port 8101."
            raise CommandError(msg) from error
