"""Is each erasing that a chain records a true one? Who was erased, and the words it left."""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from compliance.proof.audit import trail
from compliance.proof.audit.chain_check import Fault, Kind
from compliance.proof.audit.columns import columns_of, proven
from compliance.proof.audit.events import TRAIL_ERASED
from compliance.proof.audit.leaves import ERASED
from compliance.proof.audit.models import PEOPLE, Event
from compliance.proof.audit.projection import At, changed, made

_GONE = "[^\\n]{1,254}"
"""What an erased name or address may have been."""


def faults(organisation_id: UUID) -> Iterator[Fault]:
    """Erasings of nobody whom the chain of people has erased, and foreign words."""
    own = Event.objects.filter(organisation_id=organisation_id).order_by("seq")
    numbers = dict(own.filter(action=TRAIL_ERASED).values_list("seq", "subject_id"))
    gone = set(_gone()) if numbers else set()
    for seq, number in numbers.items():
        if number not in gone:
            what = f"erased texts of account {number}, whose erasing the chain of people lacks"
            yield Fault(seq, what, Kind.ERASED)
    for seq, place in _foreign(organisation_id, numbers) if numbers else ():
        yield Fault(seq, f"set {place} to words that no erasing leaves", Kind.ERASED)


def _gone() -> Iterator[str]:
    """The accounts that the chain of people erased: the same event took their address."""
    erasing = Event.objects.filter(organisation_id=PEOPLE, action=TRAIL_ERASED)
    for number, payload in erasing.values_list("subject_id", "payload"):
        texts = json.loads(payload).get("rows", {}).get("texts", {})
        account = texts.get("user", {}).get(number, {})
        if account.get("email") == _address(number):
            yield number


def _foreign(organisation_id: UUID, numbers: dict[int, str]) -> Iterator[tuple[int, str]]:
    """The texts that erasings set and that are not those of before without the person.

    Where those of before are erased, only their form is known.
    """
    events = Event.objects.filter(organisation_id=organisation_id).order_by("seq")
    erasing = events.filter(seq__in=numbers)
    cells = {
        (at, name)
        for event in trail.holding_rows(erasing)
        for at, values in changed(event)
        for name, value in values.items()
        if isinstance(value, str | list | dict)
    }
    before = dict[tuple[At, str], Any]()
    for event in trail.holding_rows(events) if cells else ():
        number = numbers.get(event.seq)
        for at, values in (*made(event), *changed(event)):
            for name, value in values.items():
                if (cell := (at, name)) not in cells:
                    continue
                if number and not _is_left(cell, value, before.get(cell), number):
                    yield event.seq, f"/rows/texts/{'/'.join(at)}/{name}"
                before[cell] = value


def _is_left(cell: tuple[At, str], value: Any, before: Any, number: str) -> bool:
    """Whether erasing the person of that number can have left a value."""
    (table, pk), name = cell
    is_known = isinstance(before, str) and before is not ERASED
    if not isinstance(value, str | list | dict) or not value:
        return True
    if (table, pk) == ("user", number):  # the account was saved whole
        own = {"name": f"Erased person {number}", "email": _address(number)}
        return bool(value == own.get(name, value))
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    marks = f"(?i:(?<!\\w)(?:Erased person {number}|{re.escape(_address(number))})(?!\\w))"
    if not re.search(marks, text) and _is_full(table, name, text, number):
        marks = "\u2026"
    kept = re.split(marks, text)
    if len(kept) == 1:
        return is_known and bool(value == before)
    pattern = _GONE.join(map(re.escape, kept))
    return not is_known or bool(re.fullmatch(pattern, before))


def _is_full(table: str, name: str, text: str, number: str) -> bool:
    """Whether a column has no room for a name, so that an ellipsis takes its place."""
    models = (one for one in proven().values() if one._meta.model_name == table)
    columns = columns_of(model) if (model := next(models, None)) else {}
    longest = getattr(columns.get(name), "max_length", None)
    return longest is not None and len(text.replace("\u2026", _address(number))) > longest


def _address(number: str) -> str:
    return f"erased-{number}@erased.invalid"
