"""Workers by Celery of a site, each as on a machine of its own, and what they leave."""

import json
import os
import signal
import subprocess
from contextlib import contextmanager

from tests.support import warm_processes


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


def started(site, name, *given, stdin=None, stdout=None, **environment):
    """A process of ``carrying``, which is the first of a group of its own."""
    with open(site.folder / f"{name}.log", "ab") as log:
        return warm_processes.begin(
            *("-m", "tests.load.carrying", *given),
            env=site.environment | environment,
            stdin=stdin,
            stdout=stdout or log,
            stderr=log,
            start_new_session=True,
        )


@contextmanager
def asking(site):
    """Calls a function of ``carrying`` in one process that stays: a start takes seconds."""
    reading, writing = os.pipe()
    with open(reading) as stdin:
        files = {"stdin": stdin, "stdout": subprocess.PIPE}
        process = started(site, "asker", "listen", **files)

    def ask(*given):
        print(json.dumps(given), file=calls, flush=True)
        answer = process.stdout.readline()
        assert answer, (site.folder / "asker.log").read_text()[-3000:]
        return json.loads(answer)

    with open(writing, "w") as calls, process:
        try:
            yield ask
        finally:
            process.kill()


def ended(crew, count):
    """Wait until all work is done: each report ended once, and whole."""
    crew.ask("wait", 600)
    state = crew.ask("state")
    print(state)  # noqa: T201
    assert state["ends"] == {"done": count}
    assert [state[one] for one in ("ended_twice", "without_event", "faults", "strays")] == [[]] * 4
    assert len(state["schedule"]) == 1
    return state
