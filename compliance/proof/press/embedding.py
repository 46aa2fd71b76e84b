"""Files inside the PDF, and what the PDF says of itself: ISO 19005-3 and ISO 14289-1.

Works on pydyf's objects by their attributes only; ``pdf.py`` hands them over.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pydyf  # type: ignore[import-untyped]

from compliance.proof.press.job import Attachment

RELATIONSHIPS = ("Source", "Data")

CLAIM = b"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 the file conforms to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>"""
"""PDF/UA-1 beside PDF/A-3: the second claim needs the first one's extension schema."""


def claim_both(pdf: Any) -> None:
    """Add PDF/UA-1 to the XMP of a PDF/A file; ``RuntimeError`` when there is none."""
    metadata = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    whole = b"".join(metadata.stream)
    if whole.count(b"</rdf:RDF>") != 1:
        msg = "the engine's metadata have another shape"
        raise RuntimeError(msg)
    metadata.stream = [whole.replace(b"</rdf:RDF>", CLAIM + b"</rdf:RDF>")]


def smooth_nothing(pdf: Any) -> None:
    """No image is interpolated, emoji of a bitmap font neither (ISO 19005-3, 6.2.8)."""
    for item in pdf.objects:
        if isinstance(item, pydyf.Stream) and "Interpolate" in item.extra:
            item.extra["Interpolate"] = "false"


def embed(pdf: Any, attachments: Iterable[Attachment]) -> None:
    """Embed files, by name in order, as associated files of the document (6.8).

    Their dates are those of the report. ``ValueError`` for names that are no plain
    ones or come twice, and for another relationship.
    """
    found = sorted(attachments, key=lambda attachment: attachment["name"])
    _refuse(found)
    if not found:
        return
    names, associated = pydyf.Array(), pydyf.Array()
    for attachment in found:
        reference = _filespec(pdf, attachment)
        names.extend([pydyf.String(attachment["name"]), reference])
        associated.append(reference)
    tree = pydyf.Dictionary({"Names": names})
    pdf.add_object(tree)
    pdf.catalog.setdefault("Names", pydyf.Dictionary())
    pdf.catalog["Names"]["EmbeddedFiles"] = tree.reference
    pdf.catalog["AF"] = associated


def _refuse(attachments: list[Attachment]) -> None:
    names = [attachment["name"] for attachment in attachments]
    if len(set(names)) < len(names):
        msg = "two attachments have the same name"
        raise ValueError(msg)
    for attachment in attachments:
        name = attachment["name"]
        if not name.isascii() or not name.isprintable() or set(name) & set('/\\"()<>:'):
            msg = f"an attachment cannot be called {name!r}"
            raise ValueError(msg)
        if attachment["relationship"] not in RELATIONSHIPS:
            msg = f"an attachment cannot be {attachment['relationship']!r}"
            raise ValueError(msg)


def _filespec(pdf: Any, attachment: Attachment) -> bytes:
    """The file and what is said of it; the reference of the latter."""
    data = Path(attachment["path"]).read_bytes()
    checksum = hashlib.md5(data, usedforsecurity=False).hexdigest()
    params = {"Size": len(data), "CheckSum": f"<{checksum}>"}
    for key in ("CreationDate", "ModDate"):
        if key in pdf.info:
            params[key] = pdf.info[key]
    kind = attachment["mime"].replace("/", "#2f").replace("+", "#2b")
    file = pydyf.Stream(
        [data],
        {
            "Type": "/EmbeddedFile",
            "Subtype": f"/{kind}",
            "Params": pydyf.Dictionary(params),
        },
        compress=False,
    )
    pdf.add_object(file)
    name = pydyf.String(attachment["name"])
    spec = pydyf.Dictionary(
        {
            "Type": "/Filespec",
            "F": name,
            "UF": name,
            "EF": pydyf.Dictionary({"F": file.reference, "UF": file.reference}),
            "Desc": pydyf.String(attachment["description"]),
            "AFRelationship": f"/{attachment['relationship']}",
        }
    )
    pdf.add_object(spec)
    reference: bytes = spec.reference
    return reference
