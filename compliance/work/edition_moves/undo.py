"""Undoing a move to another edition: nothing that was written since is lost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from compliance.content.checklists import content
from compliance.content.checklists.choices import ChangeKind
from compliance.content.checklists.models import Question
from compliance.identity.organisations.models import User
from compliance.proof.audit import trail
from compliance.proof.audit.leaves import ERASED
from compliance.proof.audit.models import Event
from compliance.proof.audit.projection import Rows
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.answer_fields import ANSWERED, ANSWERING, json_of
from compliance.work.assessments.applying import Scope
from compliance.work.assessments.choices import Decision
from compliance.work.assessments.crediting import answered
from compliance.work.assessments.events import ANSWER_UPGRADE_UNDONE, UPGRADE_UNDONE
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.edition_moves.actions import (
    COLUMNS,
    ROWS,
    asked_again,
    columns,
    known_facts,
    lead,
    locked_assessment,
    record_move,
    said_in,
)
from compliance.work.edition_moves.models import Upgrade
from compliance.work.edition_moves.planning import Move, between, fitting
from compliance.work.snapshots.folding import answers_of, fold, unsaved


@dataclass(frozen=True, slots=True)
class MovedBack:
    """The outcome: keys of answers that were changed since, and keep what is newer.

    ``in_history`` are those whose question cannot hold it: their history does.
    """

    upgrade: Upgrade
    kept: list[str]
    in_history: list[str]


def undo_upgrade(*, by: User, upgrade: Upgrade) -> MovedBack:
    """Put back the edition and every answer as the move found them.

    Later answers are kept: in a question that can hold them as they are, to be confirmed
    where it asks something else, in any other as text of the history, and in a new
    question in the archive. Raises ``ValidationError`` after 14 days, where the trail
    lacks a row, when the assessment is closed, or when the move was undone or followed
    by another.
    """
    with writing():
        done = Upgrade.objects.select_for_update(of=("self",)).get(pk=upgrade.pk)
        here = locked_assessment(done.assessment)
        if why := why_not_undone(done, here):
            raise ValidationError(why)
        was, left = (fold([here], seq) for seq in (done.since_seq, done.until_seq))
        old, new = (answers_of([here], rows) for rows in (was, left))
        facts = _facts_then(done, here, *(_facts(here, rows) for rows in (was, left)))
        here.edition, here.facts = done.from_edition, facts
        scope = Scope.of_assessment(here)
        questions = {q.pk: q for q in done.from_edition.questions.all()}
        rows = Answer.everything.select_for_update(of=("self",))
        moved = [pk for pk in old if _place(old[pk]) != _place(new[pk])]
        touched = list(rows.filter(pk__in=moved).select_related("question"))
        newer = [one for one in touched if one.version != new[one.pk].version]
        asked = _questions([*newer, *(old[one.pk] for one in newer)])
        back = _Back(by, done.to_edition.number, old, new, asked)
        for answer in touched:
            back.put(answer)
            if answer.question_id in questions:
                found = scope.of(questions[answer.question_id])
                answer.applies, answer.binds_from = found.applies, found.binds_from
        Answer.everything.bulk_update(touched, columns(), batch_size=ROWS)
        added = {pk: new[pk] for pk in new.keys() - old.keys()}
        kept = sorted([*back.kept, *_take_away(here, done, added)])
        here.save(update_fields=["edition", "facts"])
        done.undone_at, done.undone_by = timezone.now(), by
        done.save(update_fields=["undone_at", "undone_by"])
        editions = (done.to_edition, done.from_edition)
        record_move(
            by=by,
            done=done,
            action=UPGRADE_UNDONE,
            editions=editions,
            also={"kept": kept},
            entries=back.entries,
        )
    return MovedBack(done, kept, sorted(back.in_history))


def _place(answer: Answer) -> tuple[Any, Any]:
    """The columns of which a move changes one at least, or leaves the answer alone."""
    return answer.question_id, answer.archived_at


def why_not_undone(done: Upgrade, here: Assessment) -> str:
    """Why a move can be undone no more, in words; "" while it can."""
    if done.undone_at:
        return "This move has been undone already."
    if not here.is_open:
        return f"This assessment is {here.closed_word}: its edition stays as it is."
    if here.edition_id != done.to_edition_id:
        return "The assessment has moved on to another edition since."
    if timezone.now() > done.undo_until:
        return "A move can be undone for 14 days. They are over."
    return ""


def _facts(here: Assessment, rows: Rows) -> dict[str, Any]:
    found: dict[str, Any] = unsaved(Assessment, rows)[here.pk].facts
    return found


def _facts_then(done: Upgrade, here: Assessment, was: dict[str, Any], left: dict[str, Any]) -> dict[str, Any]:
    """The facts as they were, with what was changed since the move."""
    since = {k: v for k, v in here.facts.items() if v != left.get(k)}
    return known_facts(done.from_edition, was | since)


@dataclass
class _Back:
    """The way back of answers: as the move found them, and as it left them."""

    by: User
    number: str
    was: Mapping[int, Answer]
    left: Mapping[int, Answer]
    asked: Mapping[int, Question]
    entries: list[trail.Entry] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    in_history: list[str] = field(default_factory=list)

    def put(self, answer: Answer) -> None:
        """Put an answer back, unsaved, or keep what is newer in it."""
        key, was, left = answer.question.key, self.was[answer.pk], self.left[answer.pk]
        is_newer = answer.version != left.version
        if is_newer and self._keep(answer):
            self.kept.append(key)
            return
        is_replaced = (answer.verdict, answer.value) != (left.verdict, left.value)
        if is_newer:
            (self.in_history if is_replaced else self.kept).append(key)
        is_said_since = not is_replaced and answered(answer) != answered(left)
        moved = {name for name in COLUMNS if getattr(was, name) != getattr(left, name)}
        names = (set(COLUMNS) if is_newer else moved) - {"version"}
        if is_newer or was.note is ERASED:
            names.discard("note")
        if is_said_since and answer.answered_by_id and was.answered_by_id:
            names -= set(ANSWERED)  # by evidence that came or went, and stays so
        before = {name: getattr(answer, name) for name in names}
        for name in names:
            setattr(answer, name, getattr(was, name))
        if is_newer or left.version != was.version:
            answer.version += 1
            self.entries.append(_undo_entry(answer, before))

    def _keep(self, answer: Answer) -> bool:
        """Lead a newer answer to its old question if that can hold it; whether it can.

        An answer that the move found in another kind comes back in its place.
        """
        was, left = self.was[answer.pk], self.left[answer.pk]
        now, then = self.asked[answer.question_id], self.asked[was.question_id]
        document = content.question_document
        item = between(document(now), document(then))
        was_altered = said_in(was).is_something and left.version != was.version
        said = said_in(answer)
        fits = fitting(item, said)
        if fits is None or (was_altered and item.has(ChangeKind.RETYPED)):
            return False
        lead(answer, then, {"archived_at": was.archived_at})
        if item.kinds and said.is_something:
            move = Move(item, said, converted=fits)
            entry = asked_again(self.by, move, answer, Decision.CONVERT, self.number)
            self.entries.append(entry)
        return True


def _questions(answers: Iterable[Answer]) -> dict[int, Question]:
    """The questions of some answers, with all that a document has of them."""
    ids = {answer.question_id for answer in answers}
    rows = content.with_links(Question.objects.filter(pk__in=ids))
    return {question.pk: question for question in rows}


def _undo_entry(answer: Answer, before: dict[str, Any]) -> trail.Entry:
    """The fields that an undo put back, as for every change of an answer."""
    changed = [name for name in ANSWERING if name in before and before[name] != getattr(answer, name)]
    if any(before.get(name, stood) != stood for name, stood in answered(answer).items()):
        changed += ANSWERED
    after = {name: getattr(answer, name) for name in changed}
    # one of the two of ``ANSWERED`` may be as it was
    stood = after | {name: before[name] for name in changed if name in before}
    sides = [json_of(stood), json_of(after)]
    version = answer.version
    return trail.Entry(
        answer,
        ANSWER_UPGRADE_UNDONE,
        sides[0] | {"version": version - 1},
        sides[1] | {"version": version},
    )


def _take_away(here: Assessment, done: Upgrade, added: Mapping[int, Answer]) -> list[str]:
    """Take the answers of new questions away; those in use go to the archive: keys.

    An owner that the move itself set does not count as use.
    """
    rows = here.answers.filter(pk__in=added)
    recorded = Event.objects.filter(
        organisation_id=here.organisation_id,
        scope_id=here.pk,
        subject_label="answer",
        subject_id__in=[str(pk) for pk in added],
        seq__gt=done.until_seq,
    ).values_list("subject_id", flat=True)
    free = rows.filter(
        comments=None,
        attachments=None,
        action_links=None,
        taken_by=None,
        sampled=None,
        requests=None,
    ).exclude(pk__in=[int(pk) for pk in recorded])
    stand = dict(free.values_list("pk", "version"))
    unused = [pk for pk, at in stand.items() if at == added[pk].version]
    rows.filter(pk__in=unused).delete()
    used = list(rows.select_related("question"))
    rows.update(archived_at=timezone.now())
    return [answer.question.key for answer in used]
