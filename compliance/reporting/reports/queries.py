"""Reading an assessment for its report: once, in a constant number of queries."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.translation import override

from compliance.assurance.bundles.report_data import Happened
from compliance.assurance.reviews.event_labels import event_in_words
from compliance.assurance.reviews.signatures import Signature, content_at, signoffs_of
from compliance.assurance.reviews.states import stood_in
from compliance.content.checklists import copies
from compliance.content.checklists.content import document
from compliance.content.checklists.force import marks_of
from compliance.content.checklists.models import Edition
from compliance.content.checklists.rating import Ratings, by_label, ratings_of
from compliance.content.checklists.translations import ORIGINAL
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.reporting.letterhead.models import Letterhead
from compliance.reporting.reports.clauses import mapped
from compliance.reporting.reports.edition_changes import EditionChanges, changes
from compliance.reporting.reports.edition_translation import words_of
from compliance.reporting.reports.kinds import FULL, ReportOptions
from compliance.reporting.reports.measuring import measures_of
from compliance.reporting.reports.paper import PLAIN, Entry, Look, Paper
from compliance.reporting.reports.seat_reading import work_of
from compliance.reporting.results.queries import choices_in
from compliance.work.assessments.events import ASSESSMENT_UPGRADED
from compliance.work.assessments.imported_answers import Outside
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.snapshots.changes import differences
from compliance.work.snapshots.content import Content
from compliance.work.snapshots.resting import moved_since
from compliance.work.snapshots.snapshot import one_moment, to_read

LONGEST_TRAIL = 5000
"""Entries of the trail that are printed; the newest, and the report says so."""


def read(
    assessment_id: UUID,
    number: int,
    wanted: ReportOptions = FULL,
    *,
    revision: int | None = None,
    as_of_seq: int | None = None,
) -> Paper:
    """The report of an assessment as it stands now.

    Or what was signed as a ``revision``; or what it said right after an event of the
    trail, as of that event's moment. Raises ``SignOff.DoesNotExist``, and
    ``ValueError`` for an event before the start.
    """
    with one_moment():
        assessment = to_read(assessment_id)
        signatures = tuple(signoffs_of(assessment))
        events = _trail(assessment)
        if as_of_seq is None:
            at, seq, head = timezone.now(), *trail.head_of(assessment.organisation_id)
        else:
            then = trail.events_of(assessment.organisation_id).get(seq=as_of_seq)
            at, seq, head = then.at, then.seq, then.hash
            signatures = tuple(s for s in signatures if s.there or s.trail_seq <= seq)
            events = tuple(event for event in events if event.link.seq <= seq)
        stood, content = stood_in(assessment, revision, as_of_seq)
        is_now = revision is None and as_of_seq is None
        moved = _moved(assessment, content) if is_now else frozenset()
        edition_changes = _edition_changes(assessment, content.edition_hash, events)
        last = None
        if "changes" in wanted.parts:  # no other kind shows it
            last = _signed_before(signatures, content, revision)
        since = differences(content_at(assessment, last.revision), content) if last else ()
        edition = _edition(assessment, content)
        words = words_of(edition, wanted.language, stood)
        marks, look = marks_of(edition), _look(assessment)
        choices = choices_in(edition.pk)
        measures = measures_of(edition, stood, choices)
        frameworks = mapped(edition) if wanted.clauses else ()
        work = work_of(wanted.seat_id) if wanted.seat_id else None
    return Paper(
        number=number,
        words=words,
        marks=marks,
        ratings=_ratings(choices),
        measures=measures,
        frameworks=frameworks,
        work=work,
        look=look,
        read_at=timezone.localtime(at),
        zone=settings.TIME_ZONE,
        content=content,
        trail=_entries(assessment, events[: -LONGEST_TRAIL - 1 : -1], wanted.language),
        trail_count=len(events),
        head_seq=seq,
        head_hash=head,
        version=program_version(),
        moved=moved,
        edition_changes=edition_changes,
        wanted=wanted,
        since=tuple(since),
        since_signed=last,
        brought_at=_brought_at(assessment),
        outside=_outside(assessment),
        is_stamped=bool(settings.TIMESTAMP_URL),
        is_past=as_of_seq is not None,
        signatures=signatures,
        signature=_signature(signatures, content, revision),
        assessment_id=assessment.pk,
        organisation_id=assessment.organisation_id,
        events=events,
    )


def _look(assessment: Assessment) -> Look:
    """The organisation's own look of its reports, as it is now."""
    row = Letterhead.objects.filter(organisation=assessment.organisation_id).first()
    return Look(row.colour, row.mark, row.footer, row.logo) if row else PLAIN


def _edition(assessment: Assessment, content: Content) -> Edition:
    """The edition that a content is of: a signed one, or an earlier one, may differ."""
    now = assessment.edition
    if now.content_hash == content.edition_hash:
        return now
    here = assessment.organisation
    return copies.with_hash(now, here, content.edition_hash) or now


def _ratings(choices: Mapping[str, list[Any]]) -> dict[str, Ratings]:
    """The framework's ratings of answers, by question and label."""
    return {
        key: by_label(found)
        for key, offered in choices.items()
        if (found := ratings_of((c["key"], c["label"], c["rating"]) for c in offered))
    }


def _brought_at(assessment: Assessment) -> datetime | None:
    try:
        return assessment.brought_from.brought_at
    except ObjectDoesNotExist:
        return None


def _outside(assessment: Assessment) -> frozenset[str]:
    ids = Outside(assessment).answers
    rows = Answer.everything.filter(assessment=assessment, pk__in=ids)
    return frozenset(rows.values_list("question__key", flat=True)) if ids else frozenset()


def _signature(signatures: Sequence[Signature], content: Content, revision: int | None) -> Signature | None:
    """The one behind a content: of that revision, or of that very content."""
    for one in signatures:
        if one.revision == revision:
            return one
        if revision is None and one.content_hash == content.content_hash:
            return one
    return None


def _signed_before(
    signatures: Sequence[Signature], content: Content, revision: int | None
) -> Signature | None:
    """The last signature of something other than what the report shows, or of before it."""
    for one in signatures:
        if one.content_hash != content.content_hash and one.revision < (revision or one.revision + 1):
            return one
    return None


def _edition_changes(
    assessment: Assessment, edition_hash: str, events: Sequence[Happened]
) -> EditionChanges | None:
    """The edition of the report compared with the one the assessment came from.

    That is the edition of the assessment before, as it was when this one began, or else
    the one on which this one began. None where it is the same.
    """
    earlier = assessment.carried_from
    if earlier:
        old = _begun_on(earlier, after=assessment.started_at)
    elif any(event.link.action == ASSESSMENT_UPGRADED for event in events):
        old = _begun_on(assessment)
    else:
        return None
    new = copies.with_hash(old, assessment.organisation, edition_hash)
    if new is None or new.content_hash == old.content_hash:
        return None
    return changes(
        document(old),
        document(new),
        is_carried=earlier is not None,
        titles=(old.checklist.title, new.checklist.title),
    )


def _begun_on(assessment: Assessment, after: datetime | None = None) -> Edition:
    """The edition an assessment stood on before any move, or any after a moment."""
    moves = assessment.upgrades.order_by("moved_at", "pk")
    if after:
        moves = moves.filter(moved_at__gt=after)
    first = moves.select_related("from_edition__checklist").first()
    return first.from_edition if first else assessment.edition


@cache
def program_version() -> str:
    """The version of Attest, from the one place that has it."""
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    return str(project["project"]["version"])


def _moved(assessment: Assessment, content: Content) -> frozenset[str]:
    """The keys of answers that rest on one that has changed since.

    They were taken over from it, or it stands in for them. Only the state of now has
    such answers. Content in another place is no part of the text: its hash stays.
    """
    taken = assessment.answers.applying().filter(taken_from__isnull=False)
    moved = taken.exclude(taken_from__version=models.F("taken_version"))
    keys = moved.values_list("question__key", flat=True)
    return moved_since(assessment, content) | frozenset(keys)


def _trail(assessment: Assessment) -> tuple[Happened, ...]:
    """Every event, oldest first."""
    events = Event.objects.filter(organisation_id=assessment.organisation_id, scope_id=assessment.pk)
    keys = _keys(assessment)
    found = events.select_related("actor").order_by("seq")
    return tuple(_happened(event, keys) for event in found.iterator(chunk_size=2000))


def _keys(assessment: Assessment) -> dict[int, str]:
    """Answers to the keys of their questions."""
    rows = Answer.everything.filter(assessment=assessment).order_by()
    return dict(rows.values_list("pk", "question__key").iterator())


def _happened(event: Event, keys: dict[int, str]) -> Happened:
    return Happened(
        link=trail.link_of(event),
        hash=event.hash,
        who=str(event.actor) if event.actor else "Attest",
        what=_words(event, keys),
    )


def _words(event: Event, keys: Mapping[int, str]) -> str:
    key = ""
    if event.subject_label == "answer" and event.subject_id.isdigit():
        key = keys.get(int(event.subject_id), "")
    return event_in_words(event.action, *trail.changes(event), key)


def _entries(assessment: Assessment, newest: Sequence[Happened], language: str) -> tuple[Entry, ...]:
    """Entries as they are printed, newest first, in the language of the report."""
    said: dict[int, str] = {}
    if newest and language != ORIGINAL:
        events = Event.objects.filter(
            organisation_id=assessment.organisation_id,
            scope_id=assessment.pk,
            seq__range=(newest[-1].link.seq, newest[0].link.seq),
        )
        keys = _keys(assessment)
        with override(language):
            said = {event.seq: _words(event, keys) for event in events.iterator()}
    return tuple(
        Entry(
            one.link.seq,
            one.link.at,
            one.who,
            said.get(one.link.seq, one.what),
            one.hash,
        )
        for one in newest
    )
