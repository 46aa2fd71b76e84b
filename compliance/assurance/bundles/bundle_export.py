"""A bundle written from the rows of an assessment."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any, BinaryIO
from uuid import UUID

from compliance.assurance.bundles import layout
from compliance.assurance.bundles.chain_proof import proof_in
from compliance.assurance.bundles.counts import counts_of
from compliance.assurance.bundles.zip_writer import Pack
from compliance.assurance.reviews.rows import rows_and_people
from compliance.assurance.reviews.signatures import standing
from compliance.content.checklist_files.actions import sheet_of
from compliance.content.checklists.models import Edition
from compliance.content.evidence import storage
from compliance.content.evidence.storage import StorageError
from compliance.content.formats import own
from compliance.ground.web import file_store
from compliance.ground.web.bucket import AwayError
from compliance.identity.organisations.models import User
from compliance.proof.audit import export, trail
from compliance.proof.audit.chain import canonical, digest
from compliance.proof.audit.columns import plain
from compliance.proof.audit.models import Event
from compliance.work.assessments.models import Answer, Assessment, OriginTrail
from compliance.work.snapshots.content import Content
from compliance.work.snapshots.models import Snapshot
from compliance.work.snapshots.snapshot import content_of, one_moment, to_read

EVENT = (
    "seq", "action", "subject_label", "subject_id", "payload", "salts", "payload_hash",
    "previous_hash", "hash",
)  # fmt: skip
Listen = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Written:
    """The result of writing: the hash of the list of hashes, the content hash, the counts."""

    digest: str
    content_hash: str
    counts: dict[str, int]


@dataclass(slots=True)
class Record:
    """An assessment as it stands, read in one moment; what never changes is read later."""

    assessment: Assessment
    content: Content
    rows: dict[str, Any]
    head: tuple[int, str]
    people: dict[str, int]
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def files(self) -> dict[str, int]:
        """SHA-256 to size of every file, each once."""
        found = {row["sha256"]: row["size_bytes"] for row in self.rows["evidence"]}
        found.pop("", None)
        return found


def read(assessment_id: UUID) -> Record:
    """Everything of an assessment that can change, as it stands now."""
    with one_moment():
        assessment = to_read(assessment_id)
        rows, people = rows_and_people(assessment)
        head = trail.head_of(assessment.organisation_id)
        content = standing(assessment, content_of(assessment))
        record = Record(assessment, content, rows, head, people)
        answers = Answer.everything.filter(assessment=assessment).order_by("pk")
        pairs = answers.values_list("pk", "question__key").iterator()
        record.keys = {str(pk): key for pk, key in pairs}
    return record


def write(
    record: Record,
    file: BinaryIO,
    listen: Listen | None = None,
    *,
    for_outside: bool = False,
) -> Written:
    """Write the bundle; the same record gives the same bytes.

    ``for_outside``: its events are as ``audit.export.seen_outside`` leaves them.
    ``listen`` is called with a step and whole percents. Raises ``StorageError`` when a
    file of the evidence is gone or damaged.
    """
    listen = listen or (lambda _step, _percent: None)
    trails = [*_trails_before(record), _trail_here(record)]
    counts = counts_of(record.rows, (head["events"] for head, _ in trails))
    with Pack(file) as pack:
        editions = dict(_editions(record.rows, record.assessment))
        pack.add(layout.HEAD, _json(_head(record, editions, counts)))
        listen("Writing answers", 2)
        pack.add(layout.CONTENT, record.content.as_json.encode())
        pack.add(layout.ROWS, canonical(record.rows).encode())
        for ref, edition in editions.items():
            pack.add(f"{layout.EDITIONS}{ref}.yaml", own.write_yaml(sheet_of(edition)))
        for snapshot in _signed(record.rows):
            name = snapshot.content_hash
            pack.add(layout.signed_content(name), snapshot.text.encode())
            pack.add(layout.signed_rows(name), (snapshot.rows or "{}").encode())
        listen("Writing the trail", 5)
        for number, (head, events) in enumerate(trails, 1):
            pack.add(layout.trail_head(number), _json(head))
            sent = map(_seen_outside, events()) if for_outside else events()
            pack.add_lines(layout.trail_events(number), map(canonical, sent))
        _add_files(pack, record, listen)
        return Written(pack.finish(), record.content.content_hash, counts)


def _head(record: Record, editions: Mapping[str, Edition], counts: dict[str, int]) -> dict[str, Any]:
    content = record.content
    return {
        "format": layout.FORMAT,
        "version": layout.VERSION,
        "assessment": str(record.assessment.pk),
        "organisation": content.organisation,
        "checklist": content.checklist,
        "edition": content.edition,
        "subject": content.subject,
        "content_hash": content.content_hash,
        "rows_hash": digest(canonical(record.rows)),
        "people": record.people,
        "published": {ref: plain(one.published_at) for ref, one in editions.items()},
        "counts": counts,
    }


Trail = tuple[dict[str, Any], Callable[[], Iterator[dict[str, Any]]]]


def _editions(rows: dict[str, Any], assessment: Assessment) -> Iterator[tuple[str, Edition]]:
    """Each edition by its name in the rows."""
    hashes = {row["content_hash"] for row in rows["editions"]}
    here = Edition.objects.open_to(assessment.organisation).select_related("checklist__theme")
    checklist = assessment.edition.checklist
    found = here.filter(checklist__key=checklist.key, content_hash__in=hashes)
    # An untouched copy has the hash of its original: the assessment's own comes last.
    ordered = sorted(found, key=lambda edition: edition.checklist_id == checklist.pk)
    by_hash = {edition.content_hash: edition for edition in ordered}
    for row in rows["editions"]:
        yield row["ref"], by_hash[row["content_hash"]]


def _signed(rows: dict[str, Any]) -> Iterator[Snapshot]:
    """Signed contents, one after the other, each content once."""
    hashes = {row["content_hash"] for row in rows["signoffs"]}
    yield from Snapshot.objects.filter(pk__in=hashes).order_by("pk").iterator()


def _trail_here(record: Record) -> Trail:
    """The events of this installation about the assessment, up to the moment of reading."""
    assessment, (seq, head) = record.assessment, record.head
    found = Event.objects.filter(
        organisation_id=assessment.organisation_id,
        scope_id=assessment.pk,
        seq__lte=seq,
    ).order_by("seq")
    actors = found.order_by().values_list("actor_id", flat=True).distinct()
    people = User.objects.filter(pk__in=actors).order_by("pk")
    return {
        "organisation_id": str(assessment.organisation_id),
        "organisation": assessment.organisation.name,
        "assessment": str(assessment.pk),
        "head_seq": seq,
        "head_hash": head,
        "events": found.count(),
        "names": {
            "people": {str(person.pk): str(person) for person in people},
            "answers": record.keys,
        },
        "proof": proof_in(assessment.organisation_id, seq, found),
    }, lambda: map(_event, found.iterator(chunk_size=2000))


def _event(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in EVENT} | {
        "organisation_id": str(event.organisation_id),
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor_id": "" if event.actor_id is None else str(event.actor_id),
        "scope_id": "" if event.scope_id is None else str(event.scope_id),
    }


def _seen_outside(event: dict[str, Any]) -> dict[str, Any]:
    said = event["action"], event["payload"], event["salts"]
    payload, salts = export.seen_outside(*said)
    return event | {"payload": payload, "salts": salts}


def _trails_before(record: Record) -> list[Trail]:
    """The trails of the installations it was in before, as they came."""
    kept = OriginTrail.objects.filter(origin__assessment=record.assessment)
    return [trail_there(row) for row in kept.select_related("origin")]


def trail_there(row: OriginTrail) -> Trail:
    return {
        "organisation_id": str(row.organisation_there),
        "organisation": row.organisation_name,
        "assessment": str(row.assessment_there),
        "head_seq": row.head_seq,
        "head_hash": row.head_hash,
        "events": row.events.count(),
        "names": row.names,
        "proof": row.proof,
    }, lambda: (
        {name: getattr(event, name) for name in (*EVENT, "actor_id", "scope_id")}
        | {
            "organisation_id": str(row.organisation_there),
            "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        }
        for event in row.events.order_by("seq").iterator(chunk_size=2000)
    )


def _add_files(pack: Pack, record: Record, listen: Listen) -> None:
    whole, done = sum(record.files.values()) or 1, 0
    for at, (sha256, size_bytes) in enumerate(sorted(record.files.items()), 1):
        listen(f"Writing file {at} of {len(record.files)}", 10 + done * 85 // whole)
        chunks = chunks_of(record.assessment.organisation_id, sha256)
        found, _ = pack.add_file(f"{layout.EVIDENCE}{sha256}", chunks, size_bytes)
        if found != sha256:
            raise damaged(sha256)
        done += size_bytes


def chunks_of(organisation_id: UUID, sha256: str) -> Iterator[bytes]:
    """A kept file in pieces; whoever writes them compares the hash."""
    try:
        yield from file_store.chunks(storage.path_of(organisation_id, sha256))
    except AwayError as error:
        raise StorageError(str(error), code=storage.AWAY) from error
    except storage.NO_FILE as error:
        raise damaged(sha256) from error
    except OSError as error:
        raise storage.unread(error) from error


def damaged(sha256: str) -> StorageError:
    """The refusal of a file that is not what was received."""
    msg = (
        f"The evidence file {sha256[:8]}… is missing or no longer has the bytes it was"
        " received with. The administrator of this installation has to restore it from a"
        " backup."
    )
    return StorageError(msg, code=storage.DAMAGED)


def _json(value: Any) -> bytes:
    """JSON that people may read, too; PostgreSQL keeps no order of keys."""
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
    return f"{text}\n".encode()
