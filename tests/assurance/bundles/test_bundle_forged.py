"""A bundle made by hand, every hash and its chain made again: it vouches for nobody here."""

import json
import re
from contextlib import contextmanager

import pytest
from django.core.exceptions import ValidationError

from compliance.assurance.bundles.import_plan import written_here
from compliance.assurance.bundles.process import UnreadableError
from compliance.assurance.bundles.shape import EventPart
from compliance.assurance.bundles.trails import _link
from compliance.assurance.reviews import actions
from compliance.assurance.reviews.queries import desk_of
from compliance.assurance.reviews.signature_integrity import faults
from compliance.models import Event, SignOff
from compliance.proof.audit import merkle
from compliance.proof.audit.chain import START, canonical, link_digest, payload_digest
from compliance.proof.audit.leaves import without
from compliance.proof.audit.text_erasure import erase
from compliance.reporting.reports.html import html_of
from compliance.reporting.reports.queries import read
from compliance.work.assessments.events import ANSWER_SAVED
from tests.assurance.bundles.making import brought_in, bundle_of, publish, reading
from tests.assurance.bundles.test_bundle_hostile import packed, unpacked
from tests.support import signing

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def ready(cast):
    return signing.make_ready(cast, publish("Q1", "Q2", "Q3", organisation=cast.acme))


@contextmanager
def forging(content):
    """Rows, head and events of a bundle to be changed; ``parts`` fit again afterwards."""
    parts = unpacked(content)
    rows, head, trail = (json.loads(parts[name]) for name in ("rows.json", "bundle.json", "trail/1.json"))
    lines = parts["trail/1.jsonl"].decode().splitlines()
    events = [json.loads(line) for line in lines]
    yield rows, head, events, parts
    new_hashes(rows, trail, events)
    head["counts"] |= {"people": len(rows["people"]), "events": len(events)}
    trail["events"] = len(events)
    parts["rows.json"] = canonical(rows).encode()
    parts["bundle.json"] = json.dumps(head).encode()
    parts["trail/1.json"] = json.dumps(trail).encode()
    parts["trail/1.jsonl"] = "".join(f"{canonical(e)}\n" for e in events).encode()


def new_hashes(rows, trail, events):
    """A chain of those events alone, from its first to its head, with its proof."""
    signed = {row["trail_hash"]: row for row in rows["signoffs"]}
    last = START
    for seq, event in enumerate(events, 1):
        row = signed.get(event["hash"])
        event["payload_hash"] = payload_digest(event["salts"], event["payload"])
        event["seq"], event["previous_hash"] = seq, last
        last = event["hash"] = link_digest(_link(EventPart(**event)))
        if row:
            row["trail_seq"], row["trail_hash"] = seq, last
    root = merkle.root_of([bytes.fromhex(event["hash"]) for event in events])
    trail["head_seq"], trail["head_hash"] = len(events), last
    trail["proof"] = {
        "size": len(events), "root": root.hex(), "parts": [], "checkpoint": None,
    }  # fmt: skip


def somebody_else(events, old, new):
    """Let another account have done it."""
    was, now = (f'"answered_by_id":{one.pk}' for one in (old, new))
    for event in events:
        if event["actor_id"] == str(old.pk):
            event["actor_id"] = str(new.pk)
        event["payload"] = re.sub(rf"{was}\b", now, event["payload"])
        said = json.loads(event["payload"])
        for names, row in cells(said.get("rows", {})):
            for at, name in enumerate(names, 1):
                if name.endswith(("by_id", "author_id")) and row[at] == old.pk:
                    row[at] = new.pk
        event["payload"] = canonical(said)


def cells(rows):
    """Each row in the rows of an event, with the names of its columns."""
    for kind in ("new", "set"):
        for groups in rows.get(kind, {}).values():
            for names, *values in groups:
                yield from ((names, row) for row in values)


def test_forged_author_with_the_id_of_a_colleague_is_nobody_here(ready, cast):
    """Otto answered all, and forges a chain of this very organisation: it was Ada."""
    with forging(bundle_of(ready)) as (rows, head, events, parts):
        somebody_else(events, cast.con, cast.ada)
        people = {ref: pk for ref, pk in head["people"].items() if pk != cast.ada.pk}
        con = next(ref for ref, pk in people.items() if pk == cast.con.pk)
        head["people"] = people | {con: cast.ada.pk}
        rows["assessment"]["started_by"] = con
        rows["people"] = [one for one in rows["people"] if one["ref"] in head["people"]]
    came = brought_in(packed(parts), cast.acme, by=cast.otto)
    desk = desk_of(came)
    assert desk.prepared(cast.ada.pk) == []
    assert desk.prepared(cast.otto.pk) == ["Q1", "Q2", "Q3"]
    actions.send(by=cast.otto, assessment=came)
    with pytest.raises(ValidationError, match="You prepared 3 answers"):
        signing.sign(cast.otto, came)


def test_forged_signature_is_shown_as_of_elsewhere(cast):
    edition = publish("Q1", "Q2", "Q3", organisation=cast.acme)
    signed = signing.make_signed(cast, edition)
    with forging(bundle_of(signed)) as (rows, head, events, parts):
        somebody_else(events, cast.rev, cast.ada)
        for event in events:
            if event["action"] == "assessment.signed":
                event["payload"] = event["payload"].replace("Rev Iewer", "Ada Lindqvist")
        (row,) = rows["signoffs"]
        row["signer"] = "Ada Lindqvist"
        rev = row["signed_by"]
        head["people"] = {ref: pk for ref, pk in head["people"].items() if pk != cast.ada.pk} | {
            rev: cast.ada.pk
        }
        ada = next(o["ref"] for o in rows["people"] if o["name"] == "Ada Lindqvist")
        text = json.dumps(rows).replace(f'"{ada}"', f'"{rev}"')
        rows.clear()
        rows.update(json.loads(text))
        rows["people"] = [o for o in rows["people"] if o["name"] != "Ada Lindqvist"]
    came = brought_in(packed(parts), cast.acme, by=cast.otto)
    one = SignOff.objects.get(assessment=came)
    assert (one.signer, one.signed_by == cast.ada) == ("Ada Lindqvist", False)
    assert one.signed_by.has_usable_password() is False
    (signature,) = read(came.pk, 1).signatures
    assert signature.there == "Acme"
    printed = " ".join(html_of(read(came.pk, 1)).split())
    assert "imported, as stated there" in printed
    assert "Answers that came from outside, in a bundle: 3 of 3." in printed
    assert list(faults(cast.acme.pk)) == []


def test_real_events_with_other_ones_among_them_are_not_those_of_here(ready, cast):
    """The true chain, and one event more: no longer a bundle that we wrote."""
    with forging(bundle_of(ready)) as (_, _, events, parts):
        events.append(dict(events[-1]) | {"action": "assessment.bundled"})
    came = brought_in(packed(parts), cast.acme, by=cast.otto)
    assert desk_of(came).prepared(cast.otto.pk) == ["Q1", "Q2", "Q3"]


def test_proof_of_a_true_head_does_not_carry_false_events(ready, cast):
    """Head and root of the real chain, above events that were made up."""
    content = bundle_of(ready)
    true = json.loads(unpacked(content)["trail/1.json"])
    with forging(content) as (_, _, events, parts):
        somebody_else(events, cast.con, cast.otto)
    trail = json.loads(parts["trail/1.json"])
    trail |= {name: true[name] for name in ("head_seq", "head_hash", "proof")}
    parts["trail/1.json"] = json.dumps(trail).encode()
    with pytest.raises(UnreadableError):
        brought_in(packed(parts), cast.other, by=cast.zoe)


def test_event_with_a_text_taken_out_and_another_put_in_is_refused(ready, cast):
    """An erased text keeps its hash, so nothing can stand in its place."""
    parts = unpacked(bundle_of(ready))
    events = [json.loads(line) for line in parts["trail/1.jsonl"].splitlines()]
    saved = next(event for event in events if event["action"] == "answer.saved")
    said = json.loads(saved["payload"])
    salts, texts = saved["salts"], ANSWER_SAVED.texts
    content, saved["salts"], _ = without(said, salts, texts, lambda place, text: True)
    saved["payload"] = canonical(content | {"after": said["after"]})
    parts["trail/1.jsonl"] = "".join(f"{canonical(e)}\n" for e in events).encode()
    with pytest.raises(UnreadableError, match="its content was changed"):
        brought_in(packed(parts), cast.other, by=cast.zoe)


def test_event_that_was_erased_here_leaves_a_bundle_ours(ready, cast):
    before = bundle_of(ready)
    erased = erase(
        by=None,
        organisation_id=cast.acme.pk,
        subject=cast.con,
        events=Event.objects.filter(scope_id=ready.pk),
        clean=lambda text: "-" if " " in text else text,
    )
    assert erased > 0
    for content in (before, bundle_of(ready)):
        with reading(content) as bundle:
            assert written_here(bundle) == ready
