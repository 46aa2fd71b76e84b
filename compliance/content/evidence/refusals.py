"""Outcomes of files, reported to a form and to a browser."""

from collections.abc import Sequence
from typing import Any, Protocol

from django.core.exceptions import ValidationError
from django.forms import Form

STATUS = {
    "full": 507,
    "damaged": 503,
    "away": 503,
    "hurry": 429,
    "stale": 409,
    "gone": 410,
}
"""Code of a refusal to the status of the reply; 422 for what can be put right."""


class Outcome(Protocol):
    """The outcome of adding one file or link."""

    @property
    def name(self) -> str: ...
    @property
    def refusal(self) -> ValidationError | None: ...
    @property
    def fault(self) -> str: ...


def status_of(error: ValidationError) -> int:
    """The status that fits a refusal."""
    found: Any = getattr(error, "error_dict", {"": getattr(error, "error_list", [])})
    codes = [one.code for several in found.values() for one in several]
    return next((STATUS[code] for code in codes if code in STATUS), 422)


def add_refusals(form: Form, outcomes: Sequence[Outcome]) -> int:
    """Put every refusal into the form, by its name when there are several.

    Returns the status of the reply, 200 when nothing was refused.
    """
    status = 200
    for one in outcomes:
        if one.refusal is None:
            continue
        status = max(status, status_of(one.refusal))
        if len(outcomes) == 1:
            form.add_error(None, one.refusal)
        else:
            form.add_error("upload", f"{one.name}: {one.fault}")
    return status
