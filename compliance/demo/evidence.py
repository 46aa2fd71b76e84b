"""The demo organisation's evidence, and a change of it after a signature."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from compliance.demo.cast import Cast
from compliance.evidence import actions
from compliance.organisations.models import User

_DATES = ("document_on", "covers_from", "covers_to", "expires_on")


def add(cast: Cast, by: User, told: dict[str, Any]) -> None:
    """Add a file or a link, or a newer version of one."""
    words: dict[str, Any] = {name: told.get(name) for name in _DATES}
    words |= {"title": told["title"], "organisation": cast.organisation}
    words["by"] = cast[told["by"]] if "by" in told else by
    words["replaces"] = cast.proofs[told["replaces"]] if "replaces" in told else None
    if "url" in told:
        added = actions.add_link(url=told["url"], **words)
    else:
        upload = SimpleUploadedFile(told["file"], told["text"].encode())
        added = actions.add_file(upload=upload, **words)
    cast.proofs[told["key"]] = added


def describe(cast: Cast, told: dict[str, Any]) -> None:
    """Change dates of evidence."""
    changes = {name: told[name] for name in _DATES if name in told}
    proof = cast.proofs[told["evidence"]]
    actions.describe(by=cast[told["by"]], evidence=proof, **changes)
