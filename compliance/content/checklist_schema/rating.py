"""The shape of what a framework gives for an answer."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from compliance.content.checklist_schema.words import Aside, Part


class RatingPart(Part):
    """The rating that a framework gives for an answer.

    ``contested`` says where sources differ, ``higher`` is the level that the others give:
    the lower one counts.
    """

    level: Annotated[int, Field(ge=0, le=9)]
    points: Annotated[int | float, Field(ge=0, le=10_000, allow_inf_nan=False)]
    contested: Annotated[Aside, Field(max_length=300)] = ""
    higher: Annotated[int, Field(ge=1, le=9)] | None = None

    @model_validator(mode="after")
    def _lower_counts(self) -> Self:
        if self.higher is not None and (self.higher <= self.level or not self.contested):
            msg = "higher is a level above the one that counts, where it is contested"
            raise ValueError(msg)
        return self


def rated(choice: dict[str, Any]) -> dict[str, Any]:
    """A choice without an empty rating, and a rating without an empty sentence."""
    rating = choice.pop("rating", None)
    if not rating:
        return choice
    return choice | {"rating": {n: v for n, v in rating.items() if v not in ("", None)}}
