"""Files in a bucket of any S3-compatible store, one object each.

Every object is sent whole, with its SHA-256 for the store to check, and is kept before the
call returns; one that goes in parts is read back and compared. Reading goes on where a
connection broke. A fault of the store is an ``AwayError``: nothing is then known to be
missing.
"""

import base64
import hashlib
import logging
import shutil
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BufferedReader, RawIOBase
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from compliance.ground.web.circuit_breaker import CircuitBreaker

logger = logging.getLogger(__name__)

CONNECT_SECONDS, ANSWER_SECONDS, TRIES = 5, 20, 3
PROBE_SECONDS = 2
PART_BYTES, MOST_PARTS = 32 * 2**20, 10_000
"""Of an upload whose size nobody knows yet; equal parts, since some stores take no others."""
WAITS = (1.0, 10.0, 60.0)
"""Seconds between the tries for a part: the rest of the object is worth them."""
AT_ONCE_BYTES = 1024 * 2**20
"""Above it an object is sent in parts; 5 GB is the most that S3 takes in one."""
_MOST_DELETED = 1000
_NUMBERED = ("Key", "VersionId")
_DENIED = {"AccessDenied", "403", "NotImplemented", "MethodNotAllowed"}
_KNOWN = {"endpoint", "region", "encryption", "key", "lock_days"}
_ENCRYPTIONS = {"AES256", "aws:kms"}
_UNSURE, _MISSING, _THERE = "404", "NoSuchKey", "PreconditionFailed"
"""Codes of errors; a reply to HEAD has no body, and does not say what is missing.

Of anything else 404 alone is the word of a proxy, not of the store.
"""
_MISSING_TO = {
    "head_object": {_UNSURE, _MISSING},
    "get_object": {_MISSING},
    "copy_object": {_MISSING},
}


class AwayError(OSError):
    """The store did not do what it was asked; the text says so to the person who waits."""

    def __init__(self, why: str = "") -> None:
        super().__init__(
            why
            or "The store of files cannot be reached at the moment. Nothing was changed. Try"
            " again in a few minutes; if it lasts, tell the administrator of this"
            " installation."
        )


class DeniedError(AwayError):
    """The store answers, and does not do it: it has no such thing, or not for us."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """Versions that a store does not let go: how many, and the last day that it names."""

    count: int
    until: datetime | None
    """None where it does not say for all of them."""


@dataclass(frozen=True, slots=True)
class Place:
    """The bucket of ``s3://bucket/prefix?endpoint=…``, and how objects are put there."""

    bucket: str
    prefix: str
    endpoint: str = ""
    region: str = ""
    encryption: str = ""
    """``AES256`` or ``aws:kms``; none is asked for without it."""
    key: str = ""
    lock_days: int = 0
    """Days for which the store refuses to change a sealed report, or a backup."""

    def has(self, other: "Place") -> bool:
        """Whether one of two addresses names the folder of the other, or one in it."""
        is_near = other.prefix.startswith(self.prefix) or self.prefix.startswith(other.prefix)
        same = (self.endpoint, self.bucket) == (other.endpoint, other.bucket)
        return same and is_near


def place_in(url: str) -> Place:
    """The parts of an address. Raises ``ValueError``, which says what is wrong."""
    parts = urlsplit(url)
    said = parse_qs(parts.query, strict_parsing=bool(parts.query))
    if parts.scheme != "s3" or not parts.hostname or parts.username or parts.fragment:
        msg = "is an address such as s3://bucket/folder?endpoint=https://host"
        raise ValueError(msg)
    if unknown := said.keys() - _KNOWN:
        msg = f"does not know {', '.join(sorted(unknown))}"
        raise ValueError(msg)
    values = {name: found[-1] for name, found in said.items()}
    endpoint = values.get("endpoint", "")
    if endpoint and not endpoint.startswith(("http://", "https://")):
        msg = "needs an endpoint such as https://host"
        raise ValueError(msg)
    encryption = values.get("encryption", "")
    if encryption and encryption not in _ENCRYPTIONS:
        msg = f"knows the encryption {' and '.join(sorted(_ENCRYPTIONS))}"
        raise ValueError(msg)
    if "key" in values and encryption != "aws:kms":
        msg = "takes a key with encryption=aws:kms only"
        raise ValueError(msg)
    days = values.pop("lock_days", "0")
    if not days.isdecimal() or int(days) > 36_500:
        msg = "takes lock_days from 0 to 36500"
        raise ValueError(msg)
    prefix = parts.path.strip("/")
    return Place(
        parts.hostname,
        f"{prefix}/" if prefix else "",
        lock_days=int(days),
        **values,
    )


class Bucket:
    """The objects of a place; their names are keys without the prefix.

    One for a probe tries once, and does not wait for long.
    """

    def __init__(self, place: Place, *, is_probe: bool = False) -> None:
        self.place, self.is_probe = place, is_probe
        self._breaker = CircuitBreaker()

    def put(self, file: Path, name: str, *, replaces: bool, is_locked: bool = False) -> bool:
        """Send a finished file; whether its name was free. See ``file_store.put``."""
        size = file.stat().st_size
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").digest()
            content.seek(0)
            more = self._encryption() | (self._lock() if is_locked else {})
            if size > AT_ONCE_BYTES:
                if not replaces and self.is_there(name):
                    return False
                self._put_in_parts(content, name, more)
                self._refuse_other(name, digest)
                return True
            if not replaces:
                more["IfNoneMatch"] = "*"
            try:
                self._ask(
                    "put_object",
                    Key=self._key(name),
                    Body=content,
                    ContentLength=size,
                    ContentType="application/octet-stream",
                    ChecksumAlgorithm="SHA256",
                    ChecksumSHA256=base64.b64encode(digest).decode(),
                    **more,
                )
            except FileExistsError:
                return False
        return True

    def _put_in_parts(self, content: Any, name: str, more: dict[str, Any]) -> None:
        with _faults_explained():
            client_of(self.place).upload_fileobj(
                content,
                self.place.bucket,
                self._key(name),
                ExtraArgs=more | {"ChecksumAlgorithm": "SHA256"},
            )

    def _refuse_other(self, name: str, digest: bytes) -> None:
        """The store has checked each part alone, never the whole."""
        if not self._is_kept(name, digest):
            logger.error("The store of files kept other bytes than were sent: %s", name)
            self.delete([name])
            raise AwayError

    def _is_kept(self, name: str, digest: bytes) -> bool:
        try:
            with self.opened(name) as kept:
                return hashlib.file_digest(kept, "sha256").digest() == digest
        except FileNotFoundError:
            return False

    def opened(self, name: str) -> BufferedReader:
        """An object as a file that can be sought in. Raises ``FileNotFoundError``."""
        return BufferedReader(_Reader(self, name, self.size_of(name)), 2**20)

    def opened_near(self, name: str, folder: Path) -> BufferedReader:
        """A copy of an object in a file of that folder's disk, which goes when it is closed."""
        copy = TemporaryFile(dir=folder)  # noqa: SIM115 - whoever gets it closes it
        try:
            with self.opened(name) as file:
                shutil.copyfileobj(file, copy)
            copy.seek(0)
        except BaseException:
            copy.close()
            raise
        return cast(BufferedReader, copy)

    def size_of(self, name: str) -> int:
        """Bytes of an object. Raises ``FileNotFoundError``."""
        try:
            found = self._ask("head_object", Key=self._key(name))
        except FileNotFoundError:  # unless the bucket is missing, or a proxy said so
            found = self._ask("get_object", Key=self._key(name), Range="bytes=0-0")
            found["Body"].close()
            return int(found["ContentRange"].rpartition("/")[2])
        return int(found["ContentLength"])

    def is_there(self, name: str) -> bool:
        try:
            self.size_of(name)
        except FileNotFoundError:
            return False
        return True

    def touch(self, name: str) -> None:
        """Copy an object onto itself: its date is then that of now."""
        self._ask(
            "copy_object",
            Key=self._key(name),
            CopySource={"Bucket": self.place.bucket, "Key": self._key(name)},
            MetadataDirective="REPLACE",
            ContentType="application/octet-stream",
            **self._encryption(),
        )

    def delete(self, names: Iterable[str]) -> None:
        """Remove objects; those that are not there are none."""
        if refused := self._drop([{"Key": self._key(name)} for name in names]):
            logger.error("The store of files kept an object: %s", refused[0])
            raise AwayError

    def purge(self, beginnings: Iterable[str]) -> Stuck:
        """Remove each version of deleted objects whose names begin so; those that stay.

        A version that stays remains deleted to whoever does not ask for it by its number.
        Raises ``DeniedError`` where the store does not list versions.
        """
        ends: list[datetime | None] = []
        for beginning in beginnings:
            for page in self._versions(beginning):
                self._drop(_numbered(page, "Versions"))
            left = list[dict[str, str]]()
            for page in self._versions(beginning):
                left += _numbered(page, "Versions")
            stuck = {one["Key"] for one in left}
            for page in self._versions(beginning):
                marks = _numbered(page, "DeleteMarkers")
                self._drop([mark for mark in marks if mark["Key"] not in stuck])
            ends += map(self._locked_until, left)
        dates = [end for end in ends if end]
        return Stuck(len(ends), max(dates) if dates and len(dates) == len(ends) else None)

    def deleted(self, beginning: str) -> set[str]:
        """Names that begin so, of deleted objects of which a version or a mark is left.

        Raises ``DeniedError`` where the store does not list versions.
        """
        left, hidden = set[str](), set[str]()
        for page in self._versions(beginning):
            for what in ("Versions", "DeleteMarkers"):
                for one in page.get(what, ()):
                    name = one["Key"].removeprefix(self.place.prefix)
                    is_there = what == "Versions" and one["IsLatest"]
                    (left if is_there else hidden).add(name)
        return hidden - left

    def _locked_until(self, version: dict[str, str]) -> datetime | None:
        """The end of its lock; None where the store does not say, or a person lifts it."""
        with suppress(DeniedError, FileNotFoundError):
            found = self._ask("head_object", **version)
            until: datetime | None = found.get("ObjectLockRetainUntilDate")
            is_held = found.get("ObjectLockLegalHoldStatus") == "ON"
            if until and until > datetime.now(UTC) and not is_held:
                return until
        return None

    def _drop(self, objects: list[dict[str, str]]) -> list[dict[str, str]]:
        """Delete objects, or versions of them; those that the store refuses to delete."""
        refused = []
        for first in range(0, len(objects), _MOST_DELETED):
            some = objects[first : first + _MOST_DELETED]
            said = self._ask("delete_objects", Delete={"Objects": some, "Quiet": True})
            for fault in said.get("Errors", ()):
                if fault.get("Code") not in _DENIED:
                    logger.error("The store of files kept an object: %s", fault)
                    raise AwayError
                refused.append({"Key": fault["Key"]})
        return refused

    def older(self, folder: str, pattern: str, before: float) -> Iterator[str]:
        """Names below a folder that match, last written before a moment."""
        for page in self._pages(f"{folder}/"):
            for found in page.get("Contents", ()):
                name = found["Key"].removeprefix(self.place.prefix)
                below = PurePosixPath(name.removeprefix(f"{folder}/"))
                is_old = found["LastModified"].timestamp() < before
                if is_old and below.match(pattern):
                    yield name

    def folders(self, root: str) -> Iterator[str]:
        """The names of the folders right below one."""
        for page in self._pages(f"{root}/", Delimiter="/"):
            for found in page.get("CommonPrefixes", ()):
                yield PurePosixPath(found["Prefix"]).name

    def inside(self) -> tuple[dict[str, int], set[str]]:
        """The bytes of each object right in the folder, by name; and names of folders there."""
        sizes, folders = dict[str, int](), set[str]()
        for page in self._pages("", Delimiter="/"):
            for found in page.get("Contents", ()):
                name = found["Key"].removeprefix(self.place.prefix)
                sizes[name] = int(found["Size"])
            for found in page.get("CommonPrefixes", ()):
                folders.add(PurePosixPath(found["Prefix"]).name)
        return sizes, folders

    def drop_uploads(self, before: float) -> None:
        """Take away uploads in parts that began before a moment and never ended."""
        prefix = self.place.prefix
        found = self._ask("list_multipart_uploads", Prefix=prefix, Delimiter="/")
        for one in found.get("Uploads", ()):
            if one["Initiated"].timestamp() < before:
                with suppress(AwayError):  # another machine did it
                    self._ask(
                        "abort_multipart_upload",
                        Key=one["Key"],
                        UploadId=one["UploadId"],
                    )

    def place_of(self, name: str) -> str:
        return f"s3://{self.place.bucket}/{self._key(name)}"

    def answers(self) -> bool:
        """Whether the store answers now, soon and with these credentials."""
        try:
            client_of(self.place, is_probe=True).list_objects_v2(
                Bucket=self.place.bucket, Prefix=self.place.prefix, MaxKeys=1
            )
        except _faults() as error:
            logger.warning("The store of files does not answer: %s", _short(error))
            return False
        return True

    def _key(self, name: str) -> str:
        return self.place.prefix + name

    def _lock(self) -> dict[str, Any]:
        if not self.place.lock_days:
            return {}
        until = datetime.now(UTC) + timedelta(days=self.place.lock_days)
        return {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": until}

    def _encryption(self) -> dict[str, Any]:
        if not self.place.encryption:
            return {}
        key = {"SSEKMSKeyId": self.place.key} if self.place.key else {}
        return {"ServerSideEncryption": self.place.encryption, **key}

    def _ask(self, what: str, **words: Any) -> dict[str, Any]:
        if not self._breaker.is_closed:
            raise AwayError
        try:
            with _faults_explained(_MISSING_TO.get(what, ())):
                client = client_of(self.place, is_probe=self.is_probe)
                ask: Callable[..., dict[str, Any]] = getattr(client, what)
                return ask(Bucket=self.place.bucket, **words)
        except AwayError as error:
            if not getattr(error.__cause__, "response", None):  # it said nothing at all
                self._breaker.trip(error)
            raise

    def _versions(self, beginning: str) -> Iterator[dict[str, Any]]:
        again: dict[str, str] = {}
        while True:
            found = self._ask("list_object_versions", Prefix=self._key(beginning), **again)
            yield found
            if not found.get("IsTruncated"):
                return
            again = {
                "KeyMarker": found["NextKeyMarker"],
                "VersionIdMarker": found["NextVersionIdMarker"],
            }

    def _pages(self, prefix: str, **words: str) -> Iterator[dict[str, Any]]:
        again: dict[str, str] = {}
        while True:
            found = self._ask("list_objects_v2", Prefix=self._key(prefix), **words, **again)
            yield found
            if not found.get("IsTruncated"):
                return
            again = {"ContinuationToken": found["NextContinuationToken"]}


class Upload(RawIOBase):
    """An object that is sent while it is made; memory holds two parts of it.

    It is there once ``finish`` lets it be, whole, and nobody sees anything of it before.
    Raises ``AwayError`` from each of its methods.
    """

    def __init__(self, bucket: Bucket, name: str) -> None:
        self._bucket, self._name = bucket, name
        self._held, self._digest = bytearray(), hashlib.sha256()
        self._parts: list[dict[str, Any]] = []
        self.size = 0
        said = bucket._ask(
            "create_multipart_upload",
            Key=bucket._key(name),
            ContentType="application/octet-stream",
            ChecksumAlgorithm="SHA256",
            **bucket._encryption(),
            **bucket._lock(),
        )
        self._upload = {"Key": bucket._key(name), "UploadId": said["UploadId"]}

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._digest.update(data)
        self.size += len(data)
        self._held += data
        while len(self._held) >= PART_BYTES:
            self._send(self._held[:PART_BYTES])
            del self._held[:PART_BYTES]
        return len(data)

    def finish(self) -> None:
        """Let it be there, and compare it. Raises ``FileExistsError`` if another one has its name."""
        if self._held or not self._parts:
            self._send(self._held)
        digest = self._digest.digest()
        try:
            self._bucket._ask(
                "complete_multipart_upload",
                MultipartUpload={"Parts": self._parts},
                IfNoneMatch="*",
                **self._upload,
            )
        except (AwayError, FileExistsError):
            if not self._is_there_after_all(digest):
                raise
        else:
            self._bucket._refuse_other(self._name, digest)

    def give_up(self) -> None:
        """Take away what was sent; where the store does not, ``drop_uploads`` will."""
        with suppress(AwayError):
            self._bucket._ask("abort_multipart_upload", **self._upload)

    def _is_there_after_all(self, digest: bytes) -> bool:
        """Whether only the answer was lost: the store may have taken longer than we waited."""
        for wait in (0.0, *WAITS):
            time.sleep(wait)
            with suppress(AwayError):
                if self._bucket.is_there(self._name):
                    return self._bucket._is_kept(self._name, digest)
        return False

    def _send(self, part: bytearray) -> None:
        number = len(self._parts) + 1
        if number > MOST_PARTS:
            msg = f"A bucket takes no file above {MOST_PARTS * PART_BYTES:,} bytes in parts."
            raise AwayError(msg)
        checksum = base64.b64encode(hashlib.sha256(part).digest()).decode()
        words = {"PartNumber": number, "ChecksumSHA256": checksum}
        for wait in (*WAITS, None):
            try:
                said = self._bucket._ask(
                    "upload_part",
                    Body=part,
                    ChecksumAlgorithm="SHA256",
                    **words,
                    **self._upload,
                )
                break
            except AwayError:
                if wait is None:
                    raise
                time.sleep(wait)
        self._parts.append({**words, "ETag": said["ETag"]})


class _Reader(RawIOBase):
    """The bytes of an object, asked for again from where they broke off."""

    def __init__(self, bucket: Bucket, name: str, size: int) -> None:
        self._bucket, self._name, self._size = bucket, name, size
        self._at, self._body, self._etag = 0, None, ""  # type: int, Any, str

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        begins = {0: 0, 1: self._at, 2: self._size}[whence]
        if begins + offset != self._at:
            self._drop()
            self._at = begins + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), self._size - self._at)
        if wanted <= 0:
            return 0
        for left in reversed(range(TRIES)):
            try:
                with _faults_explained():
                    found = self._from_here().read(wanted)
                if found:
                    break
            except AwayError:
                if not left:
                    raise
            self._drop()
            time.sleep(0.2 * (TRIES - left))
        else:
            raise AwayError
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)

    def close(self) -> None:
        self._drop()
        super().close()

    def _from_here(self) -> Any:
        if self._body is None:
            same = {"IfMatch": self._etag} if self._etag else {}
            try:
                said = self._bucket._ask(
                    "get_object",
                    Key=self._bucket._key(self._name),
                    Range=f"bytes={self._at}-",
                    **same,
                )
            except (FileExistsError, FileNotFoundError) as error:
                if same:  # it began with another object than is there now
                    raise AwayError from error
                raise
            self._body, self._etag = said["Body"], said["ETag"]
        return self._body

    def _drop(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None


@cache
def client_of(place: Place, *, is_probe: bool = False) -> Any:
    """The client of a place: one for all threads. Raises ``ImportError`` without boto3."""
    import boto3  # noqa: PLC0415 - large, and not installed by default
    from botocore.config import Config  # noqa: PLC0415 - the same

    seconds = PROBE_SECONDS if is_probe else ANSWER_SECONDS
    patience = Config(
        connect_timeout=min(CONNECT_SECONDS, seconds),
        read_timeout=seconds,
        retries={"mode": "standard", "total_max_attempts": 1 if is_probe else TRIES},
        # Others than Amazon's do not know its newer checksums; ours are of the whole.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        max_pool_connections=32,
        s3={"addressing_style": "path"} if place.endpoint else {},
    )
    return boto3.session.Session().client(
        "s3",
        endpoint_url=place.endpoint or None,
        region_name=place.region or ("us-east-1" if place.endpoint else None),
        config=patience,
    )


def _numbered(page: dict[str, Any], what: str) -> list[dict[str, str]]:
    return [{name: one[name] for name in _NUMBERED} for one in page.get(what, ())]


def _faults() -> tuple[type[Exception], ...]:
    from boto3.exceptions import Boto3Error  # noqa: PLC0415 - see above
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    return BotoCoreError, ClientError, Boto3Error, OSError


@contextmanager
def _faults_explained(missing: Collection[str] = ()) -> Iterator[None]:
    """Turns a fault of the store into words, and logs its cause.

    With the codes in ``missing`` the store says for certain that it has no such object.
    """
    try:
        yield
    except (AwayError, FileNotFoundError, FileExistsError):
        raise
    except _faults() as error:
        response = getattr(error, "response", None) or {}
        code = str(response.get("Error", {}).get("Code", ""))
        if code in missing:
            raise FileNotFoundError from error
        if code == _THERE:
            raise FileExistsError from error
        logger.error("The store of files failed: %s", _short(error))  # noqa: TRY400 - words do
        raise (DeniedError if code in _DENIED else AwayError) from error


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error)[:300]}"
