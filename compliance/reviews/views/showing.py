"""What the review page shows."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from compliance.assessments.choices import AssessmentStatus
from compliance.assessments.models import Assessment
from compliance.organisations.access import MemberRequest, Permission
from compliance.reviews.actions import Seen
from compliance.reviews.choices import ReviewEnd
from compliance.reviews.eyes import eyes
from compliance.reviews.forms import SignForm, shown
from compliance.reviews.leading import led
from compliance.reviews.models import Review
from compliance.reviews.points import PREPARING, blocking, points
from compliance.reviews.reading import Desk, desk_of
from compliance.reviews.signed import signoffs_of
from compliance.reviews.stating import statement

PAGE = "reviews/review.html"


def find(request: MemberRequest, assessment_id: UUID) -> Assessment:
    """The assessment, if it is the organisation's own; else 404."""
    rows = request.organisation.assessments.for_page()
    return get_object_or_404(rows, pk=assessment_id)


def address(assessment: Assessment) -> str:
    """Where the review page is."""
    slug = assessment.organisation.slug
    return reverse("reviews:review", args=[slug, assessment.pk])


def shown_now(
    request: MemberRequest, assessment: Assessment, form: SignForm | None = None
) -> dict[str, Any]:
    """Everything the page says of the review at this moment."""
    desk = desk_of(assessment)
    here = desk.assessment
    context = {
        "assessment": here,
        "desk": desk,
        "signatures": signoffs_of(here, desk.content),
        "hands": eyes(desk, request.organisation),
        "sent": here.reviews.select_related("sent_by").first(),
        "asked": here.reopenings.select_related("asked_by").filter(decision="").first(),
    }
    if here.status in {AssessmentStatus.RUNNING, AssessmentStatus.REVIEW}:
        context |= _before_signing(request, desk, form)
    return context


def _before_signing(
    request: MemberRequest, desk: Desk, form: SignForm | None
) -> dict[str, Any]:
    signs = Permission.SIGN in request.may and desk.review is not None
    signer = request.user.pk if signs else None
    checks = Permission.CONFIRM in request.may
    found = points(desk.content, desk.today, desk.checks, desk.hands, signer)
    blocks = blocking(found)
    context: dict[str, Any] = {
        "leads": led(desk, found, request.user.pk, checks=checks),
        "blocks": blocks,
        "returned_said": _returned_said(desk),
        "keeps_from_review": [p for p in blocks if p.about in PREPARING],
    }
    if signs and desk.review:
        seen = Seen(desk.content.content_hash, desk.at)
        context["statement"] = statement(desk.content, timezone.localtime(desk.at))
        context["seen"] = shown(desk.review, seen)
        context["form"] = form or SignForm(review=desk.review)
    return context


def _returned_said(desk: Desk) -> Review | None:
    """The last review, where it was returned with words, while nothing followed."""
    if desk.review:
        return None
    last = desk.assessment.reviews.select_related("ended_by").first()
    is_told = last and last.ended == ReviewEnd.RETURNED and last.said
    return last if is_told else None
