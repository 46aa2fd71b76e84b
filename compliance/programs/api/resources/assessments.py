"""Assessments: read, started, their facts, results and reviews."""

from uuid import UUID

from django.http import Http404
from django.utils import timezone
from ninja import Router

from compliance.assurance.reviews.signatures import signoffs_of
from compliance.content.checklists.models import Edition
from compliance.identity.organisations.access import Permission
from compliance.programs.api.bearer import ApiRequest, author_of
from compliance.programs.api.cursors import Cursor, Limit, Page, sliced
from compliance.programs.api.operations import Said, operation
from compliance.programs.api.problems import Problem, ProblemError
from compliance.programs.api.shapes.assessments import (
    AssessmentDetail,
    AssessmentFacts,
    AssessmentShape,
    AssessmentStart,
    DetailsChange,
    FactsChange,
    FactsChanged,
    Figure,
    ResultShape,
    ReviewShape,
    ReviewsShape,
    SignatureShape,
)
from compliance.programs.api.shapes.leaves import changed_in
from compliance.reporting.results.figures import COLUMNS, rows_of
from compliance.reporting.results.queries import read
from compliance.work.assessments import actions
from compliance.work.assessments.detail_fields import DETAILS
from compliance.work.assessments.models import Assessment
from compliance.work.workspace.lists import standing

router = Router(tags=["assessments"])
NOBODY = 0


def find_assessment(request: ApiRequest, assessment_id: UUID) -> Assessment:
    """The assessment, if it is the organisation's own. Raises ``Http404``."""
    rows = request.organisation.assessments.for_page().select_related("organisation")
    found = rows.filter(pk=assessment_id).first()
    if found is None:
        raise Http404
    return found


@operation(router, "GET", "/assessments", Permission.VIEW, gives={200: Page[AssessmentShape]})
def list_assessments(request: ApiRequest, limit: Limit = 50, cursor: Cursor = "") -> Page[AssessmentShape]:
    """Every assessment, the newest first."""
    rows = request.organisation.assessments.for_page().select_related("organisation")
    found, after = sliced(rows, ("-started_at", "pk"), cursor, limit)
    return Page(items=[AssessmentShape.of(one) for one in found], next=after)


@operation(
    router,
    "POST",
    "/assessments",
    Permission.ASSESS,
    gives={201: AssessmentShape},
    once="within",
)
def start_assessment(request: ApiRequest, given: AssessmentStart) -> Said:
    """A new assessment of an edition, with an answer for every question."""
    author = author_of(request)
    edition = Edition.open_now(request.organisation).filter(pk=given.edition).first()
    if edition is None:
        faults = [{"at": "body.edition", "says": "No open edition has this id."}]
        raise ProblemError(422, "Take one of /editions.", faults=faults)
    earlier = find_assessment(request, given.carried_from) if given.carried_from else None
    made = actions.start(
        by=author,
        organisation=request.organisation,
        edition=edition,
        facts=given.facts,
        earlier=earlier,
        **{field.column: getattr(given, field.column) for field in DETAILS},
    )
    shape = AssessmentShape.of(find_assessment(request, made.pk))
    return Said(shape, 201, Location=f"/api/v1/assessments/{made.pk}")


@operation(
    router,
    "GET",
    "/assessments/{uuid:assessment_id}",
    Permission.VIEW,
    gives={200: AssessmentDetail},
)
def get_assessment(request: ApiRequest, assessment_id: UUID) -> AssessmentDetail:
    """One assessment with its numbers of today."""
    found = find_assessment(request, assessment_id)
    viewer = request.person.pk if request.person else NOBODY
    [numbers] = standing([found], timezone.localdate(), viewer)
    return AssessmentDetail.with_numbers(numbers)


@operation(
    router,
    "PATCH",
    "/assessments/{uuid:assessment_id}",
    Permission.ASSESS,
    gives={200: AssessmentShape, 409: Problem},
)
def correct_details(request: ApiRequest, assessment_id: UUID, given: DetailsChange) -> AssessmentShape:
    """Correct subject, audit period or due day, with the reason; answers stay.

    A detail that someone else changed meanwhile refuses the call (409) with both sides:
    send it again with ``known`` as they stand.
    """
    try:
        actions.correct_details(
            by=author_of(request),
            assessment=find_assessment(request, assessment_id),
            details=changed_in(given.details),
            base=changed_in(given.known),
            reason=given.reason,
        )
    except actions.StaleError as stale:
        raise _stale("details", stale) from stale
    return AssessmentShape.of(find_assessment(request, assessment_id))


@operation(
    router,
    "GET",
    "/assessments/{uuid:assessment_id}/facts",
    Permission.VIEW,
    gives={200: AssessmentFacts},
)
def get_facts(request: ApiRequest, assessment_id: UUID) -> AssessmentFacts:
    """The facts of an assessment; those that are left out are not known yet."""
    return AssessmentFacts(facts=find_assessment(request, assessment_id).facts)


@operation(
    router,
    "PATCH",
    "/assessments/{uuid:assessment_id}/facts",
    Permission.ASSESS,
    gives={200: FactsChanged, 409: Problem},
)
def change_facts(request: ApiRequest, assessment_id: UUID, given: FactsChange) -> FactsChanged:
    """Change facts; answers stay, also where their question applies no longer.

    A fact that someone else changed meanwhile refuses the call (409) with both sides:
    send it again with ``known`` as they stand.
    """
    assessment = find_assessment(request, assessment_id)
    try:
        moved = actions.change_facts(
            by=author_of(request),
            assessment=assessment,
            facts=given.facts,
            base=given.known,
        )
    except actions.StaleError as stale:
        raise _stale("facts", stale) from stale
    standing_now = find_assessment(request, assessment_id).facts
    return FactsChanged(facts=standing_now, questions_moved=moved)


def _stale(noun: str, stale: actions.StaleError) -> ProblemError:
    """Both sides of what someone else has changed, and all that stands."""
    detail = (
        f"Someone else has changed these {noun}. Compare both sides, and send yours"
        " again with the standing ones as “known”."
    )
    sides = {key: {"yours": stale.mine.get(key), "theirs": stale.now.get(key)} for key in stale.keys}
    return ProblemError(409, detail, kind="conflict", sides=sides, standing=stale.now)


@operation(
    router,
    "GET",
    "/assessments/{uuid:assessment_id}/result",
    Permission.VIEW,
    gives={200: ResultShape},
)
def get_result(request: ApiRequest, assessment_id: UUID) -> ResultShape:
    """Every figure of the result as it is today."""
    today = timezone.localdate()
    found = read(find_assessment(request, assessment_id), today)
    figures = [Figure(**dict(zip(COLUMNS, row, strict=True))) for row in rows_of(found)]
    return ResultShape(assessment=assessment_id, on=today, figures=figures)


@operation(
    router,
    "GET",
    "/assessments/{uuid:assessment_id}/reviews",
    Permission.VIEW,
    gives={200: ReviewsShape},
)
def get_reviews(request: ApiRequest, assessment_id: UUID) -> ReviewsShape:
    """When it was sent for review and signed; the API reads this and does none of it."""
    found = find_assessment(request, assessment_id)
    rows = found.reviews.select_related("sent_by", "ended_by")
    return ReviewsShape(
        reviews=[ReviewShape.of(one) for one in rows],
        signatures=[SignatureShape.of(one) for one in signoffs_of(found)],
    )
