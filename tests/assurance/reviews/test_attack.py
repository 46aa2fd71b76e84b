"""Every address that writes, in every role, against a signed assessment (safety.md, F1).

The same attacks are tried on one that runs, where they must hit: so none is idle.
"""

from itertools import count

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from compliance.assurance.reviews import actions
from compliance.identity.organisations.access import ALLOWED
from compliance.models import Answer, Event, Upgrade
from compliance.proof.audit import trail
from compliance.work.assessments.detail_fields import DETAILS
from compliance.work.assessments.versions import Known
from compliance.work.bulk.actions import Bulk, preview_bulk, set_many
from compliance.work.discussion import actions as discussion
from compliance.work.edition_moves import actions as edition_moves_actions
from compliance.work.snapshots.snapshot import content_of, to_read
from tests import test_doors
from tests.support import factories, signing
from tests.test_doors import DOORS, PEOPLE, Writes, all_doors, knock

pytestmark = pytest.mark.slow
number = count(1)
THE_WAY = {"reviews:reopen", "reviews:reopen_decide"}
"""The one way to open what is signed: it has tests of its own."""
HITS = {
    "workspace:answer_save",
    "assignments:contribute_save",
    "assignments:hand_back",
    "bulk:change",
    "workspace:undo",
    "bulk:undo",
    "workspace:take",
    "workspace:again",
    "workspace:na_back",
    "workspace:na_confirm",
    "workspace:na_queue",
    "workspace:comment_add",
    "workspace:comment_resolve",
    "workspace:proof_add",
    "workspace:proof_use",
    "workspace:proof_drop",
    "scoping:details",
    "scoping:facts",
    "workspace:archive",
    "assignments:assign",
    "edition_moves:upgrade",
    "edition_moves:upgrade_undo",
    "remediation:action_add",
    "remediation:action_link",
    "remediation:action_unlink",
    "evidence_use:swap",
    "evidence_use:use",
    "evidence_use:replace",
}
"""Addresses whose attack changes an assessment that runs."""


@pytest.fixture
def enter(sign_in):
    cache.clear()

    def as_person(user):
        client = sign_in(user)
        client.raise_request_exception = False
        return client

    return as_person


class Target:
    """An assessment, and what each address is given to hit it."""

    def __init__(self, cast, *, signed):
        self.cast = cast
        checklist = factories.make_checklist(f"own-{next(number)}", cast.acme)
        old = factories.make_draft(questions=6, checklist=checklist, number="2025.9")
        edition = factories.publish(old)
        self.assessment = signing.make_ready(cast, edition, is_begun=True)
        self.answers = list(self.assessment.answers.order_by("question__position"))
        self.answer = self.answers[0]
        self.prepare(edition)
        if signed:
            actions.send(by=cast.otto, assessment=self.assessment)
            signing.look(cast.otto, self.assessment, "Q6")
            signing.sign(cast.rev, self.assessment)
        type(old).objects.filter(pk=old.pk).update(status="retired")
        factories.make_edition(questions=7, checklist=checklist, number="2026.2")
        self.before = self.rows()

    def prepare(self, edition):
        """Everything an address may be about, by people who may."""
        cast, one = self.cast, self.assessment
        by = {"by": cast.con, "organisation": cast.acme}
        self.together = set_many(
            **by,
            assessment_id=one.pk,
            targets={row.pk: Known(row.version) for row in self.answers[3:5]},
            bulk=Bulk({"due_on": signing.LATER}),
        ).seq
        signing.answer(cast.con, one, "Q6", note="By Con.")
        self.seq = Event.objects.filter(scope_id=one.pk).latest("seq").seq
        self.comment = discussion.comment(by=cast.con, answer=self.answer, text="Why?")
        self.proof = self.answer.attachments.get().evidence
        self.spare = factories.make_link(cast.acme, cast.con, "Spare")
        self.newer = factories.make_link(cast.acme, cast.con, "Newer", replaces=self.proof)
        self.task = cast.acme.actions.filter(answers__in=self.answers).first()
        self.source = test_doors.make_source(one, cast.acme, cast.ada)
        self.source.version = 1
        self.source.save()

    def waiting(self):
        """Rows that only a running one has: N/A that waits, a mark, a move to undo."""
        rows = Answer.objects.filter(pk=self.answer.pk)
        rows.update(verdict="na", reason="No.", na_by=self.cast.con, again="carried")
        return self

    def moved(self):
        """A move that can be undone."""
        before = factories.make_edition(checklist=self.assessment.edition.checklist, number="2025.1")
        type(before).objects.filter(pk=before.pk).update(status="retired")
        seq, _ = trail.head_of(self.assessment.organisation_id)
        return Upgrade.objects.create(
            assessment=self.assessment,
            from_edition=before,
            to_edition=self.assessment.edition,
            since_seq=seq,
            until_seq=seq,
            moved_at=timezone.now(),
            moved_by=self.cast.ada,
        )

    def rows(self):
        """Everything the assessment is made of, as it lies in the database."""
        key = self.assessment.pk
        key = key.hex if connection.vendor == "sqlite" else key
        of_answer = "answer_id IN (SELECT id FROM compliance_answer WHERE assessment_id = %s)"
        wanted = {
            "assessment": "id = %s",
            "answer": "assessment_id = %s",
            "upgrade": "assessment_id = %s",
            "attachment": of_answer,
            "comment": of_answer,
            "actionlink": of_answer,
            "signoff": "assessment_id = %s",
        }
        found = {}
        with connection.cursor() as cursor:
            for table, condition in wanted.items():
                sql = f"SELECT * FROM compliance_{table} WHERE {condition}"  # noqa: S608
                cursor.execute(sql, [key])
                found[table] = sorted(map(repr, cursor.fetchall()))
            cursor.execute("SELECT content_hash, text FROM compliance_snapshot")
            found["snapshot"] = sorted(cursor.fetchall())
        return found

    def address(self, door):
        values = {
            "org": "acme",
            "assessment_id": self.assessment.pk,
            "answer_id": self.answer.pk,
            "edition_id": self.assessment.edition_id,
            "evidence_id": self.proof.pk,
            "comment_id": self.comment.pk,
            "source_id": self.source.pk,
            "seq": self.seq,
            "first_seq": self.together,
            "number": self.task.number,
            "upgrade_id": 1,
        }
        special = {
            "workspace:proof_use": {"evidence_id": self.spare.pk},
            "evidence_use:use": {"evidence_id": self.spare.pk},
            "evidence_use:swap": {"evidence_id": self.newer.pk},
            "evidence_use:replace": {"evidence_id": self.newer.pk},
        }
        values |= special.get(door.name, {})
        if door.name == "edition_moves:upgrade_undo":
            values["upgrade_id"] = getattr(self, "move", values["upgrade_id"])
        if set(door.params) - set(values):
            return None  # about another thing than an assessment
        path = reverse(door.name, kwargs={name: values[name] for name in door.params})
        asks = door.name == "evidence_use:use"
        return f"{path}?assessment={self.assessment.pk}" if asks else path

    def now(self):
        return self.assessment.answers.order_by("question__position")

    def digest(self):
        """The digest that the page of a bulk change would have shown."""
        try:
            return preview_bulk(
                assessment=signing.fresh(self.assessment),
                targets={row.pk: Known(row.version) for row in self.now()},
                bulk=Bulk({"verdict": "partly"}),
            ).digest
        except ValidationError:
            return ""

    def led(self):
        """The fields that the page of a move would have sent: to where, and what it showed."""
        editions = self.assessment.edition.checklist.editions
        to = editions.filter(status="published").last()
        try:
            plan = edition_moves_actions.preview_upgrade(assessment=signing.fresh(self.assessment), to=to)
        except ValidationError:
            return {"to": to.pk}
        return {"to": to.pk, "seen": " ".join(plan.marks)}

    def details(self):
        """The form of a correction of the subject, with what its page showed."""
        shown = {field.column: getattr(self.assessment, field.column) or "" for field in DETAILS}
        base = {f"base-{name}": value for name, value in shown.items()}
        return shown | base | {"subject": "An attack", "reason": "An attack"}

    def data(self, name):
        """The form that a person would send, as good as it gets."""
        row = Answer.everything.get(pk=self.answer.pk)
        ids = [str(one.pk) for one in self.answers]
        now = {"base": str(row.version), "text": "An attack", "reason": "An attack"}
        file = SimpleUploadedFile("attack.txt", b"An attack")
        sends = {
            "scoping:details": self.details(),
            "scoping:facts": {"data": ["health"]},
            "bulk:change": {
                "pinned": ";".join(f"{one.pk} {one.version}" for one in self.now()),
                "what": "answer",
                "digest": self.digest() if name == "bulk:change" else "",
                "verdict": "partly",
                "do": "apply",
            },
            "assignments:assign": {
                "which": "all", "to": str(self.cast.ada.pk), "take_over": "on",
            },
            "assignments:hand_back": {"reason": "An attack"},
            "edition_moves:upgrade": self.led() if name == "edition_moves:upgrade" else {},
            "workspace:take": now | {"source_version": self.source.version},
            "workspace:na_back": now | {"why": "An attack"},
            "workspace:na_queue": {
                "pick": ids[0], "only": ids[0], f"base-{ids[0]}": row.version,
            },
            "workspace:proof_add": {"title": "Attack", "upload": file},
            "remediation:action_new": {
                "title": "Attack", "priority": "high", "answer": ids[0], "for": ids,
            },
            "remediation:action_add": {"title": "Attack", "priority": "high"},
            "remediation:action_link": {"answer": ids[2]},
            "remediation:action_unlink": {"answer": ids[1]},
            "evidence_use:use": {
                "answer": ids[2:4], "assessment": str(self.assessment.pk),
            },
            "evidence_use:swap": {
                "answer": ids[:1],
            },
            "evidence_use:replace": {
                "title": "Attack", "upload": file, "answer": ids[:1],
            },
            "reviews:send": {},
            "reviews:give_back": {"said": "An attack"},
            "reviews:check_save": {
                "seen": "0" * 64, "result": "returned", "reason": "An attack",
            },
            "reviews:sign": {
                "seen": "x", "role": "X", "password": factories.PASSWORD,
            },
        }  # fmt: skip
        usual = now | {"verdict": "partly", "note": "An attack", "status": "done"}
        return sends.get(name, usual)


def writing():
    """Every address of an organisation that takes a POST."""
    return [door for door in all_doors() if "org" in door.params and "POST" in DOORS[door.name][1].split()]


def test_attacks_hit_an_assessment_that_runs(cast, enter):
    """Each is taken back before the next one."""
    idle, person = [], cast.ada
    target, client = Target(cast, signed=False), enter(cast.ada)
    for door in all_doors():
        if (name := door.name) not in HITS:
            continue
        with transaction.atomic():
            if name in {"assignments:contribute_save", "assignments:hand_back"}:
                Answer.objects.filter(pk=target.answer.pk).update(owner=person)
            if "na_" in name or name == "workspace:again":
                target.waiting()
            if name == "edition_moves:upgrade_undo":
                target.move = target.moved().pk
            before = target.rows()
            cache.clear()
            reply = client.post(target.address(door), target.data(name))
            if target.rows() == before:
                idle.append((name, reply.status_code))
            transaction.set_rollback(True)
    assert idle == []
    assert {door.name for door in all_doors()} >= HITS


@pytest.mark.parametrize("role", ALLOWED)
def test_no_role_changes_what_is_signed_by_any_address(role, cast, enter):
    target = Target(cast, signed=True)
    client = enter(getattr(cast, PEOPLE[role]))
    signed = content_of(to_read(target.assessment.pk)).content_hash
    changed, failed = [], []
    for door in writing():
        address = target.address(door)
        if address is None or door.name in THE_WAY:
            continue
        cache.clear()
        data, writes = target.data(door.name), Writes()
        with writes.heard():
            reply = client.post(address, data)
            reply.getvalue()  # reads a file to its end, which closes it
        if reply.status_code >= 500:
            failed.append((door.name, reply.status_code))
        if writes.were and target.rows() != target.before:
            changed.append((door.name, reply.status_code))
    assert (changed, failed) == ([], [])
    assert target.assessment.signoffs.get().snapshot_id == signed
    for method in ("PUT", "PATCH", "DELETE"):
        knock(client, method, target.assessment.get_absolute_url())
    assert target.rows() == target.before
