"""Processes that read files and lay out pages, forked from one that loaded their module.

Loading openpyxl, pyHanko or WeasyPrint takes a second of work, and the suite starts such
processes hundreds of times. Here each begins with that done: a fork of a process that
did nothing but load the module, with the environment, folder and open files that were
asked for. Its limits are its own, since it sets them itself.

So do programs of tests that work in an installation of their own (``run``): loading
the app takes two.

``python -m tests.support.warm_processes MODULE SOCKET`` is the process that forks.
"""

import atexit
import contextlib
import gc
import io
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
from importlib import import_module
from tempfile import TemporaryFile
from types import SimpleNamespace
from urllib.parse import urlsplit

from tests.support.prepared_folders import ROOT

OURS = "compliance."
CHILD = "compliance.ground.sandbox.child"
"""It runs the module that its first argument names."""
APP = "tests.support.preloaded_app"
"""It has the app loaded, and runs the program that its arguments name."""
MOST = 65_536
"""Bytes of one order."""

_sources = {}
"""For each module and kind: the socket, and the process that listens to it."""
_turn = threading.Lock()


def warmed(process):
    """The module that ``process`` knows as ``subprocess``, with processes that are warm."""
    return SimpleNamespace(**vars(process.subprocess) | {"Popen": start})


def start(command, **options):
    """A process like ``subprocess.Popen``'s: warm if it runs a module of Attest."""
    python, *rest = command
    if python == sys.executable and rest[0] == "-m" and rest[1].startswith(OURS):
        loads = rest[2] if rest[1] == CHILD else rest[1]
        if loads.startswith(OURS):
            return Warm(_source(loads, options["env"]), rest[1:], **options)
    return subprocess.Popen(command, **options)


def begin(*command, env, stdout, stderr, stdin=None, **options):
    """Start ``python`` with "-m" and a module, or "-c" and a text, and arguments.

    It is forked from a process with the app loaded, for the kind of database that ``env``
    names. Without ``stdin`` it has nothing to read.
    """
    source = _source(APP, env, urlsplit(env["DATABASE_URL"]).scheme)
    with open(os.devnull) as nothing:
        files = {"stdin": stdin or nothing, "stdout": stdout, "stderr": stderr}
        return Warm(source, [APP, *command], env=env, cwd=ROOT, **files, **options)


def run(*command, env, timeout=None):
    """The same, ended: its exit status and what it wrote, as ``subprocess.run`` gives them.

    Raises ``subprocess.TimeoutExpired`` after so many seconds, once it is killed.
    """
    with TemporaryFile("w+") as stdout, TemporaryFile("w+") as stderr:
        with begin(*command, env=env, stdout=stdout, stderr=stderr) as process:
            try:
                process.wait(timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        for file in (stdout, stderr):
            file.seek(0)
        said = stdout.read(), stderr.read()
    return subprocess.CompletedProcess(command, process.returncode, *said)


def _source(module, env, kind=""):
    """The end of a socket whose other end a process with the module loaded has."""
    with _turn:
        if (module, kind) not in _sources:
            ours, theirs = _pair()
            with theirs:
                process = subprocess.Popen(
                    [sys.executable, "-m", "tests.support.warm_processes", module, str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    cwd=ROOT,
                    env=env,
                    pass_fds=[theirs.fileno()],
                )
            _sources[module, kind] = ours, process
        return _sources[module, kind][0]


def _pair():
    """Two ends of a socket on which each message arrives whole."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


@atexit.register
def _end():
    for ours, process in _sources.values():
        ours.close()
        process.wait()


class Warm:
    """A process that was ordered from a source; it ends like one of ``subprocess``."""

    def __init__(self, source, argv, *, env, cwd, stdin, stdout, stderr, **options):
        self.argv = argv
        self.returncode = None
        self.stdout = None
        self.reports, theirs = _pair()
        files = [stdin.fileno(), stderr.fileno(), theirs.fileno()]
        with theirs, contextlib.ExitStack() as stack:
            if stdout == subprocess.PIPE:
                reading, writing = os.pipe()
                stack.callback(os.close, writing)
                self.stdout = os.fdopen(reading, "rb")
            else:
                writing = stdout.fileno()
            files.insert(1, writing)
            order = {"argv": argv, "env": env, "cwd": str(cwd), **options}
            socket.send_fds(source, [json.dumps(order).encode()], files)
        self.pid = int(self.reports.recv(MOST))

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self.stdout:
            self.stdout.close()
        self.wait()

    def wait(self, timeout=None):
        """Its exit status, negative for a signal; raises what ``subprocess`` does."""
        left = timeout if timeout is None else max(timeout, 0)
        if self.returncode is None:
            if not select.select([self.reports], [], [], left)[0]:
                raise subprocess.TimeoutExpired(self.argv, timeout)
            self.returncode = int(self.reports.recv(MOST))
            self.reports.close()
        return self.returncode

    def poll(self):
        """Its exit status, or None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def kill(self):
        if self.returncode is None:
            os.kill(self.pid, signal.SIGKILL)


def serve(module, orders):
    """Load a module, then fork for each order until nobody can give another."""
    import_module(module)
    gc.collect()
    gc.freeze()  # so that a fork shares what was loaded
    signal.signal(signal.SIGCHLD, _reap)
    while True:
        order, files, _, _ = socket.recv_fds(orders, MOST, 4)
        if not order:
            return
        if not os.fork():
            orders.close()
            _watch(json.loads(order), *files)
        for file in files:
            os.close(file)


def _reap(*_):
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _watch(order, stdin, stdout, stderr, reports):
    """Fork once more, and say who that is and how it ended; never returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    process = os.fork()
    if not process:
        if order.get("start_new_session"):
            os.setsid()
        os.write(reports, b"%d" % os.getpid())
        for number, file in enumerate((stdin, stdout, stderr)):
            os.dup2(file, number)
        for file in (stdin, stdout, stderr, reports):
            os.close(file)
        _become(order)
    for file in (stdin, stdout, stderr):
        os.close(file)
    _, status = os.waitpid(process, 0)
    with contextlib.suppress(BrokenPipeError):  # nobody waits
        os.write(reports, b"%d" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def _become(order):
    """Run the module as ``python -m`` would; never returns."""
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    sys.stdin = sys.__stdin__ = io.TextIOWrapper(os.fdopen(0, "rb", closefd=False))
    sys.stdout = sys.__stdout__ = io.TextIOWrapper(os.fdopen(1, "wb", closefd=False))
    sys.argv = order["argv"]
    module = sys.argv[0]
    sys.modules.pop(module, None)
    status = 1
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(bool(end.code))
    except BaseException:
        sys.excepthook(*sys.exc_info())
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    os._exit(status)


if __name__ == "__main__":
    serve(sys.argv[1], socket.socket(fileno=int(sys.argv[2])))
