"""Checkpoints: signed statements of the length of a chain, outside the database.

A chain that was cut, rolled back or hashed again from some event on is consistent in
itself. Anything signed and written elsewhere before shows it. One file for each chain
in ``CHECKPOINTS_DIR``, only ever added to; the key lies in ``KEYS_DIR``.
"""

import fcntl
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError
from django.db.models import Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from compliance.ground.web.folders import flush, fresh, locked
from compliance.ground.web.mail import queue_mail
from compliance.ground.web.secret import RETIRED, kept_file
from compliance.proof.audit.chain import START
from compliance.proof.audit.merkle import Frontier
from compliance.proof.audit.models import ChainHead, Event
from compliance.proof.audit.signed_note import (
    Checkpoint,
    Keys,
    Note,
    checkpoint_in,
    is_signed_by_one,
    key_id,
    keys_in,
    notes_in,
    origin_of,
    retired_key,
    signed,
    verifier_key,
)
from compliance.proof.audit.transaction import writing

logger = logging.getLogger(__name__)

KEY = "trail.pem"
"""The file in ``KEYS_DIR`` with the key that checkpoints are signed with."""
_NAME = "attest/trail"
"""The name that a retired key is kept under; that of a chain is longer."""
_SUFFIX = ".checkpoints"
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NEVER = datetime.min.replace(tzinfo=UTC)
_UNTIL_REPLACED = timedelta(minutes=1)
"""The most that it takes to put a new key in the place of the old one."""
_TAIL_BYTES = 16384
"""Holds the last note of a file whole: one is under 4,000 bytes."""


class CheckpointError(Exception):
    """The chain does not go on from what was signed before; nothing was written."""


def path_of(organisation_id: UUID) -> Path:
    """The file with the checkpoints of a chain, there or not."""
    return Path(settings.CHECKPOINTS_DIR) / f"{organisation_id}{_SUFFIX}"


def signed_chains() -> list[UUID]:
    """The organisation ids that have a file of checkpoints, whatever the database has."""
    names = (path.stem for path in Path(settings.CHECKPOINTS_DIR).glob(f"*{_SUFFIX}"))
    return [UUID(name) for name in names if _ID.fullmatch(name)]


def public_key() -> bytes:
    """The 32 bytes that checkpoints of this installation are checked with."""
    return _key().public_key().public_bytes_raw()


def own_keys() -> Keys:
    """The keys of this installation: the one in use and those that it replaced.

    Raises ``CheckpointError`` for a file of a retired key that cannot be read.
    """
    used = public_key()  # first: whoever replaces it has put it among the others before
    retired: dict[bytes, datetime | None] = {}
    for path in sorted((Path(settings.KEYS_DIR) / RETIRED).glob("trail-*.pub")):
        try:
            retired |= keys_in([path.read_text()])
        except ValueError as error:
            msg = f"{path} holds no retired key: {error}"
            raise CheckpointError(msg) from error
    return retired | {used: None}


def replace_key() -> None:
    """A new key signs from now on; what the old one signed until now still counts.

    The old one's public half is kept in the folder ``retired``. Every process reads the
    key for each signature, so none has to start again.
    """
    path = Path(settings.KEYS_DIR) / KEY
    public_key()  # makes the folder, too
    with locked(path.parent, fcntl.LOCK_EX):
        public = public_key()
        # Before the key is gone, and with time for what others sign until it is: whoever is
        # killed in between loses nothing.
        _retire(public, timezone.now() + _UNTIL_REPLACED)
        with fresh(path, [_made()]) as new:
            new.replace(path)
        _retire(public, timezone.now())


def _retire(public: bytes, until: datetime) -> None:
    number = key_id(_NAME, public).hex()
    path = Path(settings.KEYS_DIR) / RETIRED / f"trail-{number}.pub"
    text = f"{retired_key(_NAME, public, until)}\n"
    with fresh(path, [text.encode()]) as new:
        new.replace(path)


def signature_of(text: str) -> str:
    """Ed25519 over a text of this installation, as hexadecimal digits."""
    return _key().sign(text.encode()).hex()


def signed_as(name: str, text: str) -> bytes:
    """The signature of a note of that name: the id of the key, then Ed25519."""
    key = _key()
    number = key_id(name, key.public_key().public_bytes_raw())
    return number + key.sign(text.encode())


def is_ours(text: str, signature: str) -> bool:
    """Whether this installation signed a text; ``ValueError`` for no digits."""
    try:
        _key().public_key().verify(bytes.fromhex(signature), text.encode())
    except InvalidSignature:
        return False
    return True


def verifier(organisation_id: UUID) -> str:
    """The key in words, for whoever checks a chain elsewhere."""
    return verifier_key(origin_of(organisation_id), public_key())


def retired_verifiers(organisation_id: UUID) -> list[str]:
    """The retired keys in words that ``check_trail.py`` takes, oldest first."""
    ended = ((until, public) for public, until in own_keys().items() if until)
    origin = origin_of(organisation_id)
    return [retired_key(origin, public, until) for until, public in sorted(ended)]


def passing() -> QuerySet[ChainHead]:
    """The chains of samples, which nobody signs.

    The mark of the head alone takes no chain out of signing: the trail proves whose sample
    an organisation is, and not the mark.
    """
    organisations = apps.get_model("compliance", "Organisation")._base_manager
    samples = organisations.filter(sample_of__isnull=False)
    return ChainHead.objects.filter(is_disposable=True, pk__in=samples.values("pk"))


def checkpoint(organisation_id: UUID, *, is_lost: bool = False) -> Checkpoint | None:
    """Sign how far a chain is and keep that; None where no event is new, and of a sample.

    Reads what was committed, so it belongs behind a commit. Raises
    ``CheckpointError`` when the chain does not go on from the last checkpoint, or when
    that is gone from its file and ``is_lost`` does not say that this is known. Raises
    ``OSError`` when the file cannot be written.
    """
    if passing().filter(pk=organisation_id).exists():
        return None
    with _held(path_of(organisation_id)) as file:
        last = _last(file, organisation_id)
        if not is_lost:
            _refuse_lost(organisation_id, last)
        made = _next(organisation_id, last)
        if made:
            _append(file, note_of(made))
    if newest := made or last:
        # One statement, and no writing(): behind a commit the turn is still taken.
        head = ChainHead.objects.filter(pk=organisation_id)
        head.exclude(signed=newest.size).update(signed=newest.size)
    return made


def checkpoint_safely(organisation_id: UUID) -> Checkpoint | None:
    """The same where a failure must stop nothing: it is logged instead."""
    try:
        return checkpoint(organisation_id)
    except (CheckpointError, OSError, DatabaseError):
        logger.exception("No checkpoint was made of the trail of %s.", organisation_id)
        return None


def checkpoint_due() -> list[Checkpoint]:
    """Checkpoints of all chains that went on and have none from the last hour.

    The span is ``CHECKPOINT_MINUTES``. They are mailed where ``CHECKPOINT_MAIL``
    names someone. A file that is as it was when it was read before is not opened again.
    """
    now = timezone.now()
    since = now - timedelta(minutes=settings.CHECKPOINT_MINUTES)
    made = []
    lasting = ChainHead.objects.exclude(pk__in=passing().values("pk"))
    for organisation_id, seq in lasting.values_list("pk", "seq"):
        size, at = _ends(organisation_id)
        if size == seq or since < at <= now:  # one still to come was of a wrong clock
            continue
        if fresh := checkpoint_safely(organisation_id):
            made.append(fresh)
            _ends(organisation_id)
    if made and settings.CHECKPOINT_MAIL:
        with writing():
            queue_mail(
                organisation_id=None,
                to=settings.CHECKPOINT_MAIL,
                subject="Checkpoints of the trail",
                template="checkpoints",
                context={"notes": [note_of(each) for each in made]},
            )
    return made


def note_of(checkpoint: Checkpoint) -> str:
    """A checkpoint of ours as a signed note; the same one gives the same bytes."""
    return signed(checkpoint, _key())


def latest(organisation_id: UUID) -> Checkpoint | None:
    """The last checkpoint that bears this installation's signature, if any."""
    try:
        with path_of(organisation_id).open("rb") as file:
            return _last(file, organisation_id)
    except (FileNotFoundError, NotADirectoryError):
        return None


_read: dict[UUID, tuple[tuple[int, ...], int, datetime]] = {}
"""By chain: size and times of its file when that was read, and the end of its last checkpoint."""


def _ends(organisation_id: UUID) -> tuple[int, datetime]:
    """Size and time of the last checkpoint; what the database says of it proves nothing."""
    try:
        found = path_of(organisation_id).stat()
    except (FileNotFoundError, NotADirectoryError):
        return 0, _NEVER
    looks = (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
    if organisation_id not in _read or _read[organisation_id][0] != looks:
        last = latest(organisation_id)
        size, at = (last.size, last.at) if last else (0, _NEVER)
        _read[organisation_id] = looks, size, at
    return _read[organisation_id][1:]


def unsigned_since() -> datetime | None:
    """When the oldest event was written that no checkpoint covers; None without one."""
    first = Event.objects.filter(organisation_id=OuterRef("pk"), seq=Coalesce(OuterRef("signed"), 0) + 1)
    lasting = ChainHead.objects.exclude(pk__in=passing().values("pk"))
    waiting = lasting.annotate(first_at=Subquery(first.values("at")))
    oldest: datetime | None = waiting.aggregate(at=Min("first_at"))["at"]
    return oldest


def kept(organisation_id: UUID) -> tuple[list[Note], int]:
    """All notes of a chain as they lie there, and how many stretches are none."""
    try:
        data = path_of(organisation_id).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return [], 0
    found = list(notes_in(data))
    return [note for note in found if note], found.count(None)


def _key() -> Ed25519PrivateKey:
    pem = kept_file(Path(settings.KEYS_DIR) / KEY, _made)
    key = serialization.load_pem_private_key(pem, None)
    if not isinstance(key, Ed25519PrivateKey):
        msg = "trail.pem in ATTEST_KEYS_DIR is not an Ed25519 key"
        raise CheckpointError(msg)
    return key


def _made() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _refuse_lost(organisation_id: UUID, last: Checkpoint | None) -> None:
    """A new one would hide that the newest was taken away."""
    head = ChainHead.objects.filter(pk=organisation_id).first()
    if head and (head.signed or 0) > (last.size if last else 0):
        msg = (
            f"the checkpoint of {head.signed} events is missing from its file. Restore the"
            " file, or run “manage.py checkpoint --lost” to start again without it"
        )
        raise CheckpointError(msg)


def _next(organisation_id: UUID, last: Checkpoint | None) -> Checkpoint | None:
    """The checkpoint of a chain as it stands, going on from the last one."""
    frontier = last.frontier() if last else Frontier()
    size, head = (last.size, last.head) if last else (0, START)
    events = Event.objects.filter(organisation_id=organisation_id, seq__gte=size)
    rows = events.order_by("seq").values_list("seq", "hash", "previous_hash")
    stands = 0
    for seq, own, previous in rows.iterator(chunk_size=2000):
        stands = seq
        if seq == size and own == head:
            continue
        if seq != frontier.size + 1 or previous != head:
            msg = f"event {seq} does not go on from the last checkpoint, at {size}"
            raise CheckpointError(msg)
        frontier.add(bytes.fromhex(own))
        head = own
    if stands < size:
        msg = f"the last checkpoint is at event {size}, which is missing"
        raise CheckpointError(msg)
    if frontier.size == size:
        return None
    return Checkpoint(
        origin_of(organisation_id),
        frontier.size,
        frontier.root(),
        head,
        timezone.now(),
        tuple(frontier.parts),
    )


def _last(file: BinaryIO, organisation_id: UUID) -> Checkpoint | None:
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - _TAIL_BYTES))
    notes = [note for note in notes_in(file.read()) if note]
    own = own_keys()
    for note in reversed(notes):
        try:
            found = checkpoint_in(note)
        except ValueError:
            continue
        is_its = found.origin == origin_of(organisation_id)
        if is_its and is_signed_by_one(note, found.at, own):
            return found
    return None


@contextmanager
def _held(path: Path) -> Iterator[BinaryIO]:
    """The file, opened to read and to add to, for one process at a time."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o600), "r+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _append(file: BinaryIO, note: str) -> None:
    """Add a note, on the disk before anybody hears of it; what a crash tore stays apart.

    A line without room on the disk is taken away again, so that the file ends as it
    did.
    """
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - 2))
    apart = b"" if end == 0 or file.read() == b"\n\n" else b"\n\n"
    left = apart + note.encode() + b"\n"
    try:
        while left:
            left = left[file.write(left) :]
        os.fsync(file.fileno())
    except OSError:
        file.truncate(end)
        raise
    flush(Path(settings.CHECKPOINTS_DIR))
