"""Comparing texts word by word. Pure."""

import difflib
import re


def word_diff(old: str, new: str, most: int = 4000) -> list[tuple[str, str]]:
    """Runs of words as ("same", "del" or "ins", text), beyond ``most`` not compared."""
    if len(old) + len(new) > most * 2:
        return [("del", old), ("ins", new)]
    a, b = re.findall(r"\s+|\S+", old), re.findall(r"\s+|\S+", new)
    runs: list[tuple[str, str]] = []
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            runs.append(("same", "".join(a[i1:i2])))
            continue
        if i2 > i1:
            runs.append(("del", "".join(a[i1:i2])))
        if j2 > j1:
            runs.append(("ins", "".join(b[j1:j2])))
    return runs
