"""`python -m masar.files.cleaning MAX_BYTES TYPE…`: an upload on stdin; JSON in a line, then clean bytes, on stdout."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
from collections.abc import Sequence

MEMORY = 1024**3
SECONDS = 20


def limit_myself(largest: int) -> None:
    """Take away what cleaning does not need, before the first hostile byte is read."""
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, largest + 4096),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 32),
    ):
        resource.setrlimit(kind, (most, most))
    with contextlib.suppress(OSError):
        os.nice(10)


def answer(data: bytes, accept: Sequence[str], max_bytes: int) -> tuple[dict[str, object], bytes]:
    """Clean; return the line to say and the bytes. Whatever a reader trips over is a damaged file."""
    from masar.files.cleaning import clean_bytes
    from masar.files.rules import NotAPaper

    try:
        paper = clean_bytes(data, accept, max_bytes)
    except NotAPaper as refused:
        return {"code": refused.code, "facts": refused.facts}, b""
    except Exception:
        return {"code": "damaged", "facts": {}}, b""
    return {"media_type": paper.media_type}, paper.content


def main() -> None:
    """Clean what is on stdin."""
    from masar.files.rules import MOST

    limit_myself(MOST)
    line, content = answer(sys.stdin.buffer.read(MOST + 1), sys.argv[2:], int(sys.argv[1]))
    sys.stdout.buffer.write(json.dumps(line).encode() + b"\n" + content)


if __name__ == "__main__":
    main()
