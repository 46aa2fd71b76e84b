"""No false alarm: whatever people do, by the ordinary actions, verify_trail finds nothing.

Each state is a walk of its own through what people do, from its number.
"""

import io
import random
from datetime import date

import pytest
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.management import CommandError, call_command
from django.db import transaction

from compliance.assurance.reviews import actions as reviews
from compliance.assurance.seats import actions as seats
from compliance.content.editor import actions as editor
from compliance.content.evidence import actions as evidence
from compliance.content.publishing import actions as publishing
from compliance.identity.organisations import actions as people
from compliance.identity.organisations.actions import join
from compliance.models import (
    Answer,
    Assessment,
    Edition,
    Event,
    Evidence,
    Invitation,
    Request,
    Seat,
    ShareLink,
    User,
)
from compliance.operations.erasure.actions import erase_person
from compliance.proof.audit import event_types, tables, trail
from compliance.proof.audit.projection import project
from compliance.proof.audit.refusals import RefusedError
from compliance.proof.audit.transaction import writing
from compliance.work.assessments import actions as assessments
from compliance.work.assessments.versions import Known
from compliance.work.bulk.actions import Bulk, set_many
from compliance.work.discussion import actions as discussion
from compliance.work.edition_moves import actions as edition_moves
from compliance.work.edition_moves import undo as undo_actions
from compliance.work.remediation import actions as remediation
from tests.assurance.bundles.making import YEAR, brought_in, bundle_of, publish
from tests.support import auditor_seats, factories, signing

pytestmark = pytest.mark.slow

REFUSED = ValidationError, RefusedError, ObjectDoesNotExist, IndexError
KEYS = ("Q1", "Q2", "Q3", "Q9")
STEPS = 14


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.DATA_DIR = tmp_path


class Walk:
    """Acts that people may do; an act refused in some state is left out there."""

    def __init__(self, cast, number):
        self.cast, self.luck = cast, random.Random(number)  # noqa: S311 - to be the same again
        self.done, self.count = [], 0
        factories.begin_chains()
        self.here = self._organisation("Here", cast.ada)
        self.there = self._organisation("There", cast.zoe)
        with writing():
            for person, role in (
                (cast.otto, "officer"), (cast.con, "contributor"),
                (cast.rev, "reviewer"), (cast.rob, "reader"),
            ):  # fmt: skip
                join(cast.ada, self.here, person, role)
        self.edition = publish(*KEYS, organisation=self.luck.choice([None, self.here]))
        self.start()

    def _organisation(self, name, owner):
        return people.create_organisation(by=None, owner=owner, name=name)

    def go(self, steps):
        """Some steps by luck; the names of those that were not refused."""
        for _ in range(steps):
            step = self.luck.choice(STEPS_OF_PEOPLE)
            try:
                with transaction.atomic():
                    step(self)
            except REFUSED:
                continue
            self.done.append(step.__name__)
        return self.done

    def fresh(self, kind="x"):
        self.count += 1
        return f"{kind}{self.count}"

    def one(self, rows):
        """Any row, ``IndexError`` where there is none."""
        return self.luck.choice(list(rows.order_by("pk")))

    @property
    def assessment(self):
        return self.one(Assessment.objects.filter(organisation=self.here))

    @property
    def answer(self):
        rows = Answer.objects.filter(assessment__organisation=self.here)
        return self.one(rows.select_related("assessment", "question"))

    def start(self):
        earlier = Assessment.objects.filter(organisation=self.here).last()
        assessments.start(
            by=self.cast.otto, organisation=self.here, edition=self.edition,
            subject=self.fresh("Subject "), facts={"data": ["health"]},
            earlier=self.luck.choice([None, earlier]), **YEAR,
        )  # fmt: skip

    def correct_details(self):
        where = self.assessment
        assessments.correct_details(
            by=self.cast.otto, assessment=where, reason="A typing error.",
            details={"subject": self.fresh("Subject ")}, base={"subject": where.subject},
        )  # fmt: skip

    def save(self):
        said = self.luck.choice(
            [
                {"verdict": "met", "note": self.fresh("Note ")},
                {"verdict": "not_met"},
                {"verdict": "na", "reason": "No such data."},
                {"verdict": "later", "due_on": date(2030, 1, 1)},
                {"note": ""},
                {"owner_id": self.cast.con.pk},
            ]
        )
        row = self.answer
        signing.answer(self.cast.con, row.assessment, row.question.key, **said)

    def undo(self):
        events = undoable(self.here)
        event = self.luck.choice(list(events))
        where = Assessment.objects.get(pk=event.scope_id)
        assessments.undo(by=self.cast.con, assessment=where, seq=event.seq)

    def set_many(self):
        where = self.assessment
        known = {row.pk: Known(row.version) for row in where.answers.all()}
        set_many(
            by=self.cast.otto, organisation=self.here, assessment_id=where.pk,
            targets=known, bulk=Bulk({"owner_id": self.cast.con.pk}),
        )  # fmt: skip

    def change_facts(self):
        facts = {"data": self.luck.choice([["health"], [], ["children"]])}
        assessments.change_facts(by=self.cast.otto, assessment=self.assessment, facts=facts)

    def confirm_na(self):
        known = {row.pk: Known(row.version) for row in self.assessment.answers.all()}
        assessments.confirm_na(by=self.cast.rev, organisation=self.here, seen=known)

    def add_link(self):
        evidence.add_link(
            by=self.cast.con, organisation=self.here, title=self.fresh("Proof "),
            url="https://intranet.example.org/", expires_on=signing.LATER,
        )  # fmt: skip

    def describe(self):
        evidence.describe(
            by=self.cast.con, evidence=self.one(self.here.evidence),
            title=self.fresh("Title "), covers_to=date(2026, 6, 1),
        )  # fmt: skip

    def attach(self):
        proof = self.one(self.here.evidence)
        assessments.attach(by=self.cast.con, answer=self.answer, evidence=proof)

    def detach(self):
        used = self.one(Evidence.objects.exclude(attachments=None))
        answer = used.attachments.first().answer
        assessments.detach(by=self.cast.con, answer=answer, evidence=used)

    def comment(self):
        text = f"{self.fresh('Said ')} @{self.cast.otto.name}"
        discussion.comment(by=self.cast.con, answer=self.answer, text=text)

    def make_action(self):
        remediation.create_action(
            by=self.cast.otto, organisation=self.here, answer_ids=[self.answer.pk],
            fields={"title": self.fresh("Do "), "owner_id": self.cast.con.pk},
        )  # fmt: skip

    def change_action(self):
        action = self.one(self.here.actions)
        changes = self.luck.choice([{"status": "done"}, {"title": self.fresh("Do ")}])
        remediation.change_action(
            by=self.cast.otto, organisation=self.here, number=action.number,
            changes=changes, base=action.version,
        )  # fmt: skip

    def archive(self):
        assessments.archive(by=self.cast.otto, assessment=self.assessment)

    def take_up(self):
        assessments.take_up(by=self.cast.otto, assessment=self.assessment)

    def send(self):
        where = self.assessment
        for row in where.answers.select_related("question").order_by("pk"):
            signing.answer(self.cast.con, where, row.question.key, verdict="na", reason="None.")
        known = {row.pk: Known(row.version) for row in where.answers.all()}
        assessments.confirm_na(by=self.cast.rev, organisation=self.here, seen=known)
        reviews.send(by=self.cast.otto, assessment=where)

    def look(self):
        where = self.assessment
        signing.look(self.cast.rev, where, "Q1", "returned", "Say more.")

    def give_back(self):
        reviews.return_for_changes(by=self.cast.rev, assessment=self.assessment)

    def sign(self):
        signing.sign(self.cast.rev, self.assessment)

    def reopen(self):
        signing.reopen(self.cast.rev, self.cast.ada, self.assessment)

    def move_on(self):
        number = f"2027.{self.count + 1}"
        self.count += 1
        checklist = self.edition.checklist
        newer = publish(
            *KEYS[: self.luck.randint(1, 3)], f"Q{self.count + 20}",
            number=number, organisation=checklist.organisation,
        )  # fmt: skip
        self.edition = newer
        edition_moves.upgrade(by=self.cast.otto, assessment=self.assessment, to=newer, decisions={})

    def move_back(self):
        upgrade = self.one(self.assessment.upgrades)
        undo_actions.undo_upgrade(by=self.cast.otto, upgrade=upgrade)

    def edit_a_copy(self):
        edition = self.one(Edition.objects.filter(checklist__organisation=None))
        draft = publishing.clone(by=self.cast.otto, organisation=self.here, edition_id=edition.pk)
        section = draft.sections.first().key
        editor.add_question(
            by=self.cast.otto, organisation=self.here, edition_id=draft.pk,
            section=section, text="Is there more?",
        )  # fmt: skip

    def invite(self):
        people.invite(
            by=self.cast.ada, organisation=self.luck.choice([self.here, self.here]),
            email=f"{self.fresh('new')}@example.org", name=self.fresh("Newcomer "),
            role=self.luck.choice(["contributor", "reader", "auditor"]),
        )  # fmt: skip

    def accept(self):
        invitation = self.one(Invitation.objects.select_related("organisation"))
        people.accept_as_new(invitation=invitation, name=invitation.name, password="x" * 12)

    def take_back(self):
        people.end_invitation(by=self.cast.ada, invitation=self.one(Invitation.objects))

    def change_role(self):
        membership = self.here.memberships.get(user=self.cast.rob)
        role = self.luck.choice(["reader", "contributor"])
        people.change_role(by=self.cast.ada, membership=membership, role=role)

    def give_seat(self):
        email = self.luck.choice([self.cast.aud.email, f"{self.fresh('a')}@example.org"])
        auditor_seats.give(self.cast, self.assessment, email, by=self.cast.ada)

    def ask(self):
        seat = self.one(Seat.objects)
        auditor_seats.ask(seat.user, seat, title=self.fresh("List "))

    def reply(self):
        seats.reply(by=self.cast.otto, request=self.one(Request.objects), text="Here.")

    def end_seat(self):
        seats.end_seat(by=self.cast.ada, seat=self.one(Seat.objects))

    def share(self):
        label = self.fresh("Link ")
        seats.share(by=self.cast.ada, assessment=self.assessment, label=label, days=5)

    def revoke(self):
        seats.revoke(by=self.cast.ada, link=self.one(ShareLink.objects))

    def bring_in(self):
        brought_in(bundle_of(self.assessment), self.there, self.cast.zoe)

    def make_editor(self):
        people.make_editor(by=None, email=self.cast.otto.email)

    def erase(self):
        newcomers = User.objects.filter(name__startswith="Newcomer")
        erase_person(by=None, person=self.one(newcomers))


STEPS_OF_PEOPLE = [
    step
    for name, step in vars(Walk).items()
    if not name.startswith("_") and name not in {"go", "fresh", "one", "assessment", "answer"}
]


def undoable(organisation):
    """Its events that put back an answer."""
    events = trail.events_of(organisation.pk)
    return events.filter(action__in=event_types.those(undoable=True), action__startswith="answer")


def verified():
    """The faults that verify_trail finds in all chains."""
    out = io.StringIO()
    try:
        call_command("verify_trail", stdout=out)
    except CommandError:
        return [line for line in out.getvalue().splitlines() if line.endswith(").")]
    return []


def unlike_the_fold(organisation):
    """Values that an event gives as before it, and the events before it do not."""
    rows, blank = {}, tables.blanks(Answer)
    for event in Event.objects.filter(organisation_id=organisation.pk).order_by("seq"):
        at, (before, _) = (event.subject_label, event.subject_id), trail.changes(event)
        if at[0] == "answer" and at in rows:
            was = rows[at].values
            for name in before.keys() & blank.keys():
                if before[name] != was.get(name, blank[name]):
                    yield event.seq, name, before[name], was.get(name)
        project(trail.holding_rows(Event.objects.filter(pk=event.pk)), rows)


@pytest.mark.django_db
@pytest.mark.parametrize("number", range(20))
def test_no_false_alarm(cast, number):
    walk = Walk(cast, number)
    done = walk.go(STEPS)
    assert len(done) > 2
    assert verified() == [], done
    assert list(unlike_the_fold(walk.here)) == [], done


@pytest.mark.long
@pytest.mark.django_db
def test_no_false_alarm_in_two_hundred_states(cast):
    """The long form; between them the walks do everything that there is to do."""
    done = set()
    for number in range(1000, 1200):
        with transaction.atomic():
            steps = Walk(cast, number).go(3 * STEPS)
            assert verified() == [], (number, steps)
            done |= set(steps)
            transaction.set_rollback(True)
    assert done == {step.__name__ for step in STEPS_OF_PEOPLE}
