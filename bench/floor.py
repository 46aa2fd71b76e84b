"""The ground that the benchmarks stand on: data of their own, and a floor.

The floor is a view that answers "ok" through every middleware, in the same process
and the same run. A cost in floors says more than milliseconds: machines differ.
"""
# ruff: noqa: E402, I001, S606, T201 - a script: it sets Django up first, and it prints

import io
import itertools
import os
import re
import statistics
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
if find_spec("django") is None:
    python = str(ROOT / ".venv" / "bin" / "python")
    os.execv(python, [python, *sys.argv])
sys.path.insert(0, str(ROOT))
FOLDER = tempfile.TemporaryDirectory(prefix="attest-bench-")
os.environ |= {"ATTEST_DATA_DIR": FOLDER.name, "ATTEST_RUN_WORKER": "off"}
(Path(FOLDER.name) / "static").mkdir()
os.environ.setdefault("DATABASE_URL", f"sqlite:///{FOLDER.name}/attest.sqlite3")

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

from tests.load.inside import seed
from compliance import urls
from compliance.call_stack import with_room

ROUNDS, CSRF = int(os.environ.get("ROUNDS", "7")), "x" * 32


@login_not_required
def floor(request):
    return HttpResponse("ok")


def application():
    """The app as servers call it, with the floor beside its own addresses."""
    urls.urlpatterns.append(path("bench/floor/", floor))
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    return with_room(get_wsgi_application())


class Caller:
    """One signed-in person; calls the app without a server between."""

    def __init__(self, door):
        self.app = application()
        self.cookie = f"sessionid={door['sessions'][0]}; csrftoken={CSRF}"

    def __call__(self, address, fields=None):
        """The text of the reply, which must be 200."""
        body = urlencode(fields).encode() if fields else b""
        address, _, query = address.partition("?")
        statuses = []
        reply = self.app(
            {
                "REQUEST_METHOD": "POST" if fields else "GET",
                "PATH_INFO": address,
                "QUERY_STRING": query,
                "SERVER_NAME": "127.0.0.1",
                "SERVER_PORT": "80",
                "REMOTE_ADDR": "127.0.0.1",
                "HTTP_COOKIE": self.cookie,
                "HTTP_X_CSRFTOKEN": CSRF,
                "CONTENT_TYPE": "application/x-www-form-urlencoded",
                "CONTENT_LENGTH": str(len(body)),
                "wsgi.input": io.BytesIO(body),
                "wsgi.errors": sys.stderr,
                "wsgi.url_scheme": "http",
            }
            | ({"HTTP_HX_REQUEST": "true"} if fields else {}),
            lambda status, headers, exc_info=None: statuses.append(status),
        )
        text = b"".join(reply).decode()
        reply.close()
        if statuses != ["200 OK"]:
            raise RuntimeError(f"{address}: {statuses} {text[-300:]}")
        return text


class Saves:
    """Saves of one assessment, one answer after the other."""

    BASE = re.compile(r'name="base"\s+value="([^"]*)"')

    def __init__(self, call, door):
        self.call, self.door = call, door
        self.bases = dict(zip(door["answers"], door.get("bases", ()), strict=False))
        self.turn = itertools.cycle(door["answers"])

    def __call__(self, **fields):
        """Send a whole row over the version that its last reply named."""
        answer = next(self.turn)
        row = {"verdict": "unanswered", "reason": "", "owner": "", "due_on": ""}
        sent = {"base": self.bases.get(answer, "0")} | row | fields
        reply = self.call(f"{self.door['path']}answers/{answer}/save/", sent)
        self.bases[answer] = self.BASE.search(reply)[1]


def milliseconds(work, times):
    """CPU time of this process for one call, the middle of a few rounds."""
    rounds = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(times):
            work()
        rounds.append((time.process_time() - began) * 1000 / times)
    return statistics.median(rounds)


def table(works):
    """Print what each work costs; ``works`` has name, function and times in a round."""
    print(f"{'':34}{'CPU ms':>9}{'floors':>9}")
    lowest = None
    for name, work, times in works:
        work()
        cost = milliseconds(work, times)
        lowest = lowest or cost
        print(f"{name:34}{cost:9.2f}{cost / lowest:9.1f}")


__all__ = ["Caller", "Saves", "seed", "table"]
