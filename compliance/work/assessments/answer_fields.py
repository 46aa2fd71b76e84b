"""The fields of an answer, each declared once: label, kind, and where it is used.

Forms, saves, undo, history, trail check, content hash, bundle, sheet and report loop over
``ANSWER_FIELDS``. ``CONTRIBUTING.md`` says how to add one. Pure.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import partial
from typing import Any

from compliance.work.assessments.choices import Verdict


class Kind(Enum):
    """The kind of a field; each format defines once how it writes and reads a kind."""

    VERDICT = "verdict"
    VALUE = "value"
    TEXT = "text"
    PERSON = "person"
    DAY = "day"
    MOMENT = "moment"
    FLAG = "flag"
    WORD = "word"
    ANSWER = "answer"
    COUNT = "count"
    NUMBER = "number"


def _(label: str) -> str:
    """Marks a label for translation; processes that read files have no settings for it."""
    return label


_READ: Mapping[Kind, Callable[[str], Any]] = {
    Kind.DAY: date.fromisoformat,
    Kind.MOMENT: datetime.fromisoformat,
    Kind.NUMBER: Decimal,
}
_BLANK = {
    Kind.VERDICT: Verdict.UNANSWERED.value,
    Kind.TEXT: "",
    Kind.WORD: "",
    Kind.FLAG: True,
}


class Role(Enum):
    """How a field comes by its value."""

    TYPED = "typed"
    """A person sets it; each change is an event."""
    BESIDE = "beside"
    """It follows from what a person set: the event has it, and an undo puts it back."""
    SIGNED = "signed"
    """The authors of answer and confirmation: they follow from who did it, and when."""
    PLACED = "placed"
    """It follows from facts and edition."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column of an answer.

    ``answering`` fields say what the answer is: whoever sets one has answered, and a
    reviewer looks at it. ``material`` ones void a signature when they change. ``bulk``:
    may be set in many answers at once. ``carried``: comes along to the next assessment.
    ``taken_over``: comes along to a related answer. ``needed_by`` is the verdict that
    says nothing without it; ``missing`` and ``missing_in_many`` are said then.
    ``is_tied``: empty with any other verdict. ``hashed``: the content hash covers it.
    ``is_local``: means nothing in another installation, so no bundle holds it.
    """

    column: str
    label: str
    kind: Kind
    role: Role = Role.TYPED
    answering: bool = False
    material: bool = False
    bulk: bool = False
    carried: bool = False
    taken_over: bool = False
    needed_by: Verdict | None = None
    missing: str = ""
    missing_in_many: str = ""
    is_tied: bool = False
    hashed: bool = True
    is_local: bool = False

    @property
    def name(self) -> str:
        """Its name in forms, rows of a bundle and attributes: "owner"."""
        return self.column.removesuffix("_id")

    @property
    def heading(self) -> str:
        """The label as it begins a line or a column."""
        return self.label[:1].upper() + self.label[1:]

    @property
    def erasable(self) -> bool:
        """Whether it holds words of a person, which erasing may take out of events."""
        return self.kind in {Kind.TEXT, Kind.VALUE}

    @property
    def is_day(self) -> bool:
        return self.kind == Kind.DAY

    @property
    def is_of_verdict(self) -> bool:
        """Whether it is the verdict, or goes with it."""
        return self.kind == Kind.VERDICT or self.needed_by is not None

    @property
    def is_plain(self) -> bool:
        """Whether it is a person's own words or day, whatever the verdict is."""
        return self.kind in {Kind.TEXT, Kind.DAY} and self.needed_by is None

    @property
    def is_inside(self) -> bool:
        """Whether only the opened row shows it."""
        return self.kind == Kind.TEXT and self.needed_by is None

    @property
    def blank(self) -> Any:
        """Its value before anybody set it, as JSON."""
        return _BLANK.get(self.kind)

    def from_json(self, value: Any) -> Any:
        """A value of the trail or of a bundle as its column holds it."""
        read = _READ.get(self.kind)
        return read(value) if read and value else value

    def words(self, value: Any) -> str:
        """A value in words, as Python or JSON holds it; "" for none."""
        if self.kind == Kind.VERDICT:
            return str(Verdict(value).label)
        if self.kind == Kind.DAY and value:
            day = value if isinstance(value, date) else date.fromisoformat(value)
            return f"{day.day} {day:%b %Y}"
        return ", ".join(value) if isinstance(value, list) else str(value or "")


_said = partial(Field, answering=True, material=True, carried=True)
_placed = partial(Field, role=Role.PLACED)
_beside = partial(Field, role=Role.BESIDE)
_local = partial(_beside, hashed=False, is_local=True)
_signed = partial(Field, role=Role.SIGNED)

ANSWER_FIELDS = (
    _said("verdict", _("answer"), Kind.VERDICT, bulk=True, taken_over=True),
    _said("value", _("value"), Kind.VALUE, taken_over=True),
    _said("note", _("note"), Kind.TEXT, taken_over=True),
    _said(
        "reason",
        _("reason"),
        Kind.TEXT,
        bulk=True,
        taken_over=True,
        needed_by=Verdict.NA,
        missing="Give a reason why %s does not apply.",
        missing_in_many="Give one reason why they do not apply.",
    ),
    Field("owner_id", _("owner"), Kind.PERSON, bulk=True, carried=True),
    Field("due_on", _("due date"), Kind.DAY, bulk=True, material=True),
    _said(
        "later_until",
        _("later until"),
        Kind.DAY,
        bulk=True,
        needed_by=Verdict.LATER,
        missing="Say until which day %s waits.",
        missing_in_many="Say until which day they wait.",
        is_tied=True,
    ),
    _placed("applies", _("applicability"), Kind.FLAG, material=True),
    _placed("binds_from", _("binds from"), Kind.DAY, material=True),
    _placed("archived_at", _("archived at"), Kind.MOMENT, hashed=False),
    _beside("again", _("confirmation"), Kind.WORD, material=True),
    _beside("taken_from_id", _("taken over from"), Kind.ANSWER, is_local=True),
    _local("taken_version", _("version taken over"), Kind.COUNT),
    _local("taken_at", _("taken over at"), Kind.MOMENT),
    _beside("answered_by_id", _("answered by"), Kind.PERSON),
    _beside("answered_at", _("answered at"), Kind.MOMENT),
    _signed("changed_by_id", _("changed by"), Kind.PERSON),
    _signed("changed_at", _("changed at"), Kind.MOMENT),
    _signed("na_by_id", _("N/A said by"), Kind.PERSON),
    _signed("na_confirmed_by_id", _("N/A confirmed by"), Kind.PERSON),
    _signed("na_confirmed_at", _("confirmation of N/A"), Kind.MOMENT, material=True),
)
"""In the order in which history, sheet and report show them."""
NOT_FIELDS = {
    "id": "names the row",
    "assessment_id": "where the row belongs, from its start to its end",
    "question_id": "what is asked; a move to another edition leads it to the next wording",
    "version": "counts the changes of the others",
}
"""Columns of an answer that are no field, each with its reason."""

BY_COLUMN: Mapping[str, Field] = {field.column: field for field in ANSWER_FIELDS}
TYPED = tuple(field for field in ANSWER_FIELDS if field.role == Role.TYPED)
FIELDS = tuple(field.column for field in TYPED)
"""Fields that a person may set on an answer."""
BESIDE_IT = tuple(f.column for f in ANSWER_FIELDS if f.role == Role.BESIDE)
HASHED = tuple(field for field in ANSWER_FIELDS if field.hashed)
TRAVELLING = tuple(field for field in ANSWER_FIELDS if not field.is_local)
PEOPLE = tuple(f.name for f in TRAVELLING if f.kind == Kind.PERSON)
ANSWERING = tuple(field.column for field in TYPED if field.answering)
TEXTS = tuple(field.column for field in TYPED if field.kind == Kind.TEXT)
WORDED = tuple(field for field in TYPED if field.erasable)
"""Those that hold words: comparisons show what changed in them."""
NEEDED = {field.needed_by: field for field in TYPED if field.needed_by}
"""Verdicts that say nothing without another field."""
ANSWERED = ("answered_by_id", "answered_at")
"""Author and time of the answer; the trail has both or neither."""
INSIDE = frozenset(f.column for f in TYPED if f.is_inside) | {*ANSWERED, "version"}
"""An event that changes nothing else leaves the row at rest as it was."""


def json_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the trail holds them: days and moments as ISO text."""
    return {
        column: value.isoformat() if isinstance(value, date) else value for column, value in values.items()
    }


def from_json(side: Mapping[str, Any], *roles: Role) -> dict[str, Any]:
    """The fields of those roles that an event names, as their columns hold them."""
    return {
        column: field.from_json(side[column])
        for column, field in BY_COLUMN.items()
        if column in side and field.role in roles
    }
