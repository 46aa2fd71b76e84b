"""The order in which OSCAL writes the fields of each of its objects. Pure."""

from typing import Any

_FIRST = ("uuid", "id", "name", "ns", "class", "value", "href", "rel", "media-type")
_USUAL = (
    "title", "published", "last-modified", "version", "oscal-version", "revisions",
    "short-name", "external-ids", "description", "params", "label", "usage",
    "constraints", "guidelines", "values", "select", "props", "links", "parts", "groups",
    "controls", "document-ids", "email-addresses", "telephone-numbers", "addresses",
    "roles", "locations", "parties", "responsible-parties", "actions", "citation",
    "rlinks", "base64", "back-matter", "remarks",
)  # fmt: skip
ORDERS = {
    "catalog": ("uuid", "metadata", "params", "controls", "groups", "back-matter"),
    "metadata": (
        "title", "published", "last-modified", "version", "oscal-version", "revisions",
        "document-ids", "props", "links", "roles", "locations", "parties",
        "responsible-parties", "actions", "remarks",
    ),
    "parts": ("id", "name", "ns", "class", "title", "props", "prose", "parts", "links"),
    "params": (
        "id", "class", "depends-on", "props", "links", "label", "usage", "constraints",
        "guidelines", "values", "select", "remarks",
    ),
}  # fmt: skip
"""Where the usual order is not kept."""


def ordered(value: Any, kind: str = "") -> Any:
    """The value with its fields in order, all the way down; no empty list stays."""
    if isinstance(value, list):
        return [ordered(part, kind) for part in value]
    if not isinstance(value, dict):
        return value
    rank = {name: at for at, name in enumerate(ORDERS.get(kind, (*_FIRST, *_USUAL)))}
    names = sorted(value, key=lambda name: (rank.get(name, len(rank)), name))
    return {name: ordered(value[name], name) for name in names if value[name] != []}
