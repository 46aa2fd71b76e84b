"""The door of the PDF engine: all that other rooms may use of it.

In go HTML documents (the pieces of one file, the first with its contents), one style sheet,
files to embed, limits, and the place of a key. Out comes one file that is PDF/A-3a
(ISO 19005-3) and PDF/UA-1 (ISO 14289-1), the same bytes for the same input; ``seal`` then
signs it in its place (PAdES). Both work in processes of their own, and both raise
``RenderError`` with words for a person. The engine knows no model, no setting and no Django.
"""

from compliance.proof.press.job import NO_ROOM, Attachment, Limits, Made
from compliance.proof.press.keys import (
    OWN,
    Place,
    SealError,
    certificates_of,
    fingerprint,
    seal_of,
)
from compliance.proof.press.process import (
    Listen,
    RenderError,
    Share,
    help_with,
    render,
    seal,
)

__all__ = [
    "NO_ROOM",
    "OWN",
    "Attachment",
    "Limits",
    "Listen",
    "Made",
    "Place",
    "RenderError",
    "SealError",
    "Share",
    "certificates_of",
    "fingerprint",
    "help_with",
    "render",
    "seal",
    "seal_of",
]
