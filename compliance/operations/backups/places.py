"""Where backups lie: files of this machine, or objects in a bucket of their own.

In a bucket each has its moment in its name. It is there once all of it is, is never written
over, and goes by ``retention`` or by a rule of the bucket.
"""

import re
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import urlsplit

from django.conf import settings

from compliance.ground.web import file_store
from compliance.ground.web.bucket import (
    AwayError,
    Bucket,
    DeniedError,
    Place,
    Upload,
    place_in,
)
from compliance.operations.backups.manifest import BackupError, stamp

NEWEST = "newest"
"""The word for the newest backup at ``ATTEST_BACKUPS_URL``."""
HELP = (
    "a file, an address such as s3://bucket/folder/attest-….zip?endpoint=https://host, or"
    f" {NEWEST}: the newest one at ATTEST_BACKUPS_URL"
)
_SCHEME = "s3://"
_STAMP = "%Y-%m-%dT%H%M%SZ"
_NAME = re.compile(r"attest-(\d{4}-\d\d-\d\dT\d{6}Z)\.zip")
_KILLED_SECONDS = 3 * 24 * 60 * 60
"""Age of an upload that no process can be at any more."""


@dataclass(frozen=True, slots=True)
class InBucket:
    """A backup in a bucket, or with no ``name`` a folder of them."""

    place: Place
    address: str
    """The address as it was typed."""
    name: str = ""

    def __str__(self) -> str:
        return self.bucket.place_of(self.name)

    @property
    def bucket(self) -> Bucket:
        return Bucket(self.place)


Where = Path | InBucket


def named_in(text: str) -> Where:
    """The place that the words of a command mean. Raises ``ArgumentTypeError``."""
    if text == NEWEST:
        return _newest()
    if not text.startswith(_SCHEME):
        return Path(text)
    if find_spec("boto3") is None:
        msg = "boto3 is not installed: pip install --require-hashes -r locks/s3.lock"
        raise ArgumentTypeError(msg)
    parts = urlsplit(text)
    folder, _, name = parts.path.rpartition("/")
    if not name.endswith(".zip"):
        folder, name = parts.path, ""
    try:
        place = place_in(parts._replace(path=folder).geturl())
    except ValueError as error:
        msg = f"{text} {error}"
        raise ArgumentTypeError(msg) from error
    return InBucket(place, text, name)


def ask_for_folder(parser: ArgumentParser) -> None:
    """The argument of a command that looks at the backups of a folder or a bucket."""
    parser.add_argument(
        "folder",
        type=named_in,
        nargs="?",
        default=settings.BACKUPS_URL or None,
        help="a folder, or an address such as s3://bucket/folder?endpoint=https://host;"
        " default: ATTEST_BACKUPS_URL",
    )


def address_of(where: Where) -> str:
    """The words by which another process, in another folder, finds it."""
    return where.address if isinstance(where, InBucket) else str(where.resolve())


def opened(where: Where) -> BinaryIO:
    """A backup from its beginning; it can be sought in. Raises ``OSError``."""
    if isinstance(where, InBucket):
        return where.bucket.opened(where.name)
    return where.open("rb")


def size_of(where: Where) -> int:
    """Its bytes."""
    if isinstance(where, InBucket):
        return where.bucket.size_of(where.name)
    return where.stat().st_size


def listed(folder: Where) -> dict[str, int]:
    """Names and bytes of the backups with a moment in their name, the oldest first."""
    if isinstance(folder, InBucket):
        found, _ = folder.bucket.inside()
    else:
        found = {path.name: path.stat().st_size for path in folder.glob("attest-*.zip")}
    return {name: found[name] for name in sorted(found) if _NAME.fullmatch(name)}


def hidden(folder: Where) -> list[str]:
    """Names of deleted backups of which a bucket keeps a version, where it says so."""
    if not isinstance(folder, InBucket):
        return []
    with suppress(DeniedError):
        return sorted(filter(_NAME.fullmatch, folder.bucket.deleted("attest-")))
    return []


def newest_at() -> datetime | None:
    """The moment of the newest backup at ``ATTEST_BACKUPS_URL``. Raises ``AwayError``.

    For a check, which asks soon and once.
    """
    sizes, _ = Bucket(place_in(settings.BACKUPS_URL), is_probe=True).inside()
    moments = [found[1] for name in sizes if (found := _NAME.fullmatch(name))]
    if not moments:
        return None
    return datetime.strptime(max(moments), _STAMP).replace(tzinfo=UTC)


def name_at(moment: datetime) -> str:
    """The name of a backup of that moment."""
    return f"attest-{stamp(moment)}.zip"


@contextmanager
def writing(where: InBucket) -> Iterator[BinaryIO]:
    """A file to write to: all of it is there once the block ends, and none of it if it fails.

    Raises ``BackupError`` where files of an installation lie, and where it is there already.
    """
    bucket = where.bucket
    _refuse_live(where)
    if bucket.is_there(where.name):
        raise BackupError(_taken(where))
    with suppress(AwayError):  # it may not be allowed, and a rule of the bucket do it
        bucket.drop_uploads(time.time() - _KILLED_SECONDS)
    upload = Upload(bucket, where.name)
    try:
        yield cast(BinaryIO, upload)
        upload.finish()
    except BaseException as error:
        upload.give_up()
        if isinstance(error, FileExistsError):
            raise BackupError(_taken(where)) from error
        raise


def _taken(where: InBucket) -> str:
    return f"{where} is there already. A backup never takes the place of another one."


def _refuse_live(where: InBucket) -> None:
    """A backup beside the files that it is a copy of would be lost together with them."""
    is_live = settings.FILES_URL and place_in(settings.FILES_URL).has(where.place)
    if not is_live:
        # The same store may have another name, and another installation its files there.
        _, folders = where.bucket.inside()
        is_live = not folders.isdisjoint(file_store.roots())
    if is_live:
        msg = (
            f"{where.bucket.place_of('')} is a place of evidence and reports. Name another"
            " bucket, or another folder that is neither in that one nor around it."
        )
        raise BackupError(msg)


def _newest() -> Where:
    if not settings.BACKUPS_URL:
        msg = f"{NEWEST} needs ATTEST_BACKUPS_URL, the place where backups lie"
        raise ArgumentTypeError(msg)
    folder = named_in(settings.BACKUPS_URL)
    try:
        names = list(listed(folder))
    except OSError as error:
        raise ArgumentTypeError(str(error)) from error
    if not names:
        msg = f"{folder} has no backup"
        raise ArgumentTypeError(msg)
    parts = urlsplit(settings.BACKUPS_URL)
    path = f"{parts.path.rstrip('/')}/{names[-1]}"
    return named_in(parts._replace(path=path).geturl())
