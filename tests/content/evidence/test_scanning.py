"""Against a scanner that is played by a thread, with every fault it may have."""

import socket
import struct
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from compliance.content.evidence import scanning
from compliance.content.evidence.scanning import ScannerError, found_in
from compliance.models import Event, Evidence
from compliance.proof.audit import trail
from tests.content.evidence.samples import EICAR, PDF

URL = "/o/acme/evidence/add/"


def read_exactly(line, size):
    data = b""
    while len(data) < size:
        part = line.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def read_stream(line):
    """The file that came in pieces, behind the command."""
    assert read_exactly(line, 10) == b"zINSTREAM\0"
    pieces = []
    while size := struct.unpack(">L", read_exactly(line, 4))[0]:
        pieces.append(read_exactly(line, size))
    return pieces


@pytest.fixture
def clamd(tmp_path):
    """``clamd(behave)``: the path of a socket that behaves so, once for each caller."""
    servers = []

    def start(behave):
        path = str(tmp_path / "clamd.ctl")
        server = socket.socket(socket.AF_UNIX)
        server.bind(path)
        server.listen()

        def serve():
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                with line:
                    behave(line)

        threading.Thread(target=serve, daemon=True).start()
        servers.append(server)
        return path

    yield start
    for server in servers:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def honest(line):
    content = b"".join(read_stream(line))
    bad = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE" in content
    line.sendall(b"stream: Eicar-Test FOUND\0" if bad else b"stream: OK\0")


def test_good_file_passes_and_a_bad_one_is_named(clamd):
    path = clamd(honest)
    assert found_in([b"hello"], path, 5) == ""
    assert found_in([], path, 5) == ""
    assert found_in([EICAR[:20], EICAR[20:]], path, 5) == "Eicar-Test"


def test_file_arrives_in_small_pieces_and_whole(clamd):
    got = []

    def keep(line):
        got.extend(read_stream(line))
        line.sendall(b"stream: OK\0")

    content = bytes(range(256)) * 1000
    assert found_in([content, b"end"], clamd(keep), 5) == ""
    assert b"".join(got) == content + b"end"
    assert max(map(len, got)) <= scanning.PIECE


@pytest.mark.parametrize(
    "behave",
    [
        lambda line: None,
        lambda line: line.sendall(b""),
        lambda line: (read_stream(line), None)[1],
        lambda line: (read_stream(line), line.sendall(b"stream: "))[1],
        lambda line: (read_stream(line), line.sendall(b"UNKNOWN COMMAND\0"))[1],
        lambda line: (read_stream(line), line.sendall(b"\xff" * 5000))[1],
        lambda line: (read_stream(line), line.sendall(b"stream: x ERROR\0"))[1],
    ],
    ids=["closes", "silent", "says nothing", "half", "other", "noise", "error"],
)
def test_without_a_clear_answer_nothing_passes(clamd, behave):
    with pytest.raises(ScannerError, match="the file was not stored"):
        found_in([b"a" * 200_000], clamd(behave), 5)


def test_scanner_that_hangs_is_given_up(clamd):
    done = threading.Event()
    with pytest.raises(ScannerError, match="does not answer"):
        found_in([b"hello"], clamd(lambda line: done.wait(5)), 0.05)
    done.set()


def test_file_over_the_limit_of_the_scanner_is_refused(clamd):
    def refuse(line):
        line.recv(100)
        line.sendall(b"INSTREAM size limit exceeded. ERROR\0")

    with pytest.raises(ScannerError, match="larger than the virus scanner accepts"):
        found_in([b"a" * 3_000_000], clamd(refuse), 5)


@pytest.mark.parametrize("address", ["/nowhere/clamd.ctl", "127.0.0.1:1", "[::1]:1", "host:99999"])
def test_absent_scanner_is_named(address):
    with pytest.raises(ScannerError, match="does not answer"):
        found_in([b"a"], address, 0.5)


def test_find_is_refused_with_its_name_and_put_on_the_trail(cast, sign_in, settings, stored, clamd):
    settings.SCAN_SOCKET = clamd(honest)
    upload = SimpleUploadedFile("minutes.txt", EICAR)
    page = sign_in(cast.con).post(URL, {"upload": upload, "expires_on": "2027-01-01"})
    assert page.status_code == 422
    assert "The virus scanner found Eicar-Test in it. Nothing was kept." in page.text
    assert 'value="2027-01-01"' in page.text
    assert (stored(), Evidence.objects.count()) == ([], 0)
    event = trail.events_of(cast.acme.pk).get()
    assert (event.actor, event.action) == (cast.con, "evidence.refused")
    _, after = trail.changes(event)
    assert (after["file_name"], after["found"]) == ("minutes.txt", "Eicar-Test")
    assert "X5O!" not in event.payload


def test_clean_file_is_kept_whole(cast, sign_in, settings, clamd, place):
    settings.SCAN_SOCKET = clamd(honest)
    sign_in(cast.con).post(URL, {"upload": SimpleUploadedFile("a.pdf", PDF)})
    assert place(Evidence.objects.get()).read_bytes() == PDF


def test_while_the_scanner_is_away_nothing_is_kept(cast, sign_in, settings, stored):
    settings.SCAN_SOCKET = "/nowhere/clamd.ctl"
    page = sign_in(cast.con).post(URL, {"upload": SimpleUploadedFile("a.pdf", PDF)})
    assert (page.status_code, stored(), Event.objects.count()) == (503, [], 0)
    assert "tell the administrator of this installation" in page.text
