"""The second person for "not applicable": confirming it, or sending it back."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.proof.audit.rows import inserted
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.applying import why_not_asked
from compliance.work.assessments.choices import Verdict
from compliance.work.assessments.events import NA_CONFIRMED, NA_SENT_BACK, NA_UNCONFIRMED
from compliance.work.assessments.following import value_verdict
from compliance.work.assessments.imported_answers import is_own
from compliance.work.assessments.models import Answer, Comment, Mention
from compliance.work.assessments.versions import Known
from compliance.work.assessments.writing import locked, record, says_else, write

SEEN = ("verdict", "value", "reason")
"""Columns that the second person confirms."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The answers confirmed, their events, and in words those that were not."""

    answers: list[Answer]
    events: list[Event]
    refused: list[str]


def confirm_na(*, by: User, organisation: Organisation, seen: Mapping[int, Known]) -> Confirmed:
    """Say yes to "not applicable", as the second person, in one or several answers.

    ``seen`` maps answer ids to what the page knew of each: one that says something
    else since is left alone and named, like one's own. One event for each answer.
    Raises ``Answer.DoesNotExist`` for a foreign id.
    """
    with writing():
        answers = _locked(organisation, seen, also_in_review=True)
        done, events, refused = [], [], []
        for answer in answers:
            if why := _why_not(by, answer, seen[answer.pk]):
                refused.append(why)
                continue
            done.append(answer)
            events.append(_confirm(by, answer))
        return Confirmed(done, events, refused)


def unconfirm_na(*, by: User, organisation: Organisation, seqs: Collection[int]) -> list[Answer]:
    """Take confirmations back that still stand; the answers that wait again.

    Raises ``Event.DoesNotExist`` when an event is no confirmation of the organisation.
    """
    with writing():
        events = Event.objects.filter(organisation_id=organisation.pk, seq__in=seqs, action=NA_CONFIRMED)
        confirmed = {int(event.subject_id): trail.changes(event)[1] for event in events}
        if not confirmed or len(confirmed) != len(set(seqs)):
            raise Event.DoesNotExist
        waiting = []
        for answer in _locked(organisation, confirmed, also_in_review=True):
            at = datetime.fromisoformat(confirmed[answer.pk]["at"])
            if answer.na_confirmed_at == at:
                waiting.append(answer)
                _set(answer, None, None)
                record(by, answer, NA_UNCONFIRMED, {}, {})
        return waiting


def send_back_na(*, by: User, organisation: Organisation, answer_id: int, seen: Known, why: str) -> Answer:
    """Say no to "not applicable": the question is open again, with a comment why.

    The reason that was given stays with the answer and in its history; the comment
    mentions who gave it. Raises ``ValidationError`` when it says something else since.
    """
    with writing():
        (answer,) = _locked(organisation, [answer_id])
        if refusal := _why_not(by, answer, seen):
            raise ValidationError(refusal)
        concerned = (answer.na_by_id, answer.owner_id)
        mentioned = sorted({pk for pk in concerned if pk and pk != by.pk})
        text = f"N/A sent back: {why}\n\nThe reason was: {answer.reason}"
        comment = Comment.objects.create(answer=answer, author=by, text=text)
        inserted(Mention.objects.bulk_create(Mention(comment=comment, user_id=pk) for pk in mentioned))
        also = {"comment": comment.pk, "text": text, "mentions": mentioned}
        touched = {"verdict": _without_na(answer)}
        write(by, answer, touched, NA_SENT_BACK, also=also)
        return answer


def _locked(
    organisation: Organisation, ids: Collection[int], *, also_in_review: bool = False
) -> list[Answer]:
    """Those answers in the order of their ids, locked; every one has to be there."""
    places = dict(
        Answer.objects.filter(pk__in=ids, assessment__organisation=organisation).values_list(
            "pk", "assessment_id"
        )
    )
    if len(places) != len(set(ids)):
        raise Answer.DoesNotExist
    return [locked(organisation.pk, places[pk], pk, also_in_review=also_in_review) for pk in sorted(places)]


def _why_not(by: User, answer: Answer, seen: Known) -> str:
    """Why a person cannot confirm this answer now, "" when they can."""
    key = answer.question.key
    if answer.na_by is None:
        return f"{key} is no longer N/A."
    if answer.na_confirmed_by_id:
        return f"{key} is confirmed already, by {answer.na_confirmed_by}."
    if own := _own_part(by, answer, answer.na_by):
        return f"{key}: {own}. A second person confirms it."
    if not answer.applies:
        return f"{key} {why_not_asked(answer)}."
    if _says_else(answer, seen):
        return f"{key} has changed since you looked. Read it again."
    return ""


def _own_part(by: User, answer: Answer, said_by: User) -> str:
    """Why this person cannot be the second one; "" where they had no part in the answer."""
    if is_own(by, said_by, answer.assessment):
        return "you chose N/A yourself"
    if answer.proposals.of(by).exists():
        return "a program of yours proposed an answer"
    return ""


def _says_else(answer: Answer, seen: Known) -> bool:
    """Whether what the second person says yes to is not what the page showed."""
    return seen.newest > answer.version or says_else(answer, seen, SEEN)


def _confirm(by: User, answer: Answer) -> Event:
    at = timezone.now()
    _set(answer, by, at)
    after = {"at": at.isoformat(), "reason_of": answer.na_by_id}
    return record(by, answer, NA_CONFIRMED, {}, after)


def _set(answer: Answer, by: User | None, at: datetime | None) -> None:
    answer.na_confirmed_by, answer.na_confirmed_at = by, at
    answer.save(update_fields=["na_confirmed_by", "na_confirmed_at"])


def _without_na(answer: Answer) -> str:
    """Values of the answer without the person's N/A: those its value gives, if any."""
    if not answer.kind_is_derived:
        return Verdict.UNANSWERED
    return value_verdict(answer, answer.value)
