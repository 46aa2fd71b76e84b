"""The dates behind a token: those that its person may see today."""

from dataclasses import dataclass

from django.utils import timezone

from compliance.identity.organisations.access import Permission, granted
from compliance.identity.organisations.actions import hash_of
from compliance.identity.organisations.models import Membership
from compliance.identity.organisations.policy_gate import lacks_factor
from compliance.reporting.calendar.actions.reminders import spoken_to
from compliance.reporting.calendar.entries import Entry
from compliance.reporting.calendar.models import Feed, Reminders
from compliance.reporting.calendar.queries import dated, entries, marks, own
from compliance.reporting.calendar.sources.scope import DateScope

PAST_DAYS = 31
"""How long what is late stays in a subscription; the page goes on to show it."""
MOST = 2000
"""Dates of one file, the nearest first: a program reads all of them each time."""


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A subscription with its dates."""

    feed: Feed
    name: str
    entries: list[Entry]


def feed_of(token: str) -> Feed | None:
    """The subscription that a token opens now; None for any other."""
    rows = Feed.objects.standing().select_related("organisation", "user")
    return rows.filter(token_hash=hash_of(token)).first()


def read(feed: Feed) -> Subscribed | None:
    """The dates of a subscription, in the language and by the clock of its person.

    None when the membership has just ended, and until the person has the second factor
    that the organisation asks for.
    """
    members = Membership.objects.select_related("organisation__own_policy", "user")
    member = members.filter(organisation=feed.organisation, user=feed.user).first()
    if member is None or lacks_factor(member):
        return None
    with spoken_to(Reminders.of(feed.organisation, feed.user)):
        today = timezone.localdate()
        scope = DateScope(feed.organisation, granted(member), today)
        # an auditor has no dates but their own, also one who was a member with all of them
        is_own = feed.is_own_only or Permission.VIEW not in scope.may
        found = own(scope, feed.user) if is_own else marks(scope)
        found = [mark for mark in found if (today - mark.day).days <= PAST_DAYS][:MOST]
        dates = entries(scope, dated(scope, found))
        return Subscribed(feed, f"Attest, {feed.organisation}", dates)
