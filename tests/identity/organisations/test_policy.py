"""The policy of an organisation: second factor, length of sessions, who lets data out."""

import re
from datetime import date, timedelta

import pyotp
import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.assurance.reviews.event_labels import event_in_words
from compliance.identity.organisations import actions
from compliance.identity.organisations.access import (
    ALLOWED,
    Permission,
    granted,
    holding,
    may,
    who_may,
)
from compliance.identity.organisations.choices import Among, Role
from compliance.identity.tokens.actions import make_token
from compliance.identity.tokens.bearers import bearer_of
from compliance.models import (
    AccessPolicy,
    Event,
    Identity,
    Membership,
    Organisation,
    SignOn,
)
from compliance.proof.audit import tables, trail, verification
from compliance.proof.audit.transaction import writing
from compliance.reporting.calendar.actions import make_feed
from tests.support import auditor_seats, device, factories, signing
from tests.support.mail_queue import send_queued
from tests.support.page_text import flat
from tests.support.provider_sign_in import protect

pytestmark = pytest.mark.slow
PATH = "/o/acme/policy/"
SURE = {"password": factories.PASSWORD}
NOW = timezone.now().replace(hour=9, minute=0, second=0, microsecond=0)
TODAY = NOW.date()
RULES = {
    "second_factor_from": None,
    "idle_minutes": 30,
    "session_hours": 12,
    "exports": "role",
    "shares": "role",
    "invites": "role",
    "checked_percent": 0,
    "other_providers": False,
}


@pytest.fixture(autouse=True)
def _reached_by_a_name(settings):
    cache.clear()
    settings.URL = device.ORIGIN
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ada(cast, sign_in_freshly):
    return sign_in_freshly(cast.ada)


def later(**passed):
    return time_machine.travel(NOW + timedelta(**passed), tick=False)


def rule(cast, **rules):
    return actions.set_policy(by=cast.ada, organisation=cast.acme, **RULES | rules)


def require(cast, day=TODAY):
    protect(cast.ada)
    return rule(cast, second_factor_from=day)


def entered(user):
    client = Client()
    client.post("/accounts/login/", {"login": user.email} | SURE)
    return client


def form_of(page):
    """All that a browser sends of the page when nothing on it is touched."""
    form = page.context["form"]
    sent = {one.html_name: one.value() for one in form}
    return {name: "" if value is None else value for name, value in sent.items()} | dict(
        re.findall(r'<input type="hidden" name="(initial-\w+)" value="([^"]*)"', page.text)
    )


def status(client, path="/o/acme/"):
    return client.get(path).status_code


def test_owner_sets_the_rules_and_the_trail_has_them(cast, ada):
    form = RULES | {"second_factor_from": "", "idle_minutes": 15, "exports": "owners"}
    page = ada.post(PATH, form, follow=True)
    assert "The policy holds from now on." in page.text
    assert AccessPolicy.objects.get().idle_minutes == 15
    event = Event.objects.filter(organisation_id=cast.acme.pk).last()
    assert event.action == "policy.changed"
    assert trail.changes(event) == (
        {"idle_minutes": 30, "exports": "role"},
        {"idle_minutes": 15, "exports": "owners"},
    )
    count = Event.objects.count()
    ada.post(PATH, form)
    assert Event.objects.count() == count
    assert verification.verify(cast.acme.pk) is None
    assert [*tables.faults(cast.acme.pk)] == []


def test_change_without_a_fresh_sign_in_asks_first(cast, sign_in):
    page = sign_in(cast.ada).post(PATH, RULES | {"second_factor_from": ""})
    assert (page.status_code, "Confirm that it is you" in page.text) == (422, True)
    assert AccessPolicy.objects.count() == 0


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"idle_minutes": 4}, "Write a number from 5 to 720 minutes."),
        ({"checked_percent": 101}, "Write a number from 0 to 100 per cent."),
        ({"idle_minutes": ""}, "Write a number from 5 to 720 minutes."),
        ({"session_hours": 25}, "Write a number from 1 to 24 hours."),
        ({"exports": "nobody"}, "nobody is not one of the available choices"),
        ({"shares": "leaders"}, "leaders is not one of the available choices"),
        ({"second_factor_from": "soon"}, "Write a day."),
        ({"second_factor_from": "2020-01-01"}, "Choose today or a later day."),
    ],
)
def test_rule_out_of_bounds_is_refused_in_words_and_kept(rules, said, cast, ada):
    protect(cast.ada)
    page = ada.post(PATH, RULES | {"second_factor_from": "", "idle_minutes": 17} | rules)
    assert (page.status_code, said in flat(page.text)) == (422, True)
    assert AccessPolicy.objects.count() == 0
    if "idle_minutes" not in rules:
        assert 'value="17"' in page.text


def test_database_holds_the_bounds(cast):
    for wrong in (
        {"idle_minutes": 1},
        {"session_hours": 0},
        {"exports": "x"},
        {"checked_percent": 101},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            AccessPolicy.objects.create(organisation=cast.acme, **wrong)


def test_owner_without_a_second_factor_shuts_nobody_out(cast):
    with pytest.raises(ValidationError, match="Set up your own second factor first"):
        rule(cast, second_factor_from=TODAY)


def test_page_says_who_lacks_a_second_factor(cast, ada):
    protect(cast.otto)
    lacking = [one.user for one in ada.get(PATH).context["lacking"]]
    assert (cast.otto in lacking, cast.con in lacking, cast.zoe in lacking) == (
        False,
        True,
        False,
    )
    assert "have a password alone" in flat(ada.get(PATH).text)


def test_members_who_lack_one_get_a_mail(cast):
    require(cast, TODAY + timedelta(days=7))
    mails = [m for m in send_queued() if "requires a second factor from" in m.subject]
    lacking = {one.user.email for one in actions.without_factor(cast.acme)}
    assert {m.to[0] for m in mails} == lacking
    assert "/security/" in mails[0].body


def test_days_of_grace_warn_and_the_day_leads_to_the_set_up(cast, sign_in):
    require(cast, TODAY + timedelta(days=7))
    page = sign_in(cast.con).get("/o/acme/")
    assert page.status_code == 200
    assert "requires a second factor from" in flat(page.text)
    assert "requires a second factor from" not in sign_in(cast.ada).get("/o/acme/").text
    with later(days=7):
        con = sign_in(cast.con)
        page = con.get("/o/acme/")
        assert (page.status_code, "Set up a second factor first" in page.text) == (
            403, True,
        )  # fmt: skip
        assert status(con, "/security/") == 200
        assert status(con, "/o/acme/leave/") == 200
        protect(cast.con)
        assert status(con) == 200


def test_nobody_is_shut_out_who_has_a_password(cast):
    """Each member comes from the refusal to a factor of their own, and in again."""
    require(cast)
    for name in ("con", "rev", "rob", "otto"):
        cache.clear()
        own = getattr(cast, name)
        EmailAddress.objects.create(user=own, email=own.email, verified=True)
        client = entered(getattr(cast, name))
        assert status(client) == 403
        client.post("/security/app/", SURE | {"confirm_first": "1"})
        app = pyotp.TOTP(client.get("/security/app/").context["secret"])
        page = client.post("/security/app/", {"code": app.at(NOW)})
        assert (page.status_code, status(client)) == (200, 200), (name, page.text)


def test_auditor_in_a_seat_needs_one_too_and_a_stranger_does_not(cast, sign_in):
    require(cast)
    assert status(sign_in(cast.aud), "/o/acme/audit/") == 403
    assert status(sign_in(cast.zoe), "/o/other/") == 200
    assert status(sign_in(cast.zoe)) == 404


def test_call_of_an_open_page_is_refused_without_a_page(cast, sign_in):
    require(cast)
    reply = sign_in(cast.con).get("/o/acme/", headers={"HX-Request": "true"})
    assert (reply.status_code, reply.content) == (403, b"")


def test_token_of_somebody_without_one_opens_nothing(cast):
    _, text = make_token(by=cast.con, organisation=cast.acme, name="Script", scopes=["view"], days=7)
    assert bearer_of(text)
    require(cast)
    assert bearer_of(text) is None
    protect(cast.con)
    assert bearer_of(text)


def test_secrets_of_whom_the_provider_signs_in_need_no_other_factor(cast, client):
    """A token and a calendar address; of the organisation whose provider it is alone."""
    where = {"by": cast.con, "organisation": cast.acme}
    _, token = make_token(**where, name="Script", scopes=["view"], days=7)
    _, feed = make_feed(**where, is_own_only=False)
    require(cast)

    def opens():
        address = f"/feed/{feed}/attest.ics"
        return bool(bearer_of(token)), client.get(address).status_code == 200

    issuer = "https://idp.example"
    for organisation in (cast.other, cast.acme):
        assert opens() == (False, False)
        provider = SignOn.objects.create(organisation=organisation, issuer=issuer, is_on=True, tested_at=NOW)
        Identity.objects.create(organisation=organisation, issuer=issuer, user=cast.con, subject="7")
    assert opens() == (True, True)
    provider.is_on = False
    provider.save()
    assert opens() == (False, False)


def known_to_provider(cast, *people):
    issuer = "https://idp.example"
    SignOn.objects.create(organisation=cast.acme, issuer=issuer, is_on=True, tested_at=NOW)
    for user in people:
        Identity.objects.create(organisation=cast.acme, issuer=issuer, user=user, subject=str(user.pk))


def test_whom_the_provider_signs_in_lacks_no_factor(cast, ada):
    """They have no password here, and the day changes nothing for them."""
    cast.con.set_unusable_password()
    cast.con.save()
    known_to_provider(cast, cast.con)
    rows = flat(ada.get("/o/acme/members/").text).split("<tr ")
    [row] = [one for one in rows if cast.con.email in one]
    assert ("no password" in row, "password alone" in row) == (True, False)
    require(cast, TODAY + timedelta(days=7))
    lacking = [one.user for one in ada.get(PATH).context["lacking"]]
    assert (cast.con in lacking, cast.otto in lacking) == (False, True)
    mails = [m for m in send_queued() if "requires a second factor from" in m.subject]
    assert [cast.con.email] not in [mail.to for mail in mails]


def test_owner_whom_the_provider_signs_in_may_require_a_factor(cast):
    known_to_provider(cast, cast.ada)
    assert rule(cast, second_factor_from=TODAY).second_factor_from == TODAY


def test_last_factor_stays_while_an_organisation_asks_for_one(cast, ada):
    device.add(ada, "Only key")
    rule(cast, second_factor_from=TODAY + timedelta(days=30))
    key = device.kept().get(user=cast.ada)
    page = ada.post(f"/passkeys/{key.pk}/remove/", follow=True)
    assert "Acme requires a second factor: set up another one" in flat(page.text)
    device.add(ada, "Second key")
    ada.post(f"/passkeys/{key.pk}/remove/")
    assert [str(one) for one in cast.ada.passkeys] == ["Second key"]


def test_without_a_mail_server_nobody_whose_address_is_unproved_is_shut_out(cast, ada, settings):
    console = "django.core.mail.backends.console.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": console}}
    EmailAddress.objects.create(user=cast.con, email=cast.con.email, verified=False)
    with pytest.raises(ValidationError, match=r"This would shut out Con Tributor: no"):
        require(cast)
    assert "could not set up a factor" in flat(ada.get(PATH).text)
    EmailAddress.objects.update(verified=True)
    assert rule(cast, second_factor_from=TODAY).second_factor_from == TODAY


@pytest.mark.parametrize(("passed", "is_in"), [({"minutes": 29}, True), ({"minutes": 31}, False)])
def test_session_ends_after_half_an_hour_without_use(passed, is_in, cast):
    client = entered(cast.con)
    with later(**passed):
        page = client.get("/o/acme/")
        assert (page.status_code == 200) == is_in
        if not is_in:
            assert page["Location"] == "/accounts/login/?next=/o/acme/"
            page = client.get(page["Location"])
            assert "Attest signed you out after 30 minutes without use." in page.text


def test_session_ends_after_twelve_hours_however_much_it_is_used(cast):
    client = entered(cast.con)
    for minutes in range(20, 12 * 60, 20):
        with later(minutes=minutes):
            assert status(client) == 200, minutes
    with later(hours=12, minutes=5):
        assert status(client) == 302
        assert "after 12 hours" in client.get("/accounts/login/").text


def test_typed_text_meets_no_page_when_the_session_is_over(cast):
    client = entered(cast.con)
    with later(hours=1):
        reply = client.post("/o/acme/policy/", headers={"HX-Request": "true"})
        outcome = reply.status_code, reply["HX-Trigger"], reply.content
        assert outcome == (401, "attest:signed-out", b"")


def test_page_that_lies_open_keeps_no_session_alive(cast):
    assessment = factories.make_assessment(cast.acme, cast.ada)
    client, path = entered(cast.con), f"{assessment.get_absolute_url()}presence/"
    for minutes in range(5, 31, 5):
        with later(minutes=minutes):
            assert client.post(path).status_code in {200, 204}
    with later(minutes=31):
        assert client.post(path).status_code == 302


def test_strictest_policy_of_all_organisations_holds(cast):
    client = entered(cast.zoe)
    with writing():
        actions.join(cast.ada, cast.acme, cast.zoe, Role.READER)
    rule(cast, idle_minutes=5, session_hours=1)
    with later(minutes=6):
        assert status(client, "/o/other/") == 302


def test_sample_makes_no_session_shorter(cast):
    """It has no policy, and nobody can set one."""
    rule(cast, idle_minutes=120, session_hours=24)
    with writing():
        sample = actions.create_organisation(by=cast.con, owner=cast.con, name="Sample")
    Organisation.objects.filter(pk=sample.pk).update(sample_of=cast.con)
    client = entered(cast.con)
    with later(minutes=119):
        assert status(client) == 200
    with later(minutes=119 + 121):
        assert status(client) == 302


def test_new_key_at_the_door_makes_no_session_longer(cast):
    rule(cast, session_hours=1)
    client = entered(cast.ada)
    for minutes in (15, 30, 45, 59):
        with later(minutes=minutes):
            client.post("/security/codes/", SURE)
            assert status(client) == 200
    with later(minutes=61):
        assert status(client) == 302


@pytest.mark.parametrize(
    ("name", "value", "permission", "left"),
    [
        ("exports", "leaders", Permission.EXPORT, {Role.OWNER, Role.OFFICER}),
        ("exports", "owners", Permission.EXPORT, {Role.OWNER}),
        ("shares", "owners", Permission.SEATS, {Role.OWNER}),
        ("invites", "owners", Permission.INVITE, {Role.OWNER}),
    ],
)
def test_right_is_left_to_fewer(name, value, permission, left, cast):
    rule(cast, **{name: value})
    members = list(cast.acme.memberships.all())
    assert {one.role for one in members if may(one, permission)} == left
    for one in members:
        lost = ALLOWED[one.role] - granted(one)
        assert lost <= {permission}
    assert {u.memberships.get().role for u in who_may(cast.acme, permission)} == left
    assert all(may(one, permission) for one in cast.other.memberships.all())


@pytest.mark.parametrize("among", Among.values)
@pytest.mark.parametrize("is_sample", [False, True])
def test_database_is_asked_for_a_right_as_a_person_is(among, is_sample, cast):
    rule(cast, exports=among, shares=among, invites=among)
    cast.acme.sample_of = cast.ada if is_sample else None
    cast.acme.save()
    everybody = list(Membership.objects.select_related("organisation__own_policy"))
    for permission in Permission:
        theirs = {one for one in everybody if may(one, permission)}
        assert set(holding(permission)) == theirs, permission


def test_files_are_taken_away_by_owners_alone(cast, sign_in, sign_in_freshly):
    assessment = signing.make_signed(cast)
    base = "/o/acme/"
    rule(cast, exports="owners")
    otto, ada = sign_in_freshly(cast.otto), sign_in_freshly(cast.ada)
    posts = [
        f"{base}exports/of/{assessment.pk}/bundle/",
        f"{base}exports/of/{assessment.pk}/pack/",
        f"{base}trail/export/",
        f"{base}sheets/{assessment.pk}/file/",
    ]
    for path in posts:
        assert otto.post(path).status_code == 403, path
        assert ada.post(path).status_code in {200, 302}, path
    exports = otto.get(f"{base}exports/of/{assessment.pk}/").text
    assert "/bundle/" not in exports
    assert "/pack/" not in exports
    assert "ask <bdi>Ada Lindqvist</bdi>" in " ".join(exports.split())
    assert "Download as CSV" not in otto.get(f"{base}trail/").text
    assert "Download as CSV" in ada.get(f"{base}trail/").text
    assert "does not let your role do this" in otto.get(f"{base}sheets/{assessment.pk}/").text


def test_officer_who_may_not_share_makes_nobody_an_auditor(cast):
    rule(cast, shares="owners")
    who = {"email": "eve@audit.example", "name": "Eve"}
    with pytest.raises(ValidationError, match="above your own"):
        actions.invite(by=cast.otto, organisation=cast.acme, role="auditor", **who)
    actions.invite(by=cast.otto, organisation=cast.acme, role="officer", **who)


def test_officer_who_may_not_invite_sees_no_invitations(cast, sign_in):
    rule(cast, invites="owners")
    otto = sign_in(cast.otto)
    assert status(otto, "/o/acme/invitations/") == 403
    assert "/o/acme/invitations/" not in otto.get("/o/acme/").text
    assert status(sign_in(cast.ada), "/o/acme/members/") == 200


def test_officer_who_may_not_invite_does_so_by_no_way_and_still_gives_seats(cast):
    who = {"organisation": cast.acme, "name": "Eve", "role": "reader"}
    waiting = actions.invite(by=cast.otto, email="eve@example.org", **who)
    rule(cast, invites="owners")
    ways = [
        lambda: actions.invite(by=cast.otto, email="new@example.org", **who),
        lambda: actions.send_again(by=cast.otto, invitation=waiting),
        lambda: actions.end_invitation(by=cast.otto, invitation=waiting),
    ]
    for way in ways:
        with pytest.raises(ValidationError, match="You may not invite people to Acme"):
            way()
    auditor_seats.give(cast, factories.make_assessment(cast.acme, cast.ada), "eve@audit.example")
    left = cast.acme.invitations.order_by("pk").values_list("email", "role")
    assert list(left) == [
        ("eve@example.org", "reader"),
        ("eve@audit.example", "auditor"),
    ]
    actions.send_again(by=cast.ada, invitation=waiting)


def test_policy_costs_pages_no_statement(cast, sign_in):
    ada = sign_in(cast.ada)
    ada.get("/o/acme/members/")
    with CaptureQueriesContext(connection) as without:
        ada.get("/o/acme/members/")
    require(cast)
    with CaptureQueriesContext(connection) as ruled:
        ada.get("/o/acme/members/")
    assert len(ruled) == len(without)


def test_other_roles_see_no_policy(cast, sign_in):
    for person in (cast.otto, cast.con, cast.rev, cast.rob, cast.aud):
        assert status(sign_in(person), PATH) == 403
    assert status(sign_in(cast.zoe), PATH) == 404


def test_unproved_address_is_proved_by_a_link_that_the_person_asks_for(cast, sign_in):
    EmailAddress.objects.create(user=cast.con, email=cast.con.email, verified=False)
    con = sign_in(cast.con)
    assert "Confirm your address before" in flat(con.get("/security/").text)
    con.post("/security/address/")
    [mail] = [m for m in send_queued() if m.subject == "Attest: confirm your address"]
    assert mail.to == [cast.con.email]
    link = re.search(r"https://attest.example(/accounts/confirm/\S+)", mail.body)[1]
    con.post(link)
    assert EmailAddress.objects.get().verified
    assert "Confirm your address before" not in con.get("/security/").text
    con.post("/security/address/")
    assert send_queued() == []


def test_event_says_which_rules_were_changed(cast):
    rule(cast, idle_minutes=15, exports="owners", second_factor_from=None)
    require(cast, date(2099, 12, 1))
    said = [
        event_in_words(event.action, *trail.changes(event))
        for event in Event.objects.filter(action="policy.changed").order_by("seq")
    ]
    assert said == [
        "Security policy changed; signed out after 15 minutes without use; files taken away: owners alone",
        "Security policy changed; second factor from 1 Dec 2099; signed out after 30"
        " minutes without use; files taken away: whoever has the role for it",
    ]


def test_rules_go_on_by_themselves_behind_the_door(cast, sign_in):
    """The page that asks for the password keeps what the form said."""
    stale = sign_in(cast.ada)
    rules = RULES | {"second_factor_from": "", "idle_minutes": 20, "shares": "owners"}
    page = stale.post(PATH, rules)
    kept = dict(page.context["kept"])
    assert kept == {name: str(value) for name, value in rules.items()}
    stale.post(PATH, kept | SURE)
    policy = AccessPolicy.objects.get()
    assert (policy.idle_minutes, policy.shares) == (20, "owners")


def test_rule_that_another_owner_set_meanwhile_stays(cast, ada):
    """The page says what it showed: whoever changes one rule sends them all."""
    shown = form_of(ada.get(PATH))
    require(cast, date(2099, 12, 1))
    rule(cast, second_factor_from=date(2099, 12, 1), exports="owners")
    page = ada.post(PATH, shown | {"idle_minutes": 20}, follow=True)
    assert "The policy holds from now on." in page.text
    policy = AccessPolicy.objects.get()
    assert policy.second_factor_from == date(2099, 12, 1)
    assert (policy.idle_minutes, policy.exports) == (20, "owners")


def test_refused_form_still_knows_what_it_showed(cast, ada):
    shown = form_of(ada.get(PATH))
    rule(cast, exports="owners")
    page = ada.post(PATH, shown | {"idle_minutes": 4, "shares": "owners"})
    assert page.status_code == 422
    ada.post(PATH, form_of(page) | {"idle_minutes": 20})
    policy = AccessPolicy.objects.get()
    assert (policy.exports, policy.shares) == ("owners", "owners")
    ada.post(PATH, form_of(ada.get(PATH)) | {"exports": "role"})
    assert AccessPolicy.objects.get().exports == "role"
