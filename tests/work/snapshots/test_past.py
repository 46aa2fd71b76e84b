"""Looking back: whatever happened since, the assessment says what it said then."""

import random
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.content.checklists.actions import store_checklist
from compliance.content.evidence.actions import describe
from compliance.models import Answer, Evidence, Theme
from compliance.proof.audit import tables, trail
from compliance.proof.audit.models import Event
from compliance.work.assessments import actions
from compliance.work.assessments.detail_fields import BY_COLUMN
from compliance.work.assessments.versions import Known
from compliance.work.bulk.actions import Bulk, set_many, undo_many
from compliance.work.discussion import actions as discussion
from compliance.work.edition_moves import actions as edition_moves
from compliance.work.edition_moves import undo as undo_actions
from compliance.work.evidence_use.actions import use_instead
from compliance.work.remediation import actions as remediation
from compliance.work.snapshots.as_of import content_as_of
from compliance.work.snapshots.moments import seq_at
from compliance.work.snapshots.snapshot import content_of, to_read
from compliance.work.workspace import actions as workspace
from tests.support.documents import document, question
from tests.support.signing import link

YEAR = {"period_from": date(2026, 1, 1), "period_to": date(2026, 12, 31)}


def publish(number, *keys, **texts):
    """An edition with a question of every kind; ``texts`` rewords some."""
    Theme.objects.get_or_create(key="t", defaults={"name": "T", "position": 1})
    asked = [
        question("V1"),
        question("V2", rule={"data": ["health"]}),
        question("N1", kind="number", number={"at_least": 6, "unit": "months"}),
        question(
            "C1",
            kind="choice",
            choices=[
                "a",
                {"key": "none", "label": "None", "help": "", "verdict": "na"},
            ],
        ),
        question("T1", kind="text"),
    ]
    asked += [question(key) for key in keys]
    for one in asked:
        one["text"] = texts.get(one["key"], one["text"])
    found = document(asked[:3], asked[3:], number=number)
    return store_checklist(by=None, theme="t", title="Privacy", summary="", document=found)[0]


def begin(cast, edition, **fields):
    return actions.start(
        by=cast.otto,
        organisation=cast.acme,
        edition=edition,
        subject="Acme",
        facts=fields.pop("facts", {"data": None}),
        **YEAR,
        **fields,
    )


class Life:
    """Things that happen to one assessment, each chosen by chance."""

    def __init__(self, cast, assessment, rng):
        self.cast, self.rng, self.editions = cast, rng, []
        self.assessment = assessment
        self.proofs = [link(cast, f"Proof {number}") for number in range(3)]
        self.people = [cast.ada, cast.otto, cast.con, cast.rev]

    @property
    def answers(self):
        rows = Answer.objects.filter(assessment=self.assessment)
        return rows.select_related("question", "assessment").order_by("pk")

    def one(self):
        return self.rng.choice(list(self.answers))

    def who(self):
        return self.rng.choice(self.people)

    def save(self, answer, by=None, **changes):
        return actions.save_answer(
            by=by or self.who(),
            organisation=self.cast.acme,
            assessment_id=self.assessment.pk,
            answer_id=answer.pk,
            changes=changes,
            base=Known(answer.version),
        )

    def answer(self):
        rng, answer = self.rng, self.one()
        values = {"number": "9", "choice": rng.choice(["a", "none"]), "text": "Text"}
        if answer.question.kind in values and rng.random() < 0.7:
            self.save(answer, value=[values[answer.question.kind]])
        else:
            verdict = rng.choice(["met", "partly", "not_met", "na", "dont_know"])
            self.save(answer, verdict=verdict, reason="No such system")

    def write(self):
        self.save(self.one(), note=f"Note {self.rng.random()}")

    def put_off(self):
        self.save(self.one(), verdict="later", later_until=date(2027, 1, 1))

    def hand_over(self):
        self.save(
            self.one(),
            owner_id=self.rng.choice(self.people[:3]).pk,
            due_on=date(2026, 12, 1),
        )

    def many(self):
        answers = self.rng.sample(list(self.answers), 3)
        set_many(
            by=self.who(),
            organisation=self.cast.acme,
            assessment_id=self.assessment.pk,
            targets={a.pk: Known(a.version) for a in answers},
            bulk=Bulk({"verdict": "na", "reason": "Nowhere"}, self.rng.choice(self.proofs)),
        )

    def attach(self):
        actions.attach(by=self.who(), answer=self.one(), evidence=self.rng.choice(self.proofs))

    def detach(self):
        for answer in self.answers:
            for use in answer.attachments.all():
                actions.detach(by=self.who(), answer=answer, evidence=use.evidence)
                return

    def describe(self):
        day = date(2026, self.rng.randint(1, 12), 1)
        proof = Evidence.objects.get(pk=self.rng.choice(self.proofs).pk)
        describe(by=self.who(), evidence=proof, title=f"Proof of {day}", covers_to=day)

    def comment(self):
        text = f"Seen {self.rng.random()}"
        discussion.comment(by=self.who(), answer=self.one(), text=text)

    def correct(self):
        self.assessment.refresh_from_db()
        base = {name: getattr(self.assessment, name) for name in BY_COLUMN}
        said = {
            "subject": f"Acme {self.rng.random()}",
            "period_from": date(self.rng.choice([2025, 2026]), 1, 1),
        }
        actions.correct_details(
            by=self.who(),
            assessment=self.assessment,
            details=base | said,
            base=base,
            reason="A typing error.",
        )

    def confirm(self):
        waiting = [a for a in self.answers if a.na_waits]
        if waiting:
            seen = {waiting[0].pk: Known(waiting[0].version)}
            by = next(p for p in self.people if p.pk != waiting[0].na_by_id)
            found = actions.confirm_na(by=by, organisation=self.cast.acme, seen=seen)
            if self.rng.random() < 0.3 and found.events:
                seqs = [event.seq for event in found.events]
                actions.unconfirm_na(by=by, organisation=self.cast.acme, seqs=seqs)

    def send_back(self):
        for answer in self.answers:
            if answer.na_waits and answer.applies:
                by = next(p for p in self.people if p.pk != answer.na_by_id)
                actions.send_back_na(
                    by=by,
                    organisation=self.cast.acme,
                    answer_id=answer.pk,
                    seen=Known(answer.version),
                    why="It does exist.",
                )
                return

    def say_again(self):
        for answer in self.answers:
            if answer.again:
                workspace.confirm_again(
                    by=self.who(),
                    organisation=self.cast.acme,
                    assessment_id=self.assessment.pk,
                    answer_id=answer.pk,
                    seen=Known(answer.version),
                )
                return

    def undo(self):
        events = Event.objects.filter(scope_id=self.assessment.pk, action="answer.saved").order_by("-seq")
        if event := events.first():
            actions.undo(by=self.who(), assessment=self.assessment, seq=event.seq)

    def undo_many(self):
        events = Event.objects.filter(
            scope_id=self.assessment.pk,
            action__in=["answer.saved", "answer.undone", "evidence.attached"],
        )
        for event in events.order_by("-seq")[:9]:
            if trail.together(event):
                undo_many(by=self.who(), assessment=self.assessment, seq=event.seq)
                return

    def exchange(self):
        old, new = self.rng.sample(self.proofs, 2)
        uses = [a.pk for a in self.answers if a.attachments.filter(evidence=old)]
        use_instead(
            by=self.who(),
            organisation=self.cast.acme,
            evidence=new,
            others=[old.pk],
            answer_ids=uses,
        )

    def remedy(self):
        fields = {"title": f"Do {self.rng.random()}", "due_on": date(2026, 12, 12)}
        chosen = {self.one().pk for _ in range(2)}
        remediation.create_action(
            by=self.who(),
            organisation=self.cast.acme,
            fields=fields,
            answer_ids=chosen,
        )

    def work(self):
        action = self.cast.acme.actions.order_by("?").first()
        if action:
            status = self.rng.choice(["open", "doing", "done", "dropped"])
            changes = {"status": status, "text": f"So {self.rng.random()}"}
            remediation.change_action(
                by=self.who(),
                organisation=self.cast.acme,
                number=action.number,
                changes=changes,
                base=action.version,
            )

    def link(self):
        action = self.cast.acme.actions.order_by("number").first()
        if action:
            both = self.rng.choice([remediation.link_answer, remediation.unlink_answer])
            both(
                by=self.who(),
                organisation=self.cast.acme,
                number=action.number,
                answer_id=self.one().pk,
            )

    def facts(self):
        self.assessment.refresh_from_db()
        said = self.rng.choice([None, [], ["health"]])
        actions.change_facts(by=self.who(), assessment=self.assessment, facts={"data": said})

    def move(self):
        self.assessment.refresh_from_db()
        others = [e for e in self.editions if e.pk != self.assessment.edition_id]
        if others:
            edition_moves.upgrade(
                by=self.cast.otto,
                assessment=self.assessment,
                to=self.rng.choice(others),
                decisions={},
            )

    def move_back(self):
        last = self.assessment.upgrades.filter(undone_at=None).first()
        if last:
            undo_actions.undo_upgrade(by=self.cast.otto, upgrade=last)

    def go_on(self, steps):
        """Live on, and keep what the assessment says after each step."""
        said = {}
        names = [n for n in vars(Life) if n not in {"save", "one", "who", "go_on"}]
        deeds = [n for n in names if callable(getattr(Life, n)) and n[0] != "_"]
        for _ in range(steps):
            name = self.rng.choice(deeds)
            try:
                getattr(self, name)()
            except (ValidationError, Answer.DoesNotExist):
                continue
            said[head(self.assessment)] = (
                name,
                content_of(to_read(self.assessment.pk)),
            )
        return said


def head(assessment):
    return trail.head_of(assessment.organisation_id)[0]


def check_life(cast, seed, steps=24, **begun):
    rng = random.Random(seed)  # noqa: S311 - a test that can be repeated
    assessment = begin(cast, publish("1", "G1", "G2"), **begun)
    life = Life(cast, assessment, rng)
    life.editions = [publish("2", "G2", "G3", V1="Do you keep it well?")]
    said = life.go_on(steps)
    assert len(said) > steps / 3
    for seq, (name, content) in said.items():
        then = content_as_of(to_read(life.assessment.pk), seq)
        assert then == content, f"after {name} at {seq}"
    assert list(tables.faults(cast.acme.pk)) == []
    return life


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_every_moment_of_a_life_is_found_again(cast, db, seed):
    check_life(cast, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 220))
def test_every_moment_of_many_lives_is_found_again(cast, db, seed):
    check_life(cast, seed, steps=90)


@pytest.mark.slow
def test_what_was_carried_forward_is_compared_with_the_year_before_as_it_was(cast, db):
    first = check_life(cast, 5).assessment
    first.refresh_from_db()
    newest = first.edition.checklist.editions.get(status="published")
    second = begin(cast, newest, earlier=first)
    rng = random.Random(6)  # noqa: S311
    life, before = Life(cast, second, rng), Life(cast, first, rng)
    said = life.go_on(10)
    before.go_on(10)
    said |= life.go_on(10)
    for seq, (name, content) in said.items():
        assert content_as_of(to_read(second.pk), seq) == content, name


@pytest.mark.slow
def test_looking_back_changes_nothing(cast, db):
    life = check_life(cast, 1, steps=12)
    before = content_of(to_read(life.assessment.pk))
    first = Event.objects.filter(scope_id=life.assessment.pk).order_by("seq").first()
    content_as_of(to_read(life.assessment.pk), first.seq)
    assert content_of(to_read(life.assessment.pk)) == before


@pytest.mark.slow
def test_right_after_the_start_everything_is_unanswered(cast, db):
    life = check_life(cast, 2, steps=15)
    first = Event.objects.filter(scope_id=life.assessment.pk).order_by("seq").first()
    then = content_as_of(to_read(life.assessment.pk), first.seq)
    assert {line.verdict for line in then.lines} == {"unanswered"}
    assert (then.proofs, then.tasks, then.archived) == ((), (), ())


def test_moment_before_the_start_is_refused(cast, db):
    assessment = begin(cast, publish("1"))
    with pytest.raises(ValueError, match="not been started"):
        content_as_of(to_read(assessment.pk), 0)
    yesterday = timezone.now() - timedelta(days=1)
    assert seq_at(assessment, yesterday) is None
    assert seq_at(assessment, timezone.now()) == head(assessment)


@pytest.mark.slow
def test_looking_back_costs_the_same_over_few_and_many_events(cast, db):
    life = Life(cast, begin(cast, publish("1")), random.Random(3))  # noqa: S311

    def cost():
        first = Event.objects.filter(scope_id=life.assessment.pk).order_by("seq")[0]
        here = to_read(life.assessment.pk)
        with CaptureQueriesContext(connection) as queries:
            content_as_of(here, first.seq)
        return len(queries)

    life.remedy()
    for deed in (life.write, life.hand_over, life.attach, life.comment):
        deed()
    few = cost()
    for _ in range(12):
        life.write()
        life.hand_over()
        life.attach()
        life.comment()
    assert cost() <= few


@pytest.mark.skipif(connection.vendor != "sqlite", reason="asks how SQLite reads")
def test_looking_back_reads_the_events_of_others_in_no_query(cast, db):
    life = Life(cast, begin(cast, publish("1")), random.Random(4))  # noqa: S311
    for deed in (life.write, life.attach, life.remedy, life.comment):
        deed()
    with CaptureQueriesContext(connection) as queries:
        content_as_of(to_read(life.assessment.pk), head(life.assessment))
    reads = [one["sql"] for one in queries if 'FROM "compliance_event"' in one["sql"]]
    assert reads
    with connection.cursor() as cursor:
        for sql in reads:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plan = " ".join(str(step[3]) for step in cursor.fetchall())
            assert "SEARCH" in plan
            assert "(organisation_id=?)" not in plan, sql
            assert "(organisation_id=? AND seq<?)" not in plan, sql
