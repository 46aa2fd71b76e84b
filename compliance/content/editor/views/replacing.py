"""Find and replace in all texts of a draft: looked at first, then done at once."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from compliance.content.checklists import content
from compliance.content.checklists.diff import word_diff
from compliance.content.checklists.models import Edition
from compliance.content.checklists.pages import find, is_draft, keeper
from compliance.content.editor import actions
from compliance.content.editor.forms import ReplaceForm
from compliance.content.editor.replacing import hits
from compliance.content.publishing.checking import questions
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import RefusedError, StaleError

MOST_SHOWN = 200


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.EDIT)
def replace(request: MemberRequest, edition_id: int) -> HttpResponse:
    edition = find(request, edition_id)
    if not is_draft(request, edition):
        return redirect("checklists:detail", request.organisation.slug, edition.pk)
    if request.method != "POST":
        is_asked = "find" in request.GET
        return _page(request, edition, ReplaceForm(request.GET if is_asked else None))
    form = ReplaceForm(request.POST)
    if not form.is_valid():
        return _page(request, edition, form, status=422)
    try:
        event = actions.replace_all(
            by=request.user,
            organisation=keeper(request, edition),
            edition_id=edition.pk,
            **form.cleaned_data,
        )
    except StaleError:
        messages.error(request, "The draft has changed since; look again.")
        return _page(request, edition, form, status=409)
    except RefusedError as refused:
        form.add_error(None, f"{refused}. Nothing was replaced.")
        return _page(request, edition, form, status=422)
    return _done(request, edition, event)


def _done(request: MemberRequest, edition: Edition, event: Event | None) -> HttpResponse:
    path = reverse("editor:edit", args=[request.organisation.slug, edition.pk])
    if event is None:
        messages.success(request, "No text contains these words.")
        return redirect(path)
    return redirect(f"{path}?saved={event.seq}")


def _page(request: MemberRequest, edition: Edition, form: ReplaceForm, status: int = 200) -> HttpResponse:
    document = content.document(edition)
    found = []
    typed = form.cleaned_data if form.is_bound and not form.errors else {}
    if typed:
        words = typed["find"], typed["put"]
        found = [hit for asked in questions(document) for hit in hits(asked, *words)]
    context = {
        "edition": edition,
        "form": form,
        "count": len(found),
        "rows": [(hit, word_diff(hit.before, hit.after)) for hit in found[:MOST_SHOWN]],
        "seen": content.content_hash(document),
    }
    return render(request, "content/editor/replace.html", context, status=status)
