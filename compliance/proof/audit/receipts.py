"""Receipts: signed notes that a chain was deleted with its organisation, and how it ended.

A missing chain is a fault unless a receipt explains it. Each receipt is a file in
``CHECKPOINTS_DIR``, named by the SHA-256 of the organisation's id: it names nobody, and only
someone who knows the id can find it. The format is C2SP's signed note; the key is that of
the checkpoints.
"""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

from compliance.ground.web.folders import fresh
from compliance.ground.web.text import counted
from compliance.proof.audit import checkpoints
from compliance.proof.audit.signed_note import Note, is_signed_by_one
from compliance.templatetags.ui import long_day

NOTHING, UNKNOWN = "nothing", "unknown"
_SUFFIX = ".receipt"
_NAME = re.compile(rf"[0-9a-f]{{64}}{re.escape(_SUFFIX)}")
_ORIGIN = "attest/deletion/"
_SIGNED = re.compile(r"\n— (\S+) ([A-Za-z0-9+/=]+)\n\Z")
_TEXT = re.compile(
    rf"{_ORIGIN}(?P<organisation>[0-9a-f]{{64}})\n"
    r"asked (?P<asked_at>\S+) by account (?P<account>\d+)\n"
    r"deleted from (?P<began_at>\S+) to (?P<ended_at>\S+)\n"
    r"chain (?P<size>\d+) (?P<head>[0-9a-f]{64})\n"
    r"rows (?P<rows>\d+)\n"
    r"files (?P<files>\d+)\n"
    rf"(?:stays (?P<stays>{NOTHING}|{UNKNOWN}|\d+ until \S+)\n)?"
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The record of a deletion: when, on whose request, the end of the chain, rows and files.

    ``organisation`` is the SHA-256 of its id, ``account`` the number of the owner who asked.
    ``stays`` is what a store of files keeps of them (``stays``), "" of a disk.
    """

    organisation: str
    asked_at: datetime
    account: int
    began_at: datetime
    ended_at: datetime
    size: int
    head: str
    rows: int
    files: int
    stays: str = ""

    def text(self) -> str:
        """The body of the note: the origin, then one line for each fact."""
        return (
            f"{_ORIGIN}{self.organisation}\n"
            f"asked {_moment(self.asked_at)} by account {self.account}\n"
            f"deleted from {_moment(self.began_at)} to {_moment(self.ended_at)}\n"
            f"chain {self.size} {self.head}\n"
            f"rows {self.rows}\n"
            f"files {self.files}\n"
        ) + (f"stays {self.stays}\n" if self.stays else "")

    @property
    def has_rest(self) -> bool:
        """Whether a store of files keeps something of it, or may."""
        return self.stays not in {"", NOTHING}

    def stays_in_words(self) -> str:
        """A sentence on the files that the store still has; "" where files lay on a disk."""
        if not self.stays or self.stays == NOTHING:
            return self.stays and "The store of files keeps no version of them."
        if self.stays == UNKNOWN:
            return (
                "The store of files does not say whether it keeps versions of them; its rules say how long."
            )
        count, _, until = self.stays.partition(" until ")
        kept = f"The store of files keeps {counted(int(count), 'version')} of them"
        if until == UNKNOWN:
            return f"{kept}, and does not say until when."
        return f"{kept} under a lock until {long_day(datetime.fromisoformat(until))}."


def stays(count: int, until: datetime | None) -> str:
    """The words of a receipt for versions of files that a store does not delete."""
    if not count:
        return NOTHING
    return f"{count} until {_moment(until) if until else UNKNOWN}"


def name_of(organisation_id: UUID) -> str:
    """The SHA-256 of an organisation's id, as 64 hexadecimal digits."""
    return hashlib.sha256(str(organisation_id).encode()).hexdigest()


def path_of(name: str) -> Path:
    """The path of a receipt, whether or not it exists. ``ValueError`` if ``name`` is no hash."""
    if not _NAME.fullmatch(f"{name}{_SUFFIX}"):
        msg = "not a SHA-256"
        raise ValueError(msg)
    return Path(settings.CHECKPOINTS_DIR) / f"{name}{_SUFFIX}"


def paths() -> Iterator[Path]:
    """The files of all receipts."""
    folder = Path(settings.CHECKPOINTS_DIR)
    yield from sorted(p for p in folder.glob(f"*{_SUFFIX}") if _NAME.fullmatch(p.name))


def signed(receipt: Receipt) -> str:
    """A receipt as a signed note of this installation."""
    text = receipt.text()
    name = f"{_ORIGIN}{receipt.organisation}"
    signature = base64.b64encode(checkpoints.signed_as(name, text)).decode()
    return f"{text}\n— {name} {signature}\n"


def store(name: str, note: str) -> None:
    """Store a signed note, in place of an earlier one; it is on the disk when this returns."""
    path = path_of(name)
    with fresh(path, [note.encode()]) as new:
        new.replace(path)


def signed_note(name: str) -> str:
    """The signed note as stored; "" if there is none."""
    try:
        return path_of(name).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""


def find(organisation_id: UUID) -> Receipt | None:
    """The receipt of an organisation; None unless this installation signed one."""
    name = name_of(organisation_id)
    found = read(signed_note(name))
    return found if found and found.organisation == name else None


def read(note: str) -> Receipt | None:
    """The receipt in a note; None for a note without a signature of this installation."""
    sign = _SIGNED.search(note)
    text = note[: sign.start()] if sign else ""
    said = _TEXT.fullmatch(text)
    if sign is None or said is None:
        return None
    try:
        signature = base64.b64decode(sign[2])
    except ValueError:
        return None
    ended_at = datetime.fromisoformat(said["ended_at"])
    made = Note(text, ((sign[1], signature),))
    if not is_signed_by_one(made, ended_at, checkpoints.own_keys()):
        return None
    return Receipt(
        said["organisation"],
        datetime.fromisoformat(said["asked_at"]),
        int(said["account"]),
        datetime.fromisoformat(said["began_at"]),
        ended_at,
        int(said["size"]),
        said["head"],
        int(said["rows"]),
        int(said["files"]),
        said["stays"] or "",
    )


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
