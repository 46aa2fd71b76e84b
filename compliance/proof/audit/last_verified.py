"""When a chain was last verified, and how far: a signed note next to its checkpoints."""

import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from compliance.proof.audit import checkpoints, verification
from compliance.proof.audit.chain_check import Checked
from compliance.proof.audit.signed_note import Checkpoint


@dataclass(frozen=True, slots=True)
class Verified:
    """The last time that no fault was found, and the number of events then."""

    at: datetime
    size: int


def verified(organisation_id: UUID) -> Verified | None:
    """The last verification, if there was one and its note bears our signature.

    A quick check leaves out what a note says was verified, so anybody else's is none.
    """
    try:
        said = json.loads(_path(organisation_id).read_text())
        found = Verified(datetime.fromisoformat(said["at"]), int(said["size"]))
        is_ours = checkpoints.is_ours(_signed_text(organisation_id, found), said["signature"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if is_ours else None


def verify(organisation_id: UUID, *, is_quick: bool = False) -> Checked:
    """Check a chain and keep a note when it stands as written.

    A quick check begins at the last signed checkpoint up to which a check was made
    before: what lies before it is counted, not read again.
    """
    since = _since(organisation_id) if is_quick else None
    found = verification.checked(organisation_id, since)
    if found.fault is None and verification.organisation_exists(organisation_id):
        _keep(organisation_id, found.size)
    return found


def _since(organisation_id: UUID) -> Checkpoint | None:
    last = verified(organisation_id)
    if last is None:
        return None
    signed, forged = verification.signed_checkpoints(organisation_id)
    if forged:
        return None
    return max(
        (each for each in signed if each.size <= last.size),
        key=lambda each: each.size,
        default=None,
    )


def _keep(organisation_id: UUID, size: int) -> None:
    path = _path(organisation_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    now = Verified(timezone.now(), size)
    signature = checkpoints.signature_of(_signed_text(organisation_id, now))
    text = json.dumps({"at": now.at.isoformat(), "size": size, "signature": signature})
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w") as file:
        file.write(text)
    fresh.replace(path)


def _signed_text(organisation_id: UUID, found: Verified) -> str:
    """The signed text; it differs from that of a checkpoint."""
    return f"verified {organisation_id} {found.size} {found.at.isoformat()}"


def _path(organisation_id: UUID) -> Path:
    return Path(settings.CHECKPOINTS_DIR) / f"{organisation_id}.verified"
