"""Do the rows of a bundle say what the trail in the same bundle tells?

The last trail is that of the installation that wrote the bundle: it tells the rows, and
calls people and answers by its own numbers. Those before it tell signatures only. A
text that was erased counts as any text.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Protocol

from compliance.assessments.against_trail import answers, beside
from compliance.assessments.events import ANSWER_RETURNED
from compliance.assessments.fields import TYPED, Kind
from compliance.audit import event_types, trail
from compliance.audit.event_types import Prepares
from compliance.audit.models import Event
from compliance.interchange.records.layout import ROWS
from compliance.reviews import told as reviews
from compliance.reviews.events import ASSESSMENT_SIGNED
from compliance.reviews.hands import makes, prepares

_SIGNOFF = (
    "content_hash", "statement", "reservations", "role", "signer", "method",
)  # fmt: skip
_TEXTS = {field.column for field in TYPED if field.erasable}
ANY = "\0"
"""Stands for a text that was erased; no text of a person has this sign."""
_PEOPLE = {f.column: f.name for f in answers.HELD if f.kind == Kind.PERSON}
"""Columns that name somebody by the numbers of the trail, and those of the rows."""


class Bundle(Protocol):
    """What is read of one."""

    @property
    def head(self) -> dict[str, Any]: ...

    @property
    def rows(self) -> dict[str, Any]: ...

    @property
    def trails(self) -> list[dict[str, Any]]: ...

    def events(self) -> Iterator[tuple[int, dict[str, Any]]]: ...


class _People:
    """Who a number of the last trail is in the rows; each is one, and stays it."""

    def __init__(self) -> None:
        self._refs: dict[Any, Any] = {None: None}
        self._numbers: dict[Any, Any] = {None: None}

    def are(self, number: Any, ref: Any) -> bool:
        known = self._refs.setdefault(number, ref)
        return bool(known == ref and self._numbers.setdefault(ref, number) == number)


class _Heard:
    """What the events of all trails say."""

    def __init__(self) -> None:
        self.answers = answers.Told()
        self.beside = beside.Told()
        self.reviews = reviews.Told()
        self.signed: dict[str, dict[str, Any]] = {}
        self.hands: defaultdict[int, set[int]] = defaultdict(set)
        """Answers to those who prepared them."""
        self.moved: defaultdict[str, set[int]] = defaultdict(set)
        """Questions to those whose facts decided that they apply, or do not."""
        self.rulers: set[int] = set()
        """Who prepared whatever does not apply."""
        self.unsure: set[tuple[int, str]] = set()
        """Texts of answers of which the last word was erased."""

    def hear(self, said: dict[str, Any], is_last: bool) -> None:
        """Take in one event; ``ValueError`` for one that tells something else."""
        is_erased = "=" in said["salts"]
        if said["action"] == ASSESSMENT_SIGNED:
            self.signed[said["hash"]] = said
        if not is_last:
            return
        try:
            self._hear(_event(said), is_erased)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            if not is_erased:
                msg = f"event {said['seq']} of the trail tells nothing of its kind"
                raise ValueError(msg) from error

    def _hear(self, event: Event, is_erased: bool) -> None:
        after = trail.content_of(event).get("after", {})
        if event.actor_id:
            self._hold(event, event.actor_id, after)
        if event.action in answers.HEARD:
            self.answers.hear(event)
            self._mark(event, after, is_erased)
        if event.subject_label in {"answer", "assessment"}:
            self.beside.hear(event)
        if is_erased:
            self._forget(event)
        if event.action in event_types.those(about_review=True):
            self.reviews.hear(
                action=event.action,
                subject=event.subject_id,
                actor=event.actor_id,
                after=after,
                seq=event.seq,
                is_erased=is_erased,
            )

    def _hold(self, event: Event, actor_id: int, after: dict[str, Any]) -> None:
        """What somebody prepared by the event; as ``reviews.hands`` has it."""
        kind = makes(event.action)
        if kind == Prepares.RULED_OUT:
            self.rulers.add(actor_id)
        elif kind == Prepares.MOVED:
            for key in after.get("questions_moved", ()):
                self.moved[key].add(actor_id)
        elif prepares(event):
            self.hands[int(event.subject_id)].add(actor_id)

    def _mark(self, event: Event, after: dict[str, Any], is_erased: bool) -> None:
        """Which texts of answers the event makes sure or unsure."""
        said = {event.subject_id: after}
        if event.subject_label == "assessment":
            said = after.get("answers") or after.get("carried", {}).get("answers", {})
        places = {(int(pk), n) for pk, v in said.items() for n in _TEXTS & v.keys()}
        self.unsure = self.unsure | places if is_erased else self.unsure - places

    def _forget(self, event: Event) -> None:
        """Words that an erased event told of no more: its rows may still have them."""
        self.beside.head.pop("subject", None)
        for one in self.beside.said.values():
            if one.seq == event.seq:
                one.text = ANY
        if event.action == ANSWER_RETURNED:
            self.beside.returned.add((int(event.subject_id), None, ANY))


def unlike(bundle: Bundle) -> str:
    """What of the rows is not as told, in words: the part and what differs; or ""."""
    if not bundle.trails:
        return "trail/1.json: is missing, so nothing tells whether the rows are true"
    heard = _Heard()
    try:
        for number, said in bundle.events():
            heard.hear(said, number == len(bundle.trails))
    except ValueError as error:
        return f"trail/{len(bundle.trails)}.jsonl: {error}"
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
    )


def _faults(bundle: Bundle, heard: _Heard) -> Iterator[str]:
    rows, names = bundle.rows, bundle.trails[-1]["names"]["answers"]
    people, ids = _People(), {key: int(pk) for pk, key in names.items()}
    accounts = {number: ref for ref, number in bundle.head["people"].items()}
    for number, ref in accounts.items():
        people.are(number, ref)
    for at, row in enumerate(rows["answers"]):
        if row["key"] not in ids:
            yield f"answers.{at}: the trail knows no answer {row['key']}"
            return
    yield from _signatures(rows, heard.signed, people)
    yield from _head(rows["assessment"], heard.beside)
    yield from _hands(rows, ids, heard, accounts)
    for row in rows["answers"]:
        yield from _answer(row, ids[row["key"]], heard, people)
    yield from _reviews(rows, ids, heard.reviews, people)


def _signatures(
    rows: dict[str, Any], told: dict[str, dict[str, Any]], people: _People
) -> Iterator[str]:
    missing = dict(told)
    for at, row in enumerate(rows["signoffs"]):
        place = f"signoffs.{at}"
        said = missing.pop(row["trail_hash"], None)
        if said is None or said["seq"] != row["trail_seq"]:
            yield f"{place}: no trail has the event {row['trail_seq']} that it names"
            continue
        after = trail.content_of(_event(said)).get("after", {})
        stood = {"stood_at": _moment(row["stood_at"])}
        after = after | {"stood_at": _moment(after.get("stood_at"))}
        for name in ("stood_at", *_SIGNOFF):
            if (row | stood)[name] != after.get(name):
                yield f"{place}: {name} is not what event {said['seq']} tells"
    for said in missing.values():
        yield f"signoffs: the one that event {said['seq']} tells is missing"


def _hands(
    rows: dict[str, Any], ids: dict[str, int], heard: _Heard, accounts: dict[int, str]
) -> Iterator[str]:
    """An answer names everybody who prepared it; four eyes rest on that.

    If it does not apply, those are the people who set the facts and the edition, not
    those who had answered it before.
    """
    for row in rows["answers"]:
        key = row["key"]
        said = heard.hands[ids[key]] if row["applies"] else heard.rulers
        told = {accounts.get(number) for number in said | heard.moved[key]}
        if not told <= set(row["hands"]):
            yield f"{key}: hands leaves out somebody who prepared it"


def _moment(text: Any) -> Any:
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return text


def _head(row: dict[str, Any], told: beside.Told) -> Iterator[str]:
    for name, value in told.head.items():
        if row[name] != value:
            yield f"assessment: {name} is not what event {told.head_seq} tells"
    known = told.facts.keys() | (row["facts"].keys() if told.knows_all else set())
    for key in sorted(known) if told.knows_all or told.fact_seqs else ():
        value, stands = told.facts.get(key), row["facts"].get(key)
        # Another edition may no longer ask for it, or not offer what was chosen.
        if stands != value and not (told.is_moved and stands is None):
            seq = told.fact_seqs.get(key, told.head_seq)
            yield f"assessment: the fact {key} is not what event {seq} tells"


def _answer(
    row: dict[str, Any], pk: int, heard: _Heard, people: _People
) -> Iterator[str]:
    told, key = heard.answers, row["key"]
    said = told.values.get(pk, {})
    seq = told.last.get(pk, told.start or 0)
    held = [f for f in answers.HELD if f.column not in _PEOPLE]
    stands = {f.column: f.from_json(row[f.name]) for f in held}
    stands |= {"pk": pk, "na_confirmed_at": _moment(row["na_confirmed_at"])}
    stands |= {column: said.get(column) for column in _PEOPLE}
    stands["version"] = said.get("version", 0)  # no row tells it
    stands |= {n: said[n] for n in _TEXTS & said.keys() if (pk, n) in heard.unsure}
    if name := told.unlike(stands):
        yield f"{key}: {name} is not what event {seq} tells"
    for column, person in _PEOPLE.items():
        if column in said and not people.are(said[column], row[person]):
            yield f"{key}: {person} is not who event {seq} tells"
    used = {one["evidence"] for one in row["attachments"]}
    proofs = {p: said for (at, p), said in heard.beside.proofs.items() if at == pk}
    for proof, (is_used, seq) in proofs.items():
        if is_used != (proof in used):
            yield f"{key}: its evidence is not what event {seq} tells"
    if heard.beside.knows_all and used - proofs.keys():
        yield f"{key}: it has evidence of which the trail does not tell"
    yield from _comments(row, pk, heard.beside, people)


def _comments(
    row: dict[str, Any], pk: int, told: beside.Told, people: _People
) -> Iterator[str]:
    """Comments in their order; one of a returned answer has no event of its own."""
    waits = [told.said[n] for n in sorted(told.said) if told.said[n].answer_id == pk]
    returned = {text for at, _, text in told.returned if at == pk}
    for one in row["comments"]:
        if waits and waits[0].text in {ANY, one["text"]}:
            said = waits.pop(0)
            if not people.are(said.author_id, one["author"]):
                yield f"{row['key']}: a comment is not of whom event {said.seq} tells"
            if not people.are(said.resolved_by, one["resolved_by"]):
                yield f"{row['key']}: who resolved a comment is not as told"
        elif told.knows_all and not {ANY, one["text"]} & returned:
            yield f"{row['key']}: a comment is not what the trail tells"
            return
    if waits:
        seq = waits[0].seq
        yield f"{row['key']}: the comment of event {seq} is missing or another one"


def _reviews(
    rows: dict[str, Any], ids: dict[str, int], told: reviews.Told, people: _People
) -> Iterator[str]:
    """The same as for rows of here; people are compared as the trail numbers them."""
    keys = [str(ids[row["key"]]) for row in rows["answers"]]
    stands = [
        row
        | {"checks": [one | {"answer": keys[one["answer"]]} for one in row["checks"]]}
        for row in rows["reviews"]
    ]
    found = reviews.unlike(told, stands, rows["reopenings"], people.are)
    for seq, what in found:
        yield f"{what}, against event {seq}"
