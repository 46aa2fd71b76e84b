"""Imports and exports: seeds into the library, answers as spreadsheets."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone

from compliance.assessments.actions import Told, tell_of_law, undo_many
from compliance.assessments.actions.bulk import PutBack, store
from compliance.assessments.actions.holding import hold_open
from compliance.assessments.actions.writing import Change, alter
from compliance.assessments.events import ANSWER_IMPORTED, ANSWER_REFUSED
from compliance.assessments.fields import json_of
from compliance.assessments.models import Assessment
from compliance.audit import trail
from compliance.audit.models import LIBRARY, Event
from compliance.audit.transaction import writing
from compliance.checklists import actions, content
from compliance.checklists.models import Edition, Framework
from compliance.interchange import checks, clause_files
from compliance.interchange.clauses import proofs_of
from compliance.interchange.events import (
    ASSESSMENT_EXPORTED,
    ASSESSMENT_IMPORTED,
    CLAUSES_EXPORTED,
    IMPORT_UNDONE,
)
from compliance.interchange.mapped import frameworks_of
from compliance.interchange.reading import (
    BadSeeds,
    ChecklistFiles,
    Fault,
    Seeds,
    read_folder,
)
from compliance.interchange.sheets import drafts, gathering, process
from compliance.interchange.sheets.planning import Entry, Pick, Plan, Setting, plan
from compliance.interchange.sheets.sent import Row, SheetError, sort_out
from compliance.organisations.models import Organisation, User


@dataclass(frozen=True, slots=True)
class Loaded:
    """One checklist of the folder after loading."""

    edition: Edition
    questions: int
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Library:
    """The library after loading, and what was told of changes of the law."""

    checklists: list[Loaded]
    law: Told
    held: list[str]
    """Citations that stay as an editor changed them, though the seeds say otherwise."""


def read(folder: Path) -> Seeds:
    """The seeds of a folder, checked; raises ``BadSeeds`` with every fault."""
    seeds = read_folder(folder)
    checks.check(seeds)
    if seeds.faults:
        raise BadSeeds(seeds.faults)
    return seeds


@writing()
def load(*, by: Any, folder: Path) -> Library:
    """Bring the library up to a folder; raises ``BadSeeds`` and then changes nothing.

    Organisations whose running assessments rest on law that changed are told.
    """
    seeds = read(folder)
    stood_at = trail.hold(LIBRARY)  # one load at a time
    if seeds.themes:
        for position, theme in enumerate(seeds.themes.content.themes, 1):
            actions.store_theme(
                by=by, key=theme.key, name=theme.name, position=position
            )
    for law in seeds.laws:
        try:
            actions.store_instrument(by=by, document=law.content.document())
        except actions.RefusedError as refused:
            raise BadSeeds([Fault(law.file, None, str(refused))]) from None
    loaded = [_with_older(by, files) for files in seeds.checklists]
    if seeds.crosswalk:
        actions.store_relations(by=by, pairs=seeds.crosswalk.content.document())
    if seeds.about:
        actions.store_notices(by=by, notices=seeds.about.content.document())
    if seeds.frameworks:
        actions.store_frameworks(by=by, frameworks=frameworks_of(seeds))
    held = [cite for law in seeds.laws for cite in actions.held(law.content.document())]
    return Library(loaded, tell_of_law(by=by, after=stood_at), held)


def _checklist(by: Any, files: ChecklistFiles) -> Loaded:
    head, document = files.head.content, files.document()
    try:
        edition, is_changed = actions.store_checklist(
            by=by,
            theme=head.theme,
            title=head.title,
            summary=head.summary,
            document=document,
        )
    except actions.RefusedError as refused:
        fault = files.head.fault(("edition", "number"), str(refused))
        raise BadSeeds([fault]) from None
    asked = sum(len(section["questions"]) for section in document["sections"])
    return Loaded(edition, asked, is_changed)


def _with_older(by: Any, files: ChecklistFiles) -> Loaded:
    for older in files.older:
        _older(by, older)
    return _checklist(by, files)


def _older(by: Any, files: ChecklistFiles) -> None:
    """An older edition: stored where no edition is there yet, else compared with its own.

    An installation that began with a newer edition has no use for it.
    """
    head = files.head.content
    editions = Edition.objects.filter(
        checklist__key=head.key, checklist__organisation=None
    )
    found = editions.filter(number=head.edition.number).first()
    if found is None and not editions.exists():
        _checklist(by, files)
    elif found and found.content_hash != content.content_hash(files.document()):
        reason = f"edition {found.number} is final and has other content here"
        raise BadSeeds([files.head.fault(("edition", "number"), reason)])


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


def write_clauses(
    *, by: User, organisation: Organisation, framework: Framework, form: str
) -> bytes:
    """Evidence by clause as "xlsx" or "csv"; that somebody took it away is on the trail."""
    at = timezone.localtime()
    found = proofs_of(organisation, framework)
    content = (
        clause_files.as_csv(framework, found)
        if form == "csv"
        else clause_files.as_xlsx(framework, found, at)
    )
    with writing():
        trail.record(
            by=by,
            organisation_id=organisation.pk,
            action=CLAUSES_EXPORTED,
            subject=framework,
            after={
                "framework": framework.key,
                "format": form,
                "clauses": len(found),
                "sha256": hashlib.sha256(content).hexdigest(),
            },
        )
    return content


def write_sheet(*, by: User, assessment: Assessment) -> bytes:
    """The answers as an XLSX file; that somebody took it away is on the trail."""
    from compliance.interchange.sheets import workbook  # noqa: PLC0415 - large

    paper = gathering.paper_of(assessment, by, timezone.localtime())
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


def read_sheet(
    *, by: User, assessment: Assessment, file_name: str, chunks: Iterable[bytes]
) -> UUID:
    """Read a file and keep what it says until it is previewed; no answer changes.

    The id of the draft. Raises ``SheetError`` in words for the person,
    ``StorageError`` when the disk is full.
    """
    _refuse_closed(assessment)
    content = b"".join(chunks)
    rows = process.read([content])
    if sort_out(rows).assessment_id != str(assessment.pk):
        msg = "The file was downloaded from another assessment. Nothing of it is read."
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
    versions = {row.mark.answer_id: row.mark.version for row in sent.rows}
    standing = gathering.standing_of(assessment, versions, is_locked=is_locked)
    owners = [one.answer.owner for one in standing.values()]
    people = gathering.people_of(assessment, owners)
    total = gathering.total_of(assessment)
    return plan(sent, standing, total, Setting(by, people, picks))


def _write(by: User, assessment: Assessment, draft: drafts.Draft, chosen: Plan) -> int:
    """Save the changes; the number of the event that tells of the file.

    The events of the answers follow it at once, since it holds the head of the trail.
    """
    answers = [entry.answer for entry in chosen.changing]
    changes: Mapping[int, Change] = {
        entry.answer.pk: change
        for entry in chosen.changing
        if (change := alter(by, entry.answer, dict(entry.touched)))
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
    saved = [
        trail.Entry(a, ANSWER_IMPORTED, changes[a.pk].before, changes[a.pk].after)
        for a in answers
    ]
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
