"""The digest that would go out now, for the page on which a person chooses."""

from compliance.ground.web.mail import render
from compliance.identity.organisations.models import Membership
from compliance.reporting.calendar.actions.reminders import context_of, scope_of, spoken_to
from compliance.reporting.calendar.digests import digest_of
from compliance.reporting.calendar.models import Reminders, Rules


def preview(row: Reminders, rules: Rules, membership: Membership) -> tuple[str, str]:
    """Subject and text; two empty ones while nothing is new."""
    with spoken_to(row):
        scope = scope_of(row, membership)
        digest = digest_of(scope, row, rules, membership)
        if not digest.count:
            return "", ""
        context = context_of(row, digest, scope.today) | {"stop": ""}
        return f"{row.organisation}: {digest.subject}", render("digest", context)
