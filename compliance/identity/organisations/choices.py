"""Roles."""

from django.db import models


class Role(models.TextChoices):
    """The purpose of a member (product.md, "Access")."""

    OWNER = "owner", "Owner"
    OFFICER = "officer", "Officer"
    CONTRIBUTOR = "contributor", "Contributor"
    REVIEWER = "reviewer", "Reviewer"
    READER = "reader", "Reader"
    AUDITOR = "auditor", "Auditor"


class Among(models.TextChoices):
    """Those among whom a policy leaves a right, of all whose role has it."""

    ROLE = "role", "Everybody whose role allows it"
    LEADERS = "leaders", "Owners and officers"
    OWNERS = "owners", "Owners alone"
