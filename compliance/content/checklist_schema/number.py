"""The shape of a number that is asked for."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from compliance.content.checklist_schema.words import Bound, Line, Part


class NumberPart(Part):
    """The unit of a number and the bounds that make it met or partly met."""

    unit: Annotated[Line, Field(max_length=40)]
    at_most: Bound | None = None
    at_least: Bound | None = None
    partly_at_most: Bound | None = None
    partly_at_least: Bound | None = None

    @model_validator(mode="after")
    def _bounds_fit(self) -> Self:
        if self.at_most is None and self.at_least is None:
            msg = "needs at_most or at_least"
            raise ValueError(msg)
        _in_order(self.at_least, self.at_most, "at_least", "at_most")
        _wider(self.at_most, self.partly_at_most, "at_most", "above")
        _wider(self.at_least, self.partly_at_least, "at_least", "below")
        return self


def _in_order(low: float | None, high: float | None, low_name: str, high_name: str) -> None:
    if low is not None and high is not None and low > high:
        msg = f"{low_name} is above {high_name}"
        raise ValueError(msg)


def _wider(met: float | None, partly: float | None, name: str, side: str) -> None:
    if partly is None:
        return
    if met is None:
        msg = f"partly_{name} needs {name}"
        raise ValueError(msg)
    if not (partly > met if side == "above" else partly < met):
        msg = f"partly_{name} must be {side} {name}"
        raise ValueError(msg)
