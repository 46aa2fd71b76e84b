"""Taking a comparison as a file."""

from collections.abc import Sequence
from datetime import date

from django.utils import timezone

from compliance.identity.organisations.models import User
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing
from compliance.reporting.comparison.differences import COLUMNS, Comparison, pairs
from compliance.reporting.comparison.events import COMPARISON_EXPORTED
from compliance.reporting.results.files import Table, event_fields, written
from compliance.reporting.results.law import RULES
from compliance.work.assessments.models import Assessment


def write_comparison(
    *,
    by: User,
    assessments: Sequence[Assessment],
    found: Comparison,
    today: date,
    form: str,
) -> bytes:
    """Everything that differs between two sides; an event of each assessment."""
    stamp = [("as of", today.isoformat()), ("rules", RULES)]
    for word, side in (("before", found.before), ("after", found.after)):
        said = side.content
        stamp += [
            (word, f"{said.organisation}: {side.name}"),
            (f"{word}, at the end of", (side.on or today).isoformat()),
            (f"{word}, edition", said.edition),
        ]
    rows = [(p.part, p.key, p.name, p.figure, p.before, p.after, p.change, p.why) for p in pairs(found)]
    table = Table("Comparison", stamp, COLUMNS, rows)
    content = written(table, form, timezone.localtime())
    after = event_fields(content, form)
    each = {one.pk: one for one in assessments}.values()
    with writing():
        for one in sorted(each, key=lambda one: (one.organisation_id, one.pk)):
            trail.record(
                by=by,
                organisation_id=one.organisation_id,
                action=COMPARISON_EXPORTED,
                subject=one,
                scope_id=one.pk,
                after=after,
            )
    return content
