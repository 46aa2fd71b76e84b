"""Setting the fields of an answer: what follows from a change, and what the trail says."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from compliance.content.checklists.models import Question, Section
from compliance.content.checklists.rating import Ratings, ratings_of
from compliance.ground.web import written_rows
from compliance.ground.web.joined_rows import Joined
from compliance.identity.organisations.access import Permission, may
from compliance.identity.organisations.models import Membership, User
from compliance.proof.audit import event_types, trail
from compliance.proof.audit.models import Event
from compliance.work.assessments.answer_fields import (
    ANSWERED,
    ANSWERING,
    BESIDE_IT,
    NEEDED,
    Role,
    from_json,
    json_of,
)
from compliance.work.assessments.choices import NO_OWNER, Again, Verdict
from compliance.work.assessments.events import REWORDING
from compliance.work.assessments.following import (
    Changes,
    is_chosen_na,
    takes,
    untied,
    values_of,
)
from compliance.work.assessments.holding import hold_open
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.assessments.scoring import CHOSEN
from compliance.work.assessments.versions import Known

_LOCKED = Joined(
    """
    SELECT {columns}, invitation.email
    FROM "compliance_answer" answer
    JOIN "compliance_assessment" assessment ON assessment.id = answer.assessment_id
    JOIN "compliance_question" question ON question.id = answer.question_id
    JOIN "compliance_section" section ON section.id = question.section_id
    LEFT JOIN "compliance_user" owner ON owner.id = answer.owner_id
    LEFT JOIN "compliance_asked" asked ON asked.answer_id = answer.id
    LEFT JOIN "compliance_invitation" invitation ON invitation.id = asked.invitation_id
    WHERE answer.id = %s AND answer.archived_at IS NULL
    AND assessment.id = %s AND assessment.organisation_id = %s
    """,
    answer=(Answer, None),
    assessment=(Assessment, None),
    question=(
        Question,
        ("id", "edition_id", "section_id", "key", "position", "kind", "number"),
    ),
    section=(Section, ("id", "title", "position")),
    owner=(User, None),
    locks="answer",
)


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
    found = _LOCKED.read(answer_id, assessment_id, organisation_id)
    if not found:
        raise Answer.DoesNotExist
    answer: Answer
    answer, one, question, section, owner, asked_of = found[0]
    answer.assessment, answer.question, answer.asked_of = one, question, asked_of
    question.section = section
    if owner:
        answer.owner = owner
    answer.choice_lines, answer.known_ratings = _choices(question)
    if not (one.is_open or (also_in_review and one.is_talked_about)):
        msg = f"This assessment is {one.closed_word}: its answers stay as they are."
        raise ValidationError(msg)
    return answer


def _choices(question: Question) -> tuple[str, Ratings]:
    """As ``with_choices`` has them, with their ratings; only some kinds have any."""
    if question.kind not in CHOSEN:
        return "", {}
    rows = list(question.choices.values_list("key", "verdict", "label", "rating"))
    ratings = ratings_of((key, label, rating) for key, _, label, rating in rows)
    return "\n".join("=".join(row) for *row, _ in rows), ratings


def _beside(answer: Answer) -> Changes:
    return {field: getattr(answer, field) for field in BESIDE_IT}


def can_put_back(answer: Answer, before: Changes, after: Changes) -> bool:
    """Whether an event can be undone.

    The fields of the answer are still as it left them, and the question takes those from
    before, though another edition may ask it.
    """
    standing = values_of(answer)
    if any(standing[f] != value for f, value in old_values(after).items()):
        return False
    back = {f: v for f, v in old_values(before).items() if v != standing[f]}
    return takes(answer, back)


def is_back(answer: Answer, before: Changes) -> bool:
    """Whether the fields of an answer stand as they did before an event."""
    standing = values_of(answer)
    return all(standing[f] == value for f, value in old_values(before).items())


def old_values(side: Changes) -> Changes:
    """The fields that a person sets, as one side of an event has them."""
    return from_json(side, Role.TYPED)


def as_known(answer: Answer, page: Known) -> Changes:
    """The fields as a page knows them, wound back along the trail."""
    return wound_back(answer, page, events_since(answer, page))


def says_else(answer: Answer, page: Known, fields: Iterable[str]) -> bool:
    """Whether one of those fields, or what is asked, is not what a page shows."""
    events = events_since(answer, page)
    known, standing = wound_back(answer, page, events), values_of(answer)
    return is_reworded(page, events) or any(known[field] != standing[field] for field in fields)


def events_since(answer: Answer, page: Known) -> list[Event]:
    """The events that changed its fields since a page was made, newest first."""
    if page.oldest == answer.version:
        return []
    events = changing_events(answer.assessment, [answer.pk])
    return list(events[: answer.version - page.oldest])


def is_reworded(page: Known, events: Iterable[Event]) -> bool:
    """Whether one of the events of an answer changed what is asked after a page showed it.

    A later version of single fields says nothing of the question that it shows.
    """
    return any(
        event.action in REWORDING and trail.changes(event)[1]["version"] > page.version for event in events
    )


def changing_events(assessment: Assessment, ids: Sequence[int]) -> QuerySet[Event]:
    """The events that changed fields of some answers, newest first."""
    return Event.objects.filter(
        organisation_id=assessment.organisation_id,
        scope_id=assessment.pk,
        subject_label="answer",
        subject_id__in=[str(pk) for pk in ids],
        action__in=event_types.those(changes_answer=True),
    ).order_by("-seq")


def events_by_answer(assessment: Assessment, ids: Sequence[int]) -> dict[int, list[Event]]:
    """The same of each answer, with who did it; no query without any."""
    found: dict[int, list[Event]] = defaultdict(list)
    events = changing_events(assessment, ids).select_related("actor") if ids else ()
    for event in events:
        found[int(event.subject_id)].append(event)
    return found


def setting_events(events: Iterable[Event]) -> dict[str, Event]:
    """The newest of some events, newest first, by each field that it set."""
    found: dict[str, Event] = {}
    for event in events:
        for field in old_values(trail.changes(event)[1]):
            found.setdefault(field, event)
    return found


def wound_back(answer: Answer, page: Known, events: Iterable[Event]) -> Changes:
    """The fields of an answer before the events that a page does not know."""
    values = values_of(answer)
    for event in events:
        before, after = trail.changes(event)
        for field, value in old_values(before).items():
            if after["version"] > page.of(field):
                values[field] = value
    return values


def write(
    by: User,
    answer: Answer,
    touched: Changes,
    action: str,
    *,
    beside: Changes | None = None,
    also: Changes | None = None,
    is_behind: bool = False,
) -> Event | None:
    """Save what differs, as one event; None when nothing does.

    ``beside`` are columns of ``BESIDE_IT`` to set, ``also`` goes into the event;
    ``is_behind`` as ``alter`` has it.
    """
    is_said = bool(also and also.get("attached"))
    change = alter(by, answer, touched, beside, is_said=is_said, is_behind=is_behind)
    if change is None:
        return None
    if answer.owner_id and "owner_id" in change.after:
        answer.owner = answerer(answer.assessment.organisation_id, answer.owner_id)
    written_rows.update(answer, change.columns)
    return record(by, answer, action, change.before, change.after | (also or {}))


def record(by: User, answer: Answer, action: str, before: Changes, after: Changes) -> Event:
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
    """A change of an answer: columns to save, and both sides for the trail."""

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
    is_behind: bool = False,
) -> Change | None:
    """Set what differs and what follows from it, unsaved; None when nothing differs.

    With ``is_said`` it is an answer whatever differs: evidence comes with it. With
    ``is_behind`` it was said before the question was reworded, and is to be confirmed.
    Raises ``ValidationError`` when a reason or a day is missing. Whether the owner
    belongs to the organisation is for the caller to see to.
    """
    standing = values_of(answer)
    wanted = untied(answer, touched)
    real = {f: v for f, v in wanted.items() if v != standing[f]}
    if not real and beside is None:
        return None
    stood, now = _beside(answer), timezone.now()
    for field, value in real.items():
        setattr(answer, field, value)
    _refuse_half(answer)
    follow = _follow(by, answer, set(real))
    if is_said or real.keys() & set(ANSWERING):
        answer.answered_by, answer.answered_at = by, now
    for field, value in (beside or {}).items():
        setattr(answer, field, value)
    if is_behind:  # said under what was asked before, it confirms nothing of today
        is_answer = real.keys() & set(ANSWERING)
        answer.again = stood["again"] or (Again.EDITION.value if is_answer else "")
    if answer.verdict == Verdict.UNANSWERED:
        answer.answered_by = answer.answered_at = None
    moved = {f: v for f, v in _beside(answer).items() if v != stood[f]}
    if moved.keys() & set(ANSWERED):
        moved |= {f: getattr(answer, f) for f in ANSWERED}
    before = {f: standing[f] for f in real} | {f: stood[f] for f in moved}
    before["version"] = answer.version
    answer.version += 1
    answer.changed_at, answer.changed_by = now, by
    return Change(
        [*real, *follow, *moved, "version", "changed_at", "changed_by"],
        json_of(before),
        json_of(real | moved) | {"version": answer.version},
    )


def _refuse_half(answer: Answer) -> None:
    """ "Not applicable" needs its reason, "later" its day."""
    field = NEEDED.get(Verdict(answer.verdict))
    if field and not str(getattr(answer, field.column) or "").strip():
        raise ValidationError({field.column: field.missing % answer.question.key})


def _follow(by: User, answer: Answer, changed: set[str]) -> list[str]:
    """Update the consequences of a change; the names of those fields.

    A new "not applicable", or a new reason for it, needs a second person again. An
    answer with another verdict is no longer the one that was taken over.
    """
    follow = []
    if changed & set(ANSWERING) and answer.again:
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
