"""Editions that a person may open or change, for the views of this room."""

from dataclasses import replace
from typing import Any

from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from compliance.content.checklists import content, copies, standing
from compliance.content.checklists.choices import EditionStatus
from compliance.content.checklists.models import Edition
from compliance.identity.organisations.access import MemberRequest, Permission
from compliance.identity.organisations.models import Organisation


def find(request: MemberRequest, edition_id: int) -> Edition:
    """An edition that the person may read; else 404."""
    readable = content.readable(
        request.organisation,
        with_drafts=Permission.EDIT in request.may,
        with_library=is_editor(request),
    )
    return get_object_or_404(readable, pk=edition_id)


def is_editor(request: MemberRequest) -> bool:
    """Whether the person keeps the library, too."""
    return {Permission.EDIT, Permission.LIBRARY} <= request.may


def keeps(request: MemberRequest, edition: Edition) -> bool:
    """Whether the checklist is the organisation's own, or the library's to an editor."""
    owner_id = edition.checklist.organisation_id
    return owner_id == request.organisation.pk or (owner_id is None and is_editor(request))


def keeper(request: MemberRequest, edition: Edition) -> Organisation | None:
    """The owner of the checklist that a person changes: the organisation, None for the
    library.

    404 for any other.
    """
    if not keeps(request, edition):
        raise Http404
    return None if edition.checklist.organisation_id is None else request.organisation


def is_draft(request: MemberRequest, edition: Edition) -> bool:
    """Whether an edition is a draft that the person may change."""
    return keeps(request, edition) and edition.status == EditionStatus.DRAFT


def standing_of(request: MemberRequest, edition: Edition) -> standing.Standing:
    """Next steps of the person; an editor may copy the library as well."""
    own = standing.of(edition, request.organisation, request.user)
    if edition.checklist.organisation_id is None and keeps(request, edition):
        kept = standing.of(edition, None, request.user)
        return replace(kept, can_clone=own.can_clone)
    return own


def reading_page(request: MemberRequest, edition_id: int, copy: BaseForm | None = None) -> HttpResponse:
    """The page on which an edition is read; ``copy``: the form that it refused."""
    edition = find(request, edition_id)
    sections = content.sections_of(edition)
    if not sections:  # a draft that has just begun
        return redirect("editor:edit", request.organisation.slug, edition.pk)
    keys = [section.key for section in sections]
    wanted = request.GET.get("section", keys[0])
    if wanted not in keys:
        raise Http404
    at = keys.index(wanted)
    facts = edition.facts.all()
    context: dict[str, Any] = {
        "edition": edition,
        "copy": copy,
        "sections": sections,
        "section": sections[at],
        "previous": sections[at - 1] if at else None,
        "next": sections[at + 1] if at + 1 < len(sections) else None,
        "questions": content.shown(sections[at], edition, facts),
        "facts": facts,
        "others": content.others(edition, request.organisation),
        "may_download": Permission.REPORT in request.may,
        "is_draft": is_draft(request, edition),
        "is_followed": content.is_followed(edition),
    }
    if Permission.ASSESS in request.may:
        context["movable"] = copies.movable(edition, request.organisation)
    if Permission.EDIT in request.may:
        context["own"] = standing_of(request, edition)
    status = 422 if copy else 200
    return render(request, "content/checklists/detail.html", context, status=status)
