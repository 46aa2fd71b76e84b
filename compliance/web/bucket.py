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

from compliance.web.circuit_breaker import CircuitBreaker

logger = logging.getLogger(__name__)

CONNECT_SECONDS, ANSWER_SECONDS, TRIES = 5, 20, 3
PROBE_SECONDS = 2
AT_ONCE_BYTES = 1024 * 2**20
"""Above it an object is sent in parts; 5 GB is the most that S3 takes in one."""
_MOST_DELETED = 1000
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
    """Days for which the store refuses to change a sealed report."""


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
    """The objects of a place; their names are keys without the prefix."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._breaker = CircuitBreaker()

    def put(
        self, file: Path, name: str, *, replaces: bool, is_locked: bool = False
    ) -> bool:
        """Send a finished file; whether its name was free. See ``file_store.put``."""
        size = file.stat().st_size
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").digest()
            content.seek(0)
            more: dict[str, Any] = self._encryption()
            if is_locked and self.place.lock_days:
                until = datetime.now(UTC) + timedelta(days=self.place.lock_days)
                more |= {
                    "ObjectLockMode": "GOVERNANCE",
                    "ObjectLockRetainUntilDate": until,
                }
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
        with _told():
            client_of(self.place).upload_fileobj(
                content,
                self.place.bucket,
                self._key(name),
                ExtraArgs=more | {"ChecksumAlgorithm": "SHA256"},
            )

    def _refuse_other(self, name: str, digest: bytes) -> None:
        """The store has checked each part alone, never the whole."""
        found = b""
        with suppress(FileNotFoundError), self.opened(name) as kept:
            found = hashlib.file_digest(kept, "sha256").digest()
        if found != digest:
            self.delete([name])
            logger.error("The store of files kept other bytes than were sent: %s", name)
            raise AwayError

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
        keys = [{"Key": self._key(name)} for name in names]
        for first in range(0, len(keys), _MOST_DELETED):
            some = keys[first : first + _MOST_DELETED]
            said = self._ask("delete_objects", Delete={"Objects": some, "Quiet": True})
            if faults := said.get("Errors"):
                logger.error("The store of files kept an object: %s", faults[0])
                raise AwayError

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

    def _encryption(self) -> dict[str, str]:
        if not self.place.encryption:
            return {}
        key = {"SSEKMSKeyId": self.place.key} if self.place.key else {}
        return {"ServerSideEncryption": self.place.encryption, **key}

    def _ask(self, what: str, **words: Any) -> dict[str, Any]:
        if not self._breaker.is_closed:
            raise AwayError
        try:
            with _told(_MISSING_TO.get(what, ())):
                ask: Callable[..., dict[str, Any]] = getattr(
                    client_of(self.place), what
                )
                return ask(Bucket=self.place.bucket, **words)
        except AwayError as error:
            if not getattr(error.__cause__, "response", None):  # it said nothing at all
                self._breaker.trip(error)
            raise

    def _pages(self, prefix: str, **words: str) -> Iterator[dict[str, Any]]:
        again: dict[str, str] = {}
        while True:
            found = self._ask(
                "list_objects_v2", Prefix=self._key(prefix), **words, **again
            )
            yield found
            if not found.get("IsTruncated"):
                return
            again = {"ContinuationToken": found["NextContinuationToken"]}


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
                with _told():
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


def _faults() -> tuple[type[Exception], ...]:
    from boto3.exceptions import Boto3Error  # noqa: PLC0415 - see above
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    return BotoCoreError, ClientError, Boto3Error, OSError


@contextmanager
def _told(missing: Collection[str] = ()) -> Iterator[None]:
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
        raise AwayError from error


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error)[:300]}"
