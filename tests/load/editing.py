"""An editor at work: saves over the text it last saw, as the page does."""

import html
import http.client
import math
import random
import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.support.costs import busy

BASE = re.compile(r'name="base"\s+value="([^"]*)"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken"\s+value="(\w+)"')
THEIRS = re.compile(r'<p dir="auto">(.*?)</p>', re.DOTALL)
PATIENCE = 30
SAVING = {"answer.saved", "answer.imported"}


@dataclass
class Seen:
    """A row as the screen of one editor shows it."""

    base: str = "0"
    note: str = ""


@dataclass
class Work:
    """The replies that one editor had. A text is acknowledged, or refused, or neither."""

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
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE * busy())
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
            self.close()
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
            shown = html.unescape(theirs.strip())
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
        """Save until it is kept, as a person who chooses "Keep mine" each time.

        A request without a reply is sent again, as the page's outbox does.
        """
        patience = PATIENCE * busy()
        end = time.monotonic() + patience
        while time.monotonic() < end:
            try:
                if self.save(answer, note) != 409:
                    return
            except (OSError, http.client.HTTPException):
                self.work.unanswered += 1
                time.sleep(0.05)
        self.work.wrong.append((0, f"{note} was not kept within {patience:.0f} s"))

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def open_pages(site, door, editors):
    """That many people with the page of the assessment open."""
    staff = [Editor(site.port, door["path"], session) for session in door["sessions"][:editors]]
    for editor in staff:
        editor.open()
    return staff


def work_together(staff, answers, saves, stop=None):
    """Everybody saves at once, each time a text unlike any other.

    With ``stop``, an event, they end when it is set.
    """
    with ThreadPoolExecutor(len(staff)) as pool:
        jobs = [pool.submit(_work, editor, place, answers, saves, stop) for place, editor in enumerate(staff)]
    for job in jobs:
        job.result()


def _work(editor, place, answers, saves, stop):
    chance = random.Random(place)  # noqa: S311
    for number in range(saves):
        if stop is not None and stop.is_set():
            break
        editor.persist(chance.choice(answers), f"e{place:02}-{number:04}")
    editor.close()


def check_nothing_was_lost(staff, state, *, killed=False):
    """All that the editors were shown holds in the database and along the trail.

    After a kill a save may stand twice: first without a reply, then acknowledged.
    """
    saved = [e for e in state["events"] if e["action"] in SAVING]
    refused = [e for e in state["events"] if e["action"] == "answer.refused"]
    acknowledged = {}
    for editor in staff:
        assert editor.work.wrong == []
        acknowledged |= editor.work.acknowledged
    assert {event["after"]["note"] for event in saved} == set(acknowledged)
    assert killed or len(saved) == len(acknowledged)
    typed_over = {(e["after"]["note"], e["answer"], e["before"]["note"]) for e in saved}
    assert {(note, *over) for note, over in acknowledged.items()} <= typed_over
    refusals = [one for editor in staff for one in editor.work.refused]
    assert killed or sorted(note for note, _, _ in refusals) == sorted(
        event["after"]["note"] for event in refused
    )
    stood = {(event["answer"], event["after"]["note"]) for event in saved}
    assert {(answer, shown) for _, answer, shown in refusals} <= stood
    _check_answers(state["answers"], saved)
    assert (state["fault"], state["integrity"]) == (None, "ok")


def _check_answers(answers, saved):
    """Each answer is what its events say, one after the other without a gap."""
    for pk, answer in answers.items():
        note, version = "", 0
        for event in saved:
            if event["answer"] != int(pk):
                continue
            before = event["before"]
            assert (before["note"], before["version"]) == (note, version)
            note, version = event["after"]["note"], event["after"]["version"]
        assert (answer["note"], answer["version"]) == (note, version)


def times_of(staff):
    """Requests, refusals, and the middle, 95th and slowest reply in ms."""
    times = sorted(second for editor in staff for second in editor.work.seconds)
    places = [0.5, 0.95, 1]
    p50, p95, most = (times[math.ceil(len(times) * p) - 1] * 1000 for p in places)
    refusals = sum(len(editor.work.refused) for editor in staff)
    kept = sum(len(editor.work.acknowledged) for editor in staff)
    return (
        f"{len(times)} requests, {kept} kept, {refusals} refused:"
        f" p50 {p50:.0f} ms, p95 {p95:.0f} ms, slowest {most:.0f} ms"
    )
