"""The work of tests that kill a worker, done inside its site: ask for reports, and look."""

import json
import os
import sys
import time

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "compliance.settings"
django.setup()

from compliance.models import Assessment, Report  # noqa: E402
from compliance.reporting.reports import storage, tasks  # noqa: E402


def ask(assessment_id):
    assessment = Assessment.objects.get(pk=assessment_id)
    return str(tasks.ask(by=assessment.started_by, assessment=assessment).pk)


def wait(seconds):
    """Until all reports have ended, so many seconds at the most."""
    end = time.monotonic() + float(seconds)
    while Report.objects.exclude(status__in=["done", "failed"]).exists():
        assert time.monotonic() < end
        time.sleep(0.2)


def state():
    """Each report as it stands, and the names of all files that are kept."""
    reports = Report.objects.order_by("asked_at")
    return {
        "reports": list(reports.values("status", "step", "problem", "sha256")),
        "files": sorted(path.name for path in storage.folder().iterdir()),
        "folder": str(storage.folder()),
    }


if __name__ == "__main__":
    command, *given = sys.argv[1:]
    json.dump({"ask": ask, "state": state, "wait": wait}[command](*given), sys.stdout)
