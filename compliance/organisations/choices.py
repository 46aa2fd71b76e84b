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
