"""Reading checklists."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from compliance.content.checklists import about as sources
from compliance.content.checklists import content, keeping
from compliance.content.checklists.changes import ChangeList
from compliance.content.checklists.diff import compare
from compliance.content.checklists.pages import is_editor, reading_page
from compliance.content.checklists.translations import anew
from compliance.identity.organisations.access import MemberRequest, Permission, member_required


@require_safe
@member_required(Permission.VIEW)
def list(request: MemberRequest) -> HttpResponse:
    editions = content.on_offer(request.organisation)
    may_edit = Permission.EDIT in request.may
    with_library = is_editor(request)
    drafts = content.drafts_of(request.organisation, with_library=with_library) if may_edit else ()
    context: dict[str, Any] = {"editions": editions, "drafts": drafts}
    context["may_edit"] = may_edit
    if may_edit:
        context["retired"] = content.retired_of(request.organisation, with_library=with_library)
    context["keeps_library"] = Permission.LIBRARY in request.may
    return render(request, "content/checklists/list.html", context)


@require_safe
@member_required(Permission.LIBRARY)
def editors(request: MemberRequest) -> HttpResponse:
    """Editors of the library, and a form to add one; for editors."""
    return render(request, "content/checklists/editors.html", {"editors": keeping.editors()})


@require_safe
@member_required(Permission.VIEW)
def about(request: MemberRequest) -> HttpResponse:
    """Where the content comes from, how it is made, and what it cannot say."""
    return render(request, "content/checklists/about.html", sources.page(request.organisation))


@require_safe
@member_required(Permission.VIEW)
def detail(request: MemberRequest, edition_id: int) -> HttpResponse:
    return reading_page(request, edition_id)


@require_safe
@member_required(Permission.VIEW)
def diff(request: MemberRequest, edition_id: int, other_id: int) -> HttpResponse:
    """Differences from one edition of a checklist to another, or to a copy of it."""
    may_edit = Permission.EDIT in request.may
    readable = content.readable(request.organisation, with_drafts=may_edit, with_library=is_editor(request))
    old = get_object_or_404(readable, pk=edition_id)
    new = get_object_or_404(readable, pk=other_id, checklist__key=old.checklist.key)
    documents = content.document(old), content.document(new)
    found = compare(*documents)
    context = {
        "old": old,
        "new": new,
        "diff": found,
        "rows": ChangeList(*documents).rows(found),
        "anew": [*anew(*documents)],
    }
    return render(request, "content/checklists/diff.html", context)
