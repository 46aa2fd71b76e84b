"""An organisation with its owner, from the command line."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.text import slugify

from compliance.identity.organisations import actions
from compliance.identity.organisations.choices import Role
from compliance.proof.audit.transaction import writing


class Command(BaseCommand):
    """Prints the address, and the owner's link where no mail server is set."""

    help = "Create an organisation and invite its owner."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="name of the organisation")
        parser.add_argument("--owner", required=True, metavar="EMAIL")
        parser.add_argument("--name", dest="person", default="", help="of the owner")
        parser.add_argument("--slug", default="", help="its word in the address")

    def handle(self, *args: Any, **options: Any) -> None:
        email, name = options["owner"], options["name"]
        try:
            with writing():
                organisation = actions.create_organisation(
                    by=None,
                    owner=None,
                    name=name,
                    slug=options["slug"] or slugify(name)[:60],
                )
                invitation = actions.invite(
                    by=None,
                    organisation=organisation,
                    email=email,
                    name=options["person"] or email.partition("@")[0],
                    role=Role.OWNER,
                )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{organisation.name}: /o/{organisation.slug}/")
        if invitation.link:
            how = "opens this link and chooses a password"
            self.stdout.write(f"{invitation.email} {how}:\n{invitation.link}")
        else:
            self.stdout.write(f"A mail with a link is on its way to {invitation.email}.")
