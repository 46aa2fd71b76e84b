"""An assessment that rests on another one goes out without it, and says what it said."""

import json

import pytest

from compliance.assurance.bundles.process import UnreadableError
from compliance.assurance.reviews import actions as reviewing
from compliance.assurance.reviews.rows import rows_of
from compliance.proof.audit.chain import canonical
from compliance.work.snapshots.snapshot import content_of, to_read
from tests.assurance.bundles.making import (
    brought_in,
    bundle_of,
    hash_of,
    reading,
    write_elsewhere,
)
from tests.assurance.bundles.test_bundle_hostile import packed, unpacked
from tests.support.resting_assessments import applying, rest_on, resting
from tests.support.signing import answer, fresh, sign

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def place(cast):
    whole, here = resting(cast.acme, cast.ada)
    answer(cast.con, whole, "Q1", verdict="na", reason="We have none.")
    answer(cast.con, whole, "Q2", verdict="met")
    for key in ("Q3", "Q4"):
        answer(cast.con, here, key, verdict="met")
    return whole, here


def test_it_says_elsewhere_what_stood_there(place, cast, monkeypatch):
    whole, here = place
    write_elsewhere(monkeypatch)
    content = bundle_of(here)
    came = brought_in(content, cast.other)
    assert (came.rests, came.rests_on) == (True, None)
    assert hash_of(came) == hash_of(here)
    answer(cast.con, whole, "Q2", verdict="not_met")
    stood = content_of(to_read(came.pk))
    assert [found.verdict for _, found in stood.resting] == ["na", "met"]
    assert stood.rests_on.subject == "Acme"


def test_it_goes_on_with_an_equal_hash(place, cast, monkeypatch):
    _, here = place
    write_elsewhere(monkeypatch)
    came = brought_in(bundle_of(here), cast.other)
    again = brought_in(bundle_of(came), cast.acme)
    assert hash_of(again) == hash_of(here)


def test_it_can_answer_for_itself_there(place, cast, monkeypatch):
    _, here = place
    write_elsewhere(monkeypatch)
    came = brought_in(bundle_of(here), cast.other)
    assert applying(came) == ("Q3", "Q4")
    assert rest_on(cast.zoe, came, None) == 2
    assert applying(came) == ("Q1", "Q2", "Q3", "Q4")
    assert content_of(to_read(came.pk)).rests_on is None


def test_signed_one_comes_with_what_was_signed(place, cast, monkeypatch):
    whole, here = place
    reviewing.send(by=cast.otto, assessment=fresh(here))
    sign(cast.rev, fresh(here))
    write_elsewhere(monkeypatch)
    answer(cast.con, whole, "Q2", verdict="not_met")
    came = brought_in(bundle_of(here), cast.other)
    assert hash_of(came) == hash_of(here) == came.signoffs.get().snapshot_id


def test_rows_without_what_it_rests_on_contradict_the_trail(place):
    _, here = place
    parts = unpacked(bundle_of(here))
    rows = json.loads(parts["rows.json"])
    del rows["rests_on"]
    parts["rows.json"] = canonical(rows).encode()
    with pytest.raises(UnreadableError, match="rests"), reading(packed(parts)):
        pass


def test_one_that_rests_on_nothing_has_no_such_part(place):
    whole, _ = place
    assert "rests_on" not in rows_of(to_read(whole.pk))
