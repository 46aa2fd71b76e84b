"""A provision that applies later is in force once its day has come: nobody writes then."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse

from compliance.content.legal_index.choices import CiteState
from compliance.content.legal_index.citing import look_up
from tests.support.calendar_days import cite
from tests.support.factories import make_assessment, make_draft, publish
from tests.support.page_text import flat

DAY = date(2026, 12, 2)


@pytest.mark.parametrize(
    ("day", "status", "stands"),
    [
        (1, "applies_later", (CiteState.LATER, "Applies later")),
        (2, "applies_later", (CiteState.FOUND, "In force")),
        (2, "proposed", (CiteState.LATER, "Proposed")),
        (2, "repealed", (CiteState.GONE, "Repealed")),
    ],
)
def test_provision_stands_by_the_day(cast, sign_in, day, status, stands):
    state, words = stands
    draft = make_draft()
    law = cite(draft.questions.get(key="Q1"), DAY, status=status)
    assessment = make_assessment(cast.acme, cast.ada, publish(draft))
    answer = assessment.answers.get(question__key="Q1")
    cast.ada.is_editor = True
    cast.ada.save()

    def page(name, *args):
        return client.get(reverse(name, args=["acme", *args]))

    with time_machine.travel(datetime(2026, 12, day, 12, tzinfo=UTC), tick=False):
        assert look_up([law.cite], date(2026, 12, day))[law.cite].state == state
        client = sign_in(cast.ada)
        about = page("checklists:about").context
        [row] = about["instruments"]
        assert row.counts == [one == words for one in about["statuses"]]
        assert row.total == 1
        listed = page("law_changes:provisions", "law").text
        assert f"<td>{words}</td>" in listed
        alone = page("law_changes:provision", law.pk).text
        assert f"{words}, applies from" in flat(alone)
        beside = page("workspace:panel", assessment.pk, answer.pk, "law").text
        assert f"Law, {words.lower()}" in flat(beside)
