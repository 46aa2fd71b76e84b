"""An erasing that nobody did, written by hand into events: it opens no text."""

import json

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from compliance.assurance.reviews import signature_integrity
from compliance.content.evidence.actions import add_link
from compliance.models import Answer, SignOff
from compliance.operations.closing.integrity import BEYOND
from compliance.operations.erasure.actions import erase_person
from compliance.proof.audit import tables, trail
from compliance.proof.audit.chain import canonical
from compliance.proof.audit.chain_check import Kind
from compliance.proof.audit.events import TRAIL_ERASED
from compliance.proof.audit.leaves import without
from compliance.proof.audit.models import PEOPLE, Event
from compliance.proof.audit.transaction import writing
from compliance.work.assessments import actions as assessments
from compliance.work.discussion import actions as discussion
from tests.proof.audit.tampering import Guardless
from tests.support import factories, signing

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
FORGED = "Forged words."


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def here(cast):
    """An assessment with the texts that people write."""
    edition = factories.make_edition()
    factories.take_into_trail(cast.acme)
    begun = assessments.start(
        by=cast.otto, organisation=cast.acme, edition=edition, subject="Acme Ltd",
        period_from="2026-01-01", period_to="2026-12-31", facts={},
    )  # fmt: skip
    signing.answer(cast.con, begun, "Q1", verdict="met", note="In the wiki.")
    signing.answer(cast.con, begun, "Q2", verdict="na", reason="No such data.")
    add_link(by=cast.con, organisation=cast.acme, title="Policy", url="https://a.example/p")
    row = begun.answers.get(question__key="Q1")
    discussion.comment(by=cast.con, answer=row, text="In the binder.")
    return begun


def forge(organisation_id, person, goes, *, rows=None, action=None):
    """Take texts out of events as erasing does, and record it as erasing does."""
    left = {}
    with Guardless():
        events = Event.objects.filter(organisation_id=organisation_id)
        for event in events.filter(**({"action": action} if action else {})):
            content, salts, gone = without(
                json.loads(event.payload), event.salts, ["/**"], goes,
            )  # fmt: skip
            if gone:
                events.filter(pk=event.pk).update(payload=canonical(content), salts=salts)
                left[str(event.seq)] = gone
    assert left
    with writing():
        if rows:
            rows()
        trail.record(
            by=None, organisation_id=organisation_id, action=TRAIL_ERASED,
            subject=person, after={"events": left},
        )  # fmt: skip


def faults(organisation_id):
    return [fault.what for look in BEYOND for fault in look(organisation_id)]


TEXTS = {
    "note": ("answer", "note", "In the wiki."),
    "reason": ("answer", "reason", "No such data."),
    "comment": ("comment", "text", "In the binder."),
    "title of evidence": ("evidence", "title", "Policy"),
    "address of evidence": ("evidence", "url", "https://a.example/p"),
    "subject": ("assessment", "subject", "Acme Ltd"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_text_that_a_forged_erasing_opens_is_named(cast, here, capsys, name):
    table, column, text = TEXTS[name]
    forge(cast.acme.pk, cast.con, lambda _, leaf: leaf == text)
    with Guardless():
        rows = apps.get_model("compliance", table)._base_manager
        assert rows.filter(**{column: text}).update(**{column: FORGED})
    label = f"“{tables.label_of(rows.model, column)}” of {rows.model._meta.verbose_name}"
    found = faults(cast.acme.pk)
    assert any(what.startswith(f"text no longer proven: {label}") for what in found)
    assert any("chain of people lacks" in what for what in found)
    with pytest.raises(CommandError):
        call_command("verify_trail")
    assert f"text no longer proven: {label}" in capsys.readouterr().out


def test_forger_who_writes_rows_too_cannot_choose_the_words(cast, here):
    def rows():
        assert Answer.objects.filter(note="In the wiki.").update(note=FORGED)

    forge(cast.acme.pk, cast.con, lambda _, leaf: leaf == "In the wiki.", rows=rows)
    assert any("words that no erasing leaves" in what for what in faults(cast.acme.pk))


@pytest.mark.parametrize("words", ["Erased person {}5 agreed.", "I agree …", "Erased person {} agreed."])
def test_form_of_an_erasing_alone_does_not_do(cast, here, words):
    """The text of before can be read still; so it is that, and no more than a name goes."""
    fresh = words.format(cast.con.pk)

    def rows():
        assert Answer.objects.filter(note="In the wiki.").update(note=fresh)

    forge(cast.acme.pk, cast.con, lambda _, leaf: leaf == "Acme Ltd", rows=rows)
    assert any("words that no erasing leaves" in what for what in faults(cast.acme.pk))


def test_text_that_is_erased_needs_the_number_of_the_person(cast, here):
    def rows():
        fresh = f"Erased person {cast.con.pk}5 agreed …"
        assert Answer.objects.filter(note="In the wiki.").update(note=fresh)

    forge(cast.acme.pk, cast.con, lambda _, leaf: leaf == "In the wiki.", rows=rows)
    assert any("words that no erasing leaves" in what for what in faults(cast.acme.pk))


def test_entry_of_people_that_erases_no_account_does_not_do(cast, here):
    forge(cast.acme.pk, cast.con, lambda _, leaf: leaf == "In the wiki.")
    with writing():
        trail.record(
            by=None, organisation_id=PEOPLE, action=TRAIL_ERASED, subject=cast.con,
            after={"events": {}},
        )  # fmt: skip
    assert any("chain of people lacks" in what for what in faults(cast.acme.pk))


def test_long_title_loses_the_name_to_an_ellipsis(cast, here):
    """No alarm: the column has no room for what else takes the place of a name."""
    title = f"{cast.con.name} {'x' * 300}"[:200]
    add_link(by=cast.otto, organisation=cast.acme, title=title, url="https://a.example/")
    erase_person(by=None, person=cast.con)
    assert (faults(cast.acme.pk), faults(PEOPLE)) == ([], [])


SIGNED = ["signer", "role", "statement", "reservations"]


@pytest.mark.parametrize("column", SIGNED)
def test_words_of_a_signature_stay_proven(cast, column):
    signing.make_signed(cast)
    row = SignOff.objects.get()
    place = f"/after/{column}"
    forge(cast.acme.pk, cast.rev, lambda at, _: at == place, action="assessment.signed")
    with Guardless():
        SignOff.objects.filter(pk=row.pk).update(**{column: FORGED})
    [fault] = signature_integrity.faults(cast.acme.pk)
    assert (fault.kind, fault.what) == (
        Kind.SNAPSHOT,
        f"the signature was changed: {column}",
    )


def test_true_erasing_raises_no_alarm(cast, here):
    signing.answer(cast.otto, here, "Q3", note=f"Ask {cast.con.name}.")
    erase_person(by=None, person=cast.con)
    assert (faults(cast.acme.pk), faults(PEOPLE)) == ([], [])
