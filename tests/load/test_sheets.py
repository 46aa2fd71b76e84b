"""Files are taken in while people type, and while the process is killed."""

import random
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from tests.load.editing import (
    Work,
    check_nothing_was_lost,
    open_pages,
    work_together,
)
from tests.load.serving import ROOT

pytestmark = pytest.mark.slow


def take_in_while_people_type(site, rounds):
    door = site.ask("seed", 60, 1, 4)
    site.start()
    staff, stop = open_pages(site, door, 4), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        taking = pool.submit(site.ask, "take_sheets", door["assessment"], rounds, 6)
        taking.add_done_callback(lambda _: stop.set())
        work_together(staff, door["answers"], 100_000, stop)
    taken = taking.result()
    kept = {note: tuple(over) for note, over in taken["kept"].items()}
    refused = [tuple(one) for one in taken["refused"]]
    clerk = SimpleNamespace(work=Work(acknowledged=kept, refused=refused))
    print(  # noqa: T201
        f"{rounds} files, {taken['moved']} refused since the base had moved,"
        f" {len(kept)} answers from the others"
    )
    check_nothing_was_lost([*staff, clerk], site.ask("state", door["assessment"]))
    assert kept


def test_people_and_files_lose_nothing_of_each_other(make_site):
    take_in_while_people_type(make_site(workers=2), 2)


@pytest.mark.long
def test_people_and_fifty_files_lose_nothing_of_each_other(make_site):
    take_in_while_people_type(make_site(workers=2), 50)


def kill_while_taking_in(site, kills):
    door = site.ask("seed", 120, 1, 1)
    chance = random.Random(kills)  # noqa: S311
    for _ in range(kills):
        command = ["take_sheets", door["assessment"], "1000", "120"]
        with subprocess.Popen(
            [sys.executable, "-m", "tests.load.inside", *command],
            cwd=ROOT,
            env=site.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as clerk:
            assert clerk.stderr.readline() == "0\n"  # the first file is in
            time.sleep(chance.uniform(0, 1))
            clerk.kill()
    state = site.ask("state", door["assessment"])
    actions = [event["action"] for event in state["events"]]
    files = actions.count("assessment.imported")
    assert files >= kills
    assert actions.count("answer.imported") == files * 120
    assert {answer["version"] for answer in state["answers"].values()} == {files}
    assert len({a["note"].split()[0] for a in state["answers"].values()}) == 1
    assert (state["fault"], state["integrity"]) == (None, "ok")


def test_file_is_taken_in_whole_or_not_at_all_when_the_process_dies(make_site):
    kill_while_taking_in(make_site(), 1)


@pytest.mark.long
def test_twenty_kills_leave_no_half_file(make_site):
    kill_while_taking_in(make_site(), 20)
