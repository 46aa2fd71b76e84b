"""XML from strangers, and the part of it that a provider has signed.

Sources: XML Signature 1.1, SAML 2.0 Core (5). A signature covers one element; another one
of the same document may stand where a reader looks for it (XML signature wrapping). So
``signed`` gives back the signed bytes, parsed again, and nothing else is read.
"""

from collections.abc import Sequence

from cryptography import x509
from django.core.exceptions import ValidationError
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.verifier import SignatureConfiguration, XMLVerifier

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
DS = "http://www.w3.org/2000/09/xmldsig#"
_METHODS = frozenset(
    one
    for one in SignatureMethod
    if one.name.startswith(("RSA_SHA", "ECDSA_SHA")) and one.name.endswith(("256", "384", "512"))
)
_DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})
"""Never SHA-1, which collides, nor one whose key is a shared secret."""
_CANONICAL = {
    "http://www.w3.org/2001/10/xml-exc-c14n#",
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
}
"""How XML is written before it is hashed. The inclusive form, which no provider of SAML
uses, takes seconds for a few kilobytes full of namespaces, before any key is asked."""
_TRANSFORMS = {f"{DS}enveloped-signature", *_CANONICAL}
"""All that SAML knows (Core, 5.4.4): any other may sign less than it seems to."""
MOST_NAMESPACES = 300
"""Declarations in one document; answers and metadata have some twenty."""
_CONFIG = SignatureConfiguration(location="./", signature_methods=_METHODS, digest_algorithms=_DIGESTS)


def parsed(text: bytes, what: str, most: int) -> etree._Element:
    """The root of ``what`` somebody sends, without comments. Raises ``ValidationError``.

    No DTD, and so no entity: neither files nor addresses are read, and nothing grows.
    """
    if len(text) > most:
        msg = f"{what} is longer than {most:,} bytes."
        raise ValidationError(msg)
    if text.count(b"xmlns") > MOST_NAMESPACES:
        msg = f"{what} declares more than {MOST_NAMESPACES} namespaces."
        raise ValidationError(msg)
    if b"<!DOCTYPE" in text:
        msg = f"{what} has a document type (DTD), which Attest refuses. Send it without one."
        raise ValidationError(msg)
    reader = etree.XMLParser(
        encoding="utf-8",  # another one could hide a DTD from the line above
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text, reader)
    except (etree.LxmlError, ValueError) as error:
        msg = f"{what} is not well-formed XML."
        raise ValidationError(msg) from error
    if any(not isinstance(one.tag, str) for one in root.iter()):
        msg = f"{what} has entities, which Attest refuses. Send it without them."
        raise ValidationError(msg)
    return root


def text_of(element: etree._Element) -> str:
    """The text of an element that holds nothing else; "" where it does."""
    return "" if len(element) else element.text or ""


def signed(element: etree._Element, certificates: Sequence[x509.Certificate]) -> etree._Element:
    """The element as its own signature covers it, verified by the key of a certificate.

    Drops the signature's statements about its key unread. Raises ``ValidationError``.
    """
    alone = etree.fromstring(etree.tostring(element, with_tail=False))
    found = list(alone.iter(f"{{{DS}}}Signature"))
    if len(found) != 1 or found[0].getparent() is not alone:
        msg = "The provider did not sign its assertion. Ask its administrator to switch that on."
        raise ValidationError(msg)
    _refuse_odd(found[0], str(alone.get("ID")))
    for key in found[0].findall(f"{{{DS}}}KeyInfo"):
        found[0].remove(key)
    for certificate in certificates:
        try:
            verified = XMLVerifier().verify(
                alone,
                x509_cert=certificate,
                expect_config=_CONFIG,
                id_attribute="ID",
            )
        except Exception:  # noqa: S112 - any error means: not verified
            continue
        whole = None if isinstance(verified, list) else verified.signed_xml
        if whole is not None and (whole.tag, whole.get("ID")) == (
            alone.tag,
            alone.get("ID"),
        ):
            return whole
    msg = "No valid certificate of the provider fits the signature, or it covers something other than the assertion."
    raise ValidationError(msg)


def _refuse_odd(signature: etree._Element, id_: str) -> None:
    """Refuse unusual or weak signatures before any cryptography runs."""
    info = f"{{{DS}}}SignedInfo/{{{DS}}}"
    names = [
        str(one.get("Algorithm"))
        for path in ("SignatureMethod", f"Reference/{{{DS}}}DigestMethod")
        for one in signature.findall(info + path)
    ]
    known = {one.value for one in _METHODS} | {one.value for one in _DIGESTS}
    for name in names:
        if name not in known:
            msg = (
                f"The provider signs by {name.rpartition('#')[2][:40]}, which is too weak."
                " Ask its administrator to choose SHA-256."
            )
            raise ValidationError(msg)
    references = signature.findall(f"{info}Reference")
    transforms = {str(one.get("Algorithm")) for one in signature.iter(f"{{{DS}}}Transform")}
    written = signature.findall(f"{info}CanonicalizationMethod")
    if (
        not id_
        or {str(one.get("Algorithm")) for one in written} - _CANONICAL
        or [one.get("URI") for one in references] != [f"#{id_}"]
        or not transforms <= _TRANSFORMS
    ):
        msg = "The signature covers something other than the assertion."
        raise ValidationError(msg)
