"""Erasing a person: nothing names them but what was signed, and the chain holds."""

import io
import unicodedata
from functools import partial

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from compliance.assurance.reviews import actions as reviewing
from compliance.assurance.reviews import signature_integrity
from compliance.assurance.reviews.signatures import signoffs_of
from compliance.content.evidence.actions import describe
from compliance.identity.accounts.tasks import send_reset
from compliance.identity.organisations import actions as people
from compliance.identity.tokens.actions import make_token
from compliance.models import (
    Evidence,
    Invitation,
    Membership,
    SignOff,
    Snapshot,
    Summary,
    User,
)
from compliance.operations.erasure.actions import erase_address, erase_person
from compliance.proof.audit import checkpoints, tables, trail, verification
from compliance.proof.audit.check_trail import main
from compliance.proof.audit.leaves import ERASED
from compliance.proof.audit.models import PEOPLE, Event
from compliance.proof.audit.transaction import writing
from compliance.reporting.home.models import PutAway
from compliance.reporting.results.figure_store import figures
from compliance.work.assessments.models import Comment
from compliance.work.discussion import actions as discussion
from compliance.work.remediation.actions import change_action, link_answer
from compliance.work.signatures.validity import void_of
from compliance.work.snapshots.as_of import content_as_of
from compliance.work.snapshots.snapshot import content_of, to_read
from compliance.work.workspace import actions as workspace
from compliance.work.workspace.models import SavedView
from tests.support import auditor_seats, factories, signing
from tests.support.mail_queue import queued, run_queued

pytestmark = pytest.mark.slow
NAME, EMAIL = "Éloïse O'Neill", "eloise@example.org"


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"


@pytest.fixture
def eloise(cast):
    """A contributor who was invited, answered, wrote and is spoken of."""
    invitation = people.invite(
        by=cast.ada,
        organisation=cast.acme,
        email=EMAIL,
        name=NAME,
        role="contributor",
    )
    came = people.accept_as_new(invitation=invitation, name=NAME, password="x" * 12)
    person = came.user
    assessment = factories.make_assessment(cast.acme, cast.ada)
    signing.answer(person, assessment, "Q1", note="Mine.", owner_id=person.pk)
    signing.answer(cast.con, assessment, "Q2", note=f"Ask {NAME} ({EMAIL.upper()}).")
    row = assessment.answers.get(question__key="Q1")
    discussion.comment(by=cast.con, answer=row, text=f"@{NAME}, is it so?\n{NAME.upper()}")
    factories.make_link(cast.acme, cast.con, title=f"Training of {NAME}")
    workspace.keep_view(by=person, assessment=assessment, name="My own", address="?q=1", is_shared=False)
    person.assessment = assessment
    return person


def dump():
    """Every text in every table, each with its table."""
    for model in apps.get_models():
        columns = [
            f.attname
            for f in model._meta.concrete_fields
            if isinstance(f, models.CharField | models.TextField | models.JSONField)
        ]
        for row in model._base_manager.values_list(*columns) if columns else ():
            yield model, " ".join(str(value) for value in row)


def hits(*needles):
    """Tables that hold one of some texts, in any case."""
    folded = [needle.casefold() for needle in needles]
    return {model for model, text in dump() if any(needle in text.casefold() for needle in folded)}


def test_no_table_names_the_person_and_every_chain_holds(cast, eloise, sign_in):
    sign_in(eloise)
    checkpoints.checkpoint(cast.acme.pk)
    assert hits(NAME, EMAIL) >= {User, Event, Evidence, Comment, EmailAddress}
    count = trail.head_of(cast.acme.pk)[0]
    done = erase_person(by=None, person=eloise)
    assert hits(NAME, EMAIL) == set()
    assert (done.memberships, done.sessions, done.events >= 3) == (1, 1, True)
    found, account = verification.checked(cast.acme.pk), verification.checked(PEOPLE)
    assert (found.fault, found.covered, account.fault) == (None, count, None)
    erased = [{seq for seq, _ in at} for one in (found, account) for at in one.erased.values()]
    assert sum(map(len, erased)) == done.events
    assert list(tables.faults(cast.acme.pk)) == []


def test_what_waits_for_their_address_ends(cast, eloise):
    who = {"email": EMAIL, "name": "Whoever", "role": "reader"}
    people.invite(by=cast.zoe, organisation=cast.other, **who)
    erase_person(by=None, person=eloise)
    assert not Invitation.objects.exists()
    assert Event.objects.filter(action="invitation.ended").count() == 1
    assert hits(EMAIL) == set()


def test_mail_under_way_does_not_come_back_with_the_address(cast, monkeypatch):
    """It fails while they are erased: the worker still has its words."""
    make_token(by=cast.rob, organisation=cast.acme, name="T", scopes=[], days=3)
    email = cast.rob.email
    assert email in str(queued().get().args_kwargs)

    def fail(self, *args, **kwargs):
        erase_person(by=None, person=cast.rob)
        raise ConnectionError

    monkeypatch.setattr(EmailMessage, "send", fail)
    [task] = run_queued()
    assert (task.status, task.return_value) == ("SUCCESSFUL", "dropped")
    assert queued().count() == 0
    assert email not in str(DBTaskResult.objects.values_list("args_kwargs"))


def test_reset_under_way_does_not_come_back_with_the_address(cast, monkeypatch):
    email = cast.rob.email
    send_reset.enqueue(email)

    def begin():
        erase_person(by=None, person=cast.rob)
        return writing()

    monkeypatch.setattr("compliance.identity.accounts.tasks.writing", begin)
    run_queued()
    assert queued().count() == 0
    assert email not in str(DBTaskResult.objects.values_list("args_kwargs"))


def test_address_that_was_only_invited_is_erased(committed, cast, capsys):
    """No account has it: it stands in invitations, an offered seat and their events."""
    address, name = "only@invited.example", "Only Invited"
    assessment = factories.make_assessment(cast.acme, cast.ada)
    auditor_seats.give(cast, assessment, email=address, name=name)
    signing.answer(cast.con, assessment, "Q1", note=f"{name} ({address}) looks at it.")
    people.invite(by=cast.zoe, organisation=cast.other, email=address, name=name, role="reader")
    declined = Invitation.objects.get(organisation=cast.other)
    people.decline_invitation(by=None, invitation=declined)
    before = hits(address, name), User.objects.count()
    call_command("erase_person", address, "--dry-run")
    assert "would be cleaned" in capsys.readouterr().out
    assert (hits(address, name), User.objects.count()) == before
    call_command("erase_person", address.upper(), "--confirm", address)
    assert hits(address, name) == set()
    assert not Invitation.objects.exists()
    one = User.objects.get(email__endswith="erased.invalid")
    assert (one.is_active, one.has_usable_password()) == (False, False)
    said = assessment.answers.get(question__key="Q1").note
    assert said == f"{one.name} ({one.email}) looks at it."
    factories.begin_chains()
    call_command("verify_trail")
    with pytest.raises(CommandError, match="Nobody here"):
        call_command("erase_person", address)


def test_what_they_did_stays_under_another_name(cast, eloise, sign_in):
    erase_person(by=None, person=eloise)
    row = eloise.assessment.answers.get(question__key="Q1")
    called = f"Erased person {eloise.pk}"
    assert (row.note, str(row.changed_by)) == ("Mine.", called)
    other = eloise.assessment.answers.get(question__key="Q2")
    assert other.note == f"Ask {called} (erased-{eloise.pk}@erased.invalid)."
    assert Comment.objects.get().text == f"@{called}, is it so?\n{called}"
    page = sign_in(cast.ada).get("/o/acme/trail/").text
    assert called in page
    assert "data erased" in page
    event = Event.objects.get(action="answer.saved", actor=cast.con)
    assert trail.changes(event)[1]["note"] is ERASED
    assert "Ask" not in event.payload


def test_there_is_no_way_in_any_more(cast, eloise, sign_in):
    client = sign_in(eloise)
    assert client.get("/o/acme/").status_code == 200
    assert queued().count() > 0
    PutAway.objects.create(organisation=cast.acme, user=eloise, thing="na", until="2099-01-01")
    erase_person(by=None, person=eloise)
    assert client.get("/o/acme/").status_code == 302
    now = User.objects.get(pk=eloise.pk)
    assert (now.is_active, now.has_usable_password()) == (False, False)
    assert not Membership.objects.filter(user=eloise).exists()
    assert not SavedView.objects.filter(user=eloise).exists()
    assert not PutAway.objects.exists()
    assert Session.objects.count() == 0
    to = [task.args_kwargs["args"][0] for task in queued()]
    assert EMAIL not in to


def test_what_was_signed_stays_as_it_was_signed(cast):
    assessment = signing.make_signed(cast)
    before = Snapshot.objects.get()
    erase_person(by=None, person=cast.rev)
    signoff = SignOff.objects.get()
    assert (signoff.signer, str(signoff.signed_by)) == (
        "Rev Iewer",
        f"Erased person {cast.rev.pk}",
    )
    assert Snapshot.objects.get().text == before.text
    assert hits("rev@example.org") == set()
    assert hits("Rev Iewer") == {SignOff, Event}
    assert list(signature_integrity.faults(cast.acme.pk)) == []
    assert list(tables.faults(cast.acme.pk)) == []
    assert verification.verify(cast.acme.pk) is None
    assert signing.fresh(assessment).status == "signed"


def test_notes_of_a_signed_assessment_stay_and_raise_no_alarm(cast):
    assessment = signing.make_ready(cast)
    signing.answer(cast.con, assessment, "Q1", note="Shown to Rob Reader.")
    signing.actions.send(by=cast.otto, assessment=assessment)
    signing.sign(cast.rev, signing.fresh(assessment))
    done = erase_person(by=None, person=cast.rob)
    assert done.kept["answer"] == 1
    row = assessment.answers.get(question__key="Q1")
    assert row.note == "Shown to Rob Reader."
    assert list(tables.faults(cast.acme.pk)) == []
    assert verification.verify(cast.acme.pk) is None


def test_evidence_and_actions_of_a_signature_stay_and_it_holds(cast):
    """Those of no signed answer lose the name."""
    name = "Eloise Brand"
    person = factories.make_member(cast.acme, "contributor", name, EMAIL)
    assessment = signing.make_ready(cast, is_begun=True)
    action, proof = cast.acme.actions.get(), cast.acme.evidence.get()
    change_action(
        by=cast.otto,
        organisation=cast.acme,
        number=action.number,
        changes={"text": f"Ask {name} for it."},
        base=action.version,
    )
    describe(by=cast.con, evidence=proof, title=f"Training of {name}")
    free = signing.link(cast, title=f"Letter of {name}")
    reviewing.send(by=cast.otto, assessment=assessment)
    signing.sign(cast.rev, signing.fresh(assessment))
    seq, _ = trail.head_of(cast.acme.pk)
    done = erase_person(by=None, person=person)
    here = signing.fresh(assessment)
    assert (void_of(here), signoffs_of(here)[0].void) == (None, ())
    assert (done.kept["action"], done.kept["evidence"], done.rows["evidence"]) == (
        1,
        1,
        1,
    )
    assert name in cast.acme.actions.get().text
    assert name in Evidence.objects.get(pk=proof.pk).title
    assert name not in Evidence.objects.get(pk=free.pk).title
    about = Event.objects.filter(subject_id__in=[str(proof.pk), str(free.pk)])
    titles = [trail.changes(event)[1]["title"] for event in about.order_by("seq")]
    assert [name in one for one in titles] == [False, True, False]
    assert name in content_as_of(to_read(here.pk), seq).proofs[0].title
    assert list(tables.faults(cast.acme.pk)) == []
    assert verification.verify(cast.acme.pk) is None


def test_signature_stays_void_when_the_signed_text_is_erased(cast):
    """Nobody knows the text any more, but that it was taken out of an action."""
    name = "Eloise Brand"
    person = factories.make_member(cast.acme, "contributor", name, EMAIL)
    assessment = signing.make_ready(cast, is_begun=True)
    other = factories.make_assessment(cast.acme, cast.ada, subject="Other")
    number, answer = cast.acme.actions.get().number, other.answers.first()
    at = {"by": cast.otto, "organisation": cast.acme, "number": number}
    change_action(**at, changes={"text": f"Ask {name}."}, base=0)
    link_answer(**at, answer_id=answer.pk)
    reviewing.send(by=cast.otto, assessment=assessment)
    signing.sign(cast.rev, signing.fresh(assessment))
    change_action(**at, changes={"text": ""}, base=1)
    here = signing.fresh(assessment)
    void = void_of(here)
    assert void.named == ("AC-1 Write it: details",)
    erase_person(by=None, person=person)
    assert (void_of(here), signoffs_of(here)[0].void_since) == (void, void.since)


def test_command_names_what_was_signed_and_keeps_the_name(cast, capsys):
    """Of somebody who helped, not of the signer alone; and not of anybody else."""
    assessment = signing.make_signed(cast)
    kept = f"Acme: {assessment}, revision 1, signed"
    for person, is_named in ((cast.con, True), (cast.rob, False)):
        call_command("erase_person", person.email, "--dry-run")
        said = capsys.readouterr().out
        assert (kept in said, "Signed content keeps the name" in said) == (
            is_named,
            is_named,
        )
        assert "Backups made earlier keep all of it" in said
    done = erase_person(by=None, person=cast.rev)
    assert [kept in line for line in done.signed] == [True]


def test_last_owner_is_refused_and_nothing_happens(cast):
    head = trail.head_of(cast.acme.pk)
    with pytest.raises(ValidationError, match="Acme: This is the last owner"):
        erase_person(by=None, person=cast.ada)
    assert User.objects.get(pk=cast.ada.pk).email == "ada@example.org"
    assert trail.head_of(cast.acme.pk) == head


def test_another_organisation_keeps_its_words(cast, eloise):
    theirs = factories.make_assessment(cast.other, cast.zoe)
    signing.answer(cast.zoe, theirs, "Q1", note=f"{NAME} the poet.")
    erase_person(by=None, person=eloise)
    assert theirs.answers.get(question__key="Q1").note == f"{NAME} the poet."
    assert verification.verify(cast.other.pk) is None
    assert verification.checked(cast.other.pk).erased == {}


def test_name_that_somebody_else_bears_stays_in_texts(cast, eloise):
    factories.make_member(cast.acme, "reader", NAME)
    done = erase_person(by=None, person=eloise)
    assert done.is_name_shared
    assert hits(EMAIL) == set()
    assert NAME in Evidence.objects.get().title


@pytest.mark.parametrize("longer", [f"{NAME} Byrne", f"Mary {NAME}"])
def test_longer_name_of_somebody_else_stays_whole(cast, eloise, longer):
    factories.make_member(cast.acme, "reader", longer)
    invited = people.invite(
        by=cast.ada,
        organisation=cast.acme,
        email="new@example.org",
        name=f"{NAME} Nolan",
        role="reader",
    )
    note = f"{longer.upper()} and {NAME}, {NAME} Nolan"
    signing.answer(cast.con, eloise.assessment, "Q2", note=note)
    done = erase_person(by=None, person=eloise)
    assert not done.is_name_shared
    invited.refresh_from_db()
    assert invited.name == f"{NAME} Nolan"
    note = eloise.assessment.answers.get(question__key="Q2").note
    called = f"Erased person {eloise.pk}"
    assert note == f"{longer.upper()} and {called}, {NAME} Nolan"


@pytest.mark.parametrize("other", ["anna.berg@example.org", "b-anna@example.org", "berg@anna.example"])
def test_address_of_somebody_else_stays_whole_where_a_name_is_one_word(cast, other):
    person = factories.make_member(cast.acme, "reader", "Anna", "a@example.org")
    invited = people.invite(by=cast.ada, organisation=cast.acme, email=other, name="Berg", role="reader")
    assessment = factories.make_assessment(cast.acme, cast.ada)
    signing.answer(cast.con, assessment, "Q1", note=f"@Anna: Anna asks {other}.")
    erase_person(by=None, person=person)
    invited.refresh_from_db()
    assert invited.email == other
    note = assessment.answers.get(question__key="Q1").note
    called = f"Erased person {person.pk}"
    assert note == f"@{called}: {called} asks {other}."


def test_title_that_is_full_loses_the_name_and_nothing_else(cast):
    """The name that takes its place is longer, and has no room."""
    person = factories.make_member(cast.acme, "reader", "Anna", "a@example.org")
    longest = Evidence._meta.get_field("title").max_length
    rest = "of the whole year" + "!" * (longest - 22)
    factories.make_link(cast.acme, cast.con, title=f"Anna {rest}")
    erase_person(by=None, person=person)
    assert Evidence.objects.get().title == f"… {rest}"


def test_word_that_is_also_a_name_stays_a_word(cast):
    person = factories.make_member(cast.acme, "reader", "Will", "w@example.org")
    assessment = factories.make_assessment(cast.acme, cast.ada)
    note = "We will ask Will, as WILL said; his will is done."
    signing.answer(cast.con, assessment, "Q1", note=note)
    erase_person(by=None, person=person)
    note = assessment.answers.get(question__key="Q1").note
    called = f"Erased person {person.pk}"
    assert note == f"We will ask {called}, as {called} said; his will is done."


@pytest.mark.parametrize("form", [str.upper, partial(unicodedata.normalize, "NFD")])
def test_same_name_written_otherwise_is_somebody_elses_too(cast, eloise, form):
    other = factories.make_member(cast.acme, "reader", form(NAME))
    done = erase_person(by=None, person=eloise)
    assert (done.is_name_shared, done.namesakes) == (True, (other.email,))
    assert NAME in Evidence.objects.get().title


@pytest.mark.parametrize(
    "other",
    ["mary.eloise@example.org", "x-eloise@example.org", "eloise@example.org.uk"],
)
def test_longer_address_of_somebody_else_stays_whole(cast, eloise, other):
    """It ends or begins with the erased one: another mailbox."""
    invitation = people.invite(by=cast.zoe, organisation=cast.other, email=other, name="Mary", role="reader")
    signing.answer(cast.con, eloise.assessment, "Q2", note=f"{other}, {EMAIL}.")
    erase_person(by=None, person=eloise)
    invitation.refresh_from_db()
    assert invitation.email == other
    event = Event.objects.get(action="member.invited", organisation_id=cast.other.pk)
    assert trail.changes(event)[1]["person"] == other
    note = eloise.assessment.answers.get(question__key="Q2").note
    assert note == f"{other}, erased-{eloise.pk}@erased.invalid."
    assert list(tables.faults(cast.other.pk)) == []
    with pytest.raises(ValidationError, match="Nobody here"):
        erase_address(by=None, email=EMAIL)


def test_two_people_of_one_event_are_erased_one_after_the_other(cast, eloise):
    text = "Con Tributor asked " + NAME
    row = eloise.assessment.answers.get(question__key="Q3")
    discussion.comment(by=cast.ada, answer=row, text=text)
    erase_person(by=None, person=eloise)
    erase_person(by=cast.ada, person=cast.con)
    assert hits(NAME, "Con Tributor", "con@example.org") == set()
    assert verification.verify(cast.acme.pk) is None
    with pytest.raises(ValidationError, match="erased before"):
        erase_person(by=None, person=cast.con)


def test_command_asks_a_second_time(cast, eloise, monkeypatch, capsys):
    before = trail.head_of(cast.acme.pk)
    call_command("erase_person", EMAIL, "--dry-run")
    said = capsys.readouterr().out
    assert "1 memberships ended" in said
    assert "would be cleaned" in said
    for wrong in ({"confirm": "ada@example.org"}, {"confirm": ""}):
        with pytest.raises(CommandError, match="does not match"):
            call_command("erase_person", EMAIL, **wrong)
    assert trail.head_of(cast.acme.pk) == before
    assert hits(EMAIL)
    with pytest.raises(CommandError, match="Nobody here"):
        call_command("erase_person", "nobody@example.org")


def test_command_erases_and_leaves_no_bytes(committed, cast, eloise, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{EMAIL}\n"))
    call_command("erase_person", EMAIL)
    assert "were cleaned" in capsys.readouterr().out
    assert hits(NAME, EMAIL) == set()
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        assert EMAIL not in "\n".join(connection.connection.iterdump())
    factories.begin_chains()
    call_command("verify_trail")


def test_export_of_an_erased_chain_checks_itself(cast, eloise, tmp_path):
    erase_person(by=None, person=eloise)
    place = tmp_path / "trail.jsonl"
    call_command("export_trail", "acme", "--output", place)
    assert EMAIL not in place.read_text()
    assert main([str(place)]) == 0


def test_rows_of_two_organisations_are_erased_in_the_chain_of_each(cast, eloise):
    invitation = people.invite(
        by=cast.zoe, organisation=cast.other, email=EMAIL, name=NAME, role="contributor"
    )
    people.accept_invitation(by=eloise, invitation=invitation)
    theirs = factories.make_assessment(cast.other, cast.zoe)
    signing.answer(cast.zoe, theirs, "Q1", note=f"{NAME} knows.")
    people.invite(
        by=cast.zoe,
        organisation=cast.other,
        email="a@b.example",
        name=NAME,
        role="reader",
    )
    erase_person(by=None, person=eloise)
    assert NAME not in theirs.answers.get(question__key="Q1").note
    for organisation in (cast.acme, cast.other):
        assert [str(fault) for fault in tables.faults(organisation.pk)] == []


def test_looking_back_reads_texts_as_the_erasing_left_them(cast):
    invitation = people.invite(
        by=cast.ada, organisation=cast.acme, email=EMAIL, name=NAME, role="contributor"
    )
    came = people.accept_as_new(invitation=invitation, name=NAME, password="x" * 12)
    here = signing.begin(cast, factories.make_edition())
    signing.answer(cast.con, here, "Q1", note=f"First {NAME} was asked.")
    replaced, _ = trail.head_of(cast.acme.pk)
    signing.answer(cast.con, here, "Q1", note=f"{NAME} knows.")
    newest, _ = trail.head_of(cast.acme.pk)
    erase_person(by=None, person=came.user)
    assert NAME not in here.answers.get(question__key="Q1").note
    assert content_as_of(to_read(here.pk), newest) == content_of(to_read(here.pk))
    (line, *_) = content_as_of(to_read(here.pk), replaced).lines
    assert line.note == ERASED


def test_kept_figures_that_quote_a_name_are_counted_again(cast):
    """A void signature names the evidence that voids it."""
    quoted = f"Training of {NAME} \u201cQ\u201d"
    person = factories.make_member(cast.acme, "contributor", NAME, EMAIL)
    assessment = signing.make_ready(cast, is_begun=True)
    proof = assessment.answers.get(question__key="Q1").attachments.get().evidence
    describe(by=cast.con, evidence=proof, title=quoted)
    reviewing.send(by=cast.con, assessment=assessment)
    signing.sign(cast.rev, assessment)
    describe(by=cast.con, evidence=proof, title="Training")
    assessment = signing.fresh(assessment)
    today = timezone.localdate()
    figures([assessment], today)
    assert NAME in Summary.objects.get().figures
    erase_person(by=cast.ada, person=person)
    assert not Summary.objects.exists()
    figures([assessment], today)
    assert NAME not in Summary.objects.get().figures
