"""One call of the programming interface, inside this process and through all of Django."""

import io
import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from compliance.call_stack import with_room

_application = with_room(get_wsgi_application())


def fetched(
    path: str,
    query: str = "",
    headers: Mapping[str, str] | None = None,
    body: str | None = None,
) -> tuple[int, str]:
    """Status and text of a call, as if a program had sent it with those headers.

    It is a POST of JSON with a body, else a GET.
    """
    sent = (body or "").encode()
    here, said = urlsplit(settings.URL), list[int]()
    port = here.port or (443 if here.scheme == "https" else 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET" if body is None else "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": here.hostname or "localhost",
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": here.netloc,
        "HTTP_X_FORWARDED_PROTO": here.scheme,  # nothing of it goes over a wire
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": here.scheme,
        "wsgi.input": io.BytesIO(sent),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if body is not None:
        environ["CONTENT_TYPE"] = "application/json"
        environ["CONTENT_LENGTH"] = str(len(sent))
    for name, value in (headers or {}).items():
        environ[f"HTTP_{name.upper().replace('-', '_')}"] = value

    def start(status: str, _headers: Any, _exc_info: Any = None) -> Any:
        said.append(int(status[:3]))

    reply = _application(environ, start)
    try:
        text = b"".join(reply).decode()
    finally:
        reply.close()
    return said[-1], text
