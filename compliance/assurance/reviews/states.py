"""An assessment in a state that reports show: now, as it was signed, or after an event.

What is worked out beside a content (roles, reasons in another language) follows from the
facts of that state. Those of now would move what was signed.
"""

from copy import copy
from typing import TypedDict

from pydantic import TypeAdapter

from compliance.work.assessments.models import Assessment
from compliance.work.snapshots.as_of import rows_as_of
from compliance.work.snapshots.content import Content, content_from
from compliance.work.snapshots.snapshot import content_of, content_of_rows


class _Assessment(TypedDict):
    facts: dict[str, list[str] | None]


class _Rows(TypedDict):
    """The part of ``rows_of`` that is read here; an imported one may be any JSON."""

    assessment: _Assessment


_ROWS = TypeAdapter(_Rows)


def stood_in(
    assessment: Assessment, revision: int | None, as_of_seq: int | None
) -> tuple[Assessment, Content]:
    """An assessment from ``to_read`` as it stood, not to be saved, and its content.

    Call it inside ``one_moment``. Raises ``SignOff.DoesNotExist``, and what
    ``content_as_of`` does.
    """
    if as_of_seq is not None:
        rows = rows_as_of(assessment, as_of_seq)
        return rows.assessment, content_of_rows(rows)
    if revision is not None:
        return _as_signed(assessment, revision)
    return assessment, content_of(assessment)


def _as_signed(assessment: Assessment, revision: int) -> tuple[Assessment, Content]:
    row = assessment.signoffs.select_related("snapshot").get(revision=revision)
    content, then = content_from(row.snapshot.text), copy(assessment)
    try:
        then.facts = _ROWS.validate_json(row.snapshot.rows)["assessment"]["facts"]
    except ValueError:
        then.facts = {}  # not known, whatever is said later
    then.rests = content.rests_on is not None
    return then, content
