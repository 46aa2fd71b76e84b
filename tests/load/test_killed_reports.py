"""The worker is killed while it makes a report: one file at last, never half of one."""

import hashlib
import os
import random
import time
from pathlib import Path

import pikepdf
import pytest

from compliance.proof.press.process import MODULE
from tests.load.serving import ROOT

pytestmark = pytest.mark.slow
LONGEST_SECONDS = 180


def look(site):
    return site.ask("state", module="reporting")


def wait(until):
    began = time.monotonic()
    while not until():
        assert time.monotonic() - began < LONGEST_SECONDS
        time.sleep(0.5)


def makers():
    """Processes of this checkout that make a PDF."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes().split(b"\0")
            runs = words[1:3] == [b"-m", MODULE.encode()]
            if runs and Path(os.readlink(path / "cwd")) == ROOT:
                found.append(path.name)
        except OSError:
            continue
    return found


def kill_while_reports_are_made(site, kills):
    door = site.ask("seed", 60, 1, 1)
    chance = random.Random(kills)  # noqa: S311
    for _ in range(kills):
        site.start()
        site.ask("ask", door["assessment"], module="reporting")
        time.sleep(chance.uniform(0.2, 4))
        site.kill()
        wait(lambda: not makers())
        site.start()
        site.ask("wait", LONGEST_SECONDS, module="reporting")
        site.stop()
    seen = look(site)
    assert [report["status"] for report in seen["reports"]] == ["done"] * kills
    kept = seen["files"]
    assert kept == sorted(f"{report['sha256']}.pdf" for report in seen["reports"])
    for name in kept:
        data = (Path(seen["folder"]) / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() == name[:-4]
        with pikepdf.open(Path(seen["folder"]) / name) as pdf:
            assert len(pdf.pages) > 5


def test_kill_ends_in_one_whole_file(make_site):
    kill_while_reports_are_made(make_site(), 1)


@pytest.mark.long
def test_ten_kills_end_in_one_whole_file_each(make_site):
    kill_while_reports_are_made(make_site(), 10)
