"""Headers on every reply, and a sign-in that never swallows what was typed."""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

from compliance.ground.web import storage_errors
from compliance.ground.web.script_cookies import tell_scripts
from compliance.ground.web.sendings import sending_of

logger = logging.getLogger(__name__)
HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(),"
        " publickey-credentials-get=(self), publickey-credentials-create=(self)"
    ),
}


def is_static(request: HttpRequest) -> bool:
    """Whether it asks for a style, a script, a font or a picture of the program."""
    return request.path.startswith(f"/{settings.STATIC_URL.lstrip('/')}")


class _Still(GZipMiddleware):
    """Packs the same bytes alike."""

    max_random_bytes = 0


class PackMiddleware(GZipMiddleware):
    """Packs pages, styles and scripts; files of people and fonts stay as they are.

    Django adds random bytes to each page, so that its size shows nothing (BREACH). Styles
    and scripts hold no secret, and go without.
    """

    kinds = ("text/", "application/json", "image/svg+xml")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        super().__init__(get_response)
        self.static = _Still(get_response)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_file = "attachment" in response.headers.get("Content-Disposition", "")
        if is_file or not response.headers.get("Content-Type", "").startswith(self.kinds):
            return response
        if is_static(request):
            return self.static.process_response(request, response)
        return super().process_response(request, response)


class HeadersMiddleware:
    """Headers that Django's own security middleware does not send."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        is_file = is_static(request) and response.status_code < 400
        if not is_file:
            response.headers.setdefault("Cache-Control", "no-store")
            patch_vary_headers(response, ["HX-Request", "Cookie"])
        return response


class UnwritableMiddleware:
    """A write that fails for want of room ends in words that keep the typed text, not
    in a fault.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if reply := storage_errors.reply(request, exception):
            logger.error("Nothing can be written (%s): %s", reply.status_code, exception)
            return reply
        return None


def _leads_on(response: HttpResponse) -> bool:
    return 300 <= response.status_code < 400


class KeptMiddleware:
    """Lets the next page know which form was saved, so that its script forgets what was typed.

    That is a redirect that refuses nothing, or the page of a view that sets ``is_saved``,
    such as one that shows a secret once. Any other reply in its place hands the form back.
    The form names its sending (``unsaved-forms.js``), and learns that name.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method != "POST" or not request.user.is_authenticated:
            return response
        refuses = getattr(get_messages(request), "refuses", False)
        is_saved = getattr(request, "is_saved", _leads_on(response) and not refuses)
        if is_saved and (sending := sending_of(request)):
            tell_scripts(request, response, "kept", sending, seconds=120)
        return response


class InPlaceMiddleware:
    """A form in place (``ui/in_place.html``) keeps the address of its page unless it leads on.

    The address that it was sent to takes no reader, so nobody could load it again.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        response = self.get_response(request)
        is_boosted = request.method == "POST" and request.htmx.boosted
        if is_boosted and not _leads_on(response):
            response.headers["HX-Push-Url"] = "false"
        return response


class SignInMiddleware(LoginRequiredMiddleware):
    """Everyone signs in, but for views that opt out.

    An htmx call gets 401 and an event instead of a sign-in page, so that the page
    keeps what was typed and sends it after sign-in (safety.md, 3).
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        refused = super().process_view(request, view_func, view_args, view_kwargs)
        if refused is None:
            return None
        if request.headers.get("HX-Request") == "true":
            response = HttpResponse(status=401)
            response.headers["HX-Trigger"] = "attest:signed-out"
            return response
        return refused
