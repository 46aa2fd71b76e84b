"""Limits of an organisation: refused in words, nothing typed lost, and shown to owners."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from compliance.assessments import actions as assessments
from compliance.bundles.models import PackageKind
from compliance.evidence.actions import quotas
from compliance.exports.actions import ask_package
from compliance.models import Invitation, Membership, Report
from compliance.organisations import actions as people
from compliance.reports.actions import ask_report
from tests import seating
from tests.bundles.making import brought_in, bundle_of, make_everything
from tests.factories import make_assessment, make_edition

YEAR = {"period_from": date(2026, 1, 1), "period_to": date(2026, 12, 31)}
PLACE = "/o/acme/organisation/"


def invite(cast, email):
    return people.invite(
        by=cast.ada, organisation=cast.acme, email=email, name="New", role="reader"
    )


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
    settings.ORGANISATION_MEMBERS = (
        Membership.objects.filter(organisation=cast.acme).count() + 1
    )
    invite(cast, "one@example.org")
    with pytest.raises(ValidationError, match="the most allowed"):
        invite(cast, "two@example.org")
    assert Invitation.objects.count() == 1
    people.end_invitation(by=cast.ada, invitation=Invitation.objects.get())
    invite(cast, "two@example.org")


def test_whoever_is_invited_has_a_place_although_it_is_full(cast, settings):
    settings.ORGANISATION_MEMBERS = (
        Membership.objects.filter(organisation=cast.acme).count() + 1
    )
    invitation = invite(cast, cast.zoe.email)
    assert people.accept_invitation(by=cast.zoe, invitation=invitation)
    with pytest.raises(ValidationError, match="the most allowed"):
        invite(cast, "two@example.org")


def test_full_organisation_keeps_what_was_typed(cast, settings, sign_in_freshly):
    settings.ORGANISATION_MEMBERS = 1
    told = {"email": "kept@example.org", "name": "Kept Typed", "role": "reader"}
    reply = sign_in_freshly(cast.ada).post("/o/acme/invitations/", told)
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


def test_imported_assessment_counts(cast, settings):
    here = make_everything(cast)
    bundle = bundle_of(here)
    make_assessment(cast.other, cast.zoe)
    settings.ORGANISATION_ASSESSMENTS = 1
    with pytest.raises(ValidationError, match="the most allowed"):
        brought_in(bundle, cast.other, cast.zoe)


def test_reports_take_room_and_none_is_made_without_any(cast, settings, sign_in):
    here = make_assessment(cast.acme, cast.ada)
    seating.make_report(here, cast.ada)
    size = Report.objects.get().size_bytes
    assert quotas.kept_by(cast.acme) == {"Evidence": 0, "Reports": size}
    settings.ORGANISATION_BYTES = size
    with pytest.raises(ValidationError, match="Ask the administrator"):
        ask_report(by=cast.ada, assessment=here)
    reply = sign_in(cast.ada).post(f"/o/acme/reports/of/{here.pk}/", {"kind": "full"})
    assert reply.status_code in {404, 422}
    settings.ORGANISATION_BYTES = size + 1
    ask_report(by=cast.ada, assessment=here)


def test_owners_see_what_is_used_and_what_is_allowed(cast, settings, sign_in):
    settings.ORGANISATION_MEMBERS = 40
    here = make_assessment(cast.acme, cast.ada)
    ask_package(by=cast.ada, assessment=here, kind=PackageKind.BUNDLE)
    page = sign_in(cast.ada).get(PLACE).text
    rows = " ".join(page.split())
    assert "Members and open invitations" in rows
    assert ">40<" in rows.replace(" ", "")
    assert "no limit" in rows
