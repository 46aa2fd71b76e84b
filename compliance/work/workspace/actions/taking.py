"""Answer once: taking a related answer over, keeping one's own, confirming again."""

from collections.abc import Iterable
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone

from compliance.content.checklists.choices import Travels
from compliance.content.checklists.related import travels
from compliance.content.evidence.models import Evidence
from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit.models import Event
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.actions import attach_all, refuse_too_many_files
from compliance.work.assessments.answer_fields import ANSWERING
from compliance.work.assessments.applying import why_not_asked
from compliance.work.assessments.events import (
    ANSWER_CONFIRMED_AGAIN,
    ANSWER_KEPT,
    ANSWER_TAKEN_OVER,
)
from compliance.work.assessments.following import (
    Changes,
    choice_lines_of,
    cleaned,
    values_of,
)
from compliance.work.assessments.models import Answer
from compliance.work.assessments.versions import Known
from compliance.work.assessments.writing import locked, record, says_else, write
from compliance.work.workspace.taking import can_be_lent, can_be_taken, lent, taken

STALE = "stale"
"""The code of a refusal because someone changed an answer meanwhile."""


def take_over(
    *,
    by: User,
    organisation: Organisation,
    assessment_id: UUID,
    answer_id: int,
    seen: Known,
    source_id: int,
    source_version: int,
) -> tuple[Answer, Event | None]:
    """Copy a related answer with its note, reason and evidence, as one event; None where it
    was taken over so already.

    Where the source only helps to prove the other duty, its note is added and its
    evidence attached; verdict, value and reason stay as they are.

    ``seen`` and ``source_version`` are what the page knew of the two: where one says or
    asks something else since, nothing is copied and the ``ValidationError`` has the code
    ``STALE``. Raises ``ValidationError`` too where no relation lets anything travel, and
    where nothing new would; ``Answer.DoesNotExist`` for a foreign id of either.
    """
    with writing():
        answer = locked(organisation.pk, assessment_id, answer_id)
        source = source_of(organisation, source_id)
        part = _part(answer, source)
        _refuse_moved(source, source_version, part)
        if not answer.applies:
            msg = f"{answer.question.key} {why_not_asked(answer)}."
            raise ValidationError(msg)
        touched = _touched(answer, source, part)
        proofs = [row.evidence for row in source.attachments.all()]
        if _is_taken(answer, source, touched, proofs):
            return answer, None
        _refuse_stale(answer, seen, set(touched))
        also: Changes = {"source": _source_fields(source)}
        if attached := attach_all(answer, proofs):
            also["attached"] = attached
        beside: Changes = {}
        if part == Travels.ANSWER:
            beside = {
                "taken_from_id": source.pk,
                "taken_version": source.version,
                "taken_at": timezone.now(),
            }
        elif not touched and not attached:
            msg = f"Note and evidence of {source.question.key} are here already."
            raise ValidationError(msg)
        action = ANSWER_TAKEN_OVER
        event = write(by, answer, touched, action, beside=beside, also=also)
        if attached:
            refuse_too_many_files(answer.assessment)
        return answer, event


def _is_taken(answer: Answer, source: Answer, touched: Changes, proofs: Iterable[Evidence]) -> bool:
    """Whether an answer was taken over from this very source and stands so since."""
    standing, used = values_of(answer), answer.attachments.values("evidence_id")
    return (
        (answer.taken_from_id, answer.taken_version) == (source.pk, source.version)
        and all(standing[name] == touched[name] for name in touched)
        and {one.pk for one in proofs} <= {row["evidence_id"] for row in used}
    )


def keep_mine(
    *,
    by: User,
    organisation: Organisation,
    assessment_id: UUID,
    answer_id: int,
    source_id: int,
    source_version: int,
) -> tuple[Answer, Event | None]:
    """Let an answer stand though its source has changed; None when that is said already.

    ``source_version`` is what the page showed of the source: a newer one is refused.
    """
    with writing():
        answer = locked(organisation.pk, assessment_id, answer_id)
        if answer.taken_from is None or answer.taken_from_id != source_id:
            msg = f"{answer.question.key} is no longer taken over."
            raise ValidationError(msg)
        _refuse_moved(answer.taken_from, source_version)
        if answer.taken_version == source_version:
            return answer, None
        before = {"taken_version": answer.taken_version}
        answer.taken_version = source_version
        answer.save(update_fields=["taken_version"])
        after = {
            "taken_version": source_version,
            "source": _source_fields(answer.taken_from),
        }
        return answer, record(by, answer, ANSWER_KEPT, before, after)


def confirm_again(
    *,
    by: User,
    organisation: Organisation,
    assessment_id: UUID,
    answer_id: int,
    seen: Known,
) -> tuple[Answer, Event | None]:
    """Say that an answer is still right; None when nobody asks for it any more.

    Raises ``ValidationError`` when answer or question say something else than the page
    showed.
    """
    with writing():
        answer = locked(organisation.pk, assessment_id, answer_id)
        if not answer.again:
            return answer, None
        _refuse_stale(answer, seen, ANSWERING)
        before, answer.again = {"again": answer.again}, ""
        answer.save(update_fields=["again"])
        after = {"again": ""}
        return answer, record(by, answer, ANSWER_CONFIRMED_AGAIN, before, after)


def preview_taking(*, answer: Answer, source: Answer, part: Travels) -> Changes:
    """The fields of an answer as taking over would leave them; nothing is changed."""
    answer.choice_lines = choice_lines_of(answer.question.choices.all())
    return _touched(answer, source, part)


def source_of(organisation: Organisation, answer_id: int) -> Answer:
    """An answer with all that can be taken over from it, of the same organisation."""
    rows = Answer.objects.for_page().select_related("assessment__edition__checklist")
    return rows.get(pk=answer_id, assessment__organisation=organisation)


def _touched(answer: Answer, source: Answer, part: Travels) -> Changes:
    return cleaned(answer, (lent if part == Travels.PROOF else taken)(source, answer))


def _part(answer: Answer, source: Answer) -> Travels:
    """The part that may travel: a verdict on one duty is none on another, however the two touch."""
    one, other = ((each.assessment.edition.checklist, each.question) for each in (answer, source))
    part = travels(one, other)
    if part == Travels.NOTHING:
        here, there = one[1].key, other[1].key
        msg = (
            f"{there} asks about another duty than {here}: its answer cannot be"
            f" taken over. Read it and its evidence, then answer {here} itself."
        )
        raise ValidationError(msg)
    return part


def _refuse_moved(source: Answer, version: int, part: Travels = Travels.NOTHING) -> None:
    key = source.question.key
    if source.version != version:
        msg = f"{key} has changed since you looked. Read it again."
        raise ValidationError(msg, code=STALE)
    if part == Travels.ANSWER and not can_be_taken(source.applies, source.verdict):
        raise ValidationError(f"{key} has no answer to take over.", code=STALE)
    if part == Travels.PROOF and not can_be_lent(source.applies, source.verdict):
        raise ValidationError(f"{key} has nothing to show for it.", code=STALE)


def _refuse_stale(answer: Answer, seen: Known, fields: Iterable[str]) -> None:
    key = answer.question.key
    if seen.newest > answer.version:
        msg = "This page refers to a version that does not exist. Load it again."
        raise ValidationError(msg)
    if says_else(answer, seen, fields):
        msg = f"{key} has changed since you looked. Read it again."
        raise ValidationError(msg, code=STALE)


def _source_fields(source: Answer) -> Changes:
    """The source as the trail names it."""
    return {
        "answer": source.pk,
        "key": source.question.key,
        "checklist": source.question.edition.checklist.title,
        "version": source.version,
    }
