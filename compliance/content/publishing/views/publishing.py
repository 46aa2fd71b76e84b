"""The life of an own edition: begun, checked, sent to review, sent back, published."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from compliance.content.checklists import content
from compliance.content.checklists.choices import EditionStatus
from compliance.content.checklists.events import (
    EDITION_PUBLISHED,
    EDITION_SENT,
    EDITION_SENT_BACK,
)
from compliance.content.checklists.models import Edition
from compliance.content.checklists.pages import find, keeper, keeps, reading_page, standing_of
from compliance.content.checklists.recording import just_done
from compliance.content.publishing import actions, checking, ready
from compliance.content.publishing.forms import CloneForm, NextForm, ReasonForm
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.identity.organisations.models import Organisation
from compliance.proof.audit.refusals import RefusedError


def _done(
    request: MemberRequest,
    edition_id: int,
    act: Callable[[], Edition],
    action: str,
    said: str,
) -> HttpResponse:
    """The check list again after a step, with what came of it; 404 for others' editions.

    One that is refused since the person has just taken it, ``action``, was sent twice.
    """
    try:
        edition = act()
    except Edition.DoesNotExist as error:
        raise Http404 from error
    except RefusedError as refused:
        edition = find(request, edition_id)
        own = just_done(request.user, edition, action, {"status": edition.status})
        if own is None:
            messages.error(request, f"{refused}.")
            return redirect("publishing:check", request.organisation.slug, edition_id)
    messages.success(request, f"{edition} {said}.")
    is_published = edition.status == EditionStatus.PUBLISHED
    page = "checklists:detail" if is_published else "publishing:check"
    return redirect(page, request.organisation.slug, edition.pk)


def _given(request: MemberRequest, edition_id: int) -> dict[str, Any]:
    """Arguments of every step."""
    owner = keeper(request, find(request, edition_id))
    return {"by": request.user, "organisation": owner, "edition_id": edition_id}


@require_POST
@member_required(Permission.EDIT)
def clone(request: MemberRequest, edition_id: int) -> HttpResponse:
    """An own checklist from an edition of the library."""
    form = CloneForm(request.POST)
    if not form.is_valid():
        return reading_page(request, edition_id, form)
    act = partial(actions.clone, title=form.cleaned_data["title"])
    said = "“{title}” is your own copy. Its edition {number} is a draft now."
    return _begun(request, edition_id, act, request.organisation, said)


@require_POST
@member_required(Permission.EDIT)
def draft_next(request: MemberRequest, edition_id: int) -> HttpResponse:
    """The next draft of an own checklist."""
    owner = keeper(request, find(request, edition_id))
    return _begun(request, edition_id, actions.draft_next, owner)


def _begun(
    request: MemberRequest,
    edition_id: int,
    act: Callable[..., Edition],
    organisation: Organisation | None,
    said: str = "Edition {number} is a draft now.",
) -> HttpResponse:
    """The editor of a draft that is there from now on."""
    slug, form = request.organisation.slug, NextForm(request.POST)
    try:
        draft = act(by=request.user, organisation=organisation, edition_id=edition_id)
    except Edition.DoesNotExist as error:
        raise Http404 from error
    except RefusedError as refused:
        messages.error(request, f"{refused}.")
        return redirect("checklists:detail", slug, content.newest_beside(edition_id))
    notice = said.format(number=draft.number, title=draft.checklist.title)
    messages.success(request, notice)
    wants_merge = form.is_valid() and form.cleaned_data["merge"]
    return redirect("publishing:merge" if wants_merge else "editor:edit", slug, draft.pk)


@require_safe
@member_required(Permission.EDIT)
def check(request: MemberRequest, edition_id: int) -> HttpResponse:
    """Open points before an edition can be published, and the next step."""
    return _check(request, edition_id, ReasonForm())


def _check(request: MemberRequest, edition_id: int, form: ReasonForm) -> HttpResponse:
    edition = find(request, edition_id)
    if not keeps(request, edition) or edition.published_at:
        return redirect("checklists:detail", request.organisation.slug, edition.pk)
    items = ready.items(edition)
    blocking, warnings = checking.counts(items)
    own = standing_of(request, edition)
    context = {
        "edition": edition,
        "items": items,
        "blocking": blocking,
        "warnings": warnings,
        "own": own,
        "form": form,
        "is_alone": actions.is_alone(keeper(request, edition), request.user),
        "seen": actions.sending(edition),
    }
    status = 422 if form.errors else 200
    return render(request, "content/publishing/check.html", context, status=status)


@require_POST
@member_required(Permission.EDIT)
def send(request: MemberRequest, edition_id: int) -> HttpResponse:
    """A draft to review."""
    return _done(
        request,
        edition_id,
        lambda: actions.send_to_review(**_given(request, edition_id)),
        EDITION_SENT,
        "is in review",
    )


@require_POST
@member_required(Permission.EDIT)
def send_back(request: MemberRequest, edition_id: int) -> HttpResponse:
    """An edition in review to its editors, with the reason."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _check(request, edition_id, form)
    return _done(
        request,
        edition_id,
        lambda: actions.send_back(
            **_given(request, edition_id),
            reason=form.cleaned_data["reason"],
        ),
        EDITION_SENT_BACK,
        "is a draft again",
    )


@require_POST
@member_required(Permission.EDIT)
def publish(request: MemberRequest, edition_id: int) -> HttpResponse:
    """Freeze an edition that someone else sent to review, for ever."""
    seen = request.POST.get("seen", "")[:40]
    return _done(
        request,
        edition_id,
        lambda: actions.approve(**_given(request, edition_id), seen=seen),
        EDITION_PUBLISHED,
        "is published",
    )
