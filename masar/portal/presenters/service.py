"""The page of one service, in plain words: for whom, what is needed, what it costs, how long, the steps, and where."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import ngettext
from markupsafe import Markup

from masar.cases.queries import Pace
from masar.catalogue.queries import Definition, Duration, sectors, service
from masar.portal.look import Look
from masar.portal.presenters import places, prices
from masar.portal.presenters.conditions import condition
from masar.portal.presenters.legs import Leg, detours, legs
from masar.portal.presenters.places import BranchView
from masar.portal.presenters.prices import FeeView
from masar.portal.presenters.promises import working
from masar.portal.presenters.services import apply_url, section_url, url_of
from masar.portal.presenters.spans import about, span
from masar.portal.tongue import gettext as _
from masar.portal.words import agency, agency_short, comma, day_in_full, digits, phrase, said

AUDIENCE: Mapping[str, Callable[[], str]] = {
    "citizen": lambda: _("Kuwaiti citizens"),
    "resident": lambda: _("Residents"),
    "company": lambda: _("Companies"),
}
KINDS: Mapping[str, str] = {"image/jpeg": "JPEG", "image/png": "PNG", "application/pdf": "PDF"}
MEGABYTE = 1_048_576


@dataclass(frozen=True, slots=True)
class Check:
    """What is looked at before anything is filled in, and what helps where it is in the way."""

    message: Markup
    remedy: Markup
    remedy_url: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that is asked for."""

    title: Markup
    hint: Markup
    form: Markup
    when: Markup
    is_required: bool


@dataclass(frozen=True, slots=True)
class Issue:
    """What a person gets at the end, and how long it is valid."""

    title: Markup
    valid: Sequence[Markup]


@dataclass(frozen=True, slots=True)
class Reality:
    """How long it really takes: the figure, empty where nothing is known; what it means; from how many requests."""

    figure: Markup
    said: Sequence[Markup]
    rests_on: str


@dataclass(frozen=True, slots=True)
class ServiceView:
    """Everything that the page of a service says."""

    id: str
    url: str
    version: int
    title: Markup
    summary: Markup
    agency: Markup
    agency_url: str
    sector: tuple[Markup, str]
    facts: Sequence[tuple[str, Markup]]
    audience: Sequence[str]
    checks: Sequence[Check]
    papers: Sequence[Paper]
    known: Sequence[tuple[Markup, Markup]]
    asked: Markup
    questions: Sequence[Markup]
    fees: Sequence[FeeView]
    fees_by: Markup
    total: Markup
    promise: str
    reality: Reality
    legs: Sequence[Leg]
    detours: Sequence[Leg]
    reasons: Sequence[Markup]
    appeal: Markup
    channels: Sequence[str]
    branches: Sequence[BranchView]
    hours: Sequence[Markup]
    issues: Sequence[Issue]
    since: Markup
    is_verified: bool
    kind: str
    is_old: bool
    apply_url: str


def service_view(look: Look, definition: Definition, pace: Pace | None, *, is_old: bool = False) -> ServiceView:
    """Say everything about one service; `is_old`: another version is in force."""
    document, promise = definition.document, definition.promise
    known, asked = _known(look, definition)
    by, fees = prices.fees(look, definition)
    within = span(look, promise.within, promise.clock) if promise else ""
    reality = _reality(look, pace)
    return ServiceView(
        id=definition.id,
        url=url_of(definition.id),
        version=definition.version,
        title=said(look, definition.title),
        summary=said(look, definition.summary),
        agency=agency(look, definition.agency),
        agency_url=section_url("agency", definition.agency),
        sector=_sector(look, definition.sector),
        facts=_facts(look, definition, within, reality),
        audience=[AUDIENCE[name]() for name in document["audience"] if name in AUDIENCE],
        checks=[_check(look, rule) for rule in document.get("eligibility", ())],
        papers=[_paper(look, document, paper) for paper in document.get("documents", ())],
        known=known,
        asked=asked,
        questions=_questions(look, document),
        fees=fees,
        fees_by=by,
        total=prices.total(look, definition),
        promise=within,
        reality=reality,
        legs=legs(look, definition),
        detours=detours(look, definition),
        reasons=[said(look, reason) for reason in definition.reasons.values()],
        appeal=_appeal(look, definition),
        channels=places.channels(definition),
        branches=places.branches(look, definition),
        hours=places.opening(look, look.names.calendar(definition.agency)),
        issues=_issues(look, definition),
        since=day_in_full(look, date.fromisoformat(document["effective_from"]), True),
        is_verified=definition.verified,
        kind=definition.kind,
        is_old=is_old,
        apply_url=_apply_url(definition, is_old=is_old),
    )


def _apply_url(definition: Definition, *, is_old: bool) -> str:
    """Return where people apply; empty where they do it elsewhere."""
    document = definition.document
    here = definition.kind == "service" and "online" in document["channels"] and "form" in document
    return apply_url(definition.id) if here and not is_old else ""


def _facts(look: Look, definition: Definition, within: str, reality: Reality) -> list[tuple[str, Markup]]:
    promised = phrase("%(x)s", x=within or _("no time is promised"))
    real = reality.figure or phrase(_("not known yet"))
    return [(_("Promised time"), promised), (_("In practice"), real), (_("Cost"), prices.total(look, definition))]


def _sector(look: Look, id_: str) -> tuple[Markup, str]:
    title = next((one.title for one in sectors() if one.id == id_), None)
    return said(look, title), section_url("sector", id_) if title else ""


def _check(look: Look, rule: Mapping[str, Any]) -> Check:
    remedy = service(rule["remedy"]["service"]) if "remedy" in rule else None
    return Check(
        said(look, rule["message"]),
        said(look, remedy.title) if remedy else Markup(),
        url_of(remedy.id) if remedy else "",
    )


def _paper(look: Look, document: Mapping[str, Any], paper: Mapping[str, Any]) -> Paper:
    kinds = phrase(_(" or ")).join(
        phrase("<bdi>%(kind)s</bdi>", kind=KINDS.get(kind, kind)) for kind in paper["accept"]
    )
    size = digits(look, f"{paper['max_bytes'] / MEGABYTE:.3g}")
    return Paper(
        title=said(look, paper["title"]),
        hint=said(look, paper.get("hint")),
        form=phrase(_("%(kinds)s file, at most %(size)s MB"), kinds=kinds, size=size),
        when=condition(look, document, paper["when"]) if "when" in paper else Markup(),
        is_required=paper.get("required", True),
    )


def _known(look: Look, definition: Definition) -> tuple[list[tuple[Markup, Markup]], Markup]:
    """Return what need not be told, with who knows it, and the agencies that are asked besides."""
    document = definition.document
    form = document.get("form", {})
    filled = {
        rule["x-prefill"]: form.get("words", {}).get(name)
        for name, rule in form.get("schema", {}).get("properties", {}).items()
        if "x-prefill" in rule
    }
    told, others = [], []
    for fact in document.get("facts", ()):
        title = fact.get("title") or filled.get(fact["id"])
        who = phrase(_("Masar")) if fact["source"] == "masar" else agency_short(look, fact["source"])
        if title:
            told.append((said(look, title), who))
        elif fact["source"] != "masar" and who not in others:
            others.append(who)
    return told, phrase(comma(look)).join(others)


def _questions(look: Look, document: Mapping[str, Any]) -> list[Markup]:
    """Name what the form asks; what is known already and the declaration are left out."""
    form = document.get("form", {})
    fields = form.get("schema", {}).get("properties", {})
    return [
        said(look, form["words"][name])
        for name, rule in fields.items()
        if "x-prefill" not in rule and rule.get("const") is not True and name in form["words"]
    ]


def _appeal(look: Look, definition: Definition) -> Markup:
    outcome = next((one for one in definition.outcomes.values() if one.appeal), None)
    if outcome is None or outcome.appeal is None:
        return Markup()
    time = span(look, outcome.appeal.within)
    return phrase(
        _("If you do not agree, you can appeal within %(time)s of the decision, on the page of your request."),
        time=time,
    )


def _issues(look: Look, definition: Definition) -> list[Issue]:
    made = []
    for outcome in definition.outcomes.values():
        if outcome.state == "completed" and outcome.issues:
            title = said(look, outcome.issues.get("title")) or said(look, outcome.title)
            made.append(Issue(title, _valid(look, outcome.issues.get("valid_for"))))
    return made


def _valid(look: Look, valid: Any) -> list[Markup]:
    if valid is None:
        return []
    if isinstance(valid, str):
        return [phrase(_("Valid for %(time)s"), time=span(look, Duration.parse(valid)))]
    return [
        phrase(_("%(who)s: valid for %(time)s"), who=AUDIENCE[who]() if who in AUDIENCE else who,
               time=span(look, Duration.parse(time)))
        for who, time in valid.items()
    ]  # fmt: skip


def _reality(look: Look, pace: Pace | None) -> Reality:
    if pace is None:
        few = phrase(_("Not known yet: fewer than 20 requests were answered in the last year."))
        return Reality(Markup(), [few], "")
    answered = ngettext(
        "From %(num)s request answered in the last year.",
        "From %(num)s requests answered in the last year.",
        pace.count,
    ) % {"num": digits(look, pace.count)}
    wait = ngettext("%(num)s request waits now.", "%(num)s requests wait now.", pace.waiting)
    waiting = phrase(wait, num=digits(look, pace.waiting))
    if pace.median_days is None:
        few = phrase(_("Fewer than half of those who ask have had an answer so far."))
        return Reality(phrase(_("Most are still waiting")), [few, waiting], answered)
    figure = phrase("%(time)s", time=about(look, pace.median_days))
    return Reality(figure, [*_shares(look, pace), waiting], answered)


def _shares(look: Look, pace: Pace) -> list[Markup]:
    """Say what the figure means: half within it, nine of ten within which, and how much of it was the agency's own."""
    if pace.ninth_days is None:
        parts = [phrase(_("Half of all requests are answered within this time; more than one in ten wait very long."))]
    else:
        text = _("Half of all requests are answered within this time, and nine of ten within %(time)s.")
        parts = [phrase(text, time=about(look, pace.ninth_days))]
    parts.append(phrase(_("This is from the first day to the last, with weekends and your own turns.")))
    if pace.agency_days is not None and (days := round(pace.agency_days)):
        own = _("Of this, the agency itself usually needed %(time)s.")
        parts.append(phrase(own, time=working(look, days, "days")))
    return parts
