"""Editions that a person may open or change, for the views of this room."""

from dataclasses import replace

from django.http import Http404
from django.shortcuts import get_object_or_404

from compliance.checklists import content, standing
from compliance.checklists.choices import EditionStatus
from compliance.checklists.models import Edition
from compliance.organisations.access import MemberRequest, Permission
from compliance.organisations.models import Organisation


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
    return owner_id == request.organisation.pk or (
        owner_id is None and is_editor(request)
    )


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
