"""Work done in forks of this process: a few at a time, each with limits of its own.

A fork ends with its work, so that none grows and none needs its garbage collected.
"""

import contextlib
import gc
import json
import os
import resource
import selectors
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Say = Callable[..., None]
Work = Callable[[int, Say], Any]
TICK = 0.5
"""Seconds after which silence is reported, too."""


class LostError(Exception):
    """A fork ended without a result; ``status`` is negative for a signal."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class RefusedError(Exception):
    """A fork said why it has no result."""


@dataclass
class _Fork:
    number: int
    process: int
    pipe: int
    rest: bytes = b""
    result: Any = None
    has_result: bool = False
    problem: str = ""


@dataclass
class Pool:
    """Runs work in forks; ``heard`` gets what a fork says, and None for silence."""

    workers: int
    most_bytes: int
    seconds: int
    heard: Callable[[int, dict[str, Any] | None], None]
    explain: Callable[[BaseException], str]
    running: dict[int, _Fork] = field(default_factory=dict)

    def run(
        self, work: Work, numbers: list[int], takes: Callable[[int], bool] | None = None
    ) -> dict[int, Any]:
        """``work`` of each number, by number; raises when one has no result.

        ``takes`` is asked when the turn of a number comes, and may leave it out.
        """
        waiting, results = list(numbers), {}
        try:
            with selectors.DefaultSelector() as selector:
                while waiting or self.running:
                    while waiting and len(self.running) < self.workers:
                        number = waiting.pop(0)
                        if takes and not takes(number):
                            continue
                        fork = self._start(work, number)
                        selector.register(fork.pipe, selectors.EVENT_READ, fork)
                    if not self.running:
                        break
                    for fork in self._ended(selector):
                        results[fork.number] = fork.result
        finally:
            self._stop()
        return results

    def _start(self, work: Work, number: int) -> _Fork:
        reading, writing = os.pipe()
        process = os.fork()
        if process == 0:
            os.close(reading)
            _be_a_fork(self, work, number, writing)
        os.close(writing)
        fork = _Fork(number, process, reading)
        self.running[process] = fork
        return fork

    def _ended(self, selector: selectors.BaseSelector) -> Iterator[_Fork]:
        ready = selector.select(TICK)
        if not ready:
            self.heard(-1, None)
        for key, _ in ready:
            fork = key.data
            chunk = os.read(fork.pipe, 1 << 16)
            *lines, fork.rest = (fork.rest + chunk).split(b"\n")
            for line in lines:
                self._hear(fork, json.loads(line))
            if not chunk:
                selector.unregister(fork.pipe)
                self._reap(fork)
                yield fork

    def _hear(self, fork: _Fork, said: dict[str, Any]) -> None:
        if "result" in said:
            fork.result, fork.has_result = said["result"], True
        elif "problem" in said:
            fork.problem = said["problem"]
        else:
            self.heard(fork.number, said)

    def _reap(self, fork: _Fork) -> None:
        os.close(fork.pipe)
        _, status = os.waitpid(fork.process, 0)
        del self.running[fork.process]
        if fork.problem:
            raise RefusedError(fork.problem)
        if not fork.has_result:
            raise LostError(os.waitstatus_to_exitcode(status))

    def _stop(self) -> None:
        for fork in self.running.values():
            os.kill(fork.process, signal.SIGKILL)
            os.waitpid(fork.process, 0)
            os.close(fork.pipe)
        self.running.clear()


def _be_a_fork(pool: Pool, work: Work, number: int, writing: int) -> None:
    """The other side: never returns, and never runs what the parent would clean up."""
    status = 1
    try:
        limit(pool.most_bytes, pool.seconds)
        with os.fdopen(writing, "w") as pipe:

            def say(**words: Any) -> None:
                pipe.write(json.dumps(words) + "\n")
                pipe.flush()

            try:
                say(result=work(number, say))
                status = 0
            except BrokenPipeError:
                raise
            except BaseException as error:  # reported to the parent
                if words := pool.explain(error):
                    say(problem=words)
                else:
                    sys.excepthook(type(error), error, error.__traceback__)
    finally:
        with contextlib.suppress(OSError):
            sys.stderr.flush()
        os._exit(status)


def limit(most_bytes: int, seconds: int) -> None:
    """Wall off this process: address space in bytes, CPU in seconds, no network."""
    gc.freeze()
    gc.disable()  # the process ends with its work: nothing is worth collecting
    resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):  # needs a privilege; a second wall then
        os.unshare(os.CLONE_NEWNET)
