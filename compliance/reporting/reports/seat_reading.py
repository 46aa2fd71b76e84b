"""Reading an auditor's work for a working paper, in a constant number of queries."""

from django.utils import timezone

from compliance.assurance.seats.choices import SampleResult
from compliance.assurance.seats.events import SEAT_DOWNLOADED
from compliance.assurance.seats.models import Request, Seat
from compliance.assurance.seats.queries import looked, sample_of
from compliance.proof.audit import trail
from compliance.reporting.reports.working_paper import Asked, Message, Tested, WorkingPaper


def work_of(seat_id: int) -> WorkingPaper:
    """The sample, tests and requests of a seat as they are now: five queries."""
    seat = Seat.objects.for_page().get(pk=seat_id)
    read, taken = {}, set()
    for event in looked(seat).order_by("seq"):
        after = trail.changes(event)[1]
        if event.action == SEAT_DOWNLOADED:
            taken.add(str(after.get("sha256", "")))
        else:
            read[str(after.get("about", ""))] = timezone.localtime(event.at)
    tests = tuple(
        Tested(
            key=item.answer.question.key,
            title=item.answer.question.title,
            how=item.get_how_display(),
            seed=item.seed,
            result=item.get_result_display(),
            is_exception=item.result == SampleResult.FLAGGED,
            note=item.note,
            said_at=item.said_at,
            read_at=read.get(item.answer.question.key),
            taken=frozenset(taken),
        )
        for item in sample_of(seat)
    )
    return WorkingPaper(
        auditor=str(seat.user),
        purpose=seat.purpose,
        from_on=seat.from_on,
        until_on=seat.until_on,
        given_by=str(seat.given_by),
        tests=tests,
        requests=tuple(_asked(one, seat) for one in _requests(seat)),
    )


def _requests(seat: Seat) -> list[Request]:
    rows = seat.requests.select_related("answer__question").order_by("number")
    return list(rows.prefetch_related("messages__by", "messages__evidence"))


def _asked(one: Request, seat: Seat) -> Asked:
    return Asked(
        code=one.code,
        title=one.title,
        text=one.text,
        key=one.answer.question.key if one.answer else "",
        asked_at=one.asked_at,
        due_on=one.due_on,
        status=one.get_status_display(),
        closed_at=one.closed_at,
        messages=tuple(
            Message(
                by=str(said.by),
                at=said.at,
                text=said.text,
                is_ours=said.by_id != seat.user_id,
                file=said.evidence.title if said.evidence else "",
                sha256=said.evidence.sha256 if said.evidence else "",
            )
            for said in one.messages.all()
        ),
    )
