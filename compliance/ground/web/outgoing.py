"""Calls to addresses that people typed: the one door out of Attest for them.

Whoever types an address may mean a machine that only this one reaches (SSRF, OWASP ASVS
5.0, 1.3.6). So the name is looked up once, every address behind it has to be public, and
the connection goes to one of those; a second answer of the name server changes nothing.
No redirect is followed and no proxy of the environment asked. One deadline stands over
all of a call, and a body has a longest length. People in web requests wait in few places,
so that a silent machine never holds all threads that serve pages.
"""

import http.client
import ipaddress
import logging
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLongError
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

logger = logging.getLogger(__name__)
LONGEST_URL = 500
SECONDS = 10.0
"""For all of a call: looking the name up, connecting, sending and reading."""
_MOST_NAMES = 16
"""Look-ups at once; one cannot be given up, only left behind."""
MOST_WAITING, MOST_OF_ONE = 4, 2
"""Calls at once that web requests of this process wait for: in all, and of one caller."""
_UNICAST = ipaddress.ip_network("2000::/3")
"""IANA gives networks their IPv6 addresses from here alone (RFC 4291, 2.4): all others are
of a machine or a site, lead to an IPv4 one or are of no use yet."""
_SPECIAL = tuple(
    map(
        ipaddress.ip_network,
        ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2002::/16", "3fff::/20"),
    )
)
"""Protocols, tunnels to IPv4 and examples, which lead to the nearest machine or to none
(RFC 6890, 7526, 2928, 3056, 9637); some versions of Python take them for public."""
_names = ThreadPoolExecutor(_MOST_NAMES, thread_name_prefix="names")
_waiting: Counter[Hashable] = Counter()
_turn = threading.Lock()

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefusedError(ValueError):
    """An address that Attest does not call as it is typed; the text says why."""


class CallFailedError(Exception):
    """Nobody that may be called answered as they should."""


class _UnusableError(CallFailedError):
    """A host that is inner, has no address, refuses or is silent.

    Whoever typed it hears the same in each case, since they may be asking which machines
    there are behind Attest; the log says which it was.
    """

    def __init__(self, host: str, reason: object) -> None:
        logger.warning("Nobody was reached at %s: %s", host, reason)
        super().__init__(
            f"Attest cannot reach {host}. It calls public addresses only. Check that the"
            " name is right and that the server answers; whoever runs Attest finds more"
            " in its log."
        )


class BusyError(CallFailedError):
    """Too many web requests wait for calls already; nobody was called."""


class Reply(NamedTuple):
    """The reply of a server."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class _Target:
    """A checked URL: where it leads, without a name looked up."""

    is_secure: bool
    host: str
    port: int
    path: str


def refuse_address(url: str) -> None:
    """Refuse an address as it is typed; nothing is looked up and nobody called.

    Raises ``AddressRefusedError``. A name that passes is checked with each call.
    """
    target = _target(url)
    try:
        address = ipaddress.ip_address(target.host)
    except ValueError:
        return
    _refuse_private(target, address)


def call(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    most_bytes: int = 0,
    seconds: float = SECONDS,
    whose: Hashable = None,
) -> Reply:
    """One HTTP call, and its reply whatever its status; redirects are replies, too.

    ``most_bytes`` is the longest body to read; with 0 none is read. A web request says for
    ``whose`` sake it waits: it takes one of their places. Raises ``AddressRefusedError``
    for an address that nobody may type, and ``CallFailedError`` for a host that is not
    public, a reply that does not come within ``seconds``, is no HTTP or is longer, and
    where no place is free.
    """
    until = monotonic() + seconds
    target = _target(url)
    _take_place(whose)
    look = _names.submit(socket.getaddrinfo, target.host, target.port, type=socket.SOCK_STREAM)
    try:
        connection = _Connection(target, _found(look, target, until), until)
        # the length is always said: without one, some servers wait for a body
        sent = {"Content-Length": str(len(body)), **(headers or {})}
        return _reply(connection, (method, target.path, body or None, sent), most_bytes)
    finally:  # a look-up that was left behind keeps the place until its thread is free
        look.add_done_callback(lambda _: _leave_place(whose))


@contextmanager
def place(whose: Hashable) -> Iterator[None]:
    """One of the places for web requests that wait. Raises ``BusyError``."""
    _take_place(whose)
    try:
        yield
    finally:
        _leave_place(whose)


def _take_place(whose: Hashable) -> None:
    if whose is None:
        return
    with _turn:
        if _waiting[whose] >= MOST_OF_ONE or _waiting.total() >= MOST_WAITING:
            msg = "Too many wait for other machines right now."
            raise BusyError(msg)
        _waiting[whose] += 1


def _leave_place(whose: Hashable) -> None:
    if whose is None:
        return
    with _turn:
        _waiting[whose] -= 1
        if not _waiting[whose]:
            del _waiting[whose]


def _reply(connection: "_Connection", asked: tuple[Any, ...], most_bytes: int) -> Reply:
    to, until = connection.to, connection.until
    try:
        with _ending(connection, until):
            connection.request(*asked)
            reply = connection.getresponse()
            read = reply.read(most_bytes + 1) if most_bytes else b""
    except ssl.SSLCertVerificationError as error:
        msg = f"The certificate of {to.host} is not valid."
        raise CallFailedError(msg) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = "no answer in time" if monotonic() >= until else repr(error)
        raise _UnusableError(to.host, reason) from error
    finally:
        connection.close()
    if len(read) > most_bytes:
        msg = f"{to.host} sent more than {most_bytes} bytes."
        raise CallFailedError(msg)
    found = {name.lower(): value for name, value in reply.getheaders()}
    return Reply(reply.status, found, read)


def _target(url: str) -> _Target:
    if len(url) > LONGEST_URL or not url.isascii() or any(c <= " " for c in url):
        msg = f"The address has at most {LONGEST_URL} characters, no spaces, and letters without accents."
        raise AddressRefusedError(msg)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        msg = "This is no address."
        raise AddressRefusedError(msg) from error
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        msg = "The address begins with https:// and a host."
        raise AddressRefusedError(msg)
    if "@" in parts.netloc or "\\" in url or "#" in url:
        msg = "The address has no user, password, backslash or fragment."
        raise AddressRefusedError(msg)
    is_secure = parts.scheme == "https"
    if not is_secure and not settings.PRIVATE_NETWORKS:
        msg = "The address begins with https://, so that nobody reads or changes it."
        raise AddressRefusedError(msg)
    target = _Target(
        is_secure,
        parts.hostname,
        port if port is not None else (443 if is_secure else 80),
        _path(parts),
    )
    if not settings.PRIVATE_NETWORKS:
        _refuse_port(target)
    return target


def _refuse_port(target: _Target) -> None:
    """Other ports of a public host are mail, shells and databases, and none of our business."""
    if target.port not in settings.OUTGOING_PORTS:
        ports = ", ".join(map(str, settings.OUTGOING_PORTS))
        msg = (
            f"The address has port {target.port}; Attest calls {ports}. Whoever runs it"
            " can allow others with ATTEST_OUTGOING_PORTS."
        )
        raise AddressRefusedError(msg)


def _path(parts: SplitResult) -> str:
    query = f"?{parts.query}" if parts.query else ""
    return (parts.path or "/") + query


def _found(look: "Future[Any]", target: _Target, until: float) -> list[Address]:
    """The addresses behind a host, all of which may be called."""
    try:
        found = look.result(max(until - monotonic(), 0))
    except (OSError, TookTooLongError, UnicodeError) as error:
        look.cancel()
        raise _UnusableError(target.host, repr(error)) from error
    addresses = [ipaddress.ip_address(str(at[0]).partition("%")[0]) for *_, at in found]
    try:
        for address in addresses:
            _refuse_private(target, address)
    except AddressRefusedError as error:
        raise _UnusableError(target.host, error) from error
    return list(dict.fromkeys(addresses))


def _refuse_private(target: _Target, address: Address) -> None:
    """``AddressRefusedError`` for an address that only this machine or its network has."""
    inner = getattr(address, "ipv4_mapped", None) or address
    if any(inner in network for network in settings.PRIVATE_NETWORKS):
        return
    if not _is_public(inner):
        msg = (
            f"{target.host} is in a private network. Whoever runs Attest can allow one"
            " with ATTEST_PRIVATE_NETWORKS."
        )
        raise AddressRefusedError(msg)
    if not target.is_secure:
        msg = "Outside of the networks in ATTEST_PRIVATE_NETWORKS, use https://."
        raise AddressRefusedError(msg)
    _refuse_port(target)


def _is_public(address: Address) -> bool:
    if address.version == 6 and address not in _UNICAST:
        return False
    is_special = any(address in network for network in _SPECIAL)
    is_other = address.is_multicast or address.is_reserved
    return address.is_global and not is_other and not is_special


class _Connection(http.client.HTTPConnection):
    """A connection to one of some addresses, under a certificate for the host's name."""

    def __init__(self, to: _Target, addresses: list[Address], until: float) -> None:
        super().__init__(to.host, to.port)
        self.default_port = 443 if to.is_secure else 80  # left out of the header Host
        self.to, self._addresses, self.until = to, addresses, until

    def connect(self) -> None:
        """Try the addresses in order; the name is not looked up again."""
        self.sock = self._connected()
        if self.to.is_secure:
            self.sock = ssl.create_default_context().wrap_socket(
                self.sock,
                server_hostname=self.to.host,
                do_handshake_on_connect=False,  # the deadline has to reach it
            )
            self.sock.do_handshake()

    def _connected(self) -> socket.socket:
        failed: OSError | None = None
        for address in self._addresses:
            left = self.until - monotonic()
            if left <= 0:
                break
            try:
                return socket.create_connection((str(address), self.to.port), left)
            except OSError as error:
                failed = error
        raise failed or TimeoutError

    def end(self) -> None:
        """Cut it, whoever waits for it in another thread."""
        if self.sock is not None:
            with suppress(OSError):
                # not that of SSLSocket, which would let the rest come as plain text
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


@contextmanager
def _ending(connection: _Connection, until: float) -> Iterator[None]:
    """Cut a connection at the deadline: byte by byte, a reply could take for ever."""
    timer = threading.Timer(max(until - monotonic(), 0), connection.end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
