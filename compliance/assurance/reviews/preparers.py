"""Preparers of each answer, from the trail, for four eyes."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from compliance.assurance.reviews.checks import Preparers
from compliance.content.evidence.events import EVIDENCE_DESCRIBED
from compliance.identity.organisations.models import User
from compliance.proof.audit import event_types, trail
from compliance.proof.audit.event_types import Prepares
from compliance.proof.audit.models import Event
from compliance.work.assessments.answer_fields import ANSWERING
from compliance.work.assessments.events import EVIDENCE_ATTACHED, EVIDENCE_DETACHED
from compliance.work.assessments.imported_answers import Outside
from compliance.work.assessments.models import Answer, Assessment, Attachment
from compliance.work.snapshots.imported_facts import Stated


def makes(action: str) -> Prepares:
    """The kind of preparation that an event of that name makes of its author's act.

    One that another program wrote counts as an answer, so that nothing slips by. Each
    answer of a spreadsheet, of a bulk change and of its undo has an event of its own.
    Answers that came in a bundle are for ``Outside``.
    """
    found = event_types.find(action)
    return found.prepares if found else Prepares.ANSWER


def preparers_in(
    assessment: Assessment, keys: Mapping[int, str], outside: Outside
) -> tuple[Preparers, dict[int, str]]:
    """Preparers and their names: everybody who ever prepared an answer, from the trail.

    Those who answered before the import are among them (``outside``). ``keys``
    maps the ids of answers to those of questions.
    """
    found: defaultdict[str, set[int]] = defaultdict(set)
    for answer_id in outside.answers:
        found[keys[answer_id]] |= outside.preparers(answer_id)
    stated, came = Stated(assessment), {pk for some in found.values() for pk in some}
    rows = User.objects.filter(pk__in=came) if came else ()
    people = {one.pk: stated.name(one) for one in rows}
    for event, ids in _prepared(assessment):
        for key in (keys[pk] for pk in ids if pk in keys):
            found[key].add(event.actor_id)
            people[event.actor_id] = str(event.actor)
    return {key: frozenset(ids) for key, ids in found.items()}, people


def preparers_of(assessment: Assessment, answer: Answer) -> frozenset[int]:
    """The ids of those who prepared one question."""
    return Outside(assessment).preparers(answer.pk) | frozenset(
        event.actor_id for event, ids in _prepared(assessment, answer) if answer.pk in ids
    )


def _prepared(assessment: Assessment, answer: Answer | None = None) -> Iterator[tuple[Any, Collection[int]]]:
    """Each event of a person that prepared something, with the ids of its answers.

    Only what is about one answer where one is given. Evidence counts from the start of
    the assessment on: what was said of it before is how it came into the library. A
    question that does not apply shows nothing but that, so only those who set the facts
    and the edition prepared it.
    """
    rows = Answer.everything.filter(assessment=assessment)
    rows = rows.filter(pk=answer.pk) if answer else rows
    places = {key: pk for pk, key in rows.values_list("pk", "question__key")}
    ruled_out = set(rows.filter(applies=False).values_list("pk", flat=True))
    uses = _uses(rows)
    for event in _events(assessment, answer, uses):
        match makes(event.action):
            case Prepares.USES:
                yield event, uses[event.subject_id] - ruled_out
            case Prepares.MOVED:
                moved = trail.changes(event)[1].get("questions_moved", ())
                yield event, [places[key] for key in moved if key in places]
            case Prepares.RULED_OUT:
                yield event, ruled_out
            case _ if prepares(event):
                yield event, {int(event.subject_id)} - ruled_out


def _events(assessment: Assessment, answer: Answer | None, uses: Collection[str]) -> Iterator[Event]:
    """The events of people that may have prepared something, oldest first."""
    said = Q(subject_label="answer")
    said &= Q(subject_id=str(answer.pk)) if answer else Q()
    here = Q(scope_id=assessment.pk) & (said | Q(subject_label="assessment"))
    described = Q(action=EVIDENCE_DESCRIBED, subject_id__in=list(uses))
    events = Event.objects.filter(
        here | described & Q(at__gte=assessment.started_at),
        organisation_id=assessment.organisation_id,
        actor__isnull=False,
    ).exclude(action__in=event_types.those(prepares=Prepares.NOTHING))
    yield from events.select_related("actor").order_by("seq").iterator(chunk_size=2000)


def _uses(answers: QuerySet[Answer]) -> dict[str, set[int]]:
    """Evidence to the answers that use it."""
    uses: dict[str, set[int]] = {}
    rows = Attachment.objects.filter(answer__in=answers)
    for evidence_id, pk in rows.values_list("evidence_id", "answer_id"):
        uses.setdefault(str(evidence_id), set()).add(pk)
    return uses


def prepares(event: Event) -> bool:
    """Whether an event changes what an answer says: an owner or a day does not."""
    kind = makes(event.action)
    if event.subject_label != "answer" or kind not in {Prepares.ANSWER, Prepares.TYPED}:
        return False
    if event.action not in event_types.those(changes_answer=True):
        return True
    after = trail.changes(event)[1]
    if kind == Prepares.TYPED:
        return bool(after.get("answered_by_id") == event.actor_id)
    return bool(after.keys() & set(ANSWERING)) or any(_moved_proofs(event.action, after))


def _moved_proofs(action: str, after: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Ids of the evidence that an event of an answer put in, and took out."""
    new = [proof["evidence"] for proof in after.get("attached", [])]
    out = [proof["evidence"] for proof in after.get("detached", [])]
    if action == EVIDENCE_ATTACHED:
        new.append(after["evidence"])
    if action == EVIDENCE_DETACHED:
        out.append(after["evidence"])
    return new, out
