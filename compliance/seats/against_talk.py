"""Do samples, requests and their messages say what the trail says of them?"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from compliance.audit import trail
from compliance.audit.checking import Fault, Kind
from compliance.audit.models import Event
from compliance.seats.events import SAMPLE_DRAWN
from compliance.seats.models import Request, RequestMessage, SampleItem

_WORDS = {
    "how": "how it was chosen",
    "seed": "the seed",
    "result": "the result",
    "note": "the note",
    "number": "the number",
    "title": "the title",
    "text": "the text",
    "due_on": "the day",
    "asked_by_id": "who asked",
    "status": "the status",
    "closed_by_id": "who closed it",
    "by_id": "who said it",
    "sha256": "the evidence",
}
_ITEM = ("how", "seed", "result", "note")
_TEXTS = {"title", "text", "note"}
"""What erasing cleans: of an event that was erased it is not compared."""


@dataclass(slots=True)
class _Asked:
    """A request as the trail tells it, with its messages."""

    values: dict[str, Any]
    seq: int
    said: list[tuple[int, dict[str, Any]]] = field(default_factory=list)


def faults(organisation_id: UUID) -> Iterator[Fault]:
    """Samples, requests and messages made, changed or taken away without an entry."""
    yield from trail.settled(organisation_id, lambda: _sampled(organisation_id))
    yield from trail.settled(organisation_id, lambda: _asked(organisation_id))


def _sampled(organisation_id: UUID) -> Iterator[Fault]:
    missing = _told_samples(organisation_id)
    rows = SampleItem.objects.filter(seat__assessment__organisation=organisation_id)
    keys = "answer__question__key"
    for seat, key, *said in rows.order_by("pk").values_list("seat_id", keys, *_ITEM):
        row = dict(zip(_ITEM, said, strict=True))
        name = f"{key} in the sample of the seat {seat}"
        seq, values = missing.pop((seat, key), (0, {}))
        if not values:
            yield _fault(0, f"{name} was put in")
        elif word := _unlike(values, row):
            yield _fault(seq, f"{name}: {word} was changed since")
    for (seat, key), (seq, _) in missing.items():
        yield _fault(seq, f"{key} in the sample of the seat {seat} was taken away")


def _told_samples(
    organisation_id: UUID,
) -> dict[tuple[int, str], tuple[int, dict[str, Any]]]:
    found: dict[tuple[int, str], tuple[int, dict[str, Any]]] = {}
    for event in _events(organisation_id, "seat", "sample."):
        _, after = trail.changes(event)
        seat = int(event.subject_id)
        if event.action == SAMPLE_DRAWN:
            new = {"how": after["how"], "seed": after.get("seed", "")}
            new |= {"result": "open", "note": ""}
            found |= {(seat, key): (event.seq, new) for key in after["questions"]}
            continue
        place = seat, after["about"]
        _, values = found.get(place, (0, {"how": "hand", "seed": ""}))
        said = {"result": event.action.partition(".")[2], "note": after["text"]}
        found[place] = (event.seq, _whole(event, values | said))
    return found


def _asked(organisation_id: UUID) -> Iterator[Fault]:
    missing = _told_requests(organisation_id)
    rows = Request.objects.filter(assessment__organisation=organisation_id)
    for row in rows.order_by("pk"):
        name = f"the request {row.code} of the seat {row.seat_id}"
        told = missing.pop(row.pk, None)
        if told is None:
            yield _fault(0, f"{name} was made")
            continue
        stands = {n: getattr(row, n) for n in told.values}
        stands["due_on"] = row.due_on.isoformat()
        if word := _unlike(told.values, stands):
            yield _fault(told.seq, f"{name}: {word} was changed since")
        yield from _said(name, row, told)
    for told in missing.values():
        name = f"the request R-{told.values['number']}"
        yield _fault(told.seq, f"{name} was taken away")


def _said(name: str, row: Request, told: _Asked) -> Iterator[Fault]:
    messages = RequestMessage.objects.filter(request=row).order_by("pk")
    rows = [
        {"text": text, "by_id": by, "sha256": sha256 or ""}
        for text, by, sha256 in messages.values_list(
            "text", "by_id", "evidence__sha256"
        )
    ]
    if len(rows) != len(told.said):
        how = "put in" if len(rows) > len(told.said) else "taken away"
        seq = told.said[-1][0] if told.said else told.seq
        yield _fault(seq, f"{name}: a message was {how}")
        return
    for number, ((seq, values), stands) in enumerate(
        zip(told.said, rows, strict=True), 1
    ):
        if word := _unlike(values, stands):
            yield _fault(seq, f"{name}: {word} of message {number} was changed since")


def _told_requests(organisation_id: UUID) -> dict[int, _Asked]:
    found: dict[int, _Asked] = {}
    for event in _events(organisation_id, "request", "request."):
        _, after = trail.changes(event)
        pk, name = int(event.subject_id), event.action.partition(".")[2]
        if name == "asked":
            values = {n: after[n] for n in ("number", "title", "text", "due_on")}
            values |= {"asked_by_id": event.actor_id, "status": "open"}
            values["closed_by_id"] = None
            found[pk] = _Asked(_whole(event, values), event.seq)
        elif asked := found.get(pk):
            _hear(asked, name, event, after)
    return found


def _hear(asked: _Asked, name: str, event: Event, after: dict[str, Any]) -> None:
    if name == "closed":
        asked.values |= {"status": "closed", "closed_by_id": event.actor_id}
        asked.seq = event.seq
        return
    asked.values["status"] = "open" if name == "said" else "answered"
    said = {"text": after["text"], "by_id": event.actor_id}
    said["sha256"] = after.get("sha256", "")
    asked.said.append((event.seq, _whole(event, said)))


def _events(organisation_id: UUID, label: str, begins: str) -> Iterator[Event]:
    events = Event.objects.filter(
        organisation_id=organisation_id,
        subject_label=label,
        action__startswith=begins,
    )
    return events.order_by("seq").iterator(chunk_size=2000)


def _whole(event: Event, values: dict[str, Any]) -> dict[str, Any]:
    left = _TEXTS if event.is_erased else set[str]()
    return {name: value for name, value in values.items() if name not in left}


def _unlike(told: dict[str, Any], stands: dict[str, Any]) -> str:
    """The first thing that is not as it was told, in words; "" for none."""
    wrong = (name for name, value in told.items() if stands[name] != value)
    return next((_WORDS[name] for name in wrong), "")


def _fault(seq: int, what: str) -> Fault:
    return Fault(seq, f"{what} without an entry", Kind.REQUEST)
