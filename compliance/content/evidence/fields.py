"""The words and days of a piece of evidence that a person gives, each with its label. Pure.

The file and the link of a piece never change: another one is another piece.
"""


def _(label: str) -> str:
    """Marks a label for translation; processes that read files have no settings for it."""
    return label


DATES = {
    "document_on": _("date of the document"),
    "covers_from": _("period"),
    "covers_to": _("period"),
    "expires_on": _("expiry"),
}
"""The four days that are never mixed, by column."""
DESCRIBED = {"title": _("title")} | DATES
