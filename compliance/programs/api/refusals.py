"""Refusals of actions and of inputs, as problems."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    ValidationError,
)
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.errors import ValidationError as InputError

from compliance.content.evidence.refusals import status_of
from compliance.programs.api.problems import ProblemError, problem

_SENT = ("body", "form", "file")


def problem_raised(request: HttpRequest, error: ProblemError) -> HttpResponse:
    """A problem that an operation ended with."""
    del request
    return problem(
        error.status,
        error.detail,
        kind=error.kind,
        headers=error.headers,
        **error.more,
    )


def input_refused(request: HttpRequest, error: InputError) -> HttpResponse:
    """Inputs that do not fit: 404 for an address that can name nothing, else 422."""
    del request
    if any(one["loc"][0] == "path" for one in error.errors):
        return problem(404)
    faults = [{"at": _place(one["loc"]), "says": one["msg"]} for one in error.errors]
    return problem(422, "Correct what “faults” names.", faults=faults)


def _place(steps: tuple[Any, ...]) -> str:
    """ "body.set.note": without the name that the program has for the body."""
    where, *rest = map(str, steps)
    if where in _SENT and rest:
        where, rest = "body", rest[1:] if where == "body" else rest
    return ".".join([where, *rest])


def refused(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """The words of an action that changed nothing."""
    del request
    faults = [{"at": at, "says": says} for at, says in _said(error)]
    detail = " ".join(dict.fromkeys(error.messages))
    return problem(status_of(error), detail, faults=faults)


def _said(error: ValidationError) -> Iterator[tuple[str, str]]:
    if not hasattr(error, "error_dict"):
        yield from (("body", says) for says in error.messages)
        return
    for name, messages in error.message_dict.items():
        at = "body" if name == "__all__" else f"body.{name}"
        yield from ((at, says) for says in messages)


def unread(request: HttpRequest, error: HttpError) -> HttpResponse:
    """A body that is no JSON, or one of too many values."""
    if isinstance(error.__cause__, RequestDataTooBig):
        return too_large(request, error.__cause__)
    return problem(error.status_code)


def absent(request: HttpRequest, error: Exception) -> HttpResponse:
    del request, error
    return problem(404)


def forbidden(request: HttpRequest, error: Exception) -> HttpResponse:
    del request, error
    return problem(403)


def too_large(request: HttpRequest, error: Exception) -> HttpResponse:
    del request, error
    return problem(413)


def unforeseen(request: HttpRequest, error: Exception) -> HttpResponse:
    """Everything else is a fault of the program, or of its machine: see ``web.middleware``."""
    del request
    raise error


_HANDLERS: Mapping[type[Exception], Callable[..., HttpResponse]] = {
    Exception: unforeseen,
    ProblemError: problem_raised,
    InputError: input_refused,
    ValidationError: refused,
    HttpError: unread,
    Http404: absent,
    ObjectDoesNotExist: absent,
    PermissionDenied: forbidden,
    RequestDataTooBig: too_large,
}


def handle(api: NinjaAPI) -> None:
    """Let an API end its calls with problems."""
    for kind, handler in _HANDLERS.items():
        api.add_exception_handler(kind, handler)
