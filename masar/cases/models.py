"""Tables of a request: one projection, an append-only timeline, and what finds, opens and carries them.

`cases_event` is partitioned by month of receipt; `cases_seen` holds the uniqueness that a partitioned table cannot.
"""

from django.db import models

from masar.catalogue.models import Agency, Definition
from masar.people.models import Person

PERSONAL = {
    "cases_event": ["sealed"],
    "cases_case_key": ["wrapped"],
    "cases_conflict": ["sealed"],
    "cases_parked": ["sealed"],
    "cases_draft": ["sealed"],
}
APPEND_ONLY = ("cases_event", "cases_seen", "cases_conflict", "cases_directory", "ledger_pending_leaf")


class Request(models.Model):
    """The projection: what the fold of all accepted events says now. `seq` grows with each change."""

    id = models.BigAutoField(primary_key=True)
    number = models.BigIntegerField(unique=True)
    person = models.ForeignKey(Person, models.PROTECT, db_index=False)
    definition = models.ForeignKey(Definition, models.PROTECT, db_index=False)
    agency = models.ForeignKey(Agency, models.PROTECT, db_index=False, related_name="+")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    is_appeal = models.BooleanField(default=False)
    opened_by = models.CharField(max_length=100)
    step = models.CharField(max_length=64)
    state = models.CharField(max_length=16)
    outcome = models.CharField(max_length=64, null=True)
    holder = models.CharField(max_length=100, null=True)
    since = models.DateTimeField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    used = models.IntegerField(default=0)
    allowed = models.IntegerField(default=0)
    unit = models.CharField(max_length=8, default="days")
    is_paused = models.BooleanField(default=False)
    broken_at = models.DateTimeField(null=True)
    step_due_at = models.DateTimeField(null=True)
    limit_at = models.DateTimeField(null=True)
    last_type = models.CharField(max_length=16)
    last_at = models.DateTimeField()
    first_received_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)
    seq = models.IntegerField(default=1)
    fold = models.JSONField()

    class Meta:
        db_table = "cases_request"
        indexes = (
            models.Index("person", "changed_at", name="request_of_person", condition=models.Q(closed_at=None)),
            models.Index("person", "closed_at", name="archive_of_person", condition=~models.Q(closed_at=None)),
            models.Index("limit_at", name="request_limits", condition=~models.Q(limit_at=None)),
        )


class Directory(models.Model):
    """Finds a request by its public number. Holds nothing personal, so every agency may look."""

    number = models.BigIntegerField(primary_key=True)
    request_id = models.BigIntegerField(unique=True)
    definition_id = models.IntegerField()

    class Meta:
        db_table = "cases_directory"


class Reference(models.Model):
    """An agency's own number of a request, made known by its `opened`."""

    pk = models.CompositePrimaryKey("agency_id", "ref")
    agency = models.ForeignKey(Agency, models.PROTECT, db_index=False)
    ref = models.CharField(max_length=100)
    request = models.ForeignKey(Request, models.PROTECT)

    class Meta:
        db_table = "cases_reference"


class Participation(models.Model):
    """An agency that has part in a request: as opener, holder, or the one it was handed over from."""

    pk = models.CompositePrimaryKey("agency_id", "request_id")
    agency = models.ForeignKey(Agency, models.PROTECT, db_index=False)
    request = models.ForeignKey(Request, models.PROTECT)
    person_id = models.BigIntegerField()
    granted_by = models.CharField(max_length=100)

    class Meta:
        db_table = "cases_participation"


class CaseKey(models.Model):
    """The key of one request, wrapped by its person's key. Destroying it makes the timeline unreadable."""

    request = models.OneToOneField(Request, models.PROTECT, primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT)
    wrapped = models.BinaryField()

    class Meta:
        db_table = "cases_case_key"


class Event(models.Model):
    """One fact, never changed. `facts` are structural; `sealed` holds salt ‖ canonical event under the case key."""

    pk = models.CompositePrimaryKey("received_at", "id")
    id = models.UUIDField()
    received_at = models.DateTimeField()
    request_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    agency_id = models.CharField(max_length=100, null=True)
    source = models.CharField(max_length=200)
    event_id = models.CharField(max_length=200)
    type = models.CharField(max_length=16)
    at = models.DateTimeField()
    sequence = models.CharField(max_length=32, null=True)
    facts = models.JSONField()
    is_late = models.BooleanField(default=False)
    is_backfill = models.BooleanField(default=False)
    sealed = models.BinaryField()

    class Meta:
        db_table = "cases_event"


class Seen(models.Model):
    """(source, id) of every accepted event, with the digest of its canonical bytes."""

    pk = models.CompositePrimaryKey("source", "event_id")
    source = models.CharField(max_length=200)
    event_id = models.CharField(max_length=200)
    digest = models.BinaryField()
    request_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    agency_id = models.CharField(max_length=100, null=True)

    class Meta:
        db_table = "cases_seen"


class Conflict(models.Model):
    """An event that came again with other content: kept as evidence, sealed under the system's key."""

    id = models.UUIDField(primary_key=True)
    agency_id = models.CharField(max_length=100, null=True)
    source = models.CharField(max_length=200)
    event_id = models.CharField(max_length=200)
    digest = models.BinaryField()
    sealed = models.BinaryField()
    received_at = models.DateTimeField()

    class Meta:
        db_table = "cases_conflict"
        constraints = (models.UniqueConstraint(fields=["source", "event_id", "digest"], name="conflict_once"),)


class Parked(models.Model):
    """An event whose request, or right, is not known yet. Tried again when that changes; dead after 24 hours."""

    pk = models.CompositePrimaryKey("source", "event_id")
    source = models.CharField(max_length=200)
    event_id = models.CharField(max_length=200)
    agency_id = models.CharField(max_length=100)
    subject = models.CharField(max_length=120)
    digest = models.BinaryField()
    sealed = models.BinaryField()
    received_at = models.DateTimeField()
    dead_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_parked"
        indexes = (models.Index("subject", name="parked_by_subject"),)


class Outbox(models.Model):
    """The promise to tell: one row per request and chunk, taken by the relay."""

    id = models.BigAutoField(primary_key=True)
    request_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    number = models.BigIntegerField()
    seq = models.IntegerField()

    class Meta:
        db_table = "cases_outbox"


class Pace(models.Model):
    """How long a service really took, from requests that ended within a year. Measured anew; nothing personal in it.

    Days run from opened to closed on the calendar; `agency_days` are the working days the agency itself used.
    """

    service = models.CharField(primary_key=True, max_length=200)
    measured_at = models.DateTimeField()
    count = models.IntegerField()
    waiting = models.IntegerField()
    median_days = models.DecimalField(max_digits=7, decimal_places=1, null=True)
    ninth_days = models.DecimalField(max_digits=7, decimal_places=1, null=True)
    agency_days = models.DecimalField(max_digits=7, decimal_places=1, null=True)

    class Meta:
        db_table = "cases_pace"


class Attempt(models.Model):
    """Wrong PINs against a number, a network, or both. `key` is a keyed hash; `level`, in thousandths, leaks away."""

    key = models.BinaryField(primary_key=True)
    level = models.IntegerField()
    forget_seconds = models.IntegerField()
    counted_at = models.DateTimeField()
    blocked_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_attempt"
        indexes = (models.Index("counted_at", name="attempt_by_age"),)


class Draft(models.Model):
    """What a person has filled in and not sent yet. `sealed` under their key.

    `subject` is the service of an application, or the number of the request of which a question is being answered.
    """

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT, db_index=False)
    definition = models.ForeignKey(Definition, models.PROTECT, db_index=False)
    subject = models.CharField(max_length=200)
    sealed = models.BinaryField()
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "cases_draft"
        constraints = (models.UniqueConstraint(fields=["person", "subject"], name="draft_once"),)
        indexes = (models.Index("changed_at", name="draft_by_age"),)


class Paper(models.Model):
    """A paper that was handed in to a request. By it the agencies that have part in the request read the file."""

    paper = models.OneToOneField("files.Paper", models.PROTECT, primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT, db_index=False)
    request = models.ForeignKey(Request, models.PROTECT, db_index=False)
    document = models.CharField(max_length=64)

    class Meta:
        db_table = "cases_paper"
        indexes = (models.Index("person", "request", name="paper_of_request"),)
