"""The people whom the directory of an organisation sees: those of its verified domains."""

from functools import reduce
from operator import or_

from django.db.models import F, FilteredRelation, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from compliance.identity.organisations.choices import Role
from compliance.identity.organisations.models import Organisation, User
from compliance.identity.sign_on import dns


def visible_people(organisation: Organisation) -> QuerySet[User]:
    """Members and those whom the directory deactivated, each with ``role`` (None for the
    latter), ``external_id`` and ``known_since``.

    Nobody with an address of another domain, and no auditor: they belong elsewhere.
    """
    rows = User.objects.annotate(
        own=FilteredRelation("memberships", condition=Q(memberships__organisation=organisation)),
        known=FilteredRelation("directories", condition=Q(directories__organisation=organisation)),
    )
    is_member = Q(own__isnull=False) & ~Q(own__role=Role.AUDITOR)
    is_kept = Q(own=None, known__is_deleted=False)
    return rows.filter(_within(organisation), is_member | is_kept).annotate(
        role=F("own__role"),
        external_id=Coalesce("known__external_id", Value("")),
        known_since=Coalesce("known__made_at", "own__joined_at"),
    )


def _within(organisation: Organisation) -> Q:
    """The condition that an address is in a domain that the organisation has verified."""
    verified = organisation.domains.filter(verified_at__isnull=False)
    names = {spelling for name in verified.values_list("name", flat=True) for spelling in dns.spellings(name)}
    ends = (Q(email__iendswith=f"@{name}") for name in sorted(names))
    return reduce(or_, ends, Q(pk__in=[]))
