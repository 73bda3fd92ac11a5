"""A service for search engines, as schema.org writes it: JSON-LD for a data block of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from markupsafe import Markup

from masar.catalogue.queries import Definition
from masar.kernel.money import shown
from masar.portal.look import Look
from masar.portal.words import said

_ESCAPED = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


def government_service(look: Look, definition: Definition, url: str, currency: str) -> Markup:
    """Write the JSON-LD of a service; nothing in it can end the block it stands in."""
    document = definition.document
    made: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "GovernmentService",
        "@id": url,
        "url": url,
        "name": _text(look, definition.title),
        "description": _text(look, definition.summary),
        "inLanguage": look.language,
        "provider": {"@type": "GovernmentOrganization", "name": _text(look, look.names.title(definition.agency))},
        "audience": [{"@type": "Audience", "audienceType": name} for name in document["audience"]],
    }
    if fees := document.get("fees"):
        made["offers"] = [_offer(look, fee, currency) for fee in fees]
    return Markup(msgspec.json.encode(made).decode().translate(_ESCAPED))  # noqa: S704 - escaped for its block


def _offer(look: Look, fee: Mapping[str, Any], currency: str) -> dict[str, Any]:
    return {
        "@type": "Offer",
        "name": _text(look, fee["title"]),
        "price": shown(fee["fils"]),
        "priceCurrency": currency,
    }


def _text(look: Look, text: Mapping[str, str]) -> str:
    return str(said(look, text).unescape())
