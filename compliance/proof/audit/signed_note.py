"""Signed checkpoints: C2SP signed-note and tlog-checkpoint, with Ed25519. Pure.

A note is text, an empty line and signatures. Ours says how many events a chain had,
the Merkle root and hash of the last of them, when, and the parts of the tree, from
which it can be gone on with. One file holds them one behind the other.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from compliance.proof.audit.merkle import Frontier

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

    CAN_CHECK = True
except ImportError:  # on an auditor's machine, signatures are left unchecked
    CAN_CHECK = False

ED25519 = b"\x01"
_NOTE = re.compile(
    rb"(?P<text>(?P<origin>\S+)\n\d{1,19}\n[A-Za-z0-9+/=]{44}\n(?:[^\n]+\n)*)\n"
    rb"(?P<signed>(?:\xe2\x80\x94 \S+ [A-Za-z0-9+/=]+\n)+)(?:\n|\Z)"
)


Keys = Mapping[bytes, datetime | None]
"""Public keys, and until when each signed: None for one in use."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a chain at a moment, as signed."""

    origin: str
    size: int
    root: bytes
    head: str
    at: datetime
    parts: tuple[bytes, ...]

    def text(self) -> str:
        """The body of the note: origin, size, root and three lines of ours."""
        lines = [
            self.origin,
            str(self.size),
            _base64(self.root),
            f"head {self.head}",
            f"at {self.at.isoformat(timespec='seconds')}",
            f"tree {_base64(b''.join(self.parts))}",
        ]
        return "\n".join(lines) + "\n"

    def frontier(self) -> Frontier:
        """The tree as it was, to go on from."""
        return Frontier(self.size, self.parts)


@dataclass(frozen=True, slots=True)
class Note:
    """A checkpoint with its signatures, as read and not believed yet."""

    text: str
    signatures: tuple[tuple[str, bytes], ...]


def origin_of(organisation_id: object) -> str:
    """The name of a chain; the key that signs its checkpoints has the same name."""
    return f"attest/trail/{organisation_id}"


def key_id(name: str, public: bytes) -> bytes:
    """Four bytes by which a signature names its key."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def verifier_key(name: str, public: bytes) -> str:
    """The public key in the form that other tools for notes take."""
    return f"{name}+{key_id(name, public).hex()}+{_base64(ED25519 + public)}"


def public_of(verifier: str) -> bytes:
    """The 32 bytes in a verifier key. Raises ``ValueError`` for what is none."""
    name, _, rest = verifier.strip().partition("+")
    number, _, key = rest.partition("+")
    raw = _bytes(key)
    if raw[:1] != ED25519 or len(raw) != 33 or key_id(name, raw[1:]).hex() != number:
        msg = "not a verifier key for Ed25519"
        raise ValueError(msg)
    return raw[1:]


def retired_key(name: str, public: bytes, until: datetime) -> str:
    """A verifier key that signed until a moment; ``keys_in`` reads it again."""
    return f"{verifier_key(name, public)}@{until.isoformat()}"


def keys_in(words: Iterable[str]) -> dict[bytes, datetime | None]:
    """The public keys in verifier keys, and until when each signed.

    Raises ``ValueError`` for what is none.
    """
    found: dict[bytes, datetime | None] = {}
    for each in words:
        verifier, at, until = each.strip().partition("@")
        moment = datetime.fromisoformat(until) if at else None
        if moment and moment.tzinfo is None:
            msg = "a verifier key whose moment has no time zone"
            raise ValueError(msg)
        found[public_of(verifier)] = moment
    return found


def signed(checkpoint: Checkpoint, key: "Ed25519PrivateKey") -> str:
    """The note of a checkpoint: its text, an empty line, the signature."""
    text = checkpoint.text()
    public = key.public_key().public_bytes_raw()
    signature = key_id(checkpoint.origin, public) + key.sign(text.encode())
    return f"{text}\n— {checkpoint.origin} {_base64(signature)}\n"


def is_signed_by(note: Note, public: bytes) -> bool | None:
    """Whether a note bears a signature of a key; None where that cannot be checked."""
    if not CAN_CHECK:
        return None
    key = Ed25519PublicKey.from_public_bytes(public)
    for name, signature in note.signatures:
        if signature[:4] != key_id(name, public):
            continue
        if name != note.text.split("\n", 1)[0]:
            continue
        try:
            key.verify(signature[4:], note.text.encode())
        except InvalidSignature:
            continue
        return True
    return False


def is_signed_by_one(note: Note, at: datetime, keys: Keys) -> bool | None:
    """Whether a note of a moment bears a signature of one of the keys that could sign then.

    None where that cannot be checked.
    """
    said = [
        is_signed_by(note, public)
        for public, until in keys.items()
        if until is None or (at.tzinfo and at <= until)
    ]
    return True if True in said else None if None in said else False


def notes_in(data: bytes) -> Iterator[Note | None]:
    """The notes of a file in their order; None for each stretch that is no note."""
    end = 0
    for found in _NOTE.finditer(data):
        if data[end : found.start()].strip():
            yield None
        end = found.end()
        try:
            yield _note(found)
        except ValueError:
            yield None
    if data[end:].strip():
        yield None


def checkpoint_in(note: Note) -> Checkpoint:
    """The checkpoint in a note. Raises ``ValueError`` when it is no checkpoint of a trail."""
    origin, size, root, *rest = note.text.splitlines()
    said = dict(line.split(" ", 1) for line in rest if " " in line)
    try:
        raw = _bytes(said["tree"]) if said.get("tree") else b""
        found = Checkpoint(
            origin=origin,
            size=int(size),
            root=_bytes(root),
            head=said["head"],
            at=datetime.fromisoformat(said["at"]),
            parts=tuple(raw[i : i + 32] for i in range(0, len(raw), 32)),
        )
    except KeyError as error:
        msg = "a checkpoint without head, time or tree"
        raise ValueError(msg) from error
    if found.frontier().root() != found.root:
        msg = "a checkpoint whose tree has another root"
        raise ValueError(msg)
    return found


def _note(found: re.Match[bytes]) -> Note:
    lines = found["signed"].decode().splitlines()
    parts = [line.split(" ") for line in lines]
    return Note(
        found["text"].decode(),
        tuple((name, _bytes(signature)) for _, name, signature in parts),
    )


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        msg = "not base64"
        raise ValueError(msg) from error
