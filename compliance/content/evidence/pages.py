"""Finding a piece of evidence, and the context of its page."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone

from compliance.content.evidence.models import SOON_DAYS, Evidence
from compliance.content.evidence.previews import previews_of
from compliance.content.evidence.versions import chain_of
from compliance.identity.organisations.access import MemberRequest


def find(request: MemberRequest, evidence_id: UUID) -> Evidence:
    """The evidence, if it is the organisation's own; else 404."""
    rows = request.organisation.evidence.select_related("organisation", "added_by")
    return get_object_or_404(rows.with_use(), pk=evidence_id)


def context_of(request: MemberRequest, evidence: Evidence) -> dict[str, Any]:
    """Context of one piece, its versions newest first with their numbers."""
    library = request.organisation.evidence
    chain = chain_of(evidence.pk, library.links_of_chains())
    rows = library.in_bulk(chain) if len(chain) > 1 else {evidence.pk: evidence}
    numbered = [(at, rows[pk]) for at, pk in enumerate(chain, 1) if pk in rows]
    return {
        "evidence": evidence,
        "versions": numbered[::-1],
        "newest": numbered[-1][1],
        "same": library.same_file_as(evidence),
        "days_left": evidence.days_left(timezone.localdate()),
        "soon_days": SOON_DAYS,
        "previews": previews_of([evidence]),
    }
