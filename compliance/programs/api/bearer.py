"""The door of every operation: a token, what it may, and how often it calls.

No cookie opens it, so no form of another site can use it: it needs no CSRF token.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja.security import HttpBearer

from compliance.identity.organisations.access import Permission
from compliance.identity.organisations.models import Membership, Organisation, User
from compliance.identity.tokens import limits
from compliance.identity.tokens.bearers import bearer_of
from compliance.identity.tokens.models import Token
from compliance.programs.api.problems import ProblemError

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Attest"'}
LONGEST = 200


class ApiRequest(HttpRequest):
    """A request that passed ``Bearer``. ``person`` is nobody with an organisation's token."""

    token: Token
    organisation: Organisation
    membership: Membership | None
    person: User | None
    may: frozenset[Permission]
    quota: limits.Quota
    made_id: UUID | None
    """The id for what an upload under a key makes: the same where the call comes again."""


def author_of(request: ApiRequest) -> User:
    """The person whose word a change is. Raises ``ProblemError`` where there is none."""
    if request.person is None:
        detail = "A token of the organisation only reads. Use one of a person."
        raise ProblemError(403, detail, kind="scope")
    return request.person


class Bearer(HttpBearer):
    """Lets a token in that has a scope, as long as its person's role has it, too."""

    openapi_bearerFormat = "attest_..."  # noqa: N815 - the name in OpenAPI

    def __init__(self, permission: Permission) -> None:
        super().__init__()
        self.permission = permission

    def __call__(self, request: HttpRequest) -> Any:
        found = super().__call__(request)
        if not found and limits.guesses_too_often(request):
            raise ProblemError(429, headers={"Retry-After": str(limits.WINDOW)})
        if not found:
            raise ProblemError(401, headers=_CHALLENGE)
        return found

    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        """The token, and on the request what it stands for. Raises ``ProblemError``."""
        if len(token) > LONGEST or not token.isascii():
            return None
        bearer = bearer_of(token)
        if bearer is None:
            return None
        call: Any = request
        call.token, call.membership, call.may = (
            bearer.token,
            bearer.membership,
            bearer.may,
        )
        call.organisation, call.person = bearer.token.organisation, bearer.token.user
        call.quota, call.made_id = limits.counted(bearer.token), None
        if call.quota.left < 0:
            headers = {"Retry-After": str(call.quota.seconds)} | call.quota.headers
            raise ProblemError(429, headers=headers)
        if self.permission not in bearer.may:
            detail = (
                f"This needs the scope “{self.permission}”, in the token and in the role of its person today."
            )
            raise ProblemError(403, detail, kind="scope", headers=call.quota.headers)
        return bearer.token
