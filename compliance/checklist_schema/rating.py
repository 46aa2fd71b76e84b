"""The shape of what a framework gives for an answer."""

from typing import Annotated, Any

from pydantic import Field

from compliance.checklist_schema.words import Aside, Part


class RatingPart(Part):
    """The rating that a framework gives for an answer; ``contested`` says where sources differ."""

    level: Annotated[int, Field(ge=0, le=9)]
    points: Annotated[int | float, Field(ge=0, le=10_000, allow_inf_nan=False)]
    contested: Annotated[Aside, Field(max_length=300)] = ""


def rated(choice: dict[str, Any]) -> dict[str, Any]:
    """A choice without an empty rating, and a rating without an empty sentence."""
    rating = choice.pop("rating", None)
    if not rating:
        return choice
    return choice | {"rating": {n: v for n, v in rating.items() if v != ""}}
