"""A record with something of everything, for its forms and their check."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from compliance.assurance.bundles.report_data import Happened, Record
from compliance.proof.audit.chain import START, Link, link_digest, payload_digest
from tests.reporting.reports.papers import make_full_paper

ASSESSMENT, ORGANISATION = UUID(int=7), UUID(int=8)
AT = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)


def make_events(seqs=(3, 4, 5, 9), organisation=ORGANISATION):
    """Those events of a chain, all of one assessment."""
    events, previous = [], START
    for seq in range(1, max(seqs) + 1):
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
            previous_hash=previous,
        )
        previous = link_digest(link)
        events.append(Happened(link, previous, "Con", f"Q1: {seq}"))
    return tuple(event for event in events if event.link.seq in seqs)


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
