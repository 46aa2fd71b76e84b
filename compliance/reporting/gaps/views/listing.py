"""Gaps of the whole organisation, the plan that closes them, and actions made of them."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from compliance.content.evidence.download import attached
from compliance.ground.web.text import counted, number_in
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.reporting.gaps import actions
from compliance.reporting.gaps.forms import GapForm, PlanForm
from compliance.reporting.gaps.listing import Gap, Show, gaps_of
from compliance.reporting.gaps.plan import plan_of
from compliance.reporting.results.files import TYPES
from compliance.reporting.results.stands import assessments_of, current, stands_of
from compliance.work.assessments.models import Action, Answer
from compliance.work.remediation import actions as remediation
from compliance.work.remediation import waiting
from compliance.work.workspace.pages import owners

FIRST = 10
"""Gaps of each list that the page shows at first."""
MOST = 100
"""Gaps of each list that it shows at all; the file has every one."""


@require_safe
@member_required(Permission.VIEW)
def gap_list(request: MemberRequest) -> HttpResponse:
    return _page(request, None)


@require_POST
@member_required(Permission.ANSWER)
def plan(request: MemberRequest) -> HttpResponse:
    """Actions for the gaps that were marked, in one press."""
    form = PlanForm(request.POST, people=owners(request))
    if not form.is_valid():
        return _page(request, form, 422)
    try:
        made, had = actions.plan_gaps(
            by=request.user,
            organisation=request.organisation,
            answer_ids=form.cleaned_data["answer"],
            due_on=form.cleaned_data["due_on"],
            owner_id=form.cleaned_data["owner"],
        )
    except Answer.DoesNotExist as error:
        raise Http404 from error
    except ValidationError as error:
        form.add_error(None, ValidationError(error.messages))
        return _page(request, form, 422)
    said = f"{counted(made, 'action')} made."
    if had:
        said += f" {had} had one already."
    messages.success(request, said)
    return redirect("gaps:list", request.organisation.slug)


@require_POST
@member_required(Permission.ANSWER)
def action(request: MemberRequest, number: int) -> HttpResponse:
    """Owner and day of the action of a gap; the way leads back to its row, with Undo."""
    found = request.organisation.actions.filter(number=number).first()
    if found is None:
        raise Http404
    form = GapForm(request.POST, people=owners(request, found.owner))
    if not form.is_valid():
        return _page(request, None, 422, editing=form)
    said = form.cleaned_data
    try:
        done = remediation.change_action(
            by=request.user,
            organisation=request.organisation,
            number=number,
            changes={"owner_id": said["owner"], "due_on": said["due_on"]},
            base=said["base"],
        )
    except ValidationError as error:
        form.add_error(None, ValidationError(error.messages))
        return _page(request, None, 422, editing=form)
    if isinstance(done, remediation.Stale):
        return _stale(request, done.action, form)
    row = _number(request, "edit")
    seq = f"&done={number}.{done.event.seq}" if done.event else ""
    page = reverse("gaps:list", args=[request.organisation.slug])
    return redirect(f"{page}?show={_show(request)}{seq}#gap-{row}")


def _stale(request: MemberRequest, stands: Action, form: GapForm) -> HttpResponse:
    """The typed values, and those of a colleague in words; saving again takes the typed."""
    data = request.POST.copy()
    data["base"] = str(stands.version)
    form = GapForm(data, people=owners(request, stands.owner))
    form.is_valid()
    day = f"{stands.due_on:%-d %b %Y}" if stands.due_on else "no date"
    owner = stands.owner or "nobody"
    msg = f"Changed meanwhile: owner {owner}, due {day}. Save again to set yours."
    form.add_error(None, msg)
    return _page(request, None, 409, editing=form)


@require_POST
@member_required(Permission.REPORT)
def figures(request: MemberRequest) -> HttpResponse:
    """Every gap as a file; the export is in the trail."""
    form = request.POST.get("format", "")
    if form not in TYPES:
        raise Http404
    today = timezone.localdate()
    content = actions.write_gaps(by=request.user, organisation=request.organisation, today=today, form=form)
    name = f"gaps-{request.organisation.slug}-{today.isoformat()}.{form}"
    return attached(content, TYPES[form], name)


def _show(request: MemberRequest) -> Show:
    asked = request.GET.get("show", "")
    return Show(asked) if asked in Show.values else Show.ALL


def _number(request: MemberRequest, name: str) -> int:
    """A number of the address; 0 for anything else."""
    return number_in(request.GET.get(name)) or 0


def _editing(request: MemberRequest, gaps: Iterable[Gap]) -> GapForm | None:
    """The form of the row that the address opens; None where it opens none."""
    answer = _number(request, "edit")
    one = next((gap for gap in gaps if gap.answer == answer and gap.action), None)
    if one is None or one.action is None or Permission.ANSWER not in request.may:
        return None
    action = one.action
    now = {"owner": action.owner_id, "due_on": action.due_on, "base": action.version}
    return GapForm(people=owners(request, action.owner), initial=now)


def _done(request: MemberRequest) -> dict[str, Any]:
    """The action that was changed last, its event, and what waits for it and is due before."""
    number, seq = map(number_in, request.GET.get("done", "").partition(".")[::2])
    if number is None or seq is None:
        return {}
    rows = request.organisation.actions.filter(number=number)
    action = rows.select_related("organisation", "owner").first()
    if action is None:
        return {}
    after = waiting.too_early(action, waiting.around(action)[1])
    return {"done": action, "done_seq": seq, "too_early": after}


def _page(
    request: MemberRequest,
    form: PlanForm | None,
    status: int = 200,
    editing: GapForm | None = None,
) -> HttpResponse:
    today, here = timezone.localdate(), request.organisation
    show = _show(request)
    rows = current(assessments_of([here]))
    found = gaps_of(here, rows, today)
    counts, shown = found.counts(), found.shown(show)
    if form is None and Permission.ANSWER in request.may:
        form = PlanForm(people=owners(request))
    most = FIRST if show == Show.ALL else MOST
    marks = {later.on for one in stands_of(rows, today).values() for later in one.figures.ahead}
    context: dict[str, Any] = {
        "today": today,
        "law": shown.law[:most],
        "law_more": len(shown.law) - most,
        "scales": [(name, some[:most], len(some) - most) for name, some in shown.scales.items() if some],
        "found": found,
        "rating_count": len(found.ratings),
        "filters": [(one, counts[one], one == show) for one in Show],
        "show": show,
        "form": form,
        "ticked": form["answer"].value() or [] if form else [],
        "plan": plan_of(here, sorted(marks), today),
        "edit": _number(request, "edit"),
        "editing": editing or _editing(request, [*found.law, *found.ratings]),
        **_done(request),
        "formats": TYPES,
    }
    return render(request, "reporting/gaps/list.html", context, status=status)
