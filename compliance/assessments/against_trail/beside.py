"""Do facts, evidence and comments of assessments stand as the trail says?"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any
from uuid import UUID

from compliance.assessments.events import (
    ANSWER_RETURNED,
    ASSESSMENT_BROUGHT_IN,
    ASSESSMENT_STARTED,
    ASSESSMENT_UPGRADED,
    COMMENT_REOPENED,
    COMMENT_RESOLVED,
    COMMENT_WRITTEN,
    FACTS_CHANGED,
    NA_SENT_BACK,
    UPGRADE_UNDONE,
)
from compliance.assessments.filing import moved_proofs
from compliance.assessments.models import Answer, Assessment, Attachment, Comment
from compliance.audit import trail
from compliance.audit.checking import Fault, Kind
from compliance.audit.models import Event
from compliance.evidence.models import Evidence

_MOVES = {ASSESSMENT_UPGRADED, UPGRADE_UNDONE}
_SHOWN = 60
"""Characters of a comment that a fault names."""


@dataclass(slots=True)
class _Said:
    """A comment as the trail tells it."""

    answer_id: int
    author_id: int | None
    text: str
    seq: int
    resolved_by: int | None = None


@dataclass(slots=True)
class Told:
    """What the trail says of one assessment beside its answers.

    ``proofs`` maps an answer and a piece of evidence to whether it is in use, and the
    event that says so. ``knows_all`` is false where the beginning is not told.
    """

    head: dict[str, Any] = field(default_factory=dict)
    head_seq: int = 0
    facts: dict[str, Any] = field(default_factory=dict)
    fact_seqs: dict[str, int] = field(default_factory=dict)
    proofs: dict[tuple[int, str], tuple[bool, int]] = field(default_factory=dict)
    said: dict[int, _Said] = field(default_factory=dict)
    returned: set[tuple[int, int | None, str]] = field(default_factory=set)
    is_moved: bool = False
    knows_all: bool = False

    def hear(self, event: Event) -> None:
        """Take in one event; they come in their order."""
        _, after = trail.changes(event)
        if event.action in {ASSESSMENT_STARTED, ASSESSMENT_BROUGHT_IN}:
            self._begin(event, after)
        elif event.action == FACTS_CHANGED:
            self.facts |= after["facts"]
            self.fact_seqs |= dict.fromkeys(after["facts"], event.seq)
        elif event.action in _MOVES:
            self.is_moved = True
        elif event.subject_label == "answer":
            self._hear_answer(event, after)

    def _begin(self, event: Event, after: dict[str, Any]) -> None:
        self.head_seq = event.seq
        self.knows_all = "facts" in after
        self.facts = dict(after.get("facts", {}))
        if event.action == ASSESSMENT_STARTED:
            first, last = after["period"]
            self.head = {"subject": after["subject"]}
            self.head |= {"period_from": first, "period_to": last}
        carried = after.get("carried", {}).get("answers", {})
        used = {pk: one.get("evidence", ()) for pk, one in carried.items()}
        for pk, proofs in chain(used.items(), after.get("attached", {}).items()):
            for proof in proofs:
                self.proofs[int(pk), proof] = (True, event.seq)
        for pk, one in after.get("comments", {}).items():
            self.said[int(pk)] = _Said(
                one["answer"], one["author"], one["text"], event.seq, one["resolved_by"]
            )

    def _hear_answer(self, event: Event, after: dict[str, Any]) -> None:
        answer_id, seq = int(event.subject_id), event.seq
        new, out = moved_proofs(event.action, after)
        for is_used, proofs in ((False, out), (True, new)):
            for proof in proofs:
                self.proofs[answer_id, proof] = (is_used, seq)
        if event.action in {COMMENT_WRITTEN, NA_SENT_BACK}:
            said = _Said(answer_id, event.actor_id, after["text"], seq)
            self.said[after["comment"]] = said
        elif event.action == ANSWER_RETURNED:
            # Handed over later as a comment, which has no event of its own.
            self.returned.add(
                (answer_id, event.actor_id, f"Returned: {after.get('text', '')}")
            )
        elif event.action in {COMMENT_RESOLVED, COMMENT_REOPENED}:
            is_resolved = event.action == COMMENT_RESOLVED
            if known := self.said.get(after["comment"]):
                known.seq = seq
                known.resolved_by = event.actor_id if is_resolved else None


def as_told(here: Assessment) -> dict[str, Any]:
    """What an assessment came with, as its event tells it: facts, evidence, comments."""
    attached: dict[str, list[str]] = {}
    rows = Attachment.objects.filter(answer__assessment=here).order_by("pk")
    for answer_id, proof in rows.values_list("answer", "evidence"):
        attached.setdefault(str(answer_id), []).append(str(proof))
    said = Comment.objects.filter(answer__assessment=here).order_by("pk")
    return {
        "facts": here.facts,
        "attached": attached,
        "comments": {
            str(row.pk): {
                "answer": row.answer_id,
                "author": row.author_id,
                "text": row.text,
                "resolved_by": row.resolved_by_id,
            }
            for row in said
        },
    }


def faults(organisation_id: UUID) -> Iterator[Fault]:
    """What was changed, put in or taken away beside answers without an entry."""
    rows = Assessment.objects.filter(organisation_id=organisation_id)
    for assessment_id in rows.order_by("pk").values_list("pk", flat=True):
        look = partial(_faults_of, assessment_id)
        yield from trail.settled(organisation_id, look)


def _faults_of(assessment_id: UUID) -> Iterator[Fault]:
    here, told = Assessment.objects.get(pk=assessment_id), Told()
    events = Event.objects.filter(
        organisation_id=here.organisation_id,
        scope_id=here.pk,
        subject_label__in=["answer", "assessment"],
    )
    for event in events.order_by("seq").iterator(chunk_size=2000):
        told.hear(event)
    keys = dict(
        Answer.everything.filter(assessment=here).values_list("pk", "question__key")
    )
    yield from _head_faults(here, told)
    yield from _proof_faults(here, told, keys)
    yield from _comment_faults(here, told, keys)


def _head_faults(here: Assessment, told: Told) -> Iterator[Fault]:
    for name, value in told.head.items():
        if str(getattr(here, name)) != value:
            word = name.partition("_")[0]
            what = f"{here}: the {word} was changed since without an entry"
            yield Fault(told.head_seq, what, Kind.FACTS)
    if not told.knows_all and not told.fact_seqs:
        return
    known = told.facts.keys() | (here.facts.keys() if told.knows_all else set())
    for key in sorted(known):
        value, stands = told.facts.get(key), here.facts.get(key)
        # Another edition may no longer ask for it, or not offer what was chosen.
        if stands == value or (told.is_moved and stands is None):
            continue
        what = f"{here}: the fact “{key}” was changed since without an entry"
        yield Fault(told.fact_seqs.get(key, told.head_seq), what, Kind.FACTS)


def _proof_faults(
    here: Assessment, told: Told, keys: dict[int, str]
) -> Iterator[Fault]:
    rows = Attachment.objects.filter(answer__in=keys).order_by("pk")
    used = {(pk, str(proof)) for pk, proof in rows.values_list("answer", "evidence")}
    wrong: list[tuple[int, str, int, str]] = []
    for (pk, proof), (is_used, seq) in told.proofs.items():
        if pk in keys and is_used != ((pk, proof) in used):
            how = "taken out" if is_used else "put in"
            wrong.append((pk, proof, seq, how))
    if told.knows_all:
        extra = sorted(used - told.proofs.keys())
        wrong += [(pk, proof, told.head_seq, "put in") for pk, proof in extra]
    titles = Evidence.objects.in_bulk([UUID(proof) for _, proof, _, _ in wrong])
    for pk, proof, seq, how in wrong:
        row = titles.get(UUID(proof))
        name = f"“{row.title}”" if row else "a piece that is gone"
        what = f"{keys[pk]}: evidence {name} was {how} since without an entry"
        yield Fault(seq, what, Kind.ATTACHMENT)


def _comment_faults(
    here: Assessment, told: Told, keys: dict[int, str]
) -> Iterator[Fault]:
    missing = dict(told.said)
    for row in Comment.objects.filter(answer__in=keys).order_by("pk"):
        key, said = keys[row.answer_id], missing.pop(row.pk, None)
        name = f"{key}: the comment “{row.text[:_SHOWN]}”"
        if said is None:
            is_told = (row.answer_id, row.author_id, row.text) in told.returned
            if told.knows_all and not is_told:
                what = f"{name} was written without an entry"
                yield Fault(told.head_seq, what, Kind.COMMENT)
        elif how := _unlike(row, said):
            yield Fault(said.seq, f"{name} {how} without an entry", Kind.COMMENT)
    for pk, said in missing.items():
        if said.answer_id in keys:
            what = f"the comment {pk}, which it is about, was taken away"
            what = f"{keys[said.answer_id]}: {what} without an entry"
            yield Fault(said.seq, what, Kind.COMMENT)


def _unlike(row: Comment, said: _Said) -> str:
    """What of a comment is not as it was told, "" for nothing."""
    if row.text != said.text:
        return "was changed since"
    if row.author_id != said.author_id:
        return "was put into another's mouth"
    if row.answer_id != said.answer_id:
        return "was moved from another answer"
    if row.resolved_by_id != said.resolved_by:
        return "was resolved" if row.resolved_at else "was reopened"
    return ""
