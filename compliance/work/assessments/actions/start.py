"""Starting an assessment, and changing the facts it rests on."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from compliance.content.checklists.choices import EditionStatus
from compliance.content.checklists.models import Edition
from compliance.ground.web.sendings import naming
from compliance.identity.organisations.actions import lock
from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit import trail
from compliance.proof.audit.rows import inserted
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.actions import carry
from compliance.work.assessments.applying import Scope, choice_keys
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.detail_fields import DETAILS
from compliance.work.assessments.events import ASSESSMENT_STARTED, FACTS_CHANGED
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.assessments.resting import refuse_bearer

Facts = dict[str, list[str] | None]


class StaleError(Exception):
    """Facts or details that someone else has set otherwise since the page was read.

    ``mine`` holds every value that was touched, ``now`` all that stand; ``keys`` names
    those that both changed.
    """

    def __init__(self, keys: list[str], mine: dict[str, Any], now: dict[str, Any]) -> None:
        super().__init__(keys)
        self.keys, self.mine, self.now = keys, mine, now


def open_count(organisation: Organisation) -> int:
    """The number of an organisation's assessments that are not archived."""
    return organisation.assessments.exclude(status=AssessmentStatus.ARCHIVED).count()


def refuse_too_many(organisation: Organisation) -> None:
    """Refuse one more assessment where the installation allows no more."""
    limit = settings.ORGANISATION_ASSESSMENTS
    if not limit:
        return
    lock(organisation)
    if open_count(organisation) >= limit:
        msg = (
            f"{organisation} has {limit} assessments that are not archived, the most"
            " allowed. Archive one, or ask the administrator of this installation for more."
        )
        raise ValidationError(msg, code="room")


def start(
    *,
    by: User,
    organisation: Organisation,
    edition: Edition,
    facts: Facts,
    earlier: Assessment | None = None,
    rests_on: Assessment | None = None,
    also_retired: bool = False,
    sending: str = "",
    **details: Any,
) -> Assessment:
    """A running assessment with an answer, still unanswered, for every question.

    ``details`` are values by column of ``detail_fields.DETAILS``: subject and period, and what else is known.
    With an ``earlier`` one its answers come along, each to be confirmed again; the
    earlier assessment stays as it is. ``rests_on`` is the one that answers its sections
    of the organisation's level. ``also_retired`` starts on an edition that gave
    way, for a demo of what came before. The same ``sending`` starts one.

    Raises ``ValidationError`` for an edition that is not published, a period that ends
    before it begins, facts the edition does not ask, and an earlier assessment, or one to
    rest on, of another checklist or organisation.
    """
    with writing():
        said = {"subject": details["subject"], "content_hash": edition.content_hash}
        if made := _started_before(by, organisation, said, sending):
            return made
        refuse_too_many(organisation)
        edition = Edition.objects.select_for_update().get(pk=edition.pk)
        is_past = also_retired and edition.status == EditionStatus.RETIRED
        if edition.status != EditionStatus.PUBLISHED and not is_past:
            msg = f"Edition {edition.number} is not open for new assessments."
            raise ValidationError(msg)
        _refuse_unknown(edition, facts)
        if earlier:
            carry.refuse_foreign(organisation, edition, earlier)
        assessment = Assessment(
            organisation=organisation,
            edition=edition,
            facts=facts,
            carried_from=earlier,
            rests=rests_on is not None,
            rests_on=rests_on,
            started_by=by,
            **details,
        )
        if rests_on:
            Assessment.objects.select_for_update(of=("self",)).get(pk=rests_on.pk)
            refuse_bearer(organisation, edition, rests_on)
        assessment.full_clean(exclude=["facts"])
        assessment.save()
        answers = _answers(assessment)
        before = carry.earlier_answers(earlier) if earlier else {}
        carry.fill(answers, before)
        inserted(Answer.objects.bulk_create(answers, batch_size=2000))
        carried = {}
        if earlier:
            proofs = carry.carry_proofs(answers, before)
            carried = {"carried": carry.payload(earlier, answers, proofs)}
        resting = {"rests_on": rests_on.pk} if rests_on else {}
        trail.record(
            by=by,
            organisation_id=organisation.pk,
            action=ASSESSMENT_STARTED,
            subject=assessment,
            scope_id=assessment.pk,
            after={
                "checklist": edition.checklist.key,
                "edition": edition.number,
                "content_hash": edition.content_hash,
                "facts": facts,
            }
            | {field.column: getattr(assessment, field.column) for field in DETAILS}
            | carried
            | resting
            | naming(sending),
        )
    return assessment


def _started_before(
    by: User, organisation: Organisation, said: dict[str, str], sending: str
) -> Assessment | None:
    """The assessment that this sending has started; a second one waits for the first."""
    if not sending:
        return None
    lock(organisation)
    made = trail.sent_by(by, organisation.pk, ASSESSMENT_STARTED, said, sending)
    return organisation.assessments.get(pk=made.subject_id) if made else None


def _answers(assessment: Assessment) -> list[Answer]:
    """An unsaved answer for each question, with what follows from the facts."""
    scope = Scope.of_assessment(assessment)
    answers = []
    for question in assessment.edition.questions.prefetch_related("choices"):
        found = scope.of(question)
        answers.append(
            Answer(
                assessment=assessment,
                question=question,
                applies=found.applies,
                binds_from=found.binds_from,
            )
        )
    return answers


def change_facts(*, by: User, assessment: Assessment, facts: Facts, base: Facts | None = None) -> int:
    """Change the facts; the number of questions that now apply or no longer do.

    Answers are never touched: what stops applying keeps its answer and comes back
    with it. ``base`` is what the page showed: a fact that the person left as it was is
    left to others, and one that both changed raises ``StaleError`` and changes
    nothing. Raises ``ValidationError`` for unknown facts or a closed assessment.
    """
    with writing():
        assessment = Assessment.objects.select_for_update().get(pk=assessment.pk)
        if assessment.status != AssessmentStatus.RUNNING:
            closed = assessment.closed_word
            msg = f"This assessment is {closed}: its facts stay as they are."
            raise ValidationError(msg)
        _refuse_unknown(assessment.edition, facts)
        if base is not None:
            facts = _touched(assessment, facts, base)
        before = {key: assessment.facts.get(key) for key in facts}
        changed = {key: value for key, value in facts.items() if before[key] != value}
        if not changed:
            return 0
        assessment.facts = assessment.facts | changed
        assessment.save(update_fields=["facts"])
        moved = apply(assessment)
        trail.record(
            by=by,
            organisation_id=assessment.organisation_id,
            action=FACTS_CHANGED,
            subject=assessment,
            scope_id=assessment.pk,
            before={"facts": {key: before[key] for key in changed}},
            after={"facts": changed, "questions_moved": moved},
        )
    return len(moved)


def _touched(assessment: Assessment, facts: Facts, base: Facts) -> Facts:
    """The facts that a person changed, where nobody else has changed them since."""
    mine = {k: v for k, v in facts.items() if not _is_same(v, base.get(k))}
    refuse_stale(mine, base, assessment.facts, _is_same)
    return mine


def refuse_stale(
    mine: dict[str, Any],
    base: Mapping[str, Any],
    now: dict[str, Any],
    is_same: Callable[[Any, Any], bool] = operator.eq,
) -> None:
    """Refuse values of a person where someone else has set others since. Raises ``StaleError``."""
    clash = [
        key
        for key, value in mine.items()
        if not (is_same(now.get(key), base.get(key)) or is_same(now.get(key), value))
    ]
    if clash:
        raise StaleError(clash, mine, now)


def _is_same(one: list[str] | None, other: list[str] | None) -> bool:
    """Whether two answers to a fact choose the same; unknown is not "none of these"."""
    return (one is None) == (other is None) and set(one or ()) == set(other or ())


def apply(assessment: Assessment) -> list[str]:
    """Bring ``applies`` and ``binds_from`` in line; keys whose applicability moved."""
    scope = Scope.of_assessment(assessment)
    moved, touched = [], []
    answers = assessment.answers.select_related("question").order_by("question__position")
    for answer in answers:
        found = scope.of(answer.question)
        if answer.applies != found.applies:
            moved.append(answer.question.key)
        if (answer.applies, answer.binds_from) != (found.applies, found.binds_from):
            answer.applies, answer.binds_from = found.applies, found.binds_from
            touched.append(answer)
    Answer.objects.bulk_update(touched, ["applies", "binds_from"], batch_size=500)
    return moved


def _refuse_unknown(edition: Edition, facts: dict[str, Any]) -> None:
    known = {fact.key: choice_keys(fact) for fact in edition.facts.all()}
    for key, chosen in facts.items():
        if key not in known:
            msg = f"This edition does not ask for the fact {key}."
            raise ValidationError(msg)
        if unknown := set(chosen or []) - known[key]:
            msg = f"The fact {key} has no choice {sorted(unknown)[0]}."
            raise ValidationError(msg)
