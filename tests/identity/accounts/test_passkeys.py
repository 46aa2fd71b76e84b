"""Passkeys: a person adds, names and removes them; none of somebody else's counts."""

import json
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils import timezone

from compliance.assurance.reviews.event_labels import event_in_words
from compliance.identity.accounts.actions import factors
from compliance.identity.organisations import recognition, webauthn
from compliance.models import Challenge, Event, FactorCount, Membership
from compliance.operations.erasure.actions import erase_person
from compliance.proof.audit import trail, verification
from tests.support import device, factories
from tests.support.device import Device
from tests.support.mail_queue import send_queued

pytestmark = pytest.mark.slow
TO = "/o/acme/somewhere/"


@pytest.fixture(autouse=True)
def _reached_by_a_name(settings):
    cache.clear()
    settings.URL = device.ORIGIN


@pytest.fixture
def ada(cast, sign_in):
    return sign_in(cast.ada)


def recognise(client, user, said, to=TO):
    return recognition.recognise(by=user, session=client.session.session_key, purpose=to, said=said)


def changes(organisation):
    rows = Event.objects.filter(organisation_id=organisation.pk)
    rows = rows.filter(action__startswith="passkey.").order_by("seq")
    return [event_in_words(e.action, *trail.changes(e)) for e in rows]


def test_passkey_is_added_after_the_password_and_recognises(cast, ada):
    made = device.add(ada, "Work laptop")
    assert device.kept().get().user == cast.ada
    assert "Work laptop" in ada.get("/security/").text
    found = recognise(ada, cast.ada, device.signed_for(ada, made, TO))
    assert (str(found), found.counted.count) == ("Work laptop", 1)
    assert device.kept().get().last_used_at is not None


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"password": "wrong"}, 422, "This is not your password."),
        ({"password": ""}, 422, "Type your password."),
        ({"name": "\u202e"}, 422, "turns the writing direction"),
        ({"name": ""}, 422, "Give the passkey a name."),
    ],
)
def test_without_the_password_no_device_is_asked(fields, status, said, ada):
    values = {"name": "Laptop", "password": factories.PASSWORD} | fields
    page = ada.post("/passkeys/new/", values)
    assert (page.status_code, said in page.text) == (status, True)
    assert Challenge.objects.count() == 0


def test_passkey_whose_press_is_sent_twice_is_added_once(ada):
    options = json.loads(device.begin(ada).context["options"])
    form = {"name": "Laptop", "said": Device().make(options)}
    assert len(ada.post("/passkeys/add/", form).context["codes"]) == 10
    again = ada.post("/passkeys/add/", form, follow=True).text
    assert "The passkey “Laptop” is added." in again
    assert "make new ones if you have not seen them" in again
    assert device.kept().count() == 1


def test_a_passkey_opens_the_way_to_another(cast, ada):
    made = device.add(ada)
    said = device.signed_for(ada, made, "/passkeys/new/")
    page = ada.post("/passkeys/new/", {"name": "Second", "passkey": said})
    assert (page.status_code, "Make the passkey" in page.text) == (200, True)


def test_key_that_answers_no_question_is_not_kept(cast, ada, sign_in):
    """Neither a made-up challenge, nor one of another person, session or use."""
    device.add(ada)
    mine = json.loads(device.begin(ada).context["options"])
    theirs = json.loads(device.begin(sign_in(cast.otto)).context["options"])
    elsewhere = json.loads(device.begin(sign_in(cast.ada)).context["options"])
    for options in (
        mine | {"challenge": "A" * 43},
        mine | {"challenge": ""},
        theirs,
        elsewhere,
    ):
        said = Device().make(options)
        ada.post("/passkeys/add/", {"name": "Mine", "said": said})
        assert device.kept().count() == 1


@pytest.mark.parametrize("to", ["/passkeys/add/", "/passkeys/new/", recognition.NEW])
def test_question_for_a_use_leads_to_no_new_key_without_a_password(to, ada):
    device.add(ada)
    user = json.loads(device.begin(ada).context["options"])["user"]
    asked = device.ask(ada, to)
    if asked.status_code == 200:
        said = Device().make(asked.json() | {"user": user})
        ada.post("/passkeys/add/", {"name": "Mine", "said": said})
    assert (asked.status_code, device.kept().count()) == (
        422 if to == recognition.NEW else 200,
        1,
    )


@pytest.mark.parametrize("sent", ["", "{}", "[]", "x", '{"rawId": 1}', "[" * 9000])
def test_nonsense_for_a_key_is_refused_and_kept_nowhere(sent, ada):
    device.begin(ada)
    page = ada.post("/passkeys/add/", {"name": "X", "said": sent}, follow=True)
    assert "The passkey could not be made" in page.text
    assert device.kept().count() == 0


def test_key_of_somebody_else_is_not_taken_over(cast, ada, sign_in):
    made = device.add(ada)
    otto = sign_in(cast.otto)
    device.add(otto, device=made)
    assert [one.user for one in device.kept()] == [cast.ada]


def test_key_made_without_the_person_is_not_kept(ada):
    careless = Device()
    careless.flags = device.PRESENT
    device.add(ada, device=careless)
    assert device.kept().count() == 0


def test_passkey_is_renamed_and_removed_with_the_password(cast, ada):
    made = device.add(ada)
    path = f"/passkeys/{device.kept().get().pk}/"
    for address in (path, f"{path}remove/"):
        page = ada.post(address, {"name": "Key", "password": "wrong"})
        assert (page.status_code, device.kept().get().data["name"]) == (422, "Laptop")
    ada.post(path, {"name": "Blue key", "password": factories.PASSWORD})
    assert device.kept().get().data["name"] == "Blue key"
    options = device.ask(ada, TO).json()
    ada.post(f"{path}remove/")
    assert device.kept().count() == 0
    with pytest.raises(ValidationError, match="not recognised"):
        recognise(ada, cast.ada, made.sign(options))


def test_each_change_is_mailed_and_in_the_trail_of_each_organisation(cast, ada):
    Membership.objects.create(organisation=cast.other, user=cast.ada, role="reader")
    device.add(ada)
    path = f"/passkeys/{device.kept().get().pk}/"
    ada.post(path, {"name": "Blue key", "password": factories.PASSWORD})
    ada.post(path, {"name": "Blue key", "password": factories.PASSWORD})
    ada.post(f"{path}remove/", {"password": factories.PASSWORD})
    said = [
        "Passkey added; “Laptop”",
        "Passkey renamed; “Laptop” to “Blue key”",
        "Passkey removed; “Blue key”",
    ]
    assert (changes(cast.acme), changes(cast.other)) == (said, said)
    assert verification.verify(cast.acme.pk) is None
    mails = [m for m in send_queued() if "passkey" in m.subject]
    assert [(m.to, m.subject) for m in mails] == [
        ([cast.ada.email], f"A passkey of your account was {what}")
        for what in ("added", "renamed", "removed")
    ]
    assert all(f"{device.ORIGIN}/security/" in m.body for m in mails)


def test_passkeys_of_others_are_not_there(cast, ada, sign_in):
    device.add(ada)
    pk = device.kept().get().pk
    otto = sign_in(cast.otto)
    assert otto.get(f"/passkeys/{pk}/").status_code == 404
    reply = otto.post(f"/passkeys/{pk}/remove/", {"password": factories.PASSWORD})
    assert (reply.status_code, device.kept().count()) == (404, 1)
    assert "Laptop" not in otto.get("/security/").text


def test_twenty_passkeys_are_enough(cast, ada):
    for number in range(factors.MOST):
        Authenticator.objects.create(
            user=cast.ada,
            type="webauthn",
            data={"name": f"Key {number}", "credential": key_of(Device())},
        )
    page = device.begin(ada)
    assert (page.status_code, "You have 20 passkeys" in page.text) == (422, True)


def key_of(made):
    options = {"user": {"id": "MQ"}, "challenge": "A" * 43}
    said = made.make(options)
    return webauthn.made(said, challenge="A" * 43).credential


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("origin", "https://attest.example.evil.test"),
        ("origin", "https://sub.attest.example"),
        ("origin", "https://attest.example:8443"),
        ("origin", "http://attest.example"),
        ("host", "example"),
        ("flags", device.PRESENT),
        ("flags", device.VERIFIED),
        ("handle", b"999999"),
        ("is_framed", True),
        ("credential_id", b"another"),
        ("key", Device().key),
    ],
)
def test_signature_of_elsewhere_proves_nothing(field, value, cast, ada):
    made = device.add(ada)
    setattr(made, field, value)
    with pytest.raises(ValidationError, match="not recognised"):
        recognise(ada, cast.ada, device.signed_for(ada, made, TO))
    assert device.kept().get().last_used_at is None


def test_words_of_making_do_not_serve_for_use(cast, ada):
    made = device.add(ada)
    said = device.signed_for(ada, made, TO, kind="webauthn.create")
    with pytest.raises(ValidationError, match="not recognised"):
        recognise(ada, cast.ada, said)


def test_question_is_answered_once(cast, ada):
    made = device.add(ada)
    options = device.ask(ada, TO).json()
    recognise(ada, cast.ada, made.sign(options))
    with pytest.raises(ValidationError, match="already used"):
        recognise(ada, cast.ada, made.sign(options))


def test_question_is_used_up_by_a_wrong_answer_too(cast, ada):
    made = device.add(ada)
    options = device.ask(ada, TO).json()
    made.origin = "https://evil.test"
    with pytest.raises(ValidationError, match="not recognised"):
        recognise(ada, cast.ada, made.sign(options))
    made.origin = device.ORIGIN
    with pytest.raises(ValidationError, match="already used"):
        recognise(ada, cast.ada, made.sign(options))


@pytest.mark.parametrize(("seconds", "is_taken"), [(299, True), (301, False), (-301, False)])
def test_question_is_open_for_five_minutes(seconds, is_taken, cast, ada):
    """One that a fast clock asked is open no longer."""
    made, now = device.add(ada), timezone.now()
    with time_machine.travel(now, tick=False):
        said = device.signed_for(ada, made, TO)
    with time_machine.travel(now + timedelta(seconds=seconds), tick=False):
        if is_taken:
            assert recognise(ada, cast.ada, said)
        else:
            with pytest.raises(ValidationError, match="more than five minutes old"):
                recognise(ada, cast.ada, said)


def test_question_counts_in_its_session_and_for_its_address(cast, ada, sign_in):
    made = device.add(ada)
    other = sign_in(cast.ada)
    with pytest.raises(ValidationError, match="already used"):
        recognise(other, cast.ada, device.signed_for(ada, made, TO))
    with pytest.raises(ValidationError, match="already used"):
        recognise(ada, cast.ada, device.signed_for(ada, made, TO), "/o/acme/else/")


def test_passkey_of_another_person_is_not_recognised(cast, ada, sign_in):
    device.add(ada)
    otto = sign_in(cast.otto)
    theirs = device.add(otto)
    theirs.handle = None
    with pytest.raises(ValidationError, match="not recognised"):
        recognise(ada, cast.ada, device.signed_for(ada, theirs, TO))


@pytest.mark.parametrize("count", [0, 4, 5])
def test_count_that_goes_back_warns_of_a_copy(count, cast, ada):
    made = device.add(ada)
    FactorCount.objects.update(count=5)
    made.count = count - 1
    with pytest.raises(ValidationError, match="may have a copy"):
        recognise(ada, cast.ada, device.signed_for(ada, made, TO))
    assert FactorCount.objects.get().count == 5


def test_device_that_never_counts_is_recognised_again(cast, ada):
    made = device.add(ada)
    for _ in range(2):
        made.count = -1
        assert recognise(ada, cast.ada, device.signed_for(ada, made, TO))


def test_without_a_passkey_nothing_is_asked(ada):
    reply = device.ask(ada, TO)
    assert (reply.status_code, reply.json()) == (
        422,
        {"said": "You have no passkey. Type your password."},
    )


@pytest.mark.parametrize("to", ["", "o/acme/", "https://evil.test/", "/a b", "/\0"])
def test_question_needs_an_address_of_here(to, ada):
    device.add(ada)
    assert device.ask(ada, to).status_code == 422
    assert Challenge.objects.count() == 0


def test_questions_are_counted_and_old_ones_go(ada):
    device.add(ada)
    for _ in range(30):
        assert device.ask(ada, TO).status_code == 200
    assert device.ask(ada, TO).status_code == 429
    cache.clear()
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        assert device.ask(ada, TO).status_code == 200
    assert Challenge.objects.count() == 1


@pytest.mark.parametrize(
    ("url", "is_possible", "origin"),
    [
        ("https://attest.example", True, "https://attest.example"),
        ("https://Attest.Example:443/", True, "https://attest.example"),
        ("https://attest.example:8443", True, "https://attest.example:8443"),
        ("http://localhost:8000", True, "http://localhost:8000"),
        ("http://127.0.0.1:8000", False, "http://127.0.0.1:8000"),
        ("https://[::1]", False, "https://::1"),
        ("http://attest.example", False, "http://attest.example"),
    ],
)
def test_passkeys_need_a_name_over_https(url, is_possible, origin, settings, ada):
    settings.URL = url
    assert webauthn.is_possible() == is_possible
    assert webauthn._origin() == origin
    assert ("Add a passkey" in ada.get("/security/").text) == is_possible
    assert device.begin(ada).status_code == (200 if is_possible else 422)


def test_passkeys_of_an_erased_person_go(cast, sign_in):
    rob = sign_in(cast.rob)
    device.add(rob, "Rob Reader's phone")
    device.ask(rob, TO)
    erase_person(by=None, person=cast.rob)
    assert (device.kept().count(), Challenge.objects.count()) == (0, 0)
    assert cast.rob.email not in str(
        list(Event.objects.filter(action="passkey.added").values_list("payload"))
    )
