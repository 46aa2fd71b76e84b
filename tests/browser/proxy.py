"""A bad line between browser and server: it delays, reorders and cuts, by a seed."""

import http.client
import random
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FATES = ("fine", "late request", "late reply", "no request", "no reply")
HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class Line(ThreadingHTTPServer):
    """Listens on ``url`` and passes on to a port; ``is_bad`` spoils saves only.

    A late reply comes after those of later saves: replies overtake each other.
    ``fates`` counts what happened to saves.
    """

    daemon_threads = True

    def __init__(self, port, seed):
        super().__init__(("127.0.0.1", 0), Passing)
        self.port, self.chance = port, random.Random(seed)  # noqa: S311
        self.is_bad = False
        self.fates = dict.fromkeys(FATES, 0)
        self.lock = threading.Lock()
        self.url = f"http://localhost:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def fate(self):
        """The fate of the next save, and how many seconds late it is."""
        with self.lock:
            fate = self.chance.choice(FATES) if self.is_bad else "fine"
            self.fates[fate] += 1
            return fate, self.chance.choice([0.05, 0.3, 1.2])

    def handle_error(self, request, client_address):
        """The browser went away: nothing to say."""

    def close(self):
        self.shutdown()
        self.server_close()


class Passing(BaseHTTPRequestHandler):
    """One request passed on, or not."""

    def log_message(self, *args):
        """Quiet."""

    def pass_on(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        is_save = self.command == "POST" and "/save/" in self.path
        fate, seconds = self.server.fate() if is_save else ("fine", 0)
        if fate == "no request":
            self.close_connection = True
            return
        if fate == "late request":
            time.sleep(seconds)
        reply, content = self.ask(body)
        if fate == "late reply":
            time.sleep(seconds)
        if fate == "no reply":
            self.close_connection = True
            return
        self.answer(reply, content)

    def ask(self, body):
        server = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        try:
            server.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in HOP:
                    server.putheader(name, value)
            server.putheader("Content-Length", str(len(body)))
            server.endheaders(body)
            reply = server.getresponse()
            return reply, reply.read()
        finally:
            server.close()

    def answer(self, reply, content):
        self.send_response_only(reply.status, reply.reason)
        for name, value in reply.getheaders():
            if name.lower() not in HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_HEAD = pass_on  # noqa: N815
