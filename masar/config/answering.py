"""Looks at whether a part of Masar answers, and whether a port is free."""

import http.client
import socket
import time
from pathlib import Path

HEARTBEAT_SECONDS = 5


def answers(port: int, path: str) -> bool:
    """Say whether the part on this port answers 200 on this path within two seconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def beats(file: Path, since: float = 0.0) -> bool:
    """Say whether a part touched its file in the last five seconds, and not before `since` (epoch seconds)."""
    try:
        touched = file.stat().st_mtime
    except OSError:
        return False
    return touched >= since and time.time() - touched < HEARTBEAT_SECONDS


def is_port_free(port: int) -> bool:
    """Say whether no program listens on this port of the machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a port that no program listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
