"""Assessments with their kept figures, and the periods before each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.urls import reverse

from compliance.content.checklists.models import Edition
from compliance.identity.organisations.models import Organisation
from compliance.reporting.results.figure_store import figures
from compliance.reporting.results.summary_figures import Figures
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.earlier_assessments import about, before
from compliance.work.assessments.models import Assessment


@dataclass(frozen=True, slots=True)
class Stand:
    """An assessment with its figures."""

    assessment: Assessment
    figures: Figures

    @property
    def answers(self) -> str:
        one = self.assessment
        return reverse("workspace:detail", args=[one.organisation.slug, one.pk])

    @property
    def result(self) -> str:
        one = self.assessment
        return reverse("results:result", args=[one.organisation.slug, one.pk])

    @property
    def review(self) -> str:
        one = self.assessment
        return reverse("reviews:review", args=[one.organisation.slug, one.pk])


def assessments_of(organisations: Iterable[Organisation]) -> list[Assessment]:
    """Every assessment of some organisations, newest first: two queries.

    Rows of one edition share it.
    """
    by_id = {one.pk: one for one in organisations}
    editions = Edition.objects.select_related("checklist__theme")
    rows = list(
        Assessment.objects.filter(organisation__in=list(by_id))
        .defer("facts")
        .order_by("-started_at", "pk")
        .prefetch_related(Prefetch("edition", editions.defer("extra", "translations", "gates")))
    )
    for row in rows:
        row.organisation = by_id[row.organisation_id]
    return rows


def stands_of(rows: Sequence[Assessment], today: date) -> dict[UUID, Stand]:
    """Assessments with their kept figures, by id."""
    found = figures(rows, today)
    return {row.pk: Stand(row, found[row.pk]) for row in rows}


def current(rows: Iterable[Assessment]) -> list[Assessment]:
    """Those in use that no later period of the same subject and checklist followed."""
    used = [one for one in rows if one.status != AssessmentStatus.ARCHIVED]
    subjects = {one.pk: one.subject.casefold() for one in used}
    followed = {
        one.carried_from_id
        for one in used
        if one.carried_from_id and subjects.get(one.carried_from_id) == one.subject.casefold()
    }
    last: dict[Any, date] = {}
    for one in used:
        key = about(one)
        last[key] = max(one.period_from, last.get(key, one.period_from))
    return [one for one in used if one.pk not in followed and one.period_to >= last[about(one)]]


def chain_of(one: Assessment, rows: Iterable[Assessment]) -> list[Assessment]:
    """An assessment and its earlier periods among the rows, the newest first.

    ``earlier_assessments.before`` says which period is the one before.
    """
    among, found = list(rows), [one]
    while (last := before(found[-1], among)) and last not in found:
        found.append(last)
    return found
