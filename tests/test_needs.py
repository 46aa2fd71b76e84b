"""What a machine lacks is said once for each test, and run again where it is there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.needs import NEEDS, lacking

ROOT = Path(__file__).parents[1]
SENTENCE = NEEDS["systemd-analyze"][1]


@pytest.mark.slow
@pytest.mark.parametrize("processes", [0, 2])
def test_skipped_test_is_written_down_once(tmp_path, processes):
    path = tmp_path / "skipped"
    elsewhere = {"PATH": str(tmp_path), "SKIPPED_TESTS": str(path)}
    test = "tests/setup/test_recipes.py::test_units_are_sound"
    subprocess.run(
        [sys.executable, "-m", "pytest", "-n", str(processes), test],
        cwd=ROOT,
        env=os.environ | elsewhere,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    assert path.read_text() == f"{SENTENCE}\t{test}\n"


def test_only_what_lacked_something_runs_again():
    lines = [
        f"{SENTENCE}\ttests/test_x.py::test_y[a b]\n",
        "in SQLite one writes at a time\ttests/test_x.py::test_z\n",
    ]
    assert lacking(lines) == ["tests/test_x.py::test_y[a b]"]
