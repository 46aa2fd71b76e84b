"""Is each erasing that a chain records a true one? Who was erased, and the words it left."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from compliance.audit.chain_check import Fault, Kind
from compliance.audit.events import TRAIL_ERASED
from compliance.audit.models import PEOPLE, Event


def faults(organisation_id: UUID) -> Iterator[Fault]:
    """Erasings of nobody whom the chain of people has erased, and foreign words."""
    events = Event.objects.filter(action=TRAIL_ERASED)
    people = events.filter(organisation_id=PEOPLE, subject_label="user")
    gone = set(people.values_list("subject_id", flat=True))
    own = events.filter(organisation_id=organisation_id).order_by("seq")
    for seq, pk, payload in own.values_list("seq", "subject_id", "payload"):
        if pk not in gone:
            what = (
                f"erased texts of account {pk}, whose erasing the chain of people lacks"
            )
            yield Fault(seq, what, Kind.ERASED)
        for place in _foreign(json.loads(payload), pk):
            yield Fault(
                seq, f"set {place} to words that no erasing leaves", Kind.ERASED
            )


def _foreign(content: dict[str, Any], number: str) -> Iterator[str]:
    """The texts that an erasing set, and that do not name whom it erased.

    The account itself was saved whole, so its other columns are there as they were.
    """
    marks = f"erased person {number}", f"erased-{number}@erased.invalid", "\u2026"
    for table, rows in content.get("rows", {}).get("texts", {}).items():
        for pk, values in rows.items():
            for name, value in values.items():
                if (table, pk) == ("user", number) and name not in {"name", "email"}:
                    continue
                text = json.dumps(value, ensure_ascii=False).lower()
                if value and not any(mark in text for mark in marks):
                    yield f"/rows/texts/{table}/{pk}/{name}"
