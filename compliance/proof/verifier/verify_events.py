"""The events and sign-offs that a report carries; belongs next to ``verify_report.py``.

Needs Python 3.10 alone. An event is compared within its own chain only: numbers of two
installations have nothing to do with each other.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

OK, FAULT, NOTE = "ok", "fault", "note"
COVERED = (
    "organisation_id", "seq", "at", "actor_id", "action", "subject_label",
    "subject_id", "scope_id", "payload_hash", "previous_hash",
)  # fmt: skip
"""Fields that the hash of an event covers, in order."""
EXPORT = "attest-trail-1"
START: dict[str, Any] = {"seq": 0, "hash": "0" * 64}
BROUGHT_IN, SIGNED = "assessment.brought_in", "assessment.signed"
MADE = "report.made"
STATED = ("content_hash", "statement", "reservations", "role", "signer", "method")
"""Fields of a sign-off that its event has, too; one that was erased is None there."""

PROVEN = """Every byte of the file, but for a time stamp, is as it was when it was sealed
with the key of this certificate."""
PROVEN_DATA = """ The data inside have the content hash that is printed, and the pages show
each answer as it is in the data."""
PROVEN_FIGURES = """ The pages show the figures of board.json inside: tiles, decisions, listed
questions. Whether these follow from the answers, a full report with this hash shows."""
PROVEN_EVENTS = " Each event of the trail that it carries has its hash."
NO_ANSWERS = "Any other number on its pages: it carries no answers. "
NO_DATA = "Any number on its pages: it carries no data to compare them with. "
NOT_PROVEN = """That an answer is true. That the key belongs to whom you think: compare the
fingerprint with one that you have from the installation itself. Changes between the events
that it carries, and whether it carries all: the installation's own trail shows them."""


class FaultError(Exception):
    """Something does not agree; the text says what."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; ``state`` is OK, FAULT or NOTE."""

    name: str
    state: str
    words: str


@dataclass
class Result:
    """Steps of the check in order, and the file's own statements."""

    checks: list[Check] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def is_ok(self) -> bool:
        return not any(check.state == FAULT for check in self.checks)

    def add(self, name: str, state: str, words: str) -> None:
        self.checks.append(Check(name, state, one_line(words[:500])))


@dataclass(frozen=True)
class Export:
    """An exported trail: hashes by number, each computed anew.

    ``head`` is that of the chain in an export of the whole of it, None in one of a part.
    ``made`` are the SHA-256 of the reports that it lists, ``signed`` has what the event
    of each signature states.
    """

    name: str
    organisation: str
    exported_at: str
    head: tuple[int, str] | None
    hashes: dict[int, str]
    made: set[str] = field(default_factory=set)
    signed: dict[int, dict[str, Any]] = field(default_factory=dict)


def one_line(text: str) -> str:
    """Text without what begins a line or steers a terminal: a file may say anything."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def refuse(is_wrong: object, words: str) -> None:
    """Raise ``FaultError`` with the words when something is wrong."""
    if is_wrong:
        raise FaultError(words)


def check_trail(result: Result, source: dict[str, Any]) -> None:
    """The events of a report have their hashes, stand in order and fit its head."""
    trail, entries = source["trail"], source["trail"]["entries"]
    joined, before = 0, START
    for entry in entries:
        _refuse_entry(entry, trail, before)
        joined += entry["seq"] == before["seq"] + 1
        before = entry
    words = "It carries no events, so the trail could not be checked."
    if entries:
        words = f"All {len(entries)} events have their hash, {joined} follow directly."
    result.add("trail", OK if entries else NOTE, words)


def _refuse_entry(entry: dict[str, Any], trail: dict[str, Any], before: dict[str, Any]) -> None:
    seq, covered = entry["seq"], {**entry, "organisation_id": trail["organisation"]}
    computed = digest(canonical([covered[name] for name in COVERED]))
    refuse(computed != entry["hash"], f"Event {seq} was changed: its hash is another.")
    _refuse_place(entry, before)
    ahead = seq - trail["seq"]
    is_past = ahead > 0 or (ahead == 0 and entry["hash"] != trail["hash"])
    refuse(is_past, f"The head of the trail does not agree with its event {seq}.")


def _refuse_place(event: dict[str, Any], before: dict[str, Any], where: str = "") -> None:
    """An event stands behind the one before it, and follows on it if it is the next."""
    seq = event["seq"]
    refuse(seq <= before["seq"], f"Event {seq} stands out of order{where}.")
    is_torn = seq == before["seq"] + 1 and event["previous_hash"] != before["hash"]
    refuse(is_torn, f"Event {seq} does not follow on event {seq - 1}{where}.")


def check_head(result: Result, source: dict[str, Any], export: Export | None) -> None:
    """Events and head of a report are those of an exported trail, as far as it goes."""
    trail = source["trail"]
    seq, is_own = trail["seq"], any(e["seq"] == trail["seq"] for e in trail["entries"])
    if export:
        refuse(
            export.organisation != trail["organisation"],
            f"{export.name} is the trail of another organisation.",
        )
        _compare(trail, export, source["report"]["read_at"])
    if seq == 0:
        words, state = "The trail was empty when the report was made.", NOTE
    elif export and seq in export.hashes:
        words, state = f"Event {seq} is the same in {export.name}.", OK
    elif is_own:
        words, state = f"Event {seq} is the last of the events in this file.", OK
    else:
        where = f"in this file nor in {export.name}" if export else "in this file"
        words = (
            f"Event {seq} is {'neither ' if export else 'not '}{where}: the head was not"
            " compared. An export of the whole trail has it (--trail)."
        )
        state = NOTE
    result.add("trail head", state, words)


def _compare(trail: dict[str, Any], export: Export, read_at: str) -> None:
    seq = trail["seq"]
    entries = [(one["seq"], one["hash"]) for one in trail["entries"]]
    for number, own in [*entries, (seq, trail["hash"])] if seq else entries:
        known = export.hashes.get(number)
        words = f"Event {number} is another one in {export.name}."
        refuse(known and known != own, words)
    is_cut = export.head and export.head[0] < seq and export.exported_at > read_at
    words = f"{export.name} was written later and ends before event {seq}."
    refuse(is_cut, words)


def check_file(result: Result, export: Export, sha256: str) -> None:
    """The exported trail says that this very file was made, byte for byte."""
    name, sealed_at = "file in the trail", result.facts.get("sealed_at")
    days = [one[:10] for one in (export.exported_at, sealed_at or "9999-12-31")]
    written, sealed = map(date.fromisoformat, days)
    is_later = export.head and (written - sealed).days > 1
    words = f"{export.name} is whole, was written later and does not name this file."
    refuse(is_later and sha256 not in export.made, words)
    if sha256 in export.made:
        words = f"{export.name} names this very file, byte for byte."
        result.add(name, OK, words)
        return
    why = "it may be older" if export.head else "it is not all of it"
    words = f"{export.name} does not show that this file was made: {why}."
    result.add(name, NOTE, words)


def check_signoffs(result: Result, source: dict[str, Any], export: Export | None) -> None:
    """Each sign-off is the event that it names, in the chain that it names."""
    trail, entries = source["trail"], source["trail"]["entries"]
    hashes = dict(export.hashes) if export else {}
    hashes |= {entry["seq"]: entry["hash"] for entry in entries}
    signed: dict[int, Any] = {entry["seq"]: {} for entry in entries if entry["action"] == SIGNED}
    signed |= export.signed if export else {}
    for one in source["sign_offs"]:
        is_here = _chain_of(one, trail) == trail["organisation"]
        seq = one["trail_seq"]
        is_known = is_here and seq in hashes
        is_other = is_known and (
            hashes[seq] != one["trail_hash"]
            or seq not in signed
            or any(signed[seq].get(n) not in {None, one[n]} for n in STATED)
        )
        refuse(is_other, f"That of {one['signer']} is not the event that it names.")
        is_this = one["content_hash"] == source["content_hash"]
        what = "this content" if is_this else "other content"
        words = f"{one['signer']}, {one['role']}, signed {what} on {one['signed_at']}."
        if not is_here:
            words += f" Imported: event {seq} is of another chain, not in this file."
        elif not is_known:
            words += f" Its event {seq} is not in this file."
        result.add("sign-offs", OK if is_this and is_known else NOTE, words)


def _chain_of(one: dict[str, Any], trail: dict[str, Any]) -> str:
    """The organisation in whose chain a sign-off stands.

    Version 1 did not say: what was signed before the assessment came stands elsewhere.
    """
    if "chain" in one:
        return str(one["chain"])
    came = (e["at"] for e in trail["entries"] if e["action"] == BROUGHT_IN)
    is_older = one["signed_at"] < next(came, "")
    return "" if is_older else str(trail["organisation"])


def export_in(path: Path) -> Export:
    """The exported trail in a file; ``FaultError`` for any other and a changed event."""
    words = f"{path.name} is not an exported trail."
    try:
        with path.open(encoding="utf-8") as file:
            head = json.loads(file.readline())
            refuse(head["format"] != EXPORT, words)
            whole = head.get("head")
            end = (int(whole[0]), str(whole[1])) if whole else None
            name, made_at = str(head["organisation"]), str(head["exported_at"])
            export = Export(path.name, name, made_at, end, {})
            _read(file, export)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FaultError(words) from error
    if end:
        _refuse_gap(export, end)
    return export


def _refuse_gap(export: Export, end: tuple[int, str]) -> None:
    """A whole export has every event of its chain, up to the head that it names."""
    for number, seq in enumerate([*export.hashes, end[0] + 1], 1):
        refuse(seq > number, f"Event {number} is missing in {export.name}.")
    is_other = export.hashes.get(end[0], START["hash"]) != end[1]
    words = f"{export.name} does not end with the head that it names."
    refuse(is_other or len(export.hashes) > end[0], words)


def _read(lines: Any, export: Export) -> None:
    """Take in the events of an export, each once its hash holds."""
    before, name = START, export.name
    for line in lines:
        said = json.loads(line)
        at = datetime.fromisoformat(said["at"]).astimezone(timezone.utc)  # noqa: UP017
        covered = [
            export.organisation, said["seq"], at.isoformat(timespec="microseconds"),
            said["actor"], said["action"], *said["subject"], said["scope"],
            said["payload_hash"], said["previous_hash"],
        ]  # fmt: skip
        is_other = digest(canonical(covered)) != said["hash"]
        refuse(is_other, f"Event {said['seq']} was changed in {name}.")
        _refuse_place(said, before, f" in {name}")
        before, export.hashes[said["seq"]] = said, said["hash"]
        if said["action"] == MADE:
            export.made.add(_after(said, name)["sha256"])
        elif said["action"] == SIGNED:
            export.signed[said["seq"]] = _after(said, name)


def _after(said: dict[str, Any], name: str) -> dict[str, Any]:
    """The content of an event after it, which its hash covers."""
    content = json.loads(said["payload"])
    is_other = root_of(content, said["salts"].split()) != said["payload_hash"]
    is_other = is_other or canonical(content) != said["payload"]
    refuse(is_other, f"Event {said['seq']} was changed in {name}.")
    return {**content["after"]}


def canonical(value: Any) -> str:
    """JSON with sorted keys, no spaces and no escapes: one text for one value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(text: str) -> str:
    """SHA-256 of the UTF-8 text, 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def root_of(content: Any, salts: list[str]) -> str | None:
    """The Merkle root (RFC 9162) over the leaves of an event's content, None for none.

    Each leaf is hashed with its place and salt; of an erased one, which has no value any
    more, its hash is kept behind a "=". As ``compliance/proof/audit/leaves.py`` has it.
    """
    places = list(_leaves(content, ""))
    if not places or len(places) != len(salts):
        return None
    leaves = list(zip(places, salts))  # noqa: B905 - equally many
    if any(salt[0] == "=" and value is not None for (_, value), salt in leaves):
        return None
    level = [
        bytes.fromhex(salt[1:])
        if salt.startswith("=")
        else hashlib.sha256(b"\x00" + canonical([place, salt, value]).encode()).digest()
        for (place, value), salt in leaves
    ]
    while len(level) > 1:
        pairs = [level[at : at + 2] for at in range(0, len(level), 2)]
        level = [
            hashlib.sha256(b"\x01" + b"".join(two)).digest() if len(two) > 1 else two[0] for two in pairs
        ]
    return level[0].hex()


def _leaves(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key in sorted(value):
            escaped = key.replace("~", "~0").replace("/", "~1").replace("#", "~2")
            yield from _leaves(value[key], f"{place}/{escaped}")
    elif isinstance(value, list) and not all(isinstance(item, (list, int, float)) for item in value):
        for number, item in enumerate(value):
            yield from _leaves(item, f"{place}/#{number}")
    else:
        yield place, value


def proven_words(checks: Sequence[Any]) -> tuple[str, str]:
    """What a good report proves and what not, by what it carries."""
    carried = {one.name for one in checks if one.state == OK}
    has_data = "data" in carried
    has_figures = "figures" in carried
    proven = PROVEN + PROVEN_DATA * has_data + PROVEN_FIGURES * has_figures
    lacks = "" if has_data else NO_ANSWERS if has_figures else NO_DATA
    proven += PROVEN_EVENTS * ("trail" in carried)
    return f"Proven: {proven}", f"Not proven: {lacks}{NOT_PROVEN}"
