"""A backup restored in another folder is the installation that it was made of."""

import io
import shutil
import stat

import pytest
from allauth.account.forms import default_token_generator
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.utils import timezone

from compliance.assurance.seats.actions import open_share
from compliance.models import (
    Challenge,
    Feed,
    Invitation,
    Presence,
    ShareLink,
    User,
)
from compliance.operations.backups.verify import opened
from compliance.proof.audit import verification
from compliance.reporting.calendar.feed_dates import feed_of
from compliance.work.discussion.actions import comment
from compliance.work.search.queries import find
from compliance.work.snapshots.snapshot import content_of, to_read
from tests.assurance.bundles.making import bundle_of
from tests.operations.backups import installations

pytestmark = pytest.mark.slow

CHANGED = {
    "compliance_user": {"last_login", "password"},
    "compliance_feed": {"token_hash"},
    "compliance_invitation": {"token_hash"},
    "compliance_sharelink": {"token_hash"},
}
"""Secrets that open nothing any more afterwards."""


def but_links(rows):
    return {
        table: [
            {name: value for name, value in row.items() if name not in CHANGED.get(table, ())}
            for row in found
        ]
        for table, found in rows.items()
        if table != "django_tasks_database_dbtaskresult"
    }


def test_all_is_as_it_was(saved):
    said = installations.run("restore", saved.path)
    assert but_links(installations.stored()) == but_links(saved.rows)
    assert sum(map(len, saved.rows.values())) > 300
    assert installations.files_in(saved.here) == saved.files
    assert {name.partition("/")[0] for name in saved.files} == {
        "checkpoints",
        "files",
        "reports",
    }
    full = saved.world.full
    assert content_of(to_read(full.pk)).content_hash == saved.content
    assert bundle_of(full) == saved.bundle
    assert [verification.verify(pk) for pk in verification.chains()] == [None] * 4
    assert said.endswith(saved.verified)


def test_what_guards_rows_stands_again(saved):
    installations.run("restore", saved.path)
    assert installations.guarded() == saved.guards
    with pytest.raises(DatabaseError, match="a signed assessment is never changed"):
        saved.world.signed.answers.update(note="Changed below the program.")


def test_search_finds_what_came(saved):
    installations.run("restore", saved.path)
    for text in ("kept since may", "policy.pdf", "binder"):
        assert find(saved.world.cast.acme, text)


def test_new_rows_get_numbers_that_no_row_ever_had(saved):
    """Events name rows that are gone by their number."""
    highest = saved.manifest.tables["compliance_comment"].last_id
    installations.run("restore", saved.path)
    said = comment(
        by=saved.world.cast.rev,
        answer=saved.world.full.answers.first(),
        text="Once more.",
    )
    assert said.pk == highest + 1


def test_a_backup_of_what_was_restored_has_the_same_rows(saved, tmp_path):
    installations.run("restore", saved.path)
    installations.run("backup", tmp_path / "again.zip")
    with opened(tmp_path / "again.zip") as again:
        now = again.manifest
    unlike = {
        name
        for name in now.members.keys() | saved.manifest.members.keys()
        if now.members.get(name) != saved.manifest.members.get(name)
    }
    assert unlike == {"rows/compliance_user.jsonl"}
    assert now.tables == saved.manifest.tables
    assert now.chains == saved.manifest.chains


def test_links_and_waiting_questions_are_over(saved):
    installations.run("restore", saved.path)
    assert open_share(token=saved.world.token) is None
    assert feed_of(saved.world.feed_token) is None
    assert Feed.objects.get().is_over
    link, invitation = ShareLink.objects.get(), Invitation.objects.get()
    for row, was in ((link, saved.world.link), (invitation, saved.world.invitation)):
        assert row.token_hash != was.token_hash
        assert row.expires_at == was.expires_at  # the trail has it
    assert invitation.is_over
    assert not ShareLink.objects.open_at(timezone.now()).exists()
    assert not Challenge.objects.exists()
    assert not Presence.objects.exists()
    with opened(saved.path) as backup:
        whole = b"".join(
            line for name in backup.names if name.startswith("rows/") for line in backup.lines(name)
        )
    assert saved.world.link.token_hash.encode() not in whole
    assert saved.world.feed.token_hash.encode() not in whole
    assert b"new@example.org" in whole
    assert b"invites you" not in whole


def test_a_link_that_resets_a_password_opens_nothing(saved):
    installations.run("restore", saved.path)
    users = list(User.objects.exclude(email__startswith="user"))
    assert {"ada@example.org", "new@example.org"} <= {user.email for user in users}
    for user in users:
        token = saved.world.reset[user.email]
        assert not default_token_generator.check_token(user, token)


def test_the_file_is_for_its_owner_only_and_says_what_is_not_in_it(saved):
    assert stat.S_IMODE(saved.path.stat().st_mode) == 0o600
    assert f"the folder {saved.there / 'keys'} once" in saved.said
    secrets = [path.read_bytes() for path in (saved.there / "keys").iterdir()]
    assert secrets
    assert not any(secret in saved.path.read_bytes() for secret in secrets)


def test_without_the_key_it_is_said_what_to_copy(saved):
    shutil.rmtree(saved.here / "keys")
    with pytest.raises(CommandError, match="Copy its keys folder there"):
        call_command("restore", str(saved.path), stdout=io.StringIO())
    assert not (saved.here / "keys").exists()
    shutil.copytree(saved.there / "keys", saved.here / "keys")
    assert installations.run("verify_trail") == saved.verified


def test_checkpoints_that_were_there_are_kept_aside(saved):
    (saved.here / "checkpoints").mkdir()
    name = f"{saved.world.cast.acme.pk}.checkpoints"
    there = (saved.there / "checkpoints" / name).read_bytes()
    (saved.here / "checkpoints" / name).write_bytes(there + b"more\n")
    said = installations.run("restore", saved.path)
    assert "reach further than the backup; they are kept as" in said
    (aside,) = (saved.here / "checkpoints").glob("*.before-*")
    assert aside.read_bytes() == there + b"more\n"
