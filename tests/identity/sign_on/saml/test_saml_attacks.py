"""Answers of SAML that somebody made up, changed, took or brought twice: refused in words."""

import base64
import copy
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.test import Client
from lxml import etree
from saml2.saml import NAMEID_FORMAT_PERSISTENT
from signxml import XMLSigner, methods
from signxml.algorithms import DigestAlgorithm, SignatureMethod

from compliance.identity.sign_on import saml, saml_metadata, saml_xml
from compliance.identity.sign_on.saml_xml import DS, PROTOCOL, SAML
from compliance.models import Identity, User
from tests.support import saml_provider
from tests.support.page_text import flat
from tests.support.provider_sign_in import come_by_saml as come
from tests.support.provider_sign_in import leave, refused, switch_on
from tests.support.provider_sign_in import set_saml_up as set_up
from tests.support.saml_provider import NADIA, form

pytestmark = pytest.mark.slow


def at(seconds):
    """A time that many seconds from now, as SAML writes it."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def one(root, path):
    """An element of the assertion."""
    found = root.find(f".//{{{SAML}}}{path}")
    assert found is not None, path
    return found


def put(path, name, value):
    """Bend: an attribute of an element, or with None without it; seconds from now."""

    def bend(root):
        element = one(root, path) if path else root
        element.attrib.pop(name, None)
        if value is not None:
            element.set(name, at(value) if isinstance(value, int) else value)

    return bend


def say(path, text):
    """Bend: the text of an element."""

    def bend(root):
        one(root, path).text = text

    return bend


def drop(path):
    """Bend: no such element."""

    def bend(root):
        element = one(root, path)
        element.getparent().remove(element)

    return bend


def unasked(root):
    """Bend: as if the provider had begun by itself."""
    del root.attrib["InResponseTo"]
    del one(root, "SubjectConfirmationData").attrib["InResponseTo"]


def add(path, child):
    """Bend: one more child."""

    def bend(root):
        etree.SubElement(one(root, path), child)

    return bend


def twice(path):
    """Bend: an element a second time."""

    def bend(root):
        element = one(root, path)
        element.addnext(copy.deepcopy(element))

    return bend


DATA = "SubjectConfirmationData"
BENT = {
    "audience": (say("Audience", "https://other.example"), "for another program"),
    "no audience": (drop("AudienceRestriction"), "for another program"),
    "no conditions": (drop("Conditions"), "conditions that Attest does not know, or none"),
    "conditions": (add("Conditions", f"{{{SAML}}}Condition"), "does not know, or none"),
    "two conditions": (twice("Conditions"), "does not know, or none"),
    "issuer": (say("Assertion/{*}Issuer", "https://other.example"), "Another provider"),
    "no issuer": (drop("Assertion/{*}Issuer"), "Another provider"),
    "recipient": (put(DATA, "Recipient", "https://other.example"), "for another address"),
    "no recipient": (put(DATA, "Recipient", None), "for another address"),
    "destination": (put("", "Destination", "https://o.example"), "for another address"),
    "try": (put(DATA, "InResponseTo", "_other"), "belongs to another attempt"),
    "no try": (put(DATA, "InResponseTo", None), "belongs to another attempt"),
    "response": (put("", "InResponseTo", "_other"), "belongs to another attempt"),
    "begun there": (unasked, "belongs to another attempt"),
    "old": (put(DATA, "NotOnOrAfter", -180), "has expired"),
    "no end": (put(DATA, "NotOnOrAfter", None), "does not say when it expires"),
    "odd end": (put(DATA, "NotOnOrAfter", "tomorrow"), "has expired"),
    "local end": (put(DATA, "NotOnOrAfter", "2999-01-01T00:00:00"), "has expired"),
    "old conditions": (put("Conditions", "NotOnOrAfter", -180), "has expired"),
    "future": (put("Conditions", "NotBefore", 600), "is not valid yet"),
    "transient": (
        put("NameID", "Format", "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"),
        "which changes each time",
    ),
    "no name": (drop("NameID"), "sends no unencrypted NameID"),
    "empty name": (say("NameID", ""), "sends no unencrypted NameID"),
    "two names": (twice("NameID"), "sends no unencrypted NameID"),
    "split name": (add("NameID", "x"), "sends no unencrypted NameID"),
    "long name": (say("NameID", "x" * 255), "longer than 255 characters"),
    "not bearer": (
        put("SubjectConfirmation", "Method", "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"),
        "of the kind “bearer”",
    ),
    "nobody signed in": (drop("AuthnStatement"), "does not say that anybody signed in"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BENT)
def test_assertion_that_says_something_else_is_refused(acme, provider, kind):
    """Signed by the provider, and still none for this browser, now, here."""
    bend, words = BENT[kind]
    assert refused(come(Client(), provider, **NADIA, bend=bend), words)
    assert not User.objects.filter(email="new@acme.example").exists()


@pytest.mark.parametrize(
    "bend",
    [
        put(DATA, "NotOnOrAfter", -90),
        put("Conditions", "NotOnOrAfter", -90),
        put("Conditions", "NotBefore", 110),
        put("", "Destination", None),
        add("Conditions", f"{{{SAML}}}OneTimeUse"),
    ],
)
def test_clocks_may_differ_by_two_minutes(acme, provider, bend):
    assert come(Client(), provider, **NADIA, bend=bend).url == "/o/acme/"


# Signatures


def evil(root):
    """An assertion of the attacker, unsigned: as the right one, but for the person."""
    made = copy.deepcopy(one(root, "Assertion"))
    for element in made.findall(f"{{{DS}}}Signature"):
        made.remove(element)
    made.set("ID", "_evil")
    one_name = made.find(f".//{{{SAML}}}NameID")
    one_name.text = "boss"
    return made


def signature_of(root):
    return one(root, "Assertion").find(f"{{{DS}}}Signature")


def beside(root):
    one(root, "Assertion").addprevious(evil(root))
    return root


def behind(root):
    one(root, "Assertion").addnext(evil(root))
    return root


def inside(root):
    """The right one inside of the evil one, whose signature is that of the right one."""
    right, made = one(root, "Assertion"), evil(root)
    root.replace(right, made)
    made.insert(1, right)
    return root


def in_signature(root):
    """The right one in the Object of its own signature, which the evil one bears."""
    right, made, signature = one(root, "Assertion"), evil(root), signature_of(root)
    root.replace(right, made)
    right.remove(signature)
    made.insert(1, signature)
    etree.SubElement(signature, f"{{{DS}}}Object").append(right)
    return root


def in_extensions(root):
    right, made = one(root, "Assertion"), evil(root)
    root.replace(right, made)
    made.insert(1, copy.deepcopy(right.find(f"{{{DS}}}Signature")))
    box = etree.Element(f"{{{PROTOCOL}}}Extensions")
    box.append(right)
    root.insert(1, box)
    return root


def in_response(root):
    """All of the right answer inside of an answer of the attacker."""
    outer = copy.deepcopy(root)
    outer.replace(one(outer, "Assertion"), evil(root))
    etree.SubElement(outer, f"{{{PROTOCOL}}}Extensions").append(root)
    return outer


def renamed(root):
    """As ``in_signature``, and the evil one has the name of the right one."""
    name = one(root, "Assertion").get("ID")
    root = in_signature(root)
    one(root, "Assertion").set("ID", name)
    return root


WRAPPED = [beside, behind, inside, in_signature, in_extensions, in_response, renamed]


@pytest.mark.parametrize("wrap", WRAPPED)
def test_signature_over_another_assertion_is_none(acme, provider, wrap):
    reply = come(Client(), provider, **NADIA, wrap=wrap)
    assert refused(reply, "assertions, or one in an unexpected place")
    assert not Identity.objects.exists()


@pytest.mark.parametrize("wrap", [inside, in_signature, in_extensions, renamed])
def test_wrapped_signature_is_none_even_where_nobody_counts_assertions(wrap, provider):
    """The second line: what the signature covers is the element that bears it."""
    root, certificates = signed_answer(provider)
    right = saml_xml.signed(one(root, "Assertion"), certificates)
    assert one(right, "NameID").text == "sub-1"
    assert right.find(f"{{{DS}}}Signature") is None
    with pytest.raises(ValidationError, match=r"did not sign|covers something other"):
        saml_xml.signed(wrap(root).find(f"{{{SAML}}}Assertion"), certificates)


def test_change_after_signing_is_noticed(acme, provider):
    def wrap(root):
        one(root, "NameID").text = "boss"
        return root

    reply = come(Client(), provider, **NADIA, wrap=wrap)
    assert refused(reply, "No valid certificate of the provider")


def unsigned(root):
    signature_of(root).getparent().remove(signature_of(root))
    return root


def signed_outside(root):
    """The response is signed, and the assertion is not."""
    unsigned(root)
    private, certificate = saml_provider.pems("own")
    return XMLSigner(c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#").sign(
        root,
        key=private,
        cert=certificate,
        reference_uri=f"#{root.get('ID')}",
        id_attribute="ID",
    )


def signed_twice(root):
    signature_of(root).addnext(copy.deepcopy(signature_of(root)))
    return root


@pytest.mark.parametrize("wrap", [unsigned, signed_outside, signed_twice])
def test_assertion_without_its_own_signature_is_refused(acme, provider, wrap):
    reply = come(Client(), provider, **NADIA, wrap=wrap)
    assert refused(reply, "The provider did not sign its assertion")


class _Sha1(XMLSigner):
    def check_deprecated_methods(self):
        """As old providers sign."""


def by(key="own", **how):
    """Sign the assertion anew."""

    def wrap(root):
        saml_provider.sign(unsigned(root), key, _Sha1, **how)
        return root

    return wrap


def by_secret(root):
    """HMAC, with the certificate as the secret: whoever knows that may sign."""
    element = one(unsigned(root), "Assertion")
    root[list(root).index(element)] = XMLSigner(
        method=methods.enveloped, signature_algorithm=SignatureMethod.HMAC_SHA256
    ).sign(element, key=b"secret", reference_uri=f"#{element.get('ID')}")
    return root


def with_transform(root):
    """The reference says base64, by which less may be covered than it seems."""
    transform = signature_of(root).find(f".//{{{DS}}}Transform")
    transform.set("Algorithm", f"{DS}base64")
    return root


def of_everything(root):
    """The reference is to the whole document, which is no longer the same."""
    signature_of(root).find(f".//{{{DS}}}Reference").set("URI", "")
    return root


SIGNED = {
    "forged": (by("other"), "No valid certificate of the provider"),
    "sha1": (
        by(
            signature_algorithm=SignatureMethod.RSA_SHA1,
            digest_algorithm=DigestAlgorithm.SHA1,
        ),
        "signs by rsa-sha1, which is too weak",
    ),
    "sha1 digest": (by(digest_algorithm=DigestAlgorithm.SHA1), "signs by sha1"),
    "secret": (by_secret, "signs by hmac-sha256, which is too weak"),
    "transform": (with_transform, "covers something other"),
    "everything": (of_everything, "covers something other"),
}


@pytest.mark.parametrize("kind", SIGNED)
def test_signature_that_is_not_good_enough_is_refused(acme, provider, kind):
    wrap, words = SIGNED[kind]
    assert refused(come(Client(), provider, **NADIA, wrap=wrap), words)


def test_certificate_that_ran_out_signs_no_more(ada, cast, provider):
    provider.key = "past"
    set_up(ada, provider, metadata=provider.metadata.decode())
    switch_on(cast.ada, cast.acme, "acme.example")
    reply = come(Client(), provider, **NADIA)
    assert refused(reply, "No valid certificate of the provider")


def test_key_that_the_answer_brings_along_is_not_read(acme, provider):
    """Signed by another, with the provider's certificate beside it; and the reverse."""

    def wrap(root):
        kept = copy.deepcopy(signature_of(root).find(f"{{{DS}}}KeyInfo"))
        by("other")(root)
        signature = signature_of(root)
        signature.replace(signature.find(f"{{{DS}}}KeyInfo"), kept)
        return root

    assert refused(come(Client(), provider, **NADIA, wrap=wrap), "No valid certificate")

    def broken(root):
        signature_of(root).find(f".//{{{DS}}}X509Certificate").text = "AAAA"
        return root

    assert come(Client(), provider, **NADIA, wrap=broken).url == "/o/acme/"


def test_comment_cuts_no_name(acme, cast, provider):
    """A signature does not cover comments: "boss<!---->.evil" must stay whole."""

    def wrap(root):
        name = one(root, "NameID")
        name.text, rest = name.text[:2], name.text[2:]
        comment = etree.Comment("")
        comment.tail = rest
        name.append(comment)
        return root

    come(Client(), provider, **NADIA, wrap=wrap)
    assert Identity.objects.get().subject == "persistent sub-1"


# Replies that are no answer


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>'
FILE = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (BOMB + b"<x>&b;</x>", "document type"),
        (FILE, "document type"),
        (FILE.decode().encode("utf-16"), "is not well-formed XML"),
        (b'<?xml version="1.0" encoding="utf-16"?>' + FILE, "document type"),
        (b"<x>" * 5000 + b"</x>" * 5000, "is not well-formed XML"),
        (b"hello", "is not well-formed XML"),
        (b"\xff\xfe\x00", "is not well-formed XML"),
        (b"<x/>", "is not a response of SAML 2.0"),
        (b"", "sent no answer"),
        (b"<x>" + b"y" * 300_001 + b"</x>", "is longer than"),
    ],
)
def test_what_is_no_answer_is_refused_unread(acme, provider, text, words):
    client = Client()
    _, fields = provider.asks(leave(client))
    reply = client.post("/sign-on/acme/answer/", form(text, fields["RelayState"]))
    assert refused(reply, words)


def test_text_that_is_no_base64_is_refused(acme, provider):
    client = Client()
    _, fields = provider.asks(leave(client))
    sent = {"SAMLResponse": "%%%", "RelayState": fields["RelayState"]}
    assert refused(client.post("/sign-on/acme/answer/", sent), "cannot read")


def test_long_answer_is_not_carried(acme):
    reply = Client().post("/sign-on/acme/answer/", {"SAMLResponse": "x" * 400_001})
    assert reply.status_code == 413


def test_refusal_of_the_provider_is_shown(acme, provider):
    client = Client()
    asked, fields = provider.asks(leave(client))
    text = str(
        provider.server.create_error_response(
            asked.id,
            asked.assertion_consumer_service_url,
            ("urn:oasis:names:tc:SAML:2.0:status:AuthnFailed", "no"),
        )
    )
    reply = client.post("/sign-on/acme/answer/", form(text, fields["RelayState"]))
    assert refused(reply, "The provider refused the sign-in: AuthnFailed")


def test_encrypted_assertion_is_refused(acme, provider):
    def wrap(root):
        etree.SubElement(root, f"{{{SAML}}}EncryptedAssertion")
        root.remove(one(root, "Assertion"))
        return root

    reply = come(Client(), provider, **NADIA, wrap=wrap)
    assert refused(reply, "encrypts its assertion")


# Brought twice, by another, or from elsewhere


def test_answer_counts_once_whatever_the_session_says(acme, provider):
    """Also where two requests of one session are on their way at once."""
    client = Client()
    sent = provider.sign_in(leave(client), **NADIA)
    kept = client.session["sign_on_tries"]
    assert client.post("/sign-on/acme/answer/", sent).url == "/o/acme/"
    words = "did not begin to sign in here"
    reply = client.post("/sign-on/acme/answer/", sent | {"carried": "yes"})
    assert words in flat(reply.text)
    again = Client()
    session = again.session
    session["sign_on_tries"] = kept
    session.save()
    again.cookies["sessionid"] = session.session_key
    assert refused(again.post("/sign-on/acme/answer/", sent), "was used already")


def test_answer_of_one_browser_lets_nobody_in_at_another(acme, provider):
    """Neither does a provider by itself, nor an attacker with an answer of their own."""
    victim, attacker = Client(), Client()
    sent = provider.sign_in(leave(attacker), **NADIA) | {"carried": "yes"}
    leave(victim)
    for key in (sent["RelayState"], "", "x"):
        reply = victim.post("/sign-on/acme/answer/", sent | {"RelayState": key})
        assert refused(reply, "did not begin to sign in here")
    [own] = victim.session["sign_on_tries"]
    reply = victim.post("/sign-on/acme/answer/", sent | {"RelayState": own})
    assert refused(reply, "belongs to another attempt")


def test_one_provider_does_not_answer_for_another(acme, cast, provider, listening):
    two = listening[1]
    two.key, two.services = "two", provider.services
    for entity in (two.entity, provider.entity):
        client = Client()
        asked, fields = provider.asks(leave(client))
        two.entity = entity
        text = two.answer(asked, "boss", NAMEID_FORMAT_PERSISTENT, **NADIA)
        sent = form(text, fields["RelayState"])
        reply = client.post("/sign-on/acme/answer/", sent)
        assert refused(reply, "No valid certificate of the provider")


def test_answer_for_one_organisation_is_none_for_another(acme, cast, provider, sign_in_freshly):
    """Both at one provider: the same entity ID, and the same certificate."""
    set_up(sign_in_freshly(cast.zoe), provider, "other")
    switch_on(cast.zoe, cast.other, "other.example")
    client = Client()
    sent = provider.sign_in(leave(client), **NADIA)
    reply = client.post("/sign-on/other/answer/", sent)
    assert refused(reply, "did not begin to sign in here")
    client = Client()
    leave(client, "/sign-on/other/")
    [(key, kept)] = client.session["sign_on_tries"].items()

    def bend(root):
        root.set("InResponseTo", kept["flow"]["own"]["id"])
        one(root, DATA).set("InResponseTo", kept["flow"]["own"]["id"])
        del root.attrib["Destination"]

    sent = provider.sign_in(leave(Client()), **NADIA, bend=bend)
    reply = client.post("/sign-on/other/answer/", sent | {"RelayState": key})
    assert refused(reply, "its audience is not http://testserver/sign-on/other/")


def test_address_of_another_domain_lets_nobody_in(acme, cast, provider):
    cast.zoe.email = "zoe@else.example"
    cast.zoe.save()
    for email in ("zoe@else.example", "zoe@acme.example.evil.example"):
        reply = come(Client(), provider, **NADIA | {"mail": email})
        assert refused(reply, "has not verified the domain")
    assert not Identity.objects.exists()


def test_answer_that_took_too_long_is_refused(acme, provider, time_machine):
    client = Client()
    sent = provider.sign_in(leave(client), **NADIA)
    time_machine.move_to(datetime.now(UTC) + timedelta(minutes=11))
    reply = client.post("/sign-on/acme/answer/", sent)
    assert refused(reply, "took longer than 10 minutes")


def test_nothing_is_written_for_an_answer_that_nobody_asked_for(acme, provider):
    before = Session.objects.count()
    sent = {"SAMLResponse": "x", "RelayState": "y"}
    for more in ({}, {"carried": "yes"}):
        Client().post("/sign-on/acme/answer/", sent | more)
    assert Session.objects.count() == before


def signed_answer(provider):
    """An answer of the provider by itself, and its certificates."""
    service = saml_metadata.Service("http://sp.example/", "http://sp.example/answer/")
    provider.services.append(saml_metadata.written(service).decode())
    metadata = saml_metadata.read(provider.metadata)
    client = saml.Client(
        metadata.entity,
        metadata.sign_in_at,
        metadata.certificates,
        "",
        False,
        service,
        1,
    )
    begun = client.begin(is_anew=False, is_test=False)
    answer = provider.sign_in(begun.address, **NADIA)
    root = etree.fromstring(base64.b64decode(answer["SAMLResponse"]))
    return root, saml_metadata.opened(metadata.certificates)


def with_namespaces(number, canonical):
    """An assertion whose signature is full of names, and of what they might be of."""
    names = " ".join(f'xmlns:a{one:x}="urn:x"' for one in range(number))
    return etree.fromstring(
        f'''<s:Assertion xmlns:s="{SAML}" ID="_a"><ds:Signature xmlns:ds="{DS}" {names}>
        <ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{canonical}"/>
        <ds:SignatureMethod
          Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>
        <ds:Reference URI="#_a"><ds:Transforms><ds:Transform
          Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#">{"<a0:y/>" * number}
        </ds:Transform></ds:Transforms>
        <ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>
        <ds:DigestValue>AAAA</ds:DigestValue></ds:Reference></ds:SignedInfo>
        <ds:SignatureValue>AAAA</ds:SignatureValue></ds:Signature></s:Assertion>'''
    )


def test_slow_way_to_write_xml_is_refused_before_anything_is_worked_out(monkeypatch):
    def worked(*_, **__):
        pytest.fail("The signature was worked out.")

    monkeypatch.setattr(saml_xml.XMLVerifier, "verify", worked)
    inclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
    with pytest.raises(ValidationError, match="something other"):
        saml_xml.signed(with_namespaces(20, inclusive), [object()])


def test_document_full_of_namespaces_is_refused():
    text = etree.tostring(with_namespaces(400, "x"))
    with pytest.raises(ValidationError, match="more than 300 namespaces"):
        saml_xml.parsed(text, "The answer", 400_000)
