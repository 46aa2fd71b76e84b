"""Every script of ``bench/`` runs, at its smallest size: what it measures is not asked."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

BENCH = Path(settings.BASE_DIR) / "bench"
SMALLEST = {
    "catalogue.py": [],
    "first_row.py": [],
    "growth.py": ["draw", "{folder}/figures.jsonl", "{folder}/drawing.svg"],
    "jobs.py": ["h"],
    "page.py": [],
    "report.py": ["1"],
    "save.py": [],
    "serve.py": [],
    "verify.py": ["1"],
}
"""Script to the arguments of its smallest run; the number of rounds is one."""
BROWSERS = {"first_row.py", "jobs.py"}
QUICK = {"growth.py", "report.py", "save.py", "verify.py"}
GROUND = {"floor.py"}
"""What the others stand on."""
DRAWN = (
    "home", "page of 150", "search, a common word", "result", "trail", "save of a note",
)  # fmt: skip
FIGURES = {"organisations": 1} | {name: {"pages": 10} for name in DRAWN}
"""A line as ``growth.py`` writes it, which measures on PostgreSQL alone."""


def marks(name):
    """Those that take longer than half a minute run before a release."""
    browser = [pytest.mark.browser] if name in BROWSERS else []
    return [*browser, pytest.mark.slow if name in QUICK else pytest.mark.long]


def test_every_script_is_run():
    scripts = {path.name for path in BENCH.glob("*.py")}
    assert scripts == SMALLEST.keys() | GROUND


@pytest.mark.parametrize("name", [pytest.param(name, marks=marks(name)) for name in SMALLEST])
def test_script_runs_at_its_smallest(name, tmp_path):
    inherited = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("ATTEST_", "DJANGO_", "DATABASE_", "PYTEST_"))
    }
    small = {"ROUNDS": "1", "SECONDS": "1", "REQUESTS": "30", "TMPDIR": str(tmp_path)}
    (tmp_path / "figures.jsonl").write_text(json.dumps(FIGURES))
    arguments = [each.format(folder=tmp_path) for each in SMALLEST[name]]
    done = subprocess.run(
        [sys.executable, BENCH / name, *arguments],
        env=inherited | small,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() or (tmp_path / "drawing.svg").exists()
