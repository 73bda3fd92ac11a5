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
# Where something else overlaps, axe leaves a contrast open. Here the ground is the nearest opaque one behind the text:
# what overlaps are the path's line, which runs beside the text, and the transparent area that makes a card one link.
_RUN = """async (only) => {
  const parts = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
  const light = (colour) => {
    const linear = (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    const [r, g, b] = parts(colour).slice(0, 3).map((v) => linear(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor, [, , , alpha = 1] = parts(colour);
      if (alpha === 1) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const isClear = (node) => {
    const e = document.querySelector(node.target[0]);
    const [low, high] = [light(getComputedStyle(e).color), light(ground(e))].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05) >= 4.5;
  };
  const options = {resultTypes: ['violations', 'incomplete']};
  if (only.length) options.runOnly = {type: 'rule', values: only};
  const told = await axe.run(document, options);
  const brief = (kind) => told[kind].flatMap((rule) => rule.nodes.map((node) => [
    rule.id, node.target.join(' '), node.html.slice(0, 160),
    [...node.any, ...node.all, ...node.none].map((check) => check.message).join(' ').slice(0, 300)]));
  const clear = (rule) => rule.id !== 'color-contrast' ? rule : {...rule, nodes: rule.nodes.filter((n) => !isClear(n))};
  const open = told.incomplete.reduce((sum, rule) => sum + rule.nodes.length, 0);
  told.incomplete = told.incomplete.map(clear);
  return {violations: brief('violations'), incomplete: brief('incomplete'), open};
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


def look(page: Page, *only: str) -> tuple[Sequence[Finding], Sequence[Finding], int]:
    """Return what breaks a rule on this page (or one of some), what stays open, and how much axe itself left open."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(f"(() => {{ {_axe()}; }})()")
        page.evaluate(_CONFIGURE)
    told: dict[str, Any] = page.evaluate(_RUN, list(only))
    violations, incomplete = ([Finding(*one) for one in told[kind]] for kind in ("violations", "incomplete"))
    return violations, incomplete, told["open"]
