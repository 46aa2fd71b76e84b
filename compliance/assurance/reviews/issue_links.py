"""Where each point of a review leads."""

from dataclasses import dataclass

from django.urls import reverse

from compliance.assurance.reviews.choices import Why
from compliance.assurance.reviews.queries import Desk
from compliance.assurance.reviews.queue_filter import RULED_OUT
from compliance.assurance.reviews.readiness import About, Point
from compliance.work.assessments.choices import ActionFilter, Filter

_SHOWS = {
    About.UNANSWERED: Filter.UNANSWERED,
    About.DONT_KNOW: Filter.DONT_KNOW,
    About.LATER: Filter.LATER,
    About.AHEAD: Filter.AHEAD,
    About.NA: Filter.TO_CONFIRM,
    About.NO_ACTION: Filter.NOT_MET,
    About.BELOW: Filter.BELOW,
    About.AGAIN: Filter.AGAIN,
    About.NO_EVIDENCE: Filter.NO_EVIDENCE,
}


@dataclass(frozen=True, slots=True)
class Lead:
    """A point with the address where it can be put right."""

    point: Point
    url: str


def led(desk: Desk, points: list[Point], user_id: int, *, checks: bool) -> list[Lead]:
    """Each point with its address: a single question opens at once.

    Only those who may check answers are led to where reviewers go through them; in
    review, they settle N/A there, too.
    """
    return [Lead(point, _url(desk, point, user_id, checks)) for point in points]


def _url(desk: Desk, point: Point, user_id: int, checks: bool) -> str:
    here = desk.assessment
    args = [here.organisation.slug, here.pk]
    if point.about == About.OVERDUE:
        tasks = reverse("remediation:action_list", args=args[:1])
        return f"{tasks}?show={ActionFilter.OVERDUE}"
    if point.about == About.ELSEWHERE:
        other = here.rests_on
        return f"{(other or here).get_absolute_url()}"
    walks = {
        About.OWN: f"by={user_id}",
        About.OWN_FACTS: f"why={RULED_OUT}",
        About.RETURNED: "why=returned",
        About.CHECKED: "why=all",
    }
    if desk.review:
        walks[About.NA] = f"why={Why.NA}"
    if checks and (walk := walks.get(point.about)):
        return f"{reverse('reviews:check', args=args)}?{walk}"
    if len(point.keys) == 1 or point.about == About.ENDS_EARLY:
        pk = desk.answers[point.keys[0]] if point.keys else None
        return f"{here.get_absolute_url()}?open={pk}#answer-{pk}"
    show = _SHOWS.get(point.about, Filter.ALL)
    return f"{here.get_absolute_url()}?show={show}"
