"""A closed assessment: whatever is sent to whatever address, nothing in it changes."""

import pytest
from django.core.cache import cache

from compliance.models import Answer, Assessment
from compliance.work.assessments import actions
from tests.test_doors import DOORS, Writes, address, all_doors, cast, enter, keys, world  # noqa: F401
from tests.test_malformed import SENT

pytestmark = pytest.mark.slow

OPENING = "workspace:take_up"
FILL = {"what": "fill", "do": ""}


def inside(assessment):
    """Every row that belongs to an assessment."""
    answers = assessment.answers.order_by("pk")
    return [
        *answers.values(),
        *answers.values("attachments", "comments__resolved_at", "action_links"),
        *assessment.visits.values(),
        *assessment.presences.values(),
    ]


def test_nothing_in_a_closed_assessment_changes(keys, cast, enter):  # noqa: F811
    assessment = Assessment.objects.get(pk=keys["assessment_id"].own)
    answer = Answer.objects.get(pk=keys["answer_id"].own)
    actions.save_answer(
        by=cast.con,
        organisation=cast.acme,
        assessment_id=assessment.pk,
        answer_id=answer.pk,
        changes={"verdict": "na", "reason": "No such data."},
        base=answer.version,
    )
    Answer.objects.filter(pk=answer.pk).update(owner=cast.ada, again="carried")
    answer.refresh_from_db()
    actions.archive(by=cast.ada, assessment=assessment)
    before, changed, ada = inside(assessment), [], enter(cast.ada)
    for door in all_doors():
        if "POST" not in DOORS[door.name][1] or "org" not in door.params:
            continue
        if door.name == OPENING or door.name.startswith("organisations:"):
            continue
        sent = {
            name: text.format(answer=answer.pk, assessment=assessment.pk)
            for name, text in SENT.get(door.name, {}).items()
        }
        if "base" in sent and "action" not in door.name:
            sent["base"] = str(answer.version)
        for form in (sent, sent | FILL):
            cache.clear()
            writes = Writes()
            with writes.heard():
                reply = ada.post(address(door, keys), form)
                reply.getvalue()  # reads a file to its end, which closes it
            assert reply.status_code != 401, f"{door.name} meets nobody"
            is_other = writes.were and inside(assessment) != before
            if is_other or reply.status_code >= 500:
                changed.append((door.name, reply.status_code))
    assert changed == []
