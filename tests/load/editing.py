"""An editor at work: saves over the text it last saw, as the page does."""

import html
import http.client
import re
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

BASE = re.compile(r'name="base" value="([^"]*)"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
THEIRS = re.compile(r'<p class="whole" dir="auto">(.*?)</p>', re.DOTALL)
PATIENCE = 30


@dataclass
class Seen:
    """A row as the screen of one editor shows it."""

    base: str = "0"
    note: str = ""


@dataclass
class Work:
    """What one editor was told. A text is acknowledged, or refused, or neither."""

    acknowledged: dict = field(default_factory=dict)
    """Text to answer, and the text that it was typed over."""
    refused: list = field(default_factory=list)
    """Text and the text that the reply showed in its place."""
    wrong: list = field(default_factory=list)
    seconds: list = field(default_factory=list)
    unanswered: int = 0
    """Requests that had no reply: the server was gone."""


class Editor:
    """One signed-in person with the page of one assessment open."""

    def __init__(self, port, path, session):
        self.port, self.path = port, path
        self.headers = {"Cookie": f"sessionid={session}"}
        self.connection = None
        self.work = Work()
        self.screen = {}

    def open(self):
        """Load the page; its token goes with every save."""
        status, headers, body = self.send("GET", self.path)
        assert status == 200, body[-500:]
        cookie = re.search(r"csrftoken=(\w+)", headers["Set-Cookie"])[0]
        self.headers["Cookie"] += f"; {cookie}"
        self.token = TOKEN.search(body)[1]

    def send(self, method, path, fields=None):
        """The status, headers and text of one reply."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection(
                "127.0.0.1", self.port, timeout=PATIENCE
            )
        body, headers = None, dict(self.headers)
        if fields is not None:
            body = urlencode(fields)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["HX-Request"] = "true"
        try:
            self.connection.request(method, path, body, headers)
            reply = self.connection.getresponse()
            return reply.status, reply.headers, reply.read().decode()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            raise

    def save(self, answer, note, verdict="met"):
        """Type a note over what the screen shows, send the whole row; the status."""
        seen = self.screen.setdefault(answer, Seen())
        fields = {
            "csrfmiddlewaretoken": self.token,
            "base": seen.base,
            "verdict": verdict,
            "reason": "",
            "note": note,
            "owner": "",
            "due_on": "",
        }
        began = time.monotonic()
        status, _, body = self.send("POST", f"{self.path}answers/{answer}/save/", fields)
        self.work.seconds.append(time.monotonic() - began)
        if status == 200:
            self.work.acknowledged[note] = (answer, seen.note)
            self.see(answer, body, note)
        elif status == 409:
            theirs = re.sub(r"<[^>]+>", "", THEIRS.findall(body)[-1])
            shown = html.unescape(theirs)
            self.work.refused.append((note, answer, shown))
            self.see(answer, body, shown)
        else:
            self.work.wrong.append((status, body[-500:]))
        return status

    def see(self, answer, body, note):
        found = BASE.search(body)
        if found is None:
            self.work.wrong.append((0, "the reply names no version: " + body[-300:]))
            return
        self.screen[answer] = Seen(found[1], note)

    def persist(self, answer, note):
        """Save until it is kept, as a person who chooses "Keep mine" each time."""
        for _ in range(50):
            if self.save(answer, note) != 409:
                return
        self.work.wrong.append((409, f"{note} was refused fifty times"))

    def close(self):
        if self.connection is not None:
            self.connection.close()
