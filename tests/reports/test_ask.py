"""Asking for a report."""

import pytest
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from compliance.models import Report
from tests.factories import make_assessment

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
