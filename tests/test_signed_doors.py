"""A signed assessment: whoever sends whatever to any address, nothing signed changes."""

import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compliance.assurance.reviews import actions
from compliance.identity.organisations.access import ALLOWED
from compliance.identity.organisations.actions import make_editor
from compliance.models import Answer, Assessment, Snapshot
from compliance.proof.audit import verification
from compliance.work.snapshots.snapshot import content_of, to_read
from tests.support import factories, signing
from tests.test_closed_doors import FILL
from tests.test_doors import (  # noqa: F401
    DOORS,
    PEOPLE,
    Writes,
    address,
    all_doors,
    cast,
    enter,
    keys,
    world,
)
from tests.test_malformed import SENT

pytestmark = pytest.mark.slow

TABLE = re.compile(r'"(compliance_\w+)"')
OPENING = {"reviews:reopen_decide"}
"""Two people open it again, as its next revision."""


VOIDING = {"remediation:action_save", "evidence:describe"}
"""Views that may go on beside a signature: it is void then, and the change is named."""


ENDING = ("reviews:", "closing:")


def frozen(assessment):
    """All that is signed, and who signed it."""
    assessment.refresh_from_db()
    return [
        assessment.facts,
        assessment.edition_id,
        list(assessment.answers.order_by("pk").values()),
        list(assessment.answers.order_by("pk").values("attachments")),
        list(assessment.signoffs.values()),
        list(Snapshot.objects.values()),
    ]


def answer_all(cast, assessment):  # noqa: F811
    for answer in assessment.answers.order_by("question__position"):
        is_choice = answer.question.kind == "choice"
        said = {"value": ["c1"]} if is_choice else {"verdict": "met"}
        signing.answer(cast.con, assessment, answer.question.key, **said)


def send_all(client, assessment, keys):  # noqa: F811
    """Send every form; the doors that changed it, that moved its hash, that failed."""
    changing, moving, failing = set(), set(), []
    with CaptureQueriesContext(connection) as asked:
        before, stands = frozen(assessment), hash_of(assessment)
    looked_at = {table for query in asked for table in TABLE.findall(query["sql"])}
    for door in doors():
        writes = Writes()
        for form in forms(door, keys):
            cache.clear()
            with writes.heard():
                reply = client.post(address(door, keys), form)
                reply.getvalue()  # reads a file to its end, which closes it
            assert reply.status_code != 401, f"{door.name} meets nobody"
            if reply.status_code >= 500:
                failing.append((door.name, reply.status_code))
        if not writes.reached(looked_at):
            continue
        if (now := frozen(assessment)) != before:
            changing.add(door.name)
            before = now
        if (now := hash_of(assessment)) != stands:
            moving.add(door.name)
            stands = now
    assert (frozen(assessment), hash_of(assessment)) == (before, stands)
    return changing, moving, failing


def doors():
    """Every address inside an organisation that takes a form; what may end the work comes last."""
    for door in sorted(all_doors(), key=lambda door: door.name.startswith(ENDING)):
        is_inside = "org" in door.params and not door.name.startswith("organisations:")
        if is_inside and "POST" in DOORS[door.name][1] and door.name not in OPENING:
            yield door


def forms(door, keys):  # noqa: F811
    """Forms that may do something there: for single rows, and for many at once."""
    answer = Answer.objects.get(pk=keys["answer_id"].own)
    sent = {
        name: text.format(answer=answer.pk, assessment=answer.assessment_id)
        for name, text in SENT.get(door.name, {}).items()
    }
    if "base" in sent and "action" not in door.name:
        sent["base"] = str(answer.version)
    return [sent, sent | FILL | {"password": factories.PASSWORD}]


def hash_of(assessment):
    return content_of(to_read(assessment.pk)).content_hash


@pytest.mark.tenth(always="owner")
@pytest.mark.parametrize("role", ALLOWED)
def test_nothing_signed_changes(role, keys, cast, enter):  # noqa: F811
    assessment = Assessment.objects.get(pk=keys["assessment_id"].own)
    answer_all(cast, assessment)
    actions.send(by=cast.otto, assessment=assessment)
    signing.sign(cast.rev, assessment)
    person = getattr(cast, PEOPLE[role])
    make_editor(by=None, email=person.email)
    changing, moving, failing = send_all(enter(person), assessment, keys)
    assert (changing, failing) == (set(), [])
    assert moving <= VOIDING
    assert verification.verify(cast.acme.pk) is None


def test_the_same_forms_do_change_what_is_not_signed(keys, cast, enter):  # noqa: F811
    assessment = Assessment.objects.get(pk=keys["assessment_id"].own)
    answer_all(cast, assessment)
    changing, moving, _ = send_all(enter(cast.ada), assessment, keys)
    assert len(changing) > 5, changing
    assert len(moving) > 5, moving
