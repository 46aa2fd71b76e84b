"""Four eyes over bundles: nobody signs alone an assessment that they imported."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from compliance.assurance.bundles import bundle_export
from compliance.assurance.bundles.process import UnreadableError
from compliance.assurance.reviews import actions
from compliance.assurance.reviews.pending import to_reopen
from compliance.assurance.reviews.queries import desk_of
from compliance.models import Assessment, Event, Membership, Namesake
from compliance.proof.audit import tables
from compliance.reporting.home.todo import needs
from compliance.reporting.reports.html import html_of
from compliance.reporting.reports.queries import read
from compliance.work.assessments.actions import (
    change_facts,
    confirm_na,
    correct_details,
    say_whose,
    start,
)
from compliance.work.assessments.imported_answers import asked_of
from compliance.work.assessments.versions import Known
from compliance.work.workspace.na_queue import waiting
from tests.assurance.bundles.making import (
    YEAR,
    brought_in,
    bundle_of,
    publish,
    reading,
    write_elsewhere,
)
from tests.support import signing
from tests.support.factories import make_assessment

pytestmark = pytest.mark.slow
OWN = "You prepared 3 answers that no other reviewer has accepted"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def elsewhere(monkeypatch):
    write_elsewhere(monkeypatch)


@pytest.fixture
def ready(cast):
    return signing.make_ready(cast, publish("Q1", "Q2", "Q3", organisation=cast.acme))


def ref_of(content, name):
    with reading(content) as bundle:
        return next(p["ref"] for p in bundle.rows["people"] if p["name"] == name)


def join(organisation, user, role):
    Membership.objects.create(organisation=organisation, user=user, role=role)


def sent(by, assessment):
    actions.send(by=by, assessment=assessment)
    return signing.fresh(assessment)


def claim(member, came, *, is_theirs=True):
    name = came.brought_from.namesakes.get(member=member)
    return say_whose(
        by=member,
        organisation=came.organisation,
        name_id=name.pk,
        is_theirs=is_theirs,
    )


def test_bundle_of_an_assessment_that_is_here_leads_to_it(ready, cast):
    content = bundle_of(ready)
    signing.answer(cast.con, ready, "Q1", note="Later than the bundle.")
    for email in ("", "con@example.org"):
        with pytest.raises(ValidationError, match="assessment of this bundle is here already"):
            brought_in(content, cast.acme, by=cast.otto, emails={"p1": email})
    assert Assessment.objects.filter(organisation=cast.acme).count() == 1


def test_its_page_has_the_link(ready, cast, sign_in, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    client = sign_in(cast.otto)
    with reading(bundle_of(ready)) as bundle:
        bundle.archive.fp.seek(0)
        url = "/o/acme/bundles/in/read/"
        page = client.post(url, {"upload": bundle.archive.fp}, follow=True)
    assert "assessment of this bundle is here already" in page.text
    assert f'href="{ready.get_absolute_url()}"' in page.text
    assert ">Import</button>" not in page.text


def test_whoever_brings_in_from_elsewhere_does_not_sign_alone(ready, cast, elsewhere):
    came = sent(cast.otto, brought_in(bundle_of(ready), cast.acme, by=cast.otto))
    with pytest.raises(ValidationError, match=OWN):
        signing.sign(cast.otto, came)
    for key in ("Q1", "Q2", "Q3"):
        with pytest.raises(ValidationError, match=f"You prepared {key}"):
            signing.look(cast.otto, came, key)
        signing.look(cast.rev, came, key)
    assert signing.sign(cast.otto, came).signed_by == cast.otto


def test_on_the_command_line_the_member_it_names_is_a_hand(ready, cast, elsewhere, tmp_path):
    path = tmp_path / "bundle.zip"
    path.write_bytes(bundle_of(ready))
    given = ["import_bundle", str(path), "--organisation", "acme"]
    with pytest.raises(CommandError, match="--by"):
        call_command(*given)
    for email in ("rev@example.org", "zoe@example.org", "nobody@example.org"):
        with pytest.raises(CommandError, match=f"{email} may not import"):
            call_command(*given, "--by", email)
    call_command(*given, "--by", "Otto@example.org")
    came = Assessment.objects.get(brought_from__brought_by=cast.otto)
    came = sent(cast.otto, came)
    with pytest.raises(ValidationError, match=OWN):
        signing.sign(cast.otto, came)
    assert signing.sign(cast.rev, came).signed_by == cast.rev


def test_calling_a_colleague_the_author_changes_nothing_without_their_yes(ready, cast, elsewhere):
    content = bundle_of(ready)
    emails = {ref_of(content, "Con Tributor"): cast.ada.email}
    came = brought_in(content, cast.acme, by=cast.otto, emails=emails)
    answer = came.answers.get(question__key="Q1")
    assert answer.changed_by not in {cast.ada, cast.con}
    came = sent(cast.otto, came)
    with pytest.raises(ValidationError, match=OWN):
        signing.sign(cast.otto, came)
    claim(cast.ada, came, is_theirs=False)
    with pytest.raises(ValidationError, match=OWN):
        signing.sign(cast.otto, came)
    assert signing.sign(cast.ada, came).signed_by == cast.ada


def test_with_their_yes_they_answer_for_it_instead(ready, cast, elsewhere):
    content = bundle_of(ready)
    emails = {ref_of(content, "Con Tributor"): cast.ada.email}
    came = brought_in(content, cast.acme, by=cast.otto, emails=emails)
    (need,) = needs(cast.acme, cast.ada, came.period_from)
    assert need.title == "Otto Weber asks whether you are Con Tributor"
    claim(cast.ada, came)
    assert not needs(cast.acme, cast.ada, came.period_from)
    assert list(tables.faults(cast.acme.pk)) == []
    event = Event.objects.get(action="assessment.name_claimed")
    assert (event.actor, event.scope_id) == (cast.ada, came.pk)
    came = sent(cast.otto, came)
    with pytest.raises(ValidationError, match=OWN):
        signing.sign(cast.ada, came)
    assert signing.sign(cast.otto, came).signed_by == cast.otto


def test_only_who_was_asked_says_it_and_only_once(ready, cast, elsewhere):
    content = bundle_of(ready)
    emails = {ref_of(content, "Con Tributor"): cast.ada.email}
    came = brought_in(content, cast.acme, by=cast.otto, emails=emails)
    name = came.brought_from.namesakes.get(member=cast.ada)
    for person, place in ((cast.otto, cast.acme), (cast.ada, cast.other)):
        with pytest.raises(Namesake.DoesNotExist):
            say_whose(by=person, organisation=place, name_id=name.pk, is_theirs=True)
    claim(cast.ada, came)
    claim(cast.ada, came)
    assert Event.objects.filter(action="assessment.name_claimed").count() == 1
    with pytest.raises(ValidationError, match="answered this already"):
        claim(cast.ada, came, is_theirs=False)


def test_somebody_who_reads_nothing_here_is_not_asked(ready, cast, elsewhere):
    """An auditor has a seat at most, and no page to say yes or no on."""
    content = bundle_of(ready)
    emails = {ref_of(content, "Con Tributor"): cast.aud.email}
    with pytest.raises(ValidationError, match="no member who may read here"):
        brought_in(content, cast.acme, by=cast.otto, emails=emails)
    assert not Namesake.objects.exists()


def test_nothing_is_claimed_of_what_is_signed(ready, cast, elsewhere):
    content = bundle_of(ready)
    emails = {ref_of(content, "Con Tributor"): cast.ada.email}
    came = sent(cast.otto, brought_in(content, cast.acme, by=cast.otto, emails=emails))
    assert [name.origin.assessment for name in asked_of(cast.ada, cast.acme)] == [came]
    signing.sign(cast.rev, came)
    assert not asked_of(cast.ada, cast.acme)  # neither answer would be kept
    with pytest.raises(ValidationError, match="This assessment is signed"):
        claim(cast.ada, came)


def test_claiming_on_screen(ready, cast, elsewhere, sign_in):
    content = bundle_of(ready)
    emails = {ref_of(content, "Con Tributor"): cast.con.email}
    came = brought_in(content, cast.acme, by=cast.otto, emails=emails)
    client, name = sign_in(cast.con), Namesake.objects.get(member=cast.con)
    page = client.get("/o/acme/bundles/names/")
    assert "Are you <bdi>Con Tributor</bdi>?" in page.text
    assert client.post(f"/o/acme/bundles/names/{name.pk}/").status_code == 422
    page = client.post(f"/o/acme/bundles/names/{name.pk}/", {"said": "yes"}, follow=True)
    assert "Kept: the answers of Con Tributor are yours." in page.text
    page = client.post(f"/o/acme/bundles/names/{name.pk}/", {"said": "no"})
    assert page.status_code == 409
    text = sign_in(cast.otto).get(f"/o/acme/bundles/of/{came.pk}/").text
    assert "Said yes" in text


def test_checks_that_came_along_cover_nobody(ready, cast, elsewhere, sign_in):
    there = sent(cast.otto, ready)
    for key in ("Q1", "Q2", "Q3"):
        signing.look(cast.rev, there, key)
    came = brought_in(bundle_of(there), cast.acme, by=cast.otto)
    with pytest.raises(ValidationError, match=OWN):
        signing.sign(cast.otto, came)
    client = sign_in(cast.rev)
    url = f"/o/acme/assessments/{came.pk}/review/check/?by={cast.otto.pk}"
    assert "1 of 3, 3 left" in client.get(url).text
    for key in ("Q1", "Q2", "Q3"):
        signing.look(cast.rev, came, key)
    assert "1 of 3, 0 left" in client.get(url).text
    assert signing.sign(cast.otto, came).signed_by == cast.otto


def test_own_na_is_not_confirmed_by_way_of_a_bundle(ready, cast, elsewhere):
    signing.answer(cast.otto, ready, "Q1", verdict="na", reason="No such thing.")
    came = brought_in(bundle_of(ready), cast.acme, by=cast.otto)
    answer = came.answers.get(question__key="Q1")
    assert answer.na_waits
    assert answer not in waiting(cast.acme, cast.otto)
    seen = {answer.pk: Known(answer.version)}
    done = confirm_na(by=cast.otto, organisation=cast.acme, seen=seen)
    assert done.refused == ["Q1: you chose N/A yourself. A second person confirms it."]
    assert answer in waiting(cast.acme, cast.rev)
    assert not confirm_na(by=cast.rev, organisation=cast.acme, seen=seen).refused


def test_own_wish_to_reopen_is_not_granted_by_way_of_a_bundle(cast, elsewhere):
    edition = publish("Q1", "Q2", "Q3", organisation=cast.acme)
    signed = signing.make_signed(cast, edition)
    actions.ask_reopening(by=cast.otto, assessment=signed, reason="A wrong figure.")
    came = brought_in(bundle_of(signed), cast.acme, by=cast.otto)
    waits = to_reopen(cast.acme, cast.otto).filter(assessment=came)
    assert not waits.exists()
    with pytest.raises(ValidationError, match="You asked for it yourself"):
        actions.decide_reopening(by=cast.otto, assessment=came, decision="approved")
    assert to_reopen(cast.acme, cast.ada).filter(assessment=came).exists()


def test_people_of_a_bundle_of_here_are_known_by_their_ids(ready, cast):
    """Otto answers in one organisation and owns another one of the same installation."""
    signing.answer(cast.otto, ready, "Q1", verdict="met", note="So it is.")
    join(cast.other, cast.otto, "owner")
    with pytest.raises(ValidationError, match="knows who that is"):
        brought_in(bundle_of(ready), cast.other, by=cast.zoe, emails={"p1": "a@b.c"})
    came = brought_in(bundle_of(ready), cast.other, by=cast.otto)
    desk = desk_of(came)
    assert desk.prepared(cast.otto.pk) == ["Q1"]
    assert desk.prepared(cast.con.pk) == ["Q1", "Q2", "Q3"]
    assert came.answers.get(question__key="Q1").changed_by == cast.otto
    join(cast.other, cast.con, "officer")
    came = sent(cast.zoe, came)
    with pytest.raises(ValidationError, match=OWN):
        signing.sign(cast.con, came)


def test_two_bundles_in_a_row_hide_nobody(ready, cast, monkeypatch):
    """From elsewhere to here, and from here to the next organisation."""
    with monkeypatch.context() as patch:
        write_elsewhere(patch)
        came = brought_in(bundle_of(ready), cast.acme, by=cast.otto)
    join(cast.other, cast.otto, "owner")
    again = brought_in(bundle_of(came), cast.other, by=cast.zoe)
    assert desk_of(again).prepared(cast.otto.pk) == ["Q1", "Q2", "Q3"]


def test_rows_that_leave_out_who_answered_are_refused(ready, cast, monkeypatch):
    record = bundle_export.read(ready.pk)
    for answer in record.rows["answers"]:
        answer["hands"] = []
    monkeypatch.setattr(bundle_export, "read", lambda _pk: record)
    with pytest.raises(UnreadableError, match="leaves out a person who prepared it"):
        brought_in(bundle_of(ready), cast.other)


def test_answer_that_no_longer_applies_comes_with_who_ruled_it_out(cast, elsewhere):
    """Con had answered it before Ada set the facts: it says nothing of Con now."""
    here = make_assessment(cast.acme, cast.otto, publish("Q1", "Q9"))
    change_facts(by=cast.otto, assessment=here, facts={"data": ["health"]})
    signing.answer(cast.con, here, "Q9", verdict="met", note="So it is.")
    change_facts(by=cast.ada, assessment=here, facts={"data": []})
    assert desk_of(here).prepared(cast.con.pk) == []
    came = brought_in(bundle_of(here), cast.other, by=cast.zoe)
    assert came.answers.get(question__key="Q9").applies is False
    assert desk_of(came).prepared(cast.zoe.pk) == ["Q9"]


def test_corrected_details_come_along(cast, elsewhere):
    here = signing.begin(cast, publish("Q1", "Q2"), 2025)
    details = {"subject": "Acme GmbH", "period_to": date(2026, 6, 30)}
    base = {"subject": "Acme", "period_to": date(2025, 12, 31)}
    correct_details(by=cast.otto, assessment=here, details=details, base=base, reason="A typing error.")
    came = brought_in(bundle_of(here), cast.other, by=cast.zoe)
    assert (came.subject, came.period_from, came.period_to) == (
        "Acme GmbH",
        date(2025, 1, 1),
        date(2026, 6, 30),
    )
    assert not list(tables.faults(cast.other.pk))


@pytest.mark.parametrize("left_out", ["ada", "otto"])
def test_rows_that_leave_out_who_ruled_it_out_are_refused(cast, monkeypatch, left_out):
    """Otto began it and Ada set the facts by which Q9 does not apply."""
    here = start(
        by=cast.otto,
        organisation=cast.acme,
        edition=publish("Q1", "Q9"),
        subject="Acme",
        facts={"data": ["health"]},
        **YEAR,
    )
    change_facts(by=cast.ada, assessment=here, facts={"data": []})
    record = bundle_export.read(here.pk)
    ids = {pk: ref for ref, pk in record.people.items()}
    (row,) = (one for one in record.rows["answers"] if one["key"] == "Q9")
    row["hands"].remove(ids[getattr(cast, left_out).pk])
    monkeypatch.setattr(bundle_export, "read", lambda _pk: record)
    with pytest.raises(UnreadableError, match="leaves out a person who prepared it"):
        brought_in(bundle_of(here), cast.other)


def test_another_account_for_a_person_is_refused(ready, cast, monkeypatch):
    record = bundle_export.read(ready.pk)
    ids = {pk: ref for ref, pk in record.people.items()}
    con, ada = ids[cast.con.pk], ids[cast.ada.pk]
    record.people[con], record.people[ada] = cast.ada.pk, cast.con.pk
    monkeypatch.setattr(bundle_export, "read", lambda _pk: record)
    with pytest.raises(UnreadableError, match="contradicts itself"):
        brought_in(bundle_of(ready), cast.other)


def test_page_and_report_say_how_many_came_from_outside(ready, cast, elsewhere, sign_in):
    came = sent(cast.otto, brought_in(bundle_of(ready), cast.acme, by=cast.otto))
    page = sign_in(cast.rev).get(f"/o/acme/assessments/{came.pk}/review/")
    assert "3 of 3 answers came from outside" in " ".join(page.text.split())
    printed = " ".join(html_of(read(came.pk, 1)).split())
    assert "Answers that came from outside, in a bundle: 3 of 3." in printed
    assert "came from outside" not in html_of(read(ready.pk, 1))
