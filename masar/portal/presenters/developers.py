"""The pages for developers of agencies: the first event, and the types of events."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from masar.cases.queries import EventType, Field, event_types
from masar.portal.presenters.answering import answers_part, practice_part
from masar.portal.presenters.guide import Part, Section, example_file, head, run, shown, terms, words
from masar.portal.presenters.profile import attribute_words, field_words, kind_words, type_words
from masar.portal.tongue import gettext as _


def part_titles() -> Mapping[str, str]:
    """Return the pages by id, in their order; the first stands at the address itself."""
    return {
        "": _("First event"),
        "events": _("Types of events"),
        "answers": _("Answers and errors"),
        "practice": _("Day to day"),
    }


def part(id: str, site: str) -> Part | None:
    """Return a page; `site` is where this Masar stands. None when there is no such page."""
    made: Mapping[str, Callable[[], Part]] = {
        "": lambda: _start(site),
        "events": _events,
        "answers": answers_part,
        "practice": practice_part,
    }
    return made[id]() if id in made else None


# The first event


def _start(site: str) -> Part:
    return Part(
        _("For developers"),
        _(
            "An agency joins Masar by reporting what happens to its requests. In five minutes your first "
            "event is accepted."
        ),
        [_key(site), _first(), _sdks(), _contracts()],
    )


def _key(site: str) -> Section:
    return Section(
        "get-key",
        _("1. Get a key"),
        [
            words(_("The operator of Masar makes a key for your agency. It is shown once; only its hash is kept.")),
            words(_("To try it by yourself, start Masar with `make run` and make a key beside it:")),
            shown(".venv/bin/masar agency key kw.moi.gdt"),
            words(_("Tell your shell where Masar is and what the key is. All examples read these two:")),
            run(f"export MASAR_URL={site}", "export MASAR_KEY=msk_…"),
        ],
    )


_ANSWER = """{"status": "accepted", "source": "urn:masar:kw.moi.gdt:licences", "id": "TEST-…/1",
 "request": "48291730652", "late": false, "off_path": false}"""


def _first() -> Section:
    return Section(
        "first",
        _("2. Send the first event"),
        [
            words(
                _(
                    "An event names where the request now is. This opens a request and says that its review began. "
                    "Save it as `first.sh` and run it:"
                )
            ),
            example_file("first.sh"),
            run("bash first.sh"),
            words(_("Each event is answered with its status and the number of the request in Masar:")),
            shown(_ANSWER),
            words(
                _(
                    "The person sees it at once in their list. The civil ID is invented: its check digit is wrong, "
                    "and only a demonstration takes it."
                )
            ),
            head(_("In Python")),
            example_file("first.py"),
            run("pip install httpx", "python3 first.py"),
            head(_("In Node")),
            example_file("first.mjs"),
            run("node first.mjs"),
        ],
    )


def _sdks() -> Section:
    return Section(
        "sdk",
        _("With an SDK of CloudEvents"),
        [
            words(
                _(
                    "Events are CloudEvents 1.0 over HTTP, so any SDK will do. These two are tested with every change"
                    " of Masar."
                )
            ),
            example_file("sdk.py"),
            example_file("sdk.mjs"),
        ],
    )


def _contracts() -> Section:
    return Section(
        "contracts",
        _("For machines"),
        [
            terms(
                [
                    ("`/api/v1/openapi.json`", _("The contract of the API: OpenAPI 3.1.")),
                    (
                        "`/api/v1/asyncapi.json`",
                        _("The events with an example of each: AsyncAPI 3.0, of the same schemas."),
                    ),
                    ("`/api/v1/services`", _("Services with steps, outcomes, reasons and forms. Open to everybody.")),
                    (
                        "`/services.json`",
                        _("The public register of services; `/services.jsonld` is the same in CPSV-AP."),
                    ),
                ]
            ),
        ],
    )


# Types of events


def _events() -> Part:
    return Part(
        _("Types of events"),
        _("What an event says, field by field. This page is made of the table that Masar itself reads by."),
        [_attributes(), _order(), *map(_type, event_types()), _kinds(), _forms()],
    )


def _attributes() -> Section:
    said = attribute_words()
    return Section("attributes", _("Attributes"), [terms([(f"`{name}`", text) for name, text in said.items()])])


def _order() -> Section:
    return Section(
        "order",
        _("Order"),
        [
            words(_("Events may arrive in any order, twice, alone or in batches: the result is the same.")),
            words(
                _(
                    "Within a request and a source `sequence` decides; without it `time`, then `id`. An event that "
                    "comes late is put where it belongs."
                )
            ),
            words(_("Nothing is ever edited. If something was wrong, report `corrected` and then the right fact.")),
        ],
    )


def _type(one: EventType) -> Section:
    fields, kinds = field_words(), kind_words()
    data = json.dumps(one.example, ensure_ascii=False, indent=1)
    said = [(_field(field), f"{fields[field.name]} – {kinds[field.kind]}") for field in one.fields]
    blocks = [words(type_words()[one.short]), terms(said), shown(f'"type": "{one.name}",\n"data": {data}')]
    return Section(one.short, one.name, blocks)


def _field(field: Field) -> str:
    must = _("required") if field.is_required else ""
    return f"`{field.name}` ({must})" if must else f"`{field.name}`"


def _kinds() -> Section:
    return Section(
        "personal",
        _("What is personal"),
        [
            words(
                _(
                    "Names, notes, forms, answers and civil IDs are encrypted under a key of the person. They stand "
                    "nowhere else: not in `subject`, `id` or `agency_ref`."
                )
            ),
        ],
    )


def _forms() -> Section:
    return Section(
        "forms",
        _("Three ways to write it"),
        [
            terms(
                [
                    ("`application/cloudevents+json`", _("One event.")),
                    ("`application/cloudevents-batch+json`", _("A JSON array of events.")),
                    (
                        "`application/json`",
                        _("The data alone; the attributes are `ce-` headers, percent-encoded UTF-8."),
                    ),
                ]
            ),
            example_file("binary.sh"),
        ],
    )
