"""Icons as one inline sprite that holds only what the page used."""

from __future__ import annotations

from markupsafe import Markup

SHAPES = {
    "aa": '<path d="M3 19L8 6l5 13M4.7 15h6.6M15 19l3-8 3 8M16 16.5h4"/>',
    "back": '<path d="M20 12H5M11 6l-6 6 6 6"/>',
    "bell": '<path d="M6 9a6 6 0 1 1 12 0c0 6 2 7 2 7H4s2-1 2-7M10 20h4"/>',
    "box": '<path d="M3 8l9-5 9 5v8l-9 5-9-5z"/><path d="M3 8l9 5 9-5M12 13v8"/>',
    "cal": '<rect x="3" y="5" width="18" height="16" rx="2"/><path d="M3 10h18M8 3v4M16 3v4"/>',
    "check": '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3 2"/>',
    "coin": '<path d="M3 6h18v12H3zM6.5 12h.01M17.5 12h.01"/><circle cx="12" cy="12" r="2.8"/>',
    "done": '<circle cx="12" cy="12" r="9"/><path d="M7.5 12.5l3 3 6-6.5"/>',
    "find": '<circle cx="10.5" cy="10.5" r="7"/><path d="M15.7 15.7L21 21"/>',
    "flag": '<path d="M5 21V4h13l-2 4 2 4H5"/>',
    "fork": '<path d="M12 21v-6M12 15c0-5-6-4-6-9M12 15c0-5 6-4 6-9M3.5 8L6 5l2.5 3M15.5 8L18 5l2.5 3"/>',
    "glass": '<path d="M7 3h10M7 21h10M8 3c0 5 8 5 8 9s-8 4-8 9M16 3c0 5-8 5-8 9s8 4 8 9"/>',
    "grid": '<path d="M4 4h6.5v6.5H4zM13.5 4H20v6.5h-6.5zM4 13.5h6.5V20H4zM13.5 13.5H20V20h-6.5z"/>',
    "half": '<circle cx="12" cy="12" r="9"/><path d="M12 3a9 9 0 0 1 0 18z" fill="currentColor"/>',
    "home": '<path d="M3 11l9-8 9 8v9a1 1 0 0 1-1 1h-5v-7H9v7H4a1 1 0 0 1-1-1z"/>',
    "key": '<circle cx="8" cy="15" r="4.5"/><path d="M11.5 11.5L20 3M16 7l3 3"/>',
    "list": '<path d="M9 6h12M9 12h12M9 18h12M4 6h.01M4 12h.01M4 18h.01"/>',
    "next": '<path d="M9 5l7 7-7 7"/>',
    "out": '<path d="M14 4H5v16h9M10 12h11M17 8l4 4-4 4"/>',
    "page": '<path d="M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4 21c1-5 4-7 8-7s7 2 8 7"/>',
    "print": '<path d="M7 9V3h10v6M7 17H4V9h16v8h-3M7 14h10v7H7z"/>',
    "quiet": '<circle cx="12" cy="12" r="9" stroke-dasharray="3.5 3.5"/><path d="M8 12h.01M12 12h.01M16 12h.01"/>',
    "shelf": '<path d="M3 4h18v5H3zM5 9v11h14V9M10 13h4"/>',
    "sound": '<path d="M4 9v6h4l5 4V5L8 9zM16.5 9a4 4 0 0 1 0 6M19 6.5a8 8 0 0 1 0 11"/>',
    "stop": '<path d="M8.3 3h7.4L21 8.3v7.4L15.7 21H8.3L3 15.7V8.3z"/><path d="M9 9l6 6M15 9l-6 6"/>',
    "turn": '<path d="M9 6L4 11l5 5M4 11h10a6 6 0 0 1 0 12" transform="translate(0 -2)"/>',
    "warn": '<path d="M12 3.5L2.5 20h19z"/><path d="M12 10v4M12 17h.01"/>',
    "zoom": '<circle cx="10.5" cy="10.5" r="7"/><path d="M15.7 15.7L21 21M7.5 10.5h6M10.5 7.5v6"/>',
}
MIRRORED = frozenset({"next", "back", "out"})
_READY = {
    name: Markup(  # noqa: S704
        f'<svg class="i{" flip" if name in MIRRORED else ""}" aria-hidden="true" focusable="false">'
        f'<use href="#{name}"/></svg>'
    )
    for name in SHAPES
}


class Icons:
    """Writes icons of one page and remembers which."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def __call__(self, name: str) -> Markup:
        """Return an icon that the word beside it explains. Raises: KeyError for an unknown one."""
        drawn = _READY[name]
        self._used.add(name)
        return drawn

    def sprite(self) -> Markup:
        """Return the shapes used so far; call it last."""
        symbols = (f'<symbol id="{name}" viewBox="0 0 24 24">{SHAPES[name]}</symbol>' for name in sorted(self._used))
        return Markup("".join(symbols))  # noqa: S704
