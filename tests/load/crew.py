"""Workers by Celery of a site, each as on a machine of its own, and what they leave."""

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager

from tests.load.serving import ROOT


class Crew:
    """Workers of a site, each with processes of its own, as on machines of their own."""

    def __init__(self, site, asker):
        self.site, self.ask = site, asker
        self.workers, self.given = [], {}

    def start(self, *given, work="work"):
        name = f"worker{len(self.workers)}"
        self.workers.append(started(self.site, name, work, *given, **self.given))
        return self.workers[-1]

    def kill(self, worker):
        """End all of its processes at once, as a power cut would."""
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()

    def stop(self):
        for worker in self.workers:
            if worker.poll() is None:
                self.kill(worker)


def started(site, name, *given, stdout=None, **environment):
    with open(site.folder / f"{name}.log", "ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.load.carrying", *given],
            cwd=ROOT,
            env=site.environment | environment,
            stdin=subprocess.PIPE if stdout else subprocess.DEVNULL,
            stdout=stdout or log,
            stderr=log,
            start_new_session=True,
            text=True,
        )


@contextmanager
def asking(site):
    """Calls a function of ``carrying`` in one process that stays: a start takes seconds."""
    process = started(site, "asker", "listen", stdout=subprocess.PIPE)

    def ask(*given):
        print(json.dumps(given), file=process.stdin, flush=True)
        answer = process.stdout.readline()
        assert answer, (site.folder / "asker.log").read_text()[-3000:]
        return json.loads(answer)

    try:
        yield ask
    finally:
        process.kill()
        process.communicate()


def ended(crew, count):
    """Wait until all work is done: each report ended once, and whole."""
    crew.ask("wait", 600)
    state = crew.ask("state")
    print(state)  # noqa: T201
    assert state["ends"] == {"done": count}
    assert [
        state[one] for one in ("ended_twice", "without_event", "faults", "strays")
    ] == [[]] * 4
    assert len(state["schedule"]) == 1
    return state
