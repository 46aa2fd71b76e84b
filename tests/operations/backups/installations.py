"""An installation with something of everything, moved between folders, for tests."""

import io
from contextlib import contextmanager
from types import SimpleNamespace

from allauth.account.forms import default_token_generator
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from compliance.assurance.seats.actions import share
from compliance.identity.organisations.actions import invite
from compliance.models import Challenge, Invitation, Presence, User
from compliance.operations.backups import guards, tables
from compliance.reporting.calendar.actions import make_feed
from tests.assurance.bundles.making import make_everything, publish
from tests.support import auditor_seats, signing
from tests.support.factories import begin_chains, make_cast


def build():
    """Running and signed assessments, files, a report, a seat, links that are open."""
    cast = make_cast()
    full = make_everything(cast)
    edition = publish("Q1", "Q2", "Q3", checklist="signed", organisation=cast.acme)
    signed = signing.make_signed(cast, edition)
    auditor_seats.make_report(full, cast.ada)
    auditor_seats.give(cast, full)
    feed, feed_token = make_feed(by=cast.con, organisation=cast.acme, is_own_only=True)
    link, token = share(by=cast.otto, assessment=full, label="Bank", days=30)
    User.objects.create_user("new@example.org", name="New")  # without a password
    invitation = invite(
        by=cast.ada,
        organisation=cast.acme,
        email="new@example.org",
        name="New",
        role="reader",
    )
    reset = {user.email: default_token_generator.make_token(user) for user in User.objects.all()}
    now = timezone.now()
    Challenge.objects.create(user=cast.ada, session_hash="s", value="v", asked_at=now)
    Presence.objects.create(assessment=full, user=cast.ada, at=now)
    begin_chains()
    return SimpleNamespace(
        cast=cast,
        full=full,
        signed=signed,
        link=link,
        token=token,
        feed=feed,
        feed_token=feed_token,
        reset=reset,
        invitation=Invitation.objects.get(pk=invitation.pk),
    )


def in_folder(settings, folder):
    """Let this process work in a data folder."""
    settings.DATA_DIR = folder
    settings.MEDIA_ROOT = folder / "files"
    settings.CHECKPOINTS_DIR = folder / "checkpoints"
    settings.KEYS_DIR = folder / "keys"


def stored():
    """Every row of every table that a backup has, as the database has it."""
    found = {}
    with connection.cursor() as cursor:
        for model in tables.kept():
            table, key = model._meta.db_table, model._meta.pk.column
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY "{key}"')  # noqa: S608
            names = [column[0] for column in cursor.description]
            found[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return found


def files_in(folder):
    """Name to bytes of every file of a data folder that a backup has."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for room in ("files", "reports", "checkpoints")
        for path in (folder / room).rglob("*")
        if path.is_file() and path.suffix != ".verified"
    }


def empty():
    """Leave no row, as a new database has none."""
    with transaction.atomic(), guards.aside(), connection.cursor() as cursor:
        for model in tables.every():
            cursor.execute(f'DELETE FROM "{model._meta.db_table}"')  # noqa: S608


def guarded():
    """Name, and statement or state, of each trigger."""
    asked = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        asked = "SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal"
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return set(cursor.fetchall())


def run(command, *given):
    """The output of a command, its complaint at the end included."""
    out = io.StringIO()
    try:
        call_command(command, *map(str, given), stdout=out, stderr=out)
    except CommandError as error:
        out.write(f"{error}\n")
    return out.getvalue()


@contextmanager
def changed(path, at, bits):
    """A file with some bits of a byte turned, for a while."""
    with path.open("r+b") as file:
        file.seek(at)
        was = file.read(1)[0]
        file.seek(at)
        file.write(bytes([was ^ bits]))
    yield
    with path.open("r+b") as file:
        file.seek(at)
        file.write(bytes([was]))
