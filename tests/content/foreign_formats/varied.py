"""Controls as different as those of a real catalog, and their XML.

The XML is written here from the elements that each text stands for, and not by our writer.
"""

from xml.sax.saxutils import escape, quoteattr

WITHDRAWN = {"name": "status", "value": "withdrawn"}
MARKED = {
    "Keep **all** of it, _each_ part and `one two`:\n\n- first\n- second\n  1. deeper\n"
    "  2. still": "<p>Keep <strong>all</strong> of it, <i>each</i> part and "
    "<code>one two</code>:</p><ul><li>first</li><li>second<ol><li>deeper</li>"
    "<li>still</li></ol></li></ul>",
    "See the table.\n\n| What | Days |\n| --- | --- |\n| Log | *30* |": "<p>See the table."
    "</p><table><tr><th>What</th><th>Days</th></tr><tr><td>Log</td><td><em>30</em></td>"
    "</tr></table>",
    'As [the source](#r1) says, "H~2~O" and x^2^.\n\n> Quoted.': '<p>As <a href="#r1">the'
    " source</a> says, <q>H<sub>2</sub>O</q> and x<sup>2</sup>.</p><blockquote><p>Quoted."
    "</p></blockquote>",
    "```\nkeep --all\n```\n\n![a plan](plan.png)": "<pre>keep --all</pre><p>"
    '<img alt="a plan" src="plan.png"/></p>',
    "A *source*": "A <em>source</em>",
    "Duty with a **stressed** word": "Duty with a <strong>stressed</strong> word",
    "Somebody, *A source*, 2026.": "Somebody, <em>A source</em>, 2026.",
}
"""Markdown as OSCAL has it to the elements that it stands for."""
PROSE = [text for text, element in MARKED.items() if element.startswith("<")]


def vary(control, family, number):
    """Make one of nine kinds of control of a uniform one; the first ones stay."""
    cid, kind = control["id"], number % 9 if number > 5 else 0
    statement, guidance = control["parts"][:2]
    if kind == 1:
        guidance["prose"] = PROSE[number % len(PROSE)]
        control["title"] = "Duty with a **stressed** word"
    elif kind == 2:
        statement["prose"] = f"For {{{{ insert: param, {family}_grp }}}} and {{{{ insert: param, whole }}}}."
    elif kind == 3:
        nested = f"once, {{{{ insert: param, {cid}_prm_1 }}}}"
        control["params"][1]["select"] = {
            "how-many": "one-or-more",
            "choice": [nested, f"{{{{ insert: param, {family}_grp }}}}"],
        }
    elif kind == 4:
        control["props"].append(
            {
                "name": "area",
                "ns": "https://e.eu/ns",
                "value": "x <y> & z",
                "class": "sp",
                "remarks": "Why it is there.",
            }
        )
        control["links"] += [
            {"href": f"#{family}-1", "rel": "related"},
            {"href": "https://e.eu/a?b=c&d=e", "rel": "required"},
        ]
    else:
        _vary_parts(control, kind, PROSE[number % len(PROSE)])


def _vary_parts(control, kind, prose):
    statement, guidance = control["parts"][:2]
    if kind == 5:
        control["parts"] = control["parts"][:1]
        del control["params"], control["links"], statement["parts"]
        statement["prose"] = "It is done."
    elif kind == 6:
        statement["prose"] = prose
    elif kind == 7:
        control["params"][0] |= {"values": ["30 days"], "usage": "Set it once."}
        guidance["parts"] = [{"name": "example", "title": "An example", "prose": "As it was done."}]
    elif kind == 8:
        del control["parts"], control["params"]


def as_xml(catalog):
    """The XML of a catalog."""
    inside = "".join(_inside("catalog", catalog))
    head = f'xmlns="http://csrc.nist.gov/ns/oscal/1.0" uuid="{catalog["uuid"]}"'
    return f"<catalog {head}>{inside}</catalog>".encode()


ATTRIBUTES = {
    "catalog": ("uuid",), "group": ("id", "class"), "control": ("id", "class"),
    "param": ("id",), "part": ("id", "name", "class"), "link": ("href", "rel"),
    "prop": ("name", "ns", "value", "class"), "select": ("how-many",), "role": ("id",),
    "party": ("uuid", "type"), "responsible-party": ("role-id",), "resource": ("uuid",),
    "rlink": ("href", "media-type"), "hash": ("algorithm",),
}  # fmt: skip
ELEMENTS = {
    "params": "param", "props": "prop", "links": "link", "parts": "part",
    "groups": "group", "controls": "control", "guidelines": "guideline",
    "values": "value", "roles": "role", "parties": "party", "resources": "resource",
    "responsible-parties": "responsible-party", "party-uuids": "party-uuid",
    "email-addresses": "email-address", "rlinks": "rlink", "hashes": "hash",
}  # fmt: skip


def _inside(name, value):
    for key, part in value.items():
        if key in ATTRIBUTES.get(name, ()):
            continue
        if key == "prose":
            yield _prose(part)
        elif name == "hash":
            yield part
        else:
            for one in part if isinstance(part, list) else [part]:
                yield _element(ELEMENTS.get(key, key), one)


def _element(name, value):
    if isinstance(value, str):
        said = _prose(value) if name in {"remarks", "usage"} else _line(value)
        return f"<{name}>{said}</{name}>"
    own = [key for key in ATTRIBUTES.get(name, ()) if key in value]
    written = "".join(f" {key}={quoteattr(value[key])}" for key in own)
    return f"<{name}{written}>{''.join(_inside(name, value))}</{name}>"


def _prose(text):
    if text in MARKED:
        return MARKED[text]
    return "".join(f"<p>{_line(part)}</p>" for part in text.split("\n\n"))


def _line(text):
    whole = MARKED.get(text) or escape(text)
    parts = whole.split("{{ insert: param, ")
    rest = [part.split(" }}", 1) for part in parts[1:]]
    inserted = (f'<insert type="param" id-ref="{i}"/>{after}' for i, after in rest)
    return parts[0] + "".join(inserted)
