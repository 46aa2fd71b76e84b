"""A chain that was tampered with says where, and how."""

import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from compliance.proof.audit.chain import START, canonical
from compliance.proof.audit.chain_check import ERASING, Kind, check
from compliance.proof.audit.leaves import committed
from compliance.proof.audit.merkle import Frontier
from compliance.proof.audit.signed_note import Checkpoint
from tests.proof.audit import tampering


def signed(events, size):
    """The checkpoint of the first events."""
    tree = Frontier()
    for event in events[:size]:
        tree.add(bytes.fromhex(event.hash))
    at = datetime(2026, 11, 25, tzinfo=UTC)
    parts = tuple(tree.parts)
    return Checkpoint("acme", size, tree.root(), events[size - 1].hash, at, parts)


def found(events, head, checkpoints=(), **also):
    chains = {"acme": len(events), tampering.OTHER: len(events) + 3}
    texts = tampering.texts_of
    return check(lambda: events, head, checkpoints, texts=texts, chains=lambda: chains, **also)


def attack(way, seed, count, checkpoints_at=()):
    rng = random.Random(f"{way.__name__} {seed}")  # noqa: S311 - to be the same again
    events, head = tampering.chain_of(count)
    kept = [signed(events, size) for size in checkpoints_at]
    bad, head, seq, kind = way(events, head, rng)
    return found(bad, head, kept), seq, kind


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("way", tampering.OF_THE_CHAIN)
def test_tampering_is_named_with_its_first_event(way, seed):
    result, seq, kind = attack(way, seed, 12 + seed)
    assert (result.fault.seq, result.fault.kind) == (seq, kind)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("way", tampering.WITH_CHECKPOINT)
def test_what_is_consistent_in_itself_shows_against_a_checkpoint(way, seed):
    result, seq, kind = attack(way, seed, 40, (10, 20, 30, 40))
    fault = result.fault
    assert (fault.kind, fault.seq <= seq <= fault.until) == (kind, True)
    assert fault.until - fault.seq < 10 or kind == Kind.ROLLED_BACK
    without, _, _ = attack(way, seed, 40)
    assert (without.fault, without.covered) == (None, 0)


@pytest.mark.parametrize(("at", "first", "last"), [(1, 1, 64), (65, 65, 96), (97, 97, 100), (101, 101, 101)])
def test_one_checkpoint_names_the_whole_part_of_its_tree(at, first, last):
    events, _ = tampering.chain_of(101)
    at -= 1
    bad = tampering.chained([*events[:at], tampering.rewritten(events[at]), *events[at + 1 :]], at)
    fault = found(bad, (101, bad[-1].hash), [signed(events, 101)]).fault
    assert (fault.kind, fault.seq, fault.until) == (Kind.REWRITTEN, first, last)
    known = [signed(events, size) for size in range(1, at + 1)]
    fault = found(bad, (101, bad[-1].hash), [*known, signed(events, 101)]).fault
    assert (fault.seq, fault.until) == (at + 1, last)


@pytest.mark.long
@pytest.mark.parametrize("way", tampering.OF_THE_CHAIN + tampering.WITH_CHECKPOINT)
def test_a_hundred_places_in_ten_thousand_events(way):
    rng = random.Random(way.__name__)  # noqa: S311
    events, head = tampering.chain_of(10_000)
    kept = [signed(events, size) for size in (2_500, 5_000, 7_500, 10_000)]
    for _ in range(100):
        bad, bad_head, seq, kind = way(events, head, rng)
        fault = found(bad, bad_head, kept).fault
        assert fault.kind == kind or (fault.kind, kind) == (Kind.ROLLED_BACK, Kind.CUT)
        assert fault.seq <= seq <= max(fault.until, fault.seq)


@pytest.mark.parametrize("count", [1, 2, 50])
def test_clean_chain_stands(count):
    events, head = tampering.chain_of(count)
    kept = [signed(events, size) for size in (1, 2, 33, 50) if size <= count]
    result = found(events, head, kept)
    assert (result.fault, result.size, result.head) == (None, count, head[1])
    assert result.covered == (max((c.size for c in kept), default=0))


def test_everything_gone():
    _, head = tampering.chain_of(5)
    assert found([], head).fault.kind == Kind.CUT


def test_a_chain_without_head():
    events, _ = tampering.chain_of(5)
    assert found(events, None).fault.kind == Kind.HEAD


@pytest.mark.parametrize("head", [None, (0, START)])
def test_a_chain_of_which_nothing_is_left(head):
    events, _ = tampering.chain_of(5)
    bare, signed_short = (
        found([], head).fault,
        found([], head, [signed(events, 5)]).fault,
    )
    assert (bare.seq, bare.kind, signed_short.kind) == (1, Kind.GONE, Kind.GONE)
    assert "5 events were signed on 2026-11-25 00:00 UTC, none is left" in signed_short.what


def test_more_events_than_the_head_knows():
    events, _ = tampering.chain_of(5)
    fault = found(events, (4, events[3].hash)).fault
    assert (fault.seq, fault.kind) == (5, Kind.INSERTED)


def test_a_check_since_a_checkpoint_reads_what_is_newer():
    events, head = tampering.chain_of(30)
    since, last = signed(events, 20), signed(events, 28)
    result = check(lambda: events[20:], head, [last], texts=None, since=since)
    assert (result.fault, result.size, result.covered) == (None, 30, 28)
    bad = [*events[20:24], replace(events[24], payload="{}"), *events[25:]]
    fault = check(lambda: bad, head, [last], texts=None, since=since).fault
    assert (fault.seq, fault.kind) == (25, Kind.EDITED)


def test_clock_set_back_is_no_fault():
    events, _ = tampering.chain_of(10)
    earlier = tampering.relink(events[6], at=datetime(2026, 11, 1, tzinfo=UTC))
    done = tampering.chained([*events[:6], earlier, *events[7:]], 6)
    assert found(done, (10, done[-1].hash)).fault is None


def erased_chain(*places, **changes):
    """Ten events, the note of the fourth erased, the last one naming some places."""
    events, _ = tampering.chain_of(9)
    more, _ = tampering.chain_of(10)
    content = {"before": {}, "after": {"events": {"4": list(places)}}}
    salts, root = committed(content)
    last = replace(more[9], payload=canonical(content), salts=salts)
    last = tampering.relink(last, action=ERASING, previous_hash=events[-1].hash, payload_hash=root)
    events[3] = replace(tampering.erased(events[3]), **changes)
    return [*events, last], (10, last.hash)


def test_an_erased_event_stands_when_a_later_one_says_so():
    result = found(*erased_chain("/after/note"))
    assert (result.fault, result.erased) == (None, {10: [(4, "/after/note")]})


def test_what_is_left_of_an_erased_event_cannot_be_changed():
    changed = canonical({"before": {}, "after": {"n": 5, "note": None}})
    fault = found(*erased_chain("/after/note", payload=changed)).fault
    assert (fault.seq, fault.kind) == (4, Kind.EDITED)


def test_a_text_in_the_place_of_an_erased_one_is_found():
    changed = canonical({"before": {}, "after": {"n": 4, "note": "put back"}})
    fault = found(*erased_chain("/after/note", payload=changed)).fault
    assert (fault.seq, fault.kind) == (4, Kind.EDITED)


def test_an_entry_that_names_another_place_excuses_nothing():
    fault = found(*erased_chain("/after/other")).fault
    assert (fault.seq, fault.kind) == (4, Kind.ERASED)


def test_what_its_type_does_not_name_is_never_erased_whatever_an_entry_says():
    events, head = erased_chain("/after/note")
    fault = check(lambda: events, head, texts=lambda action: ["/after/n"]).fault
    assert (fault.seq, fault.kind) == (4, Kind.ERASED)
    assert fault.what == "/after/note was erased, and may not be"
    assert check(lambda: events, head, texts=None).fault is None


def test_an_event_whose_hash_covers_no_content_is_no_blank_cheque():
    """Signed first and filled in later, it would stand in a chain that agrees."""
    events, _ = tampering.chain_of(10)
    blank = tampering.relink(events[4], payload_hash="")
    blank = replace(blank, payload='{"after":{"n":"anything"},"before":{}}', salts="")
    done = tampering.chained([*events[:4], blank, *events[5:]], 4)
    head = 10, done[-1].hash
    fault = found(done, head, [signed(done, 10)]).fault
    assert (fault.seq, fault.kind) == (5, Kind.EDITED)


@pytest.mark.parametrize("first", ['{"after":{"n":900},', '{ "after":'])
def test_content_reads_in_one_way_alone(first):
    """Of a key that stands there twice one reader takes the first, another the last."""
    events, head = tampering.chain_of(10)
    payload = events[4].payload.replace('{"after":', first + '"after":', 1)
    payload = payload.replace('"after":"after":', '"after":')
    events[4] = replace(events[4], payload=payload)
    fault = found(events, head).fault
    assert (fault.seq, fault.kind) == (5, Kind.EDITED)


@pytest.mark.parametrize(
    "events",
    [
        [1],
        {"x": ["/after/note"]},
        {"4": 5},
        {"4": [["/after/note"]]},
        {"4": [{"a": 1}]},
    ],
)
def test_an_erasure_that_names_nothing_is_a_fault(events):
    done, _ = erased_chain("/after/note")
    content = {"after": {"events": events}, "before": {}}
    salts, root = committed(content)
    last = replace(done[9], payload=canonical(content), salts=salts)
    done[9] = tampering.relink(last, payload_hash=root)
    fault = found(done, (10, done[9].hash)).fault
    assert (fault.seq, fault.what) == (10, "does not say what was erased")
