"""A record with something of everything, for its forms and their check."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from compliance.audit.chain import START, Link, link_digest, payload_digest
from compliance.bundles.report_data import Happened, Record
from tests.reports.papers import make_full_paper

ASSESSMENT, ORGANISATION = UUID(int=7), UUID(int=8)
AT = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)


def make_events(seqs=(3, 4, 5, 9), organisation=ORGANISATION):
    """Events of one assessment; where numbers follow each other, they are a chain."""
    events, previous = [], (0, START)
    for seq in seqs:
        follows = previous[1] if seq == previous[0] + 1 else f"{seq:064x}"
        link = Link(
            organisation_id=str(organisation),
            seq=seq,
            at=AT + timedelta(minutes=seq),
            actor_id="1",
            action="answer.saved",
            subject_label="answer",
            subject_id="5",
            scope_id=str(ASSESSMENT),
            payload_hash=payload_digest("salt", f'"payload {seq}"'),
            previous_hash=follows,
        )
        events.append(Happened(link, link_digest(link), "Con", f"Q1: {seq}"))
        previous = (seq, events[-1].hash)
    return tuple(events)


def make_full_paper_with_trail(**fields):
    """A report of every kind of question, with a trail that is whole."""
    events = make_events()
    values = {
        "assessment_id": ASSESSMENT,
        "organisation_id": ORGANISATION,
        "events": events,
        "head_seq": 9,
        "head_hash": events[-1].hash,
    }
    return replace(make_full_paper(), **(values | fields))


def make_record(**fields) -> Record:
    return replace(make_full_paper_with_trail().record, **fields)
