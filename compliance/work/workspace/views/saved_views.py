"""Views of an assessment that people keep under a name: save, rename, share, remove."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.encoding import uri_to_iri
from django.views.decorators.http import require_http_methods, require_POST

from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.work.assessments.models import Assessment
from compliance.work.workspace import actions
from compliance.work.workspace.forms import SavedViewForm
from compliance.work.workspace.models import SavedView
from compliance.work.workspace.pages import Look, find, kept_views, read_look
from compliance.work.workspace.saved_wording import Wording


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.VIEW)
def saved_views(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """The views that a person keeps; and the one of this address, to be kept."""
    assessment = find(request, assessment_id)
    look = read_look(request.GET).kept()
    form = _form(request)
    if form.is_valid():
        try:
            view = actions.keep_view(
                by=request.user,
                assessment=assessment,
                address=uri_to_iri(look.address()),
                **form.cleaned_data,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"“{view.name}” is saved. It is under More.")
            return redirect(assessment.get_absolute_url() + look.address())
    return _page(request, assessment, look, {"form": form})


def _form(request: MemberRequest, prefix: str = "keep") -> SavedViewForm:
    return SavedViewForm(
        request.POST if request.method == "POST" else None,
        may_share=Permission.ASSESS in request.may,
        auto_id=f"{prefix}-%s",
    )


def _page(
    request: MemberRequest, assessment: Assessment, look: Look, context: dict[str, Any]
) -> HttpResponse:
    """The page of the views; ``look`` is the one to keep."""
    wording = Wording(assessment, request.organisation)
    views = kept_views(assessment, request.user.pk)
    context |= {
        "assessment": assessment,
        "base_url": assessment.get_absolute_url(),
        "address": look.address(),
        "this": wording.of(look),
        "kept": [(view, wording.of(view.look)) for view in views],
        "may_share": Permission.ASSESS in request.may,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "work/workspace/saved_views.html", context, status=status)


def _own(request: MemberRequest, assessment: Assessment, view_id: int) -> SavedView:
    mine = assessment.saved_views.filter(user=request.user)
    return get_object_or_404(mine, pk=view_id)


@require_POST
@member_required(Permission.VIEW)
def saved_view(request: MemberRequest, assessment_id: UUID, view_id: int) -> HttpResponse:
    """Another name for a view of one's own, and whether all see it."""
    assessment = find(request, assessment_id)
    view = _own(request, assessment, view_id)
    form = _form(request, f"view-{view_id}")
    if form.is_valid():
        try:
            actions.change_view(by=request.user, view=view, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"“{view.name}” is saved.")
            return redirect("workspace:saved_views", request.organisation.slug, assessment.pk)
    return _page(request, assessment, Look(), {"renaming": view_id, "form": form})


@require_POST
@member_required(Permission.VIEW)
def saved_view_remove(request: MemberRequest, assessment_id: UUID, view_id: int) -> HttpResponse:
    assessment = find(request, assessment_id)
    view = _own(request, assessment, view_id)
    actions.remove_view(by=request.user, view=view)
    messages.success(request, f"“{view.name}” is removed.")
    return redirect("workspace:saved_views", request.organisation.slug, assessment.pk)
