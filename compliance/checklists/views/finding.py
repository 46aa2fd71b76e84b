"""Editions that a person may open, for the views of this room."""

from django.shortcuts import get_object_or_404

from compliance.checklists import content
from compliance.checklists.choices import EditionStatus
from compliance.checklists.models import Edition
from compliance.organisations.access import MemberRequest, Permission


def find(request: MemberRequest, edition_id: int) -> Edition:
    """An edition that the person may read; else 404."""
    may_edit = Permission.EDIT in request.may
    readable = content.readable(request.organisation, with_drafts=may_edit)
    return get_object_or_404(readable, pk=edition_id)


def is_draft(request: MemberRequest, edition: Edition) -> bool:
    """Whether an edition is a draft of the organisation's own, open for changes."""
    is_own = edition.checklist.organisation_id == request.organisation.pk
    return is_own and edition.status == EditionStatus.DRAFT
