"""A backup of an installation with something of everything, and a folder to restore in."""

import shutil
from types import SimpleNamespace

import pytest

from compliance.operations.backups.verify import opened
from compliance.proof.audit import checkpoints, verification
from compliance.work.snapshots.snapshot import content_of, to_read
from tests.assurance.bundles.making import bundle_of
from tests.operations.backups import installations


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """The work of ``saved``, done once: its folder, and the rows that stood when it was made."""
    return SimpleNamespace(there=tmp_path_factory.mktemp("there"))


@pytest.fixture
def saved(committed, settings, tmp_path, made):
    """An installation as it was, its backup, and an empty one now, in another folder."""
    if not hasattr(made, "path"):
        installations.in_folder(settings, made.there)
        _make(made)
        installations.empty()
    here = tmp_path / "here"
    installations.in_folder(settings, here)
    shutil.copytree(made.there / "keys", here / "keys")
    return SimpleNamespace(**vars(made), here=here)


def _make(made):
    world = installations.build()
    for organisation_id in verification.chains():
        checkpoints.checkpoint(organisation_id)
    path = made.there / "backup.zip"
    made.said = installations.run("backup", path)
    with opened(path) as backup:
        made.manifest = backup.manifest
    made.world = world
    made.rows = installations.stored()
    made.files = installations.files_in(made.there)
    made.guards = installations.guarded()
    made.content = content_of(to_read(world.full.pk)).content_hash
    made.bundle = bundle_of(world.full)
    made.verified = installations.run("verify_trail")
    made.path = path
