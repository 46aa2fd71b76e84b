"""The door of SCIM: the token of a directory, how often it calls, and errors in its form.

No cookie opens it, so no form of another site can use it: it needs no CSRF token.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from django.core.exceptions import RequestDataTooBig, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from pydantic import ValidationError as ShapeError
from scim2_models import Error, SCIMException

from compliance.ground.web import json_bodies
from compliance.identity.organisations.models import Organisation
from compliance.identity.tokens import limits
from compliance.identity.tokens.bearers import directory_of
from compliance.programs.directory.actions import CONFLICT, FORBIDDEN
from compliance.programs.directory.shapes import PROVIDER
from compliance.proof.audit.bearing import bearing

MEDIA_TYPE = "application/scim+json"
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Attest"'}
_LONGEST = 200
_STATUS = {CONFLICT: (409, "uniqueness"), FORBIDDEN: (403, None)}
_ABSENT = "There is nothing at this address for this token."
_MOST_OPERATIONS = 100
_LONGEST_DETAIL = 1000
_TOO_LARGE = (
    f"The call is too large: it may have {_MOST_OPERATIONS} operations and"
    f" {json_bodies.MOST_ITEMS:,} values. Send fewer people at once."
)


class ScimRequest(HttpRequest):
    """A request that passed the door."""

    organisation: Organisation


type Handler = Callable[..., HttpResponse]


def reply(handlers: Mapping[str, Handler], request: Any, **kwargs: Any) -> HttpResponse:
    """The reply to a call at an address with a handler for each method that it takes,
    by its name in lower case; 404 where there is none at all.
    """
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    is_text = scheme.lower() == "bearer" and len(text) <= _LONGEST
    token = directory_of(text.strip()) if is_text else None
    if token is None:
        if limits.guesses_too_often(request):
            wait = {"Retry-After": str(limits.WINDOW)}
            words = "Too many calls with a wrong token. Correct the token, then wait."
            return refused(429, words, headers=wait)
        words = "Send the token of the directory: Authorization: Bearer attest_..."
        return refused(401, words, headers=_CHALLENGE)
    quota = limits.counted(token)
    if quota.left < 0:
        wait = {"Retry-After": str(quota.seconds)} | quota.headers
        words = "Too many calls in this minute. Wait for the next one."
        return refused(429, words, headers=wait)
    handler = handlers.get(request.method.lower())
    if not handlers:
        return refused(404, _ABSENT)
    if handler is None:
        allowed = {"Allow": ", ".join(name.upper() for name in handlers)}
        words = f"This address does not take {str(request.method)[:20]}."
        return refused(405, words, headers=allowed)
    request.organisation = token.organisation
    with bearing(token.pk), PROVIDER:
        return _handled(handler, request, **kwargs)


def _handled(handler: Handler, *args: Any, **kwargs: Any) -> HttpResponse:
    """The reply of a handler, or the error that it ended with."""
    try:
        return handler(*args, **kwargs)
    except SCIMException as error:
        return refused(error.status, error.detail, error.scim_type or None)
    except ShapeError as error:
        said = Error.from_validation_errors(error)[0]
        return refused(said.status or 400, said.detail or "", said.scim_type)
    except ValidationError as error:
        codes = [one.code for one in getattr(error, "error_list", [])]
        status, kind = next((_STATUS[code] for code in codes if code in _STATUS), (400, "invalidValue"))
        return refused(status, " ".join(error.messages), kind)
    except Http404:
        return refused(404, _ABSENT)
    except RequestDataTooBig:
        return refused(413, _TOO_LARGE)


def refused(
    status: int,
    detail: str,
    kind: str | None = None,
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    """An error as RFC 7644, 3.12 has it."""
    body = Error(status=status, scim_type=kind, detail=detail[:_LONGEST_DETAIL]).model_dump_json()
    return HttpResponse(body, status=status, content_type=MEDIA_TYPE, headers=headers)


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent. Raises ``SCIMException``, and ``RequestDataTooBig``."""
    try:
        found = json_bodies.parsed(request.body)
        json.dumps(found, ensure_ascii=False).encode()  # refuses half characters
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        unread("The body of the call has to be one JSON object.")
    for name, given in found.items():
        is_list = name.lower() == "operations" and isinstance(given, list)
        if is_list and len(given) > _MOST_OPERATIONS:
            raise RequestDataTooBig
    return dict(found)


def unread(words: str) -> NoReturn:
    """Refuse a call that cannot be read."""
    error = SCIMException(detail=words)
    error.scim_type = "invalidSyntax"
    raise error
