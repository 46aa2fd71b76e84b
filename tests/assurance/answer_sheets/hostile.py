"""Files that should not be taken in, made in code: name to bytes."""

import io
import re
import struct
import warnings
import zipfile

from openpyxl import Workbook
from openpyxl.chart import BarChart

from tests.assurance.answer_sheets.making import book_of, bytes_of

SHEET = "xl/worksheets/sheet2.xml"
OVERRIDE = (
    b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.'
    b'openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def parts_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts, compression=zipfile.ZIP_DEFLATED):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return content.getvalue()


def with_part(content, name, change):
    """The file with one part put through a function, or made of it."""
    parts = parts_of(content)
    parts[name] = change(parts.get(name, b""))
    return packed(parts)


def replacing(old, new):
    return lambda data: data.replace(old, new, 1)


def strings(data):
    """A change that gives the file shared strings."""
    return lambda content: with_part(
        with_part(content, "[Content_Types].xml", replacing(b"</Types>", OVERRIDE)),
        "xl/sharedStrings.xml",
        lambda _: data,
    )


def many_strings(count, text):
    items = b"<si><t>%s</t></si>" % text * count
    return strings(b'<sst xmlns="%s">%s</sst>' % (MAIN, items))


def rows(xml):
    """A change that puts rows at the end of the first section."""
    return lambda content: with_part(content, SHEET, replacing(b"</sheetData>", xml + b"</sheetData>"))


def after_rows(xml):
    return lambda content: with_part(content, SHEET, replacing(b"</sheetData>", b"</sheetData>" + xml))


def doctype(declaration, use=b""):
    def change(data):
        start = data.find(b"?>") + 2 if data.startswith(b"<?xml") else 0
        return data[:start] + declaration + data[start:].replace(b"</v>", use + b"</v>", 1)

    return lambda content: with_part(content, SHEET, change)


def lying(content):
    """The table of contents says that a part is small, and it is not."""
    big = with_part(content, "xl/media/x.xml", lambda _: b"<a>" + b"x" * 10**7 + b"</a>")
    return big.replace(struct.pack("<L", 10**7 + 7), struct.pack("<L", 100))


def overlapping(content):
    """Two entries of the table point to the same bytes."""
    at = content.rfind(b"PK\x05\x06")
    _, _, _, _, count, size, offset, _ = struct.unpack_from("<4s4H2LH", content, at)
    first = content[offset : offset + 46 + len("docProps/app.xml")]
    twin = first[:46] + first[46:].replace(b"app.xml", b"ap2.xml")
    end = struct.pack(
        "<4s4H2LH",
        b"PK\x05\x06",
        0,
        0,
        count + 1,
        count + 1,
        size + len(twin),
        offset,
        0,
    )
    return content[:at] + twin + end


def encrypted(content):
    at, result = 0, bytearray(content)
    while (at := content.find(b"PK\x01\x02", at)) >= 0:
        result[at + 8] |= 1
        at += 1
    return bytes(result)


def many_sheets(content):
    book = book_of(content)
    for number in range(210):
        book.create_sheet(f"S{number}")
    return bytes_of(book)


def twice(content):
    parts = parts_of(content)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, data in parts.items():
            archive.writestr(name, data)
        archive.writestr(SHEET, parts[SHEET])
    return target.getvalue()


def without(name):
    return lambda content: packed({n: d for n, d in parts_of(content).items() if n != name})


def deep(content):
    return after_rows(b"<x>" * 50_000 + b"</x>" * 50_000)(content)


def without_readme(content):
    book = book_of(content)
    del book["Read me"]
    return bytes_of(book)


def with_chart(content):
    book = book_of(content)
    book.create_chartsheet("Mine").add_chart(BarChart())
    return bytes_of(book)


def blank(content):
    return bytes_of(Workbook())


def shared(text, count):
    """One string of some length, used by many cells."""
    cells = b"".join(
        b'<row r="%d"><c r="I%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(20, 20 + count)
    )
    table = b'<sst xmlns="%s"><si><t>%s</t></si></sst>' % (MAIN, text)
    return lambda content: rows(cells)(strings(table)(content))


WHOLE = {
    "empty": lambda _: b"",
    "text": lambda _: b"key,answer\nQ1,Met\n",
    "html posing as xlsx": lambda _: b"<html><table><tr><td>Met</table>",
    "png": lambda _: b"\x89PNG\r\n\x1a\n" + b"\0" * 500,
    "old xls": lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000,
    "zip of nothing": lambda _: packed({}),
    "zip of something": lambda _: packed({"a.txt": b"a"}),
    "only the magic": lambda _: b"PK\x03\x04",
    "cut in half": lambda content: content[: len(content) // 2],
    "cut at the end": lambda content: content[:-30],
    "bytes flipped": lambda content: content[:3000] + bytes(500) + content[3500:],
    "password": encrypted,
    "bzip2": lambda content: packed(parts_of(content), zipfile.ZIP_BZIP2),
    "no workbook": without("xl/workbook.xml"),
    "no types": without("[Content_Types].xml"),
    "no relations": without("xl/_rels/workbook.xml.rels"),
    "part twice": twice,
    "overlapping parts": overlapping,
    "size that lies": lying,
    "zip bomb": lambda c: with_part(c, SHEET, lambda d: d + b" " * 2 * 10**8),
    "zip bomb beside": lambda c: with_part(c, "xl/media/a.bin", lambda _: bytes(10**8)),
    "macros": lambda c: with_part(c, "xl/vbaProject.bin", lambda _: b"x"),
    "5,000 parts": lambda c: packed(parts_of(c) | {f"xl/media/{n}.bin": b"" for n in range(5000)}),
    "210 sheets": many_sheets,
    "DTD": doctype(b"<!DOCTYPE worksheet>"),
    "entity": doctype(b'<!DOCTYPE w [<!ENTITY e "x">]>', b"&e;"),
    "entity of a file": doctype(b'<!DOCTYPE w [<!ENTITY e SYSTEM "file:///etc/passwd">]>', b"&e;"),
    "entities of entities": doctype(
        b'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(b'<!ENTITY %c "%s">' % (c, b"&%c;" % (c - 1) * 10) for c in range(98, 108))
        + b"]>",
        b"&k;",
    ),
    "UTF-16 with a DTD": lambda c: with_part(
        c,
        SHEET,
        lambda d: ("<!DOCTYPE w>" + d.decode()[d.find(b"<worksheet") :]).encode("utf-16"),
    ),
    "broken XML": lambda c: with_part(c, SHEET, lambda d: d[:-20]),
    "nested 50,000 deep": deep,
    "attribute of 2 MB": after_rows(b'<x a="%s"/>' % (b"a" * 2 * 10**6)),
    "row 999999999999": rows(b'<row r="999999999999"><c r="A999999999999"><v>1</v></c></row>'),
    "row that is not a number": rows(b'<row r="x"><c r="A2"><v>1</v></c></row>'),
    "cell that is not a place": rows(b'<row r="50"><c r="??"><v>1</v></c></row>'),
    "string that is not there": rows(b'<row r="50"><c r="B50" t="s"><v>99</v></c></row>'),
    "number that is none": rows(b'<row r="50"><c r="B50"><v>1x</v></c></row>'),
    "style that is not there": rows(b'<row r="50"><c r="B50" s="x"><v>1</v></c></row>'),
    "300,000 cells": rows(
        b"".join(b'<row r="%d"><c r="I%d"><v>1</v></c></row>' % (n, n) for n in range(20, 300_020))
    ),
    "shared string of 1 MB, 1,000 times": shared(b"x" * 10**6, 1000),
    "million shared strings": many_strings(10**6, b"abcdefghij"),
    "shared strings of 30 MB": many_strings(30_000, b"x" * 1000),
    "no Read me": without_readme,
    "another workbook": blank,
}
"""Refused as a whole: nothing is read."""

HARMLESS = {
    "no styles": without("xl/styles.xml"),
    "merged range over everything": after_rows(
        b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    ),
    "10,000 merged ranges": after_rows(
        b"<mergeCells>"
        + b"".join(b'<mergeCell ref="A%d:XFD1048576"/>' % n for n in range(1, 10_001))
        + b"</mergeCells>"
    ),
    "size that is wrong": lambda c: with_part(
        c,
        SHEET,
        lambda d: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:B1"', d),
    ),
    "link to another file": lambda c: with_part(
        c,
        "xl/externalLinks/externalLink1.xml",
        lambda _: b'<externalLink xmlns="%s"/>' % MAIN,
    ),
    "hyperlinks": after_rows(b'<hyperlinks><hyperlink ref="I2" location="https://e.eu"/></hyperlinks>'),
    "100,000 empty rows": rows(b"".join(b'<row r="%d"/>' % n for n in range(50, 100_050))),
    "last row of all": rows(b'<row r="1048576"/>'),
    "rows backwards": rows(b'<row r="60"/><row r="50"/>'),
    "sheet that is a chart": with_chart,
    "columns without end": lambda c: with_part(
        c,
        SHEET,
        replacing(b"<sheetData>", b'<cols><col min="1" max="16384"/></cols><sheetData>'),
    ),
}
"""Taken for what the answers in them say."""
