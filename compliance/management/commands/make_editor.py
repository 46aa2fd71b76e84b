"""A checklist editor of the whole installation, from the command line."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from compliance.identity.organisations import actions


class Command(BaseCommand):
    """``make_editor EMAIL [--end]``."""

    help = "Let a person edit the library: its checklists and the legal index."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="of someone who has an account")
        parser.add_argument("--end", action="store_true", help="take it away again")

    def handle(self, *args: Any, **options: Any) -> None:
        is_editor = not options["end"]
        try:
            user = actions.make_editor(by=None, email=options["email"], is_editor=is_editor)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        said = "edits the library" if is_editor else "edits the library no longer"
        self.stdout.write(f"{user.email} {said}")
