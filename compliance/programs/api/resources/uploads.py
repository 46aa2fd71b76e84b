"""Files of evidence in pieces, by the protocol tus 1.0 (core, creation, termination, expiration).

The bytes come by the protocol, so that any client of it can send them; what is made of them
is a call of this interface, with its words, its refusals and its reply.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import HttpResponse, UnreadablePostError
from django.utils.http import http_date
from ninja import Router

from compliance.content.evidence import actions
from compliance.content.evidence.models import Upload
from compliance.identity.organisations.access import Permission
from compliance.programs.api.bearer import ApiRequest, author_of
from compliance.programs.api.operations import Said, operation
from compliance.programs.api.problems import ProblemError
from compliance.programs.api.resources.evidence import words_in
from compliance.programs.api.shapes.evidence import EvidenceShape, UploadFinished, UploadShape

router = Router(tags=["evidence"])
VERSION = "1.0.0"
BYTES = "application/offset+octet-stream"
_CHUNK = 1024 * 1024
_MOST = 2**53 - 1


def _header(name: str, words: str, *, is_number: bool = False) -> dict[str, Any]:
    number = {"type": "integer", "minimum": 0, "maximum": _MOST}
    return {
        "in": "header",
        "name": name,
        "required": is_number,
        "schema": number if is_number else {"type": "string", "default": VERSION},
        "description": words,
    }


_RESUMABLE = _header("Tus-Resumable", "The version of the protocol.")
_TOLD = {
    name: {"description": words, "schema": {"type": "string"}}
    for name, words in {
        "Tus-Resumable": "The version of the protocol.",
        "Upload-Offset": "Bytes that are kept: send the next from there.",
        "Upload-Length": "Bytes of the whole file.",
        "Upload-Expires": "When it is dropped, unless more of it comes.",
    }.items()
}


@operation(
    router,
    "POST",
    "/evidence/uploads",
    Permission.ANSWER,
    gives={201: UploadShape},
    once="within",
    also={
        "parameters": [
            _RESUMABLE,
            _header("Upload-Length", "Bytes of the whole file.", is_number=True),
        ]
    },
)
def begin_upload(request: ApiRequest) -> Said:
    """Begin a file that comes in pieces, as tus 1.0 does: `Location` takes them.

    Its bytes count as files of the organisation while they wait, a day at most after the
    last of them. Metadata of the protocol are not read: `finish` says what the file is.
    """
    _refuse_version(request)
    length = _number_in(request, "Upload-Length")
    made = actions.begin_upload(by=author_of(request), organisation=request.organisation, length=length)
    place = f"/api/v1/evidence/uploads/{made.pk}"
    headers = {
        name.replace("-", "_"): value
        for name, value in _headers(made).items()
        if name in {"Tus-Resumable", "Upload-Expires"}
    }
    return Said(UploadShape.of(made), 201, Location=place, **headers)


@operation(
    router,
    "HEAD",
    "/evidence/uploads/{uuid:upload_id}",
    Permission.ANSWER,
    gives={200: None},
    also={"responses": {200: {"description": "Where it stands.", "headers": _TOLD}}},
)
def look_at_upload(request: ApiRequest, upload_id: UUID) -> HttpResponse:
    """How much of a file has come: send the rest from `Upload-Offset`."""
    _refuse_version(request)
    headers = _headers(_find(request, upload_id))
    return HttpResponse(headers=headers | {"Cache-Control": "no-store"})


@operation(
    router,
    "PATCH",
    "/evidence/uploads/{uuid:upload_id}",
    Permission.ANSWER,
    gives={204: None},
    also={
        "parameters": [
            _RESUMABLE,
            _header("Upload-Offset", "Where these bytes begin.", is_number=True),
        ],
        "requestBody": {
            "required": True,
            "content": {BYTES: {"schema": {"type": "string", "format": "binary"}}},
        },
    },
)
def send_bytes(request: ApiRequest, upload_id: UUID) -> HttpResponse:
    """Add bytes that follow on `Upload-Offset`; 409 where the file stands elsewhere.

    A piece counts once it is kept. Of two calls for the same place one counts, whole. Where
    the connection breaks, what came may be kept: ask where the file stands.
    """
    _refuse_version(request)
    upload = _find(request, upload_id)
    if request.content_type != BYTES:
        raise ProblemError(415, f"Send the bytes as {BYTES}.")
    offset = _number_in(request, "Upload-Offset")
    if not request.headers.get("Content-Length"):
        raise ProblemError(411, "Say with Content-Length how many bytes come.")
    left = upload.length - offset
    if offset == upload.offset and _number_in(request, "Content-Length") > left:
        detail = f"The file was announced with {upload.length} bytes; {left} are left."
        raise ProblemError(413, detail, kind="too-long")
    try:
        stands = actions.append(upload=upload, offset=offset, chunks=_sent(request))
    except actions.OffsetError as error:
        raise _elsewhere(error.offset) from error
    return HttpResponse(status=204, headers=_headers(stands))


@operation(
    router,
    "DELETE",
    "/evidence/uploads/{uuid:upload_id}",
    Permission.ANSWER,
    gives={204: None},
)
def drop_upload(request: ApiRequest, upload_id: UUID) -> HttpResponse:
    """Drop a file that has not come whole, and its bytes; evidence made of it stays."""
    _refuse_version(request)
    actions.drop_upload(upload=_find(request, upload_id))
    return HttpResponse(status=204, headers={"Tus-Resumable": VERSION})


@operation(
    router,
    "POST",
    "/evidence/uploads/{uuid:upload_id}/finish",
    Permission.ANSWER,
    gives={201: EvidenceShape},
)
def finish_upload(request: ApiRequest, upload_id: UUID, given: UploadFinished) -> Said:
    """Make evidence of a file that has come whole; twice is once.

    The limits of the page hold: type, size, files an hour, room, virus scanner. A refused
    file keeps its bytes: call again with other words, or when there is room.
    """
    upload, words = _find(request, upload_id), words_in(request, given)
    try:
        made = actions.finish_upload(upload=upload, **words)
    except actions.OffsetError as error:
        raise _elsewhere(error.offset) from error
    return Said(EvidenceShape.of(made), 201, Location=f"/api/v1/evidence/{made.pk}")


def _find(request: ApiRequest, upload_id: UUID) -> Upload:
    return actions.find_upload(by=author_of(request), organisation=request.organisation, upload_id=upload_id)


def _headers(upload: Upload) -> dict[str, str]:
    return {
        "Tus-Resumable": VERSION,
        "Upload-Offset": str(upload.offset),
        "Upload-Length": str(upload.length),
        "Upload-Expires": http_date(upload.ends_at.timestamp()),
    }


def _elsewhere(offset: int) -> ProblemError:
    headers = {"Tus-Resumable": VERSION, "Upload-Offset": str(offset)}
    detail = f"{offset} bytes of the file are here. Send the next from there."
    return ProblemError(409, detail, kind="offset", headers=headers, offset=offset)


def _refuse_version(request: ApiRequest) -> None:
    if request.headers.get("Tus-Resumable", VERSION) != VERSION:
        headers = {"Tus-Version": VERSION, "Tus-Resumable": VERSION}
        raise ProblemError(412, f"Attest speaks tus {VERSION}.", headers=headers)


def _number_in(request: ApiRequest, name: str) -> int:
    """The number in a header. Raises ``ProblemError``."""
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 17):
        says = "Give a number of bytes."
        faults = [{"at": f"header.{name}", "says": says}]
        raise ProblemError(422, f"{name}: {says}", faults=faults)
    return int(text)


def _sent(request: ApiRequest) -> Iterator[bytes]:
    """The body in pieces, as far as it comes."""
    while True:
        try:
            chunk = request.read(_CHUNK)
        except UnreadablePostError:
            return
        if not chunk:
            return
        yield chunk
