"""The page of one's own safety: ways, log-ins, devices and alerts in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from markupsafe import Markup

from masar.people.queries import Alert, LogIn, Safety, Way
from masar.portal.look import Look
from masar.portal.presenters.acts import Notice
from masar.portal.presenters.entering import ways_said
from masar.portal.tongue import gettext as _
from masar.portal.words import moment, phrase


@dataclass(frozen=True, slots=True)
class Line:
    """One way, log-in, device or alert. `may` is what can be done with it."""

    id: str
    shape: str
    title: Markup | str
    text: Sequence[Markup]
    may: bool = True


@dataclass(frozen=True, slots=True)
class SafetySaid:
    """The page."""

    done: Notice | None
    ways: Sequence[Line]
    has_codes: bool
    log_ins: Sequence[Line]
    devices: Sequence[Line]
    alerts: Sequence[Line]
    recovery: Markup | None


def safety_said(look: Look, found: Safety, here: UUID, done: str) -> SafetySaid:
    """Say the safety of an account; `here` is the log-in that looks."""
    return SafetySaid(
        _DONE[done]() if done in _DONE else None,
        [_way(look, one) for one in found.ways],
        any(one.way == "codes" for one in found.ways),
        [_log_in(look, one, here) for one in found.log_ins],
        [_log_in(look, one, here) for one in found.devices],
        [_alert(look, one) for one in found.alerts],
        moment(look, found.recovery_ready_at) if found.recovery_ready_at else None,
    )


def _way(look: Look, way: Way) -> Line:
    said = ways_said([way.way])[0]
    used = phrase(_("Last used %(when)s"), when=moment(look, way.used_at)) if way.used_at else phrase(_("Not used yet"))
    added = phrase(_("Added %(when)s"), when=moment(look, way.made_at))
    return Line(str(way.id), said.shape, said.name, [added, used], may=way.way != "codes")


def _log_in(look: Look, one: LogIn, here: UUID) -> Line:
    since = phrase(_("Since %(when)s"), when=moment(look, one.started_at))
    is_here = one.id == here
    text = [since, phrase(_("This is the device you are using now"))] if is_here else [since]
    return Line(str(one.id), "person", device_said(one.device), text, may=not is_here)


def _alert(look: Look, alert: Alert) -> Line:
    say = _ALERTS.get(alert.kind)
    text = [moment(look, alert.at)]
    if alert.device[0] or alert.device[1]:
        text.append(device_said(alert.device))
    shape = "warn" if alert.kind in ("many-wrong-codes", "not-me") else "clock"
    return Line(str(alert.id), shape, say() if say else alert.kind, text, may=alert.kind not in _OWN)


def device_said(device: tuple[str, str]) -> Markup:
    """Say a device by its browser and its system."""
    browser, system = device
    if browser and system:
        return phrase(_("%(browser)s on %(system)s"), browser=_latin(browser), system=_latin(system))
    return _latin(browser or system) if browser or system else phrase(_("A device that does not say what it is"))


def _latin(name: str) -> Markup:
    return phrase('<bdi dir="ltr">%(name)s</bdi>', name=name)


_OWN = frozenset({"recovery-stopped", "not-me", "others-ended", "log-in-ended"})
_ALERTS: Mapping[str, Callable[[], str]] = {
    "logged-in": lambda: _("Somebody logged in"),
    "password-changed": lambda: _("The password was changed"),
    "passkey-added": lambda: _("A passkey was added"),
    "app-added": lambda: _("An authenticator app was added"),
    "message-added": lambda: _("Codes by message were added"),
    "codes-added": lambda: _("New codes for paper were made"),
    "passkey-removed": lambda: _("A passkey was removed"),
    "app-removed": lambda: _("An authenticator app was removed"),
    "message-removed": lambda: _("Codes by message were removed"),
    "codes-removed": lambda: _("The codes for paper were removed"),
    "code-used": lambda: _("A code of the paper was used"),
    "ways-forgotten": lambda: _("All ways were removed by the operator, as you asked"),
    "device-trusted": lambda: _("A device is no longer asked for the second step"),
    "recovery-asked": lambda: _("Somebody asked for a new password; it waits a day"),
    "recovery-stopped": lambda: _("You stopped a new password that somebody asked for"),
    "code-handed-out": lambda: _("A counter handed out a code for a new password"),
    "log-in-ended": lambda: _("A log-in was ended"),
    "others-ended": lambda: _("All other log-ins were ended"),
    "many-wrong-codes": lambda: _("Many wrong codes were tried: somebody may know your password. Change it."),
    "not-me": lambda: _("You said that something was not you; everything was closed"),
}
_DONE: Mapping[str, Callable[[], Notice]] = {
    "added": lambda: Notice("ok", "done", _("Saved"), _("From now on you can prove yourself this way too.")),
    "removed": lambda: Notice("ok", "done", _("Removed"), _("This way counts no longer.")),
    "password": lambda: Notice("ok", "done", _("The password was changed"), _("All other log-ins were ended.")),
    "ended": lambda: Notice("ok", "done", _("Ended"), _("Whoever was logged in there has to log in again.")),
    "stopped": lambda: Notice("ok", "done", _("Stopped"), _("Nobody gets a new password by that. Now change yours.")),
    "last-way": lambda: Notice(
        "bad", "stop", _("This is the only way left"), _("Add another way first, then remove this one.")
    ),
    "not-me": lambda: Notice(
        "act", "warn", _("Everything is closed"),
        _("All other log-ins were ended, no device is trusted, and the operator was told. Now change your password."),
    ),
}  # fmt: skip
