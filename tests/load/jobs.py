"""Files that are made while the worker is killed, and what stands after a restart.

``python -m tests.load.jobs attack bundle 4`` kills the worker before every fourth
statement, commit and touch of the disk of making a bundle, and starts it again each
time. It prints how often it was killed and each thing that was not whole afterwards.
``... sealing before 0.3`` kills it around the process that seals, ``... hopeless report`` each time
it begins, ``... sampled 0 100`` while it makes a sample, and ``... cancelled`` is about a person
who cancels. ``prepare`` comes first.
"""

import hashlib
import io
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import traceback
import zipfile
from functools import partial
from pathlib import Path
from unittest import mock

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "compliance.settings"
django.setup()

import pikepdf  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402
from django_tasks_db.models import DBTaskResult  # noqa: E402

from compliance.assurance.bundles import bundle_export  # noqa: E402
from compliance.assurance.bundles.download_store import package_store  # noqa: E402
from compliance.ground.sandbox import process as walls  # noqa: E402
from compliance.ground.web import file_store, worker  # noqa: E402
from compliance.models import Assessment, Event, Package, Report, User  # noqa: E402
from compliance.operations.samples import tasks as samples  # noqa: E402
from compliance.operations.samples.opening import sample_of  # noqa: E402
from compliance.operations.samples.throwing import throw_away  # noqa: E402
from compliance.operations.seeds import actions as seeds  # noqa: E402
from compliance.programs.exports import tasks as exports  # noqa: E402
from compliance.proof.audit import verification  # noqa: E402
from compliance.proof.audit.models import PEOPLE  # noqa: E402
from compliance.proof.press.api import Made  # noqa: E402
from compliance.reporting.reports import actions, storage, tasks  # noqa: E402
from tests.assurance.bundles.making import make_everything  # noqa: E402
from tests.support.factories import make_cast  # noqa: E402
from tests.support.warm_processes import warmed  # noqa: E402

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SURVIVED = 0
ASSESSMENT = Path(settings.DATA_DIR) / "assessment"
SEEN = {
    "open", "os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.utime",
    "os.chmod", "shutil.rmtree", "subprocess.Popen",
}  # fmt: skip
"""Audit events of Python for touching the disk and starting a process."""


class Moments:
    """Counts statements, commits and touches of the data folder; dies at one of them."""

    def __init__(self, at):
        self.at, self.counter = at, itertools.count()
        self.folder = str(settings.DATA_DIR)

    def pass_one(self):
        if next(self.counter) == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(self, execute, *given):
        self.pass_one()
        return execute(*given)

    def touched(self, event, given):
        if event in SEEN and str(given[0]).startswith(self.folder):
            self.pass_one()

    def watch(self):
        sys.addaudithook(self.touched)
        connection.execute_wrappers.append(self.statement)
        commit = connection._commit

        def committed():
            self.pass_one()
            return commit()

        connection._commit = committed


def working(at=None):
    """A worker of its own does what is queued; whether it came to its end."""
    return ended(begun(partial(worker.run, batch=True), at))


def ended(child):
    """Whether a process came to its end; else it was killed."""
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code not in {SURVIVED, -signal.SIGKILL}:
        raise RuntimeError(code)
    return code == SURVIVED


def begun(act, at=None):
    """The process id of one that acts, and dies at a moment."""
    connection.close()
    if child := os.fork():
        return child
    try:
        if at is not None:
            Moments(at).watch()
        act()
        os._exit(SURVIVED)
    except BaseException:  # nothing of the parent may be done twice
        traceback.print_exc()
        os._exit(1)


def prepare():
    """Makes the installation that the others work in."""
    ASSESSMENT.write_text(str(make_everything(make_cast()).pk))


class World:
    """An assessment with something of everything, and ways to ask for its files."""

    def __init__(self):
        self.ada = User.objects.get(email="ada@example.org")
        self.assessment = Assessment.objects.get(pk=ASSESSMENT.read_text())
        self.client = Client(headers={"host": "localhost"})
        self.client.force_login(self.ada)

    def ask(self, kind):
        by = {"by": self.ada, "assessment": self.assessment}
        if kind == "report":
            return tasks.ask(**by)
        return exports.ask_package(kind=kind, **by)

    def forget(self):
        """So that the next kill meets the same work."""
        Report.objects.all().delete()
        Package.objects.all().delete()
        for folder in (storage.folder(), package_store.folder()):
            shutil.rmtree(folder)

    def faults(self, asked):
        """Everything that is not whole after a restart; nothing should be."""
        asked.refresh_from_db()
        found = []
        if asked.status != "done":
            found.append(f"{asked.status}: {asked.problem}")
        rows = [*Report.objects.all(), *Package.objects.all()]
        found += [f"{row} hangs: {row.status}" for row in rows if not row.is_over]
        if len(rows) != (2 if asked.__dict__.get("kind") == "pack" else 1):
            found.append(f"{len(rows)} rows")
        wanted = {storage.path_of(one.sha256): one for one in Report.objects.all()}
        wanted |= {package_store.path_of(one.sha256): one for one in Package.objects.all()}
        there = {*storage.folder().rglob("*"), *package_store.folder().rglob("*")}
        found += [f"{path.name} is left" for path in there - set(wanted)]
        found += [f"{path.name} is gone" for path in set(wanted) - there]
        for path in there & set(wanted):
            found += whole(path, wanted[path])
        for row in rows:
            events = Event.objects.filter(subject_id=str(row.pk)).order_by("seq")
            verbs = [action.partition(".")[2] for action in events.values_list("action", flat=True)]
            if verbs != ["asked", "made"]:
                found.append(f"the trail has {verbs}")
        if self.client.get(asked.get_absolute_url()).text.count("Ready") != 1:
            found.append("its page does not say that it is ready")
        found += [f"task {one.status}" for one in DBTaskResult.objects.exclude(status="SUCCESSFUL")]
        return found + [str(f) for f in map(verification.verify, verification.chains()) if f]


def whole(path, row):
    data = b"".join(file_store.chunks(path))
    found = [] if hashlib.sha256(data).hexdigest() == row.sha256 else ["other bytes"]
    if path.suffix == ".zip" and zipfile.ZipFile(io.BytesIO(data)).testzip() is not None:
        found.append("a broken ZIP")
    return found + ([] if len(data) == row.size_bytes else ["cut off"])


def render(pieces, css, path, listen, attachments, **_):
    """Makes a small file at once, as the process outside would make a large one."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    listen("Laying out pages", 10)
    pdf.save(path, deterministic_id=True)
    return Made(1, {})


def seal(path):
    """Signs at once, and differently each time, as a seal with its moment does."""
    with path.open("ab") as file:
        file.write(os.urandom(8))
    return "5ea1" * 16


@mock.patch.object(actions, "render", render)
@mock.patch.object(actions, "seal", seal)
def attack(kind, step):
    world, at, faults, is_ended = World(), 0, [], False
    while not is_ended:
        asked = world.ask(kind)
        is_ended = working(at)
        working()
        faults += [f"killed at {at}: {one}" for one in world.faults(asked)]
        world.forget()
        at += int(step)
    return {"kills": at // int(step) - 1, "faults": faults}


@mock.patch.object(actions, "render", render)
def sealing(*moments):
    """Killed so many seconds after the process that seals began, or "before" that."""
    world, faults, kills = World(), [], 0
    for moment in moments:
        seconds = None if moment == "before" else float(moment)
        asked = world.ask("report")
        with mock.patch.object(walls.subprocess, "Popen", killer(seconds)):
            kills += not working()
        with mock.patch.object(walls, "subprocess", warmed(walls)):
            working()
        faults += [f"killed at {moment}: {one}" for one in world.faults(asked)]
        with pikepdf.open(storage.path_of(asked.sha256)) as pdf:
            fields = len(pdf.Root.AcroForm.Fields)
        if fields != 1:
            faults.append(f"{fields} seals")
        world.forget()
    return {"kills": kills, "faults": faults}


def killer(seconds, popen=subprocess.Popen):
    """Starts a process and dies after a while; with None before it starts."""

    def start(*given, **more):
        if seconds is not None:
            popen(*given, **more)
            time.sleep(seconds)
        os.kill(os.getpid(), signal.SIGKILL)

    return start


@mock.patch.object(actions, "render", render)
@mock.patch.object(actions, "seal", seal)
def sampled(at, step=""):
    """Killed while it makes a sample: nobody sees any of it, and the next makes it whole.

    At one moment, or at that and each ``step`` further until none is left.
    """
    seeds.load(by=None, folder=settings.BASE_DIR / "seeds")
    ada, at, faults, kills, is_ended = World().ada, int(at), [], 0, False
    chains = {PEOPLE, *verification.chains()}
    folders = {*Path(settings.MEDIA_ROOT).iterdir()}
    while not is_ended:
        samples.ask_sample(by=ada)
        is_ended = working(at)
        kills += not is_ended
        connection.ensure_connection()
        found = half_of(sample_of(ada), chains)
        working()
        sample = sample_of(ada)
        found += half_of(sample, chains) if sample else ["it is not made"]
        found += [job.traceback for job in DBTaskResult.objects.failed()]
        if sample:
            throw_away(by=ada, organisation=sample)
        left = {*Path(settings.MEDIA_ROOT).iterdir()} - folders
        found += [f"folder {one.name} is left" for one in left]
        faults += [f"killed at {at}: {one}" for one in found]
        if not step:
            break
        at += int(step)
    return {"kills": kills, "faults": faults}


def half_of(sample, chains):
    """Remains without a sample, or the parts of a sample that are not whole."""
    more = set(verification.chains()) - chains
    if sample is None:
        return [f"a chain {one}" for one in more]
    folder = Path(settings.MEDIA_ROOT) / str(sample.pk)
    files = {path.name for path in folder.glob("??/*")}  # parts go with the sweep
    kept = set(sample.evidence.exclude(sha256="").values_list("sha256", flat=True))
    found = [f"file {one}" for one in files ^ kept]
    found += [f"a chain {one}" for one in more - {sample.pk}]
    return found + [str(f) for f in map(verification.verify, more) if f]


def cancelled():
    """Seconds from cancelling a bundle with an endless file to the end of all of it."""

    def endless(organisation_id, sha256):
        while True:
            time.sleep(0.05)
            yield bytes(1_000_000)

    world = World()
    asked = world.ask("bundle")
    with mock.patch.object(bundle_export, "chunks_of", endless):
        child = begun(partial(worker.run, batch=True))
    step = ""
    while not step.startswith("Writing file"):
        time.sleep(0.05)
        step = Package.objects.get().step
    cancel = reverse("exports:cancel", args=["acme", asked.pk])
    began = time.monotonic()
    status = world.client.post(cancel).status_code
    os.waitpid(child, 0)
    seconds = time.monotonic() - began
    asked.refresh_from_db()
    left = [path.name for path in package_store.folder().iterdir()]
    world.forget()
    return {"reply": status, "seconds": seconds, "status": asked.status, "left": left}


def hopeless(kind):
    """A report that kills its worker each time: how often it was begun, and what its page shows."""
    world = World()
    asked, kills = world.ask(kind), 0

    def die(*given, **more):
        os.kill(os.getpid(), signal.SIGKILL)

    with mock.patch.object(actions, "render", die):
        while not working():
            kills += 1
    asked.refresh_from_db()
    page = world.client.get(asked.get_absolute_url()).text
    left = [*storage.folder().iterdir(), *package_store.folder().iterdir()]
    hang = [str(row) for row in Report.objects.all() if not row.is_over]
    world.forget()
    return {
        "kills": kills,
        "status": asked.status,
        "problem": asked.problem,
        "is_shown": asked.problem in page and "Ask for it again" in page,
        "left": [path.name for path in left],
        "hang": hang,
    }


def commanded(moment):
    """A report while its command makes it, and after that command is killed."""
    world, seen = World(), Path(settings.DATA_DIR) / "seen"
    given = ["report", str(world.assessment.pk), "--output", os.devnull]

    def die(*given, **more):
        looked()
        seen.write_text(Report.objects.get().status)
        os.kill(os.getpid(), signal.SIGKILL)

    with (
        mock.patch.object(actions, "render", render),
        mock.patch.object(actions, moment, die),
    ):
        is_killed = not ended(begun(partial(call_command, *given)))
    looked()
    report = Report.objects.get()
    found = {
        "is_killed": is_killed,
        "before": seen.read_text(),
        "status": report.status,
        "problem": report.problem,
        "left": [path.name for path in storage.folder().iterdir()],
        "tasks": DBTaskResult.objects.exclude(status="SUCCESSFUL").count(),
        "fault": str(verification.verify(world.assessment.organisation_id)),
    }
    world.forget()
    return found


def looked():
    """A worker does what it would do a minute later."""
    DBTaskResult.objects.update(run_after=timezone.now())
    if not working():
        raise RuntimeError


COMMANDS = {
    "commanded": commanded,
    "prepare": prepare,
    "attack": attack,
    "sealing": sealing,
    "hopeless": hopeless,
    "sampled": sampled,
    "cancelled": cancelled,
}

if __name__ == "__main__":
    command, *given = sys.argv[1:]
    json.dump(COMMANDS[command](*given), sys.stdout)
