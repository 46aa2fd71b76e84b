"""Files that are no checklist, made in code: name to suffix and bytes."""

import json
import zipfile
from io import BytesIO

from openpyxl import Workbook

from compliance.content.checklist_files.writing import FORMATS
from compliance.content.formats import own
from tests.content.checklist_files.making import make_sheet
from tests.content.foreign_formats.catalogs import (
    as_yaml,
    make_asvs,
    make_catalog,
    make_library,
    make_mapping,
    make_pia,
    node,
)

SHEET = make_sheet(3)
OWN = own.as_file(SHEET)
NS = b'xmlns="http://csrc.nist.gov/ns/oscal/1.0"'
MANY = 70


def own_with(change):
    """Our own file as JSON, changed in place by a function of it."""
    value = json.loads(json.dumps(OWN))
    change(value)
    return ".json", json.dumps(value).encode()


def at(*path, to):
    """A change that sets a place; ``path`` begins at the file."""

    def change(value):
        for step in path[:-1]:
            value = value[step]
        value[path[-1]] = to

    return own_with(change)


def without(*path):
    def change(value):
        for step in path[:-1]:
            value = value[step]
        del value[path[-1]]

    return own_with(change)


def ask(**fields):
    """Our own file whose first question has other fields."""
    return own_with(lambda value: value["sections"][0]["questions"][0].update(fields))


def twice(*path):
    def change(value):
        for step in path:
            value = value[step]
        value.append(value[0])

    return own_with(change)


def catalog_with(change):
    value = make_catalog(1, 2)
    change(value["catalog"])
    return ".json", json.dumps(value).encode()


def library_with(change):
    value = make_library()
    change(value)
    return ".yaml", as_yaml(value)


def nodes_with(*nodes):
    return library_with(lambda value: value["objects"]["framework"].update(requirement_nodes=list(nodes)))


def pia_with(change):
    value = make_pia()
    change(value["structure"]["data"]["sections"])
    return ".json", json.dumps(value).encode()


def asvs_with(change):
    value = make_asvs()
    change(value["Requirements"])
    return ".json", json.dumps(value).encode()


def csv_with(*lines, head="record,key,title,text,kind,weight,extra"):
    whole = [
        head,
        "checklist,x,Title,,privacy",
        "edition,1,,Notes",
        "subject,,Name",
        "section,s,Part",
        *lines,
    ]
    return ".csv", "\r\n".join(whole).encode()


def book(*rows, kinds=()):
    made = Workbook()
    page = made.active
    for row in rows:
        page.append(row)
    for cell, value in kinds:
        page[cell] = value
    content = BytesIO()
    made.save(content)
    return ".xlsx", content.getvalue()


HEAD = ("record", "key", "title", "text", "kind", "weight", "extra")


def archive(*parts, encrypt=False):
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts:
            file.writestr(name, data)
    return ".xlsx", content.getvalue()


def xml(inside, head=NS, before=b""):
    return ".xml", before + b"<catalog " + head + b">" + inside + b"</catalog>"


META = (
    b"<metadata><title>T</title><last-modified>2026-01-01T00:00:00Z</last-modified>"
    b"<version>1</version></metadata>"
)
YAML = FORMATS["yaml"].write(SHEET)

CHEAP = {
    # nothing, or nothing that is known
    "empty": ("", b""),
    "blanks": ("", b" \n\t "),
    "one byte": ("", b"x"),
    "a word": (".yaml", b"hello"),
    "a list": (".json", b"[]"),
    "a number": (".json", b"42"),
    "null": (".json", b"null"),
    "an empty object": (".json", b"{}"),
    "another JSON": (".json", b'{"name": "x", "version": 1}'),
    "a picture": ("", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40),
    "a PDF": ("", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"),
    "UTF-16": (".yaml", "key: x".encode("utf-16")),
    "Latin-1": (".yaml", "key: Ärger".encode("latin-1")),
    "half a letter": (".json", b'{"key": "\xc3'),
    "only a mark": ("", b"\xef\xbb\xbf"),
    # JSON
    "JSON cut off": (".json", b'{"key": "x", "sections": ['),
    "JSON with a comma too many": (".json", b'{"key": "x",}'),
    "JSON with a comment": (".json", b'{"key": "x" /* no */}'),
    "JSON twice": (".json", b'{"key": "x"} {"key": "y"}'),
    "JSON key twice": (".json", b'{"key": "x", "key": "y"}'),
    "JSON NaN": (".json", b'{"edition": NaN, "sections": []}'),
    "JSON Infinity": (".json", b'{"edition": -Infinity, "sections": []}'),
    "JSON huge float": (".json", b'{"edition": 1e999, "sections": []}'),
    "JSON huge number": (".json", b'{"edition": ' + b"9" * 5000 + b"}"),
    "JSON deep": (".json", b'{"sections":' + b"[" * 200 + b"]" * 200 + b"}"),
    "JSON very deep": (".json", b"[" * 100_000),
    "JSON lone surrogate": at("title", to="\ud800"),
    "JSON control character": at("title", to="a\x00b"),
    "JSON bell in extra": at("extra", to={"a": ["\x07"]}),
    "JSON NUL as a name in extra": at("extra", to={"a\x00": 1}),
    # YAML
    "YAML bomb of ten levels": (
        ".yaml",
        b"a: &a [x]\n"
        + b"".join(
            b"%c: &%c [%s]\n" % (at + 1, at + 1, b",".join([b"*%c" % at] * 10)) for at in range(97, 107)
        ),
    ),
    "YAML alias of itself": (".yaml", b"a: &x [*x]\n"),
    "YAML alias": (".yaml", b"a: &x 1\nb: *x\n"),
    "YAML bomb": (
        ".yaml",
        b"a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nkey: [*c,*c]\n",
    ),
    "YAML merge": (".yaml", b"a: &a {x: 1}\nb: {<<: *a}\n"),
    "YAML tag": (".yaml", b"key: !!python/object/apply:os.system [ls]\n"),
    "YAML own tag": (".yaml", b"key: !x 1\n"),
    "YAML two documents": (".yaml", b"a: 1\n---\nb: 2\n"),
    "YAML tab": (".yaml", b"a:\n\t- 1\n"),
    "YAML colon": (".yaml", b"a: b: c\n"),
    "YAML key twice": (".yaml", b"key: x\nkey: y\n"),
    "YAML key is a list": (".yaml", b"? [a, b]\n: 1\n"),
    "YAML number as key": (".yaml", b"1: x\n"),
    "YAML no date": (".yaml", b"edition: 2026-13-45\nsections: []\n"),
    "YAML infinite": (".yaml", b"edition: .inf\nsections: []\n"),
    "YAML binary": (".yaml", b"edition: !!binary aGk=\nsections: []\n"),
    "YAML open quote": (".yaml", b'key: "x\n'),
    "YAML deep": (".yaml", b"edition: " + b"[" * 90 + b"]" * 90),
    "YAML control character": (".yaml", b"key: a\x01b\n"),
    "YAML huge number": (".yaml", b"edition: " + b"9" * 60 + b"\nsections: []\n"),
    "YAML cut off": (".yaml", YAML[: len(YAML) // 2] + b"\n  - {"),
    # our own shape
    "no key": without("key"),
    "key with blanks": at("key", to="A key"),
    "key too long": at("key", to="k" * 61),
    "key is a number": at("key", to=7),
    "no title": at("title", to=""),
    "title too long": at("title", to="t" * 121),
    "title on two lines": at("title", to="a\nb"),
    "title turned round": at("title", to="a\u202eb"),
    "theme with blanks": at("theme", to="My theme"),
    "no edition number": without("edition", "number"),
    "edition number too long": at("edition", "number", to="1" * 21),
    "edition is a list": at("edition", to=[]),
    "law as of is not a day": at("edition", "law_as_of", to="yesterday"),
    "no subject": without("subject"),
    "subject is text": at("subject", to="x"),
    "roles is a list": at("roles", to=["maker"]),
    "role fact unknown": at("role_fact", to="nothing"),
    "facts is text": at("facts", to="x"),
    "a fact is text": at("facts", 0, to="x"),
    "fact kind unknown": at("facts", 0, "kind", to="maybe"),
    "fact without choices": at("facts", 0, "choices", to=[]),
    "fact twice": twice("facts"),
    "fact choice twice": twice("facts", 0, "choices"),
    "too many facts": at("facts", to=[OWN["facts"][0]] * 51),
    "sections is a mapping": at("sections", to={}),
    "no section": at("sections", to=[]),
    "a section is text": at("sections", 0, to="x"),
    "section without a title": without("sections", 0, "title"),
    "section twice": twice("sections"),
    "questions is text": at("sections", 0, "questions", to="x"),
    "a question is text": at("sections", 0, "questions", 0, to="x"),
    "no question": at("sections", to=[{"key": "s", "title": "S", "questions": []}]),
    "question twice": twice("sections", 0, "questions"),
    "question key with a slash": ask(key="a/b"),
    "question key too long": ask(key="Q" * 21),
    "question without text": ask(text=" "),
    "question text too long": ask(text="t" * 20_001),
    "question title too long": ask(title="t" * 61),
    "kind unknown": ask(kind="guess"),
    "weight 0": ask(weight=0),
    "weight 6": ask(weight=6),
    "weight as text": ask(weight="3"),
    "weight half": ask(weight=2.5),
    "choice kind without choices": ask(kind="choice", choices=[], number=None),
    "choices where none belong": ask(kind="text", number=None, choices=[{"key": "a", "label": "A"}]),
    "choice is text": ask(kind="choice", number=None, choices=["a", "b"]),
    "choice twice": ask(kind="choice", number=None, choices=[{"key": "a", "label": "A"}] * 2),
    "verdict unknown": ask(
        kind="choice",
        number=None,
        choices=[{"key": k, "label": k, "verdict": "good"} for k in "ab"],
    ),
    "number without bounds": ask(kind="number", choices=[], number={"unit": "days"}),
    "number that contradicts": ask(
        kind="number", choices=[], number={"unit": "d", "at_least": 5, "at_most": 1}
    ),
    "number where none belongs": ask(kind="text", choices=[], number={"unit": "d", "at_most": 1}),
    "rule with an unknown fact": ask(applies={"moon": "full"}),
    "rule with an unknown choice": ask(applies={"data": "moon"}),
    "rule is a list": ask(applies=["data"]),
    "rule is empty": ask(applies={}),
    "rule of rules": ask(applies={"all": "data"}),
    "rule in a rule": ask(applies={"data": {"a": "b"}}),
    "applies from no day": ask(applies_from=[{"date": "soon"}]),
    "applies from with a bad rule": ask(applies_from=[{"date": "2026-01-01", "when": {"moon": "full"}}]),
    "role unknown": ask(binds=["nobody"]),
    "role twice": ask(binds=["maker", "maker"]),
    "cites twice": ask(cites=["Law Art. 1", "Law Art. 1"]),
    "good is text": ask(good="x"),
    "good on two lines": ask(good=["a\nb"]),
    "good holds a number": ask(good=[1]),
    "extra is a list": ask(extra=[1]),
    "extra too long": ask(extra={"a": "x" * 1_000_001}),
    "too many questions": at(
        "sections",
        0,
        "questions",
        to=[{"key": f"Q{n}", "title": "T", "text": "T?"} for n in range(5001)],
    ),
    "too many sections": at("sections", to=[{"key": f"s{n}", "title": "S"} for n in range(1001)]),
    # XML
    "XML cut off": (".xml", b"<catalog " + NS + b"><metadata>"),
    "XML crossed": (".xml", b"<catalog " + NS + b"><a></b></catalog>"),
    "XML two roots": (".xml", b"<catalog/><catalog/>"),
    "XML DTD": xml(META, before=b"<!DOCTYPE catalog>"),
    "XML entity": xml(
        b"<metadata><title>&x;</title></metadata>",
        before=b'<!DOCTYPE c [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    ),
    "XML bomb": xml(
        b"&b;",
        before=b'<!DOCTYPE c [<!ENTITY a "xxxxxxxx"><!ENTITY b "&a;&a;&a;&a;">]>',
    ),
    "XML outer DTD": xml(META, before=b'<!DOCTYPE c SYSTEM "http://e.eu/x.dtd">'),
    "XML entity that is not there": xml(b"&nothing;"),
    "XML other namespace": xml(META, head=b'xmlns="http://e.eu/other"'),
    "XML prefix that is not there": xml(b"<x:title>T</x:title>"),
    "XML attribute twice": (".xml", b'<catalog uuid="a" uuid="b"/>'),
    "XML unknown encoding": (
        ".xml",
        b'<?xml version="1.0" encoding="x-no"?><catalog/>',
    ),
    "XML control character": xml(b"<title>\x01</title>"),
    "XML deep": xml(b"<group>" * MANY + b"</group>" * MANY),
    "XML SVG": (".xml", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
    "XML HTML": (".xml", b"<html><body>x</body></html>"),
    "HTML page": ("", b"<!DOCTYPE html>\n<html lang=en><p>Not found<br>"),
    "XML without metadata": xml(b"<control id='a'><title>T</title></control>"),
    "XML without controls": xml(META),
    "XML profile": (".xml", b"<profile " + NS + b' uuid="x"/>'),
    # OSCAL
    "catalog is a list": (".json", b'{"catalog": []}'),
    "profile": (".json", b'{"profile": {}}'),
    "system security plan": (".json", b'{"system-security-plan": {}}'),
    "component definition": (".json", b'{"component-definition": {}}'),
    "catalog without metadata": catalog_with(lambda c: c.pop("metadata")),
    "catalog without a title": catalog_with(lambda c: c["metadata"].pop("title")),
    "catalog without a version": catalog_with(lambda c: c["metadata"].pop("version")),
    "catalog without a date": catalog_with(lambda c: c["metadata"].pop("last-modified")),
    "catalog with a bad date": catalog_with(lambda c: c["metadata"].update({"last-modified": "2026-99-01"})),
    "catalog without groups": catalog_with(lambda c: c.pop("groups")),
    "groups is text": catalog_with(lambda c: c.update(groups="x")),
    "a group is text": catalog_with(lambda c: c.update(groups=["x"])),
    "group without a title": catalog_with(lambda c: c["groups"][0].pop("title")),
    "controls is an object": catalog_with(lambda c: c["groups"][0].update(controls={"a": 1})),
    "a control is a number": catalog_with(lambda c: c["groups"][0].update(controls=[7])),
    "control without an id": catalog_with(lambda c: c["groups"][0]["controls"][0].pop("id")),
    "control with a number as id": catalog_with(lambda c: c["groups"][0]["controls"][0].update(id=5)),
    "control text with a control character": catalog_with(
        lambda c: c["groups"][0]["controls"][0].update(title="a\x02b")
    ),
    "back matter with NUL": catalog_with(lambda c: c.update({"back-matter": {"x": "\x00"}})),
    # CISO Assistant
    "library without objects": library_with(lambda v: v.update(objects=None)),
    "library of nothing": library_with(lambda v: v.update(objects={"threats": []})),
    "library with two frameworks": library_with(
        lambda v: v["objects"].update(framework=[v["objects"]["framework"]] * 2)
    ),
    "framework without nodes": library_with(lambda v: v["objects"]["framework"].pop("requirement_nodes")),
    "a node is text": nodes_with("x"),
    "node without an urn": nodes_with(node("1", urn="")),
    "node under nobody": nodes_with(node("1", "9")),
    "node without words": nodes_with(
        {"urn": "urn:x:1", "assessable": True, "questions": {"u": {"type": "text"}}}
    ),
    "questions of a node is a list": nodes_with(node("1", questions=["x"])),
    "question of a node is text": nodes_with(node("1", questions={"urn:q": "x"})),
    "choices of a question is text": nodes_with(
        node(
            "1",
            questions={"urn:q": {"type": "unique_choice", "text": "T", "choices": "x"}},
        )
    ),
    "mapping of no kind": library_with(
        lambda v: v["objects"].update(requirement_mapping_sets=[make_mapping("cousin")])
    ),
    "mapping without frameworks": library_with(
        lambda v: v["objects"].update(requirement_mapping_sets=[{"requirement_mappings": []}])
    ),
    "library with a bad date": library_with(lambda v: v.update(publication_date="soon")),
    "mapping that is a list": library_with(
        lambda v: v["objects"].update(requirement_mapping_sets=[make_mapping(["equal"])])
    ),
    "mappings is text": library_with(
        lambda v: v["objects"].update(
            requirement_mapping_sets=[make_mapping() | {"requirement_mappings": "x"}]
        )
    ),
    # CNIL and ASVS
    "PIA with a bad date": (
        ".json",
        json.dumps({"structure": make_pia()["structure"] | {"updated_at": "2026-13-45"}}).encode(),
    ),
    "PIA section is text": pia_with(lambda s: s.append("x")),
    "PIA item is text": pia_with(lambda s: s[0]["items"].append("x")),
    "PIA questions is text": pia_with(lambda s: s[0]["items"][0].update(questions="x")),
    "PIA question without a title": pia_with(lambda s: s[0]["items"][0]["questions"][0].update(title="")),
    "PIA of nothing": pia_with(lambda s: s.clear()),
    "ASVS item is text": asvs_with(lambda r: r[0]["Items"].append("x")),
    "ASVS items is text": asvs_with(lambda r: r[0].update(Items="x")),
    "ASVS of nothing": asvs_with(lambda r: r.clear()),
    "ASVS without words": asvs_with(lambda r: r[0]["Items"][0]["Items"][0].update(Description="")),
    # CSV
    "CSV without our heading": (".csv", b"a,b\r\n1,2\r\n"),
    "CSV of headings only": (".csv", b"record,key,title\r\n"),
    "CSV record unknown": csv_with("moon,x"),
    "CSV question before a section": (".csv", b"record,key\r\nquestion,Q1\r\n"),
    "CSV choice before a question": csv_with("choice,a,A"),
    "CSV option before a fact": csv_with("option,a,A"),
    "CSV more before all": (".csv", b"record,key\r\nmore,x\r\n"),
    "CSV weight is a word": csv_with("question,Q1,T,Text?,verdict,heavy"),
    "CSV extra is not JSON": csv_with("question,Q1,T,Text?,verdict,3,{"),
    "CSV extra NaN": csv_with("question,Q1,T,Text?,verdict,3,NaN"),
    "CSV two checklists": csv_with("checklist,y,Other", "question,Q1,T,Text?"),
    "CSV cell too many": csv_with("question,Q1,T,Text?,verdict,3,,surplus"),
    "CSV open quote": csv_with('question,Q1,"T'),
    "CSV stray quote": csv_with('question,Q1,"T"x,Text?'),
    "CSV cell too long": csv_with(f"question,Q1,T,{'x' * 1_100_000}"),
    "CSV too wide": (".csv", b"record" + b",x" * 300),
    "CSV NUL": csv_with("question,Q1,T\x00,Text?"),
    "CSV role twice": csv_with("role,r,R", "role,r,R", "question,Q1,T,Text?"),
    "CSV ASVS without words": (
        ".csv",
        b"chapter_id,req_id,req_description\r\nV1,V1.1,\r\n",
    ),
    # XLSX
    "XLSX without our heading": book(("a", "b"), ("1", "2")),
    "XLSX of headings only": book(HEAD),
    "XLSX formula": book(HEAD, ("question", "Q1"), kinds=[("C2", "=1+1")]),
    "XLSX error": book(HEAD, ("question", "Q1"), kinds=[("C2", "#REF!")]),
    "XLSX record unknown": book(HEAD, ("moon", "x")),
    "ZIP of something": archive(("a.txt", b"x")),
    "ZIP cut off": (".xlsx", archive(("xl/workbook.xml", b"<x/>"))[1][:60]),
    "old Excel": (".xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600),
    "XLSX with a DTD": archive(("[Content_Types].xml", b"<!DOCTYPE x><x/>"), ("xl/workbook.xml", b"<x/>")),
}

HEAVY = {
    "file too large": lambda: (".json", b"[" + b" " * 12_000_001),
    "YAML too large": lambda: (".yaml", b"a: " + b"x" * 6_000_001),
    "JSON of many empty lists": lambda: (".json", b"[" + b"[]," * 3_900_000 + b"[]]"),
    "JSON of many objects": lambda: (
        ".json",
        b'{"sections":[' + b'{"a":{}},' * 1_200_000 + b'{}],"edition":{}}',
    ),
    "YAML of many lists": lambda: (
        ".yaml",
        b"edition: {}\nsections: [" + b"[]," * 1_900_000 + b"]",
    ),
    "YAML flow pairs": lambda: (".yaml", b"{" * 3_000_000),
    "XML of many elements": lambda: xml(b"<a/>" * 2_900_000),
    "XML attribute of megabytes": lambda: xml(b"", head=b'a="' + b"x" * 11_000_000 + b'"'),
    "CSV of many rows": lambda: (".csv", b"record,key\r\n" + b"moon,x\r\n" * 1_400_000),
    "CSV of commas": lambda: (".csv", b"record" + b"," * 11_000_000),
    "ZIP bomb": lambda: archive(
        ("[Content_Types].xml", b"<x/>"),
        ("xl/workbook.xml", b"<x>" + b" " * 200_000_000 + b"</x>"),
    ),
    "regular expressions at work": lambda: pia_with(
        lambda s: s[0]["items"][0]["questions"][0].update(title="<" * 3_000_000)
    ),
    "one line of ten megabytes": lambda: (
        ".json",
        json.dumps(OWN | {"summary": "x" * 10_000_000}).encode(),
    ),
}
"""Functions, for together they make hundreds of megabytes."""
