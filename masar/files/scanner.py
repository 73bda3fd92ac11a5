"""The port of a virus scanner: clamd's INSTREAM, where `MASAR_SCANNER` names one. Out of reach, nothing passes."""

from __future__ import annotations

import os
import socket
import struct
from urllib.parse import urlsplit

from masar.files.rules import NotAPaper

_WAIT = 20.0
_PIECE = 64 * 1024


def scan(data: bytes) -> None:
    """Ask the scanner of this installation, if there is one. Raises: NotAPaper (infected, not-now)."""
    address = os.environ.get("MASAR_SCANNER", "")
    if not address:
        return
    try:
        answer = _ask(address, data)
    except (OSError, ValueError) as trouble:
        raise NotAPaper("not-now") from trouble
    if answer.endswith(b" FOUND"):
        raise NotAPaper("infected")
    if answer != b"stream: OK":
        raise NotAPaper("not-now")


def _ask(address: str, data: bytes) -> bytes:
    """Send bytes to `clamd:///path/to.sock` or `clamd://host:port`; return the answer without its end."""
    with _reach(address) as link:
        link.sendall(b"zINSTREAM\0")
        for first in range(0, len(data), _PIECE):
            piece = data[first : first + _PIECE]
            link.sendall(struct.pack("!L", len(piece)) + piece)
        link.sendall(struct.pack("!L", 0))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < 4096:
            more = link.recv(4096)
            if not more:
                break
            answer += more
        return answer.rstrip(b"\0\n")


def _reach(address: str) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme != "clamd":
        raise ValueError("MASAR_SCANNER is clamd:///path/to.sock or clamd://host:port")
    if parts.hostname:
        return socket.create_connection((parts.hostname, parts.port or 3310), timeout=_WAIT)
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    link.settimeout(_WAIT)
    try:
        link.connect(parts.path)
    except OSError:
        link.close()
        raise
    return link
