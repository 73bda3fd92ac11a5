"""Two pages for developers: what Masar answers, and how an agency works with it from day to day."""

from __future__ import annotations

from masar.cases.queries import FLAWS, LIMITS, REFUSALS
from masar.portal.presenters.guide import Part, Section, example_file, shown, terms, words
from masar.portal.presenters.profile import flaw_words, kind_words, refusal_words, status_words
from masar.portal.presenters.telling import facts_section
from masar.portal.tongue import gettext as _

# Answers and errors


def answers_part() -> Part:
    return Part(
        _("Answers and errors"),
        _("What Masar answers, and what to do about it."),
        [_statuses(), _again(), _problems(), _flaws()],
    )


def _statuses() -> Section:
    said = [(f"`{name}` {http}", text) for name, (http, text) in status_words().items()]
    return Section(
        "statuses",
        _("The status of an event"),
        [
            words(
                _(
                    "A single event answers with its item and the HTTP status named here. A batch answers 200 and one"
                    " item each, in the order sent; one bad event does not spoil the others."
                )
            ),
            terms(said),
        ],
    )


def _again() -> Section:
    return Section(
        "again",
        _("When to send again"),
        [
            words(
                _(
                    "When the connection breaks, or 429 or a status from 500 on answers, send the same bytes again: "
                    "`source` and `id` make sure that nothing is recorded twice."
                )
            ),
            words(
                _(
                    "Wait 1, 2, 4, 8 … seconds, each made a little longer or shorter by chance, and as long as "
                    "`Retry-After` says. Other refusals stay as they are until what you send is mended."
                )
            ),
        ],
    )


def _problems() -> Section:
    mend = refusal_words()
    return Section(
        "problems",
        _("Codes of problems"),
        [
            words(
                _(
                    "Every refusal is `application/problem+json` (RFC 9457) with a `code`, and with a `request_id` "
                    "that the operator finds in the log. The item of a refused event carries the same object as "
                    "`problem`."
                )
            ),
            terms([(f"`{code}` {http}", mend[code]) for code, http in REFUSALS.items()]),
        ],
    )


REFUSED = """{"status": "invalid", "source": "urn:masar:kw.moi.gdt:licences", "id": "GTD-2026-1/2",
 "problem": {"type": "urn:masar:problem:invalid-event", "status": 422, "code": "invalid-event",
  "title": "This event cannot be read",
  "detail": "Mend the fields named in errors and send it again.",
  "errors": [{"pointer": "/data/step", "code": "id",
              "detail": "Send an id of the definition."}]}}"""


def _flaws() -> Section:
    known, kinds = flaw_words(), kind_words()
    every = {
        **{code: known[code] for code in FLAWS},
        **{kind: text for kind, text in kinds.items() if kind not in known},
    }
    return Section(
        "flaws",
        _("Codes within errors"),
        [
            words(
                _(
                    "An invalid event names everything to mend: `pointer` says where (RFC 6901), `code` what, "
                    "`detail` how."
                )
            ),
            shown(REFUSED),
            terms([(f"`{code}`", text) for code, text in every.items()]),
        ],
    )


# In practice


def practice_part() -> Part:
    return Part(
        _("Day to day"),
        _("Large amounts, history, reading, what you know of persons, testing, and what Masar conforms to."),
        [
            _many(),
            _limits(),
            _history(),
            _reading(),
            _filled(),
            facts_section(),
            _testing(),
            _conformance(),
            _leak(),
        ],
    )


def _many() -> Section:
    return Section(
        "many",
        _("Send many"),
        [
            words(
                _(
                    "Send batches, one after the other. This example sends a file, waits and tries again as it "
                    "should, and prints what was not taken:"
                )
            ),
            example_file("many.py"),
            shown("python3 many.py events.jsonl"),
        ],
    )


def _limits() -> Section:
    hours, minutes = int(LIMITS.parked.total_seconds()) // 3600, int(LIMITS.ahead.total_seconds()) // 60
    said = [
        (_("One event"), f"{LIMITS.event // 1024} KiB"),
        (_("One batch"), f"{LIMITS.body // 1024 // 1024} MiB"),
        (_("Events in a batch"), f"{LIMITS.events}"),
        (_("Requests on a page"), f"{LIMITS.page}"),
        (_("Minutes that `time` may lie ahead"), f"{minutes}"),
        (_("Earliest `time`"), f"{LIMITS.earliest.year}"),
        (_("Hours that a parked event waits"), f"{hours}"),
        (_("Rate"), _("Masar sets none today. A web server before it may answer 429: obey `Retry-After`.")),
    ]
    return Section("limits", _("Limits"), [terms(said)])


def _history() -> Section:
    return Section(
        "history",
        _("Bring history in"),
        [
            words(
                _(
                    "With `masarbackfill` nobody is notified and nothing is escalated; times and order count as "
                    "always. A source of its own keeps history apart from what happens today."
                )
            ),
            example_file("history.sh"),
        ],
    )


def _reading() -> Section:
    return Section(
        "reading",
        _("Read requests"),
        [
            words(
                _(
                    "You read requests that you opened, hold, or handed over: structure and times, nothing personal. "
                    "`Masar-Purpose` says why, in a plain sentence."
                )
            ),
            example_file("read.sh"),
            words(
                _("`next` is the cursor of the next page; with `updated_since` only what changed since then is listed.")
            ),
            example_file("follow.py"),
            shown("python3 follow.py 2026-11-01T00:00:00Z"),
            example_file("services.sh"),
        ],
    )


def _filled() -> Section:
    return Section(
        "application",
        _("Read what was filled in"),
        [
            words(
                _(
                    "A request that a person began on Masar has `urn:masar:self` as the source of its first event. You "
                    "read who applied, the form, the papers, and each answer since."
                )
            ),
            words(
                _(
                    "Papers were looked at and written anew: a PDF without programs and attachments, or a picture. "
                    "Names come from the person: do not use them as paths."
                )
            ),
            example_file("application.py"),
            shown("python3 application.py 48291733065 papers"),
        ],
    )


def _testing() -> Section:
    return Section(
        "testing",
        _("Test your side"),
        [
            words(
                _(
                    "`make run` starts a whole Masar with agencies that are played. `masar agency key` makes a key "
                    "for any agency of the catalogue."
                )
            ),
            words(
                _(
                    "Take civil IDs whose check digit is wrong, such as `290010100012`: a demonstration takes them, "
                    "and they can be nobody's."
                )
            ),
            words(
                _(
                    "Good tests of your side: the same event twice, two events in the wrong order, a cut connection, "
                    "a refused event within a batch."
                )
            ),
            words(_("Before anything is sent, this holds an event against Masar's own schema:")),
            example_file("check.py"),
            shown("python3 check.py event.json"),
        ],
    )


def _conformance() -> Section:
    return Section(
        "conformance",
        _("What Masar conforms to"),
        [
            terms(
                [
                    (
                        "CloudEvents 1.0.2",
                        _(
                            "HTTP binding: binary, structured, batched. Tested with the examples of its conformance"
                            " suite and the SDKs of Python and Node."
                        ),
                    ),
                    (
                        "OpenAPI 3.1, AsyncAPI 3.0",
                        _(
                            "Both documents are validated against the official schemas, and each example"
                            " against its own."
                        ),
                    ),
                    ("RFC 9457, RFC 6901", _("Problems and pointers.")),
                    ("RFC 8785", _("The canonical bytes of an event: what counts as the same content.")),
                ]
            ),
        ],
    )


def _leak() -> Section:
    return Section(
        "leak",
        _("When a key leaks"),
        [
            words(
                _(
                    "Tell the operator, who runs `masar agency end-key`. The key stops working within 5 seconds; "
                    "other keys of the agency go on."
                )
            ),
        ],
    )
