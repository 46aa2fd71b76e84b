"""The details of an assessment that a person gives, each declared once: label, kind, and where it counts.

Start form, event, content hash, "what changed", bundle, interface, pages and report loop over
``DETAILS``. ``CONTRIBUTING.md`` says how to add one. Pure.
"""

from functools import partial

from compliance.work.assessments.answer_fields import Field, Kind


def _(label: str) -> str:
    """Marks a label for translation; processes that read files have no settings for it."""
    return label


_carried = partial(Field, material=True, carried=True)
_period = partial(Field, kind=Kind.DAY, material=True)

DETAILS = (
    _carried("subject", _("subject"), Kind.TEXT),
    _period("period_from", _("period")),
    _period("period_to", _("period")),
    Field("due_on", _("due date"), Kind.DAY, hashed=False),
)
"""In the order in which form, pages and report show them."""
BY_COLUMN = {field.column: field for field in DETAILS}
NOT_DETAILS = {
    "id": "names the row",
    "organisation_id": "whose row it is",
    "edition_id": "what is asked; a move leads to another one",
    "facts": "decide which questions apply, and are keyed by the edition",
    "status": "follows from review and signature",
    "revision": "counts the times it was opened",
    "carried_from_id": "where its answers came from",
    "rests": "whether another assessment answers a part of it",
    "rests_on_id": "which one",
    "started_at": "follows from its start",
    "started_by_id": "follows from its start",
}
"""Columns of an assessment that are no detail, each with its reason."""

PLACED = ("subject", "period_from", "period_to", "due_on")
"""Details with a place of their own on pages and in formats."""
MORE = {column: field for column, field in BY_COLUMN.items() if column not in PLACED}
"""The others by column: each stands under its label, in the form of its kind."""
CARRIED = tuple(field.column for field in DETAILS if field.carried)
