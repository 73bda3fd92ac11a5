"""Money: integer fils inside, strings with three decimals at the edges. Never a float."""

from __future__ import annotations

import re

_AMOUNT = re.compile(r"(\d{1,12})\.(\d{3})")


def shown(fils: int) -> str:
    """Write fils as dinars with three decimals: 12500 -> "12.500"."""
    sign, fils = ("-", -fils) if fils < 0 else ("", fils)
    return f"{sign}{fils // 1000}.{fils % 1000:03d}"


def read(amount: str) -> int:
    """Read "12.500" as 12500 fils. Raises: ValueError unless there are exactly three decimals."""
    match = _AMOUNT.fullmatch(amount)
    if not match:
        raise ValueError(f"{amount!r} is not an amount with three decimals, such as 12.500")
    return int(match[1]) * 1000 + int(match[2])
