"""Signing, seats and share links with a passkey in place of the password."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from compliance.assurance.reviews import actions
from compliance.assurance.reviews.event_labels import event_in_words
from compliance.models import Event, SeatOffer, ShareLink, SignOff
from compliance.proof.audit import trail
from tests.support import device, factories, signing
from tests.support.page_text import flat

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _reached_by_a_name(settings):
    cache.clear()
    settings.URL = device.ORIGIN


@pytest.fixture
def sent(cast):
    return signing.make_sent(cast)


@pytest.fixture
def rev(cast, sign_in):
    return sign_in(cast.rev)


def url(assessment, name="sign"):
    return reverse(f"reviews:{name}", args=["acme", assessment.pk])


def form_of(client, assessment, **fields):
    seen = client.get(url(assessment, "review")).context["seen"]
    return {"seen": seen, "role": "DPO", "reservations": ""} | fields


def test_signature_by_passkey_says_so(cast, rev, sent):
    made = device.add(rev)
    said = device.signed_for(rev, made, url(sent))
    page = rev.post(url(sent), form_of(rev, sent, passkey=said), follow=True)
    done = SignOff.objects.get()
    assert (done.signed_by, done.method) == (cast.rev, "passkey")
    assert "confirmed by passkey" in flat(page.text)
    event = Event.objects.get(action="assessment.signed")
    words = event_in_words(event.action, *trail.changes(event))
    assert words.endswith("confirmed by passkey; “Laptop”")
    assert device.kept().get().last_used_at is not None


def test_signature_by_password_says_so(rev, sent):
    device.add(rev)
    form = form_of(rev, sent, password=factories.PASSWORD, passkey="")
    page = rev.post(url(sent), form, follow=True)
    report = reverse("reports:ask", args=["acme", sent.pk])
    assert f'can no longer change.<a href="{report}">Make the report</a>' in flat(page.text)
    event = Event.objects.get(action="assessment.signed")
    assert event_in_words(event.action, *trail.changes(event)).endswith("confirmed by password")


def refused(client, assessment, said, words, status=422, **fields):
    page = client.post(url(assessment), form_of(client, assessment, passkey=said) | fields)
    assert (page.status_code, words in flat(page.text)) == (status, True)
    assert SignOff.objects.count() == 0


def test_passkey_of_another_person_signs_nothing(cast, rev, sent, sign_in):
    device.add(rev)
    theirs = device.add(sign_in(cast.ada))
    theirs.handle = None
    said = device.signed_for(rev, theirs, url(sent))
    refused(rev, sent, said, "The passkey was not recognised.")


def test_refused_passkey_is_not_saved_by_the_password_beside_it(rev, sent):
    refused(rev, sent, "{}", "was not recognised", password=factories.PASSWORD)


def test_signature_for_one_assessment_signs_no_other(cast, rev, sent):
    other = signing.make_sent(cast, factories.make_edition(3))
    made = device.add(rev)
    refused(rev, sent, device.signed_for(rev, made, url(other)), "already used")


def test_replayed_signature_signs_no_later_revision(cast, rev, sent):
    made = device.add(rev)
    said = device.signed_for(rev, made, url(sent))
    rev.post(url(sent), form_of(rev, sent, passkey=said))
    signing.reopen(cast.rev, cast.ada, sent)
    actions.send(by=cast.otto, assessment=sent)
    page = rev.post(url(sent), form_of(rev, sent, passkey=said))
    assert (page.status_code, "already used" in flat(page.text)) == (422, True)
    assert SignOff.objects.count() == 1


def test_assessment_of_another_tenant_is_not_there_for_a_passkey(cast, rev, sent, sign_in):
    """Neither for a stranger with a passkey, nor for one who asked for its address."""
    zoe = sign_in(cast.zoe)
    made = device.add(zoe)
    said = device.signed_for(zoe, made, url(sent))
    reply = zoe.post(url(sent), form_of(rev, sent, passkey=said))
    assert (reply.status_code, SignOff.objects.count()) == (404, 0)


def test_tries_with_a_passkey_count_like_those_of_the_password(rev, sent):
    made = device.add(rev)
    cache.clear()
    form = form_of(rev, sent)
    for _ in range(5):
        rev.post(url(sent), form | {"passkey": "{}"})
        rev.post(url(sent), form | {"password": "wrong"})
    said = device.signed_for(rev, made, url(sent))
    refused(rev, sent, said, "Too many tries.", 429)


def test_passkey_is_offered_to_who_has_one_and_where_one_may_sign(cast, rev, sent):
    page = url(sent, "review")
    assert "data-passkey" not in rev.get(page).text
    device.add(rev)
    offered = rev.get(page).text
    assert ("data-passkey=" in offered, "js/passkey.js" in offered) == (True, True)
    assert "hidden>" in offered.split("data-passkey=")[1][:60]


def test_seat_and_link_are_given_with_a_passkey(cast, sent, sign_in):
    otto = sign_in(cast.otto)
    made = device.add(otto)
    base = f"/o/acme/assessments/{sent.pk}/"
    cache.clear()
    otto.session.flush()
    otto = sign_in(cast.otto)
    asked = otto.post(f"{base}share/", {"label": "Bank", "days": 7})
    assert "Confirm that it is you" in asked.text
    assert asked.text.count("data-passkey=") == 1
    said = device.signed_for(otto, made, f"{base}share/")
    page = otto.post(f"{base}share/", {"label": "Bank", "days": 7, "passkey": said})
    assert (page.status_code, ShareLink.objects.get().label) == (200, "Bank")
    assert said not in page.text
    seat = {
        "email": "eve@audit.example",
        "name": "Eve Auditor",
        "from_on": "2099-01-01",
        "until_on": "2099-01-10",
    }
    again = otto.post(f"{base}auditors/", seat | {"passkey": said})
    assert (again.status_code, "already used" in flat(again.text)) == (422, True)
    assert 'name="purpose" value="' not in again.text
    assert 'name="email" value="eve@audit.example"' in again.text
    otto.post(f"{base}auditors/", seat)
    assert SeatOffer.objects.get().invitation.email == "eve@audit.example"
