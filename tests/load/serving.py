"""Real servers for the load tests: granian on a free port of this machine."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.support import warm_processes
from tests.support.costs import busy
from tests.support.installations import environment

ROOT = Path(__file__).parent.parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
HANGS_SECONDS = 3600
"""A process that takes longer hangs. Hundreds of kills beside other work took more than 900."""


class Site:
    """A data folder with a database, and the server that stands before it.

    ``environment`` says where both are. Its processes form one group, which is
    what ``kill`` and ``stop`` end.
    """

    def __init__(self, folder, database_url, workers=1):
        self.folder, self.workers = folder, workers
        self.environment = {
            **environment(folder, database_url),
            "ATTEST_RUN_WORKER": "on" if workers == 1 else "off",
            "ATTEST_SECRET_KEY": "tests-only-" + "x" * 50,
        }
        self.process = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def ask(self, command, *given, module="inside"):
        """Run a function of ``inside``, or of another module here; what it returns."""
        program = ["-m", f"tests.load.{module}", command, *map(str, given)]
        done = warm_processes.run(*program, env=self.environment, timeout=HANGS_SECONDS)
        if done.returncode:
            raise RuntimeError(done.stderr[-3000:])
        return json.loads(done.stdout)

    def start(self):
        """Start the server as ``serve`` does; seconds until it answers 200."""
        began, most = time.monotonic(), 30 * busy()
        with open(self.folder / "server.log", "ab") as log:
            self.process = self.serve(log)
        while not self.answers():
            if time.monotonic() - began > most or self.process.poll() is not None:
                raise RuntimeError(self.said())
            time.sleep(0.05)
        return time.monotonic() - began

    def serve(self, log):
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "granian", "--interface", "wsgi"),
                *("--host", "127.0.0.1", "--port", str(self.port), "--no-ws"),
                *("--workers", str(self.workers), "--blocking-threads", "4"),
                *("--log-level", "warning", "compliance.wsgi:application"),
            ],
            cwd=ROOT,
            env=self.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def said(self):
        return (self.folder / "server.log").read_text(errors="replace")[-3000:]

    def answers(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/accounts/login/")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def kill(self):
        """End every process of the server at once, as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.kill()

    def processes(self):
        """Process ids of the server and of what it started."""
        found, queue = [], [self.process.pid]
        while queue:
            pid = queue.pop()
            found.append(pid)
            for task in Path(f"/proc/{pid}/task").iterdir():
                queue += map(int, (task / "children").read_text().split())
        return found

    def memory_mb(self):
        """Memory that all processes of the server hold; shared pages count once."""
        total = 0
        for pid in self.processes():
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += sum(int(x.split()[1]) for x in rollup if x.startswith("Pss:"))
        return total / 1024

    def cpu_seconds(self):
        """Processor time that the server has used until now."""
        total = 0
        for pid in self.processes():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS
