"""Programs that call the API: each holds a token."""

import json

from django.test import Client

from compliance.identity.tokens.actions import make_token
from compliance.identity.tokens.scopes import offered

ROOT = "/api/v1"


class Program:
    """``Program(person, organisation)``: calls with a token of all that they may give."""

    def __init__(self, person, organisation, scopes=None, **more):
        role = organisation.memberships.get(user=person).role
        self.token, self.text = make_token(
            by=person,
            organisation=organisation,
            name="Test",
            scopes=offered(role) if scopes is None else scopes,
            days=30,
            **more,
        )
        self.client = Client(raise_request_exception=False, enforce_csrf_checks=True)

    def call(self, method, path, body=None, **headers):
        headers = {name.replace("_", "-"): text for name, text in headers.items()}
        given = {"Authorization": f"Bearer {self.text}", **headers}
        if body is None:
            return self.client.generic(method, f"{ROOT}{path}", headers=given)
        data = body if isinstance(body, bytes | str) else json.dumps(body)
        return self.client.generic(method, f"{ROOT}{path}", data, "application/json", headers=given)

    def get(self, path, **headers):
        return self.call("GET", path, **headers)

    def post(self, path, body=None, **headers):
        return self.call("POST", path, {} if body is None else body, **headers)

    def patch(self, path, body, **headers):
        return self.call("PATCH", path, body, **headers)

    def send(self, path, fields, **headers):
        """A form with files."""
        headers = {name.replace("_", "-"): text for name, text in headers.items()}
        given = {"Authorization": f"Bearer {self.text}", **headers}
        return self.client.post(f"{ROOT}{path}", fields, headers=given)
