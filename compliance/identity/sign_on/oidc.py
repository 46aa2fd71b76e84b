"""OpenID Connect as the relying party: code flow with PKCE, ``state`` and ``nonce``.

Sources: OpenID Connect Core 1.0 (3.1), Discovery 1.0, RFC 7636, RFC 9207, RFC 9700.
Knows no model: what is asked and what came back are values.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import jwt
from django.core.cache import cache
from django.core.exceptions import ValidationError

from compliance.ground.web import outgoing
from compliance.identity.sign_on import protocols
from compliance.identity.sign_on.protocols import AGAIN, SKEW, Begun, Flow, Person

_AGAIN_AFTER = 60
"""Seconds between two questions for a key that is not known."""
_ALGORITHMS = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
]  # fmt: skip
"""Those with a key pair: never none, nor one whose key is the client's secret."""
_GOOGLE = "https://accounts.google.com"
"""One issuer for everybody: the claim ``hd`` says whose organisation runs the account."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider by its own metadata."""

    issuer: str
    authorization: str
    token: str
    keys: str
    userinfo: str
    is_basic: bool
    """Whether the client's secret goes into a header; else into the form."""
    says_issuer: bool
    """Whether it names itself when it sends people back (RFC 9207)."""


@dataclass(frozen=True, slots=True)
class Client:
    """How a provider knows Attest: a ``protocols.Client``."""

    issuer: str
    id: str
    secret: str
    redirect: str
    whose: Hashable
    """The organisation on behalf of which the provider is called."""
    known_by = "state"

    def begin(self, *, is_anew: bool, is_test: bool) -> Begun:
        """Someone leaves for the provider. Raises ``ValidationError``."""
        return _begin(discover(self.issuer, self.whose, is_test=is_test), self, is_anew)

    def finish(self, flow: Flow, answer: Mapping[str, str]) -> Person:
        """The person who came back. Raises ``ValidationError``."""
        return _finish(discover(self.issuer, self.whose), self, flow, answer)


def discover(issuer: str, whose: Hashable, *, is_test: bool = False) -> Provider:
    """The provider's own words, asked anew by a test. Raises ``ValidationError``."""

    def ask() -> dict[str, Any]:
        metadata = _ask(f"{issuer.rstrip('/')}/.well-known/openid-configuration", whose)
        _provider(issuer, metadata)  # only valid metadata are kept
        return metadata

    return _provider(issuer, protocols.kept(issuer, ask, is_stale=is_test))


def _provider(issuer: str, metadata: dict[str, Any]) -> Provider:
    if metadata.get("issuer") != issuer:
        msg = f"The provider calls itself {str(metadata.get('issuer'))[:300]}: write its address exactly so."
        raise ValidationError(msg)
    ends = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
    places = {name: metadata.get(name) or "" for name in ends}
    for name, place in places.items():
        if not place and name == "userinfo_endpoint":
            continue
        try:
            outgoing.refuse_address(str(place))
        except outgoing.AddressRefusedError as error:
            msg = f"The provider says no usable {name}: {error}"
            raise ValidationError(msg) from error
    methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return Provider(
        issuer=issuer,
        authorization=places["authorization_endpoint"],
        token=places["token_endpoint"],
        keys=places["jwks_uri"],
        userinfo=places["userinfo_endpoint"],
        is_basic="client_secret_post" not in methods,
        says_issuer=bool(metadata.get("authorization_response_iss_parameter_supported")),
    )


def _begin(provider: Provider, client: Client, is_anew: bool) -> Begun:
    state = secrets.token_urlsafe(32)
    own = {"nonce": secrets.token_urlsafe(32), "verifier": secrets.token_urlsafe(48)}
    digest = hashlib.sha256(own["verifier"].encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": client.id,
        "redirect_uri": client.redirect,
        "scope": "openid email profile",
        "state": state,
        "nonce": own["nonce"],
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    if is_anew:
        asked |= {"prompt": "login", "max_age": "0"}
    joint = "&" if "?" in provider.authorization else "?"
    return Begun(
        f"{provider.authorization}{joint}{urlencode(asked)}",
        state,
        protocols.flow(provider.issuer, is_anew=is_anew, own=own),
    )


def _finish(provider: Provider, client: Client, flow: Flow, answer: Mapping[str, str]) -> Person:
    _refuse_answer(provider, flow, answer)
    asked = {
        "grant_type": "authorization_code",
        "code": answer["code"],
        "redirect_uri": client.redirect,
        "code_verifier": flow["own"]["verifier"],
    }
    if not provider.is_basic:
        asked |= {"client_id": client.id, "client_secret": client.secret}
    given = _ask(
        provider.token,
        client.whose,
        fields=asked,
        basic=(client.id, client.secret) if provider.is_basic else None,
    )
    claims = _claims(provider, client, flow, given.get("id_token"))
    if "email" not in claims and provider.userinfo and given.get("access_token"):
        bearer = str(given["access_token"])
        more = _ask(provider.userinfo, client.whose, bearer=bearer)
        if more.get("sub") != claims["sub"]:
            msg = f"The provider's answers name two people. {AGAIN}"
            raise ValidationError(msg)
        claims = more | claims
    return _person(claims)


def _refuse_answer(provider: Provider, flow: Flow, answer: Mapping[str, str]) -> None:
    protocols.refuse_late(flow)
    named = answer.get("iss", "")
    if (named or provider.says_issuer) and named != flow["issuer"]:
        msg = f"Another provider than the one of your organisation answered. {AGAIN}"
        raise ValidationError(msg)
    protocols.refuse_changed(flow, provider.issuer)
    if "error" in answer:
        msg = f"The provider refused the sign-in: {answer['error'][:80]}. {AGAIN}"
        raise ValidationError(msg)
    if not answer.get("code"):
        msg = f"The provider sent no code. {AGAIN}"
        raise ValidationError(msg)


def _claims(provider: Provider, client: Client, flow: Flow, token: Any) -> dict[str, Any]:
    """The claims of an ID token that is signed by the provider, for us, for this try."""
    if not isinstance(token, str):
        msg = "The provider sent no ID token: it does not speak OpenID Connect."
        raise ValidationError(msg)
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(provider, client.whose, jwt.get_unverified_header(token)),
            algorithms=_ALGORITHMS,
            issuer=provider.issuer,
            audience=client.id,
            leeway=SKEW,
            options={
                "require": ["iss", "sub", "aud", "exp", "iat"],
                "strict_aud": False,
            },
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        msg = f"The provider's answer is not one for Attest: {_said(error)}. {AGAIN}"
        raise ValidationError(msg) from error
    if claims["aud"] not in (client.id, [client.id]) or (claims.get("azp", client.id) != client.id):
        msg = f"The provider's answer is for other programs, too. {AGAIN}"
        raise ValidationError(msg)
    if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), flow["own"]["nonce"].encode()):
        msg = f"The provider's answer belongs to another attempt to sign in. {AGAIN}"
        raise ValidationError(msg)
    if flow["is_anew"]:
        protocols.refuse_stale(flow, claims.get("auth_time"))
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        msg = "The provider does not say who you are."
        raise ValidationError(msg)
    return claims


def _key(provider: Provider, whose: Hashable, header: dict[str, Any]) -> Any:
    """The provider's key that a token names; the only one where it names none."""
    name = f"{provider.issuer} {provider.keys}"

    def ask() -> dict[str, Any]:
        return _ask(provider.keys, whose)

    usable = _usable(protocols.kept(name, ask), header)
    if not usable and cache.add(protocols.named(name, "again"), True, _AGAIN_AFTER):
        usable = _usable(protocols.kept(name, ask, is_stale=True), header)
    if len(usable) != 1:
        msg = "no key of the provider is named"
        raise ValueError(msg)
    kind = str(header.get("alg"))
    if kind not in _ALGORITHMS:
        msg = "it is not signed with a key of the provider"
        raise ValueError(msg)
    return jwt.PyJWK(usable[0], algorithm=kind).key


def _usable(keys: dict[str, Any], header: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        one
        for one in keys.get("keys") or []
        if isinstance(one, dict)
        and one.get("use", "sig") == "sig"
        and one.get("kid") == header.get("kid", one.get("kid"))
        and one.get("kty") in {"RSA", "EC", "OKP"}
    ]


def _said(error: Exception) -> str:
    """Why a token is refused, in words."""
    for kind, words in (
        (jwt.InvalidAudienceError, "it is for another program"),
        (jwt.InvalidIssuerError, "it is from another provider"),
        (jwt.ExpiredSignatureError, "it has run out"),
        (jwt.ImmatureSignatureError, "it is from the future"),
        (jwt.InvalidSignatureError, "its signature is wrong"),
        (jwt.MissingRequiredClaimError, "it is not whole"),
    ):
        if isinstance(error, kind):
            return words
    return str(error) if type(error) is ValueError else "it cannot be read"


def _person(claims: dict[str, Any]) -> Person:
    email = protocols.email_of(claims.get("email"))
    is_hosted = claims["iss"] != _GOOGLE or claims.get("hd") == email.rpartition("@")[2]
    groups = claims.get("groups")
    mark = claims.get("email_verified", claims.get("xms_edov"))  # Entra ID has the second
    return Person(
        issuer=claims["iss"],
        subject=claims["sub"],
        email=email,
        is_verified=mark in (1, "1", "true") and is_hosted,
        name=protocols.name_of(claims.get("name")),
        groups=protocols.groups_of(groups if isinstance(groups, list) else ()),
        asked_at=protocols.moment(claims.get("auth_time")),
    )


def _ask(
    url: str,
    whose: Hashable,
    *,
    fields: Mapping[str, str] | None = None,
    basic: tuple[str, str] | None = None,
    bearer: str = "",
) -> dict[str, Any]:
    """The JSON object at an address; ``fields`` are posted."""
    headers = {"Accept": "application/json"}
    if basic:  # RFC 6749, 2.3.1: each part is encoded first
        pair = ":".join(quote_plus(one) for one in basic)
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    if fields:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    reply = protocols.call(url, whose, headers=headers, body=urlencode(fields or {}).encode())
    try:
        found = json.loads(reply)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        msg = f"{urlsplit(url).hostname} replies with something that is not JSON."
        raise ValidationError(msg)
    return found
