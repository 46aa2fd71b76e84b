"""The context of the page of owners."""

from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from compliance.ground.web.mail import absolute
from compliance.identity.organisations.models import Organisation
from compliance.programs.directory.reach import visible_people


def directory_context(organisation: Organisation) -> dict[str, Any]:
    """The address and token of the directory, and the people whom it sees."""
    tokens = organisation.tokens.standing(timezone.now()).of_directory()
    domains = organisation.domains.filter(verified_at__isnull=False)
    counts = visible_people(organisation).aggregate(
        active=Count("pk", filter=Q(role__isnull=False)),
        ended=Count("pk", filter=Q(role=None)),
    )
    groups = organisation.directory_groups.annotate(count=Count("people"))
    labels = {row.group: row.get_role_display() for row in organisation.group_roles.all()}
    return {
        "address": absolute(reverse("scim:users")).removesuffix("/Users"),
        "token": tokens.select_related("made_by").order_by("-made_at").first(),
        "domains": [row.name for row in domains.order_by("name")],
        "groups": [
            {
                "name": group.name,
                "count": group.count,
                "role": labels.get(group.name) or labels.get(group.external_id, ""),
            }
            for group in groups.order_by("name")[:50]
        ],
        **counts,
    }
