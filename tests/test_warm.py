"""A process forked from one that loaded its module is like one that Python starts."""

import json
import os
import shutil
import subprocess
import sys
from tempfile import TemporaryFile

import pytest
from django.conf import settings

from compliance.content.checklist_files import process as formats
from compliance.ground.sandbox import process as walls
from compliance.reporting.reports.pdf_engine import render
from tests.support import warm_processes
from tests.support.installations import environment

LIST = b"section,question\nOne,Is it so?\n"
PAGE = '<html lang="en"><title>x</title><h2>One</h2><p>Two</p>'


@pytest.fixture
def started(monkeypatch):
    """The processes that were started warm since the test began."""
    seen = []

    class Seen(warm_processes.Warm):
        def __init__(self, *args, **options):
            seen.append(self)
            super().__init__(*args, **options)

    monkeypatch.setattr(warm_processes, "Warm", Seen)
    return seen


def test_file_reads_the_same(started, request):
    found = formats.read([LIST], "list.csv")
    assert len(started) == 1
    request.getfixturevalue("cold")
    assert formats.read([LIST], "list.csv") == found
    assert len(started) == 1


@pytest.mark.slow
def test_report_is_the_same_to_the_byte(started, request, tmp_path):
    paths = [tmp_path / "warm.pdf", tmp_path / "cold.pdf"]
    render([PAGE], "", paths[0], lambda *_: None)
    assert len(started) == 1
    request.getfixturevalue("cold")
    render([PAGE], "", paths[1], lambda *_: None)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_it_is_waited_for_and_killed():
    command = [sys.executable, "-m", warm_processes.CHILD, formats.MODULE, str(2**30), "9"]
    reading, writing = os.pipe()
    with open(reading) as stdin, open(writing, "w"), TemporaryFile() as output:
        process = walls.subprocess.Popen(
            [*command, "suffix="],
            stdin=stdin,  # never ends
            stdout=output,
            stderr=output,
            cwd=settings.BASE_DIR,
            env=walls.QUICK,
        )
        with process:
            assert isinstance(process, warm_processes.Warm)
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(timeout=0.1)
            process.kill()
            assert process.wait() == -9


PROGRAM = """
import json, os, sys, django
os.environ["ATTEST_MAIL_HOST"] = "mail.example.org"
django.setup()
from django.conf import settings
from compliance.models import Organisation
Organisation.objects.create(name=sys.argv[1], slug="own")
names = list(Organisation.objects.values_list("name", flat=True))
mails = settings.MAILERS["default"]["OPTIONS"]["host"]
print(json.dumps([names, str(settings.MEDIA_ROOT), mails, os.getcwd()]))
"""


def test_program_has_settings_and_database_of_its_own(tmp_path, migrated_file):
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        shutil.copy(migrated_file, folder)
        done = warm_processes.run("-c", PROGRAM, name, env=environment(folder))
        found = [[name], f"{folder}/files", "mail.example.org", str(warm_processes.ROOT)]
        assert (done.returncode, done.stderr) == (0, "")
        assert json.loads(done.stdout) == found


def test_program_fails_as_python_says_and_is_killed_after_its_time(tmp_path):
    env = environment(tmp_path)
    done = warm_processes.run("-c", "1 / 0", env=env)
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
    with pytest.raises(subprocess.TimeoutExpired):
        warm_processes.run("-c", "import time; time.sleep(60)", env=env, timeout=0.2)
