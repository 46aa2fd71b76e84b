"""A directory that keeps the members of an organisation, as Entra ID and Okta do."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from compliance.identity.sign_on import actions as sign_on
from compliance.identity.sign_on.protocols import Person
from compliance.models import SignOn
from compliance.programs.directory.actions import renew_token

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def show(owner, organisation, domain="acme.example"):
    """The domain, verified as its text record would do it."""
    row = sign_on.add_domain(by=owner, organisation=organisation, name=domain)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sign_on.dns, "texts_of", lambda _: [row.record])
        sign_on.verify_domain(by=owner, domain=row)
    return row


def switch_on(organisation, role):
    """Sign-on of an organisation by the provider of ``person``, with a role for newcomers."""
    return SignOn.objects.create(
        organisation=organisation,
        issuer="https://idp.example",
        client_id="attest",
        default_role=role,
        is_on=True,
        tested_at=timezone.now(),
        secret="s",
    )


def person(email):
    """Somebody who comes by that provider."""
    return Person("https://idp.example", email, email, True, "N", ())


class Calls:
    """Calls SCIM with the token of an organisation's directory."""

    def __init__(self, owner, organisation):
        self.token, self.text = renew_token(by=owner, organisation=organisation)
        self.client = Client(
            raise_request_exception=False,
            enforce_csrf_checks=True,
            headers={"host": "localhost"},
        )

    def __call__(self, method, path, body=None, **headers):
        given = {"Authorization": f"Bearer {self.text}", **headers}
        data = "" if body is None else json.dumps(body)
        return self.client.generic(method, f"/scim/v2{path}", data, "application/scim+json", headers=given)

    def make(self, name="Nadia New", email="new@acme.example", **more):
        """A user as Entra ID makes one."""
        return self(
            "POST",
            "/Users",
            {
                "schemas": [USER, ENTERPRISE],
                "externalId": email.partition("@")[0],
                "userName": email,
                "active": True,
                "displayName": name,
                "emails": [{"primary": True, "type": "work", "value": email}],
                "meta": {"resourceType": "User"},
                "name": {"formatted": name, "givenName": "N", "familyName": "N"},
                ENTERPRISE: {"department": "Sales", "manager": {"value": "7"}},
                "roles": [],
            }
            | more,
        )

    def patch(self, path, *operations, **headers):
        body = {"schemas": [PATCH], "Operations": list(operations)}
        return self("PATCH", path, body, **headers)

    def group(self, name, *people, **more):
        members = [{"value": one} for one in people]
        body = {"schemas": [GROUP], "displayName": name, "members": members}
        return self("POST", "/Groups", body | more)
