"""Receiving an upload: never more than the limit, and a message when the disk is full.

Without this, a file of any length fills the folder for temporary files before the
form is asked, and a full one ends in an error page that drops what was typed.
"""

import errno
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any, NoReturn, cast

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from compliance.ground.web.storage_errors import is_full


class _NoSpace(BytesIO):
    """Stands for a file that found no room: reading it fails as writing it did."""

    def seek(self, *args: Any) -> NoReturn:
        raise OSError(errno.ENOSPC, "no space left while receiving")


class BoundedUploadHandler(TemporaryFileUploadHandler):
    """Writes to a temporary file up to the limit; the rest is read and dropped.

    The form still gets a file: with its true size when it is too long, or one that
    cannot be read when there was no room. Every other field arrives as usual.
    """

    @property
    def most_bytes(self) -> int:
        """How long one file may be."""
        return int(settings.UPLOAD_BYTES)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self.content: BytesIO | None = None
        vars(self).pop("file", None)  # of the field before
        try:
            super().new_file(*args, **kwargs)
            # Without a name it goes with the process, however that ends.
            Path(self.file.temporary_file_path()).unlink()
        except OSError as error:
            self._give_up(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.content is not None:
            return
        if start + len(raw_data) > self.most_bytes:
            self._drop(BytesIO())
            return
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            self._give_up(error)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        try:
            if self.content is None:
                return super().file_complete(file_size)
        except OSError as error:
            self._give_up(error)
        return InMemoryUploadedFile(
            cast(BytesIO, self.content),
            self.field_name,
            self.file_name,
            self.content_type,
            max(file_size, 1),
            self.charset,
        )

    def _give_up(self, error: OSError) -> None:
        if not is_full(error):
            raise error
        self._drop(_NoSpace())

    def _drop(self, content: BytesIO) -> None:
        self.content = content
        if hasattr(self, "file"):
            with suppress(OSError):
                self.file.close()
