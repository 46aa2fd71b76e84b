"""Expectations of an example as people type them, one a line. Pure.

``G001 G002: Art. 5.`` names questions and the article, ``all but A003: …`` all
others, ``gate transition: …`` those behind a gate. A line of dates begins with the day,
or with "now".
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

Group = Mapping[str, Any]
NOW = "now"
_LINE = re.compile(r"(?P<named>[^:]+):\s*(?P<because>.+)")
_DATED = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2}|now)\s+(?P<rest>.+)")


class UnreadableLineError(ValueError):
    """A line that says no group; the text says why."""


def group_in_words(group: Group, *, is_dated: bool = False) -> str:
    """A group as its line."""
    if "gate" in group:
        named = f"gate {group['gate']}"
    elif "all_but" in group:
        named = f"all but {' '.join(group['all_but'])}"
    else:
        named = " ".join(group["questions"])
    day = f"{group.get('from', NOW)} " if is_dated else ""
    return f"{day}{named}: {group['because']}"


def groups(lines: Iterable[str], *, is_dated: bool = False) -> list[dict[str, Any]]:
    """The groups of some lines; raises ``UnreadableLineError`` for the first that is none."""
    return [_group(line, is_dated=is_dated) for line in lines]


def _group(line: str, *, is_dated: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    rest = line
    if is_dated:
        dated = _DATED.fullmatch(line)
        if dated is None:
            msg = f"“{line[:60]}” begins with no day such as 2027-12-02, nor with now"
            raise UnreadableLineError(msg)
        rest = dated["rest"]
        if dated["day"] != NOW:
            found["from"] = _day(dated["day"])
    said = _LINE.fullmatch(rest)
    if said is None:
        msg = f"“{line[:60]}” names no questions and no reason, such as G001: Art. 5."
        raise UnreadableLineError(msg)
    words = said["named"].split()
    if words[0] == "gate" and len(words) == 2:
        found["gate"] = words[1]
    elif words[:2] == ["all", "but"]:
        found["all_but"] = words[2:]
    else:
        found["questions"] = words
    return found | {"because": said["because"].strip()}


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        msg = f"{text} is not a day"
        raise UnreadableLineError(msg) from None
