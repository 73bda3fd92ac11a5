"""Names of things: the public request number, the civil ID, agency and service ids, time-ordered row ids."""

from __future__ import annotations

import re
import secrets
import time
import uuid

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_DOTTED = re.compile(r"[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*")
_CIVIL_WEIGHTS = (2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def ascii_digits(text: str) -> str:
    """Turn Arabic-Indic and Persian digits into ASCII ones; leave all else as it is."""
    return text.translate(_DIGITS)


def check_digit(digits: str) -> int:
    """Return the ISO 7064 MOD 11,10 check digit of a string of ASCII digits."""
    product = 10
    for digit in digits:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10


def new_number() -> int:
    """Draw a public request number: ten random digits, the first not zero, and their check digit."""
    digits = str(secrets.randbelow(9 * 10**9) + 10**9)
    return int(digits) * 10 + check_digit(digits)


def read_number(text: str) -> int | None:
    """Read a public number as people write it (spaces, hyphens, any digits). None when the check digit fails."""
    digits = re.sub(r"[\s\-‐-―‎‏]", "", ascii_digits(text))
    if not re.fullmatch(r"[1-9]\d{10}", digits, re.ASCII):
        return None
    return int(digits) if check_digit(digits[:10]) == int(digits[10]) else None


def shown(number: int) -> str:
    """Write a public number as it is shown and spoken: 48291733063 -> "4829-173-3063"."""
    digits = f"{number:011d}"
    return f"{digits[:4]}-{digits[4:7]}-{digits[7:]}"


def is_dotted(text: str) -> bool:
    """Tell whether a text has the shape of an agency or service id: lower case and dotted."""
    return len(text) <= 100 and "." in text and _DOTTED.fullmatch(text) is not None


def civil_id_digits(text: str) -> str | None:
    """Normalise a civil ID to twelve ASCII digits. None when it has not the shape of one."""
    digits = re.sub(r"[\s\-‎‏]", "", ascii_digits(text))
    return digits if re.fullmatch(r"[23]\d{11}", digits, re.ASCII) else None


def is_real_civil_id(digits: str) -> bool:
    """Tell whether twelve digits pass the civil ID's check. Demonstration persons carry numbers that do not."""
    rest = 11 - sum(int(d) * w for d, w in zip(digits[:11], _CIVIL_WEIGHTS, strict=True)) % 11
    return rest < 10 and rest == int(digits[11])


def read_row_id(text: str) -> uuid.UUID | None:
    """Read the id of a row as an address or a form says it; None when it is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def new_row_id() -> uuid.UUID:
    """Return a time-ordered id (UUIDv7, RFC 9562)."""
    stamp = time.time_ns() // 1_000_000
    value = stamp << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return uuid.UUID(int=value)
