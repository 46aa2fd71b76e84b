"""Replies of SCIM: a resource with its version, or a page of a list."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags
from scim2_models import (
    Context,
    InvalidFilterException,
    ListResponse,
    PreconditionFailedException,
    Resource,
    ResponseParameters,
    SearchRequest,
)

from compliance.programs.directory.door import MEDIA_TYPE
from compliance.programs.directory.shapes import MOST

ROOT = "/scim/v2"
_FURTHEST = 1_000_000_000
"""A first row that both databases can count to."""


def location(kind: str, key: str) -> str:
    """The address of a resource."""
    return f"{settings.URL.rstrip('/')}{ROOT}/{kind}/{key}"


def version_of(resource: Resource[Any]) -> str:
    """Its entity tag: equal ones mean equal resources. Weak, since packing changes bytes."""
    body = resource.model_dump_json(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
    return f'W/"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'


def versioned[R: Resource[Any]](resource: R) -> R:
    """The resource with its version in ``meta``."""
    if resource.meta:
        resource.meta.version = version_of(resource)
    return resource


def one(request: HttpRequest, resource: Resource[Any], status: int = 200) -> HttpResponse:
    """A resource, with the attributes that were asked for; 304 where it is known."""
    asked = ResponseParameters[type(resource)].model_validate(_asked(request))  # type: ignore[misc]
    meta = resource.meta
    headers = {
        "ETag": (meta.version if meta else "") or "",
        "Location": (meta.location if meta else "") or "",
    }
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if request.method == "GET" and headers["ETag"] in known:
        return HttpResponse(status=304, headers=headers)
    body = resource.model_dump_json(scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=asked)
    return HttpResponse(body, status=status, content_type=MEDIA_TYPE, headers=headers)


def refuse_stale(request: HttpRequest, resource: Resource[Any]) -> None:
    """Raises ``PreconditionFailedException`` where ``If-Match`` names another version."""
    given = request.headers.get("If-Match", "")
    version = resource.meta.version if resource.meta else ""
    if given and "*" not in parse_etags(given) and version not in parse_etags(given):
        words = "The resource has changed since. Read it again, then send the change."
        raise PreconditionFailedException(detail=words)


def page[R: Resource[Any]](
    asked: SearchRequest[R],
    shape: type[R],
    rows: QuerySet[Any],
    resources_of: Callable[[Sequence[Any]], list[R]],
) -> HttpResponse:
    """A page of up to ``MOST`` rows as resources."""
    first = min(asked.start_index or 1, _FURTHEST)
    count = min(MOST if asked.count is None else asked.count, MOST)
    found = list(rows[first - 1 : first - 1 + count]) if count else []
    said = ListResponse[shape](  # type: ignore[valid-type]
        total_results=rows.count(),
        start_index=first,
        items_per_page=len(found),
        resources=[versioned(one) for one in resources_of(found)],
    )
    return HttpResponse(
        said.model_dump_json(scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=asked),
        content_type=MEDIA_TYPE,
    )


def all_of(resources: Sequence[Resource[Any]], kind: type[Resource[Any]]) -> HttpResponse:
    """A list that is never long."""
    said = ListResponse[kind](  # type: ignore[valid-type]
        total_results=len(resources),
        start_index=1,
        items_per_page=len(resources),
        resources=list(resources),
    )
    body = said.model_dump_json(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
    return HttpResponse(body, content_type=MEDIA_TYPE)


def search_of[R: Resource[Any]](request: HttpRequest, shape: type[R]) -> SearchRequest[R]:
    """The page, filter and attributes that were asked for. Raises as pydantic does."""
    found: SearchRequest[R] = SearchRequest[shape].model_validate(  # type: ignore[valid-type]
        _asked(request), scim_ctx=Context.SEARCH_REQUEST
    )
    return found


_ASKED = {
    "filter", "startIndex", "count", "attributes", "excludedAttributes",
}  # fmt: skip
_LONGEST = 1000


def _asked(request: HttpRequest) -> dict[str, Any]:
    if len(request.GET.get("filter", "")) > _LONGEST:
        words = f"The filter is longer than {_LONGEST} characters. Send a shorter one."
        raise InvalidFilterException(detail=words)
    return {name: value for name, value in request.GET.items() if name in _ASKED}


def empty() -> HttpResponse:
    """A reply without a body."""
    return HttpResponse(status=204)
