"""The fields of an action that a person sets, each declared once: label, kind, and what a signature covers.

Events, undo, conflicts, "what changed" and validity loop over ``ACTION_FIELDS``. Pure.
"""

from functools import partial

from compliance.work.assessments.answer_fields import Field, Kind


def _(label: str) -> str:
    """Marks a label for translation; processes that read files have no settings for it."""
    return label


_signed = partial(Field, material=True)

ACTION_FIELDS = (
    _signed("title", _("title"), Kind.TEXT),
    _signed("text", _("details"), Kind.TEXT),
    _signed("owner_id", _("owner"), Kind.PERSON),
    _signed("due_on", _("due date"), Kind.DAY),
    _signed("priority", _("priority"), Kind.WORD),
    _signed("status", _("status"), Kind.WORD),
    _signed("effort_days", _("effort"), Kind.NUMBER),
)
"""In the order of the trail."""
NOT_ACTION_FIELDS = {
    "id": "names the row",
    "organisation_id": "whose row it is",
    "number": "is given at its creation",
    "version": "counts the changes of the others",
    "created_at": "follows from its creation",
    "created_by_id": "follows from its creation",
    "closed_at": "follows from its status",
    "closed_by_id": "follows from its status",
}
"""Columns of an action that nobody sets, each with its reason."""

BY_COLUMN = {field.column: field for field in ACTION_FIELDS}
