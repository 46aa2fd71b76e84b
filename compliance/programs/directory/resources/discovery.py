"""How a directory learns what the service can do (RFC 7644, 4)."""

from django.http import Http404, HttpResponse
from scim2_models import Context, Meta, Resource, ResourceType, Schema

from compliance.programs.directory.door import MEDIA_TYPE, ScimRequest
from compliance.programs.directory.replies import all_of, location
from compliance.programs.directory.shapes import PROVIDER


def config(request: ScimRequest) -> HttpResponse:
    del request
    said = PROVIDER.config
    if said is None:
        raise Http404
    return _one(_placed(said.model_copy(), "ServiceProviderConfig", ""))


def schemas(request: ScimRequest) -> HttpResponse:
    del request
    return all_of([_schema(one) for one in PROVIDER.schemas], Schema)


def schema(request: ScimRequest, key: str) -> HttpResponse:
    del request
    return _one(_schema(_found([one for one in PROVIDER.schemas if str(one.id) == key])))


def types(request: ScimRequest) -> HttpResponse:
    del request
    return all_of([_type(one) for one in PROVIDER.resource_types], ResourceType)


def type_(request: ScimRequest, key: str) -> HttpResponse:
    del request
    return _one(_type(_found([one for one in PROVIDER.resource_types if one.name == key])))


def _found[R](rows: list[R]) -> R:
    if not rows:
        raise Http404
    return rows[0]


def _schema(one: Schema) -> Schema:
    return _placed(one.model_copy(), "Schemas", str(one.id))


def _type(one: ResourceType) -> ResourceType:
    return _placed(one.model_copy(), "ResourceTypes", str(one.name))


def _placed[R: Resource](said: R, kind: str, key: str) -> R:
    name = {"Schemas": "Schema", "ResourceTypes": "ResourceType"}.get(kind, kind)
    said.meta = Meta(resource_type=name, location=location(kind, key).rstrip("/"))
    return said


def _one(said: Resource) -> HttpResponse:
    body = said.model_dump_json(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
    return HttpResponse(body, content_type=MEDIA_TYPE)
