"""Whose account it is, once another organisation holds the domain of its address.

Acme's provider, its directory, an invitation or the person made the account; then the domain
comes to Other, whose provider and directory speak for the same address.
"""

from ipaddress import ip_network

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from compliance.identity.organisations.actions import make_account, remove_member, set_policy
from compliance.identity.organisations.choices import Role
from compliance.identity.sign_on import actions
from compliance.models import Domain, Event, Membership, User
from compliance.programs.directory.actions import deactivate, make_person, renew_token
from compliance.proof.audit import tables
from compliance.proof.audit.trail import PEOPLE
from tests.support import factories, oidc_provider
from tests.support.mail_queue import send_queued
from tests.support.provider_sign_in import is_in, leave, protect, refused, switch_on

pytestmark = pytest.mark.slow
NORA = "nora@acme.example"
CLAIMS = {"email": NORA, "email_verified": True, "name": "Nora"}
MAKERS = ["provider", "directory", "unconfirmed", "password", "factor", "owner"]
KEEP = {"password", "factor", "owner"}
"""Whoever confirmed the address, and has means of their own, keeps it."""
WITHHELD = {"provider", "directory"}


@pytest.fixture(autouse=True)
def _on_loopback(settings):
    cache.clear()
    settings.PRIVATE_NETWORKS = [ip_network("127.0.0.0/8")]
    settings.URL = "http://testserver"


@pytest.fixture(scope="module")
def listening():
    with oidc_provider.provider() as one, oidc_provider.provider() as two:
        yield {"acme": one, "other": two}


def set_up(owner, organisation, provider, domain=""):
    actions.set_provider(
        by=owner,
        organisation=organisation,
        issuer=provider.issuer,
        client_id="attest",
        secret=oidc_provider.SECRET,
        default_role="reader",
    )
    return switch_on(owner, organisation, domain)


@pytest.fixture
def both(cast, listening):
    """Both organisations sign people in; Acme has the domain."""
    set_up(cast.ada, cast.acme, listening["acme"], "acme.example")
    set_up(cast.zoe, cast.other, listening["other"])
    renew_token(by=cast.ada, organisation=cast.acme)
    make_account(email="first@else.example", name="First", password=None)  # of the chain of people
    return cast


def come(client, listening, at, **claims):
    provider = listening[at]
    answer = provider.sign_in(leave(client, f"/sign-on/{at}/"), **CLAIMS | claims)
    return client.get(f"/sign-on/{at}/callback/", answer)


def made(maker, cast, listening):
    """Nora, an officer at Acme."""
    if maker == "provider":
        come(Client(), listening, "acme", sub="nora-at-acme")
    elif maker == "directory":
        make_person(organisation=cast.acme, email=NORA, name="Nora")
    else:
        role = Role.OWNER if maker == "owner" else Role.OFFICER
        user = factories.make_member(cast.acme, role, "Nora Berg", NORA)
        EmailAddress.objects.create(user=user, email=NORA, verified=maker != "unconfirmed", primary=True)
        if maker in {"factor", "owner"}:
            protect(user)
    user = User.objects.get(email=NORA)
    Membership.objects.filter(user=user).exclude(role=Role.OWNER).update(role=Role.OFFICER)
    return user


def move(cast):
    """The domain comes to Other: its record stands, Acme's is gone."""
    row = actions.add_domain(by=cast.zoe, organisation=cast.other, name="acme.example")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actions.dns, "texts_of", lambda _: [row.record])
        actions.verify_domain(by=cast.zoe, domain=row)
    send_queued()


def sign_in(email=NORA):
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": factories.PASSWORD})
    return client


def opens(client):
    """What a session sees of Acme, of Other and of the account."""
    return [client.get(path).status_code for path in ("/o/acme/", "/o/other/", "/security/")]


def faults(cast):
    """What the trails do not account for: rows of the test's own making."""
    chains = (PEOPLE, cast.acme.pk, cast.other.pk)
    return {fault.what for chain in chains for fault in tables.faults(chain)}


@pytest.mark.parametrize("maker", MAKERS)
def test_new_holders_provider_opens_its_own_organisation_alone(maker, both, listening):
    nora = made(maker, both, listening)
    known = faults(both)
    before = Event.objects.filter(organisation_id=both.acme.pk).count()
    move(both)
    seq = Event.objects.filter(organisation_id=both.acme.pk).count()
    assert seq == before + 1  # the domain is gone
    client = Client()
    reply = come(client, listening, "other", sub="nora-at-other")
    nora.refresh_from_db()
    assert (nora.email == NORA) == (maker in KEEP)
    if maker in {"factor", "owner"}:
        assert reply.url == "/accounts/login/second-step/"  # hers: it opens nothing without
        assert not is_in(client)
    else:
        assert opens(client)[:2] == [404, 200]
        assert (opens(client)[2] == 403) == (maker in KEEP)
        assert client.post("/o/acme/members/invite/", {"email": "x@x.example"}).status_code == 404
        assert client.post("/o/other/sign-on/open/", {"password": "guessed"}).status_code == 422
        assert opens(client)[0] == 404
        signed_in = int(client.session["_auth_user_id"])
        assert (signed_in == nora.pk) == (maker in KEEP)
    assert Event.objects.filter(organisation_id=both.acme.pk).count() == seq
    assert both.acme.memberships.get(user=nora).role == (Role.OWNER if maker == "owner" else Role.OFFICER)
    assert nora.has_usable_password() == (maker not in WITHHELD)
    assert faults(both) <= known


@pytest.mark.parametrize("maker", MAKERS)
def test_people_with_a_password_get_in_as_before_and_not_at_the_new_holder(maker, both, listening):
    nora = made(maker, both, listening)
    move(both)
    come(Client(), listening, "other", sub="nora-at-other")
    client = Client()
    reply = client.post("/accounts/login/", {"login": NORA, "password": factories.PASSWORD})
    if maker in {"factor", "owner"}:
        assert reply.url == "/accounts/login/second-step/"
    elif maker in WITHHELD:
        assert not is_in(client)
    else:
        assert int(client.session["_auth_user_id"]) == nora.pk
        assert opens(client) == [200, 403 if maker in KEEP else 404, 200]


@pytest.mark.parametrize("maker", MAKERS)
def test_new_holders_directory_reaches_no_account_that_others_made(maker, both, listening):
    nora = made(maker, both, listening)
    known = faults(both)
    client = Client()
    client.force_login(nora)
    client.get("/o/acme/")
    move(both)
    renew_token(by=both.zoe, organisation=both.other)
    person = make_person(organisation=both.other, email=NORA, name="Somebody")
    assert (person.pk == nora.pk) == (maker in KEEP)
    deactivate(organisation=both.other, user=person)
    nora.refresh_from_db()
    assert nora.name != "Somebody"
    assert is_in(client) == (maker not in WITHHELD)
    if is_in(client):
        assert client.get("/o/acme/").status_code == 200
    assert faults(both) <= known


@pytest.mark.parametrize("state", ["proven", "lapsed", "moved"])
@pytest.mark.parametrize("maker", MAKERS)
def test_mail_sets_a_password_only_where_it_reaches_no_stranger(maker, state, both, listening):
    made(maker, both, listening)
    if state == "moved":
        move(both)
    elif state == "lapsed":
        Domain.objects.update(verified_at=None)
    send_queued()
    Client().post(reverse("account_reset_password"), {"email": NORA})
    [mail] = send_queued()
    is_withheld = state == "moved" or (state == "lapsed" and maker in WITHHELD)
    assert ("no password by mail" in mail.subject) == is_withheld
    assert ("/accounts/password/reset/" in mail.body) == (not is_withheld)


@pytest.mark.parametrize("maker", sorted(KEEP))
def test_directory_that_takes_somebody_in_has_no_password_mailed(maker, both, listening):
    """Else the new holder could read the mail, and open the former holder's organisation."""
    nora = made(maker, both, listening)
    move(both)
    renew_token(by=both.zoe, organisation=both.other)
    assert make_person(organisation=both.other, email=NORA, name="Somebody") == nora
    send_queued()
    Client().post(reverse("account_reset_password"), {"email": NORA})
    [mail] = send_queued()
    assert "no password by mail" in mail.subject


def test_owners_are_told_of_an_address_that_was_given_up(both, listening):
    made("provider", both, listening)
    move(both)
    come(Client(), listening, "other", sub="nora-at-other")
    [mail] = [one for one in send_queued() if "somebody else's address" in one.subject]
    assert mail.to == [both.ada.email]
    assert "invite Nora at another address" in mail.body
    assert "Other" not in mail.body  # whose domain it is now is nobody's business


def test_policy_of_before_lets_the_new_holders_provider_in_nowhere(both, listening):
    """Acme's owner said it of the providers of that time."""
    set_policy(by=both.ada, organisation=both.acme, other_providers=True)
    made("password", both, listening)
    move(both)
    client = Client()
    come(client, listening, "other", sub="nora-at-other")
    assert opens(client)[0] == 404
    set_policy(by=both.ada, organisation=both.acme, other_providers=False)
    set_policy(by=both.ada, organisation=both.acme, other_providers=True)
    assert opens(client)[0] == 200


def test_owner_elsewhere_is_not_sent_to_a_provider_that_refuses_her(both, listening):
    """She works for Acme; her address lies in the domain of Other, which knows her not."""
    user = factories.make_member(both.acme, Role.OFFICER, email="bea@other.example")
    row = actions.add_domain(by=both.zoe, organisation=both.other, name="other.example")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actions.dns, "texts_of", lambda _: [row.record])
        actions.verify_domain(by=both.zoe, domain=row)
    client = sign_in(user.email)
    assert opens(client) == [200, 404, 200]


def test_account_that_nobody_works_with_is_taken_from_whoever_made_it(both, listening):
    squatter = factories.make_user("Squatter", "sam@acme.example")
    come(Client(), listening, "acme", email=squatter.email, sub="sam")
    squatter.refresh_from_db()
    assert not squatter.has_usable_password()
    assert squatter.email == "sam@acme.example"


def test_someone_removed_comes_back_as_nobody_else(both, listening):
    """Giving the address up is no way round the owner who removed them."""
    user = made("provider", both, listening)
    Membership.objects.create(organisation=both.other, user=user, role=Role.READER)
    membership = both.acme.memberships.select_related("organisation", "user").get(user=user)
    remove_member(by=both.ada, membership=membership)
    assert refused(come(Client(), listening, "acme", sub="another"), "no longer a member")
    user.refresh_from_db()
    assert user.email == NORA
