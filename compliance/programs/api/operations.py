"""Operations: each is registered once, with its permission, its shapes and its door."""

from collections.abc import Callable, Collection, Mapping
from functools import wraps
from inspect import signature
from typing import Any, Literal

from django.http import HttpResponse, HttpResponseBase
from ninja import Router
from pydantic import BaseModel

from compliance.identity.organisations.access import Permission
from compliance.programs.api import repeating
from compliance.programs.api.bearer import ApiRequest, Bearer
from compliance.programs.api.problems import MEDIA_TYPE, Problem, ProblemError
from compliance.programs.api.tags import body_of, is_known, tag_of
from compliance.proof.audit.bearing import bearing

Once = Literal["", "within", "apart"]
_KEY = {
    "in": "header",
    "name": repeating.HEADER,
    "required": False,
    "schema": {"type": "string", "maxLength": repeating.LONGEST},
    "description": "Send the same key with the same call again: it counts once.",
}
_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": False,
    "schema": {"type": "string"},
    "description": "The ETag of what you read: 412 where it has changed since.",
}


class Said:
    """A reply that is more than its shape: another status, or headers."""

    def __init__(self, shape: BaseModel, status: int = 200, **headers: str) -> None:
        self.shape, self.status = shape, status
        self.headers = {n.replace("_", "-"): value for n, value in headers.items()}


def conflict(kind: type[Problem], sides: list[dict[str, Any]], standing: Any, detail: str = "") -> Said:
    """Refuse a change of fields that someone else changed: 409 with both sides.

    ``kind`` has the shape of ``standing``, the thing as it is now with its version.
    """
    said = (
        "Someone else has changed these fields. Compare both sides, and send yours"
        f" again with version {standing.version}."
    )
    body = kind(
        type="urn:attest:problem:conflict",
        title="Conflict",
        status=409,
        detail=detail or said,
        sides=sides,
        standing=standing,
    )
    return Said(body, 409)


def operation(
    router: Router,
    method: Literal["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE"],
    path: str,
    permission: Permission,
    *,
    gives: Mapping[int, Any],
    once: Once = "",
    matches: bool = False,
    also: dict[str, Any] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function of a request under an address.

    ``gives`` maps each status with a body of its own to the shape; ``once`` lets it be
    repeated under a key, in the transaction of its change or apart from it; ``matches``
    says that it heeds ``If-Match``; ``also`` goes into its description.
    """
    extra = dict(also or {})
    parameters = [*([_KEY] if once else []), *([_MATCH] if matches else [])]
    if parameters:
        extra["parameters"] = [*extra.get("parameters", ()), *parameters]
    extra["x-scope"] = permission.value

    def register(view: Callable[..., Any]) -> Callable[..., Any]:
        known = set(signature(view).parameters)

        @wraps(view)
        def run(request: ApiRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            def reply() -> HttpResponseBase:
                return _reply(request, view(request, *args, **kwargs))

            _refuse_unknown(request, known)
            with bearing(request.token.pk):
                if once == "within":
                    response = repeating.once(request, reply)
                elif once == "apart":
                    response = repeating.once_apart(request, reply)
                else:
                    response = reply()
            return response

        router.add_api_operation(
            path,
            [method],
            run,
            auth=Bearer(permission),
            response=dict(gives),
            operation_id=view.__name__,
            summary=_summary(view),
            url_name=view.__name__,
            openapi_extra=extra,
        )
        return view

    return register


def _refuse_unknown(request: ApiRequest, known: Collection[str]) -> None:
    """A misspelt filter must not answer with everything."""
    faults = [
        {"at": f"query.{name}", "says": "There is no such parameter."}
        for name in request.GET
        if name not in known
    ]
    if faults:
        raise ProblemError(422, "Leave out what the address does not take.", faults=faults)


def _summary(view: Callable[..., Any]) -> str:
    return view.__name__.replace("_", " ").capitalize()


def _reply(request: ApiRequest, result: Any) -> HttpResponseBase:
    if isinstance(result, HttpResponseBase):
        return result
    if result is None:
        return HttpResponse(status=204)
    said = result if isinstance(result, Said) else Said(result)
    body = body_of(said.shape)
    tag = tag_of(body)
    if request.method == "GET" and is_known(request, tag):
        return HttpResponse(status=304, headers={"ETag": tag})
    return HttpResponse(
        body,
        status=said.status,
        content_type="application/json" if said.status < 400 else MEDIA_TYPE,
        headers={"ETag": tag} | said.headers,
    )
