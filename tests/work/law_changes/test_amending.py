"""The law is changed on screen: by editors only, with a reason, and announced as a new index is."""

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from compliance.content.legal_index.actions import mark_of
from compliance.identity.organisations.actions import make_editor
from compliance.models import (
    Citation,
    Edition,
    Instrument,
    Membership,
    Provision,
)
from compliance.proof.audit import trail, verification
from compliance.proof.audit.models import LIBRARY, PEOPLE, Event
from tests.support.factories import (
    make_assessment,
    make_checklist,
    make_draft,
    make_organisation,
    make_provision,
    publish,
)
from tests.support.legal_indexes import amend
from tests.support.mail_queue import queued, send_queued
from tests.support.page_text import flat
from tests.support.provider_sign_in import SHUTS_OUT, shut_out

CITE = "Law Art. 5a"
POSTPONED = {"applies_from": "2027-12-02", "status": "applies_later"}
WORDS = "no longer in force, applies from 2 Dec 2027 instead of 25 May 2018"


@pytest.fixture
def provision(cast):
    """In force, and asked about by a running assessment of Acme; Rob is an editor."""
    made = make_provision(CITE)
    edition = make_draft()
    Citation.objects.create(question=edition.questions.first(), provision=made, position=1)
    make_assessment(cast.acme, cast.ada, publish(edition))
    make_editor(by=None, email=cast.rob.email)
    cast.rob.refresh_from_db()
    return made


def path(provision, name="provision"):
    return reverse(f"law_changes:{name}", args=["acme", provision.pk])


def sent(provision, **changes):
    provision = Provision.objects.select_related("successor").get(pk=provision.pk)
    values = {name: getattr(provision, name) for name in ("status", "title", "url")}
    values |= {"applies_from": provision.applies_from.isoformat(), "successor": ""}
    values |= {"reason": "OJ L, 2026/1744", "seen": mark_of(provision)}
    return values | changes


def events(chain=LIBRARY):
    return [e.action for e in Event.objects.filter(organisation_id=chain)]


def test_change_is_announced_as_a_new_index_would_be(cast, sign_in, provision):
    client = sign_in(cast.rob)
    reply = client.post(path(provision), sent(provision, **POSTPONED), follow=True)
    said = "It touches 1 question in 1 running assessment of 1 organisation."
    assert f"{said} 2 mails are on their way." in flat(reply.text)
    mails = send_queued()
    assert sorted(m.to[0] for m in mails) == ["ada@example.org", "otto@example.org"]
    assert f"{CITE}: {WORDS}" in mails[0].body
    page = flat(sign_in(cast.ada).get("/o/acme/checklists/law/").text)
    assert WORDS in page
    event = Event.objects.get(action="instrument.provisions_set")
    before, after = trail.changes(event)
    assert before == {"provisions": {CITE: {"applies_from": "2018-05-25", "status": "in_force"}}}
    assert after == {
        "provisions": {CITE: POSTPONED},
        "added": 0,
        "reason": "OJ L, 2026/1744",
    }
    assert (event.actor, verification.verify(LIBRARY)) == (cast.rob, None)


def test_what_stands_again_is_no_change(cast, sign_in, provision):
    reply = sign_in(cast.rob).post(path(provision), sent(provision), follow=True)
    assert f"{CITE} is unchanged." in flat(reply.text)
    assert events() == []
    provision.refresh_from_db()
    assert provision.amended_at is None


def test_loading_an_index_leaves_what_an_editor_changed(cast, sign_in, provision):
    client = sign_in(cast.rob)
    other = make_provision("Law Art. 6a")
    client.post(path(provision), sent(provision, **POSTPONED))
    said = {CITE: {"status": "repealed"}, other.cite: {"status": "proposed"}}
    amend(said)
    provision.refresh_from_db()
    other.refresh_from_db()
    assert (provision.status, other.status) == ("applies_later", "proposed")
    client.post(path(provision, "provision_release"))
    amend(said)
    provision.refresh_from_db()
    assert (provision.status, provision.amended_at) == ("repealed", None)
    assert "instrument.provision_released" in events()


def test_loading_an_index_leaves_a_successor_in_another_law(cast, sign_in, provision):
    new = Instrument.objects.create(key="new", name="New Law", title="The New Law", url="https://e.eu")
    values = {"title": "Duty", "url": "https://e.eu/2", "position": 1}
    other = Provision.objects.create(
        instrument=new,
        cite="New Law Art. 1",
        applies_from=provision.applies_from,
        status="in_force",
        **values,
    )
    gone = {"status": "repealed", "successor": other.cite}
    sign_in(cast.rob).post(path(provision), sent(provision, **gone))
    provision.refresh_from_db()
    assert provision.successor == other
    make_provision("Law Art. 6")
    Provision.objects.filter(pk=provision.pk).update(position=10**6)
    amend({"Law Art. 6": {"title": "Another duty"}})
    provision.refresh_from_db()
    assert (provision.position, provision.successor) == (2, other)
    assert amend({}) is False


def test_second_of_two_editors_at_once_is_refused(cast, sign_in, provision):
    client, first = sign_in(cast.rob), sent(provision)
    newer = "https://law.example/newer"
    client.post(path(provision), sent(provision, **POSTPONED, url=newer))
    reply = client.post(path(provision), first | {"title": "Mine"})
    assert reply.status_code == 422
    page = flat(reply.text)
    assert "Someone else has changed this provision" in page
    assert f'href="{newer}"' in page
    assert 'value="Mine"' in page
    provision.refresh_from_db()
    assert provision.title == "A duty"
    seen = {"seen": mark_of(provision)}
    assert f'value="{seen["seen"]}"' in page
    assert client.post(path(provision), first | seen).status_code == 302


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": " "},
        {"applies_from": "soon"},
        {"status": "gone"},
        {"successor": "Law Art. 99"},
        {"successor": CITE},
        {"url": "javascript:alert(1)"},
        {"title": "a\x00b"},
        {"title": "x" * 301},
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(cast, sign_in, provision, wrong):
    reply = sign_in(cast.rob).post(path(provision), sent(provision, **wrong))
    assert reply.status_code == 422
    assert events() == []
    assert not queued().exists()


def test_successors_go_in_no_ring(cast, sign_in, provision):
    client, next_one = sign_in(cast.rob), make_provision("Law Art. 6a")
    client.post(path(provision), sent(provision, successor=next_one.cite))
    reply = client.post(path(next_one), sent(next_one, successor=CITE))
    assert f"{CITE} leads back to Law Art. 6a." in flat(reply.text)


def test_hostile_text_is_text(cast, sign_in, provision):
    client = sign_in(cast.rob)
    client.post(path(provision), sent(provision, title="<script>x</script>"))
    for url in (path(provision), "/o/acme/checklists/law/index/law/"):
        assert "&lt;script&gt;x" in client.get(url).text


def test_index_is_for_editors_only(cast, sign_in, provision):
    for url in ("/o/acme/checklists/law/index/", path(provision)):
        assert sign_in(cast.rob).get(url).status_code == 200
        assert sign_in(cast.ada).get(url).status_code == 403
        assert sign_in(cast.zoe).get(url).status_code == 404
    assert sign_in(cast.ada).post(path(provision), sent(provision)).status_code == 403
    law = "/o/acme/checklists/law/"
    assert "Edit the legal index" in sign_in(cast.rob).get(law).text
    assert "Edit the legal index" not in sign_in(cast.ada).get(law).text


def test_editor_who_is_no_more_is_refused_at_once(cast, sign_in, provision):
    client = sign_in(cast.rob)
    call_command("make_editor", "ROB@example.org", "--end")
    assert client.get(path(provision)).status_code == 403
    assert events(PEOPLE) == ["editor.made", "editor.ended"]
    assert events() == []


def test_command_knows_only_people_who_are_here(db):
    with pytest.raises(CommandError, match="Nobody here"):
        call_command("make_editor", "nobody@example.org")


def test_list_costs_the_same_with_one_provision_and_with_many(
    cast, sign_in, provision, django_assert_num_queries
):
    client = sign_in(cast.rob)
    url = "/o/acme/checklists/law/index/law/"
    client.get(url)
    with django_assert_num_queries(5):
        client.get(url)
    for _ in range(10):
        make_provision()
    with django_assert_num_queries(5):
        client.get(url)


def test_provisions_are_found_by_words_and_come_in_pages(cast, sign_in, provision):
    client, url = sign_in(cast.rob), "/o/acme/checklists/law/index/law/"
    for _ in range(101):
        make_provision()
    assert "1 to 100 of 102" in flat(client.get(url).text)
    assert "101 to 102 of 102" in flat(client.get(url, {"page": 2}).text)
    page = flat(client.get(url, {"q": "duty ART. 5a\x00"}).text)
    assert path(provision) in page
    assert client.get(url, {"q": "nothing such"}).status_code == 200


def test_editor_reads_how_far_a_change_reaches(cast, sign_in, provision):
    """Acme, where Rob may read, has two assessments; Other one, and one of its own."""
    client, edition = sign_in(cast.rob), Edition.objects.get()
    page = flat(client.get(path(provision)).text)
    assert "A change would touch<strong>1 running assessment of 1 organisation" in page
    make_assessment(cast.acme, cast.ada, edition, subject="Acme Two")
    make_assessment(cast.other, cast.zoe, edition, subject="Zoe at work")
    secret = make_checklist(organisation=cast.other)
    secret.title = "Secret list"
    secret.save()
    own = make_draft(checklist=secret)
    question = own.questions.first()
    Citation.objects.create(question=question, provision=provision, position=1)
    make_assessment(cast.other, cast.zoe, publish(own), subject="Zoe at home")
    client.post(path(provision), sent(provision, **POSTPONED))
    page = flat(client.get(path(provision)).text)
    assert "touches<strong>4 running assessments of 2 organisations</strong>" in page
    assert f"{edition}</a>: 1 question, 3 running assessments of 2 organisations" in page
    assert "Own checklists of organisations: 1 question, 1 running assessment of 1" in page
    assert page.count("?show=law-changed") == 2
    assert "Acme Two" in page
    for theirs in ("Zoe at", "Secret list", cast.other.name):
        assert theirs not in page


@pytest.mark.parametrize("rule", SHUTS_OUT)
def test_work_of_an_organisation_that_a_password_does_not_open_has_no_name(cast, sign_in, provision, rule):
    edition = Edition.objects.get()
    make_assessment(cast.other, cast.zoe, edition, subject="Zoe at work")
    Membership.objects.create(organisation=cast.other, user=cast.rob, role="reader")
    client = sign_in(cast.rob)
    assert "Zoe at work" in client.get(path(provision)).text
    shut_out(cast.zoe, cast.other, rule)
    page = flat(client.get(path(provision)).text)
    assert "2 running assessments of 2 organisations" in page
    assert "Zoe at work" not in page


def test_newer_edition_is_not_touched_by_an_older_change(cast, sign_in, provision):
    client = sign_in(cast.rob)
    client.post(path(provision), sent(provision, **POSTPONED))
    newer = make_draft()
    question = newer.questions.first()
    Citation.objects.create(question=question, provision=provision, position=1)
    make_assessment(cast.acme, cast.ada, publish(newer), subject="Newer")
    page = flat(client.get(path(provision)).text)
    assert "touches<strong>1 running assessment of 1 organisation</strong>" in page
    assert page.count("published since the change") == 1
    assert "Newer" not in page


def test_page_of_a_provision_costs_the_same_with_many_organisations(
    cast, sign_in, provision, django_assert_num_queries
):
    client, edition = sign_in(cast.rob), Edition.objects.get()
    client.get(path(provision))
    with django_assert_num_queries(9):
        client.get(path(provision))
    for number in range(5):
        organisation = make_organisation(f"many-{number}")
        make_assessment(organisation, cast.zoe, edition)
    with django_assert_num_queries(9):
        client.get(path(provision))
