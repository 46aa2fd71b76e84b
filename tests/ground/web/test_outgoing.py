"""Calls to typed addresses reach public machines only, in bounded time, and nothing twice."""

import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from compliance.ground.web import outgoing
from compliance.ground.web.outgoing import (
    AddressRefusedError,
    CallFailedError,
    call,
    refuse_address,
)

LOOPBACK = [ipaddress.ip_network("127.0.0.0/8")]
PUBLIC = "93.184.215.14"

INSIDE = [
    "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/",
    "https://0177.0.0.1/", "https://0/", "https://0.0.0.0/", "https://localhost/",
    "https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/", "https://[::127.0.0.1]/", "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/", "https://[fe80::1]/", "https://[fc00::1]/",
    "https://[fd12:3456::1]/", "https://[ff02::1]/", "https://[2001::1]/",
    "https://10.0.0.1/", "https://172.16.0.1/", "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/", "https://100.64.0.1/",
    "https://192.0.0.1/", "https://198.18.0.1/", "https://224.0.0.1/",
    "https://240.0.0.1/", "https://255.255.255.255/", "https://192.0.2.1/",
]  # fmt: skip
"""Written so that the machine's own look-up finds an address of this network."""
SPECIAL = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24", "192.0.0.8/32", "192.0.0.9/32", "192.0.0.10/32",
    "192.0.0.170/31", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    "255.255.255.255/32", "::/128", "::1/128", "::/96", "::ffff:0:0:0/96",
    "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/32",
    "2001:1::1/128", "2001:1::2/128", "2001:1::3/128", "2001:2::/48", "2001:3::/32",
    "2001:4:112::/48", "2001:10::/28", "2001:20::/28", "2001:30::/28", "2001:db8::/32",
    "2002::/16", "3fff::/20", "4000::/2", "5f00::/16", "8000::/1", "fc00::/7",
    "fe80::/10", "fec0::/10", "ff00::/8",
]  # fmt: skip
"""Blocks of the IANA registries of special addresses, of reserved and of multicast ones."""
MALFORMED = [
    "", "attest", "//host/", "https://", "https:///path", "https://:443/",
    "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "javascript:1",
    "http://example.com/", "https://user@example.com/", "https://user:pw@example.com/",
    "https://example.com@127.0.0.1/", "https://example.com\\@127.0.0.1/",
    "https://example.com/#x", "https://example.com/ x", "https://example.com/\r\nHost: a",
    "https://example.com:99999/", "https://example.com:x/", "https://[::1/",
    "https://ex\u0430mple.com/", "https://example.com/\x00", f"https://a/{'x' * 500}",
]  # fmt: skip


class Receiver(BaseHTTPRequestHandler):
    """Answers as its path says, and remembers who came."""

    def do_POST(self):
        self.server.came.append((self.headers, self.rfile.read(self.length)))
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/")
            self.end_headers()
        elif self.path == "/slow":
            with contextlib.suppress(OSError):
                for byte in b"HTTP/1.0 200 OK\r\nX: " + b"x" * 1000:
                    self.wfile.write(bytes([byte]))
                    time.sleep(0.05)
        else:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"x" * 100)

    @property
    def length(self):
        return int(self.headers["Content-Length"])

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    """A server on this machine; ``came`` has each call that reached it."""
    with HTTPServer(("127.0.0.1", 0), Receiver) as found:
        found.came = []
        thread = threading.Thread(target=found.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield found
        found.shutdown()


@pytest.fixture
def names(monkeypatch):
    """``names(first, second, ...)``: the addresses that each look-up in turn gives."""

    def set_(*answers):
        left, real = list(answers), socket.getaddrinfo

        def look(host, port, *more, **named):
            if host.startswith("127."):  # written, so that nobody is asked
                return real(host, port, *more, **named)
            return [(2, 1, 6, "", (left.pop(0), port))]

        monkeypatch.setattr(outgoing.socket, "getaddrinfo", look)
        return left

    return set_


@pytest.mark.parametrize("url", INSIDE)
def test_addresses_of_this_network_are_never_called(url, monkeypatch):
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("called"))
    with pytest.raises((AddressRefusedError, CallFailedError)):
        call("POST", url)


@pytest.mark.parametrize("url", MALFORMED)
def test_malformed_addresses_are_refused_before_any_look_up(url, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("looked"))
    with pytest.raises(AddressRefusedError):
        refuse_address(url)
    with pytest.raises(AddressRefusedError):
        call("POST", url)


def test_written_addresses_of_this_network_are_refused_as_they_are_typed():
    with pytest.raises(AddressRefusedError, match="in a private network"):
        refuse_address("https://10.0.0.1/hook")
    refuse_address("https://example.com/hook")


@pytest.mark.parametrize("block", SPECIAL)
def test_special_addresses_are_no_public_ones(block):
    """Each version of Python knows other blocks (``is_global``)."""
    network = ipaddress.ip_network(block)
    for address in (network[0], network[network.num_addresses // 2], network[-1]):
        host = f"[{address}]" if address.version == 6 else address
        with pytest.raises(AddressRefusedError, match="in a private network"):
            refuse_address(f"https://{host}/hook")


@pytest.mark.parametrize("host", [PUBLIC, "[2a00:1450:4001::1]", "[2606:4700::1111]"])
def test_public_addresses_of_either_kind_are_taken(host):
    refuse_address(f"https://{host}/hook")


def test_name_with_one_private_address_is_refused(monkeypatch):
    answers = [(2, 1, 6, "", (PUBLIC, 443)), (2, 1, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(outgoing.socket, "getaddrinfo", lambda *_, **__: answers)
    with pytest.raises(CallFailedError, match="cannot reach twofold"):
        call("POST", "https://twofold.example/")


def test_inner_unknown_closed_and_silent_hosts_read_the_same(monkeypatch, caplog):
    """Whoever may type an address may not ask the inner name server by it."""
    hosts = {
        "inner": [(2, 1, 6, "", ("10.0.0.1", 443))],
        "closed": [(2, 1, 6, "", (PUBLIC, 443))],
        "silent": [(2, 1, 6, "", ("1.1.1.1", 443))],
    }

    def look(host, *_, **__):
        if host not in hosts:
            raise socket.gaierror
        return hosts[host]

    def connect(address, _timeout):
        raise ConnectionRefusedError if address[0] == PUBLIC else TimeoutError

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", look)
    monkeypatch.setattr(outgoing.socket, "create_connection", connect)
    said = set()
    for host in (*hosts, "unknown"):
        with pytest.raises(CallFailedError) as failed:
            call("POST", f"https://{host}/")
        said.add((type(failed.value), str(failed.value).replace(host, "it")))
    assert len(said) == 1
    assert "10.0.0.1" not in str(said)
    assert "Nobody was reached at inner: inner is in a private network" in caplog.text


def test_other_ports_of_public_hosts_are_refused_unless_named(settings, names):
    with pytest.raises(AddressRefusedError, match="has port 22; Attest calls 443"):
        refuse_address("https://example.com:22/")
    settings.OUTGOING_PORTS = [443, 8443]
    refuse_address("https://example.com:8443/")
    settings.PRIVATE_NETWORKS = LOOPBACK
    names(PUBLIC)
    with pytest.raises(CallFailedError, match="cannot reach"):
        call("POST", "https://example.com:22/")


def test_connection_goes_to_the_address_that_was_checked(names, monkeypatch):
    left, called = names(PUBLIC, "127.0.0.1"), []

    def connect(address, _timeout):
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(outgoing.socket, "create_connection", connect)
    with pytest.raises(CallFailedError):
        call("POST", "https://rebinding.example/")
    assert called == [(PUBLIC, 443)]
    assert left == ["127.0.0.1"]  # nobody asked again


def test_allowed_network_is_called_and_gets_what_was_sent(server, settings):
    settings.PRIVATE_NETWORKS = LOOPBACK
    url = f"http://127.0.0.1:{server.server_port}/hook?a=b"
    reply = call("POST", url, body=b"{}", headers={"X-A": "b"}, most_bytes=100)
    assert (reply.status, reply.body) == (200, b"x" * 100)
    [(headers, body)] = server.came
    assert (headers["X-A"], headers["Host"], body) == ("b", url.split("/")[2], b"{}")


def test_plain_http_stays_refused_outside_of_allowed_networks(names, settings):
    settings.PRIVATE_NETWORKS = LOOPBACK
    names(PUBLIC)
    with pytest.raises(CallFailedError, match="cannot reach"):
        call("POST", "http://example.com/")


def test_redirect_is_a_reply_and_nobody_follows_it(server, settings):
    settings.PRIVATE_NETWORKS = LOOPBACK
    reply = call("POST", f"http://127.0.0.1:{server.server_port}/moved")
    assert (reply.status, len(server.came)) == (302, 1)


def test_longer_reply_than_allowed_is_refused(server, settings):
    settings.PRIVATE_NETWORKS = LOOPBACK
    with pytest.raises(CallFailedError, match="more than 99 bytes"):
        call("POST", f"http://127.0.0.1:{server.server_port}/", most_bytes=99)


def test_reply_byte_by_byte_ends_at_the_deadline(server, settings):
    settings.PRIVATE_NETWORKS = LOOPBACK
    url, began = f"http://127.0.0.1:{server.server_port}/slow", time.monotonic()
    with pytest.raises(CallFailedError, match="cannot reach"):
        call("POST", url, seconds=0.3)
    assert time.monotonic() - began < 3


def test_name_that_takes_long_to_look_up_ends_at_the_deadline(monkeypatch):
    monkeypatch.setattr(outgoing.socket, "getaddrinfo", lambda *_, **__: time.sleep(0.5))
    with pytest.raises(CallFailedError, match="cannot reach"):
        call("POST", "https://slow.example/", seconds=0.1)


@pytest.fixture
def certificate(tmp_path):
    """A certificate for ``hook.example``, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hook.example")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hook.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    path.write_bytes(key.private_bytes(pem, form, plain) + made.public_bytes(pem))
    return path


@pytest.fixture
def secure_server(server, certificate, names, settings):
    """The same, under the certificate; every name leads to it."""
    settings.PRIVATE_NETWORKS = LOOPBACK
    names("127.0.0.1")
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(certificate)
    server.socket = own.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # a handshake that the caller breaks off
    return server


@pytest.mark.parametrize("is_trusted", [True, False])
@pytest.mark.parametrize("host", ["hook.example", "other.example"])
def test_certificate_is_checked_for_the_name_and_not_the_address(
    host, is_trusted, secure_server, certificate, monkeypatch
):
    trusts = ssl.create_default_context(cafile=certificate if is_trusted else None)
    monkeypatch.setattr(outgoing.ssl, "create_default_context", lambda: trusts)
    url = f"https://{host}:{secure_server.server_port}/"
    if is_trusted and host == "hook.example":
        assert call("POST", url).status == 200
    else:
        with pytest.raises(CallFailedError, match="certificate"):
            call("POST", url)
        assert secure_server.came == []


def test_look_up_that_is_left_behind_keeps_its_place(monkeypatch):
    """A silent name server holds two threads of one caller, and not all of them."""
    goes_on = threading.Event()

    def look(*_, **__):
        goes_on.wait(5)
        raise socket.gaierror

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", look)
    for _ in range(outgoing.MOST_OF_ONE):
        with pytest.raises(CallFailedError, match="cannot reach"):
            call("GET", "https://silent.example/", seconds=0.5, whose="evil")
    with pytest.raises(outgoing.BusyError):
        call("GET", "https://silent.example/", seconds=0.05, whose="evil")
    with outgoing.place("b"), outgoing.place("b"), pytest.raises(outgoing.BusyError):
        outgoing._take_place("c")
    goes_on.set()
    for _ in range(100):
        if not outgoing._waiting:
            break
        time.sleep(0.01)
    assert not outgoing._waiting
