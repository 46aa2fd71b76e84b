"""The page of someone who was asked: only their questions, one at a time."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from compliance.ground.web.mail import by_mail
from compliance.ground.web.text import whole
from compliance.identity.organisations.access import (
    MemberRequest,
    Permission,
    member_required,
    who_may,
)
from compliance.identity.organisations.models import User
from compliance.work.assessments.actions import Refused, save_answer
from compliance.work.assessments.choices import OPEN, Verdict
from compliance.work.assessments.models import Answer, Assessment, Proposal
from compliance.work.assignments import actions
from compliance.work.assignments.forms import HandBackForm
from compliance.work.assignments.mine import MOST_SHOWN, Share, asked_by, share, shares
from compliance.work.workspace import lines
from compliance.work.workspace.forms import AnswerForm
from compliance.work.workspace.pages import find, find_answer
from compliance.work.workspace.proposed import proposed
from compliance.work.workspace.row_pages import compared, put_typed

WORDS = [
    (Verdict.MET, "Met"),
    (Verdict.PARTLY, "Partly"),
    (Verdict.NOT_MET, "Not met"),
    (Verdict.NA, "Not applicable"),
    (Verdict.DONT_KNOW, "I don't know"),
]
"""The answers in full; "later" is for those who lead the assessment."""
BESIDE = [(Verdict.UNANSWERED, "My answer above"), *WORDS[3:]]
"""Verdicts beside a value that decides by itself."""


@require_safe
@member_required(Permission.ANSWER)
def mine(request: MemberRequest) -> HttpResponse:
    """Everything one was asked, by assessment; straight to it where there is one."""
    found = shares(request.organisation, request.user)
    if len(found) == 1:
        return redirect(_url(request, found[0].assessment))
    return render(request, "work/assignments/mine.html", {"shares": found})


@require_safe
@member_required(Permission.ANSWER)
def contribute(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """One's questions with one of them open; ``?after=`` goes on to the next."""
    assessment = find(request, assessment_id)
    own = share(assessment, request.user)
    if "after" in request.GET:
        following = own.after(whole(request.GET["after"]))
        query = f"?open={following.pk}" if following else ""
        return redirect(f"{_url(request, assessment)}{query}")
    opened = own.find(whole(request.GET.get("open", ""))) or own.after(None)
    context = _context(request, own, opened)
    context["aside"] = whole(request.GET.get("aside", ""))
    return render(request, "work/assignments/contribute.html", context)


@require_POST
@member_required(Permission.ANSWER)
def contribute_save(request: MemberRequest, assessment_id: UUID, answer_id: int) -> HttpResponse:
    """Save, and go on to the next question; without script this is the whole of it."""
    form, then = AnswerForm(request.POST), request.POST.get("then", "")
    extra: dict[str, Any] = {"known": None}
    if not form.is_valid():
        extra["known"] = form.cleaned_data.get("base")
        extra["faults"] = [text for group in form.errors.values() for text in group]
        return _again(request, assessment_id, answer_id, 422, **extra)
    extra["known"] = form.cleaned_data["base"]
    try:
        done = save_answer(
            by=request.user,
            organisation=request.organisation,
            assessment_id=assessment_id,
            answer_id=answer_id,
            changes=_changes(form, then),
            base=extra["known"],
            used=form.used(),
        )
    except (Answer.DoesNotExist, Proposal.DoesNotExist) as error:
        raise Http404 from error
    except ValidationError as error:
        extra["faults"] = error.messages
        return _again(request, assessment_id, answer_id, 422, **extra)
    if isinstance(done, Refused):
        extra = {"conflict": compared(request, done), "known": done.known}
        return _again(request, assessment_id, answer_id, 409, **extra)
    return redirect(_then(request, done.answer, then))


def _changes(form: AnswerForm, then: str) -> dict[str, object]:
    """The changes to save. Giving a question back needs no reason for N/A."""
    changes = form.changes()
    is_bare = changes.get("verdict") == Verdict.NA and not changes.get("reason", "").strip()
    if then == "hand-back" and is_bare:
        del changes["verdict"]
    return changes


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ANSWER)
def hand_back(request: MemberRequest, assessment_id: UUID, answer_id: int) -> HttpResponse:
    """ "I am not the right person": why, and who may be."""
    assessment = find(request, assessment_id)
    rows = assessment.answers.select_related("question")
    answer = get_object_or_404(rows, pk=answer_id)
    data = request.POST if request.method == "POST" else None
    if data is None and answer.owner_id != request.user.pk:
        messages.info(request, f"{answer.question.key} is not yours.")
        return redirect(_url(request, assessment))
    form = HandBackForm(data, people=_others(request))
    if form.is_valid():
        try:
            done = actions.hand_back(
                by=request.user,
                organisation=request.organisation,
                assessment_id=assessment.pk,
                answer_id=answer.pk,
                **form.cleaned_data,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _outcome_in_words(answer, done))
            return redirect(_url(request, assessment))
    context = {"assessment": assessment, "answer": answer, "form": form}
    context["back"] = f"{_url(request, assessment)}?open={answer.pk}"
    status = 422 if form.is_bound else 200
    return render(request, "work/assignments/hand_back.html", context, status=status)


def _others(request: MemberRequest) -> list[User]:
    """Other people who may answer."""
    people = who_may(request.organisation, Permission.ANSWER)
    return [person for person in people if person != request.user]


def _outcome_in_words(answer: Answer, done: actions.HandedBack) -> str:
    key = answer.question.key
    said = f"{key} is {done.owner}'s now." if done.owner else f"{key} is nobody's now."
    mailed = ", ".join(map(str, done.mailed))
    return f"{said} {by_mail(f'Mail sent to: {mailed}.')}" if mailed else said


def _url(request: MemberRequest, assessment: Assessment) -> str:
    return reverse("assignments:contribute", args=[request.organisation.slug, assessment.pk])


def _then(request: MemberRequest, answer: Answer, then: str) -> str:
    """Where to go after a save: on, to the evidence, or to handing it back."""
    url = _url(request, answer.assessment)
    if then == "evidence":
        base = answer.assessment.get_absolute_url()
        return f"{base}answers/{answer.pk}/evidence/?back=mine"
    if then == "hand-back":
        return f"{url}{answer.pk}/hand-back/"
    return f"{url}?after={answer.pk}"


def _again(
    request: MemberRequest,
    assessment_id: UUID,
    answer_id: int,
    status: int,
    **more: Any,
) -> HttpResponse:
    """The question with everything that was typed, and what stands in its way."""
    assessment = find(request, assessment_id)
    opened = get_object_or_404(assessment.answers, pk=answer_id)
    context = _context(request, share(assessment, request.user), opened) | more
    answer = context["line"].answer
    put_typed(answer, request.POST)
    return render(request, "work/assignments/contribute.html", context, status=status)


def _context(request: MemberRequest, own: Share, opened: Answer | None) -> dict[str, Any]:
    assessment, url = own.assessment, _url(request, own.assessment)
    context: dict[str, Any] = {
        "assessment": assessment,
        "own": own,
        "asker": asked_by(assessment, request.user, own.answers),
        "base_url": url,
        "answers_url": f"{assessment.get_absolute_url()}answers/",
        "others": own.others(opened),
        "most_shown": MOST_SHOWN,
        "unknown_count": sum(a.verdict == Verdict.DONT_KNOW for a in own.answers),
        "now": timezone.now(),
        "today": timezone.localdate(),
        "line": None,
    }
    if opened is None:
        return context
    answer = find_answer(assessment, opened.pk)
    waiting = proposed(assessment, [answer]).get(answer.pk, ())
    today = timezone.localdate()
    line = lines.line(answer, assessment, today, is_open=True, proposed=waiting)
    own_one = own.find(answer.pk)
    return context | {
        "line": line,
        "place": own.place_of(own_one) if own_one else 0,
        "options": WORDS if line.has_own_verdict else BESIDE,
        "is_beside": answer.verdict in {*OPEN, Verdict.NA} - {Verdict.UNANSWERED},
        "can_answer": assessment.is_open and answer.applies,
        "save_url": f"{url}{answer.pk}/",
        "keep_url": f"{url}{answer.pk}/",
    }
