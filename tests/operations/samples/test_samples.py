"""The sample of a person: made whole, theirs alone, and thrown away without a trace."""

from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from compliance.content.checklists.standing import running_facts
from compliance.ground.pictures import drawing
from compliance.ground.web.mail import queue_mail
from compliance.ground.web.worker import _worker
from compliance.identity.organisations.access import Permission, granted, who_may
from compliance.identity.organisations.actions import create_organisation, make_account
from compliance.models import (
    ChainHead,
    Event,
    Evidence,
    Organisation,
    Reminders,
    Report,
    Snapshot,
    User,
)
from compliance.operations.closing.owned_rows import owned, rows_of
from compliance.operations.erasure.actions import erase_person
from compliance.operations.samples import opening
from compliance.operations.samples.opening import is_offered, open_sample, sample_of
from compliance.operations.samples.tasks import (
    NOT_MADE,
    ask_sample,
    call_off,
    make_sample,
    wait_of,
)
from compliance.operations.samples.throwing import throw_away
from compliance.operations.seeds import actions as seeds
from compliance.proof.audit import checkpoints, tables, trail, verification
from compliance.reporting.calendar.actions import make_feed
from compliance.reporting.calendar.actions.reminders import begin
from compliance.reporting.reports import actions as reports
from compliance.work.law_changes.law import running
from compliance.work.law_changes.reach import reached
from tests.support.factories import make_checklist, make_draft, publish
from tests.support.mail_queue import queued
from tests.support.plans import count_rows
from tests.support.races import at_once

PASSWORD = "attest test 2026"
OUTSIDE = {Permission.INVITE, Permission.MEMBERS, Permission.SEATS, Permission.LEAVE}


def left_of(organisation):
    """The tables that have rows of an organisation."""
    found = [m.__name__ for m in owned() if rows_of(m, organisation.pk).exists()]
    events = Event.objects.filter(organisation_id=organisation.pk)
    heads = ChainHead.objects.filter(pk=organisation.pk)
    return found + ["Event"] * events.exists() + ["ChainHead"] * heads.exists()


def jobs_of(person):
    path = make_sample.module_path
    return DBTaskResult.objects.filter(task_path=path, args_kwargs__args__0=str(person.pk))


def run(job):
    """The worker's part: the job as it is afterwards."""
    worker = _worker("tests")
    if job.status == "READY":
        job.refresh_from_db()
        job.claim(worker.worker_id)
    worker.run_task(job)
    job.refresh_from_db()
    return job


@pytest.fixture
def people_alone(monkeypatch):
    """Samples that are made have people and no assessments, which take seconds."""
    monkeypatch.setattr(opening, "load_file", lambda *_: None)


@pytest.mark.slow
class TestSample(TestCase):
    """One library and one sample for all: they take seconds to make."""

    @classmethod
    def setUpTestData(cls):
        seeds.load(by=None, folder=settings.BASE_DIR / "seeds")
        cls.nora, cls.olaf = (
            make_account(email=f"{n}@x.example", name=n.title(), password=PASSWORD) for n in ("nora", "olaf")
        )
        cls.real = create_organisation(by=cls.nora, owner=cls.nora, name="Real")
        cls.sample = open_sample(by=cls.nora)
        count_rows()

    def enter(self, person):
        self.client.force_login(person)
        return self.client

    def at(self, name, organisation=None):
        return reverse(name, args=[(organisation or self.sample).slug])

    def test_sample_is_whole_and_its_trail_stands(self):
        assert is_offered()
        states = set(self.sample.assessments.values_list("status", flat=True))
        assert states == {"running", "signed"}
        assert verification.verify(self.sample.pk) is None
        assert list(tables.faults(self.sample.pk)) == []
        assert not queued().exists(), "a mail to people who do not exist"

    @pytest.mark.usefixtures("people_alone")
    def test_there_is_one_for_each_person(self):
        assert open_sample(by=self.nora) == self.sample
        other = open_sample(by=self.olaf)
        assert other != self.sample
        colleagues = User.objects.filter(email__endswith="@sample.invalid")
        assert all(one.memberships.count() == 2 for one in colleagues)
        assert not any(one.has_usable_password() for one in colleagues)
        throw_away(by=self.olaf, organisation=other)
        assert verification.verify(self.sample.pk) is None

    @pytest.mark.usefixtures("people_alone")
    def test_button_queues_one_job_and_the_page_waits_until_it_opens(self):
        real = create_organisation(by=self.olaf, owner=self.olaf, name="Own")
        client = self.enter(self.olaf)
        page = self.at("samples:waiting", real)
        assert client.get(page).url == self.at("home:home", real), "nothing is asked for"
        for _ in range(3):
            assert client.post(self.at("samples:sample", real)).url == page
        job = jobs_of(self.olaf).get()
        assert "Waiting for its turn" in client.get(page).text
        job.claim("worker")
        assert "Being made" in client.get(page).text
        assert client.post(self.at("samples:sample", real)).url == page
        run(job)
        made = sample_of(self.olaf)
        assert verification.verify(made.pk) is None
        assert client.get(page).url == self.at("home:home", made)
        poll = client.get(page, headers={"HX-Request": "true"})
        assert poll.headers["HX-Redirect"] == self.at("home:home", made)
        reply = client.post(self.at("samples:sample", real))
        assert reply.url == self.at("home:home", made)
        throw_away(by=self.olaf, organisation=made)
        assert client.get(page).url == self.at("home:home", real)
        client.post(self.at("samples:sample", real))
        assert jobs_of(self.olaf).filter(status="READY").count() == 1

    def test_sample_that_is_called_off_is_not_made(self):
        ask_sample(by=self.olaf)
        waits = jobs_of(self.olaf).get()
        call_off(by=self.olaf)
        ask_sample(by=self.olaf)
        runs = jobs_of(self.olaf).get()
        assert waits != runs
        runs.claim("worker")  # it has read whom it is for
        call_off(by=self.olaf)
        for job in (waits, runs):
            assert run(job).status == "SUCCESSFUL"
        assert sample_of(self.olaf) is None
        assert wait_of(self.olaf) is None

    def test_cancelled_when_it_is_there_it_asks_before_it_throws(self):
        client = self.enter(self.nora)
        reply = client.post(self.at("samples:cancel", self.real))
        assert reply.url == self.at("samples:throw")
        assert sample_of(self.nora) == self.sample

    def test_what_kills_its_worker_each_time_is_given_up_in_words(self):
        real = create_organisation(by=self.olaf, owner=self.olaf, name="Own")
        ask_sample(by=self.olaf)
        job = jobs_of(self.olaf).get()
        job.worker_ids = ["first", "second", "third"]
        job.claim("fourth")
        run(job)
        assert sample_of(self.olaf) is None
        client = self.enter(self.olaf)
        page = self.at("samples:waiting", real)
        said = client.get(page).text
        assert NOT_MADE in said
        assert "Ask for it again" in said
        assert "every 1s" not in said
        client.post(self.at("samples:sample", real))
        assert "Waiting for its turn" in client.get(page).text

    @pytest.mark.usefixtures("people_alone")
    def test_thrown_away_it_does_not_come_back_by_the_job_of_a_killed_worker(self):
        ask_sample(by=self.olaf)
        job = jobs_of(self.olaf).get()
        job.claim("killed")  # after the sample was there, before it could say so
        throw_away(by=self.olaf, organisation=open_sample(by=self.olaf, pk=job.pk))
        job.refresh_from_db()
        assert run(job).status == "SUCCESSFUL"
        assert sample_of(self.olaf) is None
        assert wait_of(self.olaf) is None

    def test_waiting_page_finds_its_job_by_its_id(self):
        real = create_organisation(by=self.olaf, owner=self.olaf, name="Own")
        page = self.at("samples:waiting", real)
        ask_sample(by=self.olaf)
        job = jobs_of(self.olaf).get()
        client = self.enter(self.olaf)
        here = f"{page}?job={job.pk}"
        assert client.get(page).text.count(here) == 2
        with CaptureQueriesContext(connection) as asked:
            assert "Waiting for its turn" in client.get(here).text
        [query] = [q["sql"] for q in asked if "args_kwargs" in q["sql"]]
        assert job.pk.hex in query.replace("-", "")
        for other in (uuid4(), "x", "1" * 99):
            assert client.get(f"{page}?job={other}").status_code == 302
        create_organisation(by=self.nora, owner=self.nora, name="Hers")
        assert wait_of(self.nora, str(job.pk)) is None

    def test_nobody_gets_one_who_cannot_come_in_any_more(self):
        ask_sample(by=self.olaf)
        User.objects.filter(pk=self.olaf.pk).update(is_active=False)
        assert run(jobs_of(self.olaf).get()).status == "SUCCESSFUL"
        assert sample_of(self.olaf) is None

    def test_it_says_on_each_page_that_it_is_one_and_opens_for_nobody_else(self):
        client = self.enter(self.nora)
        assert "Open the sample" in client.get(self.at("home:home", self.real)).text
        for name in ("home:home", "reports:list", "workspace:list"):
            text = client.get(self.at(name)).text
            assert "(sample)" in text
            assert self.at("samples:throw") in text
        assert self.enter(self.olaf).get(self.at("home:home")).status_code == 404
        assert self.enter(self.olaf).get(self.at("samples:throw")).status_code == 404

    def test_nobody_is_let_in_or_sent_anything(self):
        membership = self.sample.memberships.get(user=self.nora)
        assert not OUTSIDE & granted(membership)
        assert granted(self.real.memberships.get()) >= OUTSIDE
        assert who_may(self.sample, Permission.SEATS) == []
        client = self.enter(self.nora)
        for name in ("organisations:members", "sign_on:provider", "webhooks:webhooks"):
            assert client.get(self.at(name)).status_code == 403
        with pytest.raises(ValidationError, match="sample"):
            make_feed(by=self.nora, organisation=self.sample, is_own_only=False)
        begin(timezone.now())
        assert not rows_of(Reminders, self.sample.pk).exists()
        assert rows_of(Reminders, self.real.pk).exists()
        queue_mail(
            organisation_id=self.sample.pk,
            to="bruno@sample.invalid",
            subject="x",
            template="mentioned",
            context={},
        )
        assert not queued().exists()

    def test_it_counts_in_no_figure_of_whoever_keeps_checklists_and_law(self):
        one = self.sample.assessments.get(status="running")
        asked = one.answers.applying().filter(question__citations__isnull=False)
        provision = asked.first().question.citations.first().provision
        assert running(self.sample).filter(question__citations__provision=provision)
        found = reached(provision, [self.sample])
        assert (found.assessments, found.organisations) == (0, 0)
        assert (found.editions, found.known) == ([], [])
        assert running_facts(one.edition) == []

    def test_no_checkpoint_is_made_of_it(self):
        assert checkpoints.checkpoint(self.sample.pk) is None
        checkpoints.checkpoint_due()
        assert not checkpoints.path_of(self.sample.pk).exists()
        assert checkpoints.path_of(self.real.pk).exists()

    def test_thrown_away_it_leaves_nothing_and_nothing_misses_it(self):
        gone, other = open_sample(by=self.olaf), self.sample
        report = Report.objects.get(assessment__organisation=gone)
        file = Evidence.objects.filter(organisation=gone).exclude(sha256="").first()
        picture = drawing.folder() / f"{file.sha256}-1-1-320.zip"
        picture.touch()
        folder = Path(settings.MEDIA_ROOT) / str(gone.pk)
        assert folder.is_dir()
        snapshots = Snapshot.objects.count()
        kept = {m: rows_of(m, other.pk).count() for m in owned()}
        client = self.enter(self.olaf)
        page = client.get(self.at("samples:throw", gone))
        assert "Throw it away" in page.text
        assert left_of(gone)
        with self.captureOnCommitCallbacks(execute=True):
            reply = client.post(self.at("samples:throw", gone))
        assert reply.status_code == 302
        assert left_of(gone) == []
        assert not folder.exists()
        assert not picture.exists()
        jobs = DBTaskResult.objects.filter(args_kwargs__args__0=str(report.pk))
        assert not jobs.exists()
        assert {m: rows_of(m, other.pk).count() for m in owned()} == kept
        assert Snapshot.objects.count() == snapshots - 1
        assert gone.pk not in verification.chains()
        assert verification.verify(other.pk) is None
        assert client.get("/", follow=True).status_code == 200
        assert client.post(self.at("samples:throw", gone)).status_code == 404
        with pytest.raises(ValidationError, match="already"):
            throw_away(by=self.olaf, organisation=gone)

    def test_check_of_all_trails_stays_green_before_and_after(self):
        call_command("verify_trail")
        throw_away(by=self.nora, organisation=self.sample)
        call_command("verify_trail")

    def test_report_of_a_sample_that_is_gone_is_not_made(self):
        report = Report.objects.get(assessment__organisation=self.sample)
        throw_away(by=self.nora, organisation=self.sample)
        with pytest.raises(Report.DoesNotExist):
            reports.make_report(report.pk)

    def test_stopped_in_the_middle_nothing_is_gone(self):
        before = left_of(self.sample)

        def stop(_):
            raise KeyboardInterrupt

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(trail, "end_disposable", stop)
            with pytest.raises(KeyboardInterrupt):
                throw_away(by=self.nora, organisation=self.sample)
        assert left_of(self.sample) == before
        assert verification.verify(self.sample.pk) is None

    def test_real_organisation_is_never_thrown_away(self):
        with pytest.raises(ValidationError):
            throw_away(by=self.nora, organisation=self.real)
        client = self.enter(self.nora)
        address = self.at("samples:throw", self.real)
        assert client.post(address).url == self.at("home:home", self.real)
        assert left_of(self.real)
        with pytest.raises(ChainHead.DoesNotExist):
            trail.end_disposable(self.real.pk)
        for change in (
            lambda: ChainHead.objects.filter(pk=self.real.pk).update(is_disposable=True),
            lambda: Event.objects.filter(organisation_id=self.real.pk).delete(),
            lambda: Event.objects.filter(organisation_id=self.sample.pk).delete(),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
        # whoever marks the row alone has a chain that is not passing
        Organisation.objects.filter(pk=self.real.pk).update(sample_of=self.olaf)
        with pytest.raises(DatabaseError), transaction.atomic():
            throw_away(by=self.olaf, organisation=self.real)
        assert Event.objects.filter(organisation_id=self.real.pk).exists()


def test_without_its_checklist_no_sample_is_made(db):
    person = make_account(email="n@x.example", name="Nora", password=PASSWORD)
    for act in (open_sample, ask_sample):
        with pytest.raises(ValidationError, match="lacks the checklist"):
            act(by=person)
    assert sample_of(person) is None


def test_edition_of_another_number_or_organisation_is_not_that_of_the_sample(cast):
    assert not is_offered()
    publish(make_draft(checklist=make_checklist("gdpr", cast.other)))
    assert not is_offered(), "an organisation has one with that key of its own"
    other = make_draft(checklist=make_checklist("gdpr"), number="1999.1")
    publish(other)
    assert not is_offered(), "the library has another edition of it"
    draft = make_draft(checklist=other.checklist, number="2026.1")
    assert not is_offered(), "the edition is a draft"
    publish(draft)
    assert is_offered()


@pytest.mark.usefixtures("people_alone")
def test_account_that_somebody_signs_in_to_comes_into_no_sample(cast, monkeypatch):
    monkeypatch.setattr(opening, "is_offered", lambda: True)
    guest = make_account(email="irena@sample.invalid", name="Irena Kowalska", password=PASSWORD)
    samples = [open_sample(by=person) for person in (cast.con, cast.rev)]
    people = [set(one.memberships.exclude(role="owner").values_list("user", flat=True)) for one in samples]
    assert people[0] == people[1]
    assert len(people[0]) > 1
    assert guest.pk not in people[0]
    assert not User.objects.exclude(password__startswith="!").filter(pk__in=people[0])


@pytest.mark.slow
@pytest.mark.usefixtures("people_alone", "shared")
def test_first_two_samples_are_made_at_once(cast, monkeypatch):
    monkeypatch.setattr(opening, "is_offered", lambda: True)
    made = at_once(
        *(partial(open_sample, by=person) for person in (cast.con, cast.rev)),
        caught=Exception,
    )
    assert [type(one) for one in made] == [Organisation, Organisation], made
    colleagues = User.objects.filter(email__endswith="@sample.invalid")
    assert {one.memberships.count() for one in colleagues} == {2}


@pytest.mark.usefixtures("people_alone")
def test_person_with_a_sample_is_erased_and_it_goes_with_them(cast, monkeypatch):
    """They are its only owner, and cannot make anybody else one."""
    monkeypatch.setattr(opening, "is_offered", lambda: True)
    sample = open_sample(by=cast.con)
    assert erase_person(by=None, person=cast.con, is_dry=True).memberships == 2
    assert sample_of(cast.con) == sample
    erase_person(by=None, person=cast.con)
    assert sample_of(cast.con) is None
    assert left_of(sample) == []
    cast.con.refresh_from_db()
    assert (cast.con.is_active, cast.con.memberships.count()) == (False, 0)
    assert verification.verify(cast.acme.pk) is None
