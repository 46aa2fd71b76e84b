"""Calls that are sent twice and count once (draft-ietf-httpapi-idempotency-key-header)."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from uuid import NAMESPACE_OID, uuid5

from django.db import IntegrityError
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone

from compliance.programs.api.bearer import ApiRequest
from compliance.programs.api.models import Call
from compliance.programs.api.problems import ProblemError, problem
from compliance.proof.audit.transaction import attempt, writing

HEADER = "Idempotency-Key"
KEPT = timedelta(days=1)
ABANDONED = timedelta(minutes=15)
"""An upload that has no reply by then was cut off: the same key goes on with it."""
FORGOTTEN = 410
"""The status of a call whose reply Attest no longer keeps."""
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


def once_apart(request: ApiRequest, run: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """The same for an upload, which must not hold up others while it is looked at.

    The row is there before the upload is kept, and says so to a second call meanwhile.
    Whoever dies between upload and reply leaves it without one: ``made_id`` is the same
    when the call comes again, so that what it made is found.
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
            call.made_at, call.body, is_new = timezone.now(), "", True
            call.save(update_fields=["made_at", "body"])
    if not is_new:
        return _again(call)
    request.made_id = uuid5(NAMESPACE_OID, f"{request.token.token_hash} {call.pk}")
    try:
        response = run()
    except BaseException:
        with writing():
            call.delete()
        raise
    with writing():
        _keep(call, response)
    return response


def expire() -> None:
    """Delete what was kept for a day."""
    Call.objects.filter(made_at__lt=timezone.now() - KEPT).delete()


def forget(naming: Q) -> None:
    """Forget replies for good; each call still counts once, and a repeated one hears so.

    Of an upload that goes on nobody knows yet what its reply will name, so Attest will
    not keep it either: its row has the words for a repeated call already, and no status
    until it is done.
    """
    detail = (
        "Attest has done this call already and does not do it twice. Its reply is no"
        " longer kept: read the current state."
    )
    said = problem(FORGOTTEN, detail, kind="reply-gone")
    words = said.content.decode()
    with writing():
        going_on = Q(status=0, made_at__gt=timezone.now() - ABANDONED)
        rows = Call.objects.filter(naming | going_on).exclude(body=words)
        for call in rows.order_by("pk").select_for_update(of=("self",)):
            call.headers |= {"Content-Type": said.headers["Content-Type"]}
            call.body, call.status = words, FORGOTTEN if call.status else 0
            call.key = _digest(call.key)  # programs choose it, so it may name someone
            call.save(update_fields=["status", "headers", "body", "key"])


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
    expire()
    keys = (key, _digest(key))
    rows = Call.objects.select_for_update().filter(token=request.token, key__in=keys)
    found = rows.first()
    if found is None:
        call = Call(
            token=request.token,
            key=key,
            fingerprint=fingerprint,
            made_at=timezone.now(),
        )
        try:
            with attempt():
                call.save(force_insert=True)
        except IntegrityError:
            found = rows.get()
        else:
            return call, True
    if found.fingerprint != fingerprint:
        detail = f"This {HEADER} was used for another call. Send a new key."
        raise ProblemError(422, detail, kind="key-reused")
    return found, False


def _digest(key: str) -> str:
    """A digest that replaces the key once the reply is forgotten."""
    return hashlib.sha256(key.encode()).hexdigest()


def _again(call: Call) -> HttpResponse:
    response = HttpResponse(call.body.encode(), status=call.status, headers=call.headers)
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _keep(call: Call, response: HttpResponseBase) -> None:
    """Remember a reply; a refusal leaves the key free.

    Meanwhile the reply of an upload may have been forgotten, or its row have gone: it is
    done all the same, and says so.
    """
    if response.status_code >= 400:
        call.delete()
        return
    content = response.content if isinstance(response, HttpResponse) else b""
    rows = Call.objects.filter(pk=call.pk, status=0)
    is_kept = rows.filter(body="").update(
        status=response.status_code,
        headers={name: response.headers[name] for name in _HEADERS if name in response.headers},
        body=content.decode(),
    )
    if not is_kept:
        rows.update(status=FORGOTTEN)
