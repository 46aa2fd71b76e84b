"""The OpenAPI document: what ninja derives, with the errors, headers and limits of all."""

import json
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

from compliance.programs.api.problems import MEDIA_TYPE, Problem

_SHARED = {
    "401": "No token, or one that is not valid",
    "403": "The scope is not in the token, or not in the role of its person",
    "404": "Nothing is here for this token",
    "422": "The call is not valid: `faults` says where",
    "429": "Too many calls: `Retry-After` says how long to wait",
    "default": "Any other error",
}
_HEADERS = {
    "ETag": "Of this state; send it as `If-None-Match`, or `If-Match` where it is heeded.",
    "RateLimit": "Calls left in this minute, and when the next begins.",
}
DESCRIPTION = """\
The same actions, permissions, tenants and trail as the pages of Attest.

A token opens one organisation. Send it as `Authorization: Bearer attest_...`; make one
under “Tokens for programs”. Errors are `application/problem+json` (RFC 9457). Lists come
in pages: send `next` as `cursor`. `docs/api.md` has a worked example.
"""


@cache
def described(api: NinjaAPI) -> dict[str, Any]:
    """The document (OpenAPI 3.1)."""
    document: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="api/v1/")))
    schemas = document["components"]["schemas"]
    template = "#/components/schemas/{model}"
    shape = Problem.model_json_schema(ref_template=template, mode="serialization")
    schemas |= shape.pop("$defs", {}) | {"Problem": shape}
    for path in document["paths"].values():
        for one in path.values():
            _complete(one)
    return document


def _complete(operation: dict[str, Any]) -> None:
    """Give an operation the replies that every one has."""
    operation["description"] = operation["description"].replace("``", "`")
    replies = operation["responses"]
    for status, reply in replies.items():
        if int(status) >= 400:
            reply["content"] = {MEDIA_TYPE: reply["content"]["application/json"]}
        else:
            reply["headers"] = reply.get("headers", {}) | {
                name: {"description": words, "schema": {"type": "string"}}
                for name, words in _HEADERS.items()
                if name != "ETag" or "application/json" in reply.get("content", {})
            }
    for status, words in _SHARED.items():
        schema = {"$ref": "#/components/schemas/Problem"}
        content = {MEDIA_TYPE: {"schema": schema}}
        replies.setdefault(status, {"description": words, "content": content})


def serve(api: NinjaAPI, request: HttpRequest) -> HttpResponse:
    """The document, to anybody: it says nothing that the program does not."""
    del request
    document = described(api) | {"servers": [{"url": settings.URL}]}
    return HttpResponse(json.dumps(document), content_type="application/json")
