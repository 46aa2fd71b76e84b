"""Checklists and their editions, as far as the organisation may read them."""

from django.http import Http404
from ninja import Router

from compliance.content.checklists import content
from compliance.content.checklists.models import Checklist, Edition
from compliance.identity.organisations.access import Permission
from compliance.programs.api.bearer import ApiRequest
from compliance.programs.api.cursors import Cursor, Limit, Page, sliced
from compliance.programs.api.operations import operation
from compliance.programs.api.shapes.checklists import (
    ChecklistShape,
    EditionShape,
    FactShape,
    QuestionShape,
)
from compliance.programs.api.shapes.leaves import Id

router = Router(tags=["checklists"])


@operation(router, "GET", "/checklists", Permission.VIEW, gives={200: Page[ChecklistShape]})
def list_checklists(request: ApiRequest, limit: Limit = 50, cursor: Cursor = "") -> Page[ChecklistShape]:
    """Checklists with an edition that can be read."""
    readable = content.readable(request.organisation).order_by()
    rows = Checklist.objects.filter(pk__in=readable.values("checklist"))
    found, after = sliced(rows.select_related("theme"), ("pk",), cursor, limit)
    return Page(items=[ChecklistShape.of(one) for one in found], next=after)


@operation(router, "GET", "/editions", Permission.VIEW, gives={200: Page[EditionShape]})
def list_editions(request: ApiRequest, limit: Limit = 50, cursor: Cursor = "") -> Page[EditionShape]:
    """Editions that can be read: those for new assessments, and retired ones."""
    rows = content.readable(request.organisation)
    found, after = sliced(rows, ("pk",), cursor, limit)
    return Page(items=[EditionShape.of(one) for one in found], next=after)


@operation(
    router,
    "GET",
    "/editions/{int:edition_id}",
    Permission.VIEW,
    gives={200: EditionShape},
)
def get_edition(request: ApiRequest, edition_id: Id) -> EditionShape:
    """One edition."""
    return EditionShape.of(_find(request, edition_id))


@operation(
    router,
    "GET",
    "/editions/{int:edition_id}/questions",
    Permission.VIEW,
    gives={200: Page[QuestionShape]},
)
def list_questions(
    request: ApiRequest, edition_id: Id, limit: Limit = 50, cursor: Cursor = ""
) -> Page[QuestionShape]:
    """Everything that an edition asks, in its order."""
    edition = _find(request, edition_id)
    rows = content.with_links(edition.questions.select_related("section"))
    found, after = sliced(rows, ("position", "pk"), cursor, limit)
    return Page(items=[QuestionShape.of(one) for one in found], next=after)


@operation(
    router,
    "GET",
    "/editions/{int:edition_id}/facts",
    Permission.VIEW,
    gives={200: Page[FactShape]},
)
def list_facts(
    request: ApiRequest, edition_id: Id, limit: Limit = 50, cursor: Cursor = ""
) -> Page[FactShape]:
    """The facts that decide which questions apply, in their order."""
    rows = _find(request, edition_id).facts.all()
    found, after = sliced(rows, ("position", "pk"), cursor, limit)
    return Page(items=[FactShape.of(one) for one in found], next=after)


def _find(request: ApiRequest, edition_id: int) -> Edition:
    edition = content.readable(request.organisation).filter(pk=edition_id).first()
    if edition is None:
        raise Http404
    return edition
