"""A newer edition of the original, merged into an own draft question by question."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from compliance.content.checklists import content
from compliance.content.checklists.changes import ChangeList
from compliance.content.checklists.models import Edition
from compliance.content.checklists.pages import find, is_draft, keeper
from compliance.content.publishing import actions
from compliance.content.publishing.forms import MergeForm
from compliance.content.publishing.merge import not_offered, offers
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.proof.audit.refusals import RefusedError, StaleError


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.EDIT)
def merge(request: MemberRequest, edition_id: int) -> HttpResponse:
    """Changes of the original, with ours or theirs to choose for each."""
    edition = find(request, edition_id)
    newer = content.newer_original(edition.checklist)
    if not is_draft(request, edition) or newer is None:
        return redirect("checklists:detail", request.organisation.slug, edition.pk)
    if request.method != "POST":
        return _page(request, edition, newer)
    return _taken(request, edition, newer)


def _taken(request: MemberRequest, edition: Edition, newer: Edition) -> HttpResponse:
    form = MergeForm(request.POST)
    if not form.is_valid():
        return _page(request, edition, newer, status=422)
    chosen = [name for name, value in request.POST.items() if value == "theirs"]
    try:
        event = actions.merge(
            by=request.user,
            organisation=keeper(request, edition),
            edition_id=edition.pk,
            newer_id=form.cleaned_data["newer"],
            seen=form.cleaned_data["seen"],
            taken=[name.removeprefix("take:") for name in chosen],
        )
    except StaleError:
        said = "The draft or the original has changed since; look again and choose."
        messages.error(request, said)
        return _page(request, edition, newer, status=409)
    except RefusedError as refused:
        messages.error(request, f"{refused}.")
        return redirect("publishing:merge", request.organisation.slug, edition.pk)
    path = reverse("editor:edit", args=[request.organisation.slug, edition.pk])
    return redirect(f"{path}?saved={event.seq}")


def _page(request: MemberRequest, edition: Edition, newer: Edition, status: int = 200) -> HttpResponse:
    base = edition.checklist.cloned_from
    assert base is not None  # noqa: S101 - there is a newer one
    documents = content.document(base), content.document(newer)
    ours = content.document(edition)
    found = offers(*documents, ours)
    change_list = ChangeList(*documents)
    own = {q["key"]: q for s in ours["sections"] for q in s["questions"]}
    rows = [
        {"item": one.item, "details": change_list.details(one.item), "offer": one}
        | {"ours": own.get(one.item.key)}
        for one in found.questions
    ]
    initial = {"newer": newer.pk, "seen": content.content_hash(ours)}
    context = {
        "edition": edition,
        "base": base,
        "newer": newer,
        "rows": rows,
        "facts": found.facts,
        "beside": not_offered(*documents, ours),
        "form": MergeForm(initial=initial),
    }
    return render(request, "content/publishing/merge.html", context, status=status)
