"""Every address, walked as nobody, as a stranger, in each role and by the wrong method.

A new address needs a row in ``DOORS``; a new parameter needs a line in ``keys``.
"""

import hashlib
import re
from contextlib import ExitStack, suppress
from copy import deepcopy
from datetime import date
from itertools import product
from types import SimpleNamespace
from typing import NamedTuple
from uuid import UUID

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, resolve, reverse
from django.urls.resolvers import URLResolver
from django.utils import timezone

from compliance.assurance.bundles.download_store import package_store
from compliance.assurance.seats.actions import share
from compliance.content.evidence import storage as evidence_files
from compliance.identity.organisations.access import ALLOWED, Permission
from compliance.identity.organisations.actions import invite, make_editor
from compliance.identity.organisations.reauthentication import StepUp
from compliance.identity.sign_on.actions import add_domain, add_group
from compliance.identity.tokens.actions import make_token
from compliance.identity.webhooks.actions import make_webhook
from compliance.models import (
    Answer,
    Archive,
    Comment,
    Evidence,
    Membership,
    Origin,
    Package,
    Report,
    Upgrade,
)
from compliance.operations.closing.archive_store import archive_store
from compliance.proof.audit.columns import Derived, proof_of
from compliance.proof.audit.merkle import EMPTY
from compliance.reporting.reports import storage as report_files
from compliance.work.assessments.versions import Known
from compliance.work.bulk.actions import Bulk, set_many
from compliance.work.workspace.actions import keep_view
from tests.support import auditor_seats, factories, picture_files
from tests.support.tenth import WHOLE, is_drawn
from tests.support.trail_check import Watch

pytestmark = pytest.mark.slow

PUBLIC, SIGNED_IN = "public", "signed in"
VIEW, ANSWER, COMMENT = Permission.VIEW, Permission.ANSWER, Permission.COMMENT
ASSESS, REPORT, TRAIL = Permission.ASSESS, Permission.REPORT, Permission.TRAIL
MEMBERS, INVITE = Permission.MEMBERS, Permission.INVITE
EDIT, LIBRARY = Permission.EDIT, Permission.LIBRARY
AUDIT, SEATS = Permission.AUDIT, Permission.SEATS
DOORS = {
    "account_login": (PUBLIC, "GET POST"),
    "account_logout": (PUBLIC, "GET POST"),
    "account_signup": (PUBLIC, "GET POST"),
    "account_confirm_email": (PUBLIC, "GET POST"),
    "account_reset_password": (PUBLIC, "GET POST"),
    "account_reset_password_done": (PUBLIC, "GET"),
    "account_reset_password_from_key": (PUBLIC, "GET POST"),
    "account_reset_password_from_key_done": (PUBLIC, "GET"),
    "account_change_password": (SIGNED_IN, "GET POST"),
    "console:console": (SIGNED_IN, "GET"),
    "monitoring:healthz": (PUBLIC, "GET"),
    "monitoring:readyz": (PUBLIC, "GET"),
    "monitoring:metrics": (PUBLIC, "GET"),
    "verify": (PUBLIC, "GET POST"),
    "verify_certificate": (PUBLIC, "GET"),
    "organisations:front": (SIGNED_IN, "GET"),
    "organisations:create": (SIGNED_IN, "GET POST"),
    "mfa_authenticate": (PUBLIC, "GET POST"),
    "mfa_login_webauthn": (PUBLIC, "GET POST"),
    "accounts:security": (SIGNED_IN, "GET"),
    "signed_by_me": (SIGNED_IN, "GET"),
    "accounts:app_new": (SIGNED_IN, "GET POST"),
    "accounts:app_remove": (SIGNED_IN, "POST"),
    "accounts:codes_new": (SIGNED_IN, "POST"),
    "accounts:address_confirm": (SIGNED_IN, "POST"),
    "accounts:session_end": (SIGNED_IN, "POST"),
    "accounts:sessions_end": (SIGNED_IN, "POST"),
    "accounts:passkey_new": (SIGNED_IN, "POST"),
    "accounts:passkey_add": (SIGNED_IN, "POST"),
    "accounts:passkey_ask": (SIGNED_IN, "POST"),
    "accounts:passkey": (SIGNED_IN, "GET POST"),
    "accounts:passkey_remove": (SIGNED_IN, "POST"),
    "organisations:members": (MEMBERS, "GET"),
    "organisations:policy": (MEMBERS, "GET POST"),
    "organisations:member": (MEMBERS, "GET"),
    "organisations:member_role": (MEMBERS, "POST"),
    "organisations:member_remove": (MEMBERS, "POST"),
    "organisations:member_back": (MEMBERS, "POST"),
    "organisations:member_sign_out": (MEMBERS, "POST"),
    "organisations:invitation": (PUBLIC, "GET POST"),
    "organisations:invited": (PUBLIC, "GET"),
    "organisations:invite": (INVITE, "GET POST"),
    "organisations:invitation_again": (INVITE, "GET POST"),
    "organisations:leave": (Permission.LEAVE, "GET POST"),
    "organisations:invitation_end": (INVITE, "POST"),
    "sign_on:find": (PUBLIC, "GET POST"),
    "sign_on:enter": (PUBLIC, "GET"),
    "sign_on:callback": (PUBLIC, "GET"),
    "sign_on:answer": (PUBLIC, "POST"),
    "sign_on:metadata": (MEMBERS, "GET"),
    "sign_on:provider": (MEMBERS, "GET POST"),
    "sign_on:test": (MEMBERS, "POST"),
    "sign_on:switch": (MEMBERS, "POST"),
    "sign_on:require": (MEMBERS, "POST"),
    "sign_on:connect": (Permission.LEAVE, "POST"),
    "sign_on:open_account": (Permission.LEAVE, "POST"),
    "sign_on:domain_add": (MEMBERS, "POST"),
    "sign_on:domain_verify": (MEMBERS, "POST"),
    "sign_on:domain_remove": (MEMBERS, "POST"),
    "sign_on:group_add": (MEMBERS, "POST"),
    "sign_on:group_remove": (MEMBERS, "POST"),
    "directory:page": (MEMBERS, "GET POST"),
    "directory:token_renew": (MEMBERS, "POST"),
    "directory:token_end": (MEMBERS, "POST"),
    "tokens:tokens": (VIEW, "GET"),
    "tokens:token_new": (VIEW, "POST"),
    "tokens:token_end": (VIEW, "POST"),
    "tokens:own_end": (SIGNED_IN, "POST"),
    "webhooks:webhooks": (MEMBERS, "GET"),
    "webhooks:webhook_new": (MEMBERS, "POST"),
    "webhooks:webhook": (MEMBERS, "GET"),
    "webhooks:webhook_test": (MEMBERS, "POST"),
    "webhooks:webhook_again": (MEMBERS, "POST"),
    "webhooks:webhook_secret": (MEMBERS, "POST"),
    "webhooks:webhook_end": (MEMBERS, "POST"),
    "search:search": (VIEW, "GET"),
    "workspace:saved_views": (VIEW, "GET POST"),
    "workspace:saved_view": (VIEW, "POST"),
    "workspace:saved_view_remove": (VIEW, "POST"),
    "workspace:list": (VIEW, "GET"),
    "scoping:choose": (ASSESS, "GET"),
    "assignments:assign": (ASSESS, "GET POST"),
    "assignments:mine": (ANSWER, "GET"),
    "assignments:contribute": (ANSWER, "GET"),
    "assignments:contribute_save": (ANSWER, "POST"),
    "assignments:hand_back": (ANSWER, "GET POST"),
    "scoping:start": (ASSESS, "GET POST"),
    "scoping:applies": (ASSESS, "POST"),
    "workspace:detail": (VIEW, "GET"),
    "workspace:next_open": (ANSWER, "GET"),
    "workspace:progress": (VIEW, "GET"),
    "scoping:details": (ASSESS, "GET POST"),
    "scoping:facts": (ASSESS, "GET POST"),
    "scoping:rest": (ASSESS, "POST"),
    "scoping:applicability": (VIEW, "GET"),
    "workspace:archive": (ASSESS, "POST"),
    "edition_moves:upgrade": (ASSESS, "GET POST"),
    "edition_moves:upgrade_undo": (ASSESS, "POST"),
    "edition_moves:archived": (VIEW, "GET"),
    "workspace:take_up": (ASSESS, "POST"),
    "remediation:action_ask": (ANSWER, "GET POST"),
    "remediation:action_together": (ANSWER, "GET POST"),
    "remediation:action_add": (ANSWER, "GET POST"),
    "remediation:action_list": (VIEW, "GET"),
    "remediation:action_board": (VIEW, "GET"),
    "remediation:action_new": (ANSWER, "GET POST"),
    "remediation:action": (VIEW, "GET"),
    "remediation:action_save": (ANSWER, "POST"),
    "remediation:action_move": (ANSWER, "POST"),
    "remediation:action_undo": (ANSWER, "POST"),
    "remediation:action_link": (ANSWER, "POST"),
    "remediation:action_unlink": (ANSWER, "POST"),
    "remediation:action_wait": (ANSWER, "POST"),
    "remediation:action_again": (VIEW, "GET"),
    "workspace:undo": (ANSWER, "POST"),
    "bulk:change": (ANSWER, "GET POST"),
    "bulk:picks": (ANSWER, "GET"),
    "bulk:done": (VIEW, "GET"),
    "bulk:undo": (ANSWER, "POST"),
    "workspace:row": (VIEW, "GET"),
    "workspace:answer_save": (ANSWER, "POST"),
    "workspace:panel": (VIEW, "GET"),
    "workspace:related": (VIEW, "GET"),
    "workspace:take": (ANSWER, "GET POST"),
    "workspace:again": (ANSWER, "POST"),
    "workspace:na_queue": (Permission.CONFIRM, "GET POST"),
    "workspace:na_undo": (Permission.CONFIRM, "POST"),
    "workspace:na_confirm": (Permission.CONFIRM, "POST"),
    "workspace:na_back": (Permission.CONFIRM, "GET POST"),
    "workspace:presence": (VIEW, "POST"),
    "workspace:seen": (VIEW, "POST"),
    "workspace:comment_add": (COMMENT, "POST"),
    "workspace:comment_resolve": (COMMENT, "POST"),
    "workspace:comment_reopen": (COMMENT, "POST"),
    "workspace:proposal_again": (ANSWER, "POST"),
    "workspace:proposal_aside": (ANSWER, "POST"),
    "workspace:proof_add": (ANSWER, "GET POST"),
    "workspace:proof_use": (ANSWER, "POST"),
    "workspace:proof_drop": (ANSWER, "POST"),
    "evidence_use:uses": (VIEW, "GET"),
    "evidence_use:use": (ANSWER, "GET POST"),
    "evidence_use:replace": (ANSWER, "GET POST"),
    "evidence_use:swap": (ANSWER, "GET POST"),
    "evidence:list": (VIEW, "GET"),
    "evidence:add": (ANSWER, "GET POST"),
    "evidence:detail": (VIEW, "GET"),
    "evidence:edit": (ANSWER, "GET POST"),
    "evidence:check": (VIEW, "POST"),
    "evidence:download": (VIEW, "GET"),
    "evidence:preview": (VIEW, "GET"),
    "law_changes:law": (VIEW, "GET"),
    "law_changes:instruments": (LIBRARY, "GET"),
    "law_changes:provisions": (LIBRARY, "GET"),
    "law_changes:provision": (LIBRARY, "GET POST"),
    "law_changes:provision_release": (LIBRARY, "POST"),
    "checklists:list": (VIEW, "GET"),
    "checklists:about": (VIEW, "GET"),
    "checklists:editors": (LIBRARY, "GET"),
    "checklists:detail": (VIEW, "GET"),
    "checklists:diff": (VIEW, "GET"),
    "publishing:clone": (EDIT, "POST"),
    "publishing:draft_next": (EDIT, "POST"),
    "editor:edit": (EDIT, "GET"),
    "editor:question_save": (EDIT, "POST"),
    "editor:preview": (EDIT, "POST"),
    "editor:question_shape": (EDIT, "POST"),
    "editor:provisions": (EDIT, "GET"),
    "editor:head": (EDIT, "GET POST"),
    "editor:section_save": (EDIT, "POST"),
    "editor:part_add": (EDIT, "POST"),
    "editor:part_copy": (EDIT, "POST"),
    "editor:part_move": (EDIT, "POST"),
    "editor:part_remove": (EDIT, "POST"),
    "editor:replace": (EDIT, "GET POST"),
    "editor:undo": (EDIT, "POST"),
    "editor:roles": (EDIT, "GET POST"),
    "simulator:simulator": (EDIT, "GET"),
    "simulator:organisation_save": (EDIT, "POST"),
    "simulator:organisation_remove": (EDIT, "POST"),
    "editor:gates": (EDIT, "GET"),
    "editor:gate_save": (EDIT, "POST"),
    "editor:essentials": (EDIT, "GET"),
    "editor:essentials_save": (EDIT, "POST"),
    "editor:gate_remove": (EDIT, "POST"),
    "editor:implied": (EDIT, "GET POST"),
    "editor:facts": (EDIT, "GET"),
    "editor:fact_save": (EDIT, "POST"),
    "editor:fact_remove": (EDIT, "POST"),
    "checklist_translations:translations": (EDIT, "GET"),
    "checklist_translations:language_add": (EDIT, "POST"),
    "checklist_translations:language_remove": (EDIT, "POST"),
    "checklist_translations:translate": (EDIT, "GET POST"),
    "publishing:merge": (EDIT, "GET POST"),
    "publishing:check": (EDIT, "GET"),
    "publishing:send": (EDIT, "POST"),
    "publishing:send_back": (EDIT, "POST"),
    "publishing:publish": (EDIT, "POST"),
    "publishing:discard": (EDIT, "GET POST"),
    "publishing:retire": (EDIT, "GET POST"),
    "answer_sheets:sheet": (REPORT, "GET"),
    "answer_sheets:sheet_file": (REPORT, "POST"),
    "answer_sheets:sheet_read": (ANSWER, "POST"),
    "answer_sheets:sheet_preview": (ANSWER, "GET"),
    "answer_sheets:sheet_take": (ANSWER, "POST"),
    "answer_sheets:sheet_undo": (ANSWER, "POST"),
    "results:frameworks": (VIEW, "GET"),
    "results:framework": (VIEW, "GET"),
    "results:framework_file": (REPORT, "POST"),
    "bundles:origin": (TRAIL, "GET"),
    "bundles:names": (VIEW, "GET"),
    "bundles:name_said": (VIEW, "POST"),
    "bundles:bundle_in": (ASSESS, "GET"),
    "bundles:bundle_read": (ASSESS, "POST"),
    "bundles:bundle_preview": (ASSESS, "GET"),
    "bundles:bundle_take": (ASSESS, "POST"),
    "checklist_files:checklist_in": (Permission.EDIT, "GET"),
    "checklist_files:checklist_read": (Permission.EDIT, "POST"),
    "checklist_files:checklist_preview": (Permission.EDIT, "GET"),
    "checklist_files:checklist_take": (Permission.EDIT, "POST"),
    "checklist_files:checklist_file": (REPORT, "POST"),
    "results:overview": (VIEW, "GET"),
    "results:overview_figures": (REPORT, "POST"),
    "comparison:compare": (VIEW, "GET"),
    "comparison:figures": (REPORT, "POST"),
    "gaps:list": (VIEW, "GET"),
    "gaps:plan": (ANSWER, "POST"),
    "gaps:action": (ANSWER, "POST"),
    "gaps:figures": (REPORT, "POST"),
    "results:result": (VIEW, "GET"),
    "results:figures": (REPORT, "POST"),
    "results:targets": (ASSESS, "GET POST"),
    "calendar:calendar": (VIEW, "GET"),
    "calendar:subscribe": (VIEW, "POST"),
    "calendar:unsubscribe": (VIEW, "POST"),
    "calendar:audit": (AUDIT, "GET"),
    "calendar:audit_subscribe": (AUDIT, "POST"),
    "calendar:audit_unsubscribe": (AUDIT, "POST"),
    "calendar:feed": (PUBLIC, "GET"),
    "calendar:reminders": (VIEW, "GET POST"),
    "calendar:rules": (MEMBERS, "POST"),
    "calendar:stop": (PUBLIC, "GET POST"),
    "reviews:review": (VIEW, "GET"),
    "reviews:send": (ASSESS, "POST"),
    "reviews:give_back": (Permission.CONFIRM, "POST"),
    "reviews:check": (Permission.CONFIRM, "GET"),
    "reviews:check_save": (Permission.CONFIRM, "POST"),
    "reviews:accept_ruled_out": (Permission.CONFIRM, "POST"),
    "reviews:sign": (Permission.SIGN, "POST"),
    "reviews:reopen": (Permission.REOPEN, "POST"),
    "reviews:reopen_decide": (Permission.REOPEN, "POST"),
    "home:home": (VIEW, "GET"),
    "home:work": (VIEW, "GET"),
    "home:away": (VIEW, "GET POST"),
    "home:back": (VIEW, "POST"),
    "samples:sample": (ASSESS, "POST"),
    "samples:waiting": (ASSESS, "GET"),
    "samples:cancel": (ASSESS, "POST"),
    "samples:throw": (VIEW, "GET POST"),
    "history:trail": (TRAIL, "GET"),
    "history:trail_export": (TRAIL, "POST"),
    "reports:list": (REPORT, "GET"),
    "reports:ask": (REPORT, "GET POST"),
    "letterhead:letterhead": (ASSESS, "GET POST"),
    "history:as_of": (REPORT, "GET"),
    "reports:detail": (REPORT, "GET"),
    "reports:cancel": (REPORT, "POST"),
    "reports:download": (REPORT, "GET"),
    "reports:send": (REPORT, "POST"),
    "reports:changes": (REPORT, "GET"),
    "reports:pages": (REPORT, "GET"),
    "reports:page": (REPORT, "GET"),
    "reports:picture": (REPORT, "GET"),
    "reports:audited": (AUDIT, "GET"),
    "reports:ask_working_paper": (AUDIT, "POST"),
    "reports:working_paper": (SEATS, "POST"),
    "seats:home": (AUDIT, "GET"),
    "seats:seat": (AUDIT, "GET"),
    "seats:section": (AUDIT, "GET"),
    "seats:question": (AUDIT, "GET"),
    "seats:evidence_file": (AUDIT, "GET"),
    "seats:evidence_preview": (AUDIT, "GET"),
    "seats:sample": (AUDIT, "GET POST"),
    "seats:pick": (AUDIT, "POST"),
    "seats:mark": (AUDIT, "POST"),
    "seats:asked_list": (AUDIT, "GET POST"),
    "seats:asked": (AUDIT, "GET POST"),
    "seats:settle": (AUDIT, "POST"),
    "seats:list": (SEATS, "GET POST"),
    "seats:end": (SEATS, "POST"),
    "seats:offer_end": (SEATS, "POST"),
    "seats:looked": (SEATS, "GET"),
    "seats:share": (SEATS, "POST"),
    "seats:revoke": (SEATS, "POST"),
    "seats:request_list": (SEATS, "GET"),
    "seats:request": (SEATS, "GET POST"),
    "seats:request_close": (SEATS, "POST"),
    "seats:shared": (PUBLIC, "GET"),
    "seats:shared_page": (PUBLIC, "GET"),
    "exports:list": (VIEW, "GET"),
    "exports:ask_bundle": (ASSESS, "POST"),
    "exports:ask_pack": (TRAIL, "POST"),
    "exports:package": (TRAIL, "GET"),
    "exports:cancel": (TRAIL, "POST"),
    "exports:file": (TRAIL, "GET POST"),
    "closing:whole": (MEMBERS, "GET"),
    "closing:close": (MEMBERS, "POST"),
    "closing:keep": (MEMBERS, "POST"),
    "receipt": (PUBLIC, "GET"),
    "receipt_file": (PUBLIC, "GET"),
    "closing:archive_ask": (MEMBERS, "POST"),
    "closing:archive": (MEMBERS, "GET"),
    "closing:archive_cancel": (MEMBERS, "POST"),
    "closing:archive_file": (MEMBERS, "GET POST"),
}
"""Name of an address to who may, and by which methods."""

PEOPLE = {
    "owner": "ada",
    "officer": "otto",
    "contributor": "con",
    "reviewer": "rev",
    "reader": "rob",
    "auditor": "aud",
}
NOT_DOMAIN = {
    "django_session", "django_migrations", "sqlite_sequence", "usersessions_usersession",
}  # fmt: skip
QUESTIONS = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK TO")
ANY = "any"
"""What a statement of another kind may have changed."""
WRITTEN = re.compile(r'(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM) "(\w+)"')
VIEWS_BY_AUDITORS = {"compliance_event", "compliance_chainhead"}


class Key(NamedTuple):
    """Values of a parameter: one that opens, one that does not exist, others' ones."""

    own: object
    unknown: object
    foreign: tuple = ()


class Door(NamedTuple):
    name: str
    params: tuple
    view: object


def all_doors(resolver=None, namespace="", params=()):
    """Every address of the urlconf, with its view and its parameters."""
    for entry in (resolver or get_resolver()).url_patterns:
        pattern = entry.pattern
        regex = getattr(pattern, "converters", None) or pattern.regex.groupindex
        names = (*params, *regex)
        if getattr(entry, "namespace", "") in {"api", "scim"}:
            continue  # no session opens them: their own tests walk them with tokens
        if isinstance(entry, URLResolver):
            inside = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from all_doors(entry, inside, names)
        else:
            yield Door(f"{namespace}{entry.name}", names, entry.callback)


def doors():
    """The addresses that have a row."""
    return [door for door in all_doors() if door.name in DOORS]


def ways_to(door):
    """Addresses of a door, whatever kinds of value stand in it."""
    for values in product((7, UUID(int=7), "word"), repeat=len(door.params)):
        with suppress(NoReverseMatch):
            yield reverse(door.name, kwargs=dict(zip(door.params, values, strict=True)))


def test_each_address_leads_to_its_own_page():
    """No pattern of a room that comes first takes it, whatever their order."""
    stolen = {way for door in all_doors() for way in ways_to(door) if resolve(way).func != door.view}
    assert stolen == set()


def inner():
    """Those that belong to an organisation."""
    return [door for door in doors() if "org" in door.params]


@pytest.fixture
def enter(sign_in_freshly):
    """``enter(user)``: a client that gets a 500 as a reply, as a browser does."""

    def as_person(user):
        client = sign_in_freshly(user) if user else Client()
        client.raise_request_exception = False
        return client

    return as_person


def make_file(path_of, content):
    """Keep some bytes where ``path_of`` says; their hash and their number."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = path_of(sha256)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(content)
    return {"sha256": sha256, "size_bytes": len(content)}


def make_proof(organisation, by):
    kept = make_file(
        lambda sha256: evidence_files.path_of(organisation.pk, sha256),
        picture_files.pdf(title=f"proof of {organisation}"),
    )
    return Evidence.objects.create(
        organisation=organisation,
        title="Policy",
        file_name="policy.pdf",
        media_type="application/pdf",
        added_by=by,
        **kept,
    )


def make_view(assessment, by):
    return keep_view(
        by=by,
        assessment=assessment,
        name="Gaps",
        address="?show=not-met",
        is_shared=False,
    ).pk


def make_program(organisation, by):
    token, _ = make_token(by=by, organisation=organisation, name="Export", scopes=["report"], days=30)
    return token.pk


def make_receiver(organisation, by):
    """A webhook at an address that no name server knows (RFC 6761)."""
    webhook, _ = make_webhook(
        by=by,
        organisation=organisation,
        address="https://receiver.invalid/",
        topics=["answer"],
    )
    return webhook.pk


def make_report(assessment, by):
    return Report.objects.create(
        assessment=assessment,
        number=1,
        status="done",
        asked_by=by,
        finished_at=timezone.now(),
        pages=1,
        **make_file(report_files.path_of, picture_files.pdf(title=str(assessment.pk))),
    )


def make_package(assessment, by):
    return Package.objects.create(
        assessment=assessment,
        kind="pack",
        status="done",
        asked_by=by,
        finished_at=timezone.now(),
        **make_file(package_store.path_of, f"pack {assessment.pk} {by.pk}".encode()),
    ).pk


def make_archive(organisation, by):
    return Archive.objects.create(
        organisation=organisation,
        status="done",
        asked_by=by,
        finished_at=timezone.now(),
        **make_file(archive_store.path_of, str(organisation.pk).encode()),
    ).pk


def make_origin(assessment, by):
    """That it was brought in, with a trail of nothing."""
    there = UUID(int=7)
    origin = Origin.objects.create(
        assessment=assessment,
        organisation=assessment.organisation,
        assessment_there=there,
        bundle_sha256=f"{assessment.pk.int % 16**64:064x}",
        content_hash="0" * 64,
        stated={"outside": [], "hands": {}},
        brought_at=timezone.now(),
        brought_by=by,
    )
    return origin.trails.create(
        position=1,
        organisation_there=there,
        assessment_there=there,
        organisation_name="There",
        head_seq=0,
        head_hash="0" * 64,
        names={"people": {}, "answers": {}},
        proof={"size": 0, "root": EMPTY.hex(), "parts": [], "checkpoint": None},
    )


def make_invitation(organisation, by):
    return invite(
        by=by,
        organisation=organisation,
        email=f"new@{organisation.slug}.example.org",
        name="New Person",
        role="reader",
    ).pk


def set_together(assessment, by):
    """The number of an event that was recorded with others."""
    return set_many(
        by=by,
        organisation=assessment.organisation,
        assessment_id=assessment.pk,
        targets={a.pk: Known(a.version) for a in assessment.answers.all()},
        bulk=Bulk({"due_on": date(2026, 12, 31)}),
    ).seq


def make_source(assessment, organisation, by):
    """An answer that the first one of an assessment can be taken over from."""
    edition = factories.make_edition()
    factories.make_relation(assessment.edition, "Q1", edition, "Q1")
    answer = factories.make_assessment(organisation, by, edition).answers.first()
    answer.verdict = "met"
    answer.save()
    return answer


def make_move(assessment, by):
    """A move to the edition of today, undone since; it left an archived answer."""
    checklist = assessment.edition.checklist
    before = factories.make_edition(checklist=checklist, number="2025.9")
    gone = assessment.answers.order_by("pk").last()
    gone.note, gone.archived_at = "No longer asked", timezone.now()
    gone.save()
    return Upgrade.objects.create(
        assessment=assessment,
        from_edition=before,
        to_edition=assessment.edition,
        since_seq=0,
        moved_at=timezone.now(),
        moved_by=by,
        undone_at=timezone.now(),
        undone_by=by,
    )


def seat_keys(cast, own, theirs):
    """A seat of Aud, its section, request and a share link; and Zoe's of hers."""
    seat = auditor_seats.give(cast, own)
    guest = factories.make_member(cast.other, "auditor", "Guest", "guest@example.org")
    foreign = auditor_seats.give(cast, theirs, email=guest.email, by=cast.zoe)
    asked = auditor_seats.ask(cast.aud, seat), auditor_seats.ask(guest, foreign)
    links = [
        share(by=by, assessment=one, label="Bank", days=7)[0].pk
        for by, one in ((cast.ada, own), (cast.zoe, theirs))
    ]
    sections = [one.answers.first().question.section_id for one in (own, theirs)]
    offers = [
        auditor_seats.give(cast, one, email="come@example.org", by=by).pk
        for by, one in ((cast.ada, own), (cast.zoe, theirs))
    ]
    return {
        "offer_id": Key(offers[0], 999_999, (offers[1],)),
        "seat_id": Key(seat.pk, 999_999, (foreign.pk,)),
        "section_id": Key(sections[0], 999_999, (sections[1],)),
        "request_id": Key(asked[0].pk, 999_999, (asked[1].pk,)),
        "link_id": Key(links[0], 999_999, (links[1],)),
    }


def sign_on_keys(cast):
    both = ((cast.ada, cast.acme), (cast.zoe, cast.other))
    domains = [add_domain(by=by, organisation=of, name="acme.example").pk for by, of in both]
    groups = [add_group(by=by, organisation=of, group="staff", role="reader").pk for by, of in both]
    return {
        "domain_id": Key(domains[0], 999_999, (domains[1],)),
        "group_id": Key(groups[0], 999_999, (groups[1],)),
    }


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """The cast with something of everything, and ``keys``: made once for a module.

    Each test is a savepoint within its transaction.
    """
    seeing = Watch()
    with ExitStack() as outer:
        with django_db_blocker.unblock():
            outer.enter_context(transaction.atomic())
            cache.clear()
            with connection.execute_wrapper(seeing):
                cast = factories.make_cast()
                made = SimpleNamespace(cast=cast, keys=make_keys(cast), seeing=seeing)
        yield made
        with django_db_blocker.unblock():
            transaction.set_rollback(True)
            outer.close()


@pytest.fixture
def cast(world, db, watch):
    """Everyone, as they were before any test."""
    watch.take_in(world.seeing)
    return deepcopy(world.cast)


@pytest.fixture
def keys(world, cast):
    """A value for each parameter that an address may have."""
    cache.clear()
    return dict(world.keys)


def make_keys(cast):
    """Rows of Acme and of others, and a ``Key`` to them for each parameter."""
    zoe, other = cast.zoe, cast.other
    scaled = factories.make_scaled_edition()
    own = factories.make_assessment(cast.acme, cast.ada, scaled)
    sibling = factories.make_assessment(cast.acme, cast.ada)
    theirs = factories.make_assessment(other, zoe)
    answers = [a.answers.first() for a in (own, sibling, theirs)]
    sources = [make_source(own, *who) for who in ((cast.acme, cast.ada), (other, zoe))]
    evidence, their_evidence = make_proof(cast.acme, cast.ada), make_proof(other, zoe)
    for answer, proof in ((answers[0], evidence), (answers[2], their_evidence)):
        factories.attach(answer, proof)
    comments = [
        Comment.objects.create(answer=answer, author=cast.ada, text="Where is it?").pk for answer in answers
    ]
    proposals = [
        factories.make_proposal(answer, by, {"note": "Here."}).pk
        for answer, by in zip(answers, (cast.ada, cast.ada, zoe), strict=True)
    ]
    their_list = factories.make_checklist("theirs", other)
    their_edition = factories.make_edition(checklist=their_list)
    member, their_member = (Membership.objects.get(user=user).pk for user in (cast.rob, zoe))
    reports = make_report(own, cast.ada), make_report(theirs, zoe)
    nobody = UUID(int=1)
    for assessment, person in ((own, cast.ada), (theirs, zoe)):
        make_origin(assessment, person)
    packages = [make_package(own, cast.ada), make_package(own, cast.otto)]
    packages.append(make_package(theirs, zoe))
    views = [make_view(*one) for one in ((own, cast.ada), (sibling, cast.ada))]
    views += [make_view(theirs, zoe), make_view(own, cast.otto)]
    moves = [make_move(own, cast.ada), make_move(theirs, zoe)]
    task = factories.make_action(cast.acme, cast.ada, answers[0])
    their_task = factories.make_action(other, zoe, answers[2], number=7)
    clause = factories.make_clause(own.edition, "Q1", framework="standard")
    return {
        "org": Key("acme", "nowhere", ("other",)),
        "at": Key("acme", "nowhere", ("other",)),
        **sign_on_keys(cast),
        "assessment_id": Key(own.pk, nobody, (theirs.pk,)),
        "answer_id": Key(answers[0].pk, 999_999, (answers[1].pk, answers[2].pk)),
        "evidence_id": Key(evidence.pk, nobody, (their_evidence.pk,)),
        "edition_id": Key(own.edition_id, 999_999, (their_edition.pk,)),
        "other_id": Key(moves[0].from_edition_id, 999_999, (their_edition.pk,)),
        "upgrade_id": Key(moves[0].pk, 999_999, (moves[1].pk,)),
        **seat_keys(cast, own, theirs),
        "report_id": Key(reports[0].pk, nobody, (reports[1].pk,)),
        "archive_id": Key(make_archive(cast.acme, cast.ada), nobody, (make_archive(other, zoe),)),
        "package_id": Key(packages[0], nobody, tuple(packages[1:])),
        "comment_id": Key(comments[0], 999_999, tuple(comments[1:])),
        "proposal_id": Key(proposals[0], 999_999, tuple(proposals[1:])),
        "membership_id": Key(member, 999_999, (their_member,)),
        "invitation_id": Key(
            make_invitation(cast.acme, cast.ada),
            999_999,
            (make_invitation(other, zoe),),
        ),
        "passkey_id": Key(1, 999_999),
        "session_id": Key(1, 999_999),
        "name_id": Key(1, 999_999),
        "provision_id": Key(factories.make_provision().pk, 999_999),
        "instrument_key": Key("law", "nonsense"),
        "token": Key("nonsense", "nonsense"),
        "token_id": Key(make_program(cast.acme, cast.ada), 999_999, (make_program(other, zoe),)),
        "webhook_id": Key(make_receiver(cast.acme, cast.ada), nobody, (make_receiver(other, zoe),)),
        "source_id": Key(sources[0].pk, 999_999, (answers[1].pk, sources[1].pk)),
        "scale": Key("seal", "nonsense"),
        "seq": Key(1, 999_999),
        "first_seq": Key(set_together(own, cast.ada), 999_999),
        "view_id": Key(views[0], 999_999, tuple(views[1:])),
        "sheet": Key(1, 999_999),
        "size": Key("small", "nonsense"),
        "number": Key(task.number, 999_999, (their_task.number,)),
        "tab": Key("law", "nonsense"),
        "receipt_name": Key("0" * 64, "nonsense"),
        "key": Key(clause.framework.key, "nonsense"),
        "uidb36": Key("1", "1"),
    }


def address(door, keys, **others):
    unknown = set(door.params) - set(keys)
    if unknown:
        pytest.fail(f"{door.name}: give {unknown} a line in the fixture keys")
    values = {name: keys[name].own for name in door.params}
    return reverse(door.name, kwargs=values | others)


def knock(client, method, path, **extra):
    """The reply, read to its end, which closes its file."""
    response = client.generic(method, path, **extra)
    response.body = response.getvalue()
    return response


def plain(response):
    """Status, headers and body without what differs in every reply."""
    del response.headers["X-Request-ID"]
    token = rb'(name="csrfmiddlewaretoken" value=")\w+'
    return (
        response.status_code,
        sorted(response.headers.items()),
        re.sub(token, rb"\1", response.body),
    )


class Writes:
    """The tables that statements to the database changed.

    Nothing has to be compared after a reply that changed none of those compared. What a
    trigger changed besides shows when all are compared at the end of a walk.
    """

    def __init__(self):
        self.tables = set()

    def __call__(self, execute, sql, *rest):
        stated = sql.lstrip()
        if not stated.startswith(QUESTIONS):
            found = WRITTEN.match(stated)
            self.tables.add(found[1] if found else ANY)
        return execute(sql, *rest)

    def heard(self):
        return connection.execute_wrapper(self)

    @property
    def were(self):
        """Whether a table of the domain was changed."""
        return not self.tables <= NOT_DOMAIN | DERIVED

    def reached(self, tables):
        """Whether one of these was."""
        return not self.tables.isdisjoint({ANY, *tables})


def methods_of(door):
    return DOORS[door.name][1].split()


def test_every_address_has_a_row_and_every_row_an_address():
    assert sorted({door.name for door in all_doors()}) == sorted(DOORS)


def test_every_view_asks_for_the_permission_in_its_row():
    asked = {door.name: getattr(door.view, "permission", None) for door in doors()}
    rows = {
        name: permission if isinstance(permission, Permission) else None
        for name, (permission, _) in DOORS.items()
    }
    assert asked == rows


LASTING = {
    "bundles, packs and the trail taken out": [
        "history:trail_export", "exports:file", "closing:archive_file",
    ],
    "members, owners and invitations": [
        "organisations:invitation_again", "organisations:invite", "organisations:leave",
        "organisations:member_back", "organisations:member_remove",
        "organisations:member_role",
        "organisations:member_sign_out",
    ],
    "factors": [
        "accounts:app_new", "accounts:app_remove", "accounts:codes_new",
        "accounts:passkey", "accounts:passkey_add", "accounts:passkey_new",
        "accounts:passkey_remove",
    ],
    "seats, links and addresses that open something": [
        "calendar:audit_subscribe", "calendar:subscribe", "seats:list", "seats:share",
        "tokens:token_new", "webhooks:webhook_new", "webhooks:webhook_secret",
    ],
    "rules for everybody": ["calendar:rules", "organisations:policy"],
    "directory": ["directory:page", "directory:token_end", "directory:token_renew"],
    "closing stopped": ["closing:keep"],
    "sign-on": [
        "sign_on:connect", "sign_on:domain_add", "sign_on:domain_remove",
        "sign_on:domain_verify", "sign_on:group_add", "sign_on:group_remove",
        "sign_on:provider", "sign_on:require", "sign_on:switch", "sign_on:test",
    ],
    "reopening and retiring": ["publishing:retire", "reviews:reopen_decide"],
}  # fmt: skip
"""Views whose effect outlives a session: a password or a factor not older than ten minutes."""
EACH = ["reviews:sign", "closing:close"]
"""Views by which a person acts in their own name: asked each time."""
SURE = {
    "data": f"password={factories.PASSWORD}".replace(" ", "+"),
    "content_type": "application/x-www-form-urlencoded",
}


def changing():
    """The addresses that take a form from somebody who is signed in."""
    return [d for d in doors() if "POST" in DOORS[d.name][1] and DOORS[d.name][0] != PUBLIC]


def test_every_address_that_changes_something_states_its_class():
    classes = {door.name: getattr(door.view, "step_up", None) for door in changing()}
    assert [name for name, level in classes.items() if level is None] == []
    fresh = sorted(name for name, level in classes.items() if level == StepUp.FRESH)
    assert fresh == sorted(name for names in LASTING.values() for name in names)
    own = [name for name, level in classes.items() if level == StepUp.OWN]
    assert own == ["sign_on:open_account"]
    each = [name for name, level in classes.items() if level == StepUp.EACH]
    assert each == EACH


def test_a_session_alone_changes_nothing_that_outlives_it(keys, cast, sign_in):
    """Neither a form, nor one with a wrong password, nor one with a passkey of nobody."""
    ada, aud, wrong = sign_in(cast.ada), sign_in(cast.aud), []
    before = rows_of()
    lasting = {name for names in LASTING.values() for name in names} | set(EACH)
    for door in doors():
        if door.name not in lasting:
            continue
        for typed in (
            {},
            {"password": "wrong"},
            {"app_code": "123456"},
            {"passkey": "{}"},
        ):
            cache.clear()
            client = aud if DOORS[door.name][0] == AUDIT else ada
            reply = client.post(address(door, keys), {"what": "typed <b>"} | typed)
            found = (reply.status_code, "Confirm that it is you" in reply.text)
            kept = 'name="what" value="typed &lt;b&gt;"' in reply.text
            if found != (422, True) or not kept:
                wrong.append((door.name, typed, found, kept))
    assert wrong == []
    assert rows_of() == before


def test_only_addresses_of_an_organisation_carry_its_name():
    named = {door.name for door in inner()}
    assert named == {n for n, (p, _) in DOORS.items() if isinstance(p, Permission)}


def test_nobody_is_sent_to_sign_in(keys, enter):
    client, wrong = enter(None), []
    for door in doors():
        path = address(door, keys)
        for method in methods_of(door):
            cache.clear()
            reply = knock(client, method, path)
            if DOORS[door.name][0] == PUBLIC:
                if reply.status_code not in {200, 302, 404, 422}:
                    wrong.append((door.name, method, reply.status_code))
                continue
            if (reply.status_code, reply.get("Location", "").split("?")[0]) != (
                302,
                "/accounts/login/",
            ):
                wrong.append((door.name, method, reply.status_code))
            htmx = knock(client, method, path, headers={"HX-Request": "true"})
            found = (htmx.status_code, htmx.get("HX-Trigger"), htmx.body)
            if found != (401, "attest:signed-out", b""):
                wrong.append((door.name, method, found))
    assert wrong == []


def test_stranger_learns_nothing(keys, cast, enter):
    zoe = enter(cast.zoe)
    wrong = []
    for door in inner():
        for method in methods_of(door):
            foreign = plain(knock(zoe, method, address(door, keys)))
            unknown = plain(knock(zoe, method, address(door, keys, org="nowhere")))
            if foreign[0] != 404 or foreign != unknown:
                wrong.append((door.name, method, foreign[0]))
    assert wrong == []


@WHOLE
@pytest.mark.parametrize("role", ALLOWED)
def test_role_opens_its_own_doors_only(role, whole, keys, cast, enter):
    person = getattr(cast, PEOPLE[role])
    Answer.objects.filter(pk=keys["answer_id"].own).update(owner=person)
    Package.objects.filter(pk=keys["package_id"].own).update(asked_by=person)
    client = enter(person)
    wrong = []
    for door in inner():
        if not is_drawn(f"{role} {door.name}", whole):
            continue
        allowed = DOORS[door.name][0] in ALLOWED[role]
        for method in methods_of(door):
            if allowed and method != "GET":
                continue  # what it does is for the tests of its room
            status = knock(client, method, address(door, keys)).status_code
            if (status >= 400) if allowed else (status != 403):
                wrong.append((door.name, method, status))
    assert wrong == []


def test_wrong_method_is_405(keys, cast, enter):
    ada = enter(cast.ada)
    wrong = []
    for door in doors():
        if door.name.startswith(("account_", "mfa_")):
            continue  # the library sends a signed-in person on, by any method
        for method in {"GET", "POST", "DELETE", "PATCH"} - set(methods_of(door)):
            status = knock(ada, method, address(door, keys)).status_code
            if status != 405:
                wrong.append((door.name, method, status))
    assert wrong == []


def test_foreign_id_is_as_unknown_as_one_that_is_not_there(keys, cast, enter):
    make_editor(by=None, email=cast.ada.email)
    ada, aud = enter(cast.ada), enter(cast.aud)
    wrong = []
    for door in inner():
        client = aud if DOORS[door.name][0] == AUDIT else ada
        for name in set(door.params) - {"org"}:
            key = keys[name]
            for method in methods_of(door):
                replies = [
                    plain(
                        knock(
                            client,
                            method,
                            address(door, keys, **{name: value}),
                            **(SURE if method == "POST" and door.name in EACH else {}),
                        )
                    )
                    for value in (key.unknown, *key.foreign)
                ]
                if {reply[0] for reply in replies} != {404} or any(reply != replies[0] for reply in replies):
                    wrong.append((door.name, method, name, [r[0] for r in replies]))
    assert wrong == []


DERIVED = {model._meta.db_table for model in apps.get_models() if isinstance(proof_of(model), Derived)}
"""Tables whose rows follow from others: a page may keep what it counted."""


def rows_of(excluded=frozenset()):
    """Table to the hash of all its rows."""
    hashes = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table in NOT_DOMAIN | DERIVED | excluded:
                continue
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            rows = sorted(map(repr, cursor.fetchall()))
            hashes[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return hashes


@pytest.mark.parametrize("person", ["ada", "aud", None])
def test_looking_changes_nothing(person, keys, cast, enter):
    client = enter(getattr(cast, person) if person else None)
    excluded = VIEWS_BY_AUDITORS if person == "aud" else frozenset()
    changed, before = [], rows_of(excluded)
    for door in doors():
        path = address(door, keys)
        for method in ("GET", "HEAD"):
            writes = Writes()
            with writes.heard():
                knock(client, method, path)
            if writes.tables <= NOT_DOMAIN | DERIVED | excluded:
                continue  # the look at all of them at the end says whether this is true
            if (now := rows_of(excluded)) != before:
                changed.append((door.name, method))
                before = now
    assert rows_of(excluded) == before
    assert changed == []


def test_page_address_with_a_file_name_behind_it_is_not_found(keys, cast, enter):
    """A cache in between must not take a page for a style sheet."""
    ada = enter(cast.ada)
    open_ones = [
        door.name for door in inner() if knock(ada, "GET", f"{address(door, keys)}a.css").status_code != 404
    ]
    assert open_ones == []
