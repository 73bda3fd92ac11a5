"""Agencies, their keys, and definitions. A published (service, version) never changes."""

from django.db import models
from django.db.models.functions import Now


class Country(models.Model):
    """A country that a catalogue speaks for: its languages, its money, the words of its sections."""

    id = models.CharField(primary_key=True, max_length=2)
    document = models.JSONField()

    class Meta:
        db_table = "catalogue_country"


class Agency(models.Model):
    """An agency of government, by its dotted id. `document` holds titles, calendar and hours."""

    id = models.CharField(primary_key=True, max_length=100)
    document = models.JSONField()

    class Meta:
        db_table = "catalogue_agency"


class AgencyKey(models.Model):
    """A machine's key. Only its SHA-256 is kept; the key itself is shown once."""

    id = models.BigAutoField(primary_key=True)
    agency = models.ForeignKey(Agency, models.PROTECT)
    digest = models.BinaryField(unique=True)
    made_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "catalogue_agency_key"


class Calendar(models.Model):
    """A working calendar as data: weekend, hours by season, holidays of the country."""

    id = models.CharField(primary_key=True, max_length=64)
    document = models.JSONField()

    class Meta:
        db_table = "catalogue_calendar"


class CalendarOverride(models.Model):
    """A day that the government moved: it works, or it does not, by a decision with a number."""

    id = models.BigAutoField(primary_key=True)
    calendar = models.ForeignKey(Calendar, models.PROTECT)
    on = models.DateField()
    working = models.BooleanField()
    hours = models.JSONField(null=True)
    decision = models.CharField(max_length=100)
    reason = models.JSONField(default=dict)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "catalogue_calendar_override"
        constraints = (models.UniqueConstraint(fields=["calendar", "on", "decision"], name="override_once"),)


class Definition(models.Model):
    """One version of a service, whole, with the digest of its canonical bytes."""

    id = models.AutoField(primary_key=True)
    service = models.CharField(max_length=200)
    version = models.IntegerField()
    agency = models.ForeignKey(Agency, models.PROTECT)
    status = models.CharField(max_length=16)
    digest = models.BinaryField()
    document = models.JSONField()
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "catalogue_definition"
        constraints = (models.UniqueConstraint(fields=["service", "version"], name="definition_once"),)
