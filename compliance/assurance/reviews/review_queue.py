"""Going from answer to answer: what there is to look at, kept from step to step.

To know which answers belong to a sample, all of an assessment is read; that is kept in
the cache while nothing happens that it says something of. The answer under review is
never kept: each step reads it, and ``actions.check`` compares it once more.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Max

from compliance.assurance.reviews.checks import Checked, seen_of
from compliance.assurance.reviews.choices import CheckResult, Why
from compliance.assurance.reviews.models import Check
from compliance.assurance.reviews.queries import desk_of
from compliance.assurance.reviews.sampling import whys_of
from compliance.proof.audit import event_types
from compliance.proof.audit.models import Event
from compliance.work.assessments.models import Assessment, Attachment

SECONDS = 60 * 60
Looks = Mapping[tuple[int, str], CheckResult]
"""The newest result of a look at an answer, by its id and what was seen of it."""


@dataclass(frozen=True, slots=True)
class Stop:
    """An answer to look at: why, and who prepared it; ``seen`` as in ``checks``.

    ``is_drawn`` says that it is in the sample of the review.
    """

    key: str
    answer_id: int
    seen: str
    whys: frozenset[Why]
    preparers: frozenset[int]
    applies: bool = True
    is_drawn: bool = False

    def result(self, looks: Looks) -> CheckResult | None:
        """The result of the newest check that still holds; None when there is none."""
        return looks.get((self.answer_id, self.seen))


@dataclass(frozen=True, slots=True)
class Way:
    """Every answer, in order, also what does not apply; ``people`` names those who prepared any."""

    stops: tuple[Stop, ...]
    people: Mapping[int, str]


def way_of(assessment: Assessment) -> Way:
    """The way through an assessment as it stands."""
    key = f"way:{assessment.pk}:{_stands(assessment)}"
    way: Way | None = cache.get(key)
    if way is None:
        way = _way(assessment)
        cache.set(key, way, SECONDS)
    return way


def _stands(assessment: Assessment) -> str:
    """Differs once something happened that a stop says something of."""
    beside = event_types.those(keeps_checks=True)
    about = Event.objects.filter(scope_id=assessment.pk).exclude(action__in=beside)
    last = about.order_by("-seq").values_list("seq", flat=True).first()
    used = Attachment.objects.filter(answer__assessment=assessment)
    described = Event.objects.filter(
        subject_label="evidence",
        subject_id__in=[str(pk) for pk in used.values_list("evidence_id", flat=True).distinct()],
    ).aggregate(last=Max("seq"))["last"]
    sent = assessment.reviews.values_list("pk", flat=True).first()
    return f"{sent}:{last}:{described}"


def _way(assessment: Assessment) -> Way:
    desk = desk_of(assessment)
    whys, sampled = whys_of(desk.samples), desk.drawn.keys
    stops = (
        Stop(
            line.key,
            desk.answers[line.key],
            seen_of(line),
            frozenset(whys.get(line.key, ())),
            desk.preparers.get(line.key, frozenset()),
            line.applies,
            line.key in sampled,
        )
        for line in desk.content.lines
    )
    return Way(tuple(stops), desk.people)


def looks_at(assessment: Assessment) -> Looks:
    """Checks of its answers by reviewers."""
    rows = Check.objects.filter(review__assessment=assessment).order_by("pk")
    rows = rows.exclude(by__namesake__isnull=False, result=CheckResult.ACCEPTED)
    return {
        (answer_id, seen): CheckResult(result)
        for answer_id, seen, result in rows.values_list("answer_id", "seen", "result")
    }


def last_look(answer_id: int, seen: str) -> Checked | None:
    """The newest look at an answer, when it was at what stands."""
    rows = Check.objects.filter(answer=answer_id, seen=seen).select_related("by")
    row = rows.order_by("pk").last()
    if row is None:
        return None
    return Checked(row.seen, row.result, row.reason, row.by_id, str(row.by), row.at)
