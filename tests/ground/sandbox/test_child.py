"""The process that reads a file loads little, since it starts for each file."""

import subprocess
import sys

import pytest

HEAVY = {"django.db", "django.template", "openpyxl", "asyncio"}
SAY = "import sys, {module}; print(*sys.modules)"


def loaded(module):
    done = subprocess.run(
        [sys.executable, "-c", SAY.format(module=module)],
        capture_output=True,
        text=True,
        check=True,
    )
    return HEAVY & set(done.stdout.split())


@pytest.mark.slow
@pytest.mark.parametrize(("module", "heavy"), [("parsing", set()), ("parsing_workbook", {"openpyxl"})])
def test_process_that_reads_a_file_loads_no_more_than_it_needs(module, heavy):
    assert loaded(f"compliance.content.checklist_files.{module}") == heavy
