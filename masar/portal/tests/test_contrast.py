"""The colours of text against what they stand on: at least 5.2 to 1 in light, 5.7 to 1 in dark."""

from __future__ import annotations

import re

import pytest

from masar.portal.shelf import shelf

PAIRS = [
    ("ink", "bg"), ("ink", "surface"), ("ink-2", "bg"), ("ink-2", "surface"), ("ink", "act-soft"), ("ink", "mute-soft"),
    ("link", "bg"), ("link", "surface"), ("link", "brand-soft"), ("link", "act-soft"), ("link", "ok-soft"),
    ("link", "mute-soft"), ("link", "bad-soft"), ("link", "info-soft"),
    ("brand-ink", "brand"), ("hero-ink", "hero"), ("surface", "bad"), ("bg", "ink"), ("surface", "ok"),
    ("ok", "ok-soft"), ("act", "act-soft"), ("bad", "bad-soft"), ("info", "info-soft"), ("mute", "mute-soft"),
    ("mute", "surface"), ("bad", "surface"), ("bad", "act-soft"), ("focus-ink", "focus"),
]  # fmt: skip


def tokens() -> dict[str, dict[str, str]]:
    sheet = shelf()["masar.css"].body.decode()
    dark_at = sheet.index("@media screen and (prefers-color-scheme:dark)")
    light = dict(re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})\b", sheet[:dark_at]))
    dark = dict(re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})\b", sheet[dark_at : sheet.index("}}", dark_at)]))
    return {"light": light, "dark": light | dark}


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("theme", "least"), [("light", 5.2), ("dark", 5.7)])
def test_text_stands_out_from_what_it_stands_on(theme: str, least: float) -> None:
    known = tokens()[theme]
    weak = {}
    for text, ground in PAIRS:
        high, low = sorted((luminance(known[text]), luminance(known[ground])), reverse=True)
        ratio = (high + 0.05) / (low + 0.05)
        if ratio < least:
            weak[text, ground] = round(ratio, 2)
    assert weak == {}
