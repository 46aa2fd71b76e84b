"""Many programs call at once, a bit of everything: nothing acknowledged is lost or doubled."""

import http.client
import json
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

pytestmark = pytest.mark.slow
PIECE = 1000


class Client:
    """A program with a token of its own: makes calls by luck, and keeps each reply."""

    def __init__(self, site, door, place):
        self.site, self.door, self.place = site, door, place
        self.chance = random.Random(place)  # noqa: S311
        self.line = http.client.HTTPConnection("127.0.0.1", site.port, timeout=120)
        self.known, self.calls, self.statuses = {}, 0, Counter()
        self.made = {name: [] for name in ("notes", "comments", "actions", "evidence")}
        self.proposals, self.refused, self.slowest, self.odd = [], 0, 0.0, []

    def call(self, method, path, body=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers["Authorization"] = f"Bearer {self.door['tokens'][self.place]}"
        if isinstance(body, dict):
            body = json.dumps(body)
            headers["Content-Type"] = "application/json"
        began = time.monotonic()
        self.line.request(method, f"/api/v1{path}", body, headers)
        reply = self.line.getresponse()
        content = reply.read()
        self.slowest = max(self.slowest, time.monotonic() - began)
        self.calls += 1
        self.statuses[reply.status] += 1
        if reply.status >= 500 or reply.status == 429:
            self.odd.append((method, path, reply.status, content[:300].decode()))
        is_json = "json" in reply.headers.get("Content-Type", "")
        return reply, json.loads(content) if is_json and content else None

    def work(self, calls):
        acts = [self.read, self.answer, self.answer, self.answer, self.comment]
        acts += [self.act, self.link, self.propose, self.send, self.list]
        while self.calls < calls:
            self.chance.choice(acts)()
        self.line.close()

    def name(self):
        return f"p{self.place:02}-{self.calls:05}"

    def any_answer(self):
        return self.chance.choice(self.door["answers"])

    def read(self):
        answer = self.any_answer()
        _, self.known[answer] = self.call("GET", f"/answers/{answer}")

    def answer(self):
        """Save a note over what was last read; a refusal is decided on what stands."""
        answer = self.any_answer()
        if answer not in self.known:
            _, self.known[answer] = self.call("GET", f"/answers/{answer}")
        said = {"note": self.name()}
        for _ in range(2):
            body = {"version": self.known[answer]["version"], "set": said}
            reply, data = self.call("PATCH", f"/answers/{answer}", body)
            if reply.status == 200:
                self.known[answer] = data
                self.made["notes"].append(said["note"])
                return
            assert reply.status == 409, data
            self.refused += 1
            self.known[answer] = data["standing"]

    def comment(self):
        """Say something, and say it again under the same key."""
        text, path = self.name(), f"/answers/{self.any_answer()}/comments"
        for _ in range(self.chance.randint(1, 2)):
            reply, data = self.call("POST", path, {"text": text}, Idempotency_Key=text)
            assert reply.status == 201, data
        self.made["comments"].append(text)

    def act(self):
        body = {"title": self.name(), "answers": [self.any_answer()]}
        reply, data = self.call("POST", "/actions", body)
        assert reply.status == 201, data
        self.made["actions"].append(body["title"])

    def link(self):
        body = {"title": self.name(), "url": "https://example.org/"}
        reply, data = self.call("POST", "/evidence/links", body)
        assert reply.status == 201, data
        self.made["evidence"].append(body["title"])
        path = f"/answers/{self.any_answer()}/evidence/{data['id']}"
        for method in ("PUT", self.chance.choice(["PUT", "DELETE"])):
            reply, data = self.call(method, path)
            assert reply.status == 200, data

    def propose(self):
        answer = self.any_answer()
        body = {"edition": self.door["edition"], "set": {"note": self.name()}}
        body["version"] = self.known.get(answer, {"version": 0})["version"]
        reply, data = self.call("POST", f"/answers/{answer}/proposals", body)
        if reply.status == 409:
            self.known[answer] = data["standing"]
            return
        assert reply.status in {201, 422}, data
        if reply.status == 201:
            self.proposals.append(data["id"])
            if self.chance.random() < 0.3:
                path = f"/proposals/{data['id']}/withdraw"
                assert self.call("POST", path)[0].status == 200

    def send(self):
        """A file in two pieces."""
        text = f"{self.name()}\n".encode() * 150
        reply, data = self.call("POST", "/evidence/uploads", Upload_Length=str(len(text)))
        assert reply.status == 201, data
        path = f"/evidence/uploads/{data['id']}"
        kind = "application/offset+octet-stream"
        for at in (0, PIECE):
            piece = text[at : at + PIECE] if not at else text[at:]
            reply, data = self.call("PATCH", path, piece, Upload_Offset=str(at), Content_Type=kind)
            assert reply.status == 204, data
        title = self.name()
        body = {"file_name": "a.txt", "title": title}
        reply, data = self.call("POST", f"{path}/finish", body)
        assert reply.status == 201, data
        self.made["evidence"].append(title)

    def list(self):
        path = self.chance.choice(
            [
                f"/assessments/{self.door['assessment']}/answers?limit=20",
                f"/assessments/{self.door['assessment']}/proposals",
                f"/trail?limit=50&assessment={self.door['assessment']}",
                "/evidence?limit=20",
                "/actions?limit=20",
                f"/search?q={self.name()}",
                "/organisation",
            ]
        )
        reply, data = self.call("GET", path)
        assert reply.status == 200, data


def call_together(site, programs, calls):
    door = site.ask("doors", programs, module="programs")
    site.environment |= {
        "ATTEST_API_CALLS_PER_MINUTE": "1000000",
        "ATTEST_API_CALLS_PER_MINUTE_OF_ALL": "1000000",
        "ATTEST_UPLOADS_PER_HOUR": "1000000",
    }
    site.start()
    clients = [Client(site, door, place) for place in range(programs)]
    began = time.monotonic()
    with ThreadPoolExecutor(programs) as pool:
        for done in [pool.submit(one.work, calls // programs) for one in clients]:
            done.result()
    seconds = time.monotonic() - began
    statuses = sum((one.statuses for one in clients), Counter())
    made = sum(one.calls for one in clients)
    print(  # noqa: T201
        f"{made} calls by {programs} programs in {seconds:.0f} s, the slowest"
        f" {max(one.slowest for one in clients):.1f} s, {dict(statuses)}"
    )
    assert [odd for one in clients for odd in one.odd] == []
    check_nothing_was_lost(clients, site.ask("kept", door["assessment"], module="programs"))
    assert "deadlock" not in site.said().lower()


def check_nothing_was_lost(clients, kept):
    for name in ("notes", "comments", "actions", "evidence"):
        written = sorted(text for one in clients for text in one.made[name])
        assert sorted(kept[name]) == written, name
    ids = {pk for one in clients for pk in one.proposals}
    assert ids == set(kept["proposals"])
    assert kept["refused"] == sum(one.refused for one in clients)
    # each note was written over the one before it, seen by whoever wrote it
    standing = [note for note in kept["standing"] if note]
    assert sorted(standing + [one for one in kept["before"] if one]) == sorted(kept["notes"])
    assert kept["fault"] == ""


def test_four_programs_lose_nothing(make_site):
    call_together(make_site(workers=2), 4, 80)


@pytest.mark.long
def test_sixteen_programs_lose_nothing_in_ten_thousand_calls(make_site):
    call_together(make_site(workers=2), 16, 10_000)
