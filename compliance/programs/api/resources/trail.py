"""The trail in pages, each with the proof that a signed checkpoint holds its events."""

import json
from typing import Annotated, Any
from uuid import UUID

from ninja import Router
from pydantic import BaseModel, Field

from compliance.identity.organisations.access import Permission, may
from compliance.programs.api.bearer import ApiRequest
from compliance.programs.api.operations import operation
from compliance.programs.api.problems import ProblemError
from compliance.proof.audit import export as exporting
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event

router = Router(tags=["trail"])
MOST = 1000
Seq = Annotated[int, Field(ge=0, le=2**53 - 1)]


class EventShape(BaseModel):
    """An event with everything its hash is made of: a line of an exported trail."""

    seq: int
    at: str
    actor: str
    action: str
    subject: list[str]
    scope: str
    payload: str
    """Canonical JSON; ``token`` in it names the program that did it."""
    salts: str
    payload_hash: str
    previous_hash: str
    hash: str


class TrailPage(BaseModel):
    """A stretch of the trail, oldest first.

    ``head`` and the events, each on a line of its own, are a file that
    ``check_trail.py`` checks. ``next`` is the ``after`` of the next page, null at the end.
    """

    head: dict[str, Any]
    events: list[EventShape]
    newest_seq: int
    newest_hash: str
    next: int | None


@operation(router, "GET", "/trail", Permission.TRAIL, gives={200: TrailPage})
def list_events(
    request: ApiRequest,
    after: Seq = 0,
    limit: Annotated[int, Field(ge=1, le=MOST)] = 200,
    assessment: UUID | None = None,
) -> TrailPage:
    """Events behind a number, of one assessment or of all, with the proof of each.

    A page of it is an export: 403 where the organisation leaves those to other roles.
    """
    if request.membership and not may(request.membership, Permission.EXPORT):
        detail = "The organisation leaves exports, of the trail too, to other roles."
        raise ProblemError(403, detail, kind="policy")
    here = request.organisation
    newest_seq, newest_hash = trail.head_of(here.pk)
    rows = Event.objects.filter(organisation_id=here.pk, seq__gt=after)
    if assessment:
        rows = rows.filter(scope_id=assessment)
    numbers = list(
        rows.filter(seq__lte=newest_seq).order_by("seq").values_list("seq", flat=True)[: limit + 1]
    )
    shown = numbers[:limit]
    events = Event.objects.filter(organisation_id=here.pk, seq__in=shown)
    words = f"events after {after}" + (f" of {assessment}" if assessment else "")
    head, *lines = map(json.loads, exporting.part(here.pk, here.name, events, words))
    return TrailPage(
        head=head,
        events=[EventShape(**line) for line in lines],
        newest_seq=newest_seq,
        newest_hash=newest_hash,
        next=shown[-1] if len(numbers) > limit else None,
    )
