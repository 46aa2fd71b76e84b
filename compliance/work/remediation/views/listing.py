"""Actions as a table and as a board, and cards that are moved on it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from compliance.ground.web.htmx import wants_partial
from compliance.ground.web.replica import may_lag
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.proof.audit.models import Event
from compliance.work.assessments.choices import ActionFilter, ActionStatus
from compliance.work.assessments.models import Action
from compliance.work.remediation import actions
from compliance.work.remediation import listing as remedies
from compliance.work.remediation.forms import MoveForm

PAGE_SIZE = 50
ON_BOARD = (ActionFilter.ALL, ActionFilter.MINE)


@require_safe
@member_required(Permission.VIEW)
@may_lag
def action_list(request: MemberRequest) -> HttpResponse:
    today = timezone.localdate()
    look = remedies.read_remedy_look(request.GET, ActionFilter.OPEN)
    rows = remedies.found(request.organisation.actions.all(), look)
    counts = rows.counts(request.user, today)
    shown = rows.shown(look.show, request.user, today).select_related("owner")
    shown = shown.sorted_by(look.sort, is_down=look.is_down).with_links()
    pages = Paginator(shown, PAGE_SIZE)
    pages.count = counts[look.show]  # counted already
    page = pages.get_page(request.GET.get("page"))
    context = {
        "look": look,
        "address": look.address(),
        "all_address": look.address(show=ActionFilter.ALL.value, query=""),
        "page": page,
        "rows": [(row, row.is_overdue(today)) for row in page],
        "heads": remedies.heads(look),
        "counts": counts,
        "filters": [
            (one.label, look.address(show=one.value), counts[one], one == look.show) for one in ActionFilter
        ],
    }
    return render(request, "work/remediation/action_list.html", context)


@require_safe
@member_required(Permission.VIEW)
def action_board(request: MemberRequest) -> HttpResponse:
    return _board(request, {})


@require_POST
@member_required(Permission.ANSWER)
def action_move(request: MemberRequest, number: int) -> HttpResponse:
    """A card into another column of the board."""
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _refused(request, number, "choose one of the columns.", 422)
    status = form.cleaned_data["status"]
    try:
        done = actions.change_action(
            by=request.user,
            organisation=request.organisation,
            number=number,
            changes={"status": status},
            base=form.cleaned_data["base"],
        )
    except Action.DoesNotExist as error:
        raise Http404 from error
    except ValidationError as error:
        return _refused(request, number, error.messages[0], 422)
    if isinstance(done, actions.Stale):
        now = done.action.get_status_display()
        said = f"someone else has moved it to {now}, not to {ActionStatus(status).label}."
        return _refused(request, number, said, 409)
    return _done(request, done, f"moved to {done.action.get_status_display()}")


@require_POST
@member_required(Permission.ANSWER)
def action_undo(request: MemberRequest, number: int, seq: int) -> HttpResponse:
    try:
        done = actions.undo_action(by=request.user, organisation=request.organisation, number=number, seq=seq)
    except (Action.DoesNotExist, Event.DoesNotExist) as error:
        raise Http404 from error
    except ValidationError as error:
        return _refused(request, number, error.messages[0], 422)
    if done.event is None:
        return _refused(request, number, "it has been changed again since.", 409)
    back = request.POST.get("back")
    if back in {"action", "gaps"}:
        messages.success(request, "Undone.")
        gaps = reverse("gaps:list", args=[request.organisation.slug])
        return redirect(done.action if back == "action" else gaps)
    return _done(request, done, f"moved back to {done.action.get_status_display()}")


def _done(request: MemberRequest, done: actions.Remedied, what: str) -> HttpResponse:
    """The board after a change; without htmx the way leads on to the answers."""
    said = f"{done.action.code} {what}."
    if wants_partial(request.htmx):
        return _board(request, {"said": said, "done": done})
    messages.success(request, said)
    slug, number = request.organisation.slug, done.action.number
    if done.again:
        return redirect("remediation:action_again", slug, number)
    look = remedies.read_remedy_look(request.GET, ActionFilter.ALL)
    board = reverse("remediation:action_board", args=[slug])
    return redirect(board + look.address())


def _refused(request: MemberRequest, number: int, why: str, status: int) -> HttpResponse:
    """The board as it stands, and why nothing was changed on it."""
    if not request.organisation.actions.filter(number=number).exists():
        raise Http404
    return _board(request, {"said": f"AC-{number} was not changed: {why}"}, status)


def _board(request: MemberRequest, said: dict[str, Any], status: int = 200) -> HttpResponse:
    """The board, or for htmx only what a move changes; ``said`` is what is spoken."""
    look = remedies.read_remedy_look(request.GET, ActionFilter.ALL)
    today = timezone.localdate()
    context = {"said": "", "done": None} | said
    context |= {
        "look": look,
        "address": look.address(),
        "columns": remedies.columns(request.organisation.actions.all(), look, request.user, today),
        "filters": [(one.label, look.address(show=one.value), one == look.show) for one in ON_BOARD],
        "statuses": ActionStatus.choices,
        "today": today,
        "can_answer": Permission.ANSWER in request.may,
    }
    template = "work/remediation/action_board.html"
    if request.method == "POST" and wants_partial(request.htmx):
        template += "#moved"
    return render(request, template, context, status=status)
