"""Changes by others since a person last looked, from the trail."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from compliance.identity.organisations.models import name_of_person
from compliance.proof.audit import event_types
from compliance.proof.audit.event_types import Topic
from compliance.proof.audit.models import Event
from compliance.work.assessments.models import Assessment
from compliance.work.presence.models import Visit

MOST = 5000
"""Events that are looked through at most, so that a page costs little after a year."""

_COLUMNS = (
    "subject_id", "action", "at", "actor", "actor__name", "actor__email",
    "actor__has_namesake",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class News:
    """The newest change of one answer by others, and how many more people there were."""

    who: str
    did: str
    at: datetime
    others: int = 0


@dataclass(frozen=True, slots=True)
class Unseen:
    """Answer id to its news; they reach from ``since`` to ``seq`` along the trail."""

    news: Mapping[int, News] = field(default_factory=dict)
    since: int = 0
    seq: int = 0

    @property
    def ids(self) -> frozenset[int]:
        return frozenset(self.news)


def unseen(assessment: Assessment, viewer_id: int, answer_id: int | None = None) -> Unseen:
    """Changes by others since the viewer last looked, in one query.

    Read it before the answers: what arrives in between stays unseen. Nothing is new
    in a closed assessment, nor to someone who has not been here. Of a very long
    absence only the newest events count. ``answer_id`` asks of one answer only.
    """
    if not assessment.is_open:
        return Unseen()
    visit = Visit.objects.filter(assessment=assessment, user_id=viewer_id)
    since = Subquery(visit.values("seen_seq")[:1])
    events = of_others(assessment, viewer_id, since).annotate(since=since)
    if answer_id is not None:
        events = events.filter(subject_id=str(answer_id))
    rows = events.order_by("-seq").values_list("seq", "since", *_COLUMNS)[:MOST]
    return _unseen(list(rows))


def _unseen(rows: list[tuple[Any, ...]]) -> Unseen:
    """The news that events, newest first, amount to: a change before a comment."""
    newest: dict[int, News] = {}
    people: dict[int, set[int | None]] = {}
    talk = event_types.those(topic=Topic.COMMENT)
    weighed = sorted(rows, key=lambda row: row[3] in talk)
    for _, _, subject_id, action, at, actor, *called in weighed:
        did = event_types.named(action).did
        who = name_of_person(*called) or "Attest"
        newest.setdefault(int(subject_id), News(who, did, at))
        people.setdefault(int(subject_id), set()).add(actor)
    news = {pk: replace(one, others=len(people[pk]) - 1) for pk, one in newest.items()}
    return Unseen(news, rows[0][1], rows[0][0]) if rows else Unseen()


def of_others(assessment: Assessment, viewer_id: int, seen: Any) -> QuerySet[Event]:
    """Events by which others changed an answer, beyond what has been seen."""
    events = Event.objects.filter(
        organisation_id=assessment.organisation_id,
        scope_id=assessment.pk,
        seq__gt=seen,
        subject_label="answer",
        action__in=event_types.those(is_news=True),
    )
    return events.exclude(actor_id=viewer_id)


def seen_seq(assessment: Assessment, viewer_id: int) -> int | None:
    """How far along the trail the viewer has seen an assessment, None if not at all."""
    visits = assessment.visits.filter(user_id=viewer_id)
    return visits.values_list("seen_seq", flat=True).first()


def with_news(assessments: Iterable[Assessment], viewer_id: int) -> set[UUID]:
    """Those that run and in which others changed answers since, in one query."""
    events = Event.objects.filter(
        organisation_id=OuterRef("assessment__organisation"),
        scope_id=OuterRef("assessment_id"),
        seq__gt=OuterRef("seen_seq"),
        subject_label="answer",
        action__in=event_types.those(is_news=True),
    )
    others = events.exclude(actor_id=viewer_id)
    running = [one.pk for one in assessments if one.is_open]
    visits = Visit.objects.filter(Exists(others), user_id=viewer_id, assessment__in=running)
    return set(visits.values_list("assessment_id", flat=True))
