"""Every error under ``/api/`` is a problem, also those that never reach an operation."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from compliance.programs.api.problems import MEDIA_TYPE, problem


class ProblemMiddleware:
    """Stands outside of all others, whose refusals are pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if quota := getattr(request, "quota", None):
            for name, value in quota.headers.items():
                response.headers[name] = value
        is_page = not response.headers.get("Content-Type", "").startswith(MEDIA_TYPE)
        if request.path.startswith("/api/") and response.status_code >= 400 and is_page:
            reply = problem(response.status_code)
            for name, value in response.headers.items():
                if name not in {"Content-Type", "Content-Length", "Content-Encoding"}:
                    reply.headers.setdefault(name, value)
            return reply
        return response
