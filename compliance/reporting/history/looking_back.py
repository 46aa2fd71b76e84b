"""States of an assessment other than today's: signed ones, and earlier moments."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from compliance.content.checklists.diff import word_diff
from compliance.ground.web.text import number_in
from compliance.proof.audit.models import Event
from compliance.templatetags.ui import moment
from compliance.work.assessments.answer_fields import WORDED
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.models import Assessment
from compliance.work.snapshots.as_of import rows_as_of
from compliance.work.snapshots.changes import Changed, differences
from compliance.work.snapshots.content import Content, Line, Section
from compliance.work.snapshots.moments import event_at, seq_at
from compliance.work.snapshots.snapshot import content_of_rows, one_moment, to_read

ZONED = "%Y-%m-%dT%H:%M"
"""How a page sends a moment, in the zone of the installation."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between two moments: its name, and the question before and after.

    ``texts`` are the written fields that differ: label and runs of words.
    """

    changed: Changed
    before: Line | None
    after: Line | None
    texts: list[tuple[str, list[tuple[str, str]]]]


@dataclass(frozen=True, slots=True)
class PastState:
    """An assessment at a moment: the event before it, and what was said.

    ``state`` and ``revision`` are those of then, ``signoff`` what had been signed of it.
    """

    event: Event
    content: Content
    state: str
    revision: int
    signoff: Any

    def section(self, number: int | None) -> Section | None:
        """The section with that number, else the first."""
        sections = self.content.sections
        found = (one for one in sections if one.number == number)
        return next(found, sections[0] if sections else None)


def revisions(assessment: Assessment) -> list[tuple[int, str]]:
    """Every signed revision, newest first, in words."""
    rows = assessment.signoffs.values_list("revision", "signer", "signed_at")
    return [
        (number, f"As signed by {signer}, {moment(at)} (revision {number})") for number, signer, at in rows
    ]


def event_of(assessment: Assessment, text: str) -> Event | None:
    """The event of the trail that a page names by its number, None when it is none."""
    number = number_in(text)
    if number is None:
        return None
    try:
        return event_at(assessment, number)
    except Event.DoesNotExist:
        return None


def moment_in(text: str) -> datetime | None:
    """The end of the minute that a page sent; None for what is no moment."""
    try:
        at = datetime.strptime(text[:16], ZONED)
        return timezone.make_aware(at.replace(second=59, microsecond=999_999))
    except (ValueError, OverflowError):
        return None


def remarks(assessment: Assessment, asked: dict[str, str]) -> list[str]:
    """Parts of an address that are no moment, or one still to come, in words."""
    found = []
    this_minute = timezone.now() + timedelta(minutes=1)
    for name in ("at", "until"):
        at = moment_in(asked[name])
        is_entry = name == "until" and event_of(assessment, asked[name])
        if asked[name] and at is None and not is_entry:
            words = "is not a moment. Give a day and a time, as in 2026-11-24T09:30."
            found.append(f"“{asked[name]}” {words}")
        elif at and at > this_minute:
            words = "is in the future, so the state of now is shown."
            found.append(f"{asked[name]} {words}")
    if asked["seq"] and event_of(assessment, asked["seq"]) is None:
        found.append(f"“{asked['seq']}” is not an entry of this trail.")
    return found


def event_before(assessment: Assessment, text: str) -> Event | None:
    """The last event up to a moment that a page sent; None before the start."""
    at = moment_in(text)
    try:
        seq = seq_at(assessment, at) if at else None
    except (ValueError, OverflowError):  # in UTC it is before the first year
        return None
    return event_at(assessment, seq) if seq else None


def then(assessment: Assessment, event: Event) -> PastState | None:
    """The content right after an event; None before the start.

    Raises ``LackingError`` where the trail lacks a row.
    """
    with one_moment():
        try:
            rows = rows_as_of(to_read(assessment.pk), event.seq)
        except ValueError:
            return None
        content = content_of_rows(rows)
    here = rows.assessment
    state, revision = AssessmentStatus(here.status), here.revision
    signed = assessment.signoffs.filter(revision=revision)
    is_signed = state == AssessmentStatus.SIGNED
    return PastState(event, content, state.label, revision, is_signed and signed.first())


def between(old: Content, new: Content) -> list[Difference]:
    """Differences between two moments, in reading order, written texts by word."""
    before = {line.key: line for line in (*old.lines, *old.archived)}
    after = {line.key: line for line in (*new.lines, *new.archived)}
    return [
        _difference(changed, before.get(changed.name), after.get(changed.name))
        for changed in differences(old, new)
    ]


def _difference(changed: Changed, old: Line | None, new: Line | None) -> Difference:
    texts = []
    for field in WORDED:
        was = old.value_of(field.column) if old else ""
        now = new.value_of(field.column) if new else ""
        if was != now:
            texts.append((field.heading, word_diff(was, now)))
    return Difference(changed, old, new, texts)
