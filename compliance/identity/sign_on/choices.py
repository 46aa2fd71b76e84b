"""Protocols of providers, and the roles that one may give."""

from django.db import models

from compliance.identity.organisations.choices import Role


class Protocol(models.TextChoices):
    """The protocol of a provider."""

    OIDC = "oidc", "OpenID Connect"
    SAML = "saml", "SAML 2.0"


GIVEN = [Role.OFFICER, Role.CONTRIBUTOR, Role.REVIEWER, Role.READER]
"""Not that of an owner, which owners give by name, nor of an auditor, who has a seat."""
