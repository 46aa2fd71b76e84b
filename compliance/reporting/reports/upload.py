"""Receiving a report from someone who has not signed in: one file, and not too long."""

from typing import Any

from compliance.content.evidence.upload import BoundedUploadHandler

MOST_BYTES = 60 * 1024 * 1024
"""Twice a report of 5,000 questions, and room for more."""


class ReportUploadHandler(BoundedUploadHandler):
    """Keeps what all files of a request have together within the limit of one."""

    before = 0
    """Bytes of the files before this one."""

    @property
    def most_bytes(self) -> int:
        return max(MOST_BYTES - self.before, 0)

    def file_complete(self, file_size: int) -> Any:
        received = super().file_complete(file_size)
        self.before += file_size
        return received
