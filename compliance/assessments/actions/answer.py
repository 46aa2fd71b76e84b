"""Saving an answer: merged where nobody else was, refused where somebody was."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from compliance.assessments.choices import Verdict
from compliance.assessments.models import Answer, Assessment
from compliance.assessments.models.answer import FIELDS
from compliance.assessments.scoring import BESIDE, verdict_of
from compliance.assessments.values import parse
from compliance.assessments.versions import Known
from compliance.audit import trail
from compliance.audit.models import Event
from compliance.checklists.choices import QuestionKind
from compliance.organisations.models import Organisation, User
from compliance.web.turns import in_turn

Changes = dict[str, Any]
DAYS = {"due_on", "later_until"}
ANSWERING = {"verdict", "value", "note", "reason"}
"""Fields that say something anew: whoever changes one has looked at the answer."""


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
    """A save typed over an older version, where somebody else changed the same field.

    ``fields`` names those fields, ``mine`` holds everything that was to be saved,
    ``answer`` what stands instead. ``known`` lets the same save through, once its
    texts have been compared.
    """

    answer: Answer
    fields: tuple[str, ...]
    mine: Changes
    known: Known


@dataclass(frozen=True, slots=True)
class Undone:
    """The outcome of an undo; ``event`` is None when a later change stood in its way."""

    answer: Answer
    event: Event | None


def save_answer(
    *,
    by: User,
    organisation: Organisation,
    assessment_id: UUID,
    answer_id: int,
    changes: Changes,
    base: int | Known,
) -> Saved | Refused:
    """Save some fields of an answer as they were typed over version ``base``.

    ``changes`` maps names of ``FIELDS`` to values, ``value`` to the texts that were
    typed; a field it does not carry keeps its value. Against what was typed over,
    untouched fields are left to others, and a field that both sides changed
    differently refuses the whole save: the refused text goes to the trail, nothing
    else changes. Sending the same save again changes nothing. Raises
    ``ValidationError`` when the answer is closed, a value is wrong or a reason is
    missing, ``Answer.DoesNotExist`` for a foreign id.
    """
    with in_turn(), transaction.atomic():
        answer = _locked(organisation.pk, assessment_id, answer_id)
        page = base if isinstance(base, Known) else Known(base)
        if page.newest > answer.version:
            msg = "This page knows a version that does not exist. Load it again."
            raise ValidationError(msg)
        typed = _clean(answer, changes)
        known = _as_known(answer, page)
        touched = {f: v for f, v in typed.items() if v != known[f]}
        standing = _values(answer)
        clash = tuple(
            field
            for field in FIELDS
            if field in touched
            and standing[field] != known[field]
            and standing[field] != touched[field]
        )
        if clash:
            _keep_refused(by, answer, touched, clash)
            return Refused(answer, clash, touched, page.raised(touched, answer.version))
        event = _write(by, answer, touched, "answer.saved")
        unseen = any(standing[f] != known[f] for f in FIELDS if f not in touched)
        now = page.raised(touched, answer.version) if unseen else Known(answer.version)
        return Saved(answer, event, now)


def undo(*, by: User, assessment: Assessment, seq: int) -> Undone:
    """Put back what one event changed, as an event of its own.

    Refused, with nothing changed, when one of its fields has changed again since.
    Raises ``Event.DoesNotExist`` for an event that changed no answer here.
    """
    with in_turn(), transaction.atomic():
        event = Event.objects.get(
            organisation_id=assessment.organisation_id,
            seq=seq,
            scope_id=assessment.pk,
            action__in=["answer.saved", "answer.undone"],
        )
        answer = _locked(
            assessment.organisation_id, assessment.pk, int(event.subject_id)
        )
        before, after = (_fields(side) for side in trail.changes(event))
        standing = _json(_values(answer))
        if any(standing[field] != value for field, value in after.items()):
            return Undone(answer, None)
        back = {field: _python(field, value) for field, value in before.items()}
        return Undone(answer, _write(by, answer, back, "answer.undone"))


def _locked(organisation_id: UUID, assessment_id: UUID, answer_id: int) -> Answer:
    answers = Answer.objects.select_for_update(of=("self",)).with_choices()
    answer = answers.select_related(
        "assessment__edition", "question__section", "owner", "changed_by"
    ).get(
        pk=answer_id,
        assessment_id=assessment_id,
        assessment__organisation_id=organisation_id,
    )
    if not answer.assessment.is_open:
        msg = "This assessment is closed: its answers stay as they are."
        raise ValidationError(msg)
    return answer


def _values(answer: Answer) -> Changes:
    return {field: getattr(answer, field) for field in FIELDS}


def _json(values: Changes) -> Changes:
    """Values as the trail holds them: days as ISO text."""
    return {
        field: value.isoformat() if isinstance(value, date) else value
        for field, value in values.items()
    }


def _python(field: str, value: Any) -> Any:
    return date.fromisoformat(value) if field in DAYS and value else value


def _fields(side: dict[str, Any]) -> Changes:
    return {field: value for field, value in side.items() if field in FIELDS}


def _as_known(answer: Answer, page: Known) -> Changes:
    """The fields as a page knows them, wound back along the trail."""
    values = _values(answer)
    if page.oldest == answer.version:
        return values
    events = Event.objects.filter(
        organisation_id=answer.assessment.organisation_id,
        scope_id=answer.assessment_id,
        subject_label="answer",
        subject_id=str(answer.pk),
        action__in=["answer.saved", "answer.undone"],
    ).order_by("-seq")
    for event in events[: answer.version - page.oldest]:
        before, after = trail.changes(event)
        for field, value in _fields(before).items():
            if after["version"] > page.of(field):
                values[field] = _python(field, value)
    return values


def _clean(answer: Answer, changes: Changes) -> Changes:
    """The changes, with the value parsed and the verdict that follows from it.

    A choice that means "not applicable" is its own reason, unless one was written.
    """
    kind = answer.question.kind
    lines = _choices(answer)
    choices = {key: verdict for key, verdict, _ in lines}
    try:
        if "value" in changes:
            typed = parse(kind, changes["value"], list(choices))
            changes = changes | {"value": typed}
        if _keeps_verdict(answer, changes):
            return _with_day(answer, changes)
        value = changes.get("value", answer.value)
        verdict = verdict_of(kind, value, answer.question.number, choices)
    except ValueError as error:
        raise ValidationError({"value": str(error)}) from error
    derived = _with_day(answer, changes | {"verdict": verdict})
    if verdict == Verdict.NA and not derived.get("reason", answer.reason).strip():
        chosen = value if isinstance(value, list) else [value]
        labels = [label for key, _, label in lines if key in chosen]
        derived["reason"] = "; ".join(labels)
    return derived


def _with_day(answer: Answer, changes: Changes) -> Changes:
    """Only "later" has a day until which it waits."""
    if changes.get("verdict", answer.verdict) == Verdict.LATER:
        return changes
    if answer.later_until is None and changes.get("later_until") is None:
        return {f: v for f, v in changes.items() if f != "later_until"}
    return changes | {"later_until": None}


def _keeps_verdict(answer: Answer, changes: Changes) -> bool:
    """Whether the verdict is a person's own: always, but for kinds that derive it."""
    if not answer.kind_is_derived or not {"value", "verdict"} & set(changes):
        return True
    return changes.get("verdict", answer.verdict) in BESIDE


def _write(by: User, answer: Answer, touched: Changes, action: str) -> Event | None:
    standing = _values(answer)
    real = {f: v for f, v in touched.items() if v != standing[f]}
    if not real:
        return None
    if real.get("owner_id"):
        answer.owner = _member(answer, real["owner_id"])
    for field, value in real.items():
        setattr(answer, field, value)
    _refuse_half(answer)
    follow = _follow(by, answer, set(real))
    before = {field: standing[field] for field in real} | {"version": answer.version}
    answer.version += 1
    answer.changed_at, answer.changed_by = timezone.now(), by
    answer.save(update_fields=[*real, *follow, "version", "changed_at", "changed_by"])
    return trail.record(
        by=by,
        organisation_id=answer.assessment.organisation_id,
        action=action,
        subject=answer,
        scope_id=answer.assessment_id,
        before=_json(before),
        after=_json(real) | {"version": answer.version},
    )


def _refuse_half(answer: Answer) -> None:
    """ "Not applicable" needs its reason, "later" its day."""
    key = answer.question.key
    if answer.verdict == Verdict.NA and not answer.reason.strip():
        raise ValidationError({"reason": f"Give a reason why {key} does not apply."})
    if answer.verdict == Verdict.LATER and answer.later_until is None:
        raise ValidationError({"later_until": f"Say until which day {key} waits."})


def _follow(by: User, answer: Answer, changed: set[str]) -> list[str]:
    """Bring in line what follows from a change; the names of those fields.

    Whoever says "not applicable", or says why anew, needs a second person again.
    """
    follow = []
    if changed & ANSWERING and answer.again:
        answer.again = ""
        follow.append("again")
    if changed & {"verdict", "reason", "value"}:
        is_own = answer.verdict == Verdict.NA and not _is_chosen_na(answer)
        answer.na_by = by if is_own else None
        answer.na_confirmed_by = answer.na_confirmed_at = None
        follow += ["na_by", "na_confirmed_by", "na_confirmed_at"]
    return follow


def _is_chosen_na(answer: Answer) -> bool:
    """Whether a choice of the checklist itself says "not applicable"."""
    if not answer.kind_is_derived or answer.question.kind == QuestionKind.NUMBER:
        return False
    choices = {key: verdict for key, verdict, _ in _choices(answer)}
    return verdict_of(answer.question.kind, answer.value, {}, choices) == Verdict.NA


def _choices(answer: Answer) -> list[list[str]]:
    """Key, verdict and label of each choice."""
    return [line.split("=", 2) for line in answer.choice_lines.splitlines()]


def _member(answer: Answer, user_id: int) -> User:
    """The person with that id, of the same organisation; else ``ValidationError``."""
    people = User.objects.filter(
        memberships__organisation_id=answer.assessment.organisation_id
    )
    person = people.filter(pk=user_id).first()
    if person is None:
        raise ValidationError({"owner": "Choose somebody of this organisation."})
    return person


def _keep_refused(
    by: User, answer: Answer, mine: Changes, clash: tuple[str, ...]
) -> None:
    trail.record(
        by=by,
        organisation_id=answer.assessment.organisation_id,
        action="answer.refused",
        subject=answer,
        scope_id=answer.assessment_id,
        before={"version": answer.version},
        after=_json({field: mine[field] for field in clash}),
    )
