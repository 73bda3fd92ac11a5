"""Faults to plant into the shipped catalogue: what is written instead, and on which line the check must point."""

from __future__ import annotations

from typing import NamedTuple

RENEW = "services/kw.moi.gdt/renew-driving-licence.yaml"
APPEAL = "services/kw.moi.gdt/appeal.yaml"
CIVIL = "services/kw.paci/civil-id-card.yaml"
PERMIT = "services/kw.km/building-permit.yaml"
FIRE = "services/kw.kff/fire-safety-check.yaml"
TRAFFIC = "agencies/kw.moi.gdt.yaml"
PACI = "agencies/kw.paci.yaml"
COUNTRY = "country.yaml"
SHARED = "shared/common.yaml"
CALENDAR = "calendars/kw-gov.yaml"


class Plant(NamedTuple):
    """`old` in `file` becomes `new`; the finding `code` must stand on the line of the mark § in `new`."""

    code: str
    file: str
    old: str
    new: str
    severity: str = "error"


# What an added step has besides its id and its ways.
IDLE = "holder: agency, state: in-progress, detour: true, title: { ar: و, en: x, ur: و }, help: { ar: و, en: x, ur: و }"

READING = [
    Plant("yaml", RENEW, "audience: [citizen, resident]", "audience: [citizen, resident\n§life: [a]"),
    Plant("yaml", RENEW, "sector: traffic", "sector: traffic: §light"),
    Plant("duplicate-key", RENEW, "sector: traffic", "sector: traffic\n§sector: traffic"),
    Plant("duplicate-key", RENEW, "    state: ready\n", "    state: ready\n    §state: ready\n"),
    Plant("alias", RENEW, "sector: traffic", "sector: §&s traffic\nx: *s"),
    Plant("alias", RENEW, "  - use: withdrawn\n", "  - §<<: { id: withdrawn }\n"),
    Plant("tag", RENEW, "sector: traffic", "sector: §!!python/name:os.system traffic"),
    Plant("tab", RENEW, "sector: traffic", "sector:§\ttraffic"),
    Plant("control-character", RENEW, "sector: traffic", "sector: §\u202etraffic"),
    Plant("key", RENEW, "sector: traffic", "sector: traffic\n? §[a, b]\n: c"),
    Plant("second-document", RENEW, "rating:", "§---\nrating:"),
    Plant("too-deep", RENEW, "sector: traffic", "sector: §" + "[" * 60 + "]" * 60),
    Plant("too-large", RENEW, "# A service", "§# " + "x" * 1_000_001 + "\n# A service"),
]

SHAPE = [
    Plant("shape-required", RENEW, "effective_from: 2026-01-01\n", ""),
    Plant("shape-required", RENEW, "retention:", "#"),
    Plant("shape-required", RENEW, "  - id: review\n    holder: agency  ", "  - §id: review\n    # holder: agency"),
    Plant("shape-unknown-key", RENEW, "    team: examiners", "    §teem: examiners"),
    Plant("shape-unknown-key", RENEW, "sector: traffic", "sector: traffic\n§colour: red"),
    Plant("shape-const", RENEW, 'masar: "1"', "§masar: 1"),
    Plant("shape-pattern", RENEW, "id: kw.moi.gdt.renew-driving-licence", "§id: Renew_Licence"),
    Plant("shape-minimum", RENEW, "version: 1", "§version: 0"),
    Plant("shape-type", RENEW, "version: 1", "§version: 1.5"),
    Plant("shape-enum", RENEW, "status: published", "§status: public"),
    Plant("shape-type", RENEW, "verified: false", '§verified: "no"'),
    Plant("shape-pattern", RENEW, "effective_from: 2026-01-01", "§effective_from: 1 January"),
    Plant("shape-enum", RENEW, "audience: [citizen, resident]", "audience: [citizen, §tourist]"),
    Plant("shape-uniqueItems", RENEW, "channels: [online, counter, kiosk]", "§channels: [online, online]"),
    Plant("shape-exclusiveMinimum", RENEW, "fils: 10000", "§fils: 0"),
    Plant("shape-type", RENEW, "fils: 10000", "§fils: 10.5"),
    Plant("shape-type", RENEW, 'account: "4101"', "§account: 4101"),
    Plant("shape-pattern", RENEW, "within: PT6H", "§within: 6 hours"),
    Plant("shape-exclusiveMaximum", RENEW, "warn_at: 0.75", "§warn_at: 75"),
    Plant("shape-enum", RENEW, "state: ready", "§state: completed"),
    Plant("shape-pattern", RENEW, "  - id: review\n    holder: agency  ", "  - id: review\n    §holder: the-agency  #"),
    Plant("shape-enum", RENEW, "task: { kind: visit }", "§task: { kind: dance }"),
    Plant("shape-minItems", RENEW, "    next: [done, expired]", "    §next: []"),
    Plant("shape-maximum", RENEW, "max_bytes: 2097152", "§max_bytes: 99999999"),
    Plant("shape-key", RENEW, "en: Renew a driving licence,", "§en_GB!: Renew a driving licence,"),
    Plant("shape-type", RENEW, "path: [received", "§path: received #"),
    Plant("shape-pattern", TRAFFIC, "code: MOI-GTD", "§code: moi"),
    Plant("shape-minItems", COUNTRY, "languages: [ar, en, ur]", "§languages: []"),
    Plant("shape-required", SHARED, "  - { id: no-answer, title:", "  - §{ id: no-answer, titel:"),
]

FLOW = [
    Plant("next-unknown", RENEW, "next: [fee, review, withdrawn]", "next: [fee, §revue, withdrawn]"),
    Plant("next-itself", RENEW, "next: [done, collect]", "next: [done, collect, §posting]"),
    Plant("step-unreachable", RENEW, "next: [more-information, printing, refused]", "next: [printing, refused]"),
    Plant("step-unreachable", RENEW, "path: [received", f"  - §{{ id: idle, next: [done], {IDLE} }}\npath: [received"),
    Plant(
        "outcome-unreachable",
        APPEAL,
        "next: [more-information, accepted, refused]",
        "next: [more-information, refused]",
    ),
    Plant(
        "dead-end",
        FIRE,
        "steps:\n",
        f"steps:\n  - §{{ id: one, next: [two], {IDLE} }}\n  - {{ id: two, next: [one], {IDLE} }}\n",
    ),
    Plant("path-start", RENEW, "path: [received, fee,", "path: [§fee,"),
    Plant("path-end", RENEW, "collect, posting, done]  ", "collect, posting, §refused]  "),
    Plant("path-unknown", RENEW, "path: [received, fee,", "path: [received, §fees,"),
    Plant("path-outcome", RENEW, "path: [received, fee,", "path: [received, §withdrawn, fee,"),
    Plant("path-detour", RENEW, "path: [received, fee, review,", "path: [received, fee, review, §more-information,"),
    Plant("path-twice", RENEW, "path: [received, fee, review,", "path: [received, fee, review, §fee,"),
    Plant("path-gap", RENEW, "path: [received, fee, review, printing,", "path: [received, fee, §printing,"),
    Plant("path-gap", CIVIL, "    next: [collect, delivery]", "    next: [collect]"),
    Plant("off-path", CIVIL, "collect, delivery, done]", "collect, done]", "warning"),
    Plant("duplicate-id", RENEW, "  - id: posting", "  - §id: collect"),
    Plant("duplicate-id", RENEW, "  - { id: refused, state: refused,", "  - §{ id: review, state: refused,"),
]

HOLDERS = [
    Plant("state-holder", RENEW, "    state: ready", "    §state: in-progress"),
    Plant("state-holder", RENEW, "    state: in-progress                        #", "    §state: needs-you  #"),
    Plant("task-missing", RENEW, "    task: { kind: visit }\n    visit: { where: [kiosk, counter] }\n", ""),
    Plant("task-holder", RENEW, "    team: examiners", "    team: examiners\n    §task: { kind: visit }"),
    Plant(
        "task-form",
        RENEW,
        "    task: { kind: visit }\n    visit: { where: [kiosk, counter] }",
        "    §task: { kind: answer }",
    ),
    Plant("task-pay", SHARED, "    pay: { where: [counter, agency-site] }\n", ""),
    Plant("task-documents", CIVIL, "{ kind: document, documents: [photo] }", "§{ kind: document }"),
    Plant("task-kind", RENEW, "    visit: { where", "    §pay: { where"),
    Plant("document-unknown", CIVIL, "documents: [photo] }", "documents: [§portrait] }"),
    Plant(
        "promise-holder",
        RENEW,
        "    visit: { where: [kiosk, counter] }",
        "    §promise: { within: P1D, clock: working }",
    ),
    Plant("team-holder", RENEW, "    visit: { where: [kiosk, counter] }", "    §team: print"),
    Plant(
        "limit-then",
        RENEW,
        "clock: calendar, then: expired }\n    next: [review",
        "clock: calendar, §then: ended }\n    next: [review",
    ),
    Plant(
        "limit-way",
        RENEW,
        "    limit: { within: P3D, clock: calendar, then: expired }",
        "    §limit: { within: P3D, clock: calendar, then: done }",
    ),
    Plant("limit-reason", PERMIT, "then: refused, reason: no-answer }", "§then: refused }"),
    Plant(
        "limit-holder",
        RENEW,
        "    team: examiners",
        "    team: examiners\n    §limit: { within: P1D, clock: calendar, then: refused, reason: medical }",
    ),
    Plant("limit-missing", RENEW, "    limit: { within: P30D, clock: calendar, then: expired }\n", "", "warning"),
    Plant("reason-unknown", PERMIT, "then: refused, reason: no-answer }", "then: refused, §reason: silence }"),
    Plant("duration", RENEW, "within: PT6H", "§within: PT0H"),
    Plant(
        "duration", RENEW, "promise: { within: P5D, clock: working }  ", "promise: { §within: P0D, clock: working }  "
    ),
    Plant("handover-missing", PERMIT, "    handover: { returns_to: technical-review }\n", ""),
    Plant("returns-to", PERMIT, "returns_to: technical-review", "§returns_to: the-review"),
    Plant("returns-to", PERMIT, "returns_to: technical-review", "§returns_to: inspection"),
    Plant(
        "handover-holder",
        PERMIT,
        "holder: other-agency:kw.moj\n    team: real-estate\n    state: in-progress\n",
        "holder: agency\n    state: in-progress\n§",
    ),
    Plant("holder-own", PERMIT, "holder: other-agency:kw.moj", "§holder: other-agency:kw.km"),
    Plant("children-join", PERMIT, "    join: all\n", ""),
    Plant("children-on_refused", PERMIT, "    on_refused: corrections\n", ""),
    Plant("children-missing", PERMIT, "    team: inspectors", "    team: inspectors\n    §join: any"),
    Plant(
        "children-holder",
        PERMIT,
        "  - id: checks\n    holder: agency",
        "  - id: checks\n    §holder: other-agency:kw.moj",
    ),
    Plant("on-refused", PERMIT, "on_refused: corrections", "§on_refused: refused"),
    Plant("children-path", PERMIT, "technical-review, checks, fee,", "technical-review, fee,"),
    Plant(
        "children-twice", PERMIT, "{ service: kw.mew.electricity-check } ]", "§{ service: kw.kff.fire-safety-check } ]"
    ),
    Plant("refused-reason", RENEW, "state: refused, reason_required: true,", "§state: refused,"),
    Plant(
        "refused-no-reasons",
        APPEAL,
        "reasons:\n  - use: decision-stands\n  - use: appeal-too-late\n  - use: no-answer\n",
        "",
    ),
    Plant(
        "appeal-state",
        RENEW,
        "  - { id: done, state: completed,",
        "  - §{ id: done, appeal: { within: P1D, service: kw.moi.gdt.appeal }, state: completed,",
    ),
    Plant("appeal-reopens", RENEW, "reopens: review", "§reopens: done"),
    Plant(
        "issues-state",
        RENEW,
        "{ id: refused, state: refused,",
        "§{ id: refused, state: refused, issues: { kind: letter },",
    ),
    Plant("issues-audience", RENEW, "resident: P5Y }", "§company: P5Y }"),
    Plant("rating-outcome", RENEW, "ask_on: [done, refused]", "ask_on: [done, §rejected]"),
    Plant(
        "no-fees",
        APPEAL,
        "  - use: hearing",
        "  - §use: fee\n    limit: { within: P3D, clock: calendar, then: withdrawn }\n"
        "    next: [withdrawn]\n  - use: hearing",
    ),
    Plant(
        "help-missing",
        RENEW,
        "path: [received",
        "  - §{ id: idle, holder: agency, state: in-progress, next: [done], title: { ar: و, en: x, ur: و } }\n"
        "path: [received",
        "warning",
    ),
]

WORDS = [
    Plant("text-missing", RENEW, ", ur: ڈرائیونگ لائسنس کی تجدید }", " §}"),
    Plant("text-missing", RENEW, "{ ar: من جهاز الخدمة الذاتية, en: From", "§{ en: From"),
    Plant(
        "text-missing", SHARED, "      ar: تحتاج الجهة إلى جواب منك كي تكمل طلبك. لا يُحسب هذا الوقت على الجهة.\n", ""
    ),
    Plant("text-missing", TRAFFIC, ", ur: محکمۂ ٹریفک }", " §}"),
    Plant("text-missing", COUNTRY, "{ ar: المرور, en: Traffic,", "§{ ar: المرور,"),
    Plant("text-empty", RENEW, "en: Renew a driving licence,", 'en: §"  ",'),
    Plant(
        "text-language",
        RENEW,
        "en: Renew a driving licence,",
        "en: Renew a driving licence, fr: §Renouveler,",
        "warning",
    ),
    Plant("text-script", RENEW, "title:   { ar: تجديد رخصة القيادة,", "title:   { ar: §Renew,"),
]

FORMS = [
    Plant(
        "form-schema", RENEW, "    required: [licence_number, delivery, declaration]", "    §required: licence_number"
    ),
    Plant("form-object", RENEW, "    type: object\n", "    type: array\n"),
    Plant("form-open", RENEW, "    additionalProperties: false\n", ""),
    Plant("form-keyword", RENEW, "{ type: string, maxLength: 300,", "{ type: string, §maxlength: 9, maxLength: 300,"),
    Plant("form-keyword", RENEW, "    if: {", "    §iff: {}\n    if: {"),
    Plant("form-required", RENEW, "required: [licence_number,", "required: [§license_number,"),
    Plant("form-type", RENEW, "{ type: string, enum: [kiosk, post] }", "§{ type: number }"),
    Plant("form-field", RENEW, "declaration: { const: true }", "§declaration: true"),
    Plant("form-unbounded", RENEW, "{ type: string, maxLength: 300,", "§{ type: string,"),
    Plant("form-schema", RENEW, 'pattern: "^[0-9]{6,12}$"', '§pattern: "^[0-9"'),
    Plant("words-missing", RENEW, "    declaration: { ar:", "    other: { ar:"),
    Plant("words-missing", RENEW, "enum: [kiosk, post]", "§enum: [kiosk, post, drone]"),
    Plant("words-unused", RENEW, "    address: { ar:", "    §adress: { ar: و, en: x, ur: و }\n    address: { ar:"),
    Plant("words-missing", SHARED, "          answer: { ar:", "          answer.error: { ar:"),
    Plant("fact-undeclared", RENEW, "x-prefill: licence.number", "§x-prefill: licence.no", "warning"),
    Plant("fact-undeclared", RENEW, "{ var: fines.unpaid_fils }, 0 ]", "§{ var: fines.unpaid }, 0 ]", "warning"),
    Plant(
        "fact-title",
        RENEW,
        "type: integer, missing: allow }\n  - { id: fines",
        "§type: integer, missing: ask }\n  - { id: fines",
    ),
    Plant(
        "condition",
        RENEW,
        '{ "<=": [ { var: licence.days_to_expiry }, 30 ] }',
        '§{ "regex": [ { var: licence.days_to_expiry }, 30 ] }',
    ),
    Plant(
        "condition", RENEW, '{ "==": [ { var: fines.unpaid_fils }, 0 ] }', '§{ "==": [ { var: fines.unpaid_fils } ] }'
    ),
    Plant(
        "condition",
        RENEW,
        '{ "==": [ { var: fines.unpaid_fils }, 0 ] }',
        '{ "==": [ { var: fines.unpaid_fils }, §0.5 ] }',
    ),
    Plant(
        "condition-field",
        RENEW,
        '"4199", when: { "==": [ { var: form.delivery }',
        '"4199", §when: { "==": [ { var: form.delivers }',
    ),
    Plant("condition-field", CIVIL, "{ or: [ { var: person.is_citizen }", "§{ or: [ { var: form.request }"),
    Plant("duplicate-id", RENEW, "{ id: post, fils", "§{ id: renewal, fils"),
    Plant("duplicate-id", CIVIL, "  - id: birth-certificate", "  - §id: photo"),
    Plant("duplicate-id", RENEW, "  - id: no-unpaid-fines", "  - §id: window"),
    Plant("duplicate-id", RENEW, "{ id: medical, title", "§{ id: no-answer, title"),
    Plant("duplicate-id", RENEW, "  - { id: fines.unpaid_fils,", "  - §{ id: licence.number,"),
]

REFERENCES = [
    Plant("unknown-template", RENEW, "  - use: withdrawn", "  - §use: withdrawal"),
    Plant("id-agency", RENEW, "id: kw.moi.gdt.renew-driving-licence", "§id: kw.moi.res.renew-driving-licence"),
    Plant("date", RENEW, "effective_from: 2026-01-01", "§effective_from: 2026-02-30"),
    Plant("agency-unknown", RENEW, "\nagency: kw.moi.gdt", "\n§agency: kw.moi.xyz"),
    Plant("agency-unknown", PERMIT, "other-agency:kw.moj", "§other-agency:kw.law"),
    Plant("agency-unknown", RENEW, "source: kw.moi.gdt, type: text", "§source: kw.nobody, type: text"),
    Plant("team-unknown", RENEW, "team: examiners", "§team: examinators"),
    Plant("team-unknown", PERMIT, "team: real-estate", "§team: marriages"),
    Plant("calendar-unknown", RENEW, "calendar: kw-gov", "§calendar: kw-bank"),
    Plant("calendar-unknown", TRAFFIC, "calendar: kw-gov", "§calendar: kw-bank"),
    Plant("name-unknown", RENEW, "sector: traffic", "§sector: trafic"),
    Plant("name-unknown", RENEW, "life_events: [owning-a-vehicle", "life_events: [§owning-a-camel"),
    Plant("service-unknown", RENEW, "service: kw.moi.gdt.appeal", "§service: kw.moi.gdt.appeals", "warning"),
    Plant("service-unknown", PERMIT, "service: kw.kff.fire-safety-check", "§service: kw.kff.fire-check", "warning"),
    Plant("service-unknown", RENEW, "kw.moi.gdt.pay-fines", "§kw.moi.gdt.pay-fine", "warning"),
    Plant("service-kind", RENEW, "service: kw.moi.gdt.appeal", "§service: kw.paci.civil-id-card"),
    Plant("service-kind", PERMIT, "service: kw.kff.fire-safety-check", "§service: kw.km.appeal"),
    Plant("service-kind", RENEW, "kw.moi.gdt.pay-fines", "§kw.km.appeal"),
    Plant("children-circle", PERMIT, "service: kw.kff.fire-safety-check", "§service: kw.km.building-permit"),
    Plant("duplicate-document", RENEW, "id: kw.moi.gdt.renew-driving-licence", "§id: kw.moi.gdt.appeal"),
    Plant("duplicate-document", PACI, "id: kw.paci", "§id: kw.moi.gdt"),
    Plant("id-country", PACI, "id: kw.paci", "§id: sa.paci"),
    Plant("duplicate-id", PACI, "  - { id: photo,", "  - §{ id: intake,"),
    Plant("hours", PACI, "calendar: kw-gov", 'calendar: kw-gov\n§hours: { summer: { open: ["08:00-12:00"] } }'),
    Plant("calendar", CALENDAR, "zone: Asia/Kuwait", "zone: Asia/Nowhere"),
    Plant("name-unknown", TRAFFIC, "governorate: jahra", "§governorate: jahrah"),
    Plant("branch-service", TRAFFIC, "services: [kw.moi.gdt.renew-", "services: [§kw.moi.gdt.review-"),
    Plant(
        "branch-service", TRAFFIC, "services: [kw.moi.gdt.renew-driving-licence", "services: [§kw.km.building-permit"
    ),
    Plant("hours", TRAFFIC, 'hours: { default: { open: ["15:00-20:00"]', '§hours: { default: { open: ["20:00-15:00"]'),
    Plant("duplicate-id", TRAFFIC, "{ id: jahra,", "§{ id: salmiya,"),
    Plant("shape-const", TRAFFIC, "governorate: jahra, sample: true", "governorate: jahra, §sample: false"),
]

PLANTS = [*READING, *SHAPE, *FLOW, *HOLDERS, *WORDS, *FORMS, *REFERENCES]

# Where a fault is something left out, nothing in `new` can carry the mark: the line is that of this text instead.
# A fault in a shared template is told in the service that uses it.
POINTS: dict[tuple[str, str], str | tuple[str, str]] = {
    ("shape-required", "effective_from: 2026-01-01\n"): 'masar: "1"',
    ("shape-required", "retention:"): 'masar: "1"',
    ("step-unreachable", "next: [more-information, printing, refused]"): "  - use: more-information",
    ("outcome-unreachable", "next: [more-information, accepted, refused]"): "{ id: accepted,",
    ("path-gap", "    next: [collect, delivery]"): "path: [received",
    ("off-path", "collect, delivery, done]"): "  - id: delivery",
    ("task-missing", "    task: { kind: visit }\n    visit: { where: [kiosk, counter] }\n"): "  - id: collect",
    ("task-pay", "    pay: { where: [counter, agency-site] }\n"): (RENEW, "  - use: fee"),
    ("limit-missing", "    limit: { within: P30D, clock: calendar, then: expired }\n"): "  - id: collect",
    ("handover-missing", "    handover: { returns_to: technical-review }\n"): "holder: other-agency:kw.moj",
    ("children-join", "    join: all\n"): "    children:",
    ("children-on_refused", "    on_refused: corrections\n"): "    children:",
    ("children-path", "technical-review, checks, fee,"): "    children:",
    (
        "refused-no-reasons",
        "reasons:\n  - use: decision-stands\n  - use: appeal-too-late\n  - use: no-answer\n",
    ): "{ id: refused,",
    (
        "text-missing",
        "      ar: تحتاج الجهة إلى جواب منك كي تكمل طلبك. لا يُحسب هذا الوقت على الجهة.\n",
    ): "    help:\n      en: The agency needs",
    ("form-object", "    type: object\n"): "  schema:",
    ("form-open", "    additionalProperties: false\n"): "  schema:",
    ("words-missing", "    declaration: { ar:"): "      declaration: { const",
    ("words-missing", "          answer: { ar:"): (RENEW, "  - use: more-information"),
    ("calendar", "zone: Asia/Kuwait"): "masar:",
}
