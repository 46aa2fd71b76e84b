"""The organisation of a token, and its members."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from compliance.identity.organisations.choices import Role
from compliance.programs.api.shapes.leaves import Person


class OrganisationShape(BaseModel):
    """The organisation that a token opens."""

    id: UUID
    slug: str
    name: str


class TokenShape(BaseModel):
    """The token of this call. ``scopes`` are those that count today."""

    id: int
    name: str
    acts_for: Person | None
    """Null: for the organisation, and it only reads."""
    scopes: list[str]
    expires_at: datetime


class OrganisationDetail(OrganisationShape):
    """The same, with the token of the call."""

    token: TokenShape


class MemberShape(BaseModel):
    """A person in the organisation, with one role."""

    id: int
    person: Person
    email: str
    role: Role
    joined_at: datetime
