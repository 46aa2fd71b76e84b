"""Imports and exports: seeds into the library, answers as spreadsheets."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone

from compliance.assurance.answer_sheets import drafts, process, queries
from compliance.assurance.answer_sheets.events import (
    ASSESSMENT_EXPORTED,
    ASSESSMENT_IMPORTED,
    IMPORT_UNDONE,
)
from compliance.assurance.answer_sheets.import_plan import Entry, Pick, Plan, Setting, plan
from compliance.assurance.answer_sheets.returned_rows import Row, SheetError, sort_out
from compliance.identity.organisations.models import User
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.answer_fields import json_of
from compliance.work.assessments.events import ANSWER_IMPORTED, ANSWER_REFUSED
from compliance.work.assessments.holding import hold_open
from compliance.work.assessments.models import Assessment
from compliance.work.assessments.writing import Change, alter
from compliance.work.bulk.actions import PutBack, store, undo_many


@dataclass(frozen=True, slots=True)
class Taken:
    """The outcome of taking a file in; ``seq`` is its event, None when nothing changed.

    ``is_stale`` says that answers have changed since the preview, ``is_again`` that
    the same was taken in before, ``faults`` what the chosen sides of conflicts would
    break; ``plan`` is what would happen now.
    """

    plan: Plan
    seq: int | None = None
    is_stale: bool = False
    is_again: bool = False
    faults: tuple[str, ...] = ()


def write_sheet(*, by: User, assessment: Assessment) -> bytes:
    """The answers as an XLSX file; that someone took it away is on the trail."""
    from compliance.assurance.answer_sheets import workbook  # noqa: PLC0415 - large

    paper = queries.paper_of(assessment, by, timezone.localtime())
    content = workbook.file_of(paper)
    with writing():
        trail.record(
            by=by,
            organisation_id=assessment.organisation_id,
            action=ASSESSMENT_EXPORTED,
            subject=assessment,
            scope_id=assessment.pk,
            after={
                "sha256": hashlib.sha256(content).hexdigest(),
                "answers": sum(len(lines) for _, lines in paper.sections),
            },
        )
    return content


def read_sheet(*, by: User, assessment: Assessment, file_name: str, chunks: Iterable[bytes]) -> UUID:
    """Read a file and keep what it says until it is previewed; no answer changes.

    The id of the draft. Raises ``SheetError`` in words for the person,
    ``StorageError`` when the disk is full.
    """
    _refuse_closed(assessment)
    content = b"".join(chunks)
    rows = process.read([content])
    if sort_out(rows).assessment_id != str(assessment.pk):
        msg = "The file was downloaded from another assessment, so it was not read."
        raise SheetError(msg)
    return drafts.keep(
        user_id=by.pk,
        assessment_id=assessment.pk,
        file_name=file_name,
        sha256=hashlib.sha256(content).hexdigest(),
        rows=rows,
    )


def preview_sheet(*, by: User, assessment: Assessment, draft: drafts.Draft) -> Plan:
    """Preview ``take_in_sheet``; changes nothing.

    Raises ``ValidationError`` when the assessment is closed.
    """
    _refuse_closed(assessment)
    return _plan(by, assessment, draft.rows)


def take_in_sheet(
    *,
    by: User,
    assessment: Assessment,
    draft: drafts.Draft,
    picks: Collection[Pick],
    digest: str,
) -> Taken:
    """Save what the preview with that ``digest`` showed: all of it, or nothing.

    ``picks`` names the conflicts in which the file wins; in the others the file's text
    goes to the trail as refused. Each answer gets an event of its own, as a save by
    hand does. The same preview sent again changes nothing. Raises ``ValidationError``
    when the assessment is closed.
    """
    with writing():
        hold_open(assessment.pk)
        assessment = assessment.organisation.assessments.get(pk=assessment.pk)
        _refuse_closed(assessment)
        shown = _plan(by, assessment, draft.rows, is_locked=True)
        if shown.digest != digest:
            is_again = was_taken_in(by=by, assessment=assessment, draft_id=draft.id)
            return Taken(shown, is_stale=not is_again, is_again=is_again)
        chosen = shown
        if picks:
            chosen = _plan(by, assessment, draft.rows, picks, is_locked=True)
        known = set(shown.refused)
        if worse := [it for it in chosen.refused if it not in known]:
            return Taken(shown, faults=tuple(f"{r.place}: {r.words}" for r in worse))
        if not chosen.changing and not any(e.kept for e in chosen.entries):
            return Taken(chosen)
        return Taken(chosen, seq=_write(by, assessment, draft, chosen))


def was_taken_in(*, by: User, assessment: Assessment, draft_id: UUID) -> bool:
    """Whether the person has taken that draft in already, as the trail says."""
    events = trail.events_of(assessment.organisation_id).filter(
        scope_id=assessment.pk, action=ASSESSMENT_IMPORTED, actor=by
    )
    drafts_taken = (trail.changes(event)[1]["draft"] for event in events)
    return str(draft_id) in drafts_taken


def undo_sheet(*, by: User, assessment: Assessment, seq: int) -> PutBack:
    """Put back what one file changed; answers that changed again since are left alone.

    Raises ``Event.DoesNotExist`` when that event changed no answer by a file.
    """
    with writing():
        events = trail.events_of(assessment.organisation_id)
        event = events.get(seq=seq, scope_id=assessment.pk, action=ASSESSMENT_IMPORTED)
        _, said = trail.changes(event)
        if not said["answers"]:
            raise Event.DoesNotExist
        back = undo_many(by=by, assessment=assessment, seq=event.seq + 1)
        if back.done:
            trail.record(
                by=by,
                organisation_id=assessment.organisation_id,
                action=IMPORT_UNDONE,
                subject=assessment,
                scope_id=assessment.pk,
                after={
                    "title": said["title"],
                    "event": event.seq,
                    "answers": len(back.done),
                    "left": len(back.left),
                },
            )
    return back


def _refuse_closed(assessment: Assessment) -> None:
    if not assessment.is_open:
        closed = assessment.closed_word
        msg = f"This assessment is {closed}: its answers stay as they are."
        raise ValidationError(msg)


def _plan(
    by: User,
    assessment: Assessment,
    rows: Iterable[Row],
    picks: Collection[Pick] = (),
    *,
    is_locked: bool = False,
) -> Plan:
    sent = sort_out(rows)
    marks = {row.mark.answer_id: row.mark for row in sent.rows}
    standing = queries.standing_of(assessment, marks, is_locked=is_locked)
    owners = [one.answer.owner for one in standing.values()]
    people = queries.people_of(assessment, owners)
    total = queries.total_of(assessment)
    return plan(sent, standing, total, Setting(by, people, picks))


def _write(by: User, assessment: Assessment, draft: drafts.Draft, chosen: Plan) -> int:
    """Save the changes; the number of the event that records the file.

    The events of the answers follow it at once, since it holds the head of the trail.
    """
    answers = [entry.answer for entry in chosen.changing]
    changes: Mapping[int, Change] = {
        entry.answer.pk: change
        for entry in chosen.changing
        if (change := alter(by, entry.answer, dict(entry.touched), is_behind=entry.is_behind))
    }
    store(answers, changes)
    event = trail.record(
        by=by,
        organisation_id=assessment.organisation_id,
        action=ASSESSMENT_IMPORTED,
        subject=assessment,
        scope_id=assessment.pk,
        after={
            "title": draft.file_name,
            "draft": str(draft.id),
            "sha256": draft.sha256,
            "answers": len(changes),
            "kept": sum(len(entry.kept) for entry in chosen.entries),
            "refused": len(chosen.refused),
        },
    )
    saved = [trail.Entry(a, ANSWER_IMPORTED, changes[a.pk].before, changes[a.pk].after) for a in answers]
    for entries in (saved, [_refused(e) for e in chosen.entries if e.kept]):
        trail.record_together(
            by=by,
            organisation_id=assessment.organisation_id,
            scope_id=assessment.pk,
            entries=entries,
        )
    return event.seq


def _refused(entry: Entry) -> trail.Entry:
    """Texts of the file where the answer here was kept: no text is ever lost."""
    return trail.Entry(
        entry.answer,
        ANSWER_REFUSED,
        {"version": entry.answer.version},
        json_of(dict(entry.kept)),
    )
