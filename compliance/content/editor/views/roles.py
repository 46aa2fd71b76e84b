"""The roles of a draft: who a question can bind, and the fact that decides it."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from compliance.content.checklists.models import Edition
from compliance.content.checklists.pages import find, is_draft, keeper, keeps
from compliance.content.editor import actions, reading
from compliance.content.editor.forms import RolesForm
from compliance.content.editor.pages import done
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.proof.audit.refusals import RefusedError, StaleError


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.EDIT)
def roles(request: MemberRequest, edition_id: int) -> HttpResponse:
    edition = find(request, edition_id)
    is_read = request.method != "POST"
    if not keeps(request, edition) or (is_read and not is_draft(request, edition)):
        return redirect("checklists:detail", request.organisation.slug, edition.pk)
    form = RolesForm(None if is_read else request.POST, edition=edition)
    if is_read or not form.is_valid():
        return _page(request, form, 200 if is_read else 422)
    try:
        event = actions.save_head(
            by=request.user,
            organisation=keeper(request, edition),
            edition_id=edition.pk,
            version=form.cleaned_data["version"],
            values=form.values(),
        )
    except Edition.DoesNotExist as error:
        raise Http404 from error
    except StaleError:
        return _stale(request, find(request, edition_id))
    except RefusedError as refused:
        form.add_error(None, f"{refused}.")
        return _page(request, form, 422)
    path = reverse("editor:roles", args=[request.organisation.slug, edition.pk])
    return redirect(f"{path}?saved={event.seq}" if event else path)


def _page(request: MemberRequest, form: RolesForm, status: int, lost: Any = None) -> HttpResponse:
    edition = form.edition
    bound = reading.bound(edition)
    context = {
        "edition": edition,
        "form": form,
        "rows": [(*row, bound.get(row[0], [])) for row in form.rows],
        "lost": lost,
        "done": done(request, edition),
    }
    return render(request, "content/editor/roles.html", context, status=status)


def _stale(request: MemberRequest, edition: Edition) -> HttpResponse:
    """Mine in the form; what has no field any more beside it. Saving again keeps mine."""
    data = request.POST.copy()
    data["version"] = str(edition.version)
    form = RolesForm(data, edition=edition)
    form.is_valid()
    lost = [
        text
        for name, text in data.items()
        if name not in form.fields and text and name.startswith(("role-", "name"))
    ]
    return _page(request, form, 409, lost)
