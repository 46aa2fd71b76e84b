"""OpenID Connect as the relying party: code flow with PKCE, ``state`` and ``nonce``.

Sources: OpenID Connect Core 1.0 (3.1), Discovery 1.0, RFC 7636, RFC 9207, RFC 9700.
Knows no model: what is asked and what came back are values. People wait for each call, so
it is short, and what a provider says of itself is kept for some minutes.
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict
from urllib.parse import quote_plus, urlencode, urlsplit

import jwt
from django.core.cache import cache
from django.core.exceptions import ValidationError

from compliance.web import outgoing

SKEW = 120
"""Seconds by which the provider's clock may differ."""
_BEFORE = 5
"""Seconds by which it may differ where someone was to be asked again."""
LASTS = 600
"""Seconds from leaving for the provider until coming back."""
_SECONDS = 3.0
"""For each call."""
_FRESH, _KEPT, _AGAIN_AFTER = 10 * 60, 24 * 60 * 60, 60
"""Seconds until what a provider says of itself is asked again, for which it stands while the
provider is silent, and between two questions for a key that is not known."""
_MOST_BYTES = 1_000_000
_ALGORITHMS = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
]  # fmt: skip
"""Those with a key pair: never none, nor one whose key is the client's secret."""
_GOOGLE = "https://accounts.google.com"
"""One issuer for everybody: the claim ``hd`` says whose organisation runs the account."""
_AGAIN = "Begin again at the sign-in page."


class UnreachableError(ValidationError):
    """The provider is slow, or too many wait for it: trying again may help."""


@dataclass(frozen=True, slots=True)
class Provider:
    """What a provider says of itself."""

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
    """How a provider knows Attest."""

    id: str
    secret: str
    redirect: str
    whose: Hashable
    """The organisation on behalf of which the provider is called."""


class Flow(TypedDict):
    """What is kept in the session of someone who left for a provider."""

    nonce: str
    verifier: str
    issuer: str
    begun: float
    is_anew: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a provider says someone is."""

    issuer: str
    subject: str
    email: str
    is_verified: bool
    """Whether the provider says that the address is theirs."""
    name: str
    groups: tuple[str, ...]
    asked_at: float = 0
    """When the provider asked them last who they are; 0 where it does not say."""


def discover(issuer: str, whose: Hashable, *, is_test: bool = False) -> Provider:
    """The provider's own words, asked anew by a test. Raises ``ValidationError``."""

    def ask() -> dict[str, Any]:
        told = _ask(f"{issuer.rstrip('/')}/.well-known/openid-configuration", whose)
        _provider(issuer, told)  # what is no good is not kept
        return told

    return _provider(issuer, _kept(issuer, ask, is_stale=is_test))


def _provider(issuer: str, told: dict[str, Any]) -> Provider:
    if told.get("issuer") != issuer:
        msg = f"The provider calls itself {str(told.get('issuer'))[:300]}: write its address exactly so."
        raise ValidationError(msg)
    ends = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
    places = {name: told.get(name) or "" for name in ends}
    for name, place in places.items():
        if not place and name == "userinfo_endpoint":
            continue
        try:
            outgoing.refuse_address(str(place))
        except outgoing.AddressRefusedError as error:
            msg = f"The provider says no usable {name}: {error}"
            raise ValidationError(msg) from error
    methods = told.get("token_endpoint_auth_methods_supported") or [
        "client_secret_basic"
    ]
    return Provider(
        issuer=issuer,
        authorization=places["authorization_endpoint"],
        token=places["token_endpoint"],
        keys=places["jwks_uri"],
        userinfo=places["userinfo_endpoint"],
        is_basic="client_secret_post" not in methods,
        says_issuer=bool(told.get("authorization_response_iss_parameter_supported")),
    )


def begin(
    provider: Provider, client: Client, *, is_anew: bool = False
) -> tuple[str, str, Flow]:
    """The address to send someone to, the ``state`` to know them by, and what to keep.

    ``is_anew``: the provider is to ask them again, whether they are signed in there or not.
    """
    state = secrets.token_urlsafe(32)
    flow = Flow(
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        issuer=provider.issuer,
        begun=time.time(),
        is_anew=is_anew,
    )
    digest = hashlib.sha256(flow["verifier"].encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": client.id,
        "redirect_uri": client.redirect,
        "scope": "openid email profile",
        "state": state,
        "nonce": flow["nonce"],
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    if is_anew:
        asked |= {"prompt": "login", "max_age": "0"}
    joint = "&" if "?" in provider.authorization else "?"
    return f"{provider.authorization}{joint}{urlencode(asked)}", state, flow


def finish(
    provider: Provider, client: Client, flow: Flow, answer: Mapping[str, str]
) -> Person:
    """The person who came back with an answer. Raises ``ValidationError``."""
    _refuse_answer(provider, flow, answer)
    asked = {
        "grant_type": "authorization_code",
        "code": answer["code"],
        "redirect_uri": client.redirect,
        "code_verifier": flow["verifier"],
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
            msg = f"The provider told of two people at once. {_AGAIN}"
            raise ValidationError(msg)
        claims = more | claims
    return _person(claims)


def _refuse_answer(provider: Provider, flow: Flow, answer: Mapping[str, str]) -> None:
    if time.time() - flow["begun"] > LASTS:
        msg = f"This took longer than {LASTS // 60} minutes. {_AGAIN}"
        raise ValidationError(msg)
    named = answer.get("iss", "")
    if (named or provider.says_issuer) and named != flow["issuer"]:
        msg = f"Another provider than the one of your organisation answered. {_AGAIN}"
        raise ValidationError(msg)
    if provider.issuer != flow["issuer"]:
        msg = f"The provider of your organisation was changed meanwhile. {_AGAIN}"
        raise ValidationError(msg)
    if "error" in answer:
        msg = f"The provider let nobody in: {answer['error'][:80]}. {_AGAIN}"
        raise ValidationError(msg)
    if not answer.get("code"):
        msg = f"The provider sent no code. {_AGAIN}"
        raise ValidationError(msg)


def _claims(
    provider: Provider, client: Client, flow: Flow, token: Any
) -> dict[str, Any]:
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
        msg = f"The provider's answer is not one for Attest: {_said(error)}. {_AGAIN}"
        raise ValidationError(msg) from error
    if claims["aud"] not in (client.id, [client.id]) or (
        claims.get("azp", client.id) != client.id
    ):
        msg = f"The provider's answer is for other programs, too. {_AGAIN}"
        raise ValidationError(msg)
    if not secrets.compare_digest(
        str(claims.get("nonce", "")).encode(), flow["nonce"].encode()
    ):
        msg = f"The provider's answer belongs to another try to sign in. {_AGAIN}"
        raise ValidationError(msg)
    if flow["is_anew"]:
        _refuse_stale(claims.get("auth_time"), flow)
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        msg = "The provider does not say who you are."
        raise ValidationError(msg)
    return claims


def _refuse_stale(at: Any, flow: Flow) -> None:
    """Of someone who was to be asked again: they were, after they left."""
    if not isinstance(at, int | float) or at < flow["begun"] - _BEFORE:
        msg = f"The provider did not ask who you are just now. {_AGAIN}"
        raise ValidationError(msg)


def _key(provider: Provider, whose: Hashable, header: dict[str, Any]) -> Any:
    """The provider's key that a token names; the only one where it names none."""
    name = f"{provider.issuer} {provider.keys}"

    def ask() -> dict[str, Any]:
        return _ask(provider.keys, whose)

    usable = _usable(_kept(name, ask), header)
    if not usable and cache.add(_named(name, "again"), True, _AGAIN_AFTER):
        usable = _usable(_kept(name, ask, is_stale=True), header)
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


def _kept[T](name: str, ask: Callable[[], T], *, is_stale: bool = False) -> T:
    """The reply to a question: a kept one, or the last good one while nobody answers.

    Once it is stale one request asks anew, and the others go on with what is kept.
    """
    found: T | None = cache.get(_named(name, "said"))
    is_due = is_stale or cache.add(_named(name, "asked"), True, _FRESH)
    if found is not None and not is_due:
        return found
    try:
        said = ask()
    except ValidationError:
        if found is None or is_stale:
            raise
        return found
    cache.set(_named(name, "said"), said, _KEPT)
    return said


def _named(name: str, what: str) -> str:
    return f"sign_on:{hashlib.sha256(name.encode()).hexdigest()}:{what}"


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
    email = _address(claims.get("email"))
    is_hosted = claims["iss"] != _GOOGLE or claims.get("hd") == email.rpartition("@")[2]
    groups = claims.get("groups")
    name = claims.get("name")
    asked_at = claims.get("auth_time")
    mark = claims.get(
        "email_verified", claims.get("xms_edov")
    )  # Entra ID has the second
    return Person(
        issuer=claims["iss"],
        subject=claims["sub"],
        email=email,
        is_verified=mark in (1, "1", "true") and is_hosted,
        name=" ".join(name.split())[:120] if isinstance(name, str) else "",
        groups=tuple(str(one) for one in groups[:500])
        if isinstance(groups, list)
        else (),
        asked_at=min(asked_at, time.time()) if isinstance(asked_at, int | float) else 0,
    )


def _address(told: Any) -> str:
    """An address as accounts have it; one that is too long is none: cut, it is another's."""
    email = told.strip().lower() if isinstance(told, str) else ""
    return email if len(email) <= 254 else ""


def _ask(
    url: str,
    whose: Hashable,
    *,
    fields: Mapping[str, str] | None = None,
    basic: tuple[str, str] | None = None,
    bearer: str = "",
) -> dict[str, Any]:
    """The JSON object at an address; ``fields`` are posted.

    Raises ``ValidationError``: ``UnreachableError`` where trying again may help.
    """
    headers = {"Accept": "application/json"}
    if basic:  # RFC 6749, 2.3.1: each part is encoded first
        pair = ":".join(quote_plus(one) for one in basic)
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    if fields:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        reply = outgoing.call(
            "POST" if fields else "GET",
            url,
            headers=headers,
            body=urlencode(fields or {}).encode(),
            most_bytes=_MOST_BYTES,
            seconds=_SECONDS,
            whose=whose,
        )
    except outgoing.AddressRefusedError as error:
        raise ValidationError(str(error)) from error
    except outgoing.CallFailedError as error:
        raise UnreachableError(str(error)) from error
    return _told(reply, urlsplit(url).hostname)


def _told(reply: outgoing.Reply, host: str | None) -> dict[str, Any]:
    if reply.status != 200:
        msg = f"{host} refuses: it replies with status {reply.status}."
        is_down = reply.status >= 500
        raise UnreachableError(msg) if is_down else ValidationError(msg)
    try:
        found = json.loads(reply.body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        msg = f"{host} replies with something that is not JSON."
        raise ValidationError(msg)
    return found
