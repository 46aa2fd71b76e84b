"""Leaves that several shapes have."""

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from compliance.ground.web.text import validate_line, validate_text
from compliance.identity.organisations.models import User
from compliance.work.assessments.values import LONGEST_TEXT

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _fits(check: Callable[[str], None]) -> AfterValidator:
    """A check of the forms, for pydantic: what no screen or paper can show is refused."""

    def checked(text: str) -> str:
        try:
            check(text)
        except ValidationError as error:
            raise ValueError(error.messages[0]) from error
        return text

    return AfterValidator(checked)


def _as_day(value: Any) -> Any:
    """A text as the day that it names; pydantic would read "0" as seconds since 1970."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        return date.fromisoformat(value)
    return value


Shown = Annotated[str, _fits(validate_text)]
"""A text of any length that screen and paper can show."""
Text = Annotated[Shown, Field(max_length=LONGEST_TEXT)]
Line = Annotated[str, _fits(validate_line), Field(max_length=300)]
Day = Annotated[date, Field(strict=True), BeforeValidator(_as_day)]
"""A day as RFC 3339 writes it (2026-11-30)."""
Version = Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)]
"""Of what was read, for a change of it. Strict: neither "1" nor true is a number."""
Flag = Annotated[bool, Field(strict=True)]
Id = Annotated[int, Field(ge=1, le=2**53 - 1)]
"""Of an address, which is text."""
GivenId = Annotated[Id, Field(strict=True)]
"""Of a body."""


class Given(BaseModel):
    """A body that a program sends: a member that is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class Person(BaseModel):
    """Someone of the organisation, or who was."""

    id: int
    name: str


def person_of(user: User | None) -> Person | None:
    """Null for nobody."""
    return None if user is None else Person(id=user.pk, name=str(user))


def changed_in(given: BaseModel, *beside: str) -> dict[str, Any]:
    """The members that a program sent, but for those ``beside`` them."""
    names = given.model_fields_set - set(beside)
    return {name: getattr(given, name) for name in names}
