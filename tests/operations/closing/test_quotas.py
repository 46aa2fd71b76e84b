"""Limits of an organisation: refused in words, nothing typed lost, and shown to owners."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from compliance.assurance.bundles.models import PackageKind
from compliance.content.evidence.actions import quotas
from compliance.identity.organisations import actions as people
from compliance.models import Invitation, Membership, Report
from compliance.programs.exports.actions import ask_package
from compliance.reporting.reports import storage as report_files
from compliance.reporting.reports.actions import ask_report
from compliance.work.assessments import actions as assessments
from tests.assurance.bundles.making import brought_in, bundle_of, make_everything
from tests.support import auditor_seats
from tests.support.factories import make_assessment, make_edition

YEAR = {"period_from": date(2026, 1, 1), "period_to": date(2026, 12, 31)}
PLACE = "/o/acme/organisation/"


def invite(cast, email):
    return people.invite(by=cast.ada, organisation=cast.acme, email=email, name="New", role="reader")


def start(cast):
    return assessments.start(
        by=cast.ada,
        organisation=cast.acme,
        edition=make_edition(),
        subject="Acme",
        facts={},
        **YEAR,
    )


def test_members_and_the_invited_share_the_places(cast, settings):
    settings.ORGANISATION_MEMBERS = Membership.objects.filter(organisation=cast.acme).count() + 1
    invite(cast, "one@example.org")
    with pytest.raises(ValidationError, match="the most allowed"):
        invite(cast, "two@example.org")
    assert Invitation.objects.count() == 1
    people.end_invitation(by=cast.ada, invitation=Invitation.objects.get())
    invite(cast, "two@example.org")


def test_whoever_is_invited_has_a_place_although_it_is_full(cast, settings):
    settings.ORGANISATION_MEMBERS = Membership.objects.filter(organisation=cast.acme).count() + 1
    invitation = invite(cast, cast.zoe.email)
    assert people.accept_invitation(by=cast.zoe, invitation=invitation)
    with pytest.raises(ValidationError, match="the most allowed"):
        invite(cast, "two@example.org")


def test_expired_invitation_is_sent_again_only_where_there_is_room(cast, settings, sign_in_freshly):
    settings.ORGANISATION_MEMBERS = Membership.objects.filter(organisation=cast.acme).count() + 1
    late = invite(cast, "late@example.org")
    people.send_again(by=cast.ada, invitation=late)  # open, it has its place
    past = timezone.now() - timedelta(seconds=1)
    Invitation.objects.filter(pk=late.pk).update(expires_at=past)
    invite(cast, "two@example.org")
    with pytest.raises(ValidationError, match="the most allowed"):
        people.send_again(by=cast.ada, invitation=late)
    address = reverse("organisations:invitation_again", args=["acme", late.pk])
    reply = sign_in_freshly(cast.ada).post(address)
    assert reply.status_code == 422
    assert "the most allowed" in reply.text
    late.refresh_from_db()
    assert late.expires_at == past
    people.end_invitation(by=cast.ada, invitation=Invitation.objects.get(email="two@example.org"))
    people.send_again(by=cast.ada, invitation=late)


@pytest.mark.parametrize("room", ["assignments:assign", "seats:list"])
def test_asking_somebody_whose_invitation_expired_keeps_what_was_typed(room, cast, settings, sign_in_freshly):
    here = make_assessment(cast.acme, cast.ada)
    role = {"assignments:assign": "contributor", "seats:list": "auditor"}[room]
    late = people.invite(
        by=cast.ada, organisation=cast.acme, email="late@example.org", name="Late",
        role=role,
    )  # fmt: skip
    past = timezone.now() - timedelta(seconds=1)
    Invitation.objects.filter(pk=late.pk).update(expires_at=past)
    settings.ORGANISATION_MEMBERS = 1
    form = {
        "email": "late@example.org", "name": "Late", "to": "",
        "pinned": " ".join(str(one.pk) for one in here.answers.all()),
        "message": "Typed words",
        "purpose": "Typed words", "from_on": timezone.localdate(), "until_on": timezone.localdate(),
    }  # fmt: skip
    reply = sign_in_freshly(cast.ada).post(reverse(room, args=["acme", here.pk]), form)
    assert reply.status_code == 422
    assert "the most allowed" in reply.text
    assert "Typed words" in reply.text
    assert "late@example.org" in reply.text


def test_full_organisation_keeps_what_was_typed(cast, settings, sign_in_freshly):
    settings.ORGANISATION_MEMBERS = 1
    form = {"email": "kept@example.org", "name": "Kept Typed", "role": "reader"}
    reply = sign_in_freshly(cast.ada).post("/o/acme/invitations/", form)
    assert reply.status_code == 422
    assert "the most allowed" in reply.text
    assert 'value="kept@example.org"' in reply.text
    assert 'value="Kept Typed"' in reply.text


def test_removed_member_comes_back_only_where_there_is_room(cast, settings):
    rob = Membership.objects.get(user=cast.rob)
    event = people.remove_member(by=cast.ada, membership=rob)
    settings.ORGANISATION_MEMBERS = 1
    with pytest.raises(ValidationError, match="the most allowed"):
        people.take_back(by=cast.ada, organisation=cast.acme, seq=event.seq)


def test_assessments_are_limited_and_archived_ones_make_room(cast, settings):
    settings.ORGANISATION_ASSESSMENTS = 1
    first = start(cast)
    with pytest.raises(ValidationError, match="Archive one"):
        start(cast)
    assert cast.acme.assessments.count() == 1
    assessments.archive(by=cast.ada, assessment=first)
    start(cast)


def test_archived_assessment_is_taken_up_only_where_there_is_room(cast, settings, sign_in):
    settings.ORGANISATION_ASSESSMENTS = 1
    first = start(cast)
    assessments.take_up(by=cast.ada, assessment=first)  # it runs: nothing changes
    assessments.archive(by=cast.ada, assessment=first)
    second = start(cast)
    with pytest.raises(ValidationError, match="Archive one"):
        assessments.take_up(by=cast.ada, assessment=first)
    address = reverse("workspace:take_up", args=["acme", first.pk])
    assert "Archive one" in sign_in(cast.ada).post(address, follow=True).text
    first.refresh_from_db()
    assert first.status == "archived"
    assessments.archive(by=cast.ada, assessment=second)
    assessments.take_up(by=cast.ada, assessment=first)


def test_imported_assessment_counts(cast, settings):
    here = make_everything(cast)
    bundle = bundle_of(here)
    make_assessment(cast.other, cast.zoe)
    settings.ORGANISATION_ASSESSMENTS = 1
    with pytest.raises(ValidationError, match="the most allowed"):
        brought_in(bundle, cast.other, cast.zoe)


def test_reports_take_room_and_none_is_made_without_any(cast, settings, sign_in):
    here = make_assessment(cast.acme, cast.ada)
    auditor_seats.make_report(here, cast.ada)
    size = Report.objects.get().size_bytes
    assert quotas.kept_by(cast.acme) == {"Evidence": 0, "Reports": size}
    settings.ORGANISATION_BYTES = size
    with pytest.raises(ValidationError, match="Ask the administrator"):
        ask_report(by=cast.ada, assessment=here)
    reply = sign_in(cast.ada).post(f"/o/acme/reports/of/{here.pk}/", {"kind": "full"})
    assert reply.status_code in {404, 422}
    settings.ORGANISATION_BYTES = size + 1
    ask_report(by=cast.ada, assessment=here)


def test_report_whose_file_is_gone_takes_no_room(cast):
    here = make_assessment(cast.acme, cast.ada)
    auditor_seats.make_report(here, cast.ada)
    path = report_files.path_of(Report.objects.get().sha256)
    assert quotas.kept_by(cast.acme)["Reports"] == path.stat().st_size
    path.unlink()
    assert quotas.kept_by(cast.acme)["Reports"] == 0


def test_without_room_nobody_gets_a_working_paper_and_the_page_says_why(
    cast, settings, sign_in, sign_in_freshly, tmp_path
):
    here = make_assessment(cast.acme, cast.ada)
    seat = auditor_seats.give(cast, here)
    settings.ORGANISATION_BYTES = 0
    for client, name in (
        (sign_in(cast.aud), "reports:ask_working_paper"),
        (sign_in_freshly(cast.ada), "reports:working_paper"),
    ):
        reply = client.post(reverse(name, args=["acme", seat.pk]), follow=True)
        assert reply.status_code == 200
        assert "Ask the administrator of this installation" in reply.text
        assert "is being made" not in reply.text
    with pytest.raises(CommandError, match="Ask the administrator"):
        call_command("report", str(here.pk), "--output", str(tmp_path / "x.pdf"))
    assert not Report.objects.exists()


def test_owners_see_what_is_used_and_what_is_allowed(cast, settings, sign_in):
    settings.ORGANISATION_MEMBERS = 40
    here = make_assessment(cast.acme, cast.ada)
    ask_package(by=cast.ada, assessment=here, kind=PackageKind.BUNDLE)
    page = sign_in(cast.ada).get(PLACE).text
    rows = " ".join(page.split())
    assert "Members and open invitations" in rows
    assert ">40<" in rows.replace(" ", "")
    assert "no limit" in rows
