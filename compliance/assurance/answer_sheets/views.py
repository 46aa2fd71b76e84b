"""The spreadsheet of an assessment: exported, filled in elsewhere, imported."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from compliance.assurance.answer_sheets import actions, drafts
from compliance.assurance.answer_sheets.forms import SheetForm, TakeForm
from compliance.assurance.answer_sheets.import_plan import Pick
from compliance.assurance.answer_sheets.preview import Showing, taken_in, undo_in_words
from compliance.assurance.answer_sheets.returned_rows import SheetError
from compliance.content.checklist_files.writing import FORMATS
from compliance.content.evidence.download import attached
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.proof.audit.models import Event
from compliance.work.assessments.models import Assessment
from compliance.work.bulk.actions import events_together
from compliance.work.workspace.milestones import closes, milestone_of_many
from compliance.work.workspace.pages import read_view
from compliance.work.workspace.row_pages import add_milestone_message

ON_A_PAGE = 100
GONE = (
    "This preview is no longer available: it belongs to another person, is a day old, or"
    " you have sent another file since. Choose the file again; nothing was saved."
)
XLSX = FORMATS["xlsx"].media_type


def _find(request: MemberRequest, assessment_id: UUID) -> Assessment:
    """The assessment, if it is the organisation's own; else 404."""
    rows = request.organisation.assessments.for_page()
    return get_object_or_404(rows, pk=assessment_id)


@require_safe
@member_required(Permission.REPORT)
def sheet(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    return _page(request, _find(request, assessment_id))


def _page(
    request: MemberRequest,
    assessment: Assessment,
    form: SheetForm | None = None,
    *,
    status: int = 200,
    problem: list[str] | None = None,
) -> HttpResponse:
    context = {
        "assessment": assessment,
        "form": form or SheetForm(),
        "can_send": Permission.ANSWER in request.may and assessment.is_open,
        "taken": taken_in(assessment),
        "problem": problem,
    }
    return render(request, "assurance/answer_sheets/sheet.html", context, status=status)


@require_POST
@member_required(Permission.REPORT, also=Permission.EXPORT)
def sheet_file(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    assessment = _find(request, assessment_id)
    content = actions.write_sheet(by=request.user, assessment=assessment)
    words = (assessment.edition.checklist.title, assessment.subject)
    names = [slugify(text)[:60] for text in words]
    day = timezone.localdate().isoformat()
    name = "-".join([name for name in names if name] + [day])
    return attached(content, XLSX, f"{name}.xlsx")


@require_POST
@member_required(Permission.ANSWER)
def sheet_read(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    assessment = _find(request, assessment_id)
    form = SheetForm(request.POST, request.FILES)
    if form.is_valid():
        upload = form.cleaned_data["upload"]
        try:
            draft_id = actions.read_sheet(
                by=request.user,
                assessment=assessment,
                file_name=upload.name,
                chunks=upload.chunks(),
            )
        except (SheetError, ValidationError, OSError) as error:
            form.add_error("upload", _words(error))
        else:
            return redirect(_preview_path(request, assessment, draft_id))
    return _page(request, assessment, form, status=422)


def _words(error: Exception) -> list[str]:
    if isinstance(error, ValidationError):
        return error.messages
    if isinstance(error, OSError):
        return ["There was no room to receive the file. Send it again later."]
    return [str(error)]


def _preview_path(request: MemberRequest, assessment: Assessment, draft_id: UUID) -> str:
    place = [request.organisation.slug, assessment.pk]
    return f"{reverse('answer_sheets:sheet_preview', args=place)}?draft={draft_id}"


@require_safe
@member_required(Permission.ANSWER)
def sheet_preview(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    assessment = _find(request, assessment_id)
    if "draft" not in request.GET:
        return _back(request, assessment)
    draft_id = _draft_id(request.GET["draft"])
    draft = _draft(request, assessment, draft_id)
    return _preview(request, assessment, draft) if draft else _gone(request, assessment, draft_id)


def _draft_id(text: Any) -> UUID:
    try:
        return UUID(str(text))
    except ValueError as error:
        raise Http404 from error


def _draft(request: MemberRequest, assessment: Assessment, draft_id: UUID) -> drafts.Draft | None:
    """The person's own draft of this assessment."""
    user_id = request.user.pk
    return drafts.find(user_id=user_id, assessment_id=assessment.pk, draft_id=draft_id)


def _gone(request: MemberRequest, assessment: Assessment, draft_id: UUID) -> HttpResponse:
    """A draft that is not there: another's, a day old, or done with already."""
    user = request.user
    if actions.was_taken_in(by=user, assessment=assessment, draft_id=draft_id):
        return _back(request, assessment)
    return _page(request, assessment, status=404, problem=[GONE])


def _back(request: MemberRequest, assessment: Assessment) -> HttpResponse:
    return redirect("answer_sheets:sheet", request.organisation.slug, assessment.pk)


def _preview(
    request: MemberRequest,
    assessment: Assessment,
    draft: drafts.Draft,
    done: actions.Taken | None = None,
    picks: Collection[Pick] = (),
) -> HttpResponse:
    """The effect of the file now, one page of it; ``done`` is a try that did nothing."""
    by = request.user
    try:
        done = done or actions.Taken(actions.preview_sheet(by=by, assessment=assessment, draft=draft))
    except ValidationError as error:
        return _page(request, assessment, status=422, problem=error.messages)
    plan = done.plan
    page = Paginator(plan.changing, ON_A_PAGE).get_page(request.POST.get("page"))
    context = {
        "assessment": assessment,
        "draft": draft,
        "plan": plan,
        "page": page,
        "showing": Showing(plan, page, picks),
        "done": done,
    }
    status = 409 if done.is_stale else 422 if done.faults else 200
    return render(request, "assurance/answer_sheets/preview.html", context, status=status)


@require_POST
@member_required(Permission.ANSWER)
def sheet_take(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """Save what was shown; or, when a page was asked for, show that page."""
    assessment = _find(request, assessment_id)
    form = TakeForm(request.POST)
    if not form.is_valid():
        raise Http404
    draft_id, picks = form.cleaned_data["draft"], form.picks()
    draft = _draft(request, assessment, draft_id)
    if draft is None:
        return _gone(request, assessment, draft_id)
    if "page" in request.POST:
        return _preview(request, assessment, draft, picks=picks)
    try:
        done = actions.take_in_sheet(
            by=request.user,
            assessment=assessment,
            draft=draft,
            picks=picks,
            digest=form.cleaned_data["digest"],
        )
    except ValidationError as error:
        return _page(request, assessment, status=422, problem=error.messages)
    if done.is_stale or done.faults:
        return _preview(request, assessment, draft, done, picks)
    drafts.drop(user_id=request.user.pk, assessment_id=assessment.pk, draft_id=draft.id)
    if not done.is_again:
        messages.success(request, Showing(done.plan).done)
        if done.plan.changing and done.seq:
            _say_completed(request, assessment, done.seq)
    return _back(request, assessment)


def _say_completed(request: MemberRequest, assessment: Assessment, seq: int) -> None:
    """Say which sections a file completed; its answers follow the event of the file."""
    events = events_together(assessment, seq + 1)
    if not any(map(closes, events)):
        return
    view, _ = read_view(request, assessment)
    add_milestone_message(request, assessment, milestone_of_many(view, events))


@require_POST
@member_required(Permission.ANSWER)
def sheet_undo(request: MemberRequest, assessment_id: UUID, seq: int) -> HttpResponse:
    assessment = _find(request, assessment_id)
    try:
        done = actions.undo_sheet(by=request.user, assessment=assessment, seq=seq)
    except Event.DoesNotExist as error:
        raise Http404 from error
    except ValidationError as error:
        return _page(request, assessment, status=422, problem=error.messages)
    messages.success(request, undo_in_words(done))
    return _back(request, assessment)
