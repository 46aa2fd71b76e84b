"""A signature that does not hold says so wherever its assessment is called signed."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from compliance.assurance.seats import actions as seats
from compliance.content.evidence.actions import describe
from compliance.work.signatures.validity import voids_in
from tests.support import auditor_seats, factories, signing
from tests.support.page_text import flat

pytestmark = pytest.mark.slow
SAID = "Signed, void since"
NAMED = "Policy: expiry"


def spoil(cast, assessment):
    proof = cast.acme.evidence.get(attachments__answer__assessment=assessment)
    describe(by=cast.con, evidence=proof, expires_on=timezone.localdate())


def outside(cast, client, assessment):
    """The pages of somebody from outside, and those of a member, as client and path."""
    seat = auditor_seats.give(cast, assessment)
    _, token = seats.share(by=cast.otto, assessment=assessment, label="A", days=1)
    rob, aud = client(cast.rob), client(cast.aud)
    acme = ["acme"]
    return {
        "seat": (aud, seat.get_absolute_url()),
        "seats": (aud, reverse("seats:home", args=acme)),
        "share": (client(cast.zoe), reverse("seats:shared", args=[token])),
        "home": (rob, reverse("home:home", args=acme)),
        "list": (rob, reverse("workspace:list", args=acme)),
        "reports": (client(cast.ada), reverse("reports:list", args=acme)),
        "workspace": (rob, assessment.get_absolute_url()),
    }


@pytest.fixture
def pages(cast, sign_in):
    cache.clear()
    assessment = signing.make_signed(cast)
    return assessment, outside(cast, sign_in, assessment)


def test_void_signature_is_called_so_on_every_page(cast, pages):
    assessment, found = pages
    for name, (client, path) in found.items():
        text = flat(client.get(path, follow=True).text)
        assert ("Signed" in text, SAID in text) == (True, False), name
    spoil(cast, assessment)
    for name, (client, path) in found.items():
        text = flat(client.get(path, follow=True).text)
        assert (SAID in text, NAMED in text) == (True, True), name


def test_auditor_reads_the_signature(cast, sign_in):
    assessment = signing.make_sent(cast)
    done = signing.sign(cast.rev, assessment, reservations="Not the annex.")
    seat = auditor_seats.give(cast, signing.fresh(assessment))
    aud = sign_in(cast.aud)
    text = flat(aud.get(seat.get_absolute_url()).text)
    for words in (done.statement, "Rev Iewer", "Not the annex.", "Valid"):
        assert words in text
    assert done.snapshot_id[:8] in text
    spoil(cast, assessment)
    text = flat(aud.get(seat.get_absolute_url()).text)
    assert "Void since" in text
    assert NAMED in text


def test_what_is_put_back_voids_nothing(cast):
    assessment = signing.make_signed(cast)
    spoil(cast, assessment)
    assert voids_in([assessment])[assessment.pk].named == (NAMED,)
    proof = cast.acme.evidence.get()
    describe(by=cast.con, evidence=proof, expires_on=signing.LATER)
    assert voids_in([assessment]) == {}


def test_void_of_one_costs_as_many_statements_as_that_of_three(cast):
    every = [signing.make_signed(cast, factories.make_edition(n)) for n in (3, 4, 5)]
    for one in every:
        spoil(cast, one)
    spent = []
    for some in (every[:1], every):
        with CaptureQueriesContext(connection) as asked:
            assert len(voids_in(some)) == len(some)
        spent.append(len(asked))
    assert spent == [5, 5]
    with CaptureQueriesContext(connection) as asked:
        assert voids_in([signing.make_ready(cast)]) == {}
