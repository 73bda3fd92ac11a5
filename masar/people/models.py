"""Persons, keys, accounts, sessions. Personal columns are sealed (docs/adr/0006) and named in `PERSONAL`."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

PERSONAL = {
    "people_person": ["civil_index", "sealed"],
    "people_person_key": ["wrapped"],
    "people_account": ["username"],
    "people_fact": ["sealed"],
    "people_session": ["sealed"],
    "people_factor": ["sealed", "index"],
    "people_entering": ["sealed"],
    "people_device": ["sealed"],
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
    """A log-in. The cookie carries its id, signed; moving `ends_at` to now ends it at once;
    it ends by itself after twelve hours.

    `sealed` holds the device in words; `proved_at` is when somebody last proved that it is they.
    """

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT)
    started_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField(db_default=RawSQL("now() + interval '12 hours'", []))
    proved_at = models.DateTimeField(db_default=Now())
    way = models.CharField(max_length=20, db_default="")
    sealed = models.BinaryField(null=True)

    class Meta:
        db_table = "people_session"


class Factor(models.Model):
    """A way to prove oneself beside the password: passkey, app, message or codes.

    `sealed` holds what it needs as JSON; `index` finds a passkey; `counter` only grows, so that no code counts twice.
    """

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT)
    way = models.CharField(max_length=20)
    sealed = models.BinaryField()
    index = models.BinaryField(null=True, unique=True)
    counter = models.BigIntegerField(default=0)
    made_at = models.DateTimeField(db_default=Now())
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_factor"


class Entering(models.Model):
    """Somebody between the password and the second step, or adding a way; or nobody yet, with a passkey's challenge."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True)
    purpose = models.CharField(max_length=20)
    sealed = models.BinaryField(null=True)
    challenge = models.BinaryField(null=True)
    ends_at = models.DateTimeField()

    class Meta:
        db_table = "people_entering"


class Device(models.Model):
    """A device on which a person is not asked for the second step until a day. `digest` is of the cookie's secret."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT)
    digest = models.BinaryField()
    sealed = models.BinaryField(null=True)
    made_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField()

    class Meta:
        db_table = "people_device"


class Voucher(models.Model):
    """A code that a counter handed out after proof of identity. With `forgets`, every second step goes too."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT)
    digest = models.BinaryField()
    forgets = models.BooleanField(default=False)
    made_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_voucher"


class Recovery(models.Model):
    """Somebody asked for a new password with another proof; after a waiting day they may set it, unless stopped."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT)
    asked_at = models.DateTimeField(db_default=Now())
    ready_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_recovery"


class Alert(models.Model):
    """Something about a person's account that they are told, never changed afterwards. `about` is a log-in or a way."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT, db_index=False)
    kind = models.CharField(max_length=40)
    at = models.DateTimeField(db_default=Now())
    about = models.UUIDField(null=True)

    class Meta:
        db_table = "people_alert"
        indexes: ClassVar = [models.Index(fields=["person", "-at"], name="people_alert_person")]


class Attempt(models.Model):
    """Failed log-ins of one account from one source, for the back-off. `source` is a keyed hash of the address."""

    pk = models.CompositePrimaryKey("username", "source")
    username = models.CharField(max_length=64)
    source = models.BinaryField()
    failures = models.IntegerField(default=0)
    blocked_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_attempt"


class Erasure(models.Model):
    """Somebody whose key was destroyed: also a line of the list outside the database. `made_at` is the
    person's: a restored database may give an id anew.
    """

    pk = models.CompositePrimaryKey("person_id", "made_at")
    person_id = models.BigIntegerField()
    made_at = models.DateTimeField()
    erased_at = models.DateTimeField()

    class Meta:
        db_table = "people_erasure"
