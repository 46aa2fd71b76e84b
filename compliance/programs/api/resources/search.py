"""Search over everything of the organisation."""

from typing import Annotated

from ninja import Router
from pydantic import AfterValidator, BaseModel, Field

from compliance.ground.web.text import LONGEST_SEARCHED
from compliance.identity.organisations.access import Permission
from compliance.programs.api.bearer import ApiRequest
from compliance.programs.api.operations import operation
from compliance.work.search.queries import KINDS, find
from compliance.work.search.terms import Runs

router = Router(tags=["search"])


FOUND = [kind for kind in KINDS if kind != "command"]
"""A program does nothing with the commands of a page."""


def _known(kind: str) -> str:
    if kind not in FOUND:
        msg = f"It is not one of {', '.join(FOUND)}."
        raise ValueError(msg)
    return kind


HitKind = Annotated[str, AfterValidator(_known), Field(json_schema_extra={"enum": FOUND})]
MOST = 50


class HitShape(BaseModel):
    """One thing that was found, and the page where it stands."""

    kind: HitKind
    title: str
    snippet: str
    place: str
    url: str


class Hits(BaseModel):
    """Hits by kind, the best of each first."""

    items: list[HitShape]


@operation(router, "GET", "/search", Permission.VIEW, gives={200: Hits})
def search(
    request: ApiRequest,
    q: Annotated[str, Field(max_length=LONGEST_SEARCHED)],
    kind: HitKind | None = None,
    limit: Annotated[int, Field(ge=1, le=MOST)] = 10,
) -> Hits:
    """At most ``limit`` hits of each kind; the last word counts as a beginning."""
    found = find(
        request.organisation,
        q,
        kinds=[kind] if kind else FOUND,
        limit=limit,
        may=request.may,
    )
    return Hits(
        items=[
            HitShape(
                kind=hit.kind,
                title=_plain(hit.title),
                snippet=_plain(hit.snippet),
                place=hit.place,
                url=hit.url,
            )
            for hit in found
        ]
    )


def _plain(runs: Runs) -> str:
    return "".join(run.text for run in runs)
