"""Storage of files for download, by their SHA-256, until they expire."""

import os
import time
from contextlib import AbstractContextManager, suppress
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404

from compliance.assurance.bundles.models import MadeFile, Package
from compliance.ground.web import file_store, staging
from compliance.ground.web.bucket import AwayError
from compliance.ground.web.downloads import DOWNLOAD_HEADERS


class Store:
    """The folder for the files of a kind."""

    def __init__(self, name: str, kind: type[MadeFile]) -> None:
        self.name, self.kind = name, kind

    def folder(self) -> Path:
        """The folder; made on first use, readable by its owner only."""
        path = Path(settings.DATA_DIR) / self.name
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path

    def path_of(self, sha256: str) -> Path:
        """The file with that hash."""
        return self.folder() / f"{sha256}.zip"

    def workplace(self) -> AbstractContextManager[Path]:
        """A folder beside the files, for making one; see ``web/staging.py``."""
        return staging.workplace(self.folder(), self._is_known)

    def keep(self, path: Path, sha256: str) -> None:
        """Move a finished file of a workplace to its place; its age counts from now."""
        os.utime(path)
        staging.put(path, self.path_of(sha256).name)

    def sweep(self) -> int:
        """Delete expired files, and those that killed processes left; return how many.

        While the store of files is away, expired ones stay until the next time.
        """
        gone = staging.sweep(self.folder(), self._is_known)
        before = time.time() - self.kind.kept_for().total_seconds()
        with suppress(AwayError):  # it is logged, and whoever made room goes on
            expired = file_store.older(self.folder(), "*.zip", before)
            file_store.delete(expired)
            gone += len(expired)
        return gone

    def is_wanted(self, file: MadeFile) -> bool:
        """Whether the file is there, and can be downloaded."""
        return file.is_there and file_store.is_there(self.path_of(file.sha256))

    def is_changed(self, file: MadeFile) -> bool:
        """Whether the file is there and has other bytes than were made; reads all of it."""
        try:
            digest = sha256()
            for chunk in file_store.chunks(self.path_of(file.sha256)):
                digest.update(chunk)
        except FileNotFoundError:
            return False
        return digest.hexdigest() != file.sha256

    def sent(self, file: MadeFile) -> FileResponse:
        """The file as a download; 404 where it was swept in this moment."""
        try:
            opened = file_store.opened(self.path_of(file.sha256))
        except FileNotFoundError as error:
            raise Http404 from error
        return FileResponse(
            opened,
            as_attachment=True,
            filename=file.file_name,
            content_type="application/zip",
            headers=DOWNLOAD_HEADERS,
        )

    def _is_known(self, name: str) -> bool:
        return self.kind._default_manager.filter(sha256=name.removesuffix(".zip")).exists()


package_store = Store("exports", Package)
"""Bundles and audit packs."""
