"""Putting something away until a day, and back.

It leaves no event: it is a person's own order of work, and changes nothing of the thing.
"""

from datetime import date, timedelta

from django.core.exceptions import ValidationError

from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit.transaction import writing
from compliance.reporting.home.models import PutAway
from compliance.reporting.home.needs import Need

LONGEST = timedelta(days=366)


def put_away(*, by: User, organisation: Organisation, need: Need, until: date, today: date) -> None:
    """Put something away until a day, or until another day than before.

    Rows of the person whose day has come are deleted. Raises ``ValidationError`` for a
    day that is not ahead, or more than a year ahead.
    """
    if until <= today:
        raise ValidationError("Choose a day after today.")
    if until > today + LONGEST:
        raise ValidationError("Choose a day within a year.")
    mine = PutAway.objects.filter(organisation=organisation, user=by)
    with writing():
        mine.filter(until__lte=today).delete()
        PutAway.objects.update_or_create(
            organisation=organisation,
            user=by,
            thing=need.thing,
            defaults={"until": until, "stands": need.stands},
        )


def bring_back(*, by: User, organisation: Organisation, thing: str) -> None:
    """Put something back among the work; nothing happens where it is there already."""
    with writing():
        PutAway.objects.filter(organisation=organisation, user=by, thing=thing).delete()
