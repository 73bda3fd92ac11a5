"""Whose word counts for where a visitor comes from: behind a proxy all would share its address and its limits."""

from __future__ import annotations

import os
from typing import Any

from granian.utils.proxies import wrap_wsgi_with_proxy_headers


def trusted_proxies() -> list[str]:
    """Return the proxies: `MASAR_PROXIES`; else this machine, where `MASAR_URL` says that one is there.

    We listen on 127.0.0.1 without TLS, so a public https address means a proxy on this machine.
    """
    named = os.environ.get("MASAR_PROXIES")
    if named is not None:
        return [one.strip() for one in named.split(",") if one.strip()]
    return ["127.0.0.1", "::1"] if os.environ.get("MASAR_URL", "").startswith("https://") else []


def behind_proxies(application: Any) -> Any:
    """Let an application see the visitor's address that a trusted proxy tells (X-Forwarded-For); take nobody else's."""
    proxies = trusted_proxies()
    return wrap_wsgi_with_proxy_headers(application, proxies) if proxies else application
