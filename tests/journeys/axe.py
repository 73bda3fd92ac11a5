"""axe-core, set so that it sees Arabic: it takes joined letters for icon ligatures and would skip their contrast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from playwright.sync_api import Page

from tests.journeys.sending import MODULES

_CONFIGURE = """axe.configure({rules: [{id: 'color-contrast', matches: (n) =>
  [...n.childNodes].some((c) => c.nodeType === 3 && c.nodeValue.trim().length > 1) && n.offsetParent !== null
  && !n.closest('[aria-hidden=true],script,style')}]})"""
_RUN = """async () => {
  const told = await axe.run(document, {resultTypes: ['violations', 'incomplete']});
  const brief = (kind) => told[kind].flatMap((rule) => rule.nodes.map((node) => [
    rule.id, node.target.join(' '), node.html.slice(0, 160),
    [...node.any, ...node.all, ...node.none].map((check) => check.message).join(' ').slice(0, 300)]));
  return {violations: brief('violations'), incomplete: brief('incomplete')};
}"""


@dataclass(frozen=True, slots=True)
class Finding:
    """What axe found: the rule, where, a piece of the page, and why."""

    rule: str
    where: str
    html: str
    why: str


@lru_cache(maxsize=1)
def _axe() -> str:
    return (MODULES / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def look(page: Page) -> tuple[Sequence[Finding], Sequence[Finding]]:
    """Return what breaks a rule on this page, and what axe cannot tell by itself."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(f"(() => {{ {_axe()}; }})()")
        page.evaluate(_CONFIGURE)
    told: dict[str, Any] = page.evaluate(_RUN)
    return [Finding(*one) for one in told["violations"]], [Finding(*one) for one in told["incomplete"]]
