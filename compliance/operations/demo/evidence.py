"""The demo organisation's evidence, and a change of it after a signature."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from compliance.content.evidence import actions
from compliance.content.evidence.fields import DATES
from compliance.identity.organisations.models import User
from compliance.operations.demo.cast import Cast


def add(cast: Cast, by: User, entry: dict[str, Any]) -> None:
    """Add a file or a link, or a newer version of one."""
    words: dict[str, Any] = {name: entry.get(name) for name in DATES}
    words |= {"title": entry["title"], "organisation": cast.organisation}
    words["by"] = cast[entry["by"]] if "by" in entry else by
    words["replaces"] = cast.proofs[entry["replaces"]] if "replaces" in entry else None
    if "url" in entry:
        added = actions.add_link(url=entry["url"], **words)
    else:
        upload = SimpleUploadedFile(entry["file"], entry["text"].encode())
        added = actions.add_file(upload=upload, **words)
    cast.proofs[entry["key"]] = added


def describe(cast: Cast, entry: dict[str, Any]) -> None:
    """Change dates of evidence."""
    changes = {name: entry[name] for name in DATES if name in entry}
    proof = cast.proofs[entry["evidence"]]
    actions.describe(by=cast[entry["by"]], evidence=proof, **changes)
