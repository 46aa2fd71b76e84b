"""A provider of OpenID Connect on loopback that a test can make lie, and a name server."""

import base64
import hashlib
import json
import socketserver
import threading
import time
from contextlib import contextmanager, suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote_plus, urlsplit

import dns.message
import dns.rrset
import jwt
from cryptography.hazmat.primitives.asymmetric import ec

SECRET = "a secret that the provider made"


@cache
def _key(name):
    return ec.generate_private_key(ec.SECP256R1())


class Provider:
    """Signs in whomever a test names; ``token`` may be bent by a test."""

    def __init__(self, port):
        self.issuer = f"http://127.0.0.1:{port}"
        self.codes, self.asked = {}, []
        self.metadata = {}
        self.said = {}
        self.redirect = ""
        self.me = {}

    def sign_in(self, address, **claims):
        """The answer that somebody brings back from ``address``: the query, as a dict."""
        asked = {k: v for k, [v] in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{self.issuer}/auth?")
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked, claims
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    def claims(self, asked, claims):
        now = int(time.time())
        return {
            "iss": self.issuer,
            "aud": asked["client_id"],
            "sub": "sub-1",
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "auth_time": now,
        } | claims

    def token(self, claims):
        """An ID token with these claims, signed with the provider's key."""
        return jwt.encode(claims, _key("own"), "ES256", {"kid": "one"})

    def forged(self, claims):
        """The same, signed with another's key."""
        return jwt.encode(claims, _key("other"), "ES256", {"kid": "one"})

    def reply(self, path, form, headers):
        if path in self.said:
            return self.said[path]
        if path.startswith("/.well-known/"):
            return 200, {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/auth",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "userinfo_endpoint": f"{self.issuer}/me",
                "authorization_response_iss_parameter_supported": True,
            } | self.metadata
        if path == "/keys":
            one = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(_key("own").public_key()))
            return 200, {"keys": [one | {"kid": "one", "use": "sig"}]}
        if path == "/token":
            return self.give(form, headers)
        if path == "/me" and headers["Authorization"] == "Bearer access":
            return 200, self.me
        return 404, {}

    def give(self, form, headers):
        """The token for a code, once, and only to whoever began (RFC 7636, RFC 6749)."""
        basic = base64.b64encode(f"attest:{quote_plus(SECRET)}".encode()).decode()
        asked, claims = self.codes.pop(form.get("code"), (None, None))
        if asked is None or headers["Authorization"] != f"Basic {basic}":
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (challenge, form["redirect_uri"]) != (
            asked["code_challenge"],
            asked["redirect_uri"],
        ):
            return 400, {"error": "invalid_grant"}
        answer = self.claims(asked, claims)
        self.me = {"sub": answer["sub"]}
        return 200, {
            "access_token": "access",
            "token_type": "Bearer",
            "id_token": self.token(answer),
        }


@contextmanager
def provider():
    """A provider that listens."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self, form=None):
            self.server.provider.asked.append(self.path)
            status, answer = self.server.provider.reply(self.path, form, self.headers)
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            if status in {301, 302}:
                self.send_header("Location", self.server.provider.redirect)
            self.send_header("Content-Length", str(len(body)))
            with suppress(BrokenPipeError):  # of a caller that gave up
                self.end_headers()
                self.wfile.write(body)

        def do_POST(self):
            length = int(self.headers["Content-Length"])
            form = parse_qs(self.rfile.read(length).decode())
            self.do_GET({k: v for k, [v] in form.items()})

        def log_message(self, *_):
            pass

    with served(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as server:
        server.provider = Provider(server.server_port)
        yield server.provider


@contextmanager
def name_server(records):
    """``host:port`` of a name server that knows text records: name to texts."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            data, socket = self.request
            query = dns.message.from_wire(data)
            reply = dns.message.make_response(query)
            name = query.question[0].name
            texts = records.get(name.to_text(omit_final_dot=True), [])
            if texts:
                quoted = [f'"{text}"' for text in texts]
                reply.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *quoted))
            socket.sendto(reply.to_wire(), self.client_address)

    server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler)
    with served(server):
        yield f"127.0.0.1:{server.server_address[1]}"


@contextmanager
def served(server):
    """The server, while it listens in a thread."""
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
