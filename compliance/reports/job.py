"""What the process that makes the file is told."""

from typing import Literal, TypedDict


class Attachment(TypedDict):
    """A file to embed: "Source" is what the pages were made from, "Data" a form of it."""

    name: str
    mime: str
    relationship: Literal["Source", "Data"]
    description: str
    path: str


class Job(TypedDict):
    """The texts, the files to embed, where to write, and the limits."""

    html: str
    css: str
    path: str
    attachments: list[Attachment]
    bytes: int
    seconds: int
