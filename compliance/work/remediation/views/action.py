"""One action: made, read, changed, and linked to the answers it is about."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.work.assessments.action_fields import ACTION_FIELDS
from compliance.work.assessments.models import Action, Answer
from compliance.work.remediation import actions, waiting
from compliance.work.remediation import listing as remedies
from compliance.work.remediation.event_labels import value_in_words
from compliance.work.remediation.forms import (
    COLUMNS,
    LinkForm,
    RemedyEditForm,
    RemedyForm,
    WaitForm,
)
from compliance.work.remediation.history import remedy_history
from compliance.work.remediation.suggesting import suggested_title
from compliance.work.workspace.pages import find, find_answer, owners

MOST_OTHERS = 200
"""Open actions that one can be made to wait for from a list."""
NOT_THERE = (Action.DoesNotExist, Answer.DoesNotExist)


def _find(request: MemberRequest, number: int) -> Action:
    """The action, if it is the organisation's own; else 404."""
    rows = request.organisation.actions.select_related("organisation", "owner", "created_by", "closed_by")
    return get_object_or_404(rows, number=number)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ANSWER)
def action_new(request: MemberRequest) -> HttpResponse:
    form = RemedyForm(request.POST or None, people=owners(request))
    if action := _made(request, form, []):
        messages.success(request, f"{action.code} is made.")
        return redirect(action)
    status = 422 if request.method == "POST" else 200
    template = "work/remediation/action_new.html"
    return render(request, template, {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ANSWER)
def action_add(request: MemberRequest, assessment_id: UUID, answer_id: int) -> HttpResponse:
    """A new action for an answer, or one that is there already."""
    answer = find_answer(find(request, assessment_id), answer_id)
    form = RemedyForm(
        request.POST or None,
        people=owners(request),
        initial={
            "title": suggested_title(answer),
            "owner": answer.owner_id,
            "due_on": answer.due_on,
        },
    )
    if action := _made(request, form, [answer.pk]):
        messages.success(request, f"{action.code} is made for {answer.question.key}.")
        return redirect(answer)
    query = remedies.typed_query(request.GET)
    others = request.organisation.actions.open().exclude(links__answer=answer)
    others = (others.matching(query) if query else others).for_page()
    context = {
        "form": form,
        "answer": answer,
        "assessment": answer.assessment,
        "query": query,
        "others": others[: remedies.MOST_FOUND],
        "most": remedies.MOST_FOUND,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "work/remediation/action_add.html", context, status=status)


def _made(request: MemberRequest, form: RemedyForm, answer_ids: list[int]) -> Action | None:
    """The action of a form that was sent and is right; else the form has the faults."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return actions.create_action(
            by=request.user,
            organisation=request.organisation,
            fields=form.changes(),
            answer_ids=answer_ids,
        )
    except ValidationError as error:
        form.add_error(None, ValidationError(error.messages))
        return None


@require_safe
@member_required(Permission.VIEW)
def action(request: MemberRequest, number: int) -> HttpResponse:
    found = _find(request, number)
    return _page(request, found, _form(request, found))


def _form(request: MemberRequest, found: Action, data: Any = None) -> RemedyEditForm | None:
    """The form of an action with what stands, or what was sent; None for readers."""
    if Permission.ANSWER not in request.may:
        return None
    people = owners(request, found.owner)
    return RemedyEditForm(data, people=people, initial=_initial(found))


def _initial(found: Action) -> dict[str, Any]:
    """Stored values, by the names of the form."""
    initial = {field.name: getattr(found, field.column) for field in ACTION_FIELDS}
    if found.effort_days:
        initial["effort_days"] = str(found.effort_days).removesuffix(".0")
    return initial | {"base": found.version}


def _page(
    request: MemberRequest,
    found: Action,
    form: RemedyEditForm | None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    query = remedies.typed_query(request.GET)
    hits = remedies.linkable(request.organisation, found, query)
    before, after = waiting.around(found)
    context = more | {
        "action": found,
        "before": before,
        "after": after,
        "too_early": waiting.too_early(found, after),
        "others": waiting.to_wait_for(found, before, MOST_OTHERS) if form else [],
        "form": form,
        "is_overdue": found.is_overdue(timezone.localdate()),
        "linked": remedies.links_of(found),
        "query": query,
        "hits": hits[: remedies.MOST_FOUND],
        "has_more": len(hits) > remedies.MOST_FOUND,
        "history": remedy_history(found),
    }
    return render(request, "work/remediation/action.html", context, status=status)


@require_POST
@member_required(Permission.ANSWER)
def action_save(request: MemberRequest, number: int) -> HttpResponse:
    found = _find(request, number)
    form = _form(request, found, request.POST)
    if form is None or not form.is_valid():
        return _page(request, found, form, 422)
    try:
        done = actions.change_action(
            by=request.user,
            organisation=request.organisation,
            number=number,
            changes=form.changes(),
            base=form.cleaned_data["base"],
        )
    except ValidationError as error:
        form.add_error(None, ValidationError(error.messages))
        return _page(request, found, form, 422)
    if isinstance(done, actions.Stale):
        return _stale(request, done, form)
    messages.success(request, "Saved." if done.event else "There was nothing to change.")
    if done.again:
        return redirect("remediation:action_again", request.organisation.slug, number)
    return redirect(done.action)


def _stale(request: MemberRequest, done: actions.Stale, form: RemedyEditForm) -> HttpResponse:
    """Typed values beside stored ones; saving again from here takes the typed ones.

    A field left alone shows a colleague's value.
    """
    found = _find(request, done.action.number)
    people = {person.pk: str(person) for person in owners(request, found.owner)}
    clashes = [
        (
            form[field.removesuffix("_id")].label,
            value_in_words(field, done.mine[field], people),
            value_in_words(field, getattr(found, field), people),
        )
        for field in done.fields
    ]
    again = request.POST.copy()
    for name, value in _initial(found).items():
        if COLUMNS.get(name, name) not in done.mine:
            again[name] = "" if value is None else str(value)
    return _page(request, found, _form(request, found, again), 409, clashes=clashes)


@require_POST
@member_required(Permission.ANSWER)
def action_link(request: MemberRequest, number: int) -> HttpResponse:
    """The action is about an answer too."""
    return _link(request, number, actions.link_answer, "{} is about {}.")


@require_POST
@member_required(Permission.ANSWER)
def action_unlink(request: MemberRequest, number: int) -> HttpResponse:
    return _link(request, number, actions.unlink_answer, "{} is no longer about {}.")


def _link(request: MemberRequest, number: int, change: Any, said: str) -> HttpResponse:
    found = _find(request, number)
    form = LinkForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        answer = change(
            by=request.user,
            organisation=request.organisation,
            number=number,
            answer_id=form.cleaned_data["answer"],
        )
    except NOT_THERE as error:
        raise Http404 from error
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect(found)
    messages.success(request, said.format(found.code, answer.question.key))
    return redirect(answer) if request.POST.get("back") == "answer" else redirect(found)


@require_POST
@member_required(Permission.ANSWER)
def action_wait(request: MemberRequest, number: int) -> HttpResponse:
    """The action waits for another one, or does not any more."""
    found = _find(request, number)
    form = WaitForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose the action that it waits for.")
        return redirect(found)
    ends = form.cleaned_data["ends"]
    change = waiting.wait_no_more if ends else waiting.wait_for
    try:
        other = change(
            by=request.user,
            organisation=request.organisation,
            number=number,
            other=form.cleaned_data["other"],
        )
    except Action.DoesNotExist as error:
        raise Http404 from error
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect(found)
    said = "{} does not wait for {} any more." if ends else "{} waits for {}."
    messages.success(request, said.format(found.code, other.code))
    return redirect(found)


@require_safe
@member_required(Permission.VIEW)
def action_again(request: MemberRequest, number: int) -> HttpResponse:
    """The answers that a closed action asks to look at again."""
    found = _find(request, number)
    linked = remedies.links_of(found)
    asked = [answer for answer in linked if answer.again and answer.assessment.is_open]
    context = {"action": found, "asked": asked, "others": len(linked) - len(asked)}
    return render(request, "work/remediation/action_again.html", context)
