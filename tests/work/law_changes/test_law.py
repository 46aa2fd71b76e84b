"""The law changes: the page, the mail, home and the panel say where to look again."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from compliance.identity.organisations.actions import invite
from compliance.models import Checklist, Citation, Edition, Membership, Provision
from compliance.operations.seeds.loader import BadSeeds
from compliance.proof.audit import trail
from compliance.proof.audit.models import LIBRARY
from compliance.work.assessments.actions import archive
from compliance.work.law_changes.actions import notify_of_law
from compliance.work.law_changes.law import NEWS
from tests.support.factories import (
    make_assessment,
    make_checklist,
    make_draft,
    make_member,
    make_organisation,
    make_provision,
    publish,
)
from tests.support.legal_indexes import amend
from tests.support.mail_queue import queued, send_queued
from tests.support.page_text import flat

PAGE, HOME = "/o/acme/checklists/law/", "/o/acme/"
CITE = "Law Art. 5"
POSTPONED = {"applies_from": "2027-12-02", "status": "applies_later"}
WORDS = "no longer in force, applies from 2 Dec 2027 instead of 25 May 2018"


@pytest.fixture
def provision(db):
    return make_provision(CITE)


def citing(provision, questions=3, **fields):
    """A published edition; its first two questions rest on the provision."""
    edition = make_draft(questions=questions, **fields)
    Citation.objects.bulk_create(
        Citation(question=question, provision=provision, position=1)
        for question in edition.questions.all()[:2]
    )
    return publish(edition)


@pytest.fixture
def edition(provision):
    return citing(provision)


@pytest.fixture
def running(cast, edition):
    return make_assessment(cast.acme, cast.ada, edition)


def change(**fields):
    """Change the law; the notice of it."""
    after = trail.head_of(LIBRARY)[0]
    amend({CITE: fields or POSTPONED})
    return notify_of_law(by=None, after=after)


# --- the assessment


def test_assessment_says_under_which_of_its_questions_the_law_changed(cast, sign_in, running):
    client, address = sign_in(cast.con), running.get_absolute_url()
    assert "The law changed" not in client.get(address).text
    change()
    page = client.get(address)
    said = "The law changed under 2 questions since edition 2026.1 was published."
    assert said in flat(page.text)
    assert f'href="{address}?show=law-changed"' in page.text
    marked = [line for g in page.context["groups"] for line in g["lines"]]
    assert [(one.question.key, one.law_changed) for one in marked] == [
        ("Q1", True),
        ("Q2", True),
        ("Q3", False),
    ]
    assert page.text.count("Law changed<span") == 2
    shown = client.get(address, {"show": "law-changed"})
    assert "Law changed<b>2</b>" in flat(shown.text)
    assert shown.context["found"] == 2
    one = running.answers.get(question__key="Q1")
    row = client.get(f"{address}answers/{one.pk}/", headers={"HX-Request": "true"})
    assert "Law changed<span" in client.get(f"{address}answers/{one.pk}/").text
    assert row.status_code == 200


def test_assessment_counts_only_what_applies_and_touches_it(cast, sign_in, running):
    change()
    running.answers.filter(question__key="Q2").update(applies=False)
    page = flat(sign_in(cast.con).get(running.get_absolute_url()).text)
    assert "The law changed under 1 question since" in page
    newer = make_assessment(cast.acme, cast.ada, citing(Provision.objects.get()))
    page = flat(sign_in(cast.con).get(newer.get_absolute_url()).text)
    assert "The law changed" not in page


def test_assessment_that_runs_no_more_shows_no_change(cast, sign_in, running):
    change()
    archive(by=cast.ada, assessment=running)
    page = sign_in(cast.con).get(running.get_absolute_url())
    assert "The law changed" not in page.text
    assert not page.context["view"].amended


# --- the page


def test_page_lists_the_questions_and_where_they_are_asked(cast, sign_in, running):
    change()
    page = sign_in(cast.rob).get(PAGE)
    assert f"Law: {WORDS}" in " ".join(page.text.split())
    group = page.context["groups"][0]
    uses = group.touches[0].uses
    assert [use.question.key for use in uses] == ["Q1", "Q2"]
    for use in uses:
        [answer] = use.answers
        link = f"{running.get_absolute_url()}?open={answer.pk}&amp;panel=law"
        assert f'href="{link}#answer-{answer.pk}"' in page.text
    detail = reverse("checklists:detail", args=["acme", running.edition_id])
    assert f'href="{detail}?section=s1#Q1"' in page.text
    assert page.text.count("In 1 running assessment\n") == 2


def test_page_says_when_nothing_has_changed(cast, sign_in, running):
    amend({CITE: {"title": "A better title", "url": "https://e.eu/2"}})
    page = sign_in(cast.rob).get(PAGE)
    assert "No provision that a question here rests on has changed." in page.text
    assert page.context["groups"] == []


def test_newest_change_stands_first_and_each_keeps_its_words(cast, sign_in, running):
    change()
    change(status="in_force")
    change(status="repealed")
    page = sign_in(cast.rob).get(PAGE)
    assert [group.change.words for group in page.context["groups"]] == [
        "repealed",
        "now in force",
        WORDS,
    ]


def test_what_changed_in_one_way_stands_together(cast, sign_in, running):
    other = make_provision("Law Art. 6")
    citing(other)
    third = make_provision("Law Art. 7")
    citing(third)
    amend({CITE: POSTPONED, other.cite: {"status": "repealed"}, third.cite: POSTPONED})
    groups = sign_in(cast.rob).get(PAGE).context["groups"]
    assert [[t.change.provision.cite for t in g.touches] for g in groups] == [
        [CITE, "Law Art. 7"],
        ["Law Art. 6"],
    ]


def test_provision_without_questions_is_shown_on_demand(cast, sign_in, running):
    free = make_provision("Law Art. 99")
    amend({free.cite: POSTPONED})
    client = sign_in(cast.rob)
    page = client.get(PAGE)
    assert free.cite not in page.text
    assert "Also 1 that no question here rests on" in page.text
    everything = client.get(PAGE, {"all": "1"})
    assert free.cite in everything.text
    assert "No question here rests on it<" in everything.text


def test_edition_published_since_says_so(cast, sign_in, provision, running):
    change()
    edition = citing(provision, checklist=running.edition.checklist, number="2026.2")
    page = sign_in(cast.rob).get(PAGE)
    newer = [use.is_newer for use in page.context["groups"][0].touches[0].uses]
    assert newer == [True, True, False, False]
    text = " ".join(page.text.split())
    assert f"edition {edition.number}, published since the change" in text


def test_retired_edition_counts_while_it_is_worked_in(cast, sign_in, running):
    Edition.objects.update(status="retired")
    change()
    client = sign_in(cast.rob)
    assert len(client.get(PAGE).context["groups"][0].touches[0].uses) == 2
    running.status = "archived"
    running.save()
    assert client.get(PAGE).context["groups"] == []


def test_what_does_not_apply_is_not_counted(cast, sign_in, running):
    running.answers.filter(question__key="Q1").update(applies=False)
    change()
    uses = sign_in(cast.rob).get(PAGE).context["groups"][0].touches[0].uses
    assert [len(use.answers) for use in uses] == [0, 1]


@pytest.mark.slow
def test_pages_of_many_changes(cast, sign_in, running):
    cites = [f"Law Art. {100 + number}" for number in range(45)]
    edition = make_draft(questions=45)
    for cite, question in zip(cites, edition.questions.order_by("pk"), strict=True):
        Citation.objects.create(question=question, provision=make_provision(cite), position=1)
    publish(edition)
    amend(dict.fromkeys(cites, POSTPONED))
    client = sign_in(cast.rob)
    shown = [
        touch.change.provision.cite
        for number in (1, 2, 3)
        for group in client.get(PAGE, {"page": number}).context["groups"]
        for touch in group.touches
    ]
    assert shown == cites
    for odd in ("0", "999", "-1", "x", "1'"):
        assert client.get(PAGE, {"page": odd}).status_code == 200


@pytest.mark.slow
def test_page_costs_the_same_with_one_and_with_many(cast, sign_in, provision, running):
    client = sign_in(cast.rob)
    change()
    client.get(PAGE)
    with CaptureQueriesContext(connection) as one:
        client.get(PAGE)
    for number in range(15):
        other = make_provision(f"Law Art. {200 + number}")
        edition = citing(other)
        for _ in range(3):
            make_assessment(cast.acme, cast.ada, edition)
        amend({other.cite: POSTPONED})
    with CaptureQueriesContext(connection) as many:
        client.get(PAGE)
    assert len(one) == len(many) <= 9


@pytest.mark.parametrize("name", ["ada", "otto", "con", "rev", "rob"])
def test_every_member_may_read_it(cast, sign_in, name, running):
    change()
    assert sign_in(getattr(cast, name)).get(PAGE).status_code == 200


# --- another organisation


@pytest.mark.slow
def test_hundred_things_of_others_change_no_byte(cast, sign_in, provision, running):
    change()
    client = sign_in(cast.ada)
    paths = (PAGE, f"{PAGE}?all=1", HOME)

    def seen():
        token = r'(name="csrfmiddlewaretoken" value=")\w+'
        return [re.sub(token, r"\1", client.get(path).text) for path in paths]

    client.get(HOME)
    before = seen()
    for number in range(50):
        make_assessment(cast.other, cast.zoe, running.edition, subject=f"S{number}")
    theirs = citing(provision, checklist=make_checklist("theirs", cast.other))
    for number in range(49):
        make_assessment(cast.other, cast.zoe, theirs, subject=f"T{number}")
    assert seen() == before


def test_mail_of_one_organisation_says_nothing_of_another(cast, provision, running):
    secret = make_provision("Law Art. 77")
    own = citing(secret, checklist=make_checklist("theirs", cast.other))
    make_assessment(cast.other, cast.zoe, own, subject="Hidden")
    after = trail.head_of(LIBRARY)[0]
    amend({CITE: POSTPONED, secret.cite: {"status": "repealed"}})
    notice = notify_of_law(by=None, after=after)
    assert (notice.organisations, notice.assessments, notice.mails) == (2, 2, 3)
    mails = {one.to[0]: one.body for one in send_queued()}
    for name in ("ada@example.org", "otto@example.org"):
        assert "Hidden" not in mails[name]
        assert "repealed" not in mails[name]
    assert "Law Art. 77: repealed" in mails["zoe@example.org"]
    assert CITE not in mails["zoe@example.org"]


# --- the mail


def test_owners_and_officers_get_one_mail(cast, running):
    notice = change()
    assert (notice.questions, notice.editions, notice.assessments) == (2, 1, 1)
    assert (notice.organisations, notice.mails) == (1, 2)
    assert notice.lines == [f"{CITE}: {WORDS}"]
    mails = send_queued()
    assert sorted(one.to[0] for one in mails) == ["ada@example.org", "otto@example.org"]
    assert {one.subject for one in mails} == {"The law changed under 2 questions of Acme"}
    body = mails[0].body
    assert f"- {CITE}: {WORDS}" in body
    assert "- Privacy, Acme, edition 2026.1: Q1, Q2" in body
    assert f"{PAGE}\n" in body


def test_same_law_again_sends_nothing(cast, running):
    change()
    assert queued().count() == 2
    notice = change()
    assert (notice.lines, notice.mails, queued().count()) == ((), 0, 2)


def test_other_words_for_the_same_law_send_nothing(cast, running):
    notice = change(title="A better title", url="https://e.eu/2")
    assert (notice.lines, notice.mails) == ((), 0)


def test_law_that_nobody_is_asked_about_sends_nothing(cast, edition):
    make_assessment(cast.acme, cast.ada, edition, status="archived")
    notice = change()
    assert (notice.lines != (), notice.assessments, notice.mails) == (True, 0, 0)
    assert not queued().exists()


def _spoiled():
    assert change().mails == 2
    raise BadSeeds([])


def test_nothing_is_sent_when_the_load_fails(cast, running):
    with pytest.raises(BadSeeds), transaction.atomic():
        _spoiled()
    assert not queued().exists()
    assert mail.outbox == []


def test_who_has_not_come_or_has_left_gets_none(cast, running):
    invite(
        by=cast.ada,
        organisation=cast.acme,
        email="new@example.org",
        name="New Officer",
        role="officer",
    )
    gone = make_member(cast.acme, "officer", "Gone Away", "gone@example.org")
    gone.is_active = False
    gone.save()
    send_queued()
    change()
    found = [one.to[0] for one in send_queued()]
    assert sorted(found) == ["ada@example.org", "otto@example.org"]


def test_long_lists_are_counted_in_the_mail(cast, provision):
    edition = make_draft(questions=30)
    Citation.objects.bulk_create(
        Citation(question=question, provision=provision, position=1) for question in edition.questions.all()
    )
    publish(edition)
    for number in range(20):
        make_assessment(cast.acme, cast.ada, edition, subject=f"Unit {number}")
    change()
    body = send_queued()[0].body
    assert "under 600 questions" in body
    assert "Q11, Q12 and 18 more\n" in body
    assert "- and 8 more\n" in body
    assert len(body) < 3000


def test_statements_of_a_notice_do_not_grow(cast, provision, running):
    with CaptureQueriesContext(connection) as one:
        assert change().mails == 2
    for number in range(5):
        organisation = make_organisation(f"Org {number}")
        who = make_member(organisation, "owner")
        make_assessment(organisation, who, running.edition)
    with CaptureQueriesContext(connection) as many:
        assert change(status="repealed").mails == 7
    inserts = [q for q in many if "INSERT" in q["sql"] and "dbtask" in q["sql"]]
    assert len(inserts) == 7
    assert len(many) - 7 <= len(one) - 2 + 4  # savepoints of the queue


# --- home and the side panel


def test_home_of_officers_counts_the_questions(cast, sign_in, running):
    change()
    for name in ("ada", "otto"):
        page = sign_in(getattr(cast, name)).get(HOME)
        assert "The law changed under 2 of your questions" in page.text
        assert f'href="{PAGE}"' in page.text
    for name in ("con", "rev", "rob"):
        assert "The law changed" not in sign_in(getattr(cast, name)).get(HOME).text


def test_home_forgets_when_the_assessment_has_moved_on(cast, sign_in, provision, running):
    change()
    newer = citing(provision, checklist=running.edition.checklist, number="2026.2")
    questions = {question.key: question for question in newer.questions.all()}
    for answer in running.answers.select_related("question"):
        answer.question = questions[answer.question.key]
        answer.save()
    running.edition = newer
    running.save()
    assert "The law changed" not in sign_in(cast.ada).get(HOME).text


@pytest.mark.parametrize("is_shown", [True, False])
def test_home_forgets_after_a_month(cast, sign_in, provision, monkeypatch, is_shown):
    month_ago = timezone.now() - NEWS + timedelta(minutes=1 if is_shown else -1)
    monkeypatch.setattr(timezone, "now", lambda: month_ago - timedelta(days=1))
    make_assessment(cast.acme, cast.ada, citing(provision))
    monkeypatch.setattr(timezone, "now", lambda: month_ago)
    change()
    monkeypatch.undo()
    client = sign_in(cast.ada)
    assert ("The law changed" in client.get(HOME).text) == is_shown
    assert WORDS in " ".join(client.get(PAGE).text.split())


def test_home_counts_a_question_once(cast, sign_in, running):
    change()
    change(status="in_force")
    other = make_provision("Law Art. 8")
    edition = make_draft(questions=1)
    question = edition.questions.get()
    for at, cited in enumerate((other, running.edition.questions.first().citations.get().provision), 1):
        Citation.objects.create(question=question, provision=cited, position=at)
    publish(edition)
    make_assessment(cast.acme, cast.ada, edition)
    amend({other.cite: POSTPONED, CITE: {"status": "repealed"}})
    page = sign_in(cast.ada).get(HOME)
    assert "The law changed under 3 of your questions" in page.text


def panel_of(running, key):
    answer = running.answers.get(question__key=key)
    return reverse("workspace:panel", args=["acme", running.pk, answer.pk, "law"])


def test_law_panel_says_what_changed_and_when(cast, sign_in, running):
    change()
    client = sign_in(cast.con)
    text = " ".join(client.get(panel_of(running, "Q1")).text.split())
    today = timezone.localdate()
    assert f"Changed on {today.day} {today:%b %Y}: {WORDS}" in text
    assert "Law, applies later, from 2 Dec 2027" in text
    other = client.get(panel_of(running, "Q3")).text
    assert "Changed on" not in other


def test_law_panel_is_silent_about_what_the_edition_knew(cast, sign_in, provision):
    amend({CITE: POSTPONED})
    running = make_assessment(cast.acme, cast.ada, citing(provision))
    assert "Changed on" not in sign_in(cast.con).get(panel_of(running, "Q1")).text


def test_law_panel_names_the_successor(cast, sign_in, running):
    make_provision("Law Art. 5a")
    change(status="repealed", successor="Law Art. 5a")
    text = " ".join(sign_in(cast.con).get(panel_of(running, "Q1")).text.split())
    assert "repealed; see Law Art. 5a" in text


# --- hostile text


def test_hostile_text_stays_text(cast, sign_in, provision):
    evil = "<script>alert(1)</script>{{ 7|add:7 }}"
    provision.title = evil
    provision.save()
    edition = make_draft(questions=1)
    edition.questions.update(title=evil[:60], key='"><b>')
    Citation.objects.create(question=edition.questions.get(), provision=provision, position=1)
    Checklist.objects.filter(pk=edition.checklist_id).update(title=evil)
    publish(edition)
    cast.acme.name = "Acme\u2028Bcc: eve@example.org"
    cast.acme.save()
    running = make_assessment(cast.acme, cast.ada, edition, subject=evil)
    change()
    answer = running.answers.get()
    panel = reverse("workspace:panel", args=["acme", running.pk, answer.pk, "law"])
    client = sign_in(cast.ada)
    for path in (PAGE, HOME, panel):
        text = client.get(path).text
        assert "<script>alert" not in text
        assert '"><b>' not in text
    sent = send_queued()
    assert (
        len(sent) == Membership.objects.filter(organisation=cast.acme, role__in=["owner", "officer"]).count()
    )
    assert "\n" not in sent[0].subject
    assert "\u2028" not in sent[0].subject
    assert evil in sent[0].body
