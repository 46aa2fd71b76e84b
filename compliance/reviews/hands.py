"""Who prepared what: every hand that the trail tells of, for four eyes."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.db.models import Q

from compliance.assessments.actions.writing import ANSWERING, CHANGING
from compliance.assessments.filing import moved_proofs
from compliance.assessments.models import Answer, Assessment, Attachment
from compliance.assessments.outside import Outside
from compliance.audit import trail
from compliance.audit.models import Event
from compliance.organisations.models import User
from compliance.reviews.checks import Hands
from compliance.reviews.stated import Stated

FACTS = "assessment.facts_changed"
DESCRIBED = "evidence.described"
MOVING = {"answer.upgraded", "answer.asked_anew", "answer.upgrade_undone"}
"""A move to another edition, or back, is nobody's answer: what it asks anew is
confirmed by a person, and what it leaves is what a person had said."""
PREPARING = (set(CHANGING) - MOVING) | {
    "answer.confirmed_again",
    "evidence.attached",
    "evidence.detached",
    DESCRIBED,
    FACTS,
}
"""Events by which somebody changed what a reviewer looks at, see ``seen_of``."""
ASIDE = MOVING | {
    "answer.accepted",
    "answer.archived",
    "answer.brought_back",
    "answer.kept_mine",
    "answer.na_confirmed",
    "answer.na_unconfirmed",
    "answer.refused",
    "answer.returned",
    "assessment.archived",
    "assessment.brought_in",
    "assessment.bundled",
    "assessment.exported",
    "assessment.import_undone",
    "assessment.imported",
    "assessment.name_claimed",
    "assessment.name_denied",
    "assessment.reopened",
    "assessment.reopening_asked",
    "assessment.reopening_declined",
    "assessment.returned",
    "assessment.sent",
    "assessment.signed",
    "assessment.started",
    "assessment.taken_up",
    "assessment.upgrade_undone",
    "assessment.upgraded",
    "evidence.added",
    "evidence.refused",
    "evidence.viewed",
}
"""Events by which nobody did. What came along from an earlier assessment is confirmed
again by a person; each answer of a spreadsheet has an event of its own. Whose the answers
are that came in a bundle, ``Outside`` knows."""
_SAYING = ANSWERING | {"later_until"}


def hands_in(
    assessment: Assessment, keys: Mapping[int, str], outside: Outside
) -> tuple[Hands, dict[int, str]]:
    """Who prepared what, and what they are called: from the trail, every hand there was.

    Those who answered before it was brought in are among them (``outside``). ``keys``
    maps the ids of answers to those of questions.
    """
    found: defaultdict[str, set[int]] = defaultdict(set)
    for answer_id in outside.answers:
        found[keys[answer_id]] |= outside.hands(answer_id)
    stated, came = Stated(assessment), {pk for some in found.values() for pk in some}
    rows = User.objects.filter(pk__in=came) if came else ()
    people = {one.pk: stated.name(one) for one in rows}
    for event, ids in _prepared(assessment):
        for key in (keys[pk] for pk in ids if pk in keys):
            found[key].add(event.actor_id)
            people[event.actor_id] = str(event.actor)
    return {key: frozenset(ids) for key, ids in found.items()}, people


def hands_of(assessment: Assessment, answer: Answer) -> frozenset[int]:
    """The ids of those who prepared one question."""
    return Outside(assessment).hands(answer.pk) | frozenset(
        event.actor_id
        for event, ids in _prepared(assessment, answer)
        if answer.pk in ids
    )


def _prepared(
    assessment: Assessment, answer: Answer | None = None
) -> Iterator[tuple[Any, Collection[int]]]:
    """Each event of a person that prepared something, with the ids of its answers.

    Only what is about one answer where one is given. Evidence counts from the start of
    the assessment on: what was said of it before is how it came into the library.
    """
    uses: dict[str, list[int]] = {}
    rows = Attachment.objects.filter(answer__assessment=assessment)
    rows = rows.filter(answer=answer) if answer else rows
    for evidence_id, pk in rows.values_list("evidence_id", "answer_id"):
        uses.setdefault(str(evidence_id), []).append(pk)
    said = Q(subject_label="answer")
    said &= Q(subject_id=str(answer.pk)) if answer else Q()
    here = Q(scope_id=assessment.pk) & (said | Q(action=FACTS))
    described = Q(action=DESCRIBED, subject_id__in=list(uses))
    events = Event.objects.filter(
        here | described & Q(at__gte=assessment.started_at),
        organisation_id=assessment.organisation_id,
        action__in=PREPARING,
        actor__isnull=False,
    ).select_related("actor")
    places: dict[str, int] = {}
    for event in events.order_by("seq").iterator(chunk_size=2000):
        if event.action == DESCRIBED:
            yield event, uses[event.subject_id]
        elif event.action == FACTS:
            places = places or _places(assessment)
            moved = trail.changes(event)[1].get("questions_moved", ())
            yield event, [places[key] for key in moved if key in places]
        elif prepares(event):
            yield event, [int(event.subject_id)]


def _places(assessment: Assessment) -> dict[str, int]:
    """Question keys to the ids of their answers."""
    rows = Answer.everything.filter(assessment=assessment)
    return dict(rows.values_list("question__key", "pk"))


def prepares(event: Event) -> bool:
    """Whether an event of an answer says something anew: an owner or a day does not."""
    if event.action not in PREPARING:
        return False
    if event.action not in CHANGING:
        return True
    after = trail.changes(event)[1]
    return bool(_SAYING & set(after)) or any(moved_proofs(event.action, after))
