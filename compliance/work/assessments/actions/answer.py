"""Saving an answer: merged where nobody else was, refused where someone was."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError

from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit import event_types, trail
from compliance.proof.audit.models import Event
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.actions.attach import (
    attach_all,
    refuse_too_many_files,
    swap_proofs,
)
from compliance.work.assessments.answer_fields import FIELDS, json_of
from compliance.work.assessments.choices import ProposalState
from compliance.work.assessments.crediting import put_back
from compliance.work.assessments.events import ANSWER_REFUSED, ANSWER_SAVED, ANSWER_UNDONE
from compliance.work.assessments.following import (
    Changes,
    settled,
    tied_elsewhere,
    touched_of,
    values_of,
)
from compliance.work.assessments.models import Answer, Assessment, Proposal
from compliance.work.assessments.proposing import (
    Used,
    grounds_of,
    open_again,
    open_one,
    proposal_payload,
    settle,
)
from compliance.work.assessments.versions import Known
from compliance.work.assessments.writing import (
    can_put_back,
    changing_events,
    events_since,
    is_back,
    is_reworded,
    locked,
    old_values,
    setting_events,
    wound_back,
    write,
)


@dataclass(frozen=True, slots=True)
class Saved:
    """The answer as it stands; ``event`` is None when nothing had to change.

    ``known`` is what the page may go on from.
    """

    answer: Answer
    event: Event | None
    known: Known


@dataclass(frozen=True, slots=True)
class Refused:
    """A save typed over an older version, where someone else changed the same field.

    ``fields`` names those fields, ``touched`` holds what was changed and ``mine`` that
    with all that follows from it,
    ``answer`` what stands instead, ``events`` the event by which each field became
    so, where there is one. ``known`` lets the same save through, once its texts have been compared.
    """

    answer: Answer
    fields: tuple[str, ...]
    touched: Changes
    mine: Changes
    known: Known
    events: Mapping[str, Event]


@dataclass(frozen=True, slots=True)
class Undone:
    """The outcome of an undo; ``event`` is None when a later change stood in its way.

    It is None, too, when the change ``was_back``: the answer stood as before it already.
    """

    answer: Answer
    event: Event | None
    was_back: bool = False


def save_answer(
    *,
    by: User,
    organisation: Organisation,
    assessment_id: UUID,
    answer_id: int,
    changes: Changes,
    base: int | Known,
    used: Used | None = None,
) -> Saved | Refused:
    """Save some fields of an answer as they were typed over version ``base``.

    ``changes`` maps names of ``FIELDS`` to values, ``value`` to the texts that were
    typed; a field it does not carry keeps its value. Against what was typed over,
    untouched fields are left to others; what follows from a change is worked out on
    the answer with both. A field that both sides changed differently, or an answer that
    the database does not take, refuses the whole save: all that was typed goes to the
    trail, nothing else changes. Sending the same save again changes nothing.

    ``used`` names the proposal that the person saves as theirs, changed or not: the event
    says so, the proposal is open no more, and its chosen evidence comes along. Raises
    ``ValidationError`` when the answer is closed, a value is wrong, a reason is missing or
    the proposal is open no more, ``Answer.DoesNotExist`` or ``Proposal.DoesNotExist`` for
    a foreign id.
    """
    try:
        with writing():
            answer = locked(organisation.pk, assessment_id, answer_id)
            proposal = open_one(by, answer, used) if used else None
            merge = _merge(answer, changes, base)
            if merge.clash:
                return _refuse(by, merge)
            return _save(by, merge, used, proposal)
    except IntegrityError:
        with writing():
            answer = locked(organisation.pk, assessment_id, answer_id)
            merge = _merge(answer, changes, base)
            merge.clash = merge.differing
            if not merge.clash:
                raise
            return _refuse(by, merge)


@dataclass(slots=True)
class _Merge:
    """A save beside the answer as it stands.

    ``known`` are the fields as the page knows them, ``wanted`` those that were touched
    with what follows from them, ``clash`` those that both sides changed. ``is_behind``
    says that the question was reworded since.
    """

    answer: Answer
    page: Known
    known: Changes
    standing: Changes
    touched: Changes
    wanted: Changes
    is_behind: bool
    clash: tuple[str, ...] = ()

    @property
    def differing(self) -> tuple[str, ...]:
        """The wanted fields whose value differs from the saved one."""
        wanted, standing = self.wanted, self.standing
        return tuple(f for f in FIELDS if f in wanted and wanted[f] != standing[f])


def _merge(answer: Answer, changes: Changes, base: int | Known) -> _Merge:
    page = base if isinstance(base, Known) else Known(base)
    if page.newest > answer.version:
        msg = "This page refers to a version that does not exist. Load it again."
        raise ValidationError(msg)
    events = events_since(answer, page)
    known, standing = wound_back(answer, page, events), values_of(answer)
    touched = touched_of(answer, changes, known)
    wanted, is_behind = settled(answer, touched), is_reworded(page, events)
    merge = _Merge(answer, page, known, standing, touched, wanted, is_behind)
    merge.clash = tuple(f for f in merge.differing if standing[f] != known[f])
    return merge


def _save(by: User, merge: _Merge, used: Used | None = None, proposal: Proposal | None = None) -> Saved:
    answer, page, wanted = merge.answer, merge.page, merge.wanted
    beside: Changes | None = None
    also: Changes = {}
    if used and proposal:
        settle(by, proposal, ProposalState.USED)
        also["proposal"], beside = proposal_payload(proposal), {}
        if attached := attach_all(answer, grounds_of(proposal, used)):
            also["attached"] = attached
    event = write(
        by,
        answer,
        wanted,
        ANSWER_SAVED,
        beside=beside,
        also=also,
        is_behind=merge.is_behind,
    )
    if "attached" in also:
        refuse_too_many_files(answer.assessment)
    standing, known, said = merge.standing, merge.known, set(wanted)
    if "verdict" in wanted:  # so they are empty, also if this save comes once more
        said |= {field.column for field in tied_elsewhere(wanted["verdict"])}
    unseen = merge.is_behind or any(standing[f] != known[f] for f in FIELDS if f not in said)
    now = page.raised(said, answer.version) if unseen else Known(answer.version)
    return Saved(answer, event, now)


def _refuse(by: User, merge: _Merge) -> Refused:
    answer, page, mine, clash = merge.answer, merge.page, merge.wanted, merge.clash
    trail.record(
        by=by,
        organisation_id=answer.assessment.organisation_id,
        action=ANSWER_REFUSED,
        subject=answer,
        scope_id=answer.assessment_id,
        before={"version": answer.version},
        after=json_of({f: v for f, v in mine.items() if v != merge.known[f]}),
    )
    known = page.raised(mine, answer.version)
    events = changing_events(answer.assessment, [answer.pk]).select_related("actor")
    newest = setting_events(events[: answer.version - page.oldest])
    said = {field: newest[field] for field in clash if field in newest}
    return Refused(answer, clash, merge.touched, mine, known, said)


def undo(*, by: User, assessment: Assessment, seq: int) -> Undone:
    """Put back what one event changed, as an event of its own.

    Refused, with nothing changed, when one of its fields has changed again since, or the
    question takes its old value no more. An undo confirms nothing that another edition
    has asked since. Raises ``Event.DoesNotExist`` for an event that changed no answer here.
    """
    with writing():
        event = Event.objects.get(
            organisation_id=assessment.organisation_id,
            seq=seq,
            scope_id=assessment.pk,
            action__in=event_types.those(undoable=True),
        )
        answer = locked(assessment.organisation_id, assessment.pk, int(event.subject_id))
        before, after = trail.changes(event)
        if not can_put_back(answer, before, after):
            return Undone(answer, None, was_back=is_back(answer, before))
        left = Known(after.get("version", answer.version))
        is_behind = is_reworded(left, events_since(answer, left))
        proofs = swap_proofs(answer, after)
        beside = put_back(answer, before, after)
        open_again(answer, after)
        undone = write(
            by,
            answer,
            old_values(before),
            ANSWER_UNDONE,
            beside=beside,
            also=proofs,
            is_behind=is_behind,
        )
        if "attached" in proofs:
            refuse_too_many_files(assessment)
        return Undone(answer, undone)
