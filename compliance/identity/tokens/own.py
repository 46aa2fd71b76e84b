"""The tokens of a person, for the page Sign-in and security."""

from typing import Any

from compliance.identity.organisations.models import User
from compliance.identity.tokens.models import Token


def context_of(*, person: User, **_: Any) -> dict[str, Any]:
    """The part of that page's context: one query."""
    return {"tokens": list(Token.objects.of_person(person))}
