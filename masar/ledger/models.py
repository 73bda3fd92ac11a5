"""Leaves that wait for the sequencer of the public log."""

from django.db import models
from django.db.models.functions import Now


class PendingLeaf(models.Model):
    """A salted commitment to one event: SHA-256(salt ‖ canonical event). The salt is sealed beside the event."""

    id = models.BigAutoField(primary_key=True)
    subject = models.UUIDField()
    commitment = models.BinaryField()
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "ledger_pending_leaf"
