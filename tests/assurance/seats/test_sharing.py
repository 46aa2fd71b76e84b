"""Share links: one assessment, to read, for whoever holds the token."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils import timezone

from compliance.assurance.seats import actions
from compliance.assurance.seats.queries import openings
from compliance.identity.organisations.actions import (
    accept_invitation,
    invite,
    remove_member,
    set_policy,
    take_back,
)
from compliance.models import Event, Membership, ShareLink
from compliance.proof.audit import trail
from compliance.work.discussion.actions import comment
from tests.support import auditor_seats, factories
from tests.support.factories import PASSWORD
from tests.support.mail_queue import queued, send_queued
from tests.support.page_text import flat
from tests.test_doors import VIEWS_BY_AUDITORS, rows_of


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()


@pytest.fixture
def assessment(cast):
    return factories.make_assessment(cast.acme, cast.ada)


@pytest.fixture
def made(cast, assessment):
    return actions.share(by=cast.otto, assessment=assessment, label="Bank", days=14)


def opened(client, token):
    """The page behind a link, after the token has left the address."""
    return client.get(f"/share/{token}/", follow=True)


def test_link_is_shown_once_and_only_its_hash_is_kept(cast, assessment, sign_in):
    client = sign_in(cast.otto)
    form = {"label": "Bank", "days": 14, "password": PASSWORD}
    page = client.post(f"/o/acme/assessments/{assessment.pk}/share/", form)
    assert page.status_code == 200
    token = page.context["address"].rsplit("/", 2)[1]
    assert len(token) >= 43
    assert f'value="{page.context["address"]}" readonly' in page.text
    assert "not opened yet" in page.text
    link = ShareLink.objects.get()
    assert token not in str(ShareLink.objects.values().get())
    assert actions.open_share(token=token) == link
    again = client.get(f"/o/acme/assessments/{assessment.pk}/auditors/")
    assert token not in again.text


def test_link_is_mailed_where_an_address_is_given(cast, assessment, sign_in):
    client = sign_in(cast.otto)
    where = f"/o/acme/assessments/{assessment.pk}/share/"
    form = {"label": "Bank", "days": 14, "password": PASSWORD}
    assert client.post(where, form | {"email": "no address"}).status_code == 422
    assert not ShareLink.objects.exists()
    page = client.post(where, form | {"email": "desk@bank.example"})
    assert "Attest mails it to" in page.text
    [mail] = send_queued()
    assert mail.to == ["desk@bank.example"]
    assert page.context["address"] in mail.body
    ends = timezone.localtime(ShareLink.objects.get().expires_at)
    assert f"until {ends.day} {ends:%B %Y, %H:%M %Z}:" in mail.body
    event = Event.objects.get(action="share.made")
    assert trail.content_of(event)["after"]["email"] == "desk@bank.example"


def test_nothing_offers_a_mail_without_a_mail_server(cast, assessment, sign_in, monkeypatch):
    backend = "django.core.mail.backends.console.EmailBackend"
    monkeypatch.setitem(settings.MAILERS["default"], "BACKEND", backend)
    where = f"/o/acme/assessments/{assessment.pk}/"
    client = sign_in(cast.otto)
    assert "Mail it to" not in client.get(f"{where}auditors/").text
    form = {"label": "Bank", "days": 14, "password": PASSWORD, "email": "a@b.example"}
    client.post(f"{where}share/", form)
    assert ShareLink.objects.exists()
    assert not queued().exists()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"password": "wrong"}, "This is not your password."),
        ({"password": ""}, "Type your password."),
        ({"days": 91}, "Write a number from 1 to 90."),
        ({"days": 0}, "Write a number from 1 to 90."),
        ({"days": ""}, "Write a number from 1 to 90."),
        ({"label": ""}, "Name the recipient of the link."),
    ],
)
def test_refused_link_is_not_made(cast, assessment, sign_in, form, words):
    values = {"label": "Bank", "days": 14, "password": PASSWORD} | form
    page = sign_in(cast.otto).post(f"/o/acme/assessments/{assessment.pk}/share/", values)
    assert (page.status_code, ShareLink.objects.count()) == (422, 0)
    assert words in page.text


def test_days_are_counted_below_the_form_too(cast, assessment):
    with pytest.raises(ValidationError):
        actions.share(by=cast.otto, assessment=assessment, label="x", days=91)


def test_link_opens_the_assessment_without_names_comments_and_files(cast, client, made):
    link, token = made
    assessment = link.assessment
    answer = assessment.answers.order_by("question__position").first()
    answer.note, answer.changed_by = "Kept since May.", cast.con
    answer.changed_at = timezone.now()
    answer.save()
    factories.attach(answer, auditor_seats.make_proof(cast.acme, cast.ada))
    comment(by=cast.con, answer=answer, text="Between us.")
    page = opened(client, token)
    assert page.redirect_chain == [(f"/shared/{link.pk}/", 302)]
    section = answer.question.section_id
    read = client.get(f"/shared/{link.pk}/?section={section}")
    assert "Kept since May." in read.text
    assert "Policy" in read.text
    for name in (
        "Con Tributor",
        "Ada Lindqvist",
        "Otto Weber",
        "Between us.",
        "/file/",
        token,
    ):
        assert name not in read.text + page.text


def test_page_is_kept_by_nobody(client, made):
    for reply in (
        client.get(f"/share/{made[1]}/"),
        client.get(f"/shared/{made[0].pk}/"),
        client.get("/share/wrong/"),
    ):
        assert reply["X-Robots-Tag"] == "noindex, nofollow, noarchive"
        assert reply["Referrer-Policy"] == "no-referrer"
        assert reply["Cache-Control"] == "no-store"


def test_wrong_expired_and_revoked_are_one(cast, assessment, client, made):
    link, token = made
    wrong = client.get("/share/wrong/")
    actions.revoke(by=cast.otto, link=link)
    revoked = client.get(f"/share/{token}/")
    late, its_token = actions.share(by=cast.otto, assessment=assessment, label="Bank", days=1)
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        expired = client.get(f"/share/{its_token}/")
    for reply in (wrong, revoked, expired):
        del reply.headers["X-Request-ID"]  # each request has a number of its own
    replies = {
        (reply.status_code, reply.content, *sorted(reply.headers.items()))
        for reply in (wrong, revoked, expired)
    }
    assert len(replies) == 1
    assert wrong.status_code == 404
    assert openings([late]) == {}
    assert "ask the sender for another one" in flat(wrong.text)


def test_revoked_link_is_gone_in_an_open_session(cast, client, sign_in, made):
    link, token = made
    assert opened(client, token).status_code == 200
    sign_in(cast.ada).post(f"/o/acme/share/{link.pk}/revoke/")
    gone = client.get(f"/shared/{link.pk}/")
    assert (gone.status_code, gone.content) == (404, client.get("/share/x/").content)


def test_link_ends_with_the_right_of_who_made_it(cast, client, made):
    link, token = made
    assert opened(client, token).status_code == 200
    Membership.objects.filter(user=cast.otto).update(role="reader")
    assert client.get(f"/shared/{link.pk}/").status_code == 404
    Membership.objects.filter(user=cast.otto).delete()
    assert client.get(f"/share/{token}/").status_code == 404


@pytest.mark.parametrize("how", ["invited again", "removal undone"])
def test_link_does_not_come_back_with_who_made_it(cast, client, sign_in, made, how):
    link, token = made
    opened(client, token)
    member = Membership.objects.get(user=cast.otto)
    removal = remove_member(by=cast.ada, membership=member)
    if how == "invited again":
        who = {"email": cast.otto.email, "name": "Otto", "role": "officer"}
        again = invite(by=cast.ada, organisation=cast.acme, **who)
        accept_invitation(by=cast.otto, invitation=again)
    else:
        take_back(by=cast.ada, organisation=cast.acme, seq=removal.seq)
    assert client.get(f"/share/{token}/").status_code == 404
    assert client.get(f"/shared/{link.pk}/").status_code == 404
    _, new = actions.share(by=cast.otto, assessment=link.assessment, label="x", days=1)
    assert opened(client, new).status_code == 200


def test_link_is_closed_where_the_policy_leaves_links_to_others(cast, client, sign_in, made):
    link, token = made
    _, of_owner = actions.share(by=cast.ada, assessment=link.assessment, label="Board", days=1)
    opened(client, token)
    set_policy(by=cast.ada, organisation=cast.acme, shares="owners")
    assert client.get(f"/share/{token}/").status_code == 404
    assert client.get(f"/shared/{link.pk}/").status_code == 404
    assert opened(client, of_owner).status_code == 200


def test_list_says_that_a_link_ended_with_a_right_and_takes_it_back_for_good(cast, sign_in, made):
    link, token = made
    set_policy(by=cast.ada, organisation=cast.acme, shares="owners")
    ada = sign_in(cast.ada)
    where = f"/o/acme/assessments/{link.assessment_id}/auditors/"
    page = flat(ada.get(where).text)
    assert "Ended with the right to make links, made by<bdi>Otto Weber" in page
    assert f"/o/acme/share/{link.pk}/revoke/" in page
    ada.post(f"/o/acme/share/{link.pk}/revoke/")
    set_policy(by=cast.ada, organisation=cast.acme, shares="role")
    assert actions.open_share(token=token) is None
    assert "Taken back" in flat(ada.get(where).text)


def test_number_of_a_link_opens_nothing(client, made):
    assert client.get(f"/shared/{made[0].pk}/").status_code == 404


def test_twenty_wrong_tries_are_enough_and_lock_out_nobody_with_a_link(client, made):
    codes = [client.get(f"/share/wrong-{n}/").status_code for n in range(21)]
    assert codes == [404] * 20 + [429]
    assert client.get(f"/share/{made[1]}/").status_code == 302


def test_right_tries_are_not_counted(client, made):
    codes = {client.get(f"/share/{made[1]}/").status_code for _ in range(25)}
    assert codes == {302}


def test_each_use_is_on_the_trail(client, made):
    link, token = made
    opened(client, token)
    client.head(f"/share/{token}/")
    event = Event.objects.get(action="share.opened")
    assert (event.actor, event.subject_id) == (None, str(link.pk))
    assert openings([link]) == {link.pk: (1, event.at)}


def test_opening_writes_its_trail_entry_and_nothing_else(client, made):
    link, token = made
    before = rows_of(VIEWS_BY_AUDITORS)
    opened(client, token)
    client.get(f"/shared/{link.pk}/?section=1")
    assert rows_of(VIEWS_BY_AUDITORS) == before


def test_list_shows_how_often_each_link_was_opened(cast, client, sign_in, made):
    link, token = made
    actions.share(by=cast.otto, assessment=link.assessment, label="Board", days=1)
    opened(client, token)
    opened(client, token)
    page = sign_in(cast.otto).get(f"/o/acme/assessments/{link.assessment_id}/auditors/")
    said = r"not opened yet|opened \d+ times?, last"
    counts = re.findall(said, flat(page.text))
    assert counts == ["not opened yet", "opened 2 times, last"]


def test_link_takes_nothing(client, made):
    opened(client, made[1])
    for path in (f"/share/{made[1]}/", f"/shared/{made[0].pk}/"):
        assert client.post(path).status_code == 405


@pytest.mark.parametrize("person", ["con", "rev", "rob", "aud", "zoe"])
def test_only_owner_and_officer_make_and_take_back(cast, sign_in, made, person):
    link, _ = made
    client = sign_in(getattr(cast, person))
    status = 404 if person == "zoe" else 403
    for path in (
        f"/o/acme/assessments/{link.assessment_id}/share/",
        f"/o/acme/share/{link.pk}/revoke/",
    ):
        assert client.post(path).status_code == status
    link.refresh_from_db()
    assert link.revoked_at is None


def test_link_of_others_is_not_found(cast, sign_in):
    theirs = factories.make_assessment(cast.other, cast.zoe)
    link, _ = actions.share(by=cast.zoe, assessment=theirs, label="x", days=1)
    ada = sign_in(cast.ada)
    assert ada.post(f"/o/acme/share/{link.pk}/revoke/").status_code == 404
    path = f"/o/acme/assessments/{theirs.pk}/share/"
    assert ada.post(path, {"password": factories.PASSWORD}).status_code == 404


def test_hostile_text_stays_text(client, cast, made):
    link, token = made
    attack = '"><script>alert(1)</script>'
    answer = link.assessment.answers.first()
    answer.note = attack
    answer.save()
    ShareLink.objects.update(label=attack)
    opened(client, token)
    page = client.get(f"/shared/{link.pk}/?section={answer.question.section_id}")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text


def test_two_links_stay_open_side_by_side(cast, client, made):
    other = factories.make_assessment(cast.acme, cast.ada)
    second, token = actions.share(by=cast.ada, assessment=other, label="x", days=1)
    opened(client, made[1])
    opened(client, token)
    codes = [client.get(f"/shared/{one.pk}/").status_code for one in (made[0], second)]
    assert codes == [200, 200]


def test_sections_lead_to_those_before_and_behind(cast, client):
    edition = factories.make_edition(3, sections=3)
    assessment = factories.make_assessment(cast.acme, cast.ada, edition)
    link, token = actions.share(by=cast.ada, assessment=assessment, label="x", days=1)
    first, second, third = edition.sections.order_by("position")
    opened(client, token)
    page = client.get(f"/shared/{link.pk}/?section={second.pk}").text
    assert re.findall(r'rel="(prev|next)"\s+href="(\S+)"', page) == [
        ("prev", f"?section={first.pk}"),
        ("next", f"?section={third.pk}"),
    ]
    assert 'rel="next"' not in client.get(f"/shared/{link.pk}/").text


# Sent twice


def sent(client, assessment, **form):
    typed = {"label": "Bank", "days": 14, "sending": "17-1", "password": PASSWORD}
    return client.post(f"/o/acme/assessments/{assessment.pk}/share/", typed | form)


def test_press_that_is_sent_twice_makes_one_link(cast, assessment, sign_in):
    """Its reply was lost, and the page with the address never came."""
    client = sign_in(cast.otto)
    token = sent(client, assessment).context["address"].rsplit("/", 2)[1]
    again = sent(client, assessment)
    assert "was made already" in flat(again.text)
    assert (again.status_code, again.cookies["kept"].value) == (200, "17-1")
    assert actions.open_share(token=token) == ShareLink.objects.get()
    assert "was made already" not in flat(sent(client, assessment, label="Fund").text)
    assert ShareLink.objects.count() == 2


def test_new_link_in_the_place_of_one_that_nobody_saw(cast, assessment, sign_in):
    client = sign_in(cast.otto)
    form = {"email": "desk@bank.example"}
    first = sent(client, assessment, **form).context["address"].rsplit("/", 2)[1]
    again = sent(client, assessment, **form)
    part = again.text.partition('<h2 class="strong">')[2].partition("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', part))
    assert (fields["label"], fields["email"]) == ("Bank", "desk@bank.example")
    assert actions.open_share(token=first)
    address = sent(client, assessment, **fields).context["address"]
    assert actions.open_share(token=first) is None
    assert actions.open_share(token=address.rsplit("/", 2)[1])
    assert "was made already" in flat(sent(client, assessment, **fields).text)
    assert ShareLink.objects.count() == 2
    assert len(send_queued()) == 2


@pytest.mark.parametrize("named", ["x", "-1", "9" * 30, "0"])
def test_link_in_the_place_of_none_is_just_made(cast, assessment, sign_in, named):
    assert sent(sign_in(cast.otto), assessment, instead=named).context["address"]
