"""Setting many answers at once: one transaction, a few statements, one undo."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError

from compliance.content.evidence.models import Evidence
from compliance.identity.organisations.access import Permission, who_may
from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit import event_types, trail
from compliance.proof.audit.models import Event
from compliance.proof.audit.rows import inserted
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.actions import evidence_payload, refuse_too_many_files
from compliance.work.assessments.answer_fields import NEEDED, TYPED
from compliance.work.assessments.choices import Verdict
from compliance.work.assessments.crediting import (
    credit,
    entry,
    put_back,
    save_credits,
    take_back,
)
from compliance.work.assessments.events import (
    ANSWER_SAVED,
    ANSWER_UNDONE,
    EVIDENCE_ATTACHED,
    EVIDENCE_DETACHED,
)
from compliance.work.assessments.following import Changes
from compliance.work.assessments.holding import hold_open
from compliance.work.assessments.models import Answer, AnswerQuerySet, Assessment, Attachment
from compliance.work.assessments.scoring import BESIDE
from compliance.work.assessments.versions import Known
from compliance.work.assessments.writing import (
    Change,
    alter,
    answerer,
    can_put_back,
    changing_events,
    events_by_answer,
    is_back,
    is_reworded,
    old_values,
    wound_back,
)
from compliance.work.bulk.plan import Plan, plan

ROWS = 500
"""Rows that one statement changes."""
_MOVES = (EVIDENCE_ATTACHED, EVIDENCE_DETACHED)


@dataclass(frozen=True, slots=True)
class Bulk:
    """Values of fields and evidence to set in many answers."""

    changes: Changes
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Set:
    """The outcome; ``seq`` is where its events begin, None when nothing changed.

    When ``plan`` names stale answers, nothing at all has been changed.
    """

    plan: Plan
    seq: int | None


@dataclass(frozen=True, slots=True)
class PutBack:
    """The outcome of an undo: ids that were put back, keys that were left alone."""

    done: list[int]
    left: list[str]


def preview_bulk(*, assessment: Assessment, targets: Mapping[int, Known], bulk: Bulk) -> Plan:
    """Preview ``set_many``; changes nothing. Raises what it raises.

    A reason or a day may still be missing.
    """
    answers = _found(_answers_of(assessment), list(targets))
    return _plan(assessment, answers, targets, bulk)[0]


def filling(*, by: User, assessment: Assessment, targets: Mapping[int, Known]) -> tuple[Answer, Bulk]:
    """The first of some answers, and what it hands down to the others.

    That is its verdict with the reason or the day, its owner and its due date, as far
    as it has them; never a value or a note. Raises ``ValidationError`` when there is
    nothing, nobody to take it, or something of others that the page never showed.
    """
    first, *others = _found(_answers_of(assessment), list(targets))
    if not others:
        msg = "Select two questions or more: the first one fills down."
        raise ValidationError(msg)
    names = [field.column for field in TYPED if field.bulk and not field.is_of_verdict]
    is_own = not first.kind_is_derived or first.verdict in BESIDE
    if is_own and first.verdict != Verdict.UNANSWERED:
        needed = NEEDED.get(Verdict(first.verdict))
        names += ["verdict", *([needed.column] if needed else [])]
    changes = {n: v for n in names if (v := getattr(first, n)) not in (None, "")}
    if not changes:
        msg = f"{first.question.key} has no answer, owner or due date to fill down."
        raise ValidationError(msg)
    _refuse_newer([first], targets)
    events = changing_events(assessment, [first.pk]).exclude(actor=by)
    known = wound_back(first, targets[first.pk], events)
    if any(known[name] != value for name, value in changes.items()):
        msg = f"{first.question.key} has changed since you looked. Read it again."
        raise ValidationError(msg)
    return first, Bulk(changes)


def set_many(
    *,
    by: User,
    organisation: Organisation,
    assessment_id: UUID,
    targets: Mapping[int, Known],
    bulk: Bulk,
) -> Set:
    """Set the same in many answers, each typed over the version that it maps to.

    All or nothing: where someone changed one of the fields since, nothing is
    changed and the plan names the questions. Every answer has its own event, so that
    its history and its versions are those of single saves; the events are recorded
    together. Raises ``ValidationError`` when the assessment is closed, a reason or a
    day is missing or the owner or the evidence is foreign, ``Answer.DoesNotExist``
    for a foreign id.
    """
    with writing():
        assessment = _open(organisation, assessment_id)
        _refuse_half(bulk.changes)
        locked = _answers_of(assessment).select_for_update(of=("self",))
        answers = _found(locked, list(targets))
        found, behind = _plan(assessment, answers, targets, bulk)
        if found.stale:
            return Set(found, None)
        changes = {
            answer.pk: change
            for answer in answers
            if (
                change := alter(
                    by,
                    answer,
                    dict(found.touched.get(answer.pk, {})),
                    is_behind=answer.pk in behind,
                )
            )
        }
        store(answers, changes)
        entries = [
            *_saved(answers, changes, ANSWER_SAVED),
            *_attached(by, answers, found.attaching, bulk.evidence),
        ]
        seq = _record(by, assessment, entries)
        if found.attaching:
            refuse_too_many_files(assessment)
        return Set(found, seq)


def undo_many(*, by: User, assessment: Assessment, seq: int) -> PutBack:
    """Put back what was set together with one event, each answer as an event.

    An answer that changed again since, or whose question is asked no more or takes its
    old value no more, is left alone and named. Raises ``Event.DoesNotExist`` when nothing
    was set together there, or what has an undo of its own, as a move to another edition
    has.
    """
    with writing():
        assessment = _open(assessment.organisation, assessment.pk)
        events = _to_undo(assessment, seq)
        ids = [int(event.subject_id) for event in events]
        all_here = Answer.everything.filter(assessment=assessment)
        locked = all_here.select_related("question").with_choices()
        found = _found(locked.select_for_update(of=("self",)), ids)
        answers = {answer.pk: answer for answer in found if not answer.archived_at}
        events = [event for event in events if int(event.subject_id) in answers]
        moved = [event for event in events if event.action in _MOVES]
        proofs = _put_back_evidence(answers, moved[::-1])
        sides = {
            int(event.subject_id): trail.changes(event) for event in events if event.action not in _MOVES
        }
        back = {pk for pk, (was, _) in sides.items() if is_back(answers[pk], was)}
        stays = {pk for pk, one in sides.items() if not can_put_back(answers[pk], *one)}
        sides = {pk: one for pk, one in sides.items() if pk not in stays}
        changes = _put_back_fields(by, assessment, answers, sides)
        left = (stays - back) | {answer.pk for answer in found if answer.archived_at}
        rows = list(answers.values())
        store(rows, changes)
        _record(by, assessment, [*proofs, *_saved(rows, changes, ANSWER_UNDONE)])
        if any(one.action == EVIDENCE_ATTACHED for one in proofs):
            refuse_too_many_files(assessment)
        done = changes.keys() | {int(one.subject.pk) for one in proofs}
    return PutBack(sorted(done), [a.question.key for a in found if a.pk in left])


def _to_undo(assessment: Assessment, seq: int) -> list[Event]:
    events = events_together(assessment, seq)
    if not can_undo(events):
        raise Event.DoesNotExist
    return events


def can_undo(events: Iterable[Event]) -> bool:
    """Whether what was recorded together is put back by ``undo_many``."""
    known = event_types.those(undoable=True) + _MOVES
    return all(event.action in known for event in events)


def _put_back_fields(
    by: User,
    assessment: Assessment,
    answers: Mapping[int, Answer],
    sides: Mapping[int, tuple[Changes, Changes]],
) -> dict[int, Change]:
    """Undo what an event did to each of some answers, unsaved."""
    owners = {user.pk for user in who_may(assessment.organisation, Permission.ANSWER)}
    left_in = {pk: Known(after["version"]) for pk, (_, after) in sides.items()}
    old = [pk for pk, known in left_in.items() if known.version < answers[pk].version]
    since = events_by_answer(assessment, old)
    changes = {
        pk: alter(
            by,
            answers[pk],
            _old(before, owners),
            put_back(answers[pk], before, after),
            is_behind=is_reworded(left_in[pk], since[pk]),
        )
        for pk, (before, after) in sides.items()
    }
    return {pk: change for pk, change in changes.items() if change}


def _old(before: Changes, owners: Collection[int]) -> Changes:
    """The fields before an event; whose owner may not answer now, is nobody's."""
    old = old_values(before)
    if old.get("owner_id") and old["owner_id"] not in owners:
        old["owner_id"] = None
    return old


def events_together(assessment: Assessment, seq: int) -> list[Event]:
    """The events that were recorded with one of them, in order.

    Raises ``Event.DoesNotExist`` when it stands alone or in another assessment.
    """
    events = Event.objects.filter(organisation_id=assessment.organisation_id, scope_id=assessment.pk)
    span = trail.together(events.get(seq=seq, subject_label="answer"))
    if span is None:
        raise Event.DoesNotExist
    return list(events.filter(seq__range=span).select_related("actor").order_by("seq"))


def _open(organisation: Organisation, assessment_id: UUID) -> Assessment:
    hold_open(assessment_id)
    assessment = organisation.assessments.get(pk=assessment_id)
    if not assessment.is_open:
        raise ValidationError(_closed(assessment))
    return assessment


def _closed(assessment: Assessment) -> str:
    return f"This assessment is {assessment.closed_word}: its answers stay as they are."


def _answers_of(assessment: Assessment) -> AnswerQuerySet:
    rows = Answer.objects.filter(assessment=assessment)
    return rows.select_related("question").with_choices()


def _found(answers: AnswerQuerySet, ids: Collection[int]) -> list[Answer]:
    """The answers by position; raises ``Answer.DoesNotExist`` when one is missing."""
    rows = answers.filter(pk__in=ids)
    found = list(rows.order_by("pk"))  # locked in one order, whoever asks
    if len(found) != len(set(ids)):
        raise Answer.DoesNotExist
    return sorted(found, key=lambda answer: answer.question.position)


def _plan(
    assessment: Assessment,
    answers: Sequence[Answer],
    targets: Mapping[int, Known],
    bulk: Bulk,
) -> tuple[Plan, set[int]]:
    """The plan, and the ids of answers whose question was reworded since the page."""
    _refuse_foolish(assessment, bulk)
    _refuse_newer(answers, targets)
    old = {a.pk: a for a in answers if targets[a.pk].oldest < a.version}
    since = events_by_answer(assessment, list(old))
    known = {pk: wound_back(answer, targets[pk], since[pk]) for pk, answer in old.items()}
    attached = None
    if bulk.evidence:
        uses = bulk.evidence.attachments.filter(answer__assessment=assessment)
        attached = frozenset(uses.values_list("answer_id", flat=True))
    behind = {pk for pk in old if is_reworded(targets[pk], since[pk])}
    return plan(answers, bulk.changes, known, attached), behind


def _refuse_newer(answers: Iterable[Answer], targets: Mapping[int, Known]) -> None:
    if any(targets[answer.pk].newest > answer.version for answer in answers):
        msg = "This page refers to a version that does not exist. Load it again."
        raise ValidationError(msg)


def _refuse_foolish(assessment: Assessment, bulk: Bulk) -> None:
    """A value that no answer could take is refused once, not with every answer."""
    changes = bulk.changes
    if not assessment.is_open:
        raise ValidationError(_closed(assessment))
    if not changes and bulk.evidence is None:
        msg = "Choose what to set."
        raise ValidationError(msg)
    if changes.get("owner_id"):
        answerer(assessment.organisation_id, changes["owner_id"])
    if bulk.evidence and bulk.evidence.organisation_id != assessment.organisation_id:
        msg = "This evidence belongs to another organisation."
        raise ValidationError(msg)


def _refuse_half(changes: Changes) -> None:
    """ "Not applicable" needs its reason, "later" its day."""
    field = NEEDED.get(Verdict(changes.get("verdict", Verdict.UNANSWERED)))
    if field and not str(changes.get(field.column) or "").strip():
        raise ValidationError({field.column: field.missing_in_many})


def store(answers: Sequence[Answer], changes: Mapping[int, Change]) -> None:
    """Save what was altered in some answers, in a few statements."""
    columns = sorted({name for change in changes.values() for name in change.columns})
    rows = [answer for answer in answers if answer.pk in changes]
    if rows:
        Answer.objects.bulk_update(rows, columns, batch_size=ROWS)


def _saved(answers: Sequence[Answer], changes: Mapping[int, Change], action: str) -> list[trail.Entry]:
    return [
        trail.Entry(answer, action, changes[answer.pk].before, changes[answer.pk].after)
        for answer in answers
        if answer.pk in changes
    ]


def _attached(
    by: User,
    answers: Sequence[Answer],
    ids: Collection[int],
    evidence: Evidence | None,
) -> list[trail.Entry]:
    """Use the evidence in those answers; an entry for each."""
    rows = [answer for answer in answers if answer.pk in ids]
    if evidence is None or not rows:
        return []
    inserted(
        Attachment.objects.bulk_create(
            [Attachment(answer=answer, evidence=evidence) for answer in rows],
            batch_size=ROWS,
        )
    )
    said = evidence_payload(evidence)
    entries = [entry(row, EVIDENCE_ATTACHED, said, credit(by, row)) for row in rows]
    save_credits(entries)
    return entries


def _put_back_evidence(answers: Mapping[int, Answer], moved: Sequence[Event]) -> list[trail.Entry]:
    """Take out what the events put in, and put in what they took out."""
    groups: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in moved:
        groups[event.action, trail.changes(event)[1]["evidence"]].append(event)
    done = [one for alike in groups.values() for one in _put_back_alike(answers, alike)]
    save_credits(done)
    return done


def _put_back_alike(answers: Mapping[int, Answer], moved: Sequence[Event]) -> list[trail.Entry]:
    """The same of events that moved one piece of evidence one way."""
    sides = {int(event.subject_id): trail.changes(event) for event in moved}
    said = next(iter(sides.values()))[1]
    proof = {name: said[name] for name in ("evidence", "title", "sha256")}
    uses = Attachment.objects.filter(evidence_id=proof["evidence"], answer__in=sides)
    using = set(uses.values_list("answer_id", flat=True))
    is_out = moved[0].action == EVIDENCE_ATTACHED
    rows = [answers[pk] for pk in sides if (pk in using) == is_out]
    if is_out:
        uses.delete()
    else:
        inserted(
            Attachment.objects.bulk_create(
                [Attachment(answer=row, evidence_id=proof["evidence"]) for row in rows],
                batch_size=ROWS,
            )
        )
    action = EVIDENCE_DETACHED if is_out else EVIDENCE_ATTACHED
    return [entry(row, action, proof, take_back(row, *sides[row.pk])) for row in rows]


def _record(by: User, assessment: Assessment, entries: Sequence[trail.Entry]) -> int | None:
    """The number of the first event, None when there is none."""
    events = trail.record_together(
        by=by,
        organisation_id=assessment.organisation_id,
        scope_id=assessment.pk,
        entries=entries,
    )
    return events[0].seq if events else None
