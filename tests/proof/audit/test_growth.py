"""Checking a long trail costs no more for each event, and a fold takes little for a row."""

import gc
import json
import tracemalloc
from datetime import UTC, datetime

import pytest

from compliance.proof.audit import event_types
from compliance.proof.audit.chain import START, Link, Stored, canonical, link_digest
from compliance.proof.audit.chain_check import check
from compliance.proof.audit.leaves import committed
from compliance.proof.audit.projection import RecordedEvent, project
from tests.support.costs import work_of

pytestmark = pytest.mark.slow
AT = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
ORGANISATION = "0197c5a2-0000-7000-8000-000000000001"
ASSESSMENT = "0197c5a2-0000-7000-8000-00000000a001"
GROWTH = 1.4
MOST_BYTES = 800
"""For each row of a fold; a dictionary in each took 1,400."""


def content_of(number):
    """As an answer that is saved has it, with its row."""
    moment = f"2026-11-28T09:00:00.{number:06}+00:00"
    said = {"verdict": "met", "note": f"Kept in the wiki, as entry {number}."}
    said |= {"answered_at": moment, "answered_by_id": 3, "version": 1}
    new = ["applies", "assessment_id", "question_id", "verdict", "version"]
    row = [number, True, ASSESSMENT, number % 150, "unanswered", 0]
    return {
        "before": {"verdict": "unanswered", "note": "", "version": 0},
        "after": said,
        "rows": {
            "new": {"answer": [[new, row]]},
            "set": {"answer": [[["changed_at", "changed_by_id"], [number, moment, 3]]]},
            "said": [sorted(said)],
        },
    }


def chain_of(size):
    found, previous = [], START
    for number in range(1, size + 1):
        content = content_of(number)
        salts, root = committed(content)
        about = ("3", "answer.saved", "answer", str(number), ASSESSMENT)
        link = Link(ORGANISATION, number, AT, *about, root, previous)
        previous = link_digest(link)
        found.append(Stored(link, canonical(content), salts, previous))
    return found


def checked(events):
    return check(
        lambda: iter(events),
        (len(events), events[-1].hash),
        texts=event_types.texts_of,
    )


def cost(events):
    """Work for each event."""
    found = checked(events)
    assert (found.fault, found.size) == (None, len(events))
    return work_of(lambda: checked(events)) / len(events)


def peak(work):
    """Bytes that a piece of work takes at most."""
    gc.collect()
    tracemalloc.start()
    work()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def least_peak(work):
    """The least peak of three: a thread or a cache of another test can only add to one."""
    return min(peak(work) for _ in range(3))


def test_an_event_of_a_long_chain_costs_what_one_of_a_short_chain_costs():
    events = chain_of(2000)
    few, many = cost(events[:250]), cost(events)
    assert many <= GROWTH * few, (few, many)


def test_the_check_of_a_long_chain_takes_no_more_memory():
    events = chain_of(1600)
    few = least_peak(lambda: checked(events[:200]))
    many = least_peak(lambda: checked(events))
    assert many <= GROWTH * few, (few, many)


def test_a_row_of_a_fold_takes_little_memory():
    size, found = 4000, []
    # as they come from the database: each text of each event is another one
    events = (RecordedEvent(n, ("answer", str(n)), loaded(n)) for n in range(size))
    most = peak(lambda: found.append(project(events)))
    assert len(found[0]) == size
    assert most <= MOST_BYTES * size, most / size


def loaded(number):
    return json.loads(canonical(content_of(number)))
