"""The end of an own edition: a draft thrown away, a published one retired."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from compliance.content.checklists import content
from compliance.content.checklists.choices import EditionStatus
from compliance.content.checklists.events import EDITION_DISCARDED, EDITION_RETIRED
from compliance.content.checklists.models import Edition
from compliance.content.checklists.pages import find, is_draft, keeper, keeps
from compliance.content.checklists.recording import just_done
from compliance.content.checklists.standing import running_facts
from compliance.content.publishing import actions
from compliance.content.publishing.forms import DiscardForm, RetireForm
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.identity.organisations.reauthentication import StepUp
from compliance.proof.audit import trail
from compliance.proof.audit.refusals import RefusedError


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.EDIT)
def discard(request: MemberRequest, edition_id: int) -> HttpResponse:
    """Show the parts that go with a draft, ask once, then throw it away."""
    slug = request.organisation.slug
    if request.method == "POST" and (name := _discarded(request, edition_id)):
        messages.success(request, f"{name} is thrown away.")
        return redirect("checklists:list", slug)
    edition = find(request, edition_id)
    if request.method != "POST":
        if not is_draft(request, edition):
            return redirect("checklists:detail", slug, edition.pk)
        return _discard(request, edition)
    owner, form = keeper(request, edition), DiscardForm(request.POST)
    if not form.is_valid():
        return _discard(request, edition)
    try:
        actions.discard(
            by=request.user,
            organisation=owner,
            edition_id=edition.pk,
            seen=form.cleaned_data["seen"],
        )
    except Edition.DoesNotExist as error:
        raise Http404 from error
    except RefusedError as refused:
        messages.error(request, f"{refused}.")
        return redirect("publishing:discard", slug, edition.pk)
    messages.success(request, f"{edition} is thrown away.")
    return redirect("checklists:list", slug)


def _discarded(request: MemberRequest, edition_id: int) -> str:
    """The draft of the organisation that this person has thrown away, in a press sent twice."""
    done = trail.removed(
        content.readable(request.organisation, with_drafts=True),
        edition_id,
        by=request.user,
        organisation_id=request.organisation.pk,
        action=EDITION_DISCARDED,
    )
    return "{title} {number}".format(**trail.changes(done)[0]) if done else ""


def _discard(request: MemberRequest, edition: Edition) -> HttpResponse:
    seen = content.content_hash(content.document(edition))
    context = {
        "edition": edition,
        "form": DiscardForm(initial={"seen": seen}),
        "count": edition.questions.count(),
        "with_checklist": actions.goes_with(edition.checklist),
    }
    return render(request, "content/publishing/discard.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.EDIT, StepUp.FRESH)
def retire(request: MemberRequest, edition_id: int) -> HttpResponse:
    """Explain the retirement of an edition, and ask for the reason; then nothing starts on it."""
    edition = find(request, edition_id)
    if request.method != "POST":
        is_on = edition.status == EditionStatus.PUBLISHED
        if not is_on or not keeps(request, edition):
            return redirect("checklists:detail", request.organisation.slug, edition.pk)
        return _retire(request, edition, RetireForm())
    owner, form = keeper(request, edition), RetireForm(request.POST)
    if not form.is_valid():
        return _retire(request, edition, form)
    try:
        actions.retire(
            by=request.user,
            organisation=owner,
            edition_id=edition.pk,
            reason=form.cleaned_data["reason"],
        )
    except Edition.DoesNotExist as error:
        raise Http404 from error
    except RefusedError as refused:
        edition = find(request, edition_id)
        said = {"reason": form.cleaned_data["reason"]}
        if not just_done(request.user, edition, EDITION_RETIRED, said):
            messages.error(request, f"{refused}.")
            return redirect("checklists:detail", request.organisation.slug, edition.pk)
    messages.success(request, f"{edition} is retired.")
    return redirect("checklists:detail", request.organisation.slug, edition.pk)


def _retire(request: MemberRequest, edition: Edition, form: RetireForm) -> HttpResponse:
    running = len(running_facts(edition))
    context = {"edition": edition, "form": form, "running": running}
    status = 422 if form.errors else 200
    return render(request, "content/publishing/retire.html", context, status=status)
