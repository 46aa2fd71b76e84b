"""The demo organisation's auditor: a seat, a sample and a request with a thread."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from compliance.assurance.seats import actions
from compliance.assurance.seats.choices import How, SampleResult
from compliance.assurance.seats.models import Seat
from compliance.content.evidence.models import Evidence
from compliance.identity.organisations.models import User
from compliance.work.assessments.models import Answer, Assessment


def seat(
    people: Mapping[str, User],
    assessment: Assessment,
    answers: Mapping[str, Answer],
    proofs: Mapping[str, Evidence],
    entry: Mapping[str, Any],
) -> None:
    """Give the seat from today on, mark answers, ask and reply."""
    today = timezone.localdate()
    auditor, giver = people[entry["for"]], people[entry["given_by"]]
    made = actions.give_seat(
        by=giver,
        assessment=assessment,
        email=auditor.email,
        name=auditor.name,
        purpose=entry["purpose"],
        from_on=today,
        until_on=today + timedelta(days=entry["days"]),
    )
    assert isinstance(made, Seat)  # noqa: S101 (for mypy: the auditor is a member)
    actions.draw(by=auditor, seat=made, how=How.RISK, count=entry["draw"])
    for one in entry["marks"]:
        actions.mark(
            by=auditor,
            seat=made,
            answer_id=answers[one["key"]].pk,
            result=SampleResult.FLAGGED if "flagged" in one else SampleResult.ACCEPTED,
            note=one.get("flagged", ""),
        )
    for one in entry["requests"]:
        asked = actions.ask(
            by=auditor,
            seat=made,
            title=one["title"],
            text=one["text"],
            due_on=today + timedelta(days=one["days"]),
            answer_id=answers[one["key"]].pk,
        )
        for said in one["thread"]:
            if "evidence" in said:
                actions.reply(
                    by=people[said["by"]],
                    request=asked,
                    text=said["text"],
                    evidence=proofs[said["evidence"]],
                )
            else:
                actions.say(by=auditor, seat=made, request_id=asked.pk, text=said["text"])
