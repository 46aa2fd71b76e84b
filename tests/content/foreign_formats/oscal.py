"""Rules of OSCAL 1.1.3 for what we write: results and catalogs, as mappings.

Taken from NIST's JSON schema, whose models our files were held against; only what our
writers use is written down here.
"""

import re

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
TOKEN = r"[A-Za-z_][A-Za-z0-9._-]*"
# As in JavaScript: "." ends at U+2028 and U+2029 too.
STRING = r"\S([^\n\r\u2028\u2029]*\S)?"
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
ADDRESS = r"[a-z][a-z0-9+.-]*://[!-~]+"
REFERENCE = r"[!-~]+"
TEXT = r"[\s\S]+"
PROSE = r"[\s\S]*"

WORDS = {
    "uuid": UUID,
    "observation-uuid": UUID,
    "id": TOKEN,
    "target-id": TOKEN,
    "class": TOKEN,
    "name": TOKEN,
    "reason": TOKEN,
    "parties.name": STRING,
    "value": STRING,
    "version": STRING,
    "algorithm": STRING,
    "media-type": STRING,
    "oscal-version": r"1\.1\.3",
    "last-modified": MOMENT,
    "published": MOMENT,
    "start": MOMENT,
    "end": MOMENT,
    "collected": MOMENT,
    "ns": ADDRESS,
    "href": REFERENCE,
    "title": TEXT,
    "description": PROSE,
    "prose": PROSE,
    "remarks": PROSE,
    "type": r"organization|objective-id",
    "state": r"satisfied|not-satisfied",
    "methods": r"EXAMINE|INTERVIEW|TEST|UNKNOWN",
}
KINDS = {  # what must be there; what else may be
    "assessment-results": ("uuid metadata import-ap results", "back-matter"),
    "catalog": ("uuid metadata", "params controls groups back-matter"),
    "metadata": (
        "title last-modified version oscal-version",
        "published props links roles parties responsible-parties remarks",
    ),
    "parties": ("uuid type", "name"),
    "import-ap": ("href", ""),
    "results": (
        "uuid title description start reviewed-controls",
        "end observations findings",
    ),
    "reviewed-controls": ("control-selections", ""),
    "control-selections": ("include-all", ""),
    "include-all": ("", ""),
    "observations": (
        "uuid description methods collected",
        "title props relevant-evidence",
    ),
    "relevant-evidence": ("description", "href"),
    "findings": ("uuid title description target", "related-observations"),
    "target": ("type target-id status", ""),
    "status": ("state", "reason remarks"),
    "related-observations": ("observation-uuid", ""),
    "back-matter": ("", "resources"),
    "resources": ("uuid", "title rlinks"),
    "rlinks": ("href", "hashes media-type"),
    "hashes": ("algorithm value", ""),
    "props": ("name value", "ns class"),
    "groups": ("title", "id class props parts groups controls"),
    "controls": ("id title", "class params props links parts controls"),
    "parts": ("name", "id ns class title props prose parts links"),
}


def faults(document):
    """The faults in a document of one root, each with its place."""
    [(kind, root)] = document.items()
    found = list(_of(root, kind, kind))
    ids = [one["id"] for one in walk(root) if "id" in one]
    found += [f"{one} twice" for one in sorted(set(ids)) if ids.count(one) > 1]
    known = {one["uuid"] for one in walk(root) if "uuid" in one}
    found += [
        f"{one['href']} leads nowhere"
        for one in walk(root)
        if one.get("href", "")[:1] == "#" and one["href"][1:] not in known
    ]
    return found


def walk(value):
    """Every mapping in a value."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from walk(one)


def _of(value, kind, place):
    needed, more = (words.split() for words in KINDS[kind])
    yield from (f"{place}: no {name}" for name in needed if name not in value)
    for name, inner in value.items():
        here = f"{place}/{name}"
        if name not in {*needed, *more}:
            yield f"{here}: not known"
            continue
        if inner == []:
            yield f"{here}: empty"
        for one in inner if isinstance(inner, list) else [inner]:
            if isinstance(one, dict):
                yield from _of(one, name, here)
            else:
                yield from _word(one, name, f"{kind}.{name}", here)


def _word(value, name, full_name, place):
    pattern = WORDS.get(full_name) or WORDS[name]
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        yield f"{place}: {value!r}"
