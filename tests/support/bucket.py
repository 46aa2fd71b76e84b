"""A real S3 server (moto) in a process of its own, and a door before it that has faults."""

import http.client
import socket
import subprocess
import sys
import threading
import time
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module

import pytest

from compliance.ground.web import bucket, circuit_breaker, file_store
from tests.support.needs import needs

HOST = "127.0.0.1"


class Door(ThreadingHTTPServer):
    """Passes requests on to a server, or does what its ``fault`` says."""

    daemon_threads = True

    def __init__(self, port):
        super().__init__((HOST, 0), _Handler)
        self.behind = port
        self.fault = ""
        """``busy`` for 503, ``slow``, ``cut`` for the middle of each object, ``gone``, ``deaf``,
        which does as it is asked and says nothing, or ``proxy``, which knows none of the
        addresses."""
        self.spares = 0
        """How many requests pass before the fault sets in."""
        self.cuts = 0
        """How many objects more are cut; all while it is below zero."""
        self.asked = []
        self.url = f"http://{HOST}:{self.server_port}"
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def handle_error(self, request, client_address):
        """A cut connection is what was asked for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_any(self):
        door = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        door.asked.append((self.command, self.path, dict(self.headers)))
        fault = "" if door.spares else door.fault
        door.spares = max(0, door.spares - 1)
        if fault == "gone":
            self.close_connection = True
            return
        if fault == "slow":
            time.sleep(1)
        if fault == "busy":
            self._reply(503, {}, b"<Error><Code>SlowDown</Code></Error>")
            return
        if fault == "proxy":
            self._reply(404, {}, b"" if self.command == "HEAD" else b"404 not found")
            return
        behind = http.client.HTTPConnection(HOST, door.behind)
        behind.request(self.command, self.path, body, dict(self.headers))
        reply = behind.getresponse()
        content = reply.read()
        behind.close()
        if fault == "deaf":
            self.close_connection = True
            return
        is_object = self.command == "GET" and "list-type" not in self.path
        if is_object and fault == "cut" and door.cuts:
            door.cuts -= 1
            self._reply(reply.status, reply.headers, content, len(content) // 2)
            self.close_connection = True
            return
        self._reply(reply.status, reply.headers, content)

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = handle_any  # noqa: N815

    def _reply(self, status, headers, content, most=None):
        self.send_response(status)
        for name, value in dict(headers).items():
            if name.lower() not in {"content-length", "connection", "date", "server"}:
                self.send_header(name, value)
        size = headers.get("Content-Length") if self.command == "HEAD" else None
        self.send_header("Content-Length", size or str(len(content)))
        self.end_headers()
        self.wfile.write(content[:most])

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture(scope="session")
def s3_server():
    """The port of a server without a bucket."""
    needs("moto")
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                socket.create_connection((HOST, port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def read_once(s3_server):
    """The files that say how a store is spoken to, read once; each new client parses them."""
    reader = import_module("botocore.loaders").JSONFileLoader
    kept = cache(partial(reader.load_file, reader()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "load_file", lambda _, path: kept(path))
        yield


@pytest.fixture(scope="session")
def s3_door(s3_server, read_once):
    door = Door(s3_server)
    yield door
    door.shutdown()
    door.server_close()


@pytest.fixture
def s3(s3_door, monkeypatch, tmp_path, settings, request):
    """The installation keeps its files in a bucket of its own behind the door."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "tests")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "tests-only")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setattr(bucket, "TRIES", 2)
    monkeypatch.setattr(circuit_breaker, "SECONDS", 0.0)
    name = f"b{abs(hash(request.node.nodeid)):x}"
    settings.FILES_URL = f"s3://{name}/attest?endpoint={s3_door.url}"
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    settings.MEDIA_ROOT = settings.DATA_DIR / "files"
    s3_door.fault, s3_door.cuts, s3_door.spares = "", 0, 0
    monkeypatch.setattr(bucket, "WAITS", (0.0, 0.0))
    bucket.client_of.cache_clear()
    place = bucket.place_in(settings.FILES_URL)
    bucket.client_of(place).create_bucket(Bucket=name)
    s3_door.asked.clear()
    s3_door.place, s3_door.bucket = place, file_store.bucket_of(settings.FILES_URL)
    yield s3_door
    s3_door.fault = ""
    bucket.client_of.cache_clear()


@pytest.fixture
def versioned(s3, settings):
    """The bucket keeps versions, and those of sealed reports under a lock for 30 days.

    Its value is a function: the keys of all versions.
    """
    name = f"{s3.place.bucket}-versions"
    client = bucket.client_of(s3.place)
    client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    address = settings.FILES_URL.replace(s3.place.bucket, name)
    settings.FILES_URL = f"{address}&lock_days=30"

    def versions():
        found = client.list_object_versions(Bucket=name)
        return [one["Key"] for one in found.get("Versions", ())]

    return versions
