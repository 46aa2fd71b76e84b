"""The page of all that somebody has signed, with the factor of each signature."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from compliance.assurance.reviews import actions
from compliance.identity.organisations.actions import change_role, remove_member
from tests.support import device, factories, signing
from tests.support.page_text import flat
from tests.support.provider_sign_in import SHUTS_OUT, shut_out

pytestmark = pytest.mark.slow
PAGE = "/security/signed/"


@pytest.fixture(autouse=True)
def _reached_by_a_name(settings):
    cache.clear()
    settings.URL = device.ORIGIN


def sign_by_passkey(client, assessment, name="Blue key"):
    made = device.add(client, name)
    path = reverse("reviews:sign", args=["acme", assessment.pk])
    page = client.get(reverse("reviews:review", args=["acme", assessment.pk]))
    form = {"seen": page.context["seen"], "role": "DPO", "reservations": ""}
    said = device.signed_for(client, made, path)
    client.post(path, form | {"passkey": said})


def test_each_signature_is_listed_with_its_factor(cast, sign_in):
    rev, sent = sign_in(cast.rev), signing.make_sent(cast)
    sign_by_passkey(rev, sent)
    signing.reopen(cast.rev, cast.ada, sent)
    actions.send(by=cast.otto, assessment=sent)
    signing.sign(cast.rev, sent)
    signatures = rev.get(PAGE).context["signatures"]
    assert [(one.revision, one.method, one.named) for one in signatures] == [
        (2, "password", ""),
        (1, "passkey", "Blue key"),
    ]
    text = flat(rev.get(PAGE).text)
    assert "Passkey “<bdi>Blue key</bdi>”" in text
    assert text.count(f'href="/o/acme/assessments/{sent.pk}/review/"') == 2


def test_passkey_keeps_the_name_that_it_had(cast, sign_in):
    rev, sent = sign_in(cast.rev), signing.make_sent(cast)
    sign_by_passkey(rev, sent)
    key = device.kept().get()
    rev.post(f"/passkeys/{key.pk}/", {"name": "Old key"})
    rev.post(f"/passkeys/{key.pk}/remove/")
    assert "Blue key" in rev.get(PAGE).text


def test_signatures_of_others_are_not_listed(cast, sign_in):
    signing.make_signed(cast)
    ada = sign_in(cast.ada)
    assert "You have signed nothing yet." in ada.get(PAGE).text
    assert "Signed by you" in ada.get(PAGE).text
    assert 'href="/security/signed/"' in ada.get("/security/").text


def test_who_left_sees_that_they_signed_and_nothing_of_the_organisation(cast, sign_in):
    signed = signing.make_signed(cast)
    rev = sign_in(cast.rev)
    assert signed.subject in rev.get(PAGE).text
    remove_member(by=cast.ada, membership=cast.acme.memberships.get(user=cast.rev))
    text = flat(rev.get(PAGE).text)
    assert "Of an organisation that is not open to you, revision 1" in text
    assert signed.subject not in text
    assert "Acme" not in text


@pytest.mark.parametrize("rule", SHUTS_OUT)
def test_what_was_signed_has_no_name_where_a_password_opens_nothing(cast, sign_in, rule):
    signed = signing.make_signed(cast)
    shut_out(cast.ada, cast.acme, rule)
    text = flat(sign_in(cast.rev).get(PAGE).text)
    assert "Of an organisation that is not open to you, revision 1" in text
    assert signed.subject not in text


def test_who_became_an_auditor_reads_no_titles(cast, sign_in):
    signed = signing.make_signed(cast)
    member = cast.acme.memberships.get(user=cast.rev)
    change_role(by=cast.ada, membership=member, role="auditor")
    assert f"<bdi>{signed}" not in sign_in(cast.rev).get(PAGE).text


def test_page_asks_little_however_many_there_are(cast, sign_in, django_assert_max_num_queries):
    edition = factories.make_edition(3)
    rev = sign_in(cast.rev)
    for _ in range(3):
        signing.sign(cast.rev, signing.make_sent(cast, edition))
    with django_assert_max_num_queries(5):
        assert len(rev.get(PAGE).context["signatures"]) == 3
