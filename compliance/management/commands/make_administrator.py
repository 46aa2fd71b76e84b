"""An administrator of the installation, from the command line."""

import logging
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from compliance.identity.organisations import actions

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """``make_administrator EMAIL [--end]``."""

    help = "Let a person see the console: the state of the installation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="of someone who has an account")
        parser.add_argument("--end", action="store_true", help="take it away again")

    def handle(self, *args: Any, **options: Any) -> None:
        is_administrator = not options["end"]
        try:
            user = actions.make_administrator(email=options["email"], is_administrator=is_administrator)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        said = "sees the console" if is_administrator else "no longer sees the console"
        logger.warning("Account %s %s.", user.pk, said)
        self.stdout.write(f"{user.email} {said}")
        if is_administrator and not user.is_protected:
            self.stdout.write("The console opens once they have set up a second factor.")
