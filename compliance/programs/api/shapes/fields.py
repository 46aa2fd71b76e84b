"""Fields of the registries (``assessments/answer_fields.py``, ``detail_fields.py``) in calls and replies."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, cast

from pydantic import BaseModel, Field, create_model

from compliance.programs.api.shapes.leaves import Day, GivenId, Person, Shown, Text
from compliance.work.assessments.answer_fields import Field as Entry
from compliance.work.assessments.answer_fields import Kind
from compliance.work.assessments.choices import Verdict

SHOWN: dict[Kind, Any] = {
    Kind.VERDICT: Verdict,
    Kind.VALUE: str | list[str] | None,
    Kind.TEXT: str,
    Kind.PERSON: Person | None,
    Kind.DAY: date | None,
    Kind.MOMENT: datetime | None,
    Kind.FLAG: bool,
    Kind.WORD: str,
    Kind.ANSWER: int | None,
    Kind.COUNT: int | None,
}
"""How a reply says each kind."""
GIVEN: dict[Kind, Any] = {
    Kind.VERDICT: Verdict,
    Kind.VALUE: Text | list[Text] | None,
    Kind.TEXT: Shown,
    Kind.PERSON: GivenId | None,
    Kind.DAY: Day | None,
}
"""How a call gives each kind that a person sets; the action measures a text that is new."""


def with_fields[Shape: type[BaseModel]](
    fields: Iterable[Entry], kinds: Mapping[Kind, Any], default: Callable[[Entry], Any] = lambda _: ...
) -> Callable[[Shape], Shape]:
    """A decorator: the shape has those fields, too, each as its kind says, and none may be missing.

    With a ``default`` each may, and has that value then.
    """
    own: Any = {
        field.name: (kinds[field.kind], Field(default=default(field), description=field.heading))
        for field in fields
    }

    def extended(base: Shape) -> Shape:
        names: Any = {"__base__": base, "__module__": base.__module__, "__doc__": base.__doc__}
        shape: Any = create_model(base.__name__, **names, **own)
        return cast("Shape", shape)

    return extended
