"""Pages for someone from outside: sections, questions, and their visits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from compliance.assurance.seats.events import SEAT_DOWNLOADED, SEAT_VIEWED, SHARE_OPENED
from compliance.assurance.seats.models import (
    Request,
    RequestQuerySet,
    SampleItem,
    Seat,
    SeatOffer,
    SeatQuerySet,
    ShareLink,
    ShareLinkQuerySet,
)
from compliance.ground.charts.shapes import Chart, bar
from compliance.identity.organisations.models import Organisation
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.work.assessments.applying import Scope
from compliance.work.assessments.choices import Verdict
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.assessments.scoring import tally
from compliance.work.snapshots.resting import elsewhere
from compliance.work.workspace.history import Entry, history
from compliance.work.workspace.lines import Line, lines

ON_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Part:
    """A section: how many questions it asks and what was said to those that apply."""

    id: int
    title: str
    asked: int
    applying: int
    counts: Mapping[str, int]

    @property
    def bar(self) -> Chart:
        """The answers as a bar."""
        return bar(tally(self.counts.items()).parts(), 400)

    @property
    def verdict_counts(self) -> list[tuple[str, int]]:
        """Verdict and number, those that occur, in the order of the bar."""
        said = [(verdict, count) for verdict, count in self.counts.items() if count]
        return sorted(said, key=lambda one: one[0] == Verdict.UNANSWERED)


def beside(every: list[Part], part: Part) -> dict[str, Part | None]:
    """The section before one and the one behind it."""
    at = every.index(part)
    behind = every[at + 1 : at + 2]
    return {
        "before": every[at - 1] if at else None,
        "behind": behind[0] if behind else None,
    }


def parts(assessment: Assessment) -> list[Part]:
    """The sections in order, in one query."""
    section = "question__section"
    counted = {
        f"n_{verdict}": Count("pk", filter=Q(applies=True, verdict=verdict)) for verdict in Verdict.values
    }
    rows = (
        assessment.answers.order_by()
        .values(section, f"{section}__title", f"{section}__position")
        .annotate(asked=Count("pk"), applying=Count("pk", filter=Q(applies=True)), **counted)
        .order_by(f"{section}__position")
    )
    return [
        Part(
            row[section],
            row[f"{section}__title"],
            row["asked"],
            row["applying"],
            {verdict: row[f"n_{verdict}"] for verdict in Verdict.values},
        )
        for row in rows
    ]


def page_of(assessment: Assessment, part: Part, number: str | None) -> Page:
    """Some answers of a section, as lines; the number is read leniently."""
    rows = assessment.answers.for_page().filter(question__section=part.id)
    found: Any = Paginator(rows, ON_A_PAGE).get_page(number)
    found.object_list = lines_of(assessment, found.object_list)
    page: Page = found
    return page


def lines_of(assessment: Assessment, rows: Iterable[Answer]) -> list[Line]:
    """A line for each answer, with why it applies or does not."""
    beside: dict[str, Any] = {"scope": Scope.of_assessment(assessment)}
    if assessment.rests and (found := elsewhere(assessment)):
        beside["elsewhere"] = found.answers
    return lines(rows, assessment, timezone.localdate(), **beside)


def facts(assessment: Assessment) -> list[tuple[str, str]]:
    """Each fact as label and answer."""
    return list(Scope.of_assessment(assessment).facts_in_words())


def past(answer: Answer) -> list[Entry]:
    """The history of an answer, newest first, without what was never saved."""
    return history(answer, from_outside=True)


def items_by_answer(seat: Seat) -> dict[int, SampleItem]:
    """Answer id to what the sample says of it."""
    return {item.answer_id: item for item in seat.items.all()}


def sample_of(seat: Seat) -> QuerySet[SampleItem]:
    """The sample in the order of the assessment's list."""
    rows = seat.items.select_related("answer__question")
    return rows.order_by("answer__question__position")


def reports_in(seat: Seat) -> QuerySet[Any]:
    """Finished reports of the assessment, newest first, and the seat's working papers.

    Those of other auditors stay out.
    """
    rows: QuerySet[Any] = seat.assessment.reports.all()
    own = Q(seat=seat) & ~Q(status="cancelled")
    return rows.filter(Q(seat=None, status="done") | own)


def looked(seat: Seat) -> QuerySet[Event]:
    """Pages and files that the auditor opened, newest first."""
    events = trail.events_of(seat.assessment.organisation_id)
    return events.filter(
        subject_label="seat",
        subject_id=str(seat.pk),
        action__in=[SEAT_VIEWED, SEAT_DOWNLOADED],
    )


@dataclass(frozen=True, slots=True)
class Look:
    """One line of what was looked at."""

    event: Event
    about: str
    is_download: bool


def looks(events: Iterable[Event]) -> list[Look]:
    """Events of ``looked`` in words."""
    return [
        Look(
            event,
            str(trail.changes(event)[1].get("about", "")),
            event.action == SEAT_DOWNLOADED,
        )
        for event in events
    ]


def requests_of(organisation: Organisation) -> RequestQuerySet:
    """All requests to an organisation, joined for a page."""
    return Request.objects.of(organisation).for_page()


def open_requests(organisation: Organisation) -> RequestQuerySet:
    """Those that wait for the organisation, the earliest day first."""
    return requests_of(organisation).unanswered()


def offers_in(organisation: Organisation) -> QuerySet[SeatOffer]:
    """Seats for addresses whose people have not come yet."""
    rows = SeatOffer.objects.filter(assessment__organisation=organisation)
    return rows.select_related("invitation", "assessment__organisation", "given_by")


def seats_in(organisation: Organisation) -> SeatQuerySet:
    """All seats of an organisation, joined for a page."""
    return Seat.objects.of(organisation).for_page()


def links_in(organisation: Organisation) -> ShareLinkQuerySet:
    """All share links of an organisation, joined for a page."""
    rows = ShareLink.objects.filter(assessment__organisation=organisation)
    return rows.for_page()


def openings(links: Sequence[ShareLink]) -> dict[int, tuple[int, datetime]]:
    """Link id to how often it was opened and when last, from the trail."""
    if not links:
        return {}
    organisation_id = links[0].assessment.organisation_id
    events = (
        trail.events_of(organisation_id)
        .order_by()
        .filter(
            subject_label="sharelink",
            subject_id__in=[str(link.pk) for link in links],
            action=SHARE_OPENED,
        )
    )
    counted = events.values("subject_id").annotate(count=Count("pk"), last=Max("at"))
    return {int(row["subject_id"]): (row["count"], row["last"]) for row in counted}


def opened_by(link_id: int, token_hash: str) -> ShareLink | None:
    """The share link that a session opened, while it stands."""
    rows = ShareLink.objects.open_at(timezone.now()).for_page()
    return rows.filter(pk=link_id, token_hash=token_hash).first()
