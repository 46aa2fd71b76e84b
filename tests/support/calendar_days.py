"""Dates of every kind, for the tests of the calendar."""

from datetime import date, timedelta

from django.utils import timezone

from compliance.assurance.seats.actions import share
from compliance.models import Citation, Instrument, Provision
from tests.support import auditor_seats, factories

TODAY = date(2026, 11, 28)
NOON = "2026-11-28T12:00:00+00:00"


def cite(question, day, cite="Law Art. 9", status="applies_later"):
    """A provision that the question rests on, which applies from a day."""
    instrument, _ = Instrument.objects.get_or_create(
        key="law", defaults={"name": "Law", "title": "The Law", "url": "https://e.eu"}
    )
    provision = Provision.objects.create(
        instrument=instrument,
        cite=cite,
        title="A duty",
        url="https://e.eu/9",
        applies_from=day,
        status=status,
        position=next(factories.count),
    )
    Citation.objects.create(question=question, provision=provision, position=1)
    return provision


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


def fill(cast, organisation=None, by=None, owner=None):
    """An assessment with a date of each kind, of Con's work where it is a person's."""
    organisation, by = organisation or cast.acme, by or cast.ada
    owner = owner or cast.con
    assessment = factories.make_assessment(organisation, by, due_on=in_days(40))
    law, due, later = assessment.answers.order_by("question__position")
    law.binds_from = in_days(4)
    law.save()
    due.due_on, due.owner = in_days(3), owner
    due.save()
    later.verdict, later.later_until, later.owner = "later", in_days(10), owner
    later.save()
    proof = factories.make_link(organisation, by, expires_on=in_days(5))
    factories.attach(due, proof)
    factories.make_action(organisation, by, due, due_on=in_days(6), owner=owner)
    return assessment


def fill_outside(cast, assessment):
    """A seat, a request and a share link on top."""
    seat = auditor_seats.give(cast, assessment)
    auditor_seats.ask(cast.aud, seat, due_on=in_days(8))
    share(by=cast.otto, assessment=assessment, label="Bank", days=14)
    return seat
