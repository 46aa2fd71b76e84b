"""Whether the rows of a bundle agree with the trail in the same bundle.

The last trail is that of the installation that wrote the bundle: its events, folded, are
the rows of there (``projection.py``). Those before it say signatures only. Evidence and
actions are the organisation's own, and events beside this trail change them: they rest on
the content hash.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Protocol

from compliance.assurance.bundles import layout
from compliance.assurance.bundles.layout import ROWS
from compliance.assurance.bundles.source_rows import There
from compliance.assurance.reviews.events import ASSESSMENT_SIGNED
from compliance.assurance.reviews.preparers import makes, prepares
from compliance.assurance.reviews.signature_integrity import SAID, unsaid
from compliance.proof.audit import tables, trail
from compliance.proof.audit.chain import digest
from compliance.proof.audit.event_types import Prepares
from compliance.proof.audit.models import Event
from compliance.proof.audit.projection import RecordedEvent, Rows, Unlike, compared, project


class Bundle(Protocol):
    """The parts of a bundle that are read."""

    @property
    def head(self) -> dict[str, Any]: ...

    @property
    def rows(self) -> dict[str, Any]: ...

    @property
    def trails(self) -> list[dict[str, Any]]: ...

    def text(self, name: str) -> str: ...

    def events(self) -> Iterator[tuple[int, dict[str, Any]]]: ...


class _TrailState:
    """State by the events of all trails."""

    def __init__(self) -> None:
        self.rows: Rows = {}
        self.signed: dict[str, Event] = {}
        self.preparers: defaultdict[int, set[int]] = defaultdict(set)
        """Answers to those who prepared them."""
        self.moved: defaultdict[str, set[int]] = defaultdict(set)
        """Questions to those whose facts decided that they apply, or do not."""
        self.rulers: set[int] = set()
        """People who prepared questions that do not apply."""

    def hear(self, event: Event, *, is_last: bool) -> None:
        """Take in one event; ``ValueError`` for one that says something else."""
        if event.action == ASSESSMENT_SIGNED:
            self.signed[event.hash] = event
        if not is_last:
            event.actor_id = None  # a number of an installation before
            return
        try:
            content = trail.content_of(event)
            about = event.subject_label, event.subject_id
            project([RecordedEvent(event.seq, about, content)], self.rows)
            if event.actor_id:
                self._hold(event, event.actor_id, content.get("after", {}))
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            msg = f"event {event.seq} of the trail holds nothing of its kind"
            raise ValueError(msg) from error

    def _hold(self, event: Event, actor_id: int, after: dict[str, Any]) -> None:
        """People who prepared something by the event; as ``reviews/preparers.py`` has it."""
        kind = makes(event.action)
        if kind == Prepares.RULED_OUT:
            self.rulers.add(actor_id)
        elif kind == Prepares.MOVED:
            for key in after.get("questions_moved", ()):
                self.moved[key].add(actor_id)
        elif prepares(event):
            self.preparers[int(event.subject_id)].add(actor_id)


def unlike(bundle: Bundle) -> str:
    """The difference between rows and their events: the part and what differs; or ""."""
    if not bundle.trails:
        return "trail/1.json: is missing, so the rows cannot be verified"
    heard, last = _TrailState(), len(bundle.trails)
    try:
        for number, said in bundle.events():
            heard.hear(_event(said), is_last=number == last)
    except ValueError as error:
        return f"trail/{last}.jsonl: {error}"
    words = next(_faults(bundle, heard), "")
    return f"{ROWS}: {words}, so the bundle contradicts itself" if words else ""


def _event(said: dict[str, Any]) -> Event:
    """The event as one of here, not kept."""
    return Event(
        seq=said["seq"],
        actor_id=int(said["actor_id"]) if said["actor_id"] else None,
        action=said["action"],
        subject_label=said["subject_label"],
        subject_id=said["subject_id"],
        payload=said["payload"],
        salts=said["salts"],
        hash=said["hash"],
    )


def _faults(bundle: Bundle, heard: _TrailState) -> Iterator[str]:
    rows, last = bundle.rows, bundle.trails[-1]
    answers = {key: int(pk) for pk, key in last["names"]["answers"].items()}
    people: dict[str | None, int | None] = {None: None, **bundle.head["people"]}
    if unknown := _unknown(rows, answers, people):
        yield unknown
        return
    yield from _signatures(bundle, heard.signed, people)
    yield from _preparers(rows, answers, heard, people)
    there = There(rows, last["assessment"], answers, people, heard.rows)
    for model, stands in there.tables.items():
        blanks = tables.blanks(model)
        for each in compared(stands, heard.rows, blanks, is_whole=there.is_whole):
            yield f"{there.places[each.at]}: {_in_words(each)}"
    for at in sorted(there.own & heard.rows.keys()):
        yield f"{at[0]} {at[1]}, of event {heard.rows[at].seq}, is missing"


def _unknown(
    rows: dict[str, Any],
    answers: dict[str, int],
    people: dict[str | None, int | None],
) -> str:
    """Someone, or an answer, that has no number of there; "" for none."""
    if len(set(people.values())) < len(people):
        return "people: two of them have one account"
    for at, person in enumerate(rows["people"]):
        if person["ref"] not in people:
            return f"people.{at}: {person['ref']} has no account"
    for at, row in enumerate(rows["answers"]):
        if row["key"] not in answers:
            return f"answers.{at}: the trail knows no answer {row['key']}"
    return ""


def _in_words(each: Unlike) -> str:
    if not each.columns:
        return "no event has it"
    verb = "is" if len(each.columns) == 1 else "are"
    return f"{tables.labels(each)} {verb} not what event {each.seq} says"


def _signatures(
    bundle: Bundle,
    events: dict[str, Event],
    people: dict[str | None, int | None],
) -> Iterator[str]:
    missing, kept = dict(events), defaultdict[tuple[str, str], list[Any]](list)
    for at, row in enumerate(bundle.rows["signoffs"]):
        place = f"signoffs.{at}"
        event = missing.pop(row["trail_hash"], None)
        if event is None or event.seq != row["trail_seq"]:
            yield f"{place}: no trail has the event {row['trail_seq']} that it names"
            continue
        moments = {n: _moment(row[n]) for n in ("stood_at", "signed_at")}
        stands = {name: row[name] for name in SAID} | moments
        after = trail.content_of(event).get("after", {})
        for name in unsaid(stands, after):
            yield f"{place}: {name} is not what event {event.seq} says"
        behind = layout.signed_rows(row["content_hash"])
        kept[behind, digest(bundle.text(behind))].append(after.get("rows_hash"))
        if event.actor_id and event.actor_id != people[row["signed_by"]]:
            yield f"{place}: signed_by is not who signed, as event {event.seq} says"
    for (name, own), said in kept.items():
        if own not in said:
            yield f"{name} is not what was behind the signature"
    for event in missing.values():
        yield f"signoffs: the one that event {event.seq} says is missing"


def _moment(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(UTC).isoformat()


def _preparers(
    rows: dict[str, Any],
    answers: dict[str, int],
    heard: _TrailState,
    people: dict[str | None, int | None],
) -> Iterator[str]:
    """An answer names everybody who prepared it; four eyes rest on that.

    If it does not apply, those are the people who set the facts and the edition, not
    those who had answered it before.
    """
    for row in rows["answers"]:
        key = row["key"]
        said = heard.preparers[answers[key]] if row["applies"] else heard.rulers
        if not said | heard.moved[key] <= {people[ref] for ref in row["hands"]}:
            yield f"{key}: hands leaves out a person who prepared it"
