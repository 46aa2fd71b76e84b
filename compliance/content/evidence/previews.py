"""The beginning of a file, beside the answer that it proves: a picture, or its first lines."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from compliance.content.evidence import storage
from compliance.content.evidence.models import Evidence
from compliance.content.evidence.storage import StorageError
from compliance.ground.pictures import drawing

MOST = 6
"""The most pieces of evidence that a page shows beside one answer."""
MOST_BYTES = 2 * 1024 * 1024
"""The most bytes of a text file whose first lines a page shows."""
LINES, LETTERS = 24, 2000
_CHARSET = re.compile(r"charset=([\w-]+)")


@dataclass(frozen=True, slots=True)
class Preview:
    """The first lines of a text, or "" for a file of which there is a picture."""

    evidence: Evidence
    text: str
    is_cut: bool


def previews_of(rows: Iterable[Evidence]) -> list[Preview]:
    """The previews of the first pieces, without those that have nothing to show."""
    found = (_preview(one) for one in rows if one.is_file)
    return list(islice((one for one in found if one), MOST))


def picture_of(evidence: Evidence) -> bytes:
    """The photo or first page as WebP. ``UndrawnError`` if there is none."""
    if evidence.media_type not in drawing.DRAWS:
        raise drawing.UndrawnError("There are no pictures of such files.")
    return drawing.beginning(
        evidence.sha256,
        evidence.media_type,
        lambda: storage.open_kept(evidence.organisation_id, evidence.sha256),
    )


def has_picture(evidence: Evidence) -> bool:
    """Whether its photo or first page was drawn already: a list waits for none."""
    if not evidence.is_file or evidence.media_type not in drawing.DRAWS:
        return False
    return drawing.is_begun(evidence.sha256)


def _preview(evidence: Evidence) -> Preview | None:
    if evidence.media_type in drawing.DRAWS:
        return Preview(evidence, "", is_cut=False)
    is_text = evidence.media_type.startswith("text/")
    if not is_text and evidence.media_type != "application/json":
        return None
    if (evidence.size_bytes or 0) > MOST_BYTES:
        return None
    try:
        with storage.open_kept(evidence.organisation_id, evidence.sha256) as file:
            content = file.read()
    except StorageError:  # its own page says so
        return None
    charset = _CHARSET.search(evidence.media_type)
    text = content.decode(charset[1] if charset else "utf-8", "replace")
    text = text.lstrip("\ufeff").strip()
    begun = "\n".join(text.splitlines()[:LINES])[:LETTERS]
    return Preview(evidence, begun, is_cut=len(begun) < len(text)) if begun else None
