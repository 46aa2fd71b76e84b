"""Users and groups as SCIM has them (RFC 7643), with the attributes that Attest keeps.

Attributes that are not here are ignored when they are sent: directories send all that they
know. ``scim2_models`` reads, filters and patches.
"""

from typing import Annotated, Any

from pydantic import Field
from scim2_models import (
    URN,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    ETag,
    Filter,
    GroupMembership,
    Mutability,
    Name,
    Patch,
    Reference,
    Required,
    Resource,
    Returned,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)

MOST = 200
"""Resources of one page."""


class User(Resource[Any]):
    """A person; ``userName`` is the address that their account signs in with."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Uniqueness.server, Required.true, Mutability.immutable] = None
    """The address of the account, in a domain that the organisation has verified."""
    display_name: str | None = None
    """The name of the account. Attest keeps it in one piece."""
    name: Annotated[Name | None, Mutability.write_only, Returned.never] = None
    """Read where there is no displayName."""
    active: bool | None = None
    """Whether the person is a member of the organisation."""
    groups: Annotated[list[GroupMembership] | None, Mutability.read_only] = None
    """The groups of the directory that the person is in."""


class Member(ComplexAttribute):
    """A user in a group."""

    value: Annotated[str | None, Mutability.immutable, CaseExact.true] = None
    """The id of the user."""
    ref: Annotated[Reference[User] | None, Mutability.immutable] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """The address of the user."""
    type: Annotated[str | None, Mutability.immutable] = Field(None, examples=["User"])
    """Nothing but "User"."""


class Group(Resource[Any]):
    """A group; owners say at Sign-on which role its people have."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    """The name of the group, once in the organisation."""
    members: list[Member] | None = None
    """Its users, and no groups."""


TOLERANT = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
"""As Entra ID and Okta send it."""
CONFIG = ServiceProviderConfig(
    patch=Patch(supported=True),
    bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
    filter=Filter(supported=True, max_results=MOST),
    change_password=ChangePassword(supported=False),
    sort=Sort(supported=False),
    etag=ETag(supported=True),
    authentication_schemes=[
        AuthenticationScheme(
            type="oauthbearertoken",
            name="Bearer token",
            description="The token that an owner makes for the directory.",
        )
    ],
)
PROVIDER = ScimProvider(models=[User, Group], config=CONFIG, policy=TOLERANT)


def name_of(user: User) -> str:
    """The name of a person as a directory sent it; "" for none."""
    if user.display_name or user.name is None:
        return user.display_name or ""
    parts = user.name.given_name, user.name.family_name
    return user.name.formatted or " ".join(part for part in parts if part)


def is_whole(name: Name | None) -> bool:
    """Whether a change of a name says all of it. Directories send the part that changed."""
    if name is None:
        return False
    return bool(name.formatted or (name.given_name and name.family_name))
