"""Entity tags (RFC 9110, 8.8.3): of a whole reply, so that equal tags mean equal replies."""

import hashlib

from django.http import HttpRequest
from django.utils.http import parse_etags
from pydantic import BaseModel

from compliance.programs.api.problems import ProblemError


def tag_of(body: bytes) -> str:
    """The tag of a reply, before anything packs it."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def body_of(said: BaseModel) -> bytes:
    """A reply as it is sent."""
    return said.model_dump_json().encode()


def is_known(request: HttpRequest, tag: str) -> bool:
    """Whether the program has this reply already (``If-None-Match``)."""
    return _names(request.headers.get("If-None-Match", ""), tag)


def refuse_stale(request: HttpRequest, standing: BaseModel) -> None:
    """End the call (412) where ``If-Match`` names another state than the one that stands.

    A reply that was packed on its way has a weak tag: it is the same one here. Raises
    ``ProblemError``.
    """
    given = request.headers.get("If-Match", "")
    tag = tag_of(body_of(standing))
    if given and not _names(given, tag):
        detail = "It has changed since. Read it again, then send your change."
        raise ProblemError(412, detail, kind="stale", headers={"ETag": tag})


def _names(header: str, tag: str) -> bool:
    known = {one.removeprefix("W/") for one in parse_etags(header)}
    return "*" in known or tag in known
