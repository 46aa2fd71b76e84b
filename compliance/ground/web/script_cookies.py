"""Words to the scripts of the next page."""

from django.http import HttpRequest, HttpResponse


def tell_scripts(
    request: HttpRequest, response: HttpResponse, name: str, value: str, *, seconds: int
) -> None:
    """Let the scripts of the next page read ``value``, within ``seconds``, as a cookie."""
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        secure=request.is_secure(),
        samesite="Strict",
    )
