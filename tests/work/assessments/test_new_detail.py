"""One more detail of an assessment takes two files by hand: the model, and the registry.

A copy of the code gets it, and the tests of ``new_detail.py`` look for it everywhere.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MODEL = "compliance/work/assessments/models/assessment.py"
REGISTRY = "compliance/work/assessments/detail_fields.py"
COLUMN = "    due_on = models.DateField(null=True, blank=True)\n"
ENTRY = '    Field("due_on", _("due date"), Kind.DAY, hashed=False),\n'
ADDED = {
    MODEL: (COLUMN, f"{COLUMN}    commissioned_by = models.TextField(blank=True)\n"),
    REGISTRY: (ENTRY, f'{ENTRY}    _carried("commissioned_by", _("commissioned by"), Kind.TEXT),\n'),
}


@pytest.fixture
def copied(tmp_path):
    """Runs the command line of a copy of the code, in which those files have the new detail."""
    known = shutil.ignore_patterns("node_modules", "__pycache__", ".*", "data")
    shutil.copytree(ROOT, tmp_path / "attest", ignore=known)

    def run(files, *arguments):
        for name in files:
            path, (old, new) = tmp_path / "attest" / name, ADDED[name]
            text = path.read_text()
            assert text.count(old) == 1
            path.write_text(text.replace(old, new))
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=tmp_path / "attest",
            env=os.environ | {"NO_BOOTSTRAP": "1", "ATTEST_DATA_DIR": str(tmp_path / "data")},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.mark.long
def test_model_and_registry_bring_a_new_detail_everywhere(copied):
    made = copied(ADDED, "makemigrations", "compliance", "--name", "commissioned")
    assert made.returncode == 0, made.stderr
    tests = ("tests/work/assessments/new_detail.py", "tests/work/assessments/test_fields.py")
    done = copied((), "test", "-n", "0", "-q", *tests)
    assert done.returncode == 0, done.stdout


@pytest.mark.long
@pytest.mark.parametrize("name", ADDED)
def test_one_without_the_other_is_noticed(copied, name):
    done = copied([name], "test", "-n", "0", "-q", "tests/work/assessments/test_fields.py")
    assert done.returncode, done.stdout
