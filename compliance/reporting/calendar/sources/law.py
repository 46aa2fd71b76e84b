"""Dates of the law: duties that begin or end to bind, and cited law that begins to apply.

The first two come from the edition of each running assessment, by its facts; the third
from the legal index, where it says another day than the edition.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, F, Max, Q
from django.urls import reverse
from django.utils.translation import gettext

from compliance.content.applicability import rules
from compliance.content.checklists.models import Checklist, Citation
from compliance.content.legal_index.choices import ProvisionStatus
from compliance.content.legal_index.models import Instrument
from compliance.identity.organisations.models import Organisation
from compliance.reporting.calendar.choices import Kind
from compliance.reporting.calendar.entries import Entry, Mark, Touch
from compliance.reporting.calendar.sources.scope import DateScope
from compliance.work.assessments.applying import Scope
from compliance.work.assessments.choices import OPEN, AssessmentStatus
from compliance.work.assessments.models import Assessment
from compliance.work.law_changes.actions import law_page

BEGINS, ENDS, APPLIES = "begins", "ends", "applies"
MOST_CITES = 4
"""Provisions that a line names; the others are counted."""
_CHECKLIST = "assessment__edition__checklist"
_CITED = "question__citations__provision"


def begins(scope: DateScope) -> Iterator[Mark]:
    """A mark for each day and checklist on which duties begin to bind; one statement."""
    rows = (
        scope.theirs()
        .filter(binds_from__gte=scope.law_since)
        .values_list("binds_from", _CHECKLIST)
        .annotate(count=Count("pk"), at=Max("assessment__edition__published_at"))
    )
    for day, checklist, count, at in rows:
        yield Mark(day, BEGINS, str(checklist), count, at=at)


def ends(scope: DateScope) -> Iterator[Mark]:
    """A mark for each day and checklist on which duties end; four statements."""
    ending = scope.theirs().filter(question__applies_until__isnull=False)
    columns = ("assessment", "question__applies_until", "verdict")
    of: defaultdict[Any, list[tuple[Any, str]]] = defaultdict(list)
    for assessment_id, until, verdict in ending.values_list(*columns):
        of[assessment_id].append((until, verdict))
    found: defaultdict[tuple[date, Assessment], list[str]] = defaultdict(list)
    for assessment in _with_facts(of):
        facts = Scope.of_assessment(assessment).closed.facts
        for until, verdict in of[assessment.pk]:
            if (day := rules.starts_on(until, facts)) and day >= scope.law_since:
                found[day, assessment].append(verdict)
    together: defaultdict[tuple[date, int], list[tuple[Assessment, list[str]]]]
    together = defaultdict(list)
    for (day, assessment), verdicts in found.items():
        together[day, assessment.edition.checklist_id].append((assessment, verdicts))
    for (day, checklist), some in together.items():
        touches = [Touch(one.pk, one.subject, len(said), sum(v in OPEN for v in said)) for one, said in some]
        at = max(one.edition.published_at or one.started_at for one, _ in some)
        count = sum(touch.count for touch in touches)
        yield Mark(day, ENDS, str(checklist), count, at=at, more=touches)


def _with_facts(ids: Iterable[Any]) -> Iterable[Assessment]:
    rows = Assessment.objects.filter(pk__in=list(ids)).select_related("edition")
    return rows.prefetch_related("edition__facts") if ids else ()


def applies(scope: DateScope) -> Iterator[Mark]:
    """A mark for each day and instrument on which cited law begins to apply.

    None for a day on which duties that rest on the instrument begin: they show it.
    """
    day = f"{_CITED}__applies_from"
    beginning = scope.theirs().filter(binds_from__gte=scope.law_since, binds_from=F(day))
    known = set(beginning.values_list(day, f"{_CITED}__instrument").distinct())
    rows = (
        scope.theirs()
        .filter(
            Q(**{f"{day}__gte": scope.law_since}),
            Q(
                **{
                    f"{_CITED}__status__in": [
                        ProvisionStatus.IN_FORCE,
                        ProvisionStatus.APPLIES_LATER,
                    ]
                }
            ),
            Q(binds_from=None) | ~Q(binds_from=F(day)),
        )
        .values_list(day, f"{_CITED}__instrument")
        .annotate(
            count=Count("pk", distinct=True),
            changed=Max(f"{_CITED}__changed_at"),
            published=Max("assessment__edition__published_at"),
        )
    )
    for on, instrument, count, changed, published in rows:
        if (on, instrument) in known:
            continue
        at = max(changed, published) if changed else published
        yield Mark(on, APPLIES, str(instrument), count, at=at)


def entries_of_begins(scope: DateScope, marks: Sequence[Mark]) -> Iterator[Entry]:
    """In words, with the assessments and the provisions; three statements."""
    names = _titles(Checklist, marks)
    touched, cited = _touched(scope, marks), _cited(scope, marks)
    for mark in marks:
        said = gettext("%(checklist)s: duties begin to bind")
        yield _entry(
            scope.organisation,
            mark,
            said % {"checklist": names[mark.pk]},
            _few(cited[mark.day, mark.pk]),
            touched[mark.day, mark.pk],
        )


def entries_of_ends(scope: DateScope, marks: Sequence[Mark]) -> Iterator[Entry]:
    """In words, with the assessments."""
    names = _titles(Checklist, marks)
    for mark in marks:
        said = gettext("%(checklist)s: duties end") % {"checklist": names[mark.pk]}
        yield _entry(scope.organisation, mark, said, "", mark.more)


def entries_of_applies(scope: DateScope, marks: Sequence[Mark]) -> Iterator[Entry]:
    """In words, with the provisions; two statements."""
    found = Instrument.objects.in_bulk([int(mark.pk) for mark in marks])
    rows = (
        Citation.objects.order_by()
        .filter(
            question__answers__in=scope.theirs(),
            provision__applies_from__in={mark.day for mark in marks},
            provision__instrument__in=found,
        )
        .values_list(
            "provision__applies_from",
            "provision__instrument",
            "provision__position",
            "provision__cite",
        )
        .distinct()
    )
    cited: defaultdict[tuple[date, str], list[str]] = defaultdict(list)
    for day, instrument, _, cite in sorted(rows):
        cited[day, str(instrument)].append(cite)
    for mark in marks:
        said = gettext("%(law)s: cited provisions begin to apply")
        title = said % {"law": found[int(mark.pk)].name}
        cites = _few(cited[mark.day, mark.pk])
        yield _entry(scope.organisation, mark, title, cites, [])


def _entry(
    organisation: Organisation,
    mark: Mark,
    title: str,
    detail: str,
    touches: list[Touch],
) -> Entry:
    path = law_page(organisation)
    if len(touches) == 1:
        path = reverse("workspace:detail", args=[organisation.slug, touches[0].id])
    return Entry(
        key=f"{mark.source}-{mark.pk}-{mark.day}",
        kind=Kind.LAW,
        day=mark.day,
        title=title,
        path=path,
        at=mark.at or organisation.created_at,
        detail=detail,
        touches=touches,
    )


def _titles(model: Any, marks: Sequence[Mark]) -> dict[str, str]:
    rows = model.objects.filter(pk__in={mark.pk for mark in marks})
    return {str(pk): title for pk, title in rows.values_list("pk", "title")}


def _touched(scope: DateScope, marks: Sequence[Mark]) -> defaultdict[tuple[date, str], list[Touch]]:
    rows = (
        scope.theirs()
        .filter(
            binds_from__in={mark.day for mark in marks},
            assessment__status=AssessmentStatus.RUNNING,
        )
        .values_list("binds_from", _CHECKLIST, "assessment", "assessment__subject")
        .annotate(count=Count("pk"), open=Count("pk", filter=Q(verdict__in=OPEN)))
        .order_by("assessment__subject", "assessment")
    )
    found: defaultdict[tuple[date, str], list[Touch]] = defaultdict(list)
    for day, checklist, *touch in rows:
        found[day, str(checklist)].append(Touch(*touch))
    return found


def _cited(scope: DateScope, marks: Sequence[Mark]) -> defaultdict[tuple[date, str], list[str]]:
    """Provisions of the questions that bind from a day, if the index says the same day."""
    rows = (
        scope.theirs()
        .filter(
            binds_from__in={mark.day for mark in marks},
            binds_from=F(f"{_CITED}__applies_from"),
        )
        .values_list("binds_from", _CHECKLIST, f"{_CITED}__position", f"{_CITED}__cite")
        .distinct()
    )
    found: defaultdict[tuple[date, str], list[str]] = defaultdict(list)
    for day, checklist, _, cite in sorted(rows):
        found[day, str(checklist)].append(cite)
    return found


def _few(cites: Sequence[str]) -> str:
    more = len(cites) - MOST_CITES
    listed = ", ".join(cites[:MOST_CITES])
    if more <= 0:
        return listed
    return gettext("%(cites)s and %(count)s more") % {"cites": listed, "count": more}
