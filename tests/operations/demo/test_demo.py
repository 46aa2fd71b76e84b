"""The demo organisation: complete, made once, by the ordinary actions."""

import re
from collections import defaultdict
from datetime import date
from html import unescape

import pytest
import time_machine
from django.conf import settings
from django.db.models import F
from django.test import TestCase
from django_tasks_db.models import DBTaskResult

from compliance.assurance.answer_sheets import actions, drafts
from compliance.assurance.reviews.queries import desk_of
from compliance.assurance.reviews.readiness import blocking, points
from compliance.assurance.reviews.signatures import content_at, signoffs_of
from compliance.content.checklist_files import actions as checklist_files
from compliance.content.checklist_files.writing import FORMATS
from compliance.identity.organisations.access import ALLOWED
from compliance.identity.organisations.commands import Ways
from compliance.models import (
    Action,
    Answer,
    Assessment,
    Checklist,
    Edition,
    Event,
    Evidence,
    Organisation,
    SignOff,
    User,
)
from compliance.operations.demo.loading import PASSWORD, load_demo
from compliance.operations.seeds import actions as seeds
from compliance.proof.audit import tables, trail, verification
from compliance.reporting.reports import queries as reports
from compliance.reporting.reports.board import board_of
from compliance.reporting.results import queries as result
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.signatures.validity import void_of
from compliance.work.snapshots.as_of import content_as_of
from compliance.work.snapshots.snapshot import content_of, to_read
from compliance.work.workspace.standing_in import standing_in
from tests.assurance.bundles.making import bundle_of, reading
from tests.content.checklist_files.reading import read
from tests.golden.demo import texts
from tests.golden.files import compare
from tests.proof.audit.columns import RARE, columns_of_all, tampered_with
from tests.support.plans import count_rows

INLINE = re.compile(r"</?(?:a|abbr|b|bdi|br|code|del|em|i|ins|kbd|mark|span|strong|time)\b[^>]*>")
UNREAD = re.compile(r"<(script|style|svg|textarea|title|head)\b.*?</\1>", re.DOTALL)
STRAY = re.compile(r"\S +[,.;:!?](?: |$)|\d %")


def lines_of(page):
    """The lines of a page as they are read."""
    text = re.sub(r"[ \t\r\n]+", " ", UNREAD.sub("", page))
    lines = re.split(r"<[^>]*>", INLINE.sub("", text))
    return [unescape(line).strip() for line in lines]


FOLDER = settings.BASE_DIR / "seeds" / "demo"


@pytest.mark.slow
@time_machine.travel("2026-11-28T09:00Z", tick=False)
class TestDemo(TestCase):
    """One demo for all: it takes seconds to make."""

    @classmethod
    def setUpTestData(cls):
        seeds.load(by=None, folder=settings.BASE_DIR / "seeds")
        cls.demo = load_demo(FOLDER)
        count_rows()

    def test_demo_says_what_was_agreed_on(self):
        compare(texts())

    def test_no_page_has_a_space_before_a_mark_or_a_percent_that_breaks(self):
        """As pages are read: tags inside a line leave nothing, all others end it."""
        running = Assessment.objects.filter(organisation__slug="nordhavn", status="running")
        one, other = running.order_by("started_at")[:2]
        self.client.force_login(User.objects.get(email=self.demo[0][3]))
        ways = Ways(ALLOWED["owner"]).all
        urls = {way.url("nordhavn", near.pk) for way in ways for near in (one, other)}
        urls |= {near.get_absolute_url() for near in (one, other)}
        urls |= {f"{one.get_absolute_url()}?open={row.pk}" for row in one.answers.order_by("pk")[:3]}
        written = {*Action.objects.values_list("title", flat=True)}
        written |= {*Checklist.objects.values_list("summary", flat=True)}
        found = [
            f"{url}: {line}"
            for url in sorted(urls)
            for line in lines_of(self.client.get(url, follow=True).content.decode())
            if STRAY.search(line) and not any(line in text for text in written)
        ]
        assert found == []
        assert len(urls) > 40

    def test_demo_is_made_once_and_its_trail_stands(self):
        organisation = Organisation.objects.get(slug="nordhavn")
        events = Event.objects.count()
        assert load_demo(FOLDER) == self.demo
        assert Event.objects.count() == events
        assert verification.verify(organisation.pk) is None
        assert not DBTaskResult.objects.exists(), "a mail to people who do not exist"

    def test_trail_has_every_column_of_every_row_of_the_demo(self):
        for chain in verification.chains():
            assert list(tables.faults(chain)) == []

    def test_fold_of_its_events_is_what_each_assessment_says(self):
        for one in Assessment.objects.all():
            newest, _ = trail.head_of(one.organisation_id)
            assert content_as_of(to_read(one.pk), newest) == content_of(to_read(one.pk))

    def test_fold_at_each_signature_is_what_was_signed(self):
        signed = SignOff.objects.select_related("assessment")
        assert signed
        for row in signed:
            then = content_as_of(to_read(row.assessment_id), row.trail_seq)
            assert then == content_at(row.assessment, row.revision)
            assert then.content_hash == row.snapshot_id

    def test_each_column_that_is_changed_by_sql_is_named(self):
        """Of every table but the rare ones, of which ``test_columns`` makes rows."""
        tried = {at for chain in verification.chains() for at in tampered_with(chain)}
        common = {at for at in columns_of_all() if at[0] not in RARE}
        assert common - tried == set()

    def test_demo_shows_every_role_and_verdict_and_people_can_sign_in(self):
        roles = {role for _, role, _, _ in self.demo}
        assert roles == {
            "Owner",
            "Officer",
            "Contributor",
            "Reviewer",
            "Reader",
            "Auditor",
        }
        assert User.objects.get(email=self.demo[0][3]).check_password(PASSWORD)
        versions = Evidence.objects.exclude(replaces=None)
        assert {one.added_by.name for one in versions} == {"Νίκος Παπαδόπουλος"}
        for assessment in Assessment.objects.filter(status__in=("running", "archived")):
            applying = Answer.objects.filter(assessment=assessment, applies=True)
            verdicts = set(applying.values_list("verdict", flat=True))
            assert verdicts >= {"met", "partly", "unanswered"}
            assert applying.filter(attachments=None, verdict="met").exists()

    def test_demo_shows_every_way_an_answer_can_stand(self):
        answers = Answer.objects.applying().filter(assessment__status="running")
        states = {
            "don't know": answers.filter(verdict="dont_know"),
            "later": answers.filter(verdict="later"),
            "N/A to confirm": answers.filter(na_by__isnull=False, na_confirmed_by=None),
            "N/A confirmed": answers.filter(na_confirmed_by__isnull=False),
            "taken over": answers.filter(taken_version=F("taken_from__version")),
            "source moved": answers.filter(taken_version__lt=F("taken_from__version")),
            "confirm again": answers.filter(again="carried"),
        }
        assert [name for name, rows in states.items() if not rows.exists()] == []
        later = Assessment.objects.filter(carried_from__isnull=False)
        assert {one.carried_from.status for one in later} == {"archived"}

    def test_demo_shows_a_signed_assessment_and_one_in_review(self):
        signed = Assessment.objects.get(status="signed", subject="Mailvane")
        (signature,) = signoffs_of(signed)
        assert (signature.signer, signature.is_void) == ("Irena Kowalska", False)
        desk = desk_of(Assessment.objects.get(status="review"))
        irena = User.objects.get(name="Irena Kowalska")
        found = points(desk.content, desk.today, desk.checks, desk.preparers, irena.pk)
        assert [point.about for point in blocking(found)] == ["na", "returned"]

    def test_demo_has_two_years_three_ai_systems_and_four_clouds(self):
        rows = Assessment.objects.values_list("edition__checklist__key", "subject", "period_from__year")
        subjects, years = defaultdict(set), defaultdict(set)
        for checklist, subject, year in rows:
            subjects[checklist].add(subject)
            years[subject].add(year)
        assert (len(subjects["ai-act"]), len(subjects["sovereignty"])) == (3, 4)
        both = {"Nordhavn Credit", "Core banking cloud", "Platform and AI"}
        assert {one for one, found in years.items() if found == {2025, 2026}} == both

    def test_signed_part_of_the_demo_rests_on_the_whole_that_moved_on(self):
        here = Assessment.objects.get(subject="Harbour House, visitors")
        assert here.status == "signed"
        assert here.rests_on.subject == "Nordhavn Credit"
        assert here.rests_on.status == "running"
        standing = standing_in(here, here.answers.for_page())
        assert standing.said["G084"].verdict == "met"
        assert set(standing.now) == {"G084"}
        assert standing.now["G084"].verdict == "partly"

    def test_one_signature_of_the_demo_is_void_by_a_later_change(self):
        signed = {one.subject: one for one in Assessment.objects.filter(status="signed")}
        voids = {one.subject: void_of(one) for one in signed.values()}
        void = voids.pop("Staff sign-in")
        assert void.named == ("Check of the Data Privacy Framework list, Quillgate Inc.: expiry",)
        assert set(voids.values()) == {None}
        assert len(voids) == 4

    def test_services_of_the_demo_have_levels_above_and_below_the_minimum(self):
        found = self.results("sovereignty", 2026)
        assert {name: (scale.level_name, scale.is_rejected) for name, scale in found} == {
            "Core banking cloud": ("SEAL-1", True),
            "Staff sign-in": ("SEAL-1", False),
            "Monitoring and logs": ("SEAL-0", True),
            "Log service, offer of Lokkila": ("SEAL-2", False),
        }

    def test_zero_trust_of_the_demo_is_nearer_to_its_targets_than_last_year(self):
        (_, before), (_, now) = self.results("zero-trust", 2025, 2026)
        for old, new in zip(before.groups, now.groups, strict=True):
            assert old.mean < new.mean, new.group.title
        assert now.steps < before.steps / 3

    def test_tiles_of_each_board_report_count_what_its_tables_list(self):
        listed = 0
        for assessment in Assessment.objects.all():
            board = board_of(reports.read(assessment.pk, 1))
            tiles = " ".join(f"{one.says} {one.small}" for one in board.tiles)
            unmet = re.findall(r"not met: (\d+)", tiles)
            below = re.findall(r"minimum or target: (\d+)", tiles)
            assert sum(map(int, unmet)) == board.gap_count, assessment
            assert sum(map(int, below)) == board.below_count, assessment
            listed += board.gap_count + board.below_count
        assert listed > 0

    def test_demo_has_late_actions_and_evidence_that_runs_out(self):
        assert Action.objects.open().filter(due_on__lt="2026-11-28").count() >= 5
        ends = Evidence.objects.filter(expires_on__range=("2026-11-28", "2026-12-31"))
        assert ends.count() >= 5

    def results(self, checklist, *years):
        """Subject and result of the first scale, by year."""
        rows = Assessment.objects.filter(edition__checklist__key=checklist, period_from__year__in=years)
        return [
            (one.subject, result.read(one, date(2026, 11, 28)).scales[0])
            for one in rows.order_by("period_from", "started_at")
        ]

    def test_every_own_checklist_goes_out_and_comes_in_again(self):
        own = Edition.objects.exclude(checklist__organisation=None)
        assert own.count() > 1
        for edition in own:
            sheet = checklist_files.sheet_of(edition)
            for kind in FORMATS.values():
                found = read(kind.write(sheet), kind.suffix)
                assert found.faults == (), (edition, kind.suffix)
                assert found.document == sheet.document, (edition, kind.suffix)

    @pytest.mark.long
    def test_every_bundle_is_read_again(self):
        self.read_again(Assessment.objects.all())

    def test_bundle_in_each_state_is_read_again(self):
        found = {one.status: one for one in Assessment.objects.order_by("pk")}
        assert set(found) == set(AssessmentStatus)
        self.read_again(found.values())

    def read_again(self, assessments):
        for assessment in assessments:
            with reading(bundle_of(assessment)) as bundle:
                assert len(bundle.rows["answers"]) == assessment.answers.count()

    @pytest.mark.long
    def test_every_sheet_comes_back_without_a_change(self):
        self.come_back(None)

    def test_two_sheets_come_back_without_a_change(self):
        self.come_back(2)

    def come_back(self, most):
        ada = User.objects.get(name="Ada Lindqvist")
        running = [one for one in Assessment.objects.all() if one.is_open]
        assert len(running) > 1
        for assessment in running[:most]:
            content = actions.write_sheet(by=ada, assessment=assessment)
            draft_id = actions.read_sheet(by=ada, assessment=assessment, file_name="x.xlsx", chunks=[content])
            kept = {"user_id": ada.pk, "assessment_id": assessment.pk}
            draft = drafts.find(**kept, draft_id=draft_id)
            plan = actions.preview_sheet(by=ada, assessment=assessment, draft=draft)
            assert (plan.changing, plan.refused) == ([], []), assessment
