"""Evidence: listed, fetched, and added as a file or a link."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponseBase
from ninja import File, Form, Router
from ninja.files import UploadedFile

from compliance.content.evidence import actions as library
from compliance.content.evidence.download import sent
from compliance.content.evidence.models import Evidence
from compliance.identity.organisations.access import Permission
from compliance.programs.api.bearer import ApiRequest, author_of
from compliance.programs.api.cursors import Cursor, Limit, Page, sliced
from compliance.programs.api.operations import Said, operation
from compliance.programs.api.shapes.evidence import EvidenceShape, EvidenceWords, LinkGiven
from compliance.programs.api.shapes.leaves import changed_in

router = Router(tags=["evidence"])
FILE = {
    "responses": {
        200: {
            "description": "The bytes as they came in, as an attachment.",
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in ("application/octet-stream", "*/*")
            },
        }
    }
}


def find_evidence(request: ApiRequest, evidence_id: UUID) -> Evidence:
    """The piece, if it is the organisation's own. Raises ``Http404``."""
    rows = request.organisation.evidence.select_related("added_by")
    found = rows.filter(pk=evidence_id).first()
    if found is None:
        raise Http404
    return found


@operation(router, "GET", "/evidence", Permission.VIEW, gives={200: Page[EvidenceShape]})
def list_evidence(request: ApiRequest, limit: Limit = 50, cursor: Cursor = "") -> Page[EvidenceShape]:
    """The library, the newest piece first; earlier versions, too."""
    rows = request.organisation.evidence.newest_first()
    found, after = sliced(rows, ("-added_at", "pk"), cursor, limit)
    return Page(items=[EvidenceShape.of(one) for one in found], next=after)


@operation(
    router,
    "GET",
    "/evidence/{uuid:evidence_id}",
    Permission.VIEW,
    gives={200: EvidenceShape},
)
def get_evidence(request: ApiRequest, evidence_id: UUID) -> EvidenceShape:
    """One piece of evidence."""
    return EvidenceShape.of(find_evidence(request, evidence_id))


@operation(
    router,
    "GET",
    "/evidence/{uuid:evidence_id}/file",
    Permission.VIEW,
    gives={200: None},
    also=FILE,
)
def fetch_evidence(request: ApiRequest, evidence_id: UUID) -> HttpResponseBase:
    """The file of a piece, compared with its hash on the way; a link has none (404)."""
    found = find_evidence(request, evidence_id)
    if not found.is_file:
        raise Http404
    return sent(found)


@operation(
    router,
    "POST",
    "/evidence/files",
    Permission.ANSWER,
    gives={201: EvidenceShape},
    once="apart",
)
def add_file(request: ApiRequest, file: File[UploadedFile], words: Form[EvidenceWords]) -> Said:
    """Keep a file. The limits of the page hold: type, size, files an hour, room."""
    pk = request.made_id
    if pk and (kept := request.organisation.evidence.filter(pk=pk).first()):
        return _said(kept)  # whoever kept it died before its reply was
    made = library.add_file(
        by=author_of(request),
        organisation=request.organisation,
        upload=file,
        pk=pk,
        **words_in(request, words),
    )
    return _said(made)


@operation(
    router,
    "POST",
    "/evidence/links",
    Permission.ANSWER,
    gives={201: EvidenceShape},
    once="within",
)
def add_link(request: ApiRequest, given: LinkGiven) -> Said:
    """Keep a link."""
    made = library.add(
        by=author_of(request),
        organisation=request.organisation,
        **words_in(request, given),
    )
    return _said(made)


def words_in(request: ApiRequest, given: EvidenceWords) -> dict[str, Any]:
    """The words beside a file that a program sent, with the piece that it replaces."""
    words = changed_in(given)
    if replaces := words.pop("replaces", None):
        words["replaces"] = find_evidence(request, replaces)
    return words


def _said(made: Evidence) -> Said:
    return Said(EvidenceShape.of(made), 201, Location=f"/api/v1/evidence/{made.pk}")
