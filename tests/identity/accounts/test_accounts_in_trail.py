"""Accounts, their addresses and passkeys are in a chain of their own."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command

from compliance.identity.organisations import actions as people
from compliance.identity.organisations.actions import make_account
from compliance.models import User
from compliance.operations.erasure.actions import erase_person
from compliance.proof.audit import tables, trail, verification
from compliance.proof.audit.check_trail import main
from compliance.proof.audit.columns import label_of
from compliance.proof.audit.models import PEOPLE, Event
from tests.support import factories
from tests.support.mail_queue import send_queued

pytestmark = pytest.mark.slow
NAME, EMAIL, PASSWORD = "Éloïse O'Neill", "eloise@example.org", "correct horse 26"


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def eloise(db):
    person = make_account(email=EMAIL, name=NAME, password=PASSWORD, is_verified=True)
    Authenticator.objects.create(user=person, type="webauthn", data={"name": "Phone", "credential": {}})
    factories.begin_chains()
    return person


def found():
    return [fault.what for fault in tables.faults(PEOPLE)]


@pytest.mark.parametrize(
    ("model", "column", "value"),
    [
        (User, "name", "Eve"),
        (User, "email", "eve@example.org"),
        (User, "is_editor", True),
        (User, "is_active", False),
        (EmailAddress, "verified", False),
        (Authenticator, "data", {"name": "Phone", "credential": {"id": "x"}}),
        (Authenticator, "type", "totp"),
    ],
)
def test_what_is_changed_below_the_program_is_named(eloise, model, column, value, capsys):
    assert found() == []
    row = model.objects.get()
    model.objects.filter(pk=row.pk).update(**{column: value})
    [what] = found()
    name = f"{model._meta.verbose_name} {row.pk} "
    label = label_of(model, column)
    assert what.startswith(name)
    assert f"“{label}” was changed" in what
    with pytest.raises(CommandError):
        call_command("verify_trail")
    assert what in capsys.readouterr().out


def test_address_or_account_that_is_put_in_or_taken_away_is_named(eloise):
    EmailAddress.objects.all().delete()
    [what] = found()
    assert "taken away" in what
    eve = User.objects.create_user("eve@example.org", "x", name="Eve")
    what = next(what for what in found() if "put in" in what)
    assert what.startswith(f"user {eve.pk} ")


def test_what_people_do_to_their_accounts_is_in_the_chain(eloise, client, settings, mailoutbox):
    settings.SIGN_UP = True
    typed = {"password1": PASSWORD, "password2": PASSWORD, "name": "New Comer"}
    reply = client.post("/accounts/signup/", typed | {"email": "new@example.org"})
    assert reply.status_code == 302
    mails = [*mailoutbox, *send_queued()]
    link = next(word for mail in mails for word in mail.body.split() if "/confirm/" in word)
    client.post(link)
    assert EmailAddress.objects.get(email="new@example.org").verified
    client.force_login(eloise)
    changed = {"oldpassword": PASSWORD, "password1": "y" * 14, "password2": "y" * 14}
    client.post("/accounts/password/", changed)
    eloise.refresh_from_db()
    assert eloise.check_password("y" * 14)
    client.post("/accounts/login/", {"login": EMAIL, "password": "y" * 14})
    assert found() == []
    assert verification.verify(PEOPLE) is None


def test_changed_password_sends_a_mail_and_ends_every_session(cast, client, sign_in):
    elsewhere = sign_in(cast.con)
    client.force_login(cast.con)
    typed = {"password1": "y" * 14, "password2": "y" * 14}
    client.post("/accounts/password/", typed | {"oldpassword": "wrong"})
    assert send_queued() == []
    client.post("/accounts/password/", typed | {"oldpassword": factories.PASSWORD})
    [mail] = send_queued()
    assert (mail.to, mail.subject) == (
        [cast.con.email],
        "The password of your account was changed",
    )
    for one in (client, elsewhere):
        assert one.get("/o/acme/").status_code == 302


def test_account_without_an_address_gets_it_with_an_event(cast, client):
    client.post(
        "/accounts/login/",
        {"login": cast.ada.email, "password": factories.PASSWORD},
    )
    assert EmailAddress.objects.get(user=cast.ada).email == cast.ada.email
    [event] = Event.objects.filter(organisation_id=PEOPLE)
    assert (event.action, event.actor) == ("account.changed", cast.ada)


@pytest.mark.parametrize("is_shared", [True, False])
def test_erasing_takes_name_and_address_out_of_every_leaf(eloise, is_shared, tmp_path):
    if is_shared:
        make_account(email="other@example.org", name=NAME, password=PASSWORD)
    people.make_editor(by=None, email=EMAIL)
    erase_person(by=None, person=eloise)
    events = Event.objects.filter(organisation_id=PEOPLE)
    texts = " ".join(events.values_list("payload", flat=True))
    assert (EMAIL in texts, NAME in texts) == (False, is_shared)
    assert "Phone" not in texts
    assert f"erased-{eloise.pk}@erased.invalid" in texts
    assert (verification.verify(PEOPLE), found()) == (None, [])
    place = tmp_path / "people.jsonl"
    call_command("export_trail", "--people", "--output", place)
    assert main([str(place)]) == 0
    assert EMAIL not in place.read_text()


def test_events_of_accounts_come_last(cast):
    """Every other chain is locked before theirs, whatever the order of an action."""
    invitation = people.invite(by=cast.ada, organisation=cast.acme, email=EMAIL, name=NAME, role="reader")
    people.accept_as_new(invitation=invitation, name=NAME, password=PASSWORD)
    newest = Event.objects.order_by("-pk").values_list("action", flat=True)[:2]
    assert [*newest] == ["account.made", "invitation.accepted"]


def test_event_of_an_account_needs_a_block(cast):
    with pytest.raises(RuntimeError, match="part of a writer's block"):
        trail.record_of_people(by=None, action="account.changed", subject=cast.ada)
