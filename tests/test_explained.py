"""The comparison after each test finds what it is there for."""

import pytest
from django.conf import settings

from compliance.content.evidence.events import EVIDENCE_DESCRIBED
from compliance.models import Evidence
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing
from tests.support import factories


@pytest.fixture
def proof(cast):
    return factories.make_link(cast.acme, cast.ada)


def describe(cast, proof):
    with writing():
        Evidence.objects.filter(pk=proof.pk).update(title="Said")
        trail.record(
            by=cast.ada,
            organisation_id=cast.acme.pk,
            action=EVIDENCE_DESCRIBED,
            subject=proof,
            before={"title": "was"},
            after={"title": "Said"},
        )


def test_row_that_no_event_explains_is_found(cast, proof, watch):
    describe(cast, proof)
    assert list(watch.faults()) == []
    Evidence.objects.filter(pk=proof.pk).update(title="Quietly")
    assert list(watch.faults()) == []  # the test itself did it
    watch.by_hand.clear()
    [fault] = watch.faults()
    assert "{'title'}" in fault
    Evidence.objects.filter(pk=proof.pk).delete()
    watch.by_hand.clear()
    [fault] = watch.faults()
    assert "is gone without an event" in fault
    watch.is_forged = True  # or this test would fail by it


def test_change_by_the_program_outside_of_a_block_is_found(cast, proof, watch):
    code = compile(
        "rows.update(title='Past the block')",
        f"{settings.BASE_DIR}/compliance/content/evidence/actions/quiet.py",
        "exec",
    )
    exec(code, {"rows": Evidence.objects.filter(pk=proof.pk)})  # noqa: S102 - a made-up module
    [hole] = watch.holes
    assert hole.startswith("compliance/content/evidence/actions/quiet.py:1 changes")
    assert "outside of writing()" in hole
    watch.holes.clear()
