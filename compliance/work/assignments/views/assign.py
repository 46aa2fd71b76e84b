"""Asking someone for answers: who has which questions now, whom to ask, until when."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from compliance.ground.web.mail import by_mail, is_printed
from compliance.ground.web.sendings import sending_of
from compliance.ground.web.text import whole
from compliance.identity.organisations import rate_limits
from compliance.identity.organisations.access import (
    MemberRequest,
    Permission,
    member_required,
    who_may,
)
from compliance.identity.organisations.invitation_delivery import handed
from compliance.identity.organisations.models import User
from compliance.identity.organisations.reauthentication import StepUp, asked
from compliance.work.assessments.choices import Filter
from compliance.work.assessments.models import Assessment
from compliance.work.assignments import actions
from compliance.work.assignments.forms import AssignForm
from compliance.work.workspace.overview import Overview, Row
from compliance.work.workspace.pages import find, found_rows, read_look, read_view

NEVER = Filter.NOT_APPLYING.value


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ASSESS)
def assign(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """Choose the questions and their owner; then send one mail to that person."""
    assessment = find(request, assessment_id)
    is_sent = request.method == "POST"
    form = AssignForm(
        request.POST if is_sent else None,
        people=who_may(request.organisation, Permission.ANSWER),
        may_invite=Permission.INVITE in request.may,
    )
    view, _ = read_view(request, assessment)
    rows = _rows(assessment, view, request.POST if is_sent else request.GET)
    status = 422 if is_sent else 200
    if form.is_valid() and form.invites and (page := asked(request, StepUp.FRESH)):
        return page
    if form.is_valid() and not (status := rate_limits.hindered(request, form)):
        status = 422
        try:
            done = actions.assign(
                by=request.user,
                organisation=request.organisation,
                assessment_id=assessment.pk,
                answer_ids=[row.id for row in rows],
                sending=sending_of(request),
                **form.wishes(),
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _assigned(request, assessment, done)
    context = _context(request, assessment, view, rows) | {"form": form}
    return render(request, "work/assignments/assign.html", context, status=status)


def _rows(assessment: Assessment, view: Overview, given: QueryDict) -> list[Row]:
    """The questions that are meant and apply: one, a section, a filter or a search.

    Those that a page has shown are sent back by their ids: what is assigned is what
    was shown.
    """
    if "pinned" in given:
        wanted = {whole(text) for text in given.get("pinned", "").split()}
        return [row for row in view.applying if row.id in wanted]
    which = given.get("which", "")
    kind, _, name = which.partition(":")
    if kind == "question":
        return [row for row in view.applying if str(row.id) == name]
    if kind == "section":
        return [row for row in view.applying if str(row.section_id) == name]
    if kind == "filter" and name in Filter.values:
        return [row for row in view.matching(name) if row.applies]
    return [row for row in found_rows(assessment, view, read_look(given)) if row.applies]


def _assigned(request: MemberRequest, assessment: Assessment, done: actions.Assigned) -> HttpResponse:
    said = f"{_said(done, request.user)}{_left(done)}"
    if done.invitation:
        return handed(request, done.invitation, said, assessment.get_absolute_url())
    if done.seq is None:
        said = f"Nothing to change: {done.person} has them already. No mail is sent."
        messages.info(request, said)
        return redirect(assessment)
    messages.success(request, said)
    args = [request.organisation.slug, assessment.pk, done.seq]
    return redirect("bulk:done", *args)


def _said(done: actions.Assigned, user: User) -> str:
    if done.invitation:
        noun = "question waits" if done.count == 1 else "questions wait"
        email = done.invitation.email
        return f"{done.count} {noun} for {email}, who has a link to join."
    noun = "question is" if done.count == 1 else "questions are"
    mailed = "" if done.person == user else f" {by_mail('A mail was sent.')}"
    return f"{done.count} {noun} {done.person}'s now.{mailed}"


def _left(done: actions.Assigned) -> str:
    if not done.left:
        return ""
    kept = "1 stays" if done.left == 1 else f"{done.left} stay"
    return f" {kept} with the owner there was."


def _context(
    request: MemberRequest, assessment: Assessment, view: Overview, rows: list[Row]
) -> dict[str, Any]:
    """The questions, their owner, and other people to choose from."""
    members = request.organisation.memberships.with_people()
    names = {member.user_id: str(member.user) for member in members}
    owned = Counter(row.owner_id for row in rows if row.owner_id is not None)
    args = [request.organisation.slug, assessment.pk]
    which = request.GET.get("which") or f"filter:{read_look(request.GET).show}"
    return {
        "assessment": assessment,
        "base_url": assessment.get_absolute_url(),
        "assign_url": reverse("assignments:assign", args=args),
        "rows": rows,
        "pinned": " ".join(str(row.id) for row in rows),
        "owned_count": owned.total(),
        "owners": [(names.get(pk, "A former member"), count) for pk, count in owned.most_common()],
        "sections": [section for section in view.sections if section.applies],
        "filters": [f for f in view.filters if f.count and f.name != NEVER],
        "which": which,
        "one": rows[0] if which.startswith("question:") and rows else None,
        "is_printed": is_printed(),
        "section_id": whole(which.removeprefix("section:")),
    }
