"""Moving a running assessment to another edition of its checklist, or of its own copy.

An answer keeps its row, and with it its evidence, comments, actions and history: the row
is led to the question of the same key in the other edition. An answer whose question is
gone is archived; it comes back when an edition asks the question again.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from compliance.content.checklists import content, copies
from compliance.content.checklists.choices import EditionStatus
from compliance.content.checklists.models import Edition, Question
from compliance.identity.organisations.models import User
from compliance.proof.audit import trail
from compliance.proof.audit.refusals import StaleError
from compliance.proof.audit.rows import inserted
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.answer_fields import ANSWER_FIELDS, Role
from compliance.work.assessments.applying import Scope, choice_keys
from compliance.work.assessments.choices import Again, Decision, Verdict
from compliance.work.assessments.crediting import answered
from compliance.work.assessments.events import (
    ANSWER_ARCHIVED,
    ANSWER_ASKED_AGAIN,
    ANSWER_BROUGHT_BACK,
    ANSWER_UPGRADED,
    ASSESSMENT_UPGRADED,
)
from compliance.work.assessments.following import choice_lines_of
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.assessments.writing import Change, alter
from compliance.work.assignments.actions import assign
from compliance.work.edition_moves.models import Upgrade
from compliance.work.edition_moves.planning import (
    MEANING,
    AnswerValues,
    Move,
    Plan,
    plan,
    value_in_words,
)

ROWS = 500
"""Rows that one statement changes."""
COLUMNS = (
    "question_id",
    "version",
    *(f.column for f in ANSWER_FIELDS if f.answering or f.role != Role.TYPED),
)
"""Columns of an answer that a move may change and its undo puts back."""


def preview_upgrade(*, assessment: Assessment, to: Edition) -> Plan:
    """Preview ``upgrade``; changes nothing. Raises what it raises."""
    _refuse(assessment, to)
    return _plan(assessment, to, _by_key(assessment))


def upgrade(
    *,
    by: User,
    assessment: Assessment,
    to: Edition,
    decisions: Mapping[str, str],
    typed: Mapping[str, Sequence[str]] | None = None,
    owners: Mapping[str, User] | None = None,
    seen: Collection[str] | None = None,
) -> Upgrade:
    """Move a running assessment to a published edition of its checklist.

    A copy that the organisation keeps and its original are one checklist here.

    ``decisions`` maps question keys to ``Decision`` values; a question without one, or
    with one that is not open to it, gets what the preview suggests. ``typed`` holds the
    values of those that are answered anew, as they were typed; ``owners`` whose new
    questions will be, where they apply: each gets one mail. No answer is deleted.
    ``seen`` are the ``marks`` of the plan that a person decided on: raises
    ``StaleError`` when the plan is another one by now, or the edition is closed.
    Raises ``ValidationError`` when the assessment is closed, when the edition is not
    published, is the same or is of an unrelated checklist, for a value that is none,
    and for an owner who may not answer.
    """
    with writing():
        assessment = locked_assessment(assessment)
        editions = Edition.objects.select_for_update(of=("self",))
        to = editions.select_related("checklist").get(pk=to.pk)
        if seen is not None and to.status != EditionStatus.PUBLISHED:
            raise StaleError
        _refuse(assessment, to)
        answers = _by_key(assessment, is_locked=True)
        found = _plan(assessment, to, answers)
        if seen is not None and found.marks != frozenset(seen):
            raise StaleError
        moving = _Moving(by, assessment, to, found, answers)
        moving.decide(decisions, typed or {})
        return moving.finish(owners or {})


@dataclass
class _Moving:
    """One move under way: what was, what is changed, and what goes into the trail."""

    by: User
    assessment: Assessment
    to: Edition
    plan: Plan
    answers: Mapping[str, Answer]
    entries: list[trail.Entry] = field(default_factory=list)
    touched: list[Answer] = field(default_factory=list)
    added: list[Answer] = field(default_factory=list)
    begun: list[tuple[Answer, str]] = field(default_factory=list)
    """New answers with the note that earlier ones leave them."""
    decided: dict[str, list[str]] = field(default_factory=dict)

    def decide(self, decisions: Mapping[str, str], typed: Mapping[str, Sequence[str]]) -> None:
        """Bring every answer in line with the new edition, unsaved."""
        old, numbers = self.assessment.edition.number, self._numbers()
        self.facts = known_facts(self.to, self.assessment.facts)
        scope = Scope(
            self.to,
            self.facts,
            period_from=self.assessment.period_from,
            rests=self.assessment.rests,
        )
        asked = {q.key: q for q in self.to.questions.prefetch_related("choices")}
        for move in self.plan.moves:
            answer = self.answers.get(move.key)
            question = asked.get(move.key)
            if question is None:
                self._archive(answer)
                continue
            found = scope.of(question)
            place = {"applies": found.applies, "binds_from": found.binds_from}
            if answer is None:
                answer = Answer(assessment=self.assessment)
                lead(answer, question, place)
                self.added.append(answer)
                if move.settled(decisions.get(move.key, "")) == Decision.NOTE:
                    self.begun.append((answer, _as_before(move, old)))
                continue
            given_in = numbers[answer.question.edition_id]
            lead(answer, question, place)
            decision = move.settled(decisions.get(move.key, ""))
            is_anew = decision == Decision.ANEW
            self._settle(
                _typed(move, typed.get(move.key, ())) if is_anew else move,
                answer,
                decision,
                given_in,
            )
            self.touched.append(answer)

    def _numbers(self) -> dict[int, str]:
        """The editions that asked for the answers; those of the archive come from others."""
        ids = {answer.question.edition_id for answer in self.answers.values()}
        return dict(Edition.objects.filter(pk__in=ids).values_list("pk", "number"))

    def _archive(self, answer: Answer | None) -> None:
        if answer is None or answer.archived_at:
            return
        answer.archived_at = timezone.now()
        self.entries.append(trail.Entry(answer, ANSWER_ARCHIVED))
        self.decided.setdefault("archived", []).append(answer.question.key)
        self.touched.append(answer)

    def _settle(self, move: Move, answer: Answer, decision: Decision | None, old: str) -> None:
        """Do what was decided about an answer that has its new question already."""
        if answer.archived_at:
            answer.archived_at = None
            self.entries.append(trail.Entry(answer, ANSWER_BROUGHT_BACK))
        if not move.said.is_something:
            if move.item.has(*MEANING):
                self.entries.append(_reworded(answer))
            return
        if decision in {None, Decision.CARRY}:
            return
        self.decided.setdefault(str(decision), []).append(move.key)
        self.entries.append(asked_again(self.by, move, answer, decision, old))

    def finish(self, owners: Mapping[str, User]) -> Upgrade:
        """Save all of it, record it, and assign what is new."""
        here, was = self.assessment, self.assessment.edition
        Answer.everything.bulk_update(self.touched, columns(), batch_size=ROWS)
        inserted(Answer.objects.bulk_create(self.added, batch_size=ROWS))
        self._begin()
        here.edition, here.facts = self.to, self.facts
        here.save(update_fields=["edition", "facts"])
        done = Upgrade.objects.create(
            assessment=here,
            from_edition=was,
            to_edition=self.to,
            since_seq=trail.hold(here.organisation_id),
            moved_at=timezone.now(),
            moved_by=self.by,
        )
        added = [answer.question.key for answer in self.added]
        record_move(
            by=self.by,
            done=done,
            action=ASSESSMENT_UPGRADED,
            editions=(was, self.to),
            also={"added": added} | self.decided,
            entries=self.entries,
        )
        self._assign(owners)
        done.until_seq = trail.newest(here.organisation_id)
        done.save(update_fields=["until_seq"])
        return done

    def _begin(self) -> None:
        """Let new answers begin with what was answered to earlier questions, as a note."""
        for answer, note in self.begun:
            change = alter(self.by, answer, {"note": note})
            if change:
                entry = trail.Entry(answer, ANSWER_UPGRADED, change.before, change.after)
                self.entries.append(entry)
                self.decided.setdefault("note", []).append(answer.question.key)
        rows = [answer for answer, _ in self.begun]
        Answer.everything.bulk_update(rows, columns(), batch_size=ROWS)

    def _assign(self, owners: Mapping[str, User]) -> None:
        """Make people the owners of new questions; those that do not apply stay free."""
        shares = defaultdict(list)
        for answer in self.added:
            owner = owners.get(answer.question.key)
            if owner and answer.applies:
                shares[owner].append(answer.pk)
        for owner, ids in shares.items():
            assign(
                by=self.by,
                organisation=self.assessment.organisation,
                assessment_id=self.assessment.pk,
                answer_ids=ids,
                to=owner,
            )


def _typed(move: Move, typed: Sequence[str]) -> Move:
    """A move whose answer takes the form in which it was typed."""
    try:
        return replace(move, converted=move.anew(typed))
    except ValueError as error:
        raise ValidationError(f"{move.key}: {error}") from error


def locked_assessment(assessment: Assessment) -> Assessment:
    rows = Assessment.objects.select_for_update(of=("self",))
    return rows.select_related("edition__checklist").get(pk=assessment.pk)


def _refuse(assessment: Assessment, to: Edition) -> None:
    if not assessment.is_open:
        closed = assessment.closed_word
        msg = f"This assessment is {closed}: its edition stays as it is."
        raise ValidationError(msg)
    line = copies.line(assessment.edition.checklist, assessment.organisation)
    if to.checklist not in line:
        msg = "An assessment moves between editions of its checklist and your own copy only."
        raise ValidationError(msg)
    if to.pk == assessment.edition_id:
        msg = f"The assessment is on edition {to.number} already."
        raise ValidationError(msg)
    if to.status != EditionStatus.PUBLISHED:
        msg = f"Edition {to.number} is not open for assessments."
        raise ValidationError(msg)


def _by_key(assessment: Assessment, *, is_locked: bool = False) -> dict[str, Answer]:
    """Question key to answer, archived ones included."""
    rows = Answer.everything.filter(assessment=assessment).select_related("question")
    if is_locked:
        rows = rows.select_for_update(of=("self",))
    return {answer.question.key: answer for answer in rows.order_by("pk")}


def _plan(assessment: Assessment, to: Edition, answers: Mapping[str, Answer]) -> Plan:
    old, new = content.document(assessment.edition), content.document(to)
    said = {key: said_in(answer) for key, answer in answers.items()}
    return plan(old, new, said, _archived(answers))


def _archived(answers: Mapping[str, Answer]) -> dict[str, dict[str, Any]]:
    """The questions for which the answers of the archive were given, by key."""
    ids = [one.question_id for one in answers.values() if one.archived_at]
    asked = content.with_links(Question.objects.filter(pk__in=ids))
    return {one.key: content.question_document(one) for one in asked}


def known_facts(edition: Edition, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts, with "not known yet" where the edition no longer offers a choice."""
    known = {fact.key: choice_keys(fact) for fact in edition.facts.all()}
    return {
        key: None if set(value or []) - known.get(key, set(value or [])) else value
        for key, value in facts.items()
    }


def lead(answer: Answer, question: Question, place: dict[str, Any]) -> None:
    """Let an answer stand under another question, with other columns beside, unsaved."""
    answer.question = question
    answer.choice_lines = choice_lines_of(question.choices.all())
    for name, value in place.items():
        setattr(answer, name, value)


def said_in(answer: Answer) -> AnswerValues:
    """The values of an answer as it is saved now."""
    return AnswerValues(answer.verdict, answer.value, answer.note, answer.reason)


def asked_again(by: User, move: Move, answer: Answer, decision: Decision | None, old: str) -> trail.Entry:
    """Do what was decided about an answer that has its new question already, unsaved.

    It is to be confirmed, whatever was decided; ``old`` is the number of the edition
    for which it was given.
    """
    change = _changed(by, move, answer, decision, old)
    entry = (
        trail.Entry(answer, ANSWER_UPGRADED, change.before, change.after) if change else _asked_anew(answer)
    )
    answer.again = Again.EDITION
    return entry


def _asked_anew(answer: Answer) -> trail.Entry:
    """Raise the version, so that a page with the old wording is known by its own."""
    before = {"again": answer.again, "version": answer.version}
    answer.version += 1
    after = {"again": Again.EDITION.value, "version": answer.version}
    return trail.Entry(answer, ANSWER_ASKED_AGAIN, before, after)


def _reworded(answer: Answer) -> trail.Entry:
    """Raise the version of what nobody has answered: see ``_asked_anew``."""
    before = {"version": answer.version}
    answer.version += 1
    after = {"version": answer.version}
    return trail.Entry(answer, ANSWER_UPGRADED, before, after)


def _changed(by: User, move: Move, answer: Answer, decision: Decision | None, old: str) -> Change | None:
    """Give an answer its new form, or put it into its note; None when it stays.

    A person who types it again has answered it; a new form repeats the old answer.
    """
    if decision == Decision.NOTE:
        note = "\n\n".join(part for part in (answer.note, _as_note(move, old)) if part)
        blank = {"verdict": Verdict.UNANSWERED, "value": None, "later_until": None}
        return alter(by, answer, blank | {"note": note})
    if decision not in {Decision.CONVERT, Decision.ANEW} or move.converted is None:
        return None
    now, said_na_by = move.converted, answer.na_by
    touched: dict[str, Any] = {"verdict": now.verdict, "value": now.value}
    if now.verdict == Verdict.NA and not now.reason.strip():
        touched["reason"] = value_in_words(move.item.asked, now) or _as_note(move, old)
    is_said = decision == Decision.CONVERT and answer.answered_by_id is not None
    is_new = any(getattr(answer, name) != value for name, value in touched.items())
    change = alter(by, answer, touched, answered(answer) if is_said and is_new else None)
    if answer.na_by_id:
        answer.na_by = said_na_by or by
    return change


def _as_note(move: Move, edition: str) -> str:
    """The old answer in words."""
    question = move.item.old
    value = value_in_words(question, move.said) if question else ""
    return _said(f"In edition {edition}", move.said, value)


def _as_before(move: Move, edition: str) -> str:
    """The answers to the questions whose place a new one takes, each with its note."""
    return "\n\n".join(
        part
        for one in move.before
        for part in (
            _said(
                f"{one.question['key']} in edition {edition}",
                one.said,
                one.value_in_words,
            ),
            one.said.note,
        )
        if part
    )


def _said(where: str, said: AnswerValues, value: str) -> str:
    parts = [f"{where}: {Verdict(said.verdict).label}", value, said.reason]
    return ". ".join(part for part in parts if part)


def columns() -> list[str]:
    """``COLUMNS`` as fields of the model."""
    return [name.removesuffix("_id") for name in COLUMNS]


def record_move(
    *,
    by: User,
    done: Upgrade,
    action: str,
    editions: tuple[Edition, Edition],
    also: dict[str, Any],
    entries: Sequence[trail.Entry],
) -> None:
    """Record a move, or its undoing, and what it did to single answers."""
    here = done.assessment
    was, now = (
        {
            "checklist": edition.checklist.title,
            "edition": edition.number,
            "content_hash": edition.content_hash,
        }
        for edition in editions
    )
    trail.record(
        by=by,
        organisation_id=here.organisation_id,
        action=action,
        subject=here,
        scope_id=here.pk,
        before=was,
        after=now | also,
    )
    trail.record_together(
        by=by,
        organisation_id=here.organisation_id,
        scope_id=here.pk,
        entries=entries,
    )
