"""SAML 2.0 as the service provider: the question by redirect, the answer by POST.

Sources: SAML 2.0 Core, Bindings (3.4, 3.5), Profiles (4.1), Metadata. Knows no model. An
answer counts for the question of this very browser, and only what the provider's
signature covers is read.
"""

import base64
import binascii
import hashlib
import secrets
import zlib
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from lxml import etree

from compliance.identity.sign_on import protocols, saml_key, saml_metadata, saml_xml
from compliance.identity.sign_on.protocols import AGAIN, SKEW, Begun, Flow, OneTimeAnswer, Person
from compliance.identity.sign_on.saml_metadata import Provider, Service
from compliance.identity.sign_on.saml_xml import PROTOCOL, SAML, text_of

MOST_BYTES = 400_000
"""The longest answer, in base64; one with a few hundred groups has a tenth of that."""
_SKEW = timedelta(seconds=SKEW)
_LONGEST = timedelta(days=1)
"""How long Attest remembers an assertion; the attempt that it answers ends long before."""
_SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_ENTITY = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
_UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
_CONDITIONS = {"AudienceRestriction", "OneTimeUse", "ProxyRestriction"}
_LONGEST_SUBJECT = 255
_KINDS = "application/samlmetadata+xml, application/xml;q=0.9, */*;q=0.1"
"""Media types of metadata, as servers name them."""
EMAIL = (
    "email",
    "mail",
    "urn:oid:0.9.2342.19200300.100.1.3",
    "urn:oid:1.2.840.113549.1.9.1",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
)
NAME = (
    "name",
    "displayname",
    "urn:oid:2.16.840.1.113730.3.1.241",
    "http://schemas.microsoft.com/identity/claims/displayname",
)
GROUPS = (
    "groups",
    "urn:oid:1.3.6.1.4.1.5923.1.5.1.1",
    "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups",
)
CONFIRMED = ("email_verified",)
"""Names of attributes, in lower case; the first that a provider sends counts."""


@dataclass(frozen=True, slots=True)
class Client:
    """How a provider knows Attest: a ``protocols.Client``."""

    issuer: str
    sign_in_at: str
    certificates: str
    metadata_url: str
    """The address of its metadata; "" for a file, whose content is in the fields above."""
    trusts_addresses: bool
    """Whether an address counts as confirmed without the provider saying so."""
    service: Service
    whose: Hashable
    """The organisation on behalf of which the provider is called."""
    known_by = "RelayState"

    def begin(self, *, is_anew: bool, is_test: bool) -> Begun:
        """Someone leaves for the provider. Raises ``ValidationError``."""
        provider = self._provider(is_test=is_test)
        key, id_ = secrets.token_urlsafe(32), f"_{secrets.token_hex(20)}"
        asked = _question(provider, self.service, id_, is_anew)
        query = urlencode(
            {
                "SAMLRequest": base64.b64encode(_deflated(asked)).decode(),
                "RelayState": key,
                "SigAlg": saml_key.METHOD,
            }
        )
        query += "&" + urlencode({"Signature": saml_key.signature(query)})
        joint = "&" if "?" in provider.sign_in_at else "?"
        return Begun(
            f"{provider.sign_in_at}{joint}{query}",
            key,
            protocols.flow(provider.entity, is_anew=is_anew, own={"id": id_}),
        )

    def finish(self, flow: Flow, answer: Mapping[str, str]) -> Person:
        """The person who came back. Raises ``ValidationError``."""
        protocols.refuse_late(flow)
        provider = self._provider()
        protocols.refuse_changed(flow, provider.entity)
        root = saml_xml.parsed(_bytes(answer.get("SAMLResponse", "")), "The answer", MOST_BYTES)
        assertion = _refuse_answer(root, self.service, flow)
        signed = saml_xml.signed(assertion, saml_metadata.opened(provider.certificates))
        return _person(signed, self, flow)

    def _provider(self, *, is_test: bool = False) -> Provider:
        if not self.metadata_url:
            return Provider(self.issuer, self.sign_in_at, self.certificates)
        found = fetched(self.metadata_url, self.whose, is_test=is_test)
        if found.entity != self.issuer:
            msg = "The metadata at the address now belongs to another provider. Ask an owner to look at Sign-on."
            raise ValidationError(msg)
        return found


def fetched(url: str, whose: Hashable, *, is_test: bool = False) -> Provider:
    """The provider whose metadata stand at an address. Raises ``ValidationError``."""

    def ask() -> bytes:
        document = protocols.call(url, whose, headers={"Accept": _KINDS})
        saml_metadata.read(document)  # only valid metadata are kept
        return document

    return saml_metadata.read(protocols.kept(f"saml {url}", ask, is_stale=is_test))


def _question(provider: Provider, service: Service, id_: str, is_anew: bool) -> bytes:
    root = etree.Element(
        f"{{{PROTOCOL}}}AuthnRequest",
        {
            "ID": id_,
            "Version": "2.0",
            "IssueInstant": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "Destination": provider.sign_in_at,
            "ProtocolBinding": saml_metadata.POST,
            "AssertionConsumerServiceURL": service.answers_at,
        },
        nsmap={"samlp": PROTOCOL, "saml": SAML},
    )
    if is_anew:
        root.set("ForceAuthn", "true")
    etree.SubElement(root, f"{{{SAML}}}Issuer").text = service.entity
    etree.SubElement(
        root,
        f"{{{PROTOCOL}}}NameIDPolicy",
        {"Format": saml_metadata.PERSISTENT, "AllowCreate": "true"},
    )
    text: bytes = etree.tostring(root)
    return text


def _deflated(text: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(text) + packer.flush()


def _bytes(text: str) -> bytes:
    if not text:
        msg = f"The provider sent no answer. {AGAIN}"
        raise ValidationError(msg)
    if len(text) > MOST_BYTES:
        msg = f"The provider's answer is longer than {MOST_BYTES:,} bytes. Ask its administrator to send fewer groups."
        raise ValidationError(msg)
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        msg = f"Attest cannot read the provider's answer. {AGAIN}"
        raise ValidationError(msg) from error


def _refuse_answer(root: etree._Element, service: Service, flow: Flow) -> etree._Element:
    """The one assertion of an answer to this question; it is not verified yet."""
    if root.tag != f"{{{PROTOCOL}}}Response":
        msg = f"The provider's answer is not a response of SAML 2.0. {AGAIN}"
        raise ValidationError(msg)
    codes = [one.get("Value", "") for one in root.iter(f"{{{PROTOCOL}}}StatusCode")]
    if codes[:1] != [_SUCCESS]:
        said = (codes or ["nothing"])[-1].rpartition(":")[2][:80]
        msg = f"The provider refused the sign-in: {said}. {AGAIN}"
        raise ValidationError(msg)
    if root.get("InResponseTo") != flow["own"]["id"]:
        msg = f"The answer belongs to another attempt to sign in. {AGAIN}"
        raise ValidationError(msg)
    if root.get("Destination", service.answers_at) != service.answers_at:
        msg = f"The answer is for another address. {AGAIN}"
        raise ValidationError(msg)
    if next(root.iter(f"{{{SAML}}}EncryptedAssertion"), None) is not None:
        msg = "The provider encrypts its assertion. Ask its administrator to switch that off."
        raise ValidationError(msg)
    found = list(root.iter(f"{{{SAML}}}Assertion"))
    if len(found) != 1 or found[0].getparent() is not root:
        msg = f"The answer has {len(found)} assertions, or one in an unexpected place. {AGAIN}"
        raise ValidationError(msg)
    return found[0]


def _person(signed: etree._Element, client: Client, flow: Flow) -> Person:
    """The person in a verified assertion."""
    now = datetime.now(UTC)
    _refuse_issuer(signed, client.issuer)
    _refuse_conditions(signed, client.service.entity, now)
    subject, until = _subject(signed, client.service, flow, now)
    asked_at = _asked_at(signed)
    if flow["is_anew"]:
        protocols.refuse_stale(flow, asked_at)
    attributes = _attributes(signed)
    email = protocols.email_of(next(_of(attributes, EMAIL), None))
    says = next(_of(attributes, CONFIRMED), "").lower()
    digest = hashlib.sha256(f"{client.issuer} {signed.get('ID')}".encode())
    return Person(
        issuer=client.issuer,
        subject=subject,
        email=email,
        is_verified=says in {"true", "1"} or (client.trusts_addresses and not says),
        name=protocols.name_of(next(_of(attributes, NAME), None)),
        groups=protocols.groups_of(_of(attributes, GROUPS)),
        # some say the time of the answer for a sign-in without a question, too
        asked_at=protocols.moment(asked_at) if flow["is_anew"] else 0,
        once=OneTimeAnswer(digest.hexdigest(), until),
    )


def _refuse_issuer(signed: etree._Element, issuer: str) -> None:
    found = signed.findall(f"{{{SAML}}}Issuer")
    if len(found) != 1 or text_of(found[0]) != issuer or found[0].get("Format", _ENTITY) != _ENTITY:
        msg = f"Another provider than the one of your organisation answered. {AGAIN}"
        raise ValidationError(msg)


def _refuse_conditions(signed: etree._Element, entity: str, now: datetime) -> None:
    found = signed.findall(f"{{{SAML}}}Conditions")
    names = {one.tag for conditions in found for one in conditions}
    if len(found) != 1 or not names <= {f"{{{SAML}}}{one}" for one in _CONDITIONS}:
        msg = f"The assertion has conditions that Attest does not know, or none. {AGAIN}"
        raise ValidationError(msg)
    _refuse_time(found[0], now)
    limits = found[0].findall(f"{{{SAML}}}AudienceRestriction")
    audiences = [{text_of(one) for one in limit.findall(f"{{{SAML}}}Audience")} for limit in limits]
    if not audiences or any(entity not in one for one in audiences):
        msg = f"The provider's answer is for another program: its audience is not {entity}."
        raise ValidationError(msg)


def _refuse_time(element: etree._Element, now: datetime) -> None:
    """Refuse a time that is over or not yet come, by two minutes, or that cannot be read."""
    if (stated := element.get("NotBefore")) is not None:
        begins = saml_metadata.moment(stated)
        if begins is None or now + _SKEW < begins:
            msg = f"The provider's answer is not valid yet. Compare the clocks of both servers. {AGAIN}"
            raise ValidationError(msg)
    if (stated := element.get("NotOnOrAfter")) is not None:
        ends = saml_metadata.moment(stated)
        if ends is None or now - _SKEW >= ends:
            msg = f"The provider's answer has expired. {AGAIN}"
            raise ValidationError(msg)


def _subject(signed: etree._Element, service: Service, flow: Flow, now: datetime) -> tuple[str, datetime]:
    """The lasting name of the person, and the end of the assertion's validity."""
    found = signed.findall(f"{{{SAML}}}Subject")
    names = found[0].findall(f"{{{SAML}}}NameID") if len(found) == 1 else []
    if len(names) != 1 or not text_of(names[0]):
        msg = "The provider sends no unencrypted NameID. Ask its administrator to send one."
        raise ValidationError(msg)
    kind = names[0].get("Format", _UNSPECIFIED).rpartition(":")[2]
    if kind == "transient":
        msg = (
            "The provider sends a transient NameID, which changes each time. Ask its"
            " administrator to send a persistent one."
        )
        raise ValidationError(msg)
    subject = f"{kind} {text_of(names[0])}"  # whoever asks for another kind is another
    if len(subject) > _LONGEST_SUBJECT:
        msg = f"The NameID is longer than {_LONGEST_SUBJECT} characters. Ask the provider's administrator to choose a shorter one."
        raise ValidationError(msg)
    bearers = [
        one for one in found[0].findall(f"{{{SAML}}}SubjectConfirmation") if one.get("Method") == _BEARER
    ]
    data = bearers[0].findall(f"{{{SAML}}}SubjectConfirmationData") if len(bearers) == 1 else []
    if len(data) != 1:
        msg = f"The assertion has no subject confirmation of the kind “bearer”. {AGAIN}"
        raise ValidationError(msg)
    return subject, _confirmed_until(data[0], service, flow, now)


def _confirmed_until(data: etree._Element, service: Service, flow: Flow, now: datetime) -> datetime:
    if data.get("InResponseTo") != flow["own"]["id"]:
        msg = f"The assertion belongs to another attempt to sign in. {AGAIN}"
        raise ValidationError(msg)
    if data.get("Recipient") != service.answers_at:
        msg = f"The assertion is for another address. {AGAIN}"
        raise ValidationError(msg)
    _refuse_time(data, now)
    until = saml_metadata.moment(data.get("NotOnOrAfter"))
    if until is None:
        msg = f"The assertion does not say when it expires. {AGAIN}"
        raise ValidationError(msg)
    return min(until, now + _LONGEST) + _SKEW


def _asked_at(signed: etree._Element) -> float:
    """When the provider last asked the person who they are, by the assertion's statements."""
    found = [
        saml_metadata.moment(one.get("AuthnInstant")) for one in signed.findall(f"{{{SAML}}}AuthnStatement")
    ]
    if not found:
        msg = "The provider's answer does not say that anybody signed in (AuthnStatement)."
        raise ValidationError(msg)
    return min(one.timestamp() if one else 0 for one in found)


def _attributes(signed: etree._Element) -> dict[str, list[str]]:
    """Name in lower case to values; some send an attribute of its own for each group."""
    attributes: dict[str, list[str]] = {}
    for one in signed.findall(f"{{{SAML}}}AttributeStatement/{{{SAML}}}Attribute"):
        values = one.findall(f"{{{SAML}}}AttributeValue")
        kept = attributes.setdefault(one.get("Name", "").lower(), [])
        kept.extend(text_of(value) for value in values)
    return attributes


def _of(attributes: Mapping[str, list[str]], names: tuple[str, ...]) -> Iterator[str]:
    """The values of the first attribute that has any."""
    return iter(next((attributes[name] for name in names if any(attributes.get(name, ()))), []))
