"""Every column of every table is proven by the trail, or excused with a reason."""

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import models
from django.utils import timezone

from compliance.assurance.bundles.models import PackageKind
from compliance.assurance.reviews import actions as reviews
from compliance.assurance.seats import actions as seats
from compliance.content.evidence import actions as library
from compliance.identity.organisations.actions import hash_of
from compliance.identity.organisations.actions import set_policy as make_policy
from compliance.identity.organisations.events import ACCOUNT_CHANGED
from compliance.identity.organisations.models import OVER
from compliance.identity.sign_on.actions import add_domain, add_group
from compliance.identity.sign_on.models import Departure, Identity, SignOn
from compliance.identity.webhooks.actions import make_webhook
from compliance.models import Answer, Event, FactorCount, Invitation, ShareLink
from compliance.operations.closing.actions import ask_archive
from compliance.programs.directory import actions as directory_actions
from compliance.programs.exports.actions import ask_package
from compliance.proof.audit import tables, trail, verification
from compliance.proof.audit.chain import digest
from compliance.proof.audit.columns import (
    ELSEWHERE,
    Proven,
    Unproven,
    columns_of,
    is_text,
    proof_of,
    proven,
)
from compliance.proof.audit.models import PEOPLE
from compliance.proof.audit.transaction import writing
from compliance.reporting.calendar.actions import make_feed, set_rules
from compliance.reporting.letterhead.actions import letterhead_of, set_letterhead
from compliance.reporting.reports.actions import ask_report
from compliance.reporting.results.models import Target
from compliance.work.assessments import actions as assessments
from compliance.work.assessments.answer_fields import TYPED, Kind
from compliance.work.assignments import actions as assignments
from compliance.work.discussion import actions as discussion
from compliance.work.edition_moves import actions as edition_moves
from tests.assurance.bundles.making import (
    YEAR,
    brought_in,
    bundle_of,
    publish,
    write_elsewhere,
)
from tests.programs.directory.calling import show
from tests.proof.audit.columns import RARE, columns_of_all, tampered_with
from tests.support import auditor_seats, factories, signing
from tests.support.event_types import THING_DONE


def test_every_model_says_whether_the_trail_proves_its_rows():
    models = apps.get_models(include_auto_created=True)
    silent = [m._meta.label for m in models if proof_of(m) is None]
    assert silent == []


def test_models_of_libraries_that_are_excused_are_there():
    models = apps.get_models(include_auto_created=True)
    labels = {model._meta.label for model in models}
    assert set(ELSEWHERE) <= labels


@pytest.mark.parametrize("model", apps.get_models(), ids=lambda m: m._meta.label)
def test_reasons_are_given_in_words_and_columns_exist(model):
    proof = proof_of(model)
    if isinstance(proof, Unproven):
        assert len(proof.why) > 10
        return
    columns = {column.column for column in model._meta.concrete_fields}
    assert proof.excused.keys() <= columns
    assert all(len(why) > 10 for why in proof.excused.values())
    if proof.chain:
        assert isinstance(model._base_manager.filter(**{proof.chain: None}).query, object)


def test_only_what_is_not_the_organisations_own_is_left_to_a_reason():
    unproven = {
        model._meta.model_name
        for model in apps.get_models()
        if model._meta.app_label == "compliance" and not _is_proven(model)
    }
    assert unproven == {
        "chainhead", "event", "originevent", "snapshot", "signoff", "deletion",
        "visit", "presence", "savedview", "reminders", "summary", "monthend",
        "challenge", "factorcount", "usedanswer",
        "call", "delivery", "lease", "putaway", "upload",
    }  # fmt: skip


def _is_proven(model):
    return isinstance(proof_of(model), Proven)


def test_a_column_of_every_proven_table_is_its_key():
    for model in proven().values():
        assert str(model._meta.pk.column) in columns_of(model)


def test_texts_that_people_write_may_be_erased_and_words_of_ours_not():
    answer = {name for name, column in columns_of(Answer).items() if is_text(column)}
    written = {Kind.TEXT, Kind.VALUE}
    assert answer == {field.column for field in TYPED if field.kind in written}


def test_no_event_has_what_opens_something():
    hidden = {
        (model._meta.model_name, name) for model in proven().values() for name in proof_of(model).hidden
    }
    assert hidden == {
        ("authenticator", "data"), ("feed", "token_hash"), ("invitation", "token_hash"),
        ("sharelink", "token_hash"), ("user", "password"),
        ("token", "token_hash"), ("webhook", "secret_hash"),
        ("signon", "secret"), ("identity", "subject"),
    }  # fmt: skip


def test_the_chain_itself_is_no_row_of_the_chain():
    assert isinstance(proof_of(Event), Unproven)
    assert issubclass(Event, models.Model)


def sign_on(cast):
    """A row of each table about signing in at the provider of an organisation."""
    add_domain(by=cast.ada, organisation=cast.acme, name="acme.example")
    add_group(by=cast.ada, organisation=cast.acme, group="Audit", role="reader")
    at = {"organisation": cast.acme, "issuer": "https://login.example"}
    SignOn.objects.create(**at, client_id="attest", secret="closed")
    Identity.objects.create(**at, user=cast.con, subject="7")
    Departure.objects.create(organisation=cast.acme, user=cast.rob)
    directory(cast)


def directory(cast):
    """A row of each table of a directory, by the ordinary actions."""
    actions = directory_actions
    show(cast.ada, cast.acme, "rare.example")
    actions.set_rules(by=cast.ada, organisation=cast.acme, role="reader", heir=cast.otto)
    person = actions.make_person(organisation=cast.acme, email="new@rare.example", name="N", external_id="7")
    actions.make_group(organisation=cast.acme, name="Staff", external_id="8", people=[person.pk])


def ask_files(cast, here):
    ask_report(by=cast.ada, assessment=here)
    ask_package(by=cast.ada, assessment=here, kind=PackageKind.BUNDLE)
    ask_archive(by=cast.ada, organisation=cast.acme)


@pytest.fixture
def rare(cast, settings, tmp_path, monkeypatch):
    """A row of each table that the demo has none of, by the ordinary actions."""
    settings.MEDIA_ROOT = settings.DATA_DIR = tmp_path
    here = assessments.start(
        by=cast.otto, organisation=cast.acme, edition=publish("Q1", "Q2"),
        subject="Acme", facts={}, **YEAR,
    )  # fmt: skip
    signing.answer(cast.con, here, "Q1", verdict="met", note="Kept.")
    assignments.assign(
        by=cast.otto, organisation=cast.acme, assessment_id=here.pk,
        answer_ids=[here.answers.get(question__key="Q2").pk],
        to=assignments.Newcomer("new@example.org", "New Comer"),
    )  # fmt: skip
    text = f"@{cast.otto.name} look"
    discussion.comment(by=cast.con, answer=here.answers.first(), text=text)
    auditor_seats.give(cast, here, "auditor@example.org")
    seats.share(by=cast.ada, assessment=here, label="Board", days=5)
    link = library.add(by=cast.con, organisation=cast.acme, title="Policy", url="https://e.eu/p")
    factories.make_proposal(here.answers.first(), cast.con, {"note": "Here."}, evidence=[link])
    make_webhook(
        by=cast.ada, organisation=cast.acme, topics=["comment"],
        address="https://hooks.example.org/",
    )  # fmt: skip
    set_letterhead(
        by=cast.ada, organisation=cast.acme, colour="#402060", mark="Internal",
        footer="Acme, Porto", logo="", base=letterhead_of(cast.acme).version,
    )  # fmt: skip
    ask_files(cast, here)
    write_elsewhere(monkeypatch)
    brought_in(bundle_of(here), cast.other, cast.zoe)
    newer = publish("Q1", "Q3", number="2026.2")
    edition_moves.upgrade(by=cast.otto, assessment=here, to=newer, decisions={})
    signed = signing.make_signed(cast)
    reviews.ask_reopening(by=cast.rev, assessment=signed, reason="A figure was wrong.")
    make_feed(by=cast.ada, organisation=cast.acme, is_own_only=True)
    make_policy(
        by=cast.ada, organisation=cast.acme, second_factor_from=None, idle_minutes=15,
        session_hours=8, exports="owners", shares="role", invites="role",
    )  # fmt: skip
    set_rules(by=cast.ada, organisation=cast.acme, rhythm="daily", escalate_days=3)
    with writing():
        sign_on(cast)
        Target.objects.create(
            organisation=cast.acme, checklist=newer.checklist, scale="levels",
            group="all", level=2, set_at=timezone.now(), set_by=cast.ada,
        )  # fmt: skip
        trail.record(
            by=cast.ada,
            organisation_id=cast.acme.pk,
            action=THING_DONE,
            subject=cast.acme,
        )
        kept = Authenticator.objects.create(
            user=cast.ada, type="webauthn", data={"name": "Phone", "credential": {}}
        )
        FactorCount.objects.create(authenticator=kept, count=1)
        trail.record_of_people(by=cast.ada, action=ACCOUNT_CHANGED, subject=cast.ada)


def test_events_have_the_hash_of_a_password_and_of_a_token(rare, cast):
    cast.ada.take_password("a new one, quite long")
    payloads = "".join(Event.objects.values_list("payload", flat=True))
    for value in (cast.ada.password, Invitation.objects.first().token_hash):
        assert value not in payloads
        assert digest(value) in payloads


def test_a_password_that_is_hashed_anew_at_a_sign_in_is_in_the_trail(cast, settings):
    factories.take_into_trail(cast.acme)
    stronger = "django.contrib.auth.hashers.PBKDF2PasswordHasher"
    cast.ada.take_password("a new one, quite long")
    was = cast.ada.password
    settings.PASSWORD_HASHERS = [stronger, *settings.PASSWORD_HASHERS]
    assert cast.ada.check_password("a new one, quite long")
    assert cast.ada.password != was
    assert Event.objects.last().action == ACCOUNT_CHANGED
    assert list(tables.faults(PEOPLE)) == []


def test_what_opens_nothing_is_not_compared(rare, cast):
    ShareLink.objects.update(token_hash=f"{OVER}1")
    assert list(tables.faults(cast.acme.pk)) == []
    ShareLink.objects.update(token_hash=hash_of("mine"))
    [fault] = tables.faults(cast.acme.pk)
    assert "“token hash” was changed" in fault.what


@pytest.mark.slow
def test_each_column_of_rare_tables_that_is_changed_by_sql_is_named(rare):
    tried = {at for chain in verification.chains() for at in tampered_with(chain)}
    assert {at for at in columns_of_all() if at[0] in RARE} - tried == set()
