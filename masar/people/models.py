"""Persons, keys, accounts, sessions. Personal columns are sealed (docs/adr/0006) and named in `PERSONAL`."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Now

PERSONAL = {
    "people_person": ["civil_index", "sealed"],
    "people_person_key": ["wrapped"],
    "people_account": ["username"],
    "people_fact": ["sealed"],
}


class Person(models.Model):
    """Somebody who has requests. `sealed` holds {"civil_id", "name"} under the person's key."""

    id = models.BigAutoField(primary_key=True)
    civil_index = models.BinaryField(unique=True)
    sealed = models.BinaryField()
    language = models.CharField(max_length=8, default="ar")
    digits = models.CharField(max_length=4, default="latn")
    hijri = models.BooleanField(default=False)
    simple = models.BooleanField(default=False)
    nastaliq = models.BooleanField(default=False)
    is_demonstration = models.BooleanField(default=False)
    previous_visit_at = models.DateTimeField(null=True)
    last_visit_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "people_person"


class PersonKey(models.Model):
    """The person's key, wrapped by a KEK of the key ring. Destroying it erases the person."""

    person = models.OneToOneField(Person, models.PROTECT, primary_key=True)
    wrapped = models.BinaryField()
    kek = models.CharField(max_length=64)

    class Meta:
        db_table = "people_person_key"


class Fact(models.Model):
    """What an agency told of a person, or the person said (source `masar`). `sealed` holds the value as JSON."""

    pk = models.CompositePrimaryKey("person_id", "fact", "source")
    person = models.ForeignKey(Person, models.PROTECT, db_index=False)
    fact = models.CharField(max_length=100)
    source = models.CharField(max_length=100)
    sealed = models.BinaryField()
    known_at = models.DateTimeField()
    holds_until = models.DateTimeField()

    class Meta:
        db_table = "people_fact"


class Accounts(BaseUserManager["Account"]):
    """Finds accounts by username, as Django's authentication asks."""


class Account(AbstractBaseUser):
    """A person's way to log in. The username is the blind index of the civil ID, in hexadecimal."""

    id = models.BigAutoField(primary_key=True)
    person = models.OneToOneField(Person, models.PROTECT)
    username = models.CharField(max_length=64, unique=True)
    is_active = models.BooleanField(default=True)
    made_at = models.DateTimeField(db_default=Now())

    objects = Accounts()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "people_account"


class Session(models.Model):
    """A log-in. The cookie carries its id, signed; ending the row ends the log-in at once."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT)
    started_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_session"


class Attempt(models.Model):
    """Failed log-ins of one account from one source, for the back-off. `source` is a keyed hash of the address."""

    pk = models.CompositePrimaryKey("username", "source")
    username = models.CharField(max_length=64)
    source = models.BinaryField()
    failures = models.IntegerField(default=0)
    blocked_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_attempt"
