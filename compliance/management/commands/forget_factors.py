"""A person who lost every factor signs in by password again, from the command line."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from compliance.identity.accounts import actions


class Command(BaseCommand):
    """``forget_factors EMAIL``."""

    help = "Take away the passkeys, the app and the recovery codes of a person."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="of someone who has an account")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = actions.forget_factors(by=None, email=options["email"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{user.email} signs in with the password alone")
