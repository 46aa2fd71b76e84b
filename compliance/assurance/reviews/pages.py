"""Contexts of the review page."""

from typing import Any
from uuid import UUID

from django.forms import Form
from django.shortcuts import get_object_or_404
from django.urls import reverse

from compliance.assurance.reviews.actions import PageState
from compliance.assurance.reviews.checks import seen_of, seen_together
from compliance.assurance.reviews.choices import ReviewEnd
from compliance.assurance.reviews.conditions import conditions
from compliance.assurance.reviews.forms import SignForm, shown
from compliance.assurance.reviews.four_eyes import preparers_and_signers
from compliance.assurance.reviews.issue_links import led
from compliance.assurance.reviews.models import Review
from compliance.assurance.reviews.queries import Desk, desk_of
from compliance.assurance.reviews.readiness import PREPARING, About, Point, blocking
from compliance.assurance.reviews.signatures import signoffs_of
from compliance.ground.web.rejected_input import unsent
from compliance.identity.organisations.access import MemberRequest, Permission
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.models import Assessment

PAGE = "assurance/reviews/review.html"


def find(request: MemberRequest, assessment_id: UUID) -> Assessment:
    """The assessment, if it is the organisation's own; else 404."""
    rows = request.organisation.assessments.for_page()
    return get_object_or_404(rows, pk=assessment_id)


def address(assessment: Assessment) -> str:
    """Where the review page is."""
    slug = assessment.organisation.slug
    return reverse("reviews:review", args=[slug, assessment.pk])


def shown_now(request: MemberRequest, assessment: Assessment, form: SignForm | None = None) -> dict[str, Any]:
    """Everything the page says of the review at this moment."""
    desk = desk_of(assessment)
    here = desk.assessment
    context = {
        "assessment": here,
        "desk": desk,
        "signatures": signoffs_of(here, desk.content),
        "preparers": preparers_and_signers(desk, request.organisation),
        "sent": here.reviews.select_related("sent_by").first(),
        "asked": here.reopenings.select_related("asked_by").filter(decision="").first(),
    }
    if here.status in {AssessmentStatus.RUNNING, AssessmentStatus.REVIEW}:
        context |= _before_signing(request, desk, form)
    return context


def shown_again(
    request: MemberRequest, assessment: Assessment, key: str, form: Form, *names: str
) -> dict[str, Any]:
    """The page with a form that was refused, under its name in the template.

    Where the page has no such form any more, since someone was faster, it says so and
    gives back what was typed into the fields ``names``.
    """
    signing = form if isinstance(form, SignForm) else None
    context = shown_now(request, assessment, signing)
    if _has_form(context, key):
        return context | {key: form}
    return context | {"unsent": unsent(form, *names, faults=_gone(context, key))}


def _gone(context: dict[str, Any], key: str) -> list[str]:
    """Why a form is not there any more; the form's own words where it should be."""
    if key == "reopen_form" and context["asked"]:
        return [f"Not sent: {context['asked'].asked_by} has already asked."]
    if context["desk"].review:
        return []
    state = context["assessment"].get_status_display().lower()
    return [f"Not sent: someone was faster. This assessment is {state} by now."]


def _has_form(context: dict[str, Any], key: str) -> bool:
    """Whether the page shows that form in the state that the assessment is in."""
    if key == "form":
        return "form" in context
    if key == "reopen_form":
        is_signed = context["assessment"].status == AssessmentStatus.SIGNED
        return is_signed and context["asked"] is None
    return key == "return_form" and context["desk"].review is not None


def _before_signing(request: MemberRequest, desk: Desk, form: SignForm | None) -> dict[str, Any]:
    signs = Permission.SIGN in request.may and desk.review is not None
    signer = request.user.pk if signs else None
    checks = Permission.CONFIRM in request.may
    found = desk.points(signer)
    blocks = blocking(found)
    leads = led(desk, found, request.user.pk, checks=checks)
    context: dict[str, Any] = {
        "leads": leads,
        "blocks": blocks,
        "ruled_out": _ruled_out(desk, request.user.pk) if checks else None,
        "na": _na(desk, found, request.user.pk) if checks else None,
        "returned_said": _returned_said(desk),
        "keeps_from_review": [p for p in blocks if p.about in PREPARING],
    }
    if desk.review:
        args = [request.organisation.slug, desk.assessment.pk]
        check_url = reverse("reviews:check", args=args) if checks else ""
        context["conditions"] = conditions(leads, desk.sampled, check_url, signs=signs)
    if signs and desk.review:
        seen = PageState.of(desk)
        context["statement"] = seen.statement
        context["seen"] = shown(desk.review, seen)
        context["form"] = form or SignForm(review=desk.review)
    return context


def _na(desk: Desk, found: list[Point], user_id: int) -> dict[str, Any] | None:
    """The data that approving the one waiting N/A sends, where this person may; else None."""
    keys = [key for point in found if point.about == About.NA for key in point.keys]
    if desk.review is None or len(keys) != 1 or user_id in desk.preparers.get(keys[0], ()):
        return None
    line = next(line for line in desk.content.applying if line.key == keys[0])
    return {"id": desk.answers[line.key], "key": line.key, "seen": seen_of(line)}


def _ruled_out(desk: Desk, user_id: int) -> dict[str, Any] | None:
    """The data that accepting all that does not apply sends; None with nothing to accept."""
    lines = desk.ruled_out_for(user_id) if desk.review else []
    return {"seen": seen_together(lines), "lines": lines} if lines else None


def _returned_said(desk: Desk) -> Review | None:
    """The last review, where it was returned with words, while nothing followed."""
    if desk.review:
        return None
    last = desk.assessment.reviews.select_related("ended_by").first()
    has_words = last and last.ended == ReviewEnd.RETURNED and last.said
    return last if has_words else None
