"""The organisation of a token, and its members."""

from ninja import Router

from compliance.identity.organisations.access import Permission
from compliance.identity.organisations.choices import Role
from compliance.programs.api.bearer import ApiRequest
from compliance.programs.api.cursors import Cursor, Limit, Page, sliced
from compliance.programs.api.operations import operation
from compliance.programs.api.shapes.leaves import Person, person_of
from compliance.programs.api.shapes.organisations import (
    MemberShape,
    OrganisationDetail,
    TokenShape,
)

router = Router(tags=["organisation"])


@operation(router, "GET", "/organisation", Permission.VIEW, gives={200: OrganisationDetail})
def get_organisation(request: ApiRequest) -> OrganisationDetail:
    """The organisation that the token opens, and what the token may do today."""
    here, token = request.organisation, request.token
    return OrganisationDetail(
        id=here.pk,
        slug=here.slug,
        name=here.name,
        token=TokenShape(
            id=token.pk,
            name=token.name,
            acts_for=person_of(token.user),
            scopes=sorted(request.may),
            expires_at=token.expires_at,
        ),
    )


@operation(router, "GET", "/members", Permission.MEMBERS, gives={200: Page[MemberShape]})
def list_members(request: ApiRequest, limit: Limit = 50, cursor: Cursor = "") -> Page[MemberShape]:
    """Members and their roles, the longest-standing first."""
    rows = request.organisation.memberships.with_people()
    found, after = sliced(rows, ("pk",), cursor, limit)
    return Page(
        items=[
            MemberShape(
                id=one.pk,
                person=Person(id=one.user.pk, name=str(one.user)),
                email=one.user.email,
                role=Role(one.role),
                joined_at=one.joined_at,
            )
            for one in found
        ],
        next=after,
    )
