"""An organisation with its owner, from the command line."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.text import slugify

from compliance.organisations import actions


class Command(BaseCommand):
    """Prints the address, and a one-time password when the owner is new."""

    help = "Create an organisation and its owner."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="name of the organisation")
        parser.add_argument("--owner", required=True, metavar="EMAIL")
        parser.add_argument("--name", dest="person", default="", help="of the owner")
        parser.add_argument("--slug", default="", help="its word in the address")

    def handle(self, *args: Any, **options: Any) -> None:
        email, name = options["owner"], options["name"]
        person = options["person"] or email.partition("@")[0]
        try:
            with transaction.atomic():
                owner, password = actions.find_or_create_user(email=email, name=person)
                organisation = actions.create_organisation(
                    by=None,
                    owner=owner,
                    name=name,
                    slug=options["slug"] or slugify(name)[:60],
                )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        line = f"{organisation.name}: /o/{organisation.slug}/, owner {owner.email}"
        if password:
            line += f", one-time password {password}"
        self.stdout.write(line)
