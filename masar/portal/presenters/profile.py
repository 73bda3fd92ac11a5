"""What developers read of events: a sentence for each type, field, kind of field, status and code of a refusal."""

from __future__ import annotations

from collections.abc import Mapping

from masar.portal.tongue import gettext as _


def type_words() -> Mapping[str, str]:
    """Say what each type of event reports."""
    return {
        "opened": _("A request begins. With it your own number of the request becomes known."),
        "step": _("The request is now in this step of its service."),
        "asked": _("Something is wanted of the person. The request waits for them, and your clock stands still."),
        "answered": _("The person has given what was asked."),
        "noted": _("Something worth telling happened; the request stays where it is."),
        "decided": _("The request ends with this outcome. A refusal names its reason."),
        "handed-over": _("Another agency has the request from now on and may report on it."),
        "withdrawn": _("The person took the request back with you."),
        "reopened": _("A request that had ended goes on in this step."),
        "corrected": _(
            "An earlier event was wrong. Nothing is edited: both stay readable, and the wrong one no longer counts."
        ),
    }


def field_words() -> Mapping[str, str]:
    """Say what each field of data holds."""
    return {
        "service": _("which service"),
        "agency_ref": _("your own number of the request"),
        "version": _("version of the service, where it is not the one in force"),
        "parent": _("the request to which this one belongs"),
        "step": _("step of the service"),
        "appeal": _("whether this is an appeal against the parent's outcome"),
        "civil_id": _("civil ID of the person; not needed with a parent"),
        "name": _("name of the person, as you have it"),
        "form": _("answers to the form, by the schema of the service"),
        "note": _("what the person reads of it"),
        "office": _("where it happened"),
        "due": _("until when"),
        "attachments": _("references to papers"),
        "actor_role": _("who did it, as a role and never as a name"),
        "kind": _("kind of what is asked"),
        "message": _("what is asked, in words"),
        "answer": _("what the person answered"),
        "code": _("your code for it"),
        "due_before": _("what the date was"),
        "due_after": _("what the date is now"),
        "decision": _("on what ground"),
        "outcome": _("outcome of the service"),
        "reason": _("reason of the service"),
        "documents": _("references to what was issued"),
        "to": _("agency that has it now"),
        "returns_to": _("step to which it comes back"),
        "event": _("the event that was wrong"),
    }


def kind_words() -> Mapping[str, str]:
    """Say what a value of each kind looks like."""
    return {
        "service": _("id of a service: lower case and dotted"),
        "agency": _("id of an agency: lower case and dotted"),
        "ref": _("1 to 100 printable ASCII characters without spaces, never a civil ID"),
        "subject": _("number of a request, or `ref:` and your own"),
        "id": _("id from the service's definition"),
        "event-id": _("`id` of an event, as it was sent"),
        "integer": _("whole number"),
        "boolean": _("`true` or `false`"),
        "instant": _("RFC 3339 with its zone: `2026-11-24T09:15:00+03:00`"),
        "line": _("one line of at most 300 characters"),
        "text": _("a text, or texts by language `{ar, en, ur}`, of at most 4,000 characters each"),
        "question-form": _("{schema, words}: plain fields; nothing that refers elsewhere"),
        "object": _("JSON object without decimal fractions"),
        "list": _("list of at most 50"),
        "civil-id": _("the 12 digits of a civil ID"),
    }


def attribute_words() -> Mapping[str, str]:
    """Say what each attribute of an event is."""
    return {
        "specversion": _("Always `1.0`."),
        "id": _("Your name for this event, durable and unique within its source. The same id is never recorded twice."),
        "source": _("Your agency and system: `urn:masar:kw.moi.gdt:licences`."),
        "type": _("One of the types below."),
        "subject": _(
            "Which request: its number in Masar, or `ref:` and your own. Never a civil ID, since subjects "
            "stand in logs. An opening needs none."
        ),
        "time": _("When it happened with you, with its zone."),
        "sequence": _("Counts your events of one request from one source, with leading zeros: `000000000007`."),
        "masarbackfill": _("`true` for history: nobody is notified."),
    }


def status_words() -> Mapping[str, tuple[int, str]]:
    """Say what to do for each status of an event; beside it the HTTP status of a single event."""
    return {
        "accepted": (
            200,
            _(
                "Recorded. `late`: later events had come before it. `off_path`: the service does not name this "
                "way; it was applied all the same."
            ),
        ),
        "duplicate": (200, _("It was recorded before. All is well.")),
        "parked": (
            202,
            _(
                "Its request, or the hand-over to you, is not known yet. It waits 24 hours and is recorded when "
                "that comes."
            ),
        ),
        "conflict": (
            409,
            _(
                "This id, or this number of yours, was used for something else. The first stands; send a new fact"
                " under a new id."
            ),
        ),
        "invalid": (422, _("Mend what `problem.errors` names, and send it again under the same id.")),
        "forbidden": (403, _("The request, the service or the source is not yours. Sending again does not help.")),
    }


def refusal_words() -> Mapping[str, str]:
    """Say what to mend for each code of a problem."""
    return {
        "parked": _("Nothing to do: the event waits 24 hours for its request."),
        "conflict": _("Give each fact an id of its own."),
        "reference-exists": _("Report on the request that has this number, or open another with a new `agency_ref`."),
        "invalid-event": _("Mend each field that `errors` names."),
        "invalid-facts": _("Mend what `errors` names in this item; the other items stand."),
        "foreign-source": _("Start `source` with the agency of your key."),
        "not-your-request": _("Report only on requests that you opened, hold, or handed over."),
        "not-your-service": _("Open your own services, or a part of a request that is yours."),
        "person-erased": _("Its person was erased; report nothing more on this request."),
        "unauthorized": _("Send `Authorization: Bearer` and a key that lives."),
        "not-logged-in": _("This list belongs to a person and needs their log-in, not a key."),
        "forbidden": _("Ask the operator whether this address is open to you."),
        "bad-request": _("Compare what you send with the OpenAPI document."),
        "cut-short": _("The connection broke. Send the same again."),
        "header-encoding": _("Percent-encode values of `ce-` headers as UTF-8."),
        "not-a-batch": _("Send a JSON array."),
        "not-json": _("Send JSON in UTF-8; the detail names the place."),
        "repeated-name": _("Let each name stand once in an object."),
        "too-deep": _("Send flatter data."),
        "purpose-missing": _("Say why you read, in the header `Masar-Purpose`."),
        "not-found": _(
            "Look at the number and the address; addresses have no slash at their end. A request in which you"
            " have no part is not found either."
        ),
        "method-not-allowed": _("Use a verb that the header `Allow` names."),
        "too-large": _("Send less at a time, and large things by reference."),
        "too-many": _("Split what you send."),
        "charset": _("Send UTF-8."),
        "unsupported-media-type": _("Send a content type that the OpenAPI document names for this address."),
        "invalid-parameters": _("Mend the parameters that `errors` names."),
        "updated-since": _("Send an instant with its zone, and encode its plus sign."),
        "internal-error": _(
            "The fault is ours, and nothing was half written. Send the same again; if it stays, tell the "
            "operator the `request_id`."
        ),
        "unavailable": _("Masar is starting. Send the same again a little later."),
    }


def flaw_words() -> Mapping[str, str]:
    """Say what to mend for each code within `errors` that is no kind of field."""
    return {
        "missing": _("A field that this type needs is missing."),
        "unknown-field": _("This type has no such field; the detail lists those it has."),
        "another-person": _("The request above belongs to another person."),
        "attribute-name": _("Names of attributes have 1 to 20 characters of a–z and 0–9."),
        "attribute-value": _("An attribute is a text, a whole number, true or false."),
        "data": _("`data` is a JSON object."),
        "datacontenttype": _("`data` is `application/json`."),
        "masarbackfill": _("`true` or `false`"),
        "not-a-withdrawal": _("Report this outcome as `decided`."),
        "not-an-object": _("An event is a JSON object."),
        "not-canonical": _('No decimal fractions (send `"12.500"`), whole numbers below 2⁵³, ASCII names.'),
        "not-the-citizens": _("Ask in a step that the person holds."),
        "reason": _("Name one of the reasons that the detail lists."),
        "sequence": _("A string of digits."),
        "source": _("Write it as `urn:masar:agency:system`."),
        "specversion": _("Always `1.0`."),
        "time": _("RFC 3339 with its zone: `2026-11-24T09:15:00+03:00`"),
        "time-ahead": _("More than 5 minutes ahead of now: set the clock that made it."),
        "time-early": _("Before 1950."),
        "too-large": _("More than 64 KiB: send large things by reference."),
        "type": _("Send one of the types on the page about events."),
        "unknown-agency": _("Masar knows no such agency."),
        "unknown-outcome": _("The service has no such outcome; the detail lists them."),
        "unknown-service": _("No such service or version is published."),
        "unknown-step": _("The service has no such step; the detail lists them. An outcome is reported as `decided`."),
    }
