"""``manage.py report``."""

import pytest
from django.core.management import CommandError, call_command
from django_tasks_db.models import DBTaskResult

from compliance.reporting.reports import tasks
from tests.reporting.reports.conftest import FILE
from tests.support.factories import make_assessment

pytestmark = pytest.mark.django_db


def test_report_is_written_to_the_file(cast, quick_files, tmp_path, capsys):
    assessment = make_assessment(cast.acme, cast.ada)
    call_command("report", str(assessment.pk), output=tmp_path / "out.pdf")
    assert (tmp_path / "out.pdf").read_bytes() == FILE
    said = capsys.readouterr()
    assert "12 pages" in said.out
    assert "opens on this machine alone" in said.err
    watch = DBTaskResult.objects.get()
    tasks.watch_report.call(*watch.args_kwargs["args"])
    assert assessment.reports.get().is_done
    assert DBTaskResult.objects.count() == 1


def test_annex_of_clauses_is_asked_for_by_an_option(cast, quick_files, tmp_path):
    assessment = make_assessment(cast.acme, cast.ada)
    call_command("report", str(assessment.pk), "--clauses", output=tmp_path / "out.pdf")
    assert assessment.reports.get().clauses


@pytest.mark.parametrize("name", ["x", "00000000-0000-0000-0000-000000000001"])
def test_unknown_assessment_is_refused_by_name(db, tmp_path, name):
    with pytest.raises(CommandError, match=f"No assessment has the id {name}"):
        call_command("report", name, output=tmp_path / "out.pdf")


def test_missing_folder_is_refused_before_any_work(cast, tmp_path):
    assessment = make_assessment(cast.acme, cast.ada)
    with pytest.raises(CommandError, match="does not exist"):
        call_command("report", str(assessment.pk), output=tmp_path / "no" / "out.pdf")
    assert not assessment.reports.exists()


def test_report_that_the_edition_cannot_have_is_refused(cast, tmp_path):
    assessment = make_assessment(cast.acme, cast.ada)
    path = tmp_path / "out.pdf"
    with pytest.raises(CommandError, match="No question of this edition"):
        call_command("report", str(assessment.pk), kind="maturity", output=path)
    assert not assessment.reports.exists()
