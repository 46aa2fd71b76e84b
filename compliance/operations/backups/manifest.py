"""The manifest of a backup: the shape of ``manifest.json``, and names of parts. Pure."""

import json
import re
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

NAME = "manifest.json"
FORMAT = "attest-backup"
VERSION = 1
MOST_BYTES = 512 * 1024 * 1024
"""Of the manifest, which is read whole: some three million files."""

_HASH = r"[0-9a-f]{64}"
_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_MEMBER = re.compile(
    rf"rows/[a-z][a-z0-9_]{{0,99}}\.jsonl"
    rf"|files/{_UUID}/(?P<file>{_HASH})"
    rf"|reports/(?P<report>{_HASH})\.pdf"
    rf"|checkpoints/{_UUID}\.checkpoints"
    r"|receipts/[0-9a-f]{64}\.receipt"
)
Hash = Annotated[str, Field(pattern=f"^{_HASH}$")]
Count = Annotated[int, Field(ge=0)]


class BackupError(ValueError):
    """Why a backup cannot be made or restored, or what is wrong with one, in words."""


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Table(_Shape):
    """A table: names of its columns in the order of each row, how many rows it has.

    ``last_id`` is the highest number that the database ever gave out, 0 for none.
    """

    columns: list[str]
    rows: Count
    last_id: Count


class Member(_Shape):
    """A part: its size, unpacked, and the hash of that."""

    size: Count
    sha256: Hash


class Chain(_Shape):
    """Where a chain of the trail stood."""

    seq: Count
    hash: Hash


class Manifest(_Shape):
    """All that is known of a backup before its parts are read.

    ``migrations`` is what was applied, by app. ``tables`` go by their name in the
    database, ``chains`` by organisation. ``trail_key`` is the SHA-256 of the public key
    that checkpoints are signed with, "" where there is none. ``missing`` names files
    that rows name and that were not on the disk any more.
    """

    format: Literal["attest-backup"]
    version: Literal[1]
    program: str
    made_at: AwareDatetime
    database: str
    migrations: dict[str, list[str]]
    tables: dict[str, Table]
    chains: dict[str, Chain]
    trail_key: str
    missing: list[str]
    members: dict[str, Member]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    def moment_in_words(self) -> str:
        """Its moment, for people."""
        return f"{self.made_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def rows_of(table: str) -> str:
    """The part with the rows of a table."""
    return f"rows/{table}.jsonl"


def is_member(name: str) -> bool:
    """Whether a part of a backup may be called that."""
    return _MEMBER.fullmatch(name) is not None


def hash_in(name: str) -> str:
    """The hash that the name of a file says it has; "" for other parts."""
    found = _MEMBER.fullmatch(name)
    return (found["file"] or found["report"] or "") if found else ""


def file_of(table: str, row: dict[str, object]) -> tuple[str, int] | None:
    """Name and size of the file that a row names, if it does; a part of the backup."""
    sha256 = row.get("sha256")
    if not sha256:
        return None
    size = row.get("size_bytes")
    if table == "compliance_evidence":
        name = f"files/{row['organisation_id']}/{sha256}"
    elif table == "compliance_report":
        name = f"reports/{sha256}.pdf"
    else:
        return None
    return name, size if isinstance(size, int) else 0


def read(content: bytes) -> Manifest:
    """A manifest as it was written. Raises ``BackupError``."""
    try:
        found = json.loads(content)
        version = found["version"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        msg = f"{NAME} is not a manifest of a backup"
        raise BackupError(msg) from error
    if isinstance(version, int) and version > VERSION:
        msg = (
            f"the backup has format {version}, this Attest reads {VERSION}: it was made"
            " by a newer version, which reads it"
        )
        raise BackupError(msg)
    try:
        return Manifest.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        msg = f"{NAME}: {place}: {first['msg']}"
        raise BackupError(msg) from error


def stamp(moment: datetime) -> str:
    """A moment as the name of a file has it."""
    return f"{moment:%Y-%m-%dT%H%M%SZ}"
