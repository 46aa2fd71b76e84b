"""The Merkle tree: the vectors of the RFC, and proofs that hold for what they say only."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.proof.audit import merkle

VECTORS = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = [  # of the first n of them; Certificate Transparency's reference vectors
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaves(count):
    return [hashlib.sha256(str(i).encode()).digest() for i in range(count)]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_reference(size):
    data = [bytes.fromhex(text) for text in VECTORS[:size]]
    assert merkle.root_of(data).hex() == ROOTS[size]


def defined(data):
    """The tree as the RFC defines it, to compare with."""
    if not data:
        return merkle.EMPTY
    if len(data) == 1:
        return hashlib.sha256(b"\x00" + data[0]).digest()
    half = 1
    while half * 2 < len(data):
        half *= 2
    left, right = defined(data[:half]), defined(data[half:])
    return hashlib.sha256(b"\x01" + left + right).digest()


@given(st.integers(0, 130), st.integers(0, 130))
def test_a_tree_that_grows_is_the_tree_of_all(size, more):
    data = leaves(size + more)
    frontier = merkle.Frontier()
    for each in data[:size]:
        frontier.add(each)
    later = merkle.Frontier(frontier.size, frontier.parts)
    for each in data[size:]:
        later.add(each)
    assert (frontier.root(), later.root()) == (defined(data[:size]), defined(data))


@given(st.data())
def test_consistency_holds_for_a_tree_that_went_on(data):
    later = data.draw(st.integers(1, 130))
    size = data.draw(st.integers(1, later))
    events = leaves(later)
    old, new = merkle.root_of(events[:size]), merkle.root_of(events)
    proof = merkle.consistency(events, size)
    assert merkle.is_consistent(size, old, later, new, proof)
    assert len(proof) <= later.bit_length() + 1


@given(st.data())
def test_consistency_fails_for_any_other_tree(data):
    later = data.draw(st.integers(2, 130))
    size = data.draw(st.integers(1, later - 1))
    events = leaves(later)
    other = list(events)
    other[data.draw(st.integers(0, size - 1))] = b"x" * 32
    old, new = merkle.root_of(events[:size]), merkle.root_of(other)
    for proof in (merkle.consistency(events, size), merkle.consistency(other, size)):
        assert not merkle.is_consistent(size, old, later, new, proof)
    good = merkle.consistency(events, size)
    root = merkle.root_of(events)
    assert not merkle.is_consistent(size, old, later, root, [*good, b"x" * 32])
    assert not merkle.is_consistent(size, old, later, root, good[:-1])
    assert not merkle.is_consistent(size, old, later, root, [])


@pytest.mark.parametrize(("size", "later"), [(0, 5), (6, 5), (-1, 5)])
def test_there_is_no_proof_outside(size, later):
    assert not merkle.is_consistent(size, b"", later, b"", [])
    with pytest.raises(ValueError, match="no tree of"):
        merkle.consistency(leaves(later), size)


@given(st.data())
def test_one_proof_shows_several_events(data):
    size = data.draw(st.integers(1, 130))
    events = leaves(size)
    places = data.draw(st.sets(st.integers(0, size - 1)))
    proof = merkle.proof_of(events, places)
    shown = {place: events[place] for place in places}
    assert merkle.root_shown(size, shown, proof) == merkle.root_of(events)
    assert len(proof) <= max(1, len(places)) * size.bit_length()
    if places:
        place = data.draw(st.sampled_from(sorted(places)))
        forged = shown | {place: b"x" * 32}
        assert merkle.root_shown(size, forged, proof) != merkle.root_of(events)


def test_a_proof_of_wrong_length_is_refused():
    events = leaves(13)
    proof = merkle.proof_of(events, {3, 9})
    shown = {3: events[3], 9: events[9]}
    with pytest.raises(ValueError, match="too short"):
        merkle.root_shown(13, shown, proof[:-1])
    with pytest.raises(ValueError, match="too long"):
        merkle.root_shown(13, shown, [*proof, b"x" * 32])
    with pytest.raises(ValueError, match="not every place"):
        merkle.root_shown(13, {13: events[3]}, proof)


def test_parts_must_fit_their_size():
    with pytest.raises(ValueError, match="parts"):
        merkle.Frontier(3, [b"x" * 32])
