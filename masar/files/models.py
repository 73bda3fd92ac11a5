"""Uploaded papers. Content and name are sealed under the person's key (docs/adr/0015)."""

from django.db import models
from django.db.models.functions import Now

PERSONAL = {"files_paper": ["sealed", "sealed_name"]}


class Paper(models.Model):
    """One paper of one person.

    `person_id` is no foreign key: persons are in the room beside this one.
    """

    id = models.UUIDField(primary_key=True)
    person_id = models.BigIntegerField()
    sealed = models.BinaryField()
    sealed_name = models.BinaryField()
    media_type = models.CharField(max_length=32)
    size = models.IntegerField()
    made_at = models.DateTimeField(db_default=Now())
    handed_in = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "files_paper"
        indexes = (
            models.Index("person_id", name="paper_by_person"),
            models.Index("made_at", name="paper_left", condition=models.Q(handed_in=False)),
        )
