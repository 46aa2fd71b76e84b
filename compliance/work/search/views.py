"""Ctrl K: everything of the organisation, by what is typed."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_safe

from compliance.ground.web.htmx import render_page, wants_partial
from compliance.ground.web.replica import may_lag
from compliance.ground.web.text import searched, whole
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.work.search.queries import KINDS, Hit, find, suggested

FEW = 6
"""Hits of each kind in the dialog."""
SOME = 20
"""Hits of each kind on the page."""
LAST_PAGE = 10


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """The address of a search, read leniently: a wrong part is left out."""

    text: str
    kind: str
    page: int
    near: UUID | None

    @property
    def beside(self) -> dict[str, str]:
        """The assessment from which it was asked, for the addresses of more."""
        return {"near": str(self.near)} if self.near else {}


def read_asked(given: QueryDict) -> SearchQuery:
    kind = given.get("kind", "")
    return SearchQuery(
        text=searched(given.get("q", "")),
        kind=kind if kind in KINDS else "",
        page=min(max(whole(given.get("page", "")), 1), LAST_PAGE),
        near=_uuid(given.get("near", "")),
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@require_safe
@member_required(Permission.VIEW)
@may_lag
def search(request: MemberRequest) -> HttpResponse:
    """Hits by kind; for the dialog only the first of each."""
    asked = read_asked(request.GET)
    size = FEW if wants_partial(request.htmx) else SOME
    page = asked.page if asked.kind else 1
    hits = find(
        request.organisation,
        asked.text,
        near=asked.near,
        kinds=[asked.kind] if asked.kind else KINDS,
        limit=size * page + 1,
        may=request.may,
    )
    context = _context(asked, _groups(hits, asked, size, page))
    if not asked.text and not wants_partial(request.htmx):
        context["commands"] = suggested(request.organisation, near=asked.near, may=request.may)
    return render_page(request, "work/search/search.html", context, partial="hits")


def _groups(hits: list[Hit], asked: SearchQuery, size: int, page: int) -> list[dict[str, Any]]:
    """The hits by kind; the kind that has exactly what was typed comes first."""
    groups = []
    for kind, of_kind in groupby(hits, key=lambda hit: hit.kind):
        found = list(of_kind)
        rest = {"q": asked.text, "kind": kind, "page": page + 1 if asked.kind else 1}
        rest |= asked.beside
        has_more = len(found) > size * page and page < LAST_PAGE
        groups.append(
            {
                "kind": kind,
                "label": KINDS[kind],
                "hits": found[size * (page - 1) : size * page],
                "more": f"?{urlencode(rest)}" if has_more else "",
                "is_exact": any(hit.rank == 0 for hit in found),
            }
        )
    return sorted(groups, key=lambda group: not group["is_exact"])


def _context(asked: SearchQuery, groups: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "asked": asked,
        "groups": groups,
        "shown": sum(len(group["hits"]) for group in groups),
        "has_more": any(group["more"] for group in groups),
        "all_kinds": f"?{urlencode({'q': asked.text} | asked.beside)}",
    }
