"""The parts of a bundle, and their limits. ``docs/moving.md`` says the same."""

import re

FORMAT, VERSION = "attest-bundle", 2
"""Version 1 held a version of each answer; it is read and left out."""
HEAD, CONTENT, ROWS, SUMS = "bundle.json", "content.json", "rows.json", "SHA256SUMS"
EDITIONS, SIGNED, TRAILS = "editions/", "signed/", "trail/"
EVIDENCE = "evidence/"
MARK = b"attest sha256 "
"""Begins the comment at the end of the ZIP; the hash of all bytes before it follows."""
IN_PACK = "bundle.zip"
"""The name of a bundle inside an audit pack."""
NAME = re.compile(
    r"bundle\.json|content\.json|rows\.json|SHA256SUMS"
    r"|editions/d[1-9][0-9]{0,2}\.yaml"
    r"|signed/[0-9a-f]{64}(\.rows)?\.json"
    r"|trail/[1-9][0-9]?\.jsonl?"
    r"|evidence/[0-9a-f]{64}"
)
"""Every name that a part may have: no folder beside these, no way out of them."""
MOST_PARTS = 6_000
MOST_TEXT_BYTES = 32 * 1024 * 1024
"""Of one part that is text, unpacked; a trail has four times as much."""
MOST_TRAIL_BYTES = 4 * MOST_TEXT_BYTES
MOST_LINE_BYTES = 8 * 1024 * 1024
MOST_EVENTS = 500_000
MOST_ANSWERS = 20_000
MOST_DEPTH = 60
SECONDS = 120
MEMORY_BYTES = 512 * 1024 * 1024
MOST_WORDS = 500


def signed_content(content_hash: str) -> str:
    """The part that holds what was signed, under its hash."""
    return f"{SIGNED}{content_hash}.json"


def signed_rows(content_hash: str) -> str:
    """The part that holds the rows behind what was signed."""
    return f"{SIGNED}{content_hash}.rows.json"


def trail_head(number: int) -> str:
    """The part that says whose trail the events are and where its chain stood."""
    return f"{TRAILS}{number}.json"


def trail_events(number: int) -> str:
    """The part that holds the events, one JSON object a line."""
    return f"{TRAILS}{number}.jsonl"
