"""Files for tests: the smallest of each kind, and those that must not be kept."""

import io
import struct
import zipfile


def flat(page):
    """The markup of a page as a browser takes it: line breaks are spaces."""
    return " ".join(page.text.split()).replace(" >", ">").replace("> <", "><")


def packed(*parts, comment=b"", **named):
    """A ZIP with empty parts, or with those named and their content."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for part in parts:
            name, content = part if isinstance(part, tuple) else (part, b"x")
            archive.writestr(zipfile.ZipInfo(name), content)
        archive.comment = comment
    return out.getvalue()


def office(main, *more):
    return packed("[Content_Types].xml", main, *more)


def open_document(kind, *more):
    media = f"application/vnd.oasis.opendocument.{kind}"
    return packed(("mimetype", media), "content.xml", *more)


def claiming(unpacked_bytes):
    """A ZIP whose table of contents claims what its one part unpacks to."""
    data = bytearray(packed("a.txt"))
    at = data.find(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<L", unpacked_bytes)
    return bytes(data)


def counting(parts):
    """A ZIP whose end claims another number of parts."""
    data = bytearray(packed("a.txt"))
    at = data.rfind(b"PK\x05\x06")
    data[at + 8 : at + 12] = struct.pack("<2H", parts, parts)
    return bytes(data)


def png(width=4, height=3):
    head = struct.pack(">L4s2L5B", 13, b"IHDR", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + head + b"\0" * 4


def jpeg(width=4, height=3, before=b"\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"):
    frame = b"\xff\xc2\0\x0b\x08" + struct.pack(">2H", height, width) + b"\1\1\x11\0"
    return b"\xff\xd8" + before + frame + b"\xff\xd9"


def gif(width=4, height=3, kind=b"GIF89a"):
    return kind + struct.pack("<2H", width, height) + b"\0\0\0"


def webp(width=4, height=3, kind=b"VP8 "):
    size = struct.pack("<2H", width & 0x3FFF, height & 0x3FFF)
    body = {
        b"VP8 ": b"\x10\0\0\x9d\x01\x2a" + size,
        b"VP8L": b"\x2f" + struct.pack("<L", (width - 1 | height - 1 << 14) & 0xFFFFFFFF),
        b"VP8X": b"\0" * 4 + struct.pack("<L", width - 1)[:3] + struct.pack("<L", height - 1)[:3],
    }[kind]
    chunk = kind + struct.pack("<L", len(body)) + body
    return b"RIFF" + struct.pack("<L", len(chunk) + 4) + b"WEBP" + chunk


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = png()
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
EML = b"From: ada@example.org\r\nSubject: Hi\r\n\r\nGr\xfc\xdfe\r\n"

KEPT = [
    ("a.pdf", PDF, "application/pdf"),
    ("a.png", PNG, "image/png"),
    ("a.jpg", jpeg(), "image/jpeg"),
    ("a.jpeg", jpeg(before=b"\xff\xe1\0\x08Exif\0\0\xff\xff"), "image/jpeg"),
    ("a.gif", gif(), "image/gif"),
    ("old.gif", gif(kind=b"GIF87a"), "image/gif"),
    ("a.webp", webp(), "image/webp"),
    ("lossless.webp", webp(kind=b"VP8L"), "image/webp"),
    ("extended.webp", webp(kind=b"VP8X"), "image/webp"),
    ("cut.pdf", PDF[:12], "application/pdf"),
    ("script.pdf", PDF + b"<</S/JavaScript/JS(app.alert(1))>>", "application/pdf"),
    ("zipped.pdf", PDF + packed("a.txt"), "application/pdf"),
    ("page.png", PNG + b"<html><script>alert(1)</script>", "image/png"),
    ("code.gif", gif(0x2A2F, 3) + b"*/=alert(1)//", "image/gif"),
    (
        "php.jpg",
        jpeg(before=b"\xff\xfe\0\x1b<?php system($_GET[1]);?>"),
        "image/jpeg",
    ),
    ("seven.txt", b"+ADw-script+AD4-alert(1)", "text/plain; charset=utf-8"),
    ("eicar.txt", EICAR, "text/plain; charset=utf-8"),
    ("inner.zip", packed(("a.zip", packed("b.exe"))), "application/zip"),
    (
        "saved.eml",
        b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/related\r\n\r\n<html><script>1</script>",
        "message/rfc822",
    ),
    (
        "a.docx",
        office("word/document.xml"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    (
        "a.xlsx",
        office("xl/workbook.xml"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    (
        "a.pptx",
        office("ppt/presentation.xml"),
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    ("a.odt", open_document("text"), "application/vnd.oasis.opendocument.text"),
    (
        "a.ods",
        open_document("spreadsheet"),
        "application/vnd.oasis.opendocument.spreadsheet",
    ),
    (
        "a.odp",
        open_document("presentation"),
        "application/vnd.oasis.opendocument.presentation",
    ),
    ("a.txt", "Grüße, 你好".encode(), "text/plain; charset=utf-8"),
    ("a.log", b"\x1b[31mred\x1b[0m\n", "text/plain; charset=utf-8"),
    ("a.csv", b"=cmd|' /C calc'!A0,1\n", "text/csv; charset=utf-8"),
    ("a.md", b"# Policy\n<b>bold</b>\n", "text/markdown; charset=utf-8"),
    ("a.json", b'{"a": "<script>"}', "application/json"),
    ("a.eml", EML, "message/rfc822"),
    ("a.csv", "a;b\n".encode("utf-16"), "text/csv; charset=utf-16"),
    ("a.md", "# Straße".encode("utf-16"), "text/markdown; charset=utf-16"),
    ("a.txt", "Grüße\r\n".encode("latin-1"), "text/plain; charset=windows-1252"),
    ("a.csv", "€;5\n".encode("cp1252"), "text/csv; charset=windows-1252"),
    ("a.log", b"\xc0\xaf \xed\xa0\x80", "text/plain; charset=windows-1252"),
    ("a.zip", packed("one.txt", "folder/two.exe"), "application/zip"),
    ("empty.zip", packed(), "application/zip"),
]

REFUSED = {
    "nothing": ("a.txt", b""),
    "web page": ("a.html", b"<p>hello"),
    "web page as text": ("a.txt", b"<!DOCTYPE html><script>alert(1)</script>"),
    "web page behind spaces": ("a.txt", b" \r\n\t<HTML><body>"),
    "web page behind a mark": ("a.csv", b"\xef\xbb\xbf<html>"),
    "web page behind a remark": ("a.md", b"<!-- x --><script>alert(1)</script>"),
    "script as JSON": ("a.json", b"<script>alert(1)</script>"),
    "script as mail": ("a.eml", b"<script>alert(1)</script>"),
    "frame": ("a.log", b"<iframe src=javascript:alert(1)>"),
    "SVG": ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>"),
    "SVG as picture": ("a.png", b"<?xml version='1.0'?><svg onload='x'/>"),
    "SVG as text": ("a.txt", b"<?xml version='1.0'?>\n<!-- -->\n<svg/>"),
    "saved page": ("a.mht", b"MIME-Version: 1.0\r\n\r\n<html>"),
    "Windows program": ("a.exe", b"MZ\x90\0\3"),
    "Windows program as PDF": ("a.pdf", b"MZ\x90\0\3"),
    "Linux program": ("a.txt", b"\x7fELF\2\1\1"),
    "Mac program": ("a.txt", b"\xcf\xfa\xed\xfe\7"),
    "Java class": ("a.txt", b"\xca\xfe\xba\xbe\0\0"),
    "WebAssembly": ("a.zip", b"\0asm\1\0\0\0"),
    "shell script": ("a.txt", b"#!/bin/sh\nrm -rf ~\n"),
    "shortcut": ("a.pdf", b"L\0\0\0\x01\x14\x02\0"),
    "batch file": ("a.bat", b"del *.*\r\n"),
    "JavaScript": ("a.js", b"alert(1)"),
    "PHP": ("a.php", b"<?php system('id');"),
    "XML": ("a.xml", b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"),
    "text without an ending": ("notes", b"hello"),
    "text as PDF": ("a.pdf", b"hello"),
    "text as picture": ("a.jpg", b"hello"),
    "text with a zero": ("a.txt", b"one\0two"),
    "zero far behind": ("a.log", b"a" * 70_000 + b"\0"),
    "JSON in Latin-1": ("a.json", '{"a": "Grüße"}'.encode("latin-1")),
    "UTF-16 with a zero": ("a.csv", "a\0b".encode("utf-16")),
    "UTF-16 cut in a letter": ("a.csv", "a;b".encode("utf-16")[:-1]),
    "web page in UTF-16": ("a.csv", " <!doctype html>".encode("utf-16")),
    "bytes of no letter": ("a.txt", b"\x81\x8d"),
    "bells between letters": ("a.txt", b"\xe9\x07"),
    "mail with a zero": ("a.eml", b"From: a\r\n\r\n\0"),
    "no mail": ("a.eml", b"hello you"),
    "cut ZIP": ("a.zip", packed("a.txt")[:-30]),
    "ZIP of one mark": ("a.zip", b"PK\x03\x04"),
    "ZIP with a wrong count": ("a.zip", counting(2)),
    "ZIP with 60,000 parts": ("a.zip", counting(60_000)),
    "ZIP bomb": ("a.zip", claiming(4_000_000_000)),
    "ZIP that climbs": ("a.zip", packed("../../etc/cron.d/x")),
    "ZIP that climbs on Windows": ("a.zip", packed("..\\..\\x.exe")),
    "ZIP with a root path": ("a.zip", packed("/etc/passwd")),
    "ZIP with a drive": ("a.zip", packed("C:/x")),
    "64-bit end": ("a.zip", packed("a") + b"PK\x06\x07" + b"\0" * 16 + packed()[-22:]),
    "document with macros": (
        "a.docx",
        office("word/document.xml", "word/vbaProject.bin"),
    ),
    "sheet with macros": ("a.xlsm", office("xl/workbook.xml", "xl/vbaProject.bin")),
    "open document with macros": ("a.odt", open_document("text", "Basic/S/M.xml")),
    "Java archive": ("a.zip", packed("META-INF/MANIFEST.MF", "A.class")),
    "Android app": ("a.zip", packed("AndroidManifest.xml", "classes.dex")),
    "old Office": ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    "RAR": ("a.rar", b"Rar!\x1a\7\0"),
    "Flash": ("a.swf", b"FWS\6"),
    "XHTML": ("a.xhtml", b"<html xmlns='http://www.w3.org/1999/xhtml'/>"),
    "XHTML as text": (
        "a.txt",
        b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>",
    ),
    "web page in capitals": ("A.HTML", b"plain words"),
    "web page in 16 bits": ("a.txt", "<html>".encode("utf-16")),
    "saved page by its long ending": ("a.mhtml", b"From: x\r\n\r\n<html>"),
    "HTML application": ("a.hta", b"<script>alert(1)</script>"),
    "SVG behind a mark": ("a.txt", b"\xef\xbb\xbf<svg onload=alert(1)>"),
    "packed SVG": ("a.svgz", b"\x1f\x8b\x08\0\0\0\0\0"),
    "gzip": ("a.gz", b"\x1f\x8b\x08\0\0\0\0\0"),
    "7z": ("a.7z", b"7z\xbc\xaf\x27\x1c"),
    "tape": ("a.tar", b"a.txt" + b"\0" * 507),
    "disk": ("a.iso", b"\0" * 600),
    "slides with macros": (
        "a.pptm",
        office("ppt/presentation.xml", "ppt/vbaProject.bin"),
    ),
    "PowerShell": ("a.ps1", b"Remove-Item"),
    "Visual Basic": ("a.vbs", b"MsgBox 1"),
    "internet shortcut": ("a.url", b"[InternetShortcut]\r\nURL=file://x"),
    "registry": ("a.reg", b"Windows Registry Editor Version 5.00"),
    "desktop entry": ("a.desktop", b"[Desktop Entry]\nExec=sh"),
    "PDF cut to its mark": ("a.pdf", b"%PD"),
    "spaces only as PDF": ("a.pdf", b"   "),
}

HUGE = {
    "PNG": png(5001, 5000),
    "PNG bomb": png(0x7FFFFFFF, 0x7FFFFFFF),
    "JPEG": jpeg(65_535, 65_535),
    "JPEG behind many marks": jpeg(65_535, 400, before=b"\xff\xe0\0\2" * 300),
    "GIF": gif(65_535, 65_535),
    "WebP": webp(16_383, 16_383),
    "WebP lossless": webp(16_384, 16_384, b"VP8L"),
    "WebP extended": webp(1 << 24, 1 << 24, b"VP8X"),
}
"""Pictures that would unpack to more than 25 million pixels."""

CUT = {
    "PNG": png()[:20],
    "PNG without a head": b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
    "PNG of nothing": png(0, 5),
    "JPEG": jpeg()[:24],
    "JPEG without a frame": b"\xff\xd8\xff\xe0\0\x04ab\xff\xd9",
    "JPEG of short marks": b"\xff\xd8\xff\xe0\0\0" + b"a" * 9,
    "JPEG of filling": b"\xff\xd8" + b"\xff" * 9000,
    "GIF": gif()[:8],
    "WebP": webp()[:24],
    "WebP lossless": webp(kind=b"VP8L")[:23],
    "WebP extended": webp(kind=b"VP8X")[:29],
}
"""Pictures whose size cannot be read."""

NAMES = {
    "../../etc/passwd.txt": "passwd.txt",
    "..\\..\\boot.txt": "boot.txt",
    "/etc/shadow.txt": "shadow.txt",
    "C:\\Users\\ada\\a.txt": "a.txt",
    "\\\\server\\share\\a.txt": "a.txt",
    "a.txt::$DATA": "a.txt__$DATA",
    "a\0.txt": "a.txt",
    "a.txt\0.exe": "a.txt.exe",
    "a\r\nSet-Cookie: x=1.txt": "a Set-Cookie_ x=1.txt",
    "a\r\n\r\n<script>.txt": "a _script_.txt",
    "<img src=x onerror=alert(1)>.txt": "_img src=x onerror=alert(1)_.txt",
    '"; filename="evil.exe': "_; filename=_evil.exe",
    "a\u202etxt.exe": "atxt.exe",
    "\u2066a\u2069.txt": "a.txt",
    "\u200eab\u200f.txt": "ab.txt",
    "a\u200bb.txt": "ab.txt",
    "\ufeffa.txt": "a.txt",
    "a\ud800.txt": "a.txt",
    "\udcff\udcfe": "file",
    "a\ufffe.txt": "a.txt",
    "a\x1b[31m.txt": "a[31m.txt",
    "a\x7f\x9f.txt": "a.txt",
    "a\tb.txt": "a b.txt",
    "a\u2028b.txt": "a b.txt",
    "a   b.txt": "a b.txt",
    " a.txt ": "a.txt",
    "a.txt. . .": "a.txt",
    ".htaccess": "htaccess",
    "...": "file",
    "": "file",
    "   ": "file",
    "\u200d\u200d": "file",
    "-": "file",
    "CON": "_CON",
    "nul.txt": "_nul.txt",
    "Com1.tar.gz": "_Com1.tar.gz",
    "LPT¹.txt": "_LPT¹.txt",
    "con .txt": "_con .txt",
    "console.txt": "console.txt",
    "a|b?c*d.txt": "a_b_c_d.txt",
    "%2e%2e%2fa.txt": "%2e%2e%2fa.txt",
    "${jndi:ldap://x/a}.txt": "a}.txt",
    "$(rm -rf ~).txt": "$(rm -rf ~).txt",
    "=1+1.csv": "=1+1.csv",
    "Ζωή.pdf": "Ζωή.pdf",
    "Заявление.pdf": "Заявление.pdf",
    "حماية.pdf": "حماية.pdf",
    "می\u200cشود.pdf": "می\u200cشود.pdf",
    "数据保护.pdf": "数据保护.pdf",
    "👩\u200d⚖️.png": "👩\u200d⚖️.png",
    "e\u0301.txt": "e\u0301.txt",
    "é.txt": "é.txt",
    "x" * 300 + ".pdf": "x" * 176 + ".pdf",
    "ü" * 150 + ".pdf": "ü" * 88 + ".pdf",
    "数" * 100: "数" * 60,
}
