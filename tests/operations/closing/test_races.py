"""Two owners at once, two workers at once, and somebody who writes while it all goes."""

import pytest

pytestmark = pytest.mark.slow
BEGIN = """
import django, json, sys, threading, time
django.setup()
from django.conf import settings
from django.db import connections
from compliance.proof.audit import receipts, tables, verification
from compliance.proof.audit.models import Event
from compliance.operations.closing import deletion, grace
from compliance.operations.closing.owned_rows import owned, rows_of
from compliance.models import Answer, Membership, Organisation, Snapshot
from tests.support import factories, signing
from tests.assurance.bundles.making import make_everything, publish
cast = factories.make_cast()
Membership.objects.filter(user=cast.otto).update(role="owner")
def together(*acts):
    outcomes, gate = [], threading.Barrier(len(acts))
    def run(act):
        gate.wait()
        try:
            outcomes.append(repr(act()))
        except Exception as error:
            outcomes.append(type(error).__name__)
        finally:
            connections.close_all()
    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for one in threads: one.start()
    for one in threads: one.join()
    return outcomes
"""
OWNERS = """
factories.take_into_trail(cast.acme)
factories.begin_chains()
unlike = []
for turn in range(int(sys.argv[1])):
    together(
        lambda: grace.start_closing(by=cast.ada, organisation=cast.acme, name="Acme"),
        lambda: grace.stop_closing(by=cast.otto, organisation=cast.acme),
        lambda: grace.start_closing(by=cast.otto, organisation=cast.acme, name="Acme"),
    )
    last = Event.objects.filter(organisation_id=cast.acme.pk, action__startswith="organisation.")
    is_closing = last.order_by("-seq").first().action == "organisation.closed"
    now = Organisation.objects.get(pk=cast.acme.pk)
    if is_closing != (now.closes_at is not None):
        unlike.append(turn)
actions = list(Event.objects.filter(action__in=["organisation.closed", "organisation.kept"])
    .order_by("seq").values_list("action", flat=True))
print(json.dumps({
    "unlike": unlike,
    "twice": [a for a, b in zip(actions, actions[1:]) if a == b],
    "fault": str(verification.verify(cast.acme.pk)),
}))
"""
WORKERS = """
here = make_everything(cast)
signing.make_signed(cast, publish("Q1", "Q2", "Q3", checklist="signed", organisation=cast.acme))
factories.begin_chains()
settings.GRACE_DAYS = -0.5  # the last day has passed
grace.start_closing(by=cast.ada, organisation=cast.acme, name="Acme")
rows = sum(rows_of(model, cast.acme.pk).count() for model in owned())
rows += Event.objects.filter(organisation_id=cast.acme.pk).count() + Snapshot.objects.count() + 2
deletion.PIECE = 3
row = Answer.objects.filter(assessment=here).order_by("pk").first()
def write():
    for turn in range(40):
        signing.answer(cast.con, here, row.question.key, note=f"meanwhile {turn}")
def work():
    deletion.delete(cast.acme.pk)
def both():
    return together(work, work, write)
outcomes = both() if sys.argv[1] == "1" else together(work, work)
for turn in range(5):
    if deletion.due(): together(work)
found = receipts.find(cast.acme.pk)
print(json.dumps({
    "outcomes": outcomes,
    "left": {m._meta.model_name: n for m in owned() if (n := rows_of(m, cast.acme.pk).count())},
    "due": len(deletion.due()),
    "rows": rows,
    "receipt": found.rows if found else None,
    "fault": str(verification.verify(cast.acme.pk)),
}))
"""


def test_two_owners_at_once_leave_what_the_trail_says(race):
    outcomes = race(BEGIN + OWNERS, 8)
    assert outcomes == {"unlike": [], "twice": [], "fault": "None"}


def test_two_workers_at_once_count_each_row_once(race):
    outcomes = race(BEGIN + WORKERS, 0)
    assert (outcomes["left"], outcomes["due"]) == ({}, 0)
    assert outcomes["receipt"] == outcomes["rows"]
    assert outcomes["fault"] == "None"


def test_whoever_writes_meanwhile_delays_it_and_no_more(race):
    outcomes = race(BEGIN + WORKERS, 1)
    assert (outcomes["left"], outcomes["due"]) == ({}, 0)
    assert outcomes["receipt"] >= outcomes["rows"]
    assert outcomes["fault"] == "None"
