"""A domain is free for another organisation, from the command line."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from compliance.identity.sign_on import actions


class Command(BaseCommand):
    """``release_domain DOMAIN``."""

    help = "Take a verified domain from the organisation that has it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("domain", help="such as example.com")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            domain = actions.release_domain(name=options["domain"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{domain} was of {domain.organisation}, and is nobody's now")
