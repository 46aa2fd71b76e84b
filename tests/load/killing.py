"""Acts in which a process is killed, and what stands afterwards.

``python -m tests.load.killing statements 4``, in a database that has tables and no rows,
kills before every fourth statement of each act and before its commit; ``... moments 50``
fifty times at any moment of each, which SQLite in a file alone can do, since the file is
put back each time. It prints, for each act, how often all stood as before, how often all
of it was done, and what was neither.
"""

import itertools
import json
import os
import random
import shutil
import signal
import sys
import time
import traceback
from datetime import date
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "compliance.settings"
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from compliance.assurance.bundles import bundle_export  # noqa: E402
from compliance.assurance.bundles.bundle_import import bring_in  # noqa: E402
from compliance.assurance.bundles.process import opened  # noqa: E402
from compliance.assurance.reviews import actions as reviews  # noqa: E402
from compliance.assurance.reviews.queries import desk_of  # noqa: E402
from compliance.content.checklist_files import actions as checklist_files  # noqa: E402
from compliance.content.checklists import actions, content  # noqa: E402
from compliance.content.formats.findings import Found  # noqa: E402
from compliance.content.publishing import actions as publishing  # noqa: E402
from compliance.ground.sandbox import process as reader  # noqa: E402
from compliance.models import (  # noqa: E402
    Answer,
    Assessment,
    Checklist,
    Edition,
    Membership,
    Organisation,
    Provision,
    Reopening,
    Review,
    SignOff,
    Theme,
    Upgrade,
    User,
)
from compliance.proof.audit import verification  # noqa: E402
from compliance.proof.audit.chain import digest  # noqa: E402
from compliance.work.assessments import actions as assessments  # noqa: E402
from compliance.work.edition_moves import actions as edition_moves  # noqa: E402
from compliance.work.edition_moves import undo as undo_actions  # noqa: E402
from tests.support.documents import document, question  # noqa: E402
from tests.support.warm_processes import warmed  # noqa: E402

reader.subprocess = warmed(reader)  # for each kill in reading a bundle begins one
QUESTIONS = 24
SURVIVED = 0
SEGMENTS = ("_data", "_idx")
"""How a full-text index splits its words differs with each commit; its rows do not."""


def edition(number, reworded=()):
    """An edition with one in three of its questions new in each number."""
    keys = [f"Q{at}" for at in range(int(number) * 8, int(number) * 8 + QUESTIONS)]
    texts = {key: f"Do you still keep {key}, number {number}?" for key in reworded}
    asked = [question(key, text=texts.get(key, f"Do you keep {key}?"), choices=["a", "b"]) for key in keys]
    found = document(asked[:16], asked[16:], checklist="kept", number=number)
    found["edition"]["release_notes"] = "Duties are new. Others are worded better."
    return found


class World:
    """The acts, each made possible by the one before it."""

    def __init__(self):
        Theme.objects.create(key="t", name="T", position=1)
        acme = Organisation.objects.create(name="Acme", slug="acme")
        self.ada, self.otto = (self.editor(acme, name) for name in ("ada", "otto"))
        self.at = {"organisation": acme}
        self.other = Organisation.objects.create(name="Other", slug="other")
        first, _ = actions.store_checklist(
            by=self.ada,
            theme="t",
            title="Kept",
            summary="",
            document=edition("1"),
            **self.at,
        )
        self.answered(first)
        self.acts = {
            "bring in": self.bring_in,
            "replace a draft": lambda: self.bring_in("Q20", "Q21"),
            "send to review": self.send,
            "publish": self.approve,
            "move": self.move,
            "undo the move": self.undo,
            "send an assessment": self.send_assessment,
            "sign": self.sign,
            "ask to reopen": self.ask_to_reopen,
            "reopen": self.reopen,
            "bring an assessment in": self.bring_along,
        }

    def answered(self, edition):
        """An assessment of an edition in which every answer is met."""
        here = assessments.start(
            by=self.ada,
            edition=edition,
            subject="Acme",
            period_from=date(2026, 1, 1),
            period_to=date(2026, 12, 31),
            facts={},
            **self.at,
        )
        for answer in here.answers.all():
            assessments.save_answer(
                by=self.ada,
                assessment_id=here.pk,
                answer_id=answer.pk,
                changes={"verdict": "met", "note": "Kept since May."},
                base=0,
                **self.at,
            )
        return here

    def editor(self, organisation, name):
        user = User.objects.create(email=f"{name}@e.eu", name=name, password="!")
        Membership.objects.create(organisation=organisation, user=user, role="owner")
        return user

    def bring_in(self, *reworded):
        found = Found("ours", "Kept", document=edition("2", reworded))
        wish = checklist_files.Wish("t", replace=bool(reworded), **self.at)
        checklist_files.take_in(by=self.ada, found=found, wish=wish)

    def send(self):
        draft = Edition.objects.get(status="draft")
        publishing.send_to_review(by=self.ada, edition_id=draft.pk, **self.at)

    def approve(self):
        sent = Edition.objects.get(status="review")
        publishing.approve(by=self.otto, edition_id=sent.pk, **self.at)

    def move(self):
        edition_moves.upgrade(
            by=self.ada,
            assessment=Assessment.objects.get(),
            to=Edition.objects.get(status="published"),
            decisions={"Q20": "carry"},
        )

    def undo(self):
        undo_actions.undo_upgrade(by=self.otto, upgrade=Upgrade.objects.get())

    def bring_along(self):
        """A whole assessment comes into another organisation."""
        path = Path(settings.DATA_DIR) / "bundle.zip"
        if not path.is_file():
            self.write_bundle(path)
        with path.open("rb") as file, opened(file) as bundle:
            bring_in(by=self.ada, organisation=self.other, bundle=bundle)

    def write_bundle(self, path):
        """Of an assessment that is not there any more afterwards."""
        asked = [question(f"M{at}") for at in range(QUESTIONS)]
        with transaction.atomic():
            made, _ = actions.store_checklist(
                by=self.ada,
                theme="t",
                title="Moved",
                summary="",
                document=document(asked, checklist="moved", facts=[]),
                **self.at,
            )
            here = self.answered(made)
            with path.open("wb") as file:
                bundle_export.write(bundle_export.read(here.pk), file)
            transaction.set_rollback(True)

    def send_assessment(self):
        reviews.send(by=self.ada, assessment=Assessment.objects.get())

    def sign(self):
        here = Assessment.objects.get()
        desk = desk_of(here)
        seen = reviews.PageState.of(desk)
        reviews.sign(by=self.otto, assessment=here, seen=seen, role="Officer")

    def ask_to_reopen(self):
        here = Assessment.objects.get()
        reviews.ask_reopening(by=self.ada, assessment=here, reason="A wrong day.")

    def reopen(self):
        here = Assessment.objects.get()
        reviews.decide_reopening(by=self.otto, assessment=here, decision="approved")


def counts():
    """How many rows each table has."""
    found = {}
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            if name.endswith(SEGMENTS):
                continue
            cursor.execute(f'SELECT count(*) FROM "{name}"')  # noqa: S608
            found[name] = cursor.fetchone()[0]
    return found


def state():
    """Rows of every table, each edition's hash and each answer, and faults if any."""
    with connection.cursor() as cursor:
        whole = "ok"
        if connection.vendor == "sqlite":
            whole = cursor.execute("PRAGMA integrity_check").fetchone()[0]
    fields = ("assessment__edition__number", "question__edition__number")
    fields += ("question__key", "verdict", "note", "again", "version", "applies")
    answers = Answer.everything.order_by("question__key", "question__edition_id", "pk")
    return {
        "rows": counts(),
        "editions": [
            (
                one.number,
                one.status,
                one.content_hash,
                content.content_hash(content.document(one)),
            )
            for one in Edition.objects.order_by("pk")
        ],
        "answers": [
            (*one, archived_at is not None)
            for *one, archived_at in answers.values_list(*fields, "archived_at")
        ],
        "clones": list(Checklist.objects.values_list("cloned_from__number", flat=True)),
        "law": list(Provision.objects.values_list("cite", "status")),
        "undone": list(Upgrade.objects.values_list("undone_by", flat=True)),
        "reviews": (
            list(Assessment.objects.values_list("status", "revision")),
            list(Review.objects.order_by("pk").values_list("ended", flat=True)),
            [
                (one.revision, one.snapshot_id == digest(one.snapshot.text))
                for one in SignOff.objects.select_related("snapshot")
            ],
            list(Reopening.objects.values_list("decision", flat=True)),
        ),
        "whole": (
            whole,
            [str(verification.verify(pk)) for pk in verification.chains()],
        ),
    }


def forked(act, at=None):
    """The process id of a child that acts.

    It dies before its ``at``-th statement, or with 0 before its commit.
    """
    connection.close()
    if child := os.fork():
        return child
    statements = itertools.count(1)

    def counted(execute, *given):
        if next(statements) == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*given)

    def committed(commit=connection._commit):
        if at == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return commit()

    connection._commit = committed
    try:
        with connection.execute_wrapper(counted):
            act()
        os._exit(SURVIVED)
    except BaseException:  # nothing of the parent may be done twice
        traceback.print_exc()
        os._exit(1)


def ended(child):
    """Whether a child came to its end; else it was killed."""
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code not in {SURVIVED, -signal.SIGKILL}:
        raise RuntimeError(code)
    return code == SURVIVED


def foreseen(act):
    """The rows before an act, and as they would be after it."""
    before = state()
    with transaction.atomic():
        act()
        after = state()
        transaction.set_rollback(True)
    return before, after


class Outcomes:
    """How often each of two states stood, and where others differ from both."""

    def __init__(self, before, after):
        self.states = {"before": before, "after": after}
        self.counts = {"before": 0, "after": 0, "half": []}

    def look(self):
        found = state()
        names = [name for name, stood in self.states.items() if stood == found]
        for name in names:
            self.counts[name] += 1
        if not names:
            before = self.states["before"]
            moved = [part for part in found if found[part] != before[part]]
            self.counts["half"].append(moved)


def at_statements(act, step):
    """Killed before statement after statement, until it is done.

    A checkpoint or the like that still runs behind the commit is no part of the act.
    """
    outcomes = Outcomes(*foreseen(act))
    kills, at = 0, 0
    while not outcomes.counts["after"]:
        is_ended = ended(forked(act, at))
        outcomes.look()
        if is_ended:
            break
        kills += not outcomes.counts["after"]
        at += step if at else 1
    return outcomes.counts | {"kills": kills}


def at_any_moment(act, times):
    outcomes = Outcomes(*foreseen(act))
    file = Path(connection.settings_dict["NAME"])
    connection.close()  # what SQLite keeps beside the file is in it now
    kept = shutil.copy(file, file.with_suffix(".kept"))
    beside = kept_checkpoints()
    shutil.rmtree(beside, ignore_errors=True)
    if Path(settings.CHECKPOINTS_DIR).is_dir():
        shutil.copytree(settings.CHECKPOINTS_DIR, beside)
    seconds = max(seconds_of(act, file, kept) for _ in range(3))
    for _ in range(times):
        child = forked(act)
        time.sleep(random.uniform(0, 1.2 * seconds))  # noqa: S311
        os.kill(child, signal.SIGKILL)
        ended(child)
        outcomes.look()
        put_back(file, kept)
    ended(forked(act))  # the next act needs this one
    return outcomes.counts | {"kills": times}


def seconds_of(act, file, kept):
    began = time.monotonic()
    ended(forked(act))
    took = time.monotonic() - began
    put_back(file, kept)
    return took


def put_back(file, kept):
    connection.close()
    for beside in ("-wal", "-shm"):
        file.with_name(file.name + beside).unlink(missing_ok=True)
    shutil.copy(kept, file)
    # An older database under newer checkpoints, or under none, is a fault.
    shutil.rmtree(settings.CHECKPOINTS_DIR, ignore_errors=True)
    if kept_checkpoints().is_dir():
        shutil.copytree(kept_checkpoints(), settings.CHECKPOINTS_DIR)


def kept_checkpoints():
    """The folder with the checkpoints of the kept database."""
    return Path(settings.CHECKPOINTS_DIR).with_suffix(".kept")


def main(acts, how, number):
    ways = {"statements": at_statements, "moments": at_any_moment}
    outcomes = {name: ways[how](act, int(number)) for name, act in acts.items()}
    json.dump(outcomes, sys.stdout)


if __name__ == "__main__":
    main(World().acts, *sys.argv[1:])
