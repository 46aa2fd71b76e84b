"""The progress of a file that the worker makes, and whether someone cancelled it."""

import io
from pathlib import Path
from typing import Any

from django.db import models

from compliance.assurance.bundles.bundle_export import Listen
from compliance.reporting.reports.actions import CancelledError
from compliance.reporting.reports.throttle import paced


class Listener:
    """Saves the steps of a job, not more often than a person can read.

    ``running`` selects the row of the job until it ends. Raises ``CancelledError`` if
    someone cancelled it meanwhile.
    """

    def __init__(self, running: "models.QuerySet[Any]") -> None:
        self._running = running
        self._last = ("", 0)
        self._say = paced(self._write)

    def __call__(self, step: str, percent: int) -> None:
        self._last = (step, percent)
        self._say(step, percent)

    def _write(self, step: str, percent: int) -> None:
        if not self._running.update(step=step[:80], done_percent=percent):
            raise CancelledError

    def again(self) -> None:
        """The same step goes on."""
        self._say(*self._last)

    def between(self, low: int, high: int) -> Listen:
        """A listener for the steps of a part of the work."""
        return lambda step, done: self(step, low + done * (high - low) // 100)


class ReportingFile(io.BufferedRandom):
    """A file that reports to a listener before each part that it reads or writes."""

    def __init__(self, path: Path, listener: Listener, mode: str = "w") -> None:
        super().__init__(io.FileIO(path, f"{mode}+"))
        self._listener = listener

    def write(self, data: Any) -> int:
        self._listener.again()
        return super().write(data)

    def readinto(self, buffer: Any) -> int:
        self._listener.again()
        return super().readinto(buffer)
