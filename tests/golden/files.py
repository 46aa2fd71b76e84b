"""The demo as text, beside the text that was agreed on.

A difference is a decision: read it, then write the files again with
``GOLDEN=write pytest tests/operations/demo/test_demo.py`` and say in the commit why they changed.
"""

import json
import os
import re
from difflib import unified_diff
from hashlib import sha256
from html import unescape
from pathlib import Path

FOLDER = Path(__file__).parent
SHOWN = 48
"""Characters of a longer text that a file holds, beside the hash of all of it."""
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HASH = re.compile(r"\b(?=[a-f]*[0-9])[0-9a-f]{8,64}\b")
_UNSEEN = re.compile(r"<(script|style|svg|template)\b.*?</\1>|<!--.*?-->", re.DOTALL)
_FIELD = re.compile(r'<input\b(?![^>]*type="(?:hidden|checkbox)")[^>]*\bvalue="([^"]*)"[^>]*>')
_ON = re.compile(r"<option\b[^>]*\bselected\b[^>]*>")


def compare(texts):
    """Hold texts by file name against the folder; or write them, if asked to."""
    there = {path.name for path in FOLDER.glob("*.txt")}
    if os.environ.get("GOLDEN") == "write":
        for name in there - texts.keys():
            (FOLDER / name).unlink()
        for name, text in texts.items():
            (FOLDER / name).write_text(text)
        return
    assert there == texts.keys()
    differing = [
        line
        for name in sorted(texts)
        for line in unified_diff(
            (FOLDER / name).read_text().splitlines(),
            texts[name].splitlines(),
            f"agreed/{name}",
            f"now/{name}",
            lineterm="",
            n=0,
        )
    ]
    assert not differing, "\n".join(differing[:200])


def lines_of(value):
    """A JSON value, a line for each row of its lists; what is empty is left out."""
    return "\n".join(_told("", _plain(value, {}))) + "\n"


def _plain(value, names):
    if isinstance(value, dict):
        kept = {key: one for key, one in value.items() if one not in (None, "", [])}
        return {key: _plain(one, names) for key, one in kept.items()}
    if isinstance(value, list | tuple):
        return [_plain(one, names) for one in value]
    if isinstance(value, str):
        return short(_UUID.sub(lambda match: _numbered(names, match[0]), value))
    return value


def _told(path, value):
    if isinstance(value, dict) and any(isinstance(v, list) for v in value.values()):
        for key, one in value.items():
            yield from _told(f"{path}.{key}" if path else key, one)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for at, one in enumerate(value):
            yield f"{path}.{at} {json.dumps(one, ensure_ascii=False, sort_keys=True)}"
    else:
        yield f"{path} {json.dumps(value, ensure_ascii=False, sort_keys=True)}"


def short(text):
    """A text, or its beginning and a hash of it where it is long."""
    if len(text) <= SHOWN or re.fullmatch("[0-9a-f]{64}", text):
        return text
    return f"{text[:SHOWN]}… {sha256(text.encode()).hexdigest()[:8]}"


def seen_on(html):
    """The words of a page, a line for each element; ids and hashes are alike."""
    html = re.split(r"<(?:main|body)\b[^>]*>", html)[-1]
    html = _UNSEEN.sub("", html.partition("</main>")[0])
    html = _ON.sub("* ", _FIELD.sub(r"[\1]", html))
    html = re.sub(r"</?(b|bdi|a|strong|em|span|code|wbr)\b[^>]*>", "", html)
    words = (" ".join(part.split()) for part in re.split(r"<[^>]*>", html))
    text = "\n".join(unescape(part) for part in words if part)
    return _HASH.sub("#", _UUID.sub("#", text)).strip() + "\n"


def digest_of(text):
    """How many lines, and the hash of them: for what is long and seldom changes."""
    return f"{text.count(chr(10))} lines, {sha256(text.encode()).hexdigest()[:16]}"


def _numbered(names, found):
    return names.setdefault(found, f"id{len(names) + 1}")
