"""An assessment as it stood: today's rows, wound back along the trail.

Every event holds what it changed and what stood before. From the newest back to a moment
those values are put back, in memory only; what the rows then say is told as ever. Names
of people and organisations are today's: they are no part of any answer.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Model, Q

from compliance.assessments.actions.asking import CLEARED, MARKED
from compliance.assessments.applying import Scope
from compliance.assessments.choices import Again
from compliance.assessments.events import (
    ACTION_CREATED,
    ACTION_LINKED,
    ACTION_UNLINKED,
    ASSESSMENT_UPGRADED,
    COMMENT_WRITTEN,
    EVIDENCE_ATTACHED,
    EVIDENCE_DETACHED,
    FACTS_CHANGED,
    NA_SENT_BACK,
    UPGRADE_UNDONE,
)
from compliance.assessments.fields import ANSWER_FIELDS, SIGNED, Kind, Role, from_json
from compliance.assessments.filing import moved_proofs
from compliance.assessments.models import (
    Action,
    ActionLink,
    Answer,
    Assessment,
    Attachment,
    Upgrade,
)
from compliance.assessments.models.action import FIELDS as ACTION_FIELDS
from compliance.audit import trail
from compliance.audit.models import Event
from compliance.checklists.models import Citation, Edition, Question
from compliance.evidence.events import EVIDENCE_DESCRIBED
from compliance.evidence.models import Evidence
from compliance.organisations.models import User
from compliance.reviews.content import Content
from compliance.reviews.moments import first_event, scope_of
from compliance.reviews.since import said_in
from compliance.reviews.snapshot import Rows, rows_to_tell, told

_SAYING = {COMMENT_WRITTEN, NA_SENT_BACK}
_FILING = {EVIDENCE_ATTACHED, EVIDENCE_DETACHED}
_NEVER = datetime.max.replace(tzinfo=UTC)
_IDS = {f.column for f in ANSWER_FIELDS if f.kind == Kind.PERSON}


def content_as_of(assessment: Assessment, seq: int) -> Content:
    """What an assessment from ``to_read`` said right after an event of its trail.

    Call it inside ``one_moment``. Raises ``ValueError`` for a moment before it began.
    """
    return told(rows_as_of(assessment, seq))


def rows_as_of(assessment: Assessment, seq: int) -> Rows:
    """The rows behind ``content_as_of``; they must not be saved."""
    began = first_event(assessment)
    if began is None or seq < began.seq:
        raise ValueError("The assessment had not been started then.")
    rows = _rewound(rows_to_tell(assessment), seq)
    if assessment.carried_from:
        earlier = _rewound(rows_to_tell(assessment.carried_from), seq)
        rows.earlier = said_in(a for a in earlier.answers if a.archived_at is None)
    return rows


def _rewound(rows: Rows, seq: int) -> Rows:
    winding = _Winding(rows, seq)
    for event in winding.events:
        winding.undo(event)
    return winding.finish()


class _Winding:
    """One assessment on its way back: its answers, and what hangs on them, by id."""

    def __init__(self, rows: Rows, seq: int) -> None:
        self.rows, self.seq = rows, seq
        self.here = rows.assessment
        self.answers = {answer.pk: answer for answer in rows.answers}
        self.moves = list(self.here.upgrades.order_by("pk"))
        self.refiled: set[int] = set()
        self.is_moved = False
        since = list(scope_of(self.here).filter(seq__gt=seq))
        self.actions = self._actions(since)
        self.proofs = self._proofs(since)
        self.events = self._with_others(since)
        people = User.objects.in_bulk(self._people())
        self.people: dict[Any, User] = dict(people)

    def _actions(self, since: Iterable[Event]) -> dict[int, Action]:
        """Actions linked now or at some time since, one object for each."""
        found: dict[int, Action] = {}
        for answer in self.answers.values():
            for link in answer.action_links.all():
                link.action = found.setdefault(link.action_id, link.action)
        ids = {int(e.subject_id) for e in since if e.action == ACTION_UNLINKED}
        gone = Action.objects.select_related("owner").filter(pk__in=ids - found.keys())
        return found | {action.pk: action for action in gone}

    def _proofs(self, since: Iterable[Event]) -> dict[UUID, Evidence]:
        """Evidence used now or at some time since, one object for each."""
        found: dict[UUID, Evidence] = {}
        for answer in self.answers.values():
            for use in answer.attachments.all():
                use.evidence = found.setdefault(use.evidence_id, use.evidence)
        ids = {UUID(pk) for event in since for pk in _moved_proofs(event)}
        return found | Evidence.objects.in_bulk(ids - found.keys())

    def _with_others(self, since: Sequence[Event]) -> list[Event]:
        """Newest first, with what happened to evidence and actions outside of it."""
        labels = {"action": [str(pk) for pk in self.actions]}
        labels["evidence"] = [str(pk) for pk in self.proofs]
        wanted = Q()
        for label, ids in labels.items():
            wanted |= Q(subject_label=label, subject_id__in=ids)
        others = Event.objects.filter(
            wanted, organisation_id=self.here.organisation_id, seq__gt=self.seq
        )
        every = {event.seq: event for event in [*since, *others]}
        return [every[seq] for seq in sorted(every, reverse=True)]

    def _people(self) -> set[int]:
        found = set()
        for event in self.events:
            before, _ = trail.changes(event)
            said = before | before.get("signed", {})
            found |= {said[n] for n in said if n in _IDS and isinstance(said[n], int)}
        for move in self.moves:
            for stood in (move.before, move.found):
                for row in stood.get("answers", {}).values():
                    found |= {row[name] for name in _IDS if row.get(name)}
        return found

    def undo(self, event: Event) -> None:
        """Put back what one event changed."""
        before, after = trail.changes(event)
        if event.subject_label == "answer":
            self._undo_answer(event, before, after)
        elif event.subject_label == "action":
            self._undo_action(event, before, after)
        elif event.action == EVIDENCE_DESCRIBED:
            _put(self.proofs.get(UUID(event.subject_id)), before)
        elif event.action == FACTS_CHANGED:
            self.here.facts = self.here.facts | before["facts"]
            self.is_moved = True
        elif event.action == ASSESSMENT_UPGRADED:
            move = self._move(event, "moved_at")
            self._lead_back(move.from_edition, move.before, gone=move.added)
        elif event.action == UPGRADE_UNDONE:
            move = self._move(event, "undone_at")
            self._lead_back(move.to_edition, move.found)

    def _undo_answer(
        self, event: Event, before: dict[str, Any], after: dict[str, Any]
    ) -> None:
        answer = self.answers.get(int(event.subject_id))
        if answer is None:
            return
        for name, value in from_json(before, Role.TYPED, Role.BESIDE).items():
            self._set(answer, name, value)
        if "version" in before:
            answer.version = before["version"]
            before = {"signed": {}} | before
        if "signed" in before:
            signed = dict.fromkeys(SIGNED) | from_json(before["signed"], Role.SIGNED)
            for name, value in signed.items():
                self._set(answer, name, value)
        if event.action in _SAYING:
            kept = [c for c in answer.comments.all() if c.pk != after["comment"]]
            _cache(answer, "comments", kept)
        if event.action in _FILING or after.keys() & {"attached", "detached"}:
            self.refiled.add(answer.pk)

    def _undo_action(
        self, event: Event, before: dict[str, Any], after: dict[str, Any]
    ) -> None:
        action = self.actions.get(int(event.subject_id))
        if action is None:
            return
        if event.action in {ACTION_CREATED, ACTION_LINKED, ACTION_UNLINKED}:
            self._undo_link(event.action, action, after)
            return
        for field in before.keys() & set(ACTION_FIELDS):
            self._set(action, field, _value(action, field, before[field]))
        if "version" in after:
            action.closed_at = _value(action, "closed_at", before.get("closed_at"))
        for pk in self.answers.keys() & after.get(MARKED, []):
            self.answers[pk].again = ""
        for pk in self.answers.keys() & before.get(CLEARED, []):
            self.answers[pk].again = Again.ACTION

    def _undo_link(self, name: str, action: Action, after: dict[str, Any]) -> None:
        made = self.answers if name == ACTION_CREATED else {after["answer"]}
        for pk in self.answers.keys() & made:
            if name == ACTION_UNLINKED:
                self._link(self.answers[pk], action)
            else:
                self._unlink(self.answers[pk], action)

    def _link(self, answer: Answer, action: Action) -> None:
        links = [*answer.action_links.all(), ActionLink(action=action, answer=answer)]
        links.sort(key=lambda link: link.action.number)
        _cache(answer, "action_links", links)

    def _unlink(self, answer: Answer, action: Action) -> None:
        links = answer.action_links.all()
        _cache(answer, "action_links", [x for x in links if x.action_id != action.pk])

    def _move(self, event: Event, when: str) -> Upgrade:
        """The move that an event tells of: the last one made, or undone, up to then."""
        moves = [m for m in self.moves if (getattr(m, when) or _NEVER) <= event.at]
        return max(moves, key=lambda move: getattr(move, when))

    def _lead_back(
        self, edition: Edition, stood: dict[str, Any], gone: Iterable[int] = ()
    ) -> None:
        """Bring the answers that a move touched back under the edition before it."""
        for pk in gone:
            self.answers.pop(pk, None)
        self.here.edition = _to_tell(edition)
        self.here.facts = stood.get("facts", self.here.facts)
        asked = _questions({row["question_id"] for row in stood["answers"].values()})
        for pk, row in stood["answers"].items():
            answer = self.answers.get(int(pk)) or self._made_again(int(pk))
            for name, value in row.items():
                if name == "question_id":
                    answer.question = asked[value]
                    answer.cites = asked[value].cites  # type: ignore[attr-defined]
                elif not name.startswith("left_"):
                    self._set(answer, name, _value(answer, name, value))

    def _made_again(self, pk: int) -> Answer:
        """An answer that undoing a move took away: nobody had used it."""
        answer = Answer(pk=pk, assessment=self.here)
        for name in ("attachments", "comments", "action_links"):
            _cache(answer, name, [])
        self.answers[pk] = answer
        return answer

    def _set(self, row: Answer | Action, name: str, value: Any) -> None:
        """Set a column, and the person it names without asking for them one by one."""
        setattr(row, name, value)
        if name in _IDS and value:
            setattr(row, name.removesuffix("_id"), self.people.get(value))

    def finish(self) -> Rows:
        """The rows in order, with what follows from what was put back."""
        rows = self.rows
        self._refile()
        self._find_sources()
        rows.answers = sorted(
            self.answers.values(), key=lambda a: (a.question.position, a.pk)
        )
        if self.is_moved:
            scope = Scope.of_assessment(self.here)
            for answer in rows.answers:
                if answer.archived_at is None:
                    found = scope.of(answer.question)
                    answer.applies = found.applies
                    answer.binds_from = found.binds_from
        return rows

    def _refile(self) -> None:
        """Evidence of the answers where it moved, filed again from the beginning."""
        if not self.refiled:
            return
        filed: dict[int, list[str]] = {pk: [] for pk in self.refiled}
        began = first_event(self.here)
        if began is not None:
            carried = trail.changes(began)[1].get("carried", {}).get("answers", {})
            for pk in self.refiled:
                filed[pk] += carried.get(str(pk), {}).get("evidence", [])
        events = scope_of(self.here).filter(
            seq__lte=self.seq,
            subject_label="answer",
            subject_id__in=[str(pk) for pk in self.refiled],
        )
        for event in events.order_by("seq"):
            _file(filed[int(event.subject_id)], event)
        ids = {UUID(pk) for proofs in filed.values() for pk in proofs}
        more = Evidence.objects.in_bulk(ids - self.proofs.keys())
        for pk, proofs in filed.items():
            if pk in self.answers:
                _cache(self.answers[pk], "attachments", self._uses(pk, proofs, more))

    def _uses(
        self, pk: int, proofs: Iterable[str], more: dict[UUID, Evidence]
    ) -> list[Attachment]:
        rows = self.proofs | more
        return [
            Attachment(answer=self.answers[pk], evidence=rows[UUID(proof)])
            for proof in proofs
        ]

    def _find_sources(self) -> None:
        """The answers that others were taken over from, in one query."""
        wanted = {
            answer.taken_from_id
            for answer in self.answers.values()
            if answer.taken_from_id and not Answer.taken_from.is_cached(answer)
        }
        rows = Answer.everything.select_related(
            "question", "assessment__edition__checklist"
        ).in_bulk(wanted)
        for answer in self.answers.values():
            if answer.taken_from_id in rows:
                answer.taken_from = rows[answer.taken_from_id]


def _value(row: Model, name: str, value: Any) -> Any:
    """A value of the trail, or of a move, as its column holds it."""
    column: Any = row._meta.get_field(name)
    return value if value in (None, "") else column.to_python(value)


def _put(row: Evidence | None, before: dict[str, Any]) -> None:
    if row is not None:
        for name, value in before.items():
            setattr(row, name, _value(row, name, value))


def _cache(answer: Answer, name: str, rows: list[Any]) -> None:
    """Let ``answer.name.all()`` give these rows, as a prefetch does."""
    kept = getattr(answer, "_prefetched_objects_cache", {})
    manager = getattr(answer, name)
    found = manager.get_queryset().none()
    found._result_cache = rows
    answer._prefetched_objects_cache = kept | {name: found}  # type: ignore[attr-defined]


def _moved_proofs(event: Event) -> list[str]:
    """Ids of the evidence that an event put in or took out."""
    if event.subject_label != "answer":
        return []
    new, out = moved_proofs(event.action, trail.changes(event)[1])
    return [*new, *out]


def _file(filed: list[str], event: Event) -> None:
    """Follow one event of an answer forward: what it puts in, what it takes out."""
    new, out = moved_proofs(event.action, trail.changes(event)[1])
    filed[:] = [pk for pk in filed if pk not in out]
    filed += [pk for pk in new if pk not in filed]


def _to_tell(edition: Edition) -> Edition:
    return Edition.objects.select_related("checklist__theme").get(pk=edition.pk)


def _questions(ids: Iterable[int]) -> dict[int, Question]:
    """Questions by id, with section, choices and ``cites``, as rows have them."""
    cites: dict[int, list[str]] = {}
    found = Citation.objects.filter(question__in=ids).order_by("question", "position")
    for question_id, cite in found.values_list("question", "provision__cite"):
        cites.setdefault(question_id, []).append(cite)
    rows = Question.objects.select_related("section").prefetch_related("choices")
    questions = rows.in_bulk(ids)
    for pk, question in questions.items():
        question.cites = "; ".join(cites.get(pk, []))  # type: ignore[attr-defined]
    return questions
