"""Setting the fields of an answer: what follows from a change, and what the trail says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from compliance.assessments.actions.following import (
    Changes,
    is_chosen_na,
    only_later_waits,
    values_of,
)
from compliance.assessments.actions.holding import hold_open
from compliance.assessments.choices import NO_OWNER, Verdict
from compliance.assessments.models import Answer, Assessment
from compliance.assessments.models.answer import FIELDS
from compliance.assessments.versions import Known
from compliance.audit import event_types, trail
from compliance.audit.models import Event
from compliance.organisations.access import Permission, may
from compliance.organisations.models import Membership, User

DAYS = {"due_on", "later_until"}
ANSWERED = ("answered_by_id", "answered_at")
"""Who answered, and when; the trail tells both or neither."""
BESIDE_IT = ("again", "taken_from_id", "taken_version", "taken_at", *ANSWERED)
"""What stands beside the fields: an undo puts it back with them."""
SIGNED = (
    "changed_by_id",
    "changed_at",
    "na_by_id",
    "na_confirmed_by_id",
    "na_confirmed_at",
)
"""Who said it, and who confirmed it: what an event keeps of the state before it."""
ANSWERING = {"verdict", "value", "note", "reason"}
"""Fields that say something anew: whoever changes one has looked at the answer."""
SAYING = ANSWERING | {"later_until"}
"""Fields of an answer itself: a person who changes one has answered."""


def locked(
    organisation_id: UUID,
    assessment_id: UUID,
    answer_id: int,
    *,
    also_in_review: bool = False,
) -> Answer:
    """The answer, for nobody else to change until the transaction is over.

    With ``also_in_review`` that of an assessment in review, too. Raises ``Answer.DoesNotExist`` for a foreign id, ``ValidationError`` when its
    assessment is closed.
    """
    hold_open(assessment_id)
    answers = Answer.objects.select_for_update(of=("self",)).with_choices()
    answer = answers.select_related(
        "assessment__edition",
        "question__section",
        "owner",
        "answered_by",
        "changed_by",
        "na_by",
        "na_confirmed_by",
        "taken_from__question__edition__checklist",
        "asked__invitation",
    ).get(
        pk=answer_id,
        assessment_id=assessment_id,
        assessment__organisation_id=organisation_id,
    )
    one = answer.assessment
    if not (one.is_open or (also_in_review and one.is_talked_about)):
        msg = f"This assessment is {one.closed_word}: its answers stay as they are."
        raise ValidationError(msg)
    return answer


def json_of(values: Changes) -> Changes:
    """Values as the trail holds them: days and moments as ISO text."""
    return {
        field: value.isoformat() if isinstance(value, date) else value
        for field, value in values.items()
    }


def _beside(answer: Answer) -> Changes:
    return {field: getattr(answer, field) for field in BESIDE_IT}


def python_of(field: str, value: Any) -> Any:
    return date.fromisoformat(value) if field in DAYS and value else value


def fields_of(side: dict[str, Any]) -> Changes:
    return {field: value for field, value in side.items() if field in FIELDS}


def is_standing(answer: Answer, after: dict[str, Any]) -> bool:
    """Whether the fields of an answer are still as an event left them."""
    standing = json_of(values_of(answer))
    return all(standing[f] == value for f, value in fields_of(after).items())


def old_values(before: dict[str, Any]) -> Changes:
    """The fields as they were before an event."""
    return {f: python_of(f, value) for f, value in fields_of(before).items()}


def old_beside(before: dict[str, Any]) -> Changes:
    """What stood beside the fields before an event."""
    return {
        field: datetime.fromisoformat(value)
        if field.endswith("_at") and value
        else value
        for field, value in before.items()
        if field in BESIDE_IT
    }


def as_known(answer: Answer, page: Known) -> Changes:
    """The fields as a page knows them, wound back along the trail."""
    if page.oldest == answer.version:
        return values_of(answer)
    events = changing_events(answer.assessment, [answer.pk])
    return wound_back(answer, page, events[: answer.version - page.oldest])


def changing_events(assessment: Assessment, ids: Sequence[int]) -> QuerySet[Event]:
    """The events that changed fields of some answers, newest first."""
    return Event.objects.filter(
        organisation_id=assessment.organisation_id,
        scope_id=assessment.pk,
        subject_label="answer",
        subject_id__in=[str(pk) for pk in ids],
        action__in=event_types.those(changes_answer=True),
    ).order_by("-seq")


def wound_back(answer: Answer, page: Known, events: Iterable[Event]) -> Changes:
    """The fields of an answer before the events that a page does not know."""
    values = values_of(answer)
    for event in events:
        before, after = trail.changes(event)
        for field, value in fields_of(before).items():
            if after["version"] > page.of(field):
                values[field] = python_of(field, value)
    return values


def write(
    by: User,
    answer: Answer,
    touched: Changes,
    action: str,
    *,
    beside: Changes | None = None,
    also: Changes | None = None,
) -> Event | None:
    """Save what differs, as one event; None when nothing does.

    ``beside`` are columns of ``BESIDE_IT`` to set, ``also`` is told in the event.
    """
    is_said = bool(also and also.get("attached"))
    change = alter(by, answer, touched, beside, is_said=is_said)
    if change is None:
        return None
    if answer.owner_id and "owner_id" in change.after:
        answer.owner = answerer(answer.assessment.organisation_id, answer.owner_id)
    answer.save(update_fields=change.columns)
    return record(by, answer, action, change.before, change.after | (also or {}))


def record(
    by: User, answer: Answer, action: str, before: Changes, after: Changes
) -> Event:
    """One event about an answer, on the chain of its organisation."""
    return trail.record(
        by=by,
        organisation_id=answer.assessment.organisation_id,
        action=action,
        subject=answer,
        scope_id=answer.assessment_id,
        before=before,
        after=after,
    )


@dataclass(frozen=True, slots=True)
class Change:
    """What was altered in an answer: columns to save, and both sides for the trail."""

    columns: list[str]
    before: Changes
    after: Changes


def alter(
    by: User,
    answer: Answer,
    touched: Changes,
    beside: Changes | None = None,
    *,
    is_said: bool = False,
) -> Change | None:
    """Set what differs and what follows from it, unsaved; None when nothing differs.

    With ``is_said`` it is an answer whatever differs: evidence comes with it.
    Raises ``ValidationError`` when a reason or a day is missing. Whether the owner
    belongs to the organisation is for the caller to see to.
    """
    standing = values_of(answer)
    wanted = only_later_waits(answer, touched)
    real = {f: v for f, v in wanted.items() if v != standing[f]}
    if not real and beside is None:
        return None
    stood, said_by, now = _beside(answer), signed(answer), timezone.now()
    for field, value in real.items():
        setattr(answer, field, value)
    _refuse_half(answer)
    follow = _follow(by, answer, set(real))
    if is_said or real.keys() & SAYING:
        answer.answered_by, answer.answered_at = by, now
    for field, value in (beside or {}).items():
        setattr(answer, field, value)
    if answer.verdict == Verdict.UNANSWERED:
        answer.answered_by = answer.answered_at = None
    moved = {f: v for f, v in _beside(answer).items() if v != stood[f]}
    if moved.keys() & set(ANSWERED):
        moved |= {f: getattr(answer, f) for f in ANSWERED}
    before = {f: standing[f] for f in real} | {f: stood[f] for f in moved}
    before["version"] = answer.version
    if said_by:
        before["signed"] = said_by
    answer.version += 1
    answer.changed_at, answer.changed_by = now, by
    return Change(
        [*real, *follow, *moved, "version", "changed_at", "changed_by"],
        json_of(before),
        json_of(real | moved) | {"version": answer.version},
    )


def signed(answer: Answer) -> Changes:
    """``SIGNED`` as the trail holds it, without what is empty."""
    values = {name: getattr(answer, name) for name in SIGNED}
    return json_of({name: value for name, value in values.items() if value})


def _refuse_half(answer: Answer) -> None:
    """ "Not applicable" needs its reason, "later" its day."""
    key = answer.question.key
    if answer.verdict == Verdict.NA and not answer.reason.strip():
        raise ValidationError({"reason": f"Give a reason why {key} does not apply."})
    if answer.verdict == Verdict.LATER and answer.later_until is None:
        raise ValidationError({"later_until": f"Say until which day {key} waits."})


def _follow(by: User, answer: Answer, changed: set[str]) -> list[str]:
    """Bring in line what follows from a change; the names of those fields.

    Whoever says "not applicable", or says why anew, needs a second person again. An
    answer with another verdict is no longer the one that was taken over.
    """
    follow = []
    if changed & ANSWERING and answer.again:
        answer.again = ""
    if changed & {"verdict", "value"}:
        answer.taken_from = answer.taken_version = answer.taken_at = None
    if changed & {"verdict", "reason", "value"}:
        is_own = answer.verdict == Verdict.NA and not is_chosen_na(answer)
        answer.na_by = by if is_own else None
        answer.na_confirmed_by = answer.na_confirmed_at = None
        follow += ["na_by", "na_confirmed_by", "na_confirmed_at"]
    return follow


def answerer(organisation_id: UUID, user_id: int) -> User:
    """The person with that id, if they may answer there; else ``ValidationError``."""
    members = Membership.objects.with_people().filter(user__is_active=True)
    member = members.filter(organisation=organisation_id, user=user_id).first()
    if member is None or not may(member, Permission.ANSWER):
        raise ValidationError({"owner": NO_OWNER})
    return member.user
