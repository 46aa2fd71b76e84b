"""Acts of two people at one moment of a review, on its pages, and their outcome.

``main`` runs in a process with a database of its own: round after round an assessment
is sent, returned, signed and opened again, each time by two who hinder each other.
"""

import json
import re
import sys
import threading
from collections import Counter
from io import StringIO
from unittest import mock

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from compliance.identity.organisations import reauthentication
from compliance.models import Event
from compliance.proof.audit import trail
from compliance.work.snapshots.snapshot import content_of, to_read
from tests.support import factories, signing

RACES = {
    "send beside save": ["sent"],
    "accept beside return": ["returned"],
    "send beside send": ["sent"],
    "return beside return": ["returned"],
    "sign beside return": ["signed", "returned"],
    "sign beside sign": ["signed"],
    "ask beside ask": ["reopening_asked"],
    "refuse beside refuse": ["reopening_declined"],
    "approve beside refuse": ["reopened", "reopening_declined"],
    "approve beside sign": ["reopened"],
    "approve beside approve": ["reopened"],
}
"""Each with the events about the assessment of which exactly one comes."""
ENDS = {
    "sent": "review",
    "returned": "running",
    "signed": "signed",
    "reopening_asked": "signed",
    "reopening_declined": "signed",
    "reopened": "running",
}
"""The state of an assessment after an event."""


class Life:
    """An assessment, its people, and what went wrong with them."""

    def __init__(self):
        self.cast = factories.make_cast()
        self.here = signing.make_ready(self.cast)
        self.address = f"{self.here.get_absolute_url()}review/"
        self.races, self.faults = Counter(), []

    def client(self, name):
        made = Client(headers={"host": "localhost"}, raise_request_exception=False)
        made.force_login(getattr(self.cast, name), backend=settings.AUTHENTICATION_BACKENDS[0])
        return made

    def post(self, name, path, **data):
        """A form of the review page, ready to be sent."""
        client, data = self.client(name), {"password": factories.PASSWORD} | data
        return lambda: client.post(f"{self.address}{path}/", data, follow=True)

    def send(self, name):
        return self.post(name, "send")

    def give_back(self, name="otto"):
        return self.post(name, "return", said="Look again.")

    def sign(self, name):
        page = self.client(name).get(self.address)
        return self.post(name, "sign", role="DPO", seen=hidden(page))

    def decide(self, name, decision):
        return self.post(name, "reopen/decide", decision=decision)

    def ask(self):
        """Ask for a reopening; who may approve it."""
        asks = [self.post(name, "reopen", reason=name) for name in ("ada", "otto")]
        self.race("ask beside ask", *asks)
        asked = self.here.reopenings.get(decision="").asked_by
        return "otto" if asked == self.cast.ada else "ada"

    def save(self, note):
        answer = self.here.answers.get(question__key="Q3")
        at = reverse("workspace:answer_save", args=["acme", self.here.pk, answer.pk])
        client, data = self.client("con"), {"base": answer.version, "note": note}
        return lambda: client.post(at, data)

    def accept(self):
        answer = self.here.answers.get(question__key="Q1")
        client = self.client("rev")
        page = client.get(f"{self.address}check/", {"at": "Q1"})
        data = {"seen": hidden(page), "result": "accepted"}
        return lambda: client.post(f"{self.address}check/{answer.pk}/", data)

    def race(self, what, *acts):
        """Both at once; the event about the assessment that came of it."""
        last = max(Event.objects.values_list("seq", flat=True), default=0)
        barrier, codes = threading.Barrier(len(acts)), []

        def run(act):
            barrier.wait()
            try:
                codes.append(act().status_code)
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=[act]) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        events = Event.objects.filter(seq__gt=last).order_by("seq")
        actions = [event.action.partition(".")[2] for event in events]
        self.races[what] += 1
        found = [one for one in actions if one in ENDS]
        if len(codes) != len(acts) or max(codes) >= 500:
            self.faults.append(f"{what}: replies {codes}")
        if len(found) != 1 or found[0] not in RACES[what]:
            self.faults.append(f"{what}: the trail has {actions}")
        elif actions[-1] != found[0]:
            self.faults.append(f"{what}: written behind it: {actions}")
        if found:
            self.agree(what, found[0])
        return found[-1] if found else ""

    def agree(self, what, found):
        """Check that the rows are as the trail says."""
        self.here.refresh_from_db()
        counted = {
            "status": (self.here.status, ENDS[found]),
            "reviews": (
                self.here.reviews.filter(ended="").count(),
                ENDS[found] == "review",
            ),
            "requests": (
                self.here.reopenings.filter(decision="").count(),
                found == "reopening_asked",
            ),
            "revision": (
                self.here.revision,
                1 + self.here.reopenings.filter(decision="approved").count(),
            ),
            "signatures": (
                self.here.signoffs.count(),
                self.here.revision - (self.here.status != "signed"),
            ),
        }
        self.faults += [
            f"{what}: {name} {is_} instead of {wanted} after {found}"
            for name, (is_, wanted) in counted.items()
            if is_ != wanted
        ]

    def round(self, number):
        self.race("send beside save", self.send("ada"), self.save(f"Note {number}."))
        sent = Event.objects.filter(action="assessment.sent").latest("seq")
        stands = content_of(to_read(self.here.pk)).content_hash
        if trail.changes(sent)[1]["content_hash"] != stands:
            self.faults.append("what was sent is not what stands")
        self.race("accept beside return", self.accept(), self.give_back())
        self.race("send beside send", self.send("ada"), self.send("otto"))
        self.race("return beside return", self.give_back("rev"), self.give_back())
        self.send("ada")()
        first = self.race("sign beside return", self.sign("rev"), self.give_back())
        if first == "signed":
            signing.reopen(self.cast.otto, self.cast.ada, self.here)
        self.send("ada")()
        late = self.sign("rev")
        self.race("sign beside sign", self.sign("rev"), self.sign("ada"))
        self.open(late)

    def open(self, late):
        other = self.ask()
        refusals = [self.decide(name, "declined") for name in ("rev", other)]
        self.race("refuse beside refuse", *refusals)
        for what in ("refuse", "sign", "approve"):
            if self.here.status == "running":
                self.send("ada")()
                self.sign("rev")()
            other = self.ask()
            acts = {
                "refuse": self.decide(other, "declined"),
                "sign": late,
                "approve": self.decide(other, "approved"),
            }
            approve = self.decide("rev", "approved")
            self.race(f"approve beside {what}", approve, acts[what])


def hidden(page):
    return re.search(r'name="seen" value="([^"]+)"', page.text)[1]


def main():
    """Prints how often each race was run, and the faults of all."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    life = Life()
    with mock.patch.object(reauthentication.ratelimit, "consume", return_value=True):
        for number in range(int(sys.argv[1])):
            life.round(number)
            if life.faults:
                break
    factories.begin_chains()
    output = StringIO()
    try:
        call_command("verify_trail", stdout=output)
    except CommandError:
        life.faults.append(output.getvalue())
    json.dump({"races": life.races, "faults": life.faults}, sys.stdout)
