"""The words in which rooms say what an event holds: its sides, and their leaves.

A side is what an event says of the time before it, or after it. ``events.py`` of each room
makes sides of these leaves; nothing that a side does not name gets into the trail.
"""

from datetime import date, datetime
from typing import (
    Annotated,
    Any,
    TypedDict,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)
from uuid import UUID

from pydantic import (
    ConfigDict,
    JsonValue,
    Strict,
    StringConstraints,
    with_config,
)

ERASABLE = "may be erased"
"""The mark of a leaf that erasing a person may take out of an event."""

Words = Annotated[str, ERASABLE]
"""Words of a person, or the name or address of one."""
Part = Annotated[JsonValue, ERASABLE]
"""A part of a checklist, as its document has it."""
Day = Annotated[date, Strict(False)]
Moment = Annotated[datetime, Strict(False)]
Id = Annotated[UUID, Strict(False)]
Hash = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
"""SHA-256, in hexadecimal digits."""
Sending = Annotated[str, StringConstraints(pattern="^[0-9-]{1,60}$")]
"""The name of the sending of a form: see ``web/sendings.py``."""


_typed_dict: Any = TypedDict


@with_config(ConfigDict(extra="forbid", strict=True))
class Side(TypedDict, total=False):
    """One side of an event; a key that is not there did not change."""


def side(name: str, leaves: dict[str, Any]) -> Any:
    """A side whose keys stand elsewhere already: name to what it holds."""
    made = _typed_dict(name, leaves, total=False)
    made.__pydantic_config__ = ConfigDict(extra="forbid", strict=True)
    return made


def by_id(row: Any) -> Any:
    """Rows by their ids, of a side that was worked out."""
    return dict.__class_getitem__((str, row))


def erasable(side: Any, place: str = "") -> list[str]:
    """Where a side may be erased, as ``leaves.Texts``: "/note", "/attached/#/title"."""
    return sorted(set(_erasable(side, place)))


def _erasable(kind: Any, place: str) -> list[str]:
    """The erasable leaves of a type that stands at a place."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        if ERASABLE in kind.__metadata__:
            return [place if arguments[0] is str else f"{place}/**"]
        return _erasable(arguments[0], place)
    if is_typeddict(kind):
        hints = get_type_hints(kind, include_extras=True)
        return [leaf for key, hint in hints.items() for leaf in _erasable(hint, f"{place}/{key}")]
    if origin is dict:
        return _erasable(arguments[1], f"{place}/*")
    below = f"{place}/#" if origin is list else place
    return [leaf for argument in arguments for leaf in _erasable(argument, below)]
