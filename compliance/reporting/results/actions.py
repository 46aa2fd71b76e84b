"""Setting targets, and taking figures as a file."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from compliance.content.checklists.models import Framework
from compliance.content.checklists.scales import Scale
from compliance.identity.organisations.actions import lock
from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit import trail
from compliance.proof.audit.rows import inserted
from compliance.proof.audit.transaction import writing
from compliance.reporting.results.beside import beside
from compliance.reporting.results.choices import Reach
from compliance.reporting.results.clauses import as_csv, as_xlsx, proofs_of
from compliance.reporting.results.events import (
    CLAUSES_EXPORTED,
    RESULT_EXPORTED,
    RESULTS_EXPORTED,
    TARGETS_SET,
    TARGETS_SET_FOR_ALL,
)
from compliance.reporting.results.figures import (
    ALL_COLUMNS,
    all_rows,
    board_rows,
    earlier_rows,
    month_rows,
)
from compliance.reporting.results.files import Table, event_fields, file_of, written
from compliance.reporting.results.law import RULES
from compliance.reporting.results.models import Target
from compliance.reporting.results.overview import overview
from compliance.reporting.results.queries import read
from compliance.reporting.results.stands import assessments_of, current, stands_of
from compliance.work.assessments.models import Assessment


def set_targets(
    *,
    by: User,
    assessment: Assessment,
    scale: Scale,
    levels: Mapping[str, int],
    holds_by: date | None,
    reach: Reach,
    base: str,
) -> bool:
    """Set the level wanted for each group; a group without one loses its target.

    ``reach`` says whether they hold for this assessment or for every one of its
    checklist. ``base`` is the ``mark`` of the targets that the page showed. Returns
    whether anything changed. Raises ``ValidationError`` for a group or level that the
    scale does not have, and where someone else has set other targets since.
    """
    _refuse_unknown(scale, levels)
    own = assessment if reach == Reach.ASSESSMENT else None
    with writing():
        if own is None:  # another assessment may be the way to the same targets
            lock(assessment.organisation)
        held = Assessment.objects.select_for_update(no_key=True, of=("self",))
        assessment = held.select_related("edition__checklist").get(pk=assessment.pk)
        rows = targets_of(assessment, scale.key, reach).select_for_update()
        stands = list(rows)
        before = _said(scale.key, stands)
        after = {
            "scale": scale.key,
            "levels": dict(levels),
            "holds_by": holds_by if levels else None,
        }
        if before == after:
            return False
        if base != mark(stands):
            msg = (
                "Someone else has set other targets since you opened the page. Compare them, then save again."
            )
            raise ValidationError(msg, code="stale")
        rows.delete()
        inserted(
            Target.objects.bulk_create(
                Target(
                    organisation_id=assessment.organisation_id,
                    checklist=assessment.edition.checklist,
                    assessment=own,
                    scale=scale.key,
                    group=group,
                    level=level,
                    holds_by=holds_by,
                    set_at=timezone.now(),
                    set_by=by,
                )
                for group, level in levels.items()
            )
        )
        trail.record(
            by=by,
            organisation_id=assessment.organisation_id,
            action=TARGETS_SET if own else TARGETS_SET_FOR_ALL,
            subject=own or assessment.edition.checklist,
            scope_id=own.pk if own else None,
            before=before,
            after=after,
        )
    return True


def targets_of(assessment: Assessment, scale: str, reach: str) -> Any:
    """The targets of one scale for the assessment itself, or for its whole checklist."""
    rows = Target.objects.filter(scale=scale).order_by("group")
    if reach == Reach.ASSESSMENT:
        return rows.filter(assessment=assessment)
    return rows.filter(
        assessment=None,
        organisation=assessment.organisation_id,
        checklist=assessment.edition.checklist_id,
    )


def mark(targets: list[Target]) -> str:
    """A mark by which a form knows that its targets are still the ones it showed."""
    return " ".join(
        f"{one.group}:{one.level}:{one.holds_by or ''}" for one in sorted(targets, key=lambda one: one.group)
    )


def _said(scale: str, targets: list[Target]) -> dict[str, Any]:
    return {
        "scale": scale,
        "levels": {one.group: one.level for one in targets},
        "holds_by": targets[0].holds_by if targets else None,
    }


def _refuse_unknown(scale: Scale, levels: Mapping[str, int]) -> None:
    groups = {group.key for group in scale.groups}
    for group, level in levels.items():
        if group not in groups or not 0 <= level <= scale.top:
            msg = f"{scale.name} has no level {level} of {group}."
            raise ValidationError(msg)


def write_figures(*, by: User, assessment: Assessment, today: date, form: str) -> bytes:
    """Every figure of the result in a format of ``files.TYPES``; the export is an event."""
    found = read(assessment, today)
    earlier = earlier_rows(found, beside(found.assessment, today))
    content = file_of(found, form, timezone.localtime(), earlier)
    with writing():
        trail.record(
            by=by,
            organisation_id=assessment.organisation_id,
            action=RESULT_EXPORTED,
            subject=assessment,
            scope_id=assessment.pk,
            after=event_fields(content, form),
        )
    return content


def write_clauses(*, by: User, organisation: Organisation, framework: Framework, form: str) -> bytes:
    """Evidence by clause as "xlsx" or "csv"; that someone took it away is on the trail."""
    at = timezone.localtime()
    found = proofs_of(organisation, framework, timezone.localdate())
    content = as_csv(framework, found) if form == "csv" else as_xlsx(framework, found, at)
    with writing():
        trail.record(
            by=by,
            organisation_id=organisation.pk,
            action=CLAUSES_EXPORTED,
            subject=framework,
            after=event_fields(content, form) | {"framework": framework.key, "clauses": len(found)},
        )
    return content


def write_all_figures(*, by: User, organisations: Sequence[Organisation], today: date, form: str) -> bytes:
    """The figures of every current assessment of some organisations, and their months.

    The export is an event of each organisation.
    """
    rows = assessments_of(organisations)
    stands = stands_of(rows, today)
    now = [stands[one.pk] for one in current(rows)]
    lists: list[tuple[str, ...]] = []
    for one in organisations:
        own = [row for row in rows if row.organisation_id == one.pk]
        view = overview(own, stands, one, today)
        lists += [*month_rows(view.themes), *board_rows(one.name, view)]
    stamp = [("as of", today.isoformat()), ("rules", RULES)]
    stamp += [("organisation", one.name) for one in organisations]
    table = Table("Results", stamp, ALL_COLUMNS, [*all_rows(now), *lists])
    content = written(table, form, timezone.localtime())
    after = event_fields(content, form)
    with writing():
        for one in sorted(organisations, key=lambda one: one.pk):  # as chains lock
            trail.record(
                by=by,
                organisation_id=one.pk,
                action=RESULTS_EXPORTED,
                subject=one,
                after=after,
            )
    return content
