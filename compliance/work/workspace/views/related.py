"""Related questions of other checklists: a fragment of the side panel."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from compliance.ground.web.htmx import render_page
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.work.workspace.elsewhere import elsewhere


@require_safe
@member_required(Permission.VIEW)
def related(request: MemberRequest, assessment_id: UUID, answer_id: int) -> HttpResponse:
    """The related questions elsewhere; without htmx on a page of their own."""
    rows = request.organisation.assessments.for_page()
    assessment = get_object_or_404(rows, pk=assessment_id)
    answers = assessment.answers.select_related("question", "taken_from")
    answer = get_object_or_404(answers, pk=answer_id)
    context = {
        "assessment": assessment,
        "answer": answer,
        "others": elsewhere(assessment, answer.question.key),
        "can_take": Permission.ANSWER in request.may and assessment.is_open and answer.applies,
    }
    return render_page(request, "work/workspace/related.html", context, partial="others")
