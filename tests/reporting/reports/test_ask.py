"""Asking for a report."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from compliance.ground.web.own_languages import OwnLanguage
from compliance.ground.web.worker import _worker
from compliance.models import Event, Report
from compliance.reporting.reports import tasks
from compliance.reporting.reports.choices import Extract, ReportKind
from compliance.reporting.reports.kinds import OF_ASSESSMENT
from compliance.work.assessments.actions import archive
from tests.support.factories import make_assessment, make_scaled_edition

NOW = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}


@pytest.fixture
def assessment(cast):
    return make_assessment(cast.acme, cast.ada)


def ask(client, org, assessment):
    return client.post(reverse("reports:ask", args=[org, assessment.pk]))


def test_asking_queues_the_report_and_shows_its_page(cast, sign_in, assessment):
    response = ask(sign_in(cast.rob), "acme", assessment)
    report = Report.objects.get()
    assert response.status_code == 302
    assert response["Location"] == reverse("reports:detail", args=["acme", report.pk])
    assert (report.status, report.asked_by) == ("waiting", cast.rob)
    queued = DBTaskResult.objects.get()
    assert queued.args_kwargs["args"] == [str(report.pk)]


def test_press_that_is_sent_twice_asks_for_one_report(cast, sign_in, assessment):
    """Nothing has happened in between; another kind, person or state is another report."""
    rob, where = sign_in(cast.rob), reverse("reports:ask", args=["acme", assessment.pk])
    first, again = rob.post(where), rob.post(where)
    assert (again.status_code, again.url) == (302, first.url)
    assert DBTaskResult.objects.count() == Event.objects.count() == 1
    rob.post(where, {"language": "de"})
    sign_in(cast.ada).post(where)
    assert rob.post(where).url == first.url
    archive(by=cast.ada, assessment=assessment)
    assert rob.post(where).url != first.url
    assert Report.objects.count() == 4


def test_worker_makes_the_report(cast, sign_in, assessment, settings, quick_files):
    settings.TASKS = NOW
    ask(sign_in(cast.rob), "acme", assessment)
    assert Report.objects.get().status == "done"


@pytest.mark.slow
def test_worker_makes_a_real_report(cast, sign_in, assessment, settings):
    settings.TASKS = NOW
    client = sign_in(cast.rob)
    ask(client, "acme", assessment)
    report = Report.objects.get()
    assert (report.status, report.problem) == ("done", "")
    response = client.get(reverse("reports:download", args=["acme", report.pk]))
    assert b"".join(response.streaming_content).startswith(b"%PDF-1.7")


def test_assessment_of_another_organisation_is_not_found(cast, sign_in, assessment):
    assert ask(sign_in(cast.zoe), "other", assessment).status_code == 404
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("read", "lacking"),
    [
        (None, {ReportKind.PROFILE, ReportKind.MATURITY}),
        ("lowest", {ReportKind.MATURITY}),
        ("mean", {ReportKind.PROFILE}),
    ],
)
def test_page_offers_every_kind_that_the_edition_can_have(cast, sign_in, read, lacking):
    edition = make_scaled_edition(read) if read else None
    assessment = make_assessment(cast.acme, cast.ada, edition)
    address = reverse("reports:ask", args=["acme", assessment.pk])
    client = sign_in(cast.rob)
    html = client.get(address).content.decode()
    assert {kind for kind in OF_ASSESSMENT if kind.label not in html} == lacking
    assert "working paper" not in html
    for label in (*OwnLanguage.labels, *Extract.labels):
        assert label in html
    for kind in lacking:
        response = client.post(address, {"kind": kind})
        assert response.status_code == 422
        assert "No question of this edition is answered that way." in response.text
    assert not Report.objects.exists()


def test_board_report_takes_no_annex(cast, sign_in, assessment):
    address = reverse("reports:ask", args=["acme", assessment.pk])
    response = sign_in(cast.rob).post(address, {"kind": "board", "clauses": "on"})
    assert response.status_code == 422
    assert "has two pages and no annex" in response.text
    assert not Report.objects.exists()


def test_request_is_kept_and_shown(cast, sign_in, assessment):
    address = reverse("reports:ask", args=["acme", assessment.pk])
    client = sign_in(cast.rob)
    client.post(address, {"kind": "actions", "language": "de", "extract": ""})
    report = Report.objects.get()
    assert (report.kind, report.language, report.extract) == ("actions", "de", "")
    page = client.get(report.get_absolute_url()).content.decode()
    assert "Action plan" in page
    assert "Deutsch" in page


def test_only_the_full_report_can_be_narrowed(cast, sign_in, assessment):
    address = reverse("reports:ask", args=["acme", assessment.pk])
    sent = {"kind": "summary", "language": "fr", "extract": "open"}
    response = sign_in(cast.rob).post(address, sent)
    assert response.status_code == 422
    html = response.content.decode()
    assert "Only the full report can be narrowed." in html
    assert '<option value="fr" selected>' in html
    assert not Report.objects.exists()


@pytest.mark.parametrize("field", ["kind", "language", "extract"])
def test_unknown_choice_is_refused_in_words(cast, sign_in, assessment, field):
    address = reverse("reports:ask", args=["acme", assessment.pk])
    response = sign_in(cast.rob).post(address, {field: "../../etc"})
    assert response.status_code == 422
    assert not Report.objects.exists()


def test_database_refuses_an_extract_of_another_kind(cast, assessment):
    with pytest.raises(IntegrityError), transaction.atomic():
        assessment.reports.create(number=1, kind="summary", extract="open")


def test_page_warns_of_an_address_that_nobody_else_can_open(cast, sign_in, assessment, settings):
    address = reverse("reports:ask", args=["acme", assessment.pk])
    settings.URL = "http://localhost:8000"
    assert "opens on the server alone" in sign_in(cast.rob).get(address).text
    settings.URL = "https://attest.example"
    assert "opens on the server alone" not in sign_in(cast.rob).get(address).text


def test_help_with_a_long_report_lets_others_go_first(cast, settings, monkeypatch):
    (settings.DATA_DIR / "pieces").mkdir()
    done, are_left = [], [True, True, False]

    def help_with(folder):
        done.append("help")
        if len(done) == 1:
            tasks.make_report.enqueue("7")
        return are_left.pop(0)

    monkeypatch.setattr(tasks, "UUID", str)
    monkeypatch.setattr(tasks.pdf_engine, "help_with", help_with)
    monkeypatch.setattr(tasks.actions, "make_report", lambda *_, **__: done.append("report"))
    tasks.help_with_report.enqueue("5", "pieces")
    own = _worker("tests")
    while task := DBTaskResult.objects.ready().first():
        task.claim(own.worker_id)
        own.run_task(task)
    assert done == ["help", "report", "help", "help"]
