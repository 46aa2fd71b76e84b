"""Questions and running assessments of an organisation that a change of the law touches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from compliance.content.checklists.choices import EditionStatus
from compliance.content.checklists.models import Citation, Edition, Question
from compliance.content.legal_index.changes import Change, of_provisions
from compliance.content.legal_index.models import Provision
from compliance.identity.organisations.models import Organisation
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.models import Answer, AnswerQuerySet, Assessment

NEWS = timedelta(days=30)
"""How long home shows a change, unless the assessments move on before."""


@dataclass(frozen=True, slots=True)
class Use:
    """A question that rests on a provision, and its answers in running assessments.

    ``is_newer`` says that its edition was published after the change.
    """

    question: Question
    is_newer: bool
    answers: Sequence[Answer]


@dataclass(frozen=True, slots=True)
class Touch:
    """A changed provision with the questions that rest on it."""

    change: Change
    uses: Sequence[Use]


@dataclass(slots=True)
class Group:
    """Provisions that changed at one time in one way."""

    change: Change
    touches: list[Touch] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class News:
    """How many own questions a change touches, by which laws, and when it last did."""

    count: int
    names: Sequence[str]
    at: datetime


def editions_of(organisation: Organisation) -> QuerySet[Edition]:
    """Editions that count for an organisation: published ones, and those it works in."""
    own = Assessment.objects.filter(
        edition=OuterRef("pk"),
        organisation=organisation,
        status=AssessmentStatus.RUNNING,
    )
    editions = Edition.objects.open_to(organisation)
    return editions.filter(Q(status=EditionStatus.PUBLISHED) | Exists(own))


def cited(changes: Iterable[Change], organisation: Organisation) -> list[Change]:
    """The changes on which a question rests: one query."""
    found = Citation.objects.filter(question__edition__in=editions_of(organisation))
    ids = set(found.order_by().values_list("provision_id", flat=True).distinct())
    return [change for change in changes if change.provision.pk in ids]


def in_order(changes: Iterable[Change]) -> list[Change]:
    """Newest first, and what changed at one time in one way side by side."""
    rows = list(changes)
    places: dict[tuple[int, str], int] = {}
    for change in rows:
        places.setdefault(change.common_part, len(places))
    return sorted(rows, key=lambda change: places[change.common_part])


def grouped(changes: Sequence[Change], organisation: Organisation) -> list[Group]:
    """Changes of one page with all they touch: two queries."""
    ids = [change.provision.pk for change in changes]
    citations = (
        Citation.objects.filter(provision__in=ids, question__edition__in=editions_of(organisation))
        .select_related("question__section", "question__edition__checklist")
        .defer("question__edition__extra")
        .order_by(
            "question__edition__checklist__title",
            "-question__edition__published_at",
            "question__position",
        )
    )
    resting: dict[int, list[Question]] = {}
    for citation in citations:
        resting.setdefault(citation.provision_id, []).append(citation.question)
    answers = _answers({question.pk for rows in resting.values() for question in rows}, organisation)
    groups: list[Group] = []
    for change in changes:
        if not groups or groups[-1].change.common_part != change.common_part:
            groups.append(Group(change))
        uses = [
            Use(question, _is_newer(question, change), answers.get(question.pk, []))
            for question in resting.get(change.provision.pk, [])
        ]
        groups[-1].touches.append(Touch(change, uses))
    return groups


def _is_newer(question: Question, change: Change) -> bool:
    published_at = question.edition.published_at
    return published_at is not None and published_at > change.at


def running(organisation: Organisation | None = None) -> AnswerQuerySet:
    """Answers that apply in running assessments, of one organisation or of all real ones."""
    rows = Answer.objects.applying().filter(assessment__status=AssessmentStatus.RUNNING)
    if organisation:
        return rows.filter(assessment__organisation=organisation)
    return rows.filter(assessment__organisation__sample_of=None)


def _answers(question_ids: Iterable[int], organisation: Organisation) -> dict[int, list[Answer]]:
    found: dict[int, list[Answer]] = {}
    rows = running(organisation).filter(question__in=question_ids)
    joined = rows.select_related("assessment__organisation", "assessment__edition__checklist")
    joined = joined.select_related("question").with_force()
    joined = joined.defer("assessment__edition__extra")
    for answer in joined.order_by("-assessment__started_at"):
        found.setdefault(answer.question_id, []).append(answer)
    return found


def news(organisation: Organisation, now: datetime) -> News | None:
    """Changes within a month under questions whose edition is older: two queries.

    The second, which reads answers, only where a provision changed.
    """
    if not Provision.objects.filter(changed_at__gte=now - NEWS).exists():
        return None
    provision = "question__citations__provision"
    uses = (
        running(organisation)
        .filter(
            **{
                f"{provision}__changed_at__gte": now - NEWS,
                f"{provision}__changed_at__gt": F("assessment__edition__published_at"),
            }
        )
        .order_by()
        .values_list("pk", f"{provision}__changed_at", f"{provision}__instrument__name")
    )
    found = list(uses)
    if not found:
        return None
    names = sorted({name for _, _, name in found})
    return News(len({pk for pk, _, _ in found}), names, max(at for _, at, _ in found))


def changed_under(assessment: Assessment) -> Exists:
    """Whether the law changed under an answer since the edition was published.

    For rows of answers of this assessment.
    """
    cited = Citation.objects.filter(question=OuterRef("question"))
    since = assessment.edition.published_at
    return Exists(cited.filter(provision__changed_at__gt=since).order_by())


def laws(answer: Answer) -> list[tuple[Provision, list[Change]]]:
    """Provisions behind an answer's question, each with how it changed: two queries.

    Newest first, and only what changed since the edition was published.
    """
    citations = answer.question.citations.select_related("provision__instrument", "provision__successor")
    provisions = [citation.provision for citation in citations]
    changes = of_provisions(provisions, answer.assessment.edition.published_at)
    return [(one, [change for change in changes if change.provision.pk == one.pk]) for one in provisions]
