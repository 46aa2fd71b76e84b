"""An app with codes and recovery codes: set up, used once, removed, and never in clear."""

import re
from datetime import timedelta

import pyotp
import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from compliance.assurance.reviews.event_labels import event_in_words
from compliance.identity.accounts import factor_secrets
from compliance.identity.accounts.actions import factors
from compliance.models import Event, FactorCount
from compliance.proof.audit import tables, trail, verification
from compliance.proof.audit.models import PEOPLE
from tests.support import device, factories
from tests.support.device import Device
from tests.support.mail_queue import send_queued

pytestmark = pytest.mark.slow
SURE = {"password": factories.PASSWORD}
APP = "/security/app/"
STEP = "/accounts/login/second-step/"
NOW = timezone.now().replace(microsecond=0)


@pytest.fixture(autouse=True)
def _reached_by_a_name(settings, tmp_path):
    cache.clear()
    settings.URL = device.ORIGIN
    settings.KEYS_DIR = tmp_path / "keys"
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ada(cast, sign_in):
    return sign_in(cast.ada)


def later(seconds):
    return time_machine.travel(NOW + timedelta(seconds=seconds), tick=False)


def code_of(app, steps=0):
    """Its code so many steps of 30 seconds from the time that the test begins."""
    return app.at(NOW + timedelta(seconds=30 * steps))


def connect(client):
    """An app that is connected, and the recovery codes that came with it."""
    client.post(APP, SURE | {"confirm_first": "1"})
    secret = client.get(APP).context["secret"]
    app = pyotp.TOTP(secret)
    page = client.post(APP, {"code": code_of(app)})
    return app, page.context.get("codes", [])


def typed(user):
    """A client that has typed the password of somebody with a second factor."""
    client = Client()
    reply = client.post("/accounts/login/", {"login": user.email} | SURE)
    assert (reply.status_code, reply["Location"]) == (302, STEP)
    return client


def is_in(client):
    return client.get("/security/").status_code == 200


def test_app_is_connected_and_asked_for_at_sign_in(cast, ada):
    assert "Confirm that it is you" in ada.get(APP).text
    app, codes = connect(ada)
    assert len(codes) == 10
    page = ada.get("/security/").text
    assert "Well protected: an app, 10 recovery codes<" in page
    client = typed(cast.ada)
    assert not is_in(client)
    assert "not right" in client.post(STEP, {"code": "000000"}).text
    with later(30):
        assert client.post(STEP, {"code": code_of(app, 1)}).status_code == 302
        assert is_in(client)


def test_press_on_connect_that_is_sent_twice_connects_once(ada):
    app, _ = connect(ada)
    again = ada.post(APP, {"code": code_of(app)}, follow=True)
    assert again.redirect_chain == [("/security/", 302)]
    assert "Your app is connected." in again.text
    assert "make new ones if you have not seen them" in again.text
    assert Event.objects.filter(action="factor.app_added").count() == 1
    page = ada.post(APP, {"code": "000000"})
    assert (page.status_code, "secret" in page.context) == (200, True)


def test_app_that_another_tab_has_connected_stays_with_its_codes(cast, ada):
    app, codes = connect(ada)
    made = factors.add_app(by=cast.ada, secret=app.secret, code=code_of(app))
    assert (made, len(codes)) == ([], 10)
    assert Event.objects.filter(action="factor.app_added").count() == 1


def test_wrong_code_connects_nothing_and_keeps_the_key(ada):
    ada.post(APP, SURE | {"confirm_first": "1"})
    secret = ada.get(APP).context["secret"]
    page = ada.post(APP, {"code": "12"})
    assert (page.status_code, page.context["secret"]) == (422, secret)
    assert "This code is not right" in page.text
    assert Authenticator.objects.count() == 0


def test_code_counts_once_wherever_it_is_used(cast, ada):
    """Neither again at a sign-in, nor after connecting, nor at the door; nor an older one."""
    app, _ = connect(ada)
    client = typed(cast.ada)
    assert "was used before" in client.post(STEP, {"code": code_of(app)}).text
    with later(30):
        code = code_of(app, 1)
        assert typed(cast.ada).post(STEP, {"code": code}).status_code == 302
        assert "was used before" in typed(cast.ada).post(STEP, {"code": code}).text
        page = ada.post("/security/codes/", {"app_code": code})
        assert (page.status_code, "was used before" in page.text) == (422, True)
        assert "was used before" in typed(cast.ada).post(STEP, {"code": code_of(app)}).text


@pytest.mark.parametrize(("steps", "is_taken"), [(1, True), (-2, False), (3, False)])
def test_clock_of_the_phone_may_be_one_step_off(steps, is_taken, cast, ada):
    app, _ = connect(ada)
    with later(30 * 10):
        reply = typed(cast.ada).post(STEP, {"code": code_of(app, 10 + steps)})
        assert (reply.status_code == 302) == is_taken


def test_recovery_code_stands_in_once(cast, ada):
    _, codes = connect(ada)
    assert typed(cast.ada).post(STEP, {"code": codes[3]}).status_code == 302
    assert typed(cast.ada).post(STEP, {"code": codes[3]}).status_code == 422
    assert typed(cast.ada).post(STEP, {"code": codes[4].replace(" ", "")}).status_code == 302
    assert "8 of 10 left" in ada.get("/security/").text
    subjects = [m.subject for m in send_queued()]
    assert subjects.count("A recovery code of your account was used") == 2
    assert verification.verify(cast.acme.pk) is None
    assert [*tables.faults(PEOPLE)] == []


def test_new_recovery_codes_end_the_old_ones(cast, ada):
    _, codes = connect(ada)
    made = ada.post("/security/codes/").context["codes"]
    assert set(made).isdisjoint(codes)
    assert typed(cast.ada).post(STEP, {"code": codes[0]}).status_code == 422
    assert typed(cast.ada).post(STEP, {"code": made[0]}).status_code == 302


def test_recovery_codes_do_not_open_the_door_of_what_lasts(ada):
    _, codes = connect(ada)
    page = ada.post("/security/app/remove/", {"app_code": codes[0]})
    assert (page.status_code, Authenticator.objects.count()) == (422, 2)


def test_second_factor_is_throttled_apart_and_over_clients(cast, ada):
    app, _ = connect(ada)
    for number in range(10):
        typed(cast.ada).post(STEP, {"code": f"00000{number}"})
    with later(60):
        page = typed(cast.ada).post(STEP, {"code": code_of(app, 2)})
        assert (page.status_code, "Too many tries" in page.text) == (422, True)
    with later(16 * 60):
        assert typed(cast.ada).post(STEP, {"code": code_of(app, 32)}).status_code == 302


def test_refused_second_step_is_logged(cast, ada, caplog):
    connect(ada)
    for _ in range(11):
        assert typed(cast.ada).post(STEP, {"code": "000000"}).status_code == 422
    lines = [one.getMessage() for one in caplog.records if one.name == "attest.sign_in"]
    who = f"account {cast.ada.pk}; from 127.0.0.1"
    assert lines[:10] == [f"Refused: wrong code; {who}"] * 10
    assert lines[10:] == [f"Refused: too many codes; {who}"]


def test_steps_in_another_order_let_nobody_in(cast, ada, client):
    """No second step without the first, none of another session, none too late."""
    app, _ = connect(ada)
    with later(30):
        code = {"code": code_of(app, 1)}
        assert client.post(STEP, code)["Location"] == "/accounts/login/"
        assert not is_in(client)
        half = typed(cast.ada)
        assert half.get("/o/acme/")["Location"].startswith("/accounts/login/")
        assert not is_in(half)
        assert "Confirm" not in half.post("/security/app/remove/", SURE).text
    half = typed(cast.ada)
    with later(3600):
        assert half.post(STEP, {"code": code_of(app, 120)})["Location"] == "/accounts/login/"
        assert not is_in(half)


def test_session_gets_another_key_at_both_steps_and_at_the_door(cast, ada):
    app, _ = connect(ada)
    client = Client()
    client.get("/accounts/login/")
    planted = client.cookies.get("sessionid")
    client.post("/accounts/login/", {"login": cast.ada.email} | SURE)
    half = client.cookies["sessionid"].value
    with later(30):
        client.post(STEP, {"code": code_of(app, 1)})
        whole = client.cookies["sessionid"].value
    assert len({planted and planted.value, half, whole}) == 3
    copied = Client()
    copied.cookies["sessionid"] = whole
    assert is_in(copied)
    client.post("/security/codes/", SURE)
    assert client.cookies["sessionid"].value != whole
    assert (is_in(client), is_in(copied)) == (True, False)


def test_borrowed_session_removes_no_factor(cast, ada, sign_in):
    connect(ada)
    borrowed = sign_in(cast.ada)
    for path in ("/security/app/remove/", "/security/codes/", "/passkeys/new/"):
        page = borrowed.post(path, {"name": "Mine"})
        assert (page.status_code, "Confirm that it is you" in page.text) == (422, True)
    assert "secret" not in (borrowed.get(APP).context or {})
    assert Authenticator.objects.count() == 2


def test_last_factor_takes_the_recovery_codes_along(cast, ada):
    connect(ada)
    ada.post("/security/app/remove/")
    assert Authenticator.objects.count() == 0
    assert "Protected by your password alone" in ada.get("/security/").text
    reply = Client().post("/accounts/login/", {"login": cast.ada.email} | SURE)
    assert reply["Location"] == "/"


def test_each_change_is_mailed_and_on_the_trail(cast, ada):
    connect(ada)
    ada.post("/security/app/remove/")
    said = [
        event_in_words(e.action, *trail.changes(e))
        for e in Event.objects.filter(organisation_id=cast.acme.pk).order_by("seq")
        if e.action.startswith("factor.")
    ]
    assert said == [
        "App with codes added",
        "Recovery codes made",
        "App with codes removed",
    ]
    assert [m.subject for m in send_queued() if m.to == [cast.ada.email]] == [
        "An app now makes codes for your account",
        "Your account has new recovery codes",
        "Your account no longer uses codes from an app",
    ]


def test_secrets_are_encrypted_and_in_no_event(cast, ada):
    app, codes = connect(ada)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    events = "".join(Event.objects.values_list("payload", flat=True))
    for secret in (app.secret, *codes, *(code.replace(" ", "") for code in codes)):
        assert secret not in kept + events
    assert re.findall(r"gcm1:", kept) == ["gcm1:"] * 2


def test_secret_under_another_key_lets_nobody_in(cast, ada, settings, tmp_path, caplog):
    app, codes = connect(ada)
    settings.KEYS_DIR = tmp_path / "other"
    with later(30):
        for code in (code_of(app, 1), codes[0]):
            assert typed(cast.ada).post(STEP, {"code": code}).status_code == 422
    assert "does not open" in caplog.text
    assert factor_secrets.opened("gcm1:!") != ""


def test_factors_outlive_their_key_and_new_ones_need_the_new_one(cast, ada, settings, tmp_path, caplog):
    settings.KEYS_DIR = keys = tmp_path / "keys"
    app, codes = connect(ada)
    (keys / "retired").mkdir()
    (keys / "factors.key").rename(keys / "retired" / "factors-2026.key")
    with later(30):
        client = typed(cast.ada)
        client.post(STEP, {"code": code_of(app, 1)})
        assert is_in(client)
        client = typed(cast.ada)
        client.post(STEP, {"code": codes[0]})
        assert is_in(client)
    kept = factor_secrets.closed("new")
    (keys / "retired" / "factors-2026.key").unlink()
    assert factor_secrets.opened(kept) == "new"
    (keys / "retired" / "factors-x.key").write_bytes(b"x" * 32)  # a stranger's
    with later(60):
        client = typed(cast.ada)
        client.post(STEP, {"code": code_of(app, 2)})
        assert not is_in(client)
    assert "does not open" in caplog.text


def sign_in_by(made, **changed):
    client = Client()
    reply = client.get("/accounts/login/passkey/", headers={"Accept": "application/json"})
    options = reply.json()["request_options"]["publicKey"]
    said = made.sign(options, **changed)
    return client, client.post("/accounts/login/passkey/", {"credential": said})


def test_passkey_signs_in_alone(cast, ada):
    made = device.add(ada)
    client, reply = sign_in_by(made)
    assert (reply["Location"], is_in(client)) == ("/", True)
    assert device.kept().get().last_used_at is not None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("origin", "https://attest.example.evil.test"),
        ("origin", "https://sub.attest.example"),
        ("origin", "https://attest.example:8443"),
        ("host", "example"),
        ("flags", device.PRESENT),
        ("handle", b"999999"),
        ("is_framed", True),
        ("credential_id", b"another"),
        ("key", Device().key),
    ],
)
def test_passkey_of_elsewhere_signs_nobody_in(field, value, ada):
    made = device.add(ada)
    setattr(made, field, value)
    client, reply = sign_in_by(made)
    assert (reply["Location"], is_in(client)) == ("/accounts/login/", False)
    assert "not recognised" in client.get("/accounts/login/").text


@pytest.mark.parametrize("said", ["{}", "[]", "x", "", '{"rawId": 1}'])
def test_nonsense_signs_nobody_in(said, client, db):
    client.get("/accounts/login/passkey/", headers={"Accept": "application/json"})
    reply = client.post("/accounts/login/passkey/", {"credential": said})
    assert (reply.status_code, is_in(client)) == (302, False)


def test_replayed_passkey_signs_nobody_in(ada):
    made = device.add(ada)
    client = Client()
    ask = {"Accept": "application/json"}
    options = client.get("/accounts/login/passkey/", headers=ask).json()
    said = made.sign(options["request_options"]["publicKey"])
    other = Client()
    other.get("/accounts/login/passkey/", headers=ask)
    other.post("/accounts/login/passkey/", {"credential": said})
    assert not is_in(other)
    client.post("/accounts/login/passkey/", {"credential": said})
    assert is_in(client)
    client.post("/accounts/logout/")
    client.post("/accounts/login/passkey/", {"credential": said})
    assert not is_in(client)


def test_passkey_of_a_closed_account_signs_nobody_in(cast, ada):
    made = device.add(ada)
    type(cast.ada).objects.filter(pk=cast.ada.pk).update(is_active=False)
    client, _ = sign_in_by(made)
    assert not is_in(client)


def test_passkey_is_the_second_step_and_none_of_another(cast, ada, sign_in):
    made, theirs = device.add(ada), device.add(sign_in(cast.otto))
    theirs.handle = None
    client = typed(cast.ada)
    for key, is_taken in ((theirs, False), (made, True)):
        options = client.get(STEP).context["js_data"]["request_options"]["publicKey"]
        reply = client.post(STEP, {"credential": key.sign(dict(options))})
        assert (reply.status_code == 302, is_in(client)) == (is_taken, is_taken)


def test_copy_of_a_passkey_signs_nobody_in(ada):
    made = device.add(ada)
    FactorCount.objects.update(count=5)
    client, _ = sign_in_by(made)
    assert not is_in(client)


def test_reset_of_the_password_leaves_the_second_step(cast, ada):
    connect(ada)
    cast.ada.take_password("another fine phrase")
    client = Client()
    form = {"login": cast.ada.email, "password": "another fine phrase"}
    assert client.post("/accounts/login/", form)["Location"] == STEP


def test_ten_minutes_after_the_password_it_is_asked_again(cast, ada):
    connect(ada)
    with later(9 * 60):
        assert ada.post("/security/codes/").status_code == 200
    with later(20 * 60):
        assert ada.post("/security/codes/").status_code == 422


def test_who_lost_everything_is_let_in_by_whoever_runs_attest(cast, ada, capsys):
    connect(ada)
    device.add(ada)
    call_command("forget_factors", cast.ada.email.upper())
    assert "signs in with the password alone" in capsys.readouterr().out
    assert (Authenticator.objects.count(), FactorCount.objects.count()) == (0, 0)
    last = Event.objects.filter(organisation_id=cast.acme.pk).last()
    assert (last.action, last.actor) == ("factor.all_forgotten", None)
    assert [*tables.faults(PEOPLE)] == []
    for email in (cast.ada.email, "nobody@example.org"):
        with pytest.raises(CommandError):
            call_command("forget_factors", email)


def test_owners_see_who_has_which_factor_and_no_secret(cast, ada, sign_in):
    app, codes = connect(ada)
    device.add(ada, "Ada's blue key")
    ada.get("/security/")  # which shows the message that names it
    text = " ".join(ada.get("/o/acme/members/").text.split())
    assert "1 passkey and app with codes" in text
    assert text.count("password alone") == 5
    assert not any(secret in text for secret in (app.secret, "blue key", *codes))
    assert sign_in(cast.otto).get("/o/acme/members/").status_code == 403


def test_second_factor_is_throttled_by_network_over_all_accounts(cast, sign_in, settings):
    """A person with the passwords of many tries no more codes than for one."""
    apps = [connect(sign_in(user))[0] for user in (cast.ada, cast.otto, cast.con)]
    rates = {"login_failed": "4/h/ip,10/15m/key"}
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | rates
    cache.clear()
    halves = [typed(user) for user in (cast.ada, cast.otto, cast.con)]
    for client in (*halves, halves[0]):
        client.post(STEP, {"code": "000000"})
    with later(60):
        page = halves[2].post(STEP, {"code": code_of(apps[2], 2)})
        assert (page.status_code, "Too many tries" in page.text) == (422, True)
    with later(2 * 3600):
        assert typed(cast.con).post(STEP, {"code": code_of(apps[2], 240)})["Location"].startswith("/")


# Other sessions, which a new factor does not end

ELSEWHERE = "sign out everywhere else"
END = 'action="/security/sessions/end/"'


def offers(reply):
    """Whether a page offers to end other sessions, besides the list of all of them."""
    return ELSEWHERE in reply.text.partition("Signed in here")[0].lower()


def elsewhere(user):
    """A second session of somebody, and the first; both opened a page."""
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    clients = [Client(), Client()]
    for client in clients:
        client.post("/accounts/login/", {"login": user.email} | SURE)
        client.get("/security/")
    return clients


def test_first_factor_offers_to_end_other_sessions_beside_its_codes(cast):
    other, this = elsewhere(cast.ada)
    this.post(APP, SURE | {"confirm_first": "1"})
    secret = this.get(APP).context["secret"]
    page = this.post(APP, {"code": code_of(pyotp.TOTP(secret))})
    assert len(page.context["codes"]) == 10
    assert (offers(page), END in page.text) == (True, True)
    assert other.get("/security/").status_code == 200
    this.post("/security/sessions/end/")
    assert other.get("/security/").status_code == 302
    assert this.get("/security/").status_code == 200


def test_later_factor_offers_it_in_its_message_once(cast):
    _, this = elsewhere(cast.ada)
    device.add(this)
    this.post(APP, SURE | {"confirm_first": "1"})
    secret = this.get(APP).context["secret"]
    page = this.post(APP, {"code": code_of(pyotp.TOTP(secret))}, follow=True)
    assert "Your app is connected." in page.text
    assert offers(page)
    assert not offers(this.get("/security/"))


def test_new_recovery_codes_offer_it(cast):
    _, this = elsewhere(cast.ada)
    connect(this)
    assert offers(this.post("/security/codes/"))


def test_only_session_is_offered_nothing(cast, ada):
    _, codes = connect(ada)
    page = ada.post("/security/codes/")
    assert (len(codes), offers(page)) == (10, False)
