"""Calls that are sent twice and count once (draft-ietf-httpapi-idempotency-key-header)."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone

from compliance.api.bearer import ApiRequest
from compliance.api.models import Call
from compliance.api.problems import ProblemError
from compliance.audit.transaction import attempt, writing

HEADER = "Idempotency-Key"
KEPT = timedelta(days=1)
ABANDONED = timedelta(minutes=15)
"""An upload that has no reply by then was cut off: the same key begins anew."""
LONGEST = 200
_COUNTED = ("Upload-Length",)
"""Headers that make another call of it."""
_HEADERS = ("ETag", "Location", "Content-Type", "Tus-Resumable", "Upload-Expires")


def once(request: ApiRequest, run: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """The reply to a call; the one that the same call got before, where it comes again.

    One transaction has the changes of the call and the row that remembers it. Raises
    ``ProblemError`` for a key that came with another call.
    """
    key = _key_of(request)
    if not key:
        return run()
    fingerprint = fingerprint_of(request)
    with writing():
        call, is_new = _taken(request, key, fingerprint)
        if not is_new:
            return _again(call)
        response = run()
        _keep(call, response)
    return response


def once_apart(
    request: ApiRequest, run: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """The same for an upload, which must not hold up others while it is looked at.

    The row is there before the upload is kept, and says so to a second call meanwhile.
    """
    key = _key_of(request)
    if not key:
        return run()
    fingerprint = fingerprint_of(request)
    with writing():
        call, is_new = _taken(request, key, fingerprint)
        if not is_new and not call.status:
            if call.made_at > timezone.now() - ABANDONED:
                detail = "The same call is being worked on. Send it again in a while."
                raise ProblemError(409, detail, kind="in-progress")
            call.made_at, is_new = timezone.now(), True
            call.save(update_fields=["made_at"])
    if not is_new:
        return _again(call)
    try:
        response = run()
    except BaseException:
        with writing():
            call.delete()
        raise
    with writing():
        _keep(call, response)
    return response


def fingerprint_of(request: ApiRequest) -> str:
    """A digest that two calls share if method, address and content are the same."""
    said = [request.method, request.get_full_path()]
    said += [request.headers[name] for name in _COUNTED if name in request.headers]
    digest = hashlib.sha256(f"{' '.join(map(str, said))}\n".encode())
    if request.content_type == "multipart/form-data":
        for name, texts in sorted(request.POST.lists()):
            digest.update(repr((name, texts)).encode())
        for name, files in sorted(request.FILES.lists()):
            for file in files:
                digest.update(repr((name, file.name)).encode())
                for chunk in file.chunks():
                    digest.update(chunk)
                file.seek(0)
    else:
        digest.update(request.body)
    return digest.hexdigest()


def _key_of(request: ApiRequest) -> str:
    key = request.headers.get(HEADER, "")
    if len(key) > LONGEST or not key.isascii() or not key.isprintable():
        detail = f"{HEADER} is at most {LONGEST} plain characters."
        raise ProblemError(400, detail, kind="key")
    return key


def _taken(request: ApiRequest, key: str, fingerprint: str) -> tuple[Call, bool]:
    """The row of a key, and whether it is new; a call at the same time is waited for."""
    now = timezone.now()
    Call.objects.filter(made_at__lt=now - KEPT).delete()
    call = Call(token=request.token, key=key, fingerprint=fingerprint, made_at=now)
    try:
        with attempt():
            call.save(force_insert=True)
    except IntegrityError:
        rows = Call.objects.select_for_update()
        call = rows.get(token=request.token, key=key)
        if call.fingerprint != fingerprint:
            detail = f"This {HEADER} was used for another call. Send a new key."
            raise ProblemError(422, detail, kind="key-reused") from None
        return call, False
    return call, True


def _again(call: Call) -> HttpResponse:
    response = HttpResponse(
        call.body.encode(), status=call.status, headers=call.headers
    )
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _keep(call: Call, response: HttpResponseBase) -> None:
    """Remember a reply. A refusal leaves the key free."""
    if response.status_code >= 400:
        call.delete()
        return
    call.status = response.status_code
    call.headers = {
        name: response.headers[name] for name in _HEADERS if name in response.headers
    }
    content = response.content if isinstance(response, HttpResponse) else b""
    call.body = content.decode()
    call.save(update_fields=["status", "headers", "body"])
