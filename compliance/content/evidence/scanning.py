"""Asking a virus scanner that runs beside us: clamd, over its socket.

The file is sent in pieces (INSTREAM); the scanner needs no right to our folder.
"""

import socket
import struct
import time
from collections.abc import Iterable

AWAY = "away"
PIECE = 64 * 1024
LONGEST_REPLY = 1000
_AWAY = (
    "The virus scanner does not answer, so the file was not stored. Try again in a minute;"
    " if it does not come back, tell the administrator of this installation."
)


class ScannerError(Exception):
    """Why there is no verdict, in words for the person who chose the file."""


def found_in(chunks: Iterable[bytes], address: str, seconds: float) -> str:
    """The name of what clamd finds in a file; "" when it finds nothing.

    ``address`` is the path of a socket or "host:port"; all of it takes at most
    ``seconds``. Raises ``ScannerError`` when there is no clear answer.
    """
    until = time.monotonic() + seconds
    try:
        with _connected(address, until) as line:
            _send(line, chunks, until)
            reply = _reply(line, until)
    except (OSError, ValueError) as error:
        raise ScannerError(_AWAY) from error
    return _read(reply)


def _connected(address: str, until: float) -> socket.socket:
    if address.startswith("/"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            line.settimeout(_left(until))
            line.connect(address)
        except OSError:
            line.close()
            raise
        return line
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), _left(until))


def _send(line: socket.socket, chunks: Iterable[bytes], until: float) -> None:
    """The file in pieces, each behind its length. A scanner that has read enough stops
    listening.
    """
    try:
        line.sendall(b"zINSTREAM\0")
        for chunk in chunks:
            for at in range(0, len(chunk), PIECE):
                piece = chunk[at : at + PIECE]
                line.settimeout(_left(until))
                line.sendall(struct.pack(">L", len(piece)) + piece)
        line.sendall(struct.pack(">L", 0))
    except (BrokenPipeError, ConnectionResetError):
        return  # clamd says why before it closes


def _reply(line: socket.socket, until: float) -> bytes:
    reply = b""
    while not reply.endswith(b"\0") and len(reply) < LONGEST_REPLY:
        line.settimeout(_left(until))
        part = line.recv(LONGEST_REPLY)
        if not part:
            break
        reply += part
    return reply.rstrip(b"\0")


def _read(reply: bytes) -> str:
    words = reply.decode("utf-8", "replace").strip()
    if words == "stream: OK":
        return ""
    if words.startswith("stream: ") and words.endswith(" FOUND"):
        name = words.removeprefix("stream: ").removesuffix(" FOUND")
        return "".join(sign for sign in name if sign.isprintable())[:100] or "something"
    if "size limit" in words:
        msg = (
            "The file is larger than the virus scanner accepts, so it was not stored."
            " Split it, or add a link."
        )
        raise ScannerError(msg)
    raise ScannerError(_AWAY)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
