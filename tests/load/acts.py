"""Acts on a page while the server is killed, and the rows that stand afterwards.

``python -m tests.load.acts bring 40`` brings a bundle in and kills the server before
every fortieth statement, commit and touch of the disk; ``... sign 40`` signs, and
``... deactivate 40`` is a directory that ends a membership. Each time they try again,
and it prints every act that was half done, lost or not confirmed. ``jobs prepare``
comes first.
"""

import json
import os
import re
import sys
from functools import cache
from types import SimpleNamespace
from unittest import mock

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "compliance.settings"
django.setup()

from django.conf import settings  # noqa: E402
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.db import DatabaseError, connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402

from compliance.content.evidence import actions as evidence  # noqa: E402
from compliance.content.formats import pending_imports  # noqa: E402
from compliance.ground.web.staging import PREFIX  # noqa: E402
from compliance.identity.organisations import reauthentication  # noqa: E402
from compliance.identity.organisations.actions import make_placeholders  # noqa: E402
from compliance.models import (  # noqa: E402
    Assessment,
    Checklist,
    Event,
    Evidence,
    Membership,
    Organisation,
    SignOff,
    User,
)
from compliance.proof.audit import verification  # noqa: E402
from compliance.proof.audit.chain import digest  # noqa: E402
from compliance.proof.audit.transaction import writing  # noqa: E402
from tests.assurance.bundles.making import bundle_of, hash_of  # noqa: E402
from tests.load import jobs, killing  # noqa: E402
from tests.programs.directory.calling import Calls, show  # noqa: E402
from tests.support import factories, signing  # noqa: E402

SESSIONS = ("django_session", "usersessions_usersession")
"""A session whose new key was lost with the server runs out by itself."""


def counts():
    """How many rows each table has, but for sessions."""
    return {name: n for name, n in killing.counts().items() if name not in SESSIONS}


def attack(act, step):
    """Killed at moment after moment until it is done; each end is the same in rows."""
    at, faults, grown, is_ended = 0, [], [], False
    with writing():  # so that the chain of people has begun before the first act
        make_placeholders(names=["Somebody"])
    while not is_ended:
        one = act()
        before = counts()
        is_ended = jobs.ended(jobs.begun(one.do, at))
        connection.ensure_connection()
        found = one.half(before)
        one.do_again()
        after = counts()
        grown.append({name: after[name] - before[name] for name in after})
        found += one.faults()
        found += [str(fault) for fault in map(verification.verify, verification.chains()) if fault]
        faults += [f"killed at {at}: {fault}" for fault in found]
        at += int(step)
    differ = [name for name in grown[0] if len({one[name] for one in grown}) > 1]
    faults += [f"{name} differs: {[one[name] for one in grown]}" for name in differ]
    return {"kills": at // int(step) - 1, "faults": faults}


def entered(person):
    client = Client(headers={"host": "localhost"})
    client.force_login(person)
    return client


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]+)"', page.text)[1]


@cache
def edition():
    """Of three questions. Each process makes its own, in a database that others filled."""
    own = factories.make_checklist(f"act-{Checklist.objects.count()}")
    return factories.publish(factories.make_draft(3, 1, checklist=own))


class Bring:
    """A bundle comes into an organisation of its own."""

    def __init__(self):
        there = Assessment.objects.get(pk=jobs.ASSESSMENT.read_text())
        self.hash, self.content = hash_of(there), bundle_of(there)
        slug = f"own-{Organisation.objects.count()}"
        self.here = Organisation.objects.create(name=slug, slug=slug)
        ada = User.objects.get(email="ada@example.org")
        Membership.objects.create(organisation=self.here, user=ada, role="owner")
        self.client = entered(ada)
        self.address = f"/o/{slug}/bundles/in/"

    def do(self):
        upload = SimpleUploadedFile("bundle.zip", self.content)
        page = self.client.post(f"{self.address}read/", {"upload": upload}, follow=True)
        if "already been imported" in page.text:
            return page
        data = {"draft": hidden(page, "draft")}
        return self.client.post(f"{self.address}take/", data, follow=True)

    def half(self, before):
        came = Assessment.objects.filter(organisation=self.here)
        if not came:
            now = counts()
            return [f"{name} has rows" for name in now if now[name] != before[name]]
        return [] if [hash_of(one) for one in came] == [self.hash] else ["it is half"]

    def do_again(self):
        self.page = self.do()

    def faults(self):
        found = []
        words = ("with an equal content hash", "already been imported")
        if not any(one in self.page.text for one in words):
            found.append("nothing is confirmed")
        came = Assessment.objects.filter(organisation=self.here)
        if [hash_of(one) for one in came] != [self.hash]:
            found.append(f"{len(came)} came")
        found += [f"{path.name} is left" for path in pending_imports._folder().glob(f"{PREFIX}*")]
        evidence.sweep(older_seconds=-60)
        folder = settings.MEDIA_ROOT / str(self.here.pk)
        there = {path.name for path in folder.rglob("*") if path.is_file()}
        rows = Evidence.objects.filter(organisation=self.here).exclude(sha256="")
        if there != set(rows.values_list("sha256", flat=True)):
            found.append("files and rows differ")
        return found


class Sign:
    """An assessment in review is signed on its page."""

    def __init__(self):
        names = ("ada", "otto", "con", "rev")
        self.cast = SimpleNamespace(
            acme=Organisation.objects.get(slug="acme"),
            **{name: User.objects.get(email=f"{name}@example.org") for name in names},
        )
        self.here = signing.make_sent(self.cast, edition())
        self.client = entered(self.cast.rev)
        self.address = f"{self.here.get_absolute_url()}review/"

    def do(self):
        page = self.client.get(self.address)
        if page.status_code == 302:  # the session's new key was kept, its reply was lost
            self.client = entered(self.cast.rev)
            page = self.client.get(self.address)
        data = {"role": "DPO", "password": factories.PASSWORD}
        if 'name="seen"' not in page.text:
            return page
        data["seen"] = hidden(page, "seen")
        with mock.patch.object(reauthentication.ratelimit, "consume", return_value=True):
            return self.client.post(f"{self.address}sign/", data, follow=True)

    def five(self):
        """Status, signature, its content, its event, and whether rows are locked."""
        self.here.refresh_from_db()
        found = SignOff.objects.filter(assessment=self.here)
        events = Event.objects.filter(scope_id=self.here.pk, action="assessment.signed")
        return (
            self.here.status == "signed",
            len(found) == 1,
            [one.snapshot_id for one in found] == [digest(one.snapshot.text) for one in found]
            and len(found) == 1,
            [(one.trail_seq, one.trail_hash) for one in found] == list(events.values_list("seq", "hash"))
            and len(found) == 1,
            self.is_locked(),
        )

    def is_locked(self):
        try:
            with transaction.atomic():
                self.here.answers.update(note="Changed below the program.")
                transaction.set_rollback(True)
        except DatabaseError:
            return True
        return False

    def half(self, before):
        five = self.five()
        found = [] if len(set(five)) == 1 else [f"signed in part: {five}"]
        now = counts()
        if not any(five):
            found += [f"{name} has rows" for name in now if now[name] != before[name]]
        return found

    def do_again(self):
        self.page = self.do()

    def faults(self):
        found = [] if all(self.five()) else [f"not signed: {self.five()}"]
        return found if "Signed" in self.page.text else [*found, "nothing is confirmed"]


class Deactivate:
    """The directory of an organisation deactivates somebody who owns questions."""

    def __init__(self):
        name = f"own-{Organisation.objects.count()}"
        self.here = Organisation.objects.create(name=name, slug=name)
        ada = User.objects.get(email="ada@example.org")
        Membership.objects.create(organisation=self.here, user=ada, role="owner")
        show(ada, self.here, f"{name}.example")
        self.scim = Calls(ada, self.here)
        self.person = User.objects.get(pk=self.scim.make(email=f"new@{name}.example").json()["id"])
        there = factories.make_assessment(self.here, ada, edition())
        there.answers.update(owner=self.person)
        self.answers = there.answers

    def do(self):
        off = {"op": "Replace", "path": "active", "value": "False"}
        return self.scim.patch(f"/Users/{self.person.pk}", off)

    def ends(self):
        """Whether the membership, its event, and each question with its event are over."""
        events = Event.objects.filter(organisation_id=self.here.pk)
        return (
            not self.here.memberships.filter(user=self.person).exists(),
            events.filter(action="member.removed").count() == 1,
            not self.answers.filter(owner=self.person).exists(),
            events.filter(action="answer.saved").count() == self.answers.count(),
        )

    def half(self, before):
        ends = self.ends()
        found = [] if len(set(ends)) == 1 else [f"deactivated in part: {ends}"]
        now = counts()
        if not any(ends):
            found += [f"{name} has rows" for name in now if now[name] != before[name]]
        return found

    def do_again(self):
        self.reply = self.do()

    def faults(self):
        found = [] if all(self.ends()) else [f"not deactivated: {self.ends()}"]
        is_confirmed = self.reply.status_code == 200 and self.reply.json()["active"] is False
        return found if is_confirmed else [*found, "nothing is confirmed"]


ACTS = {"bring": Bring, "sign": Sign, "deactivate": Deactivate}

if __name__ == "__main__":
    command, step = sys.argv[1:]
    json.dump(attack(ACTS[command], step), sys.stdout)
