"""How the one file of a form arrives: held in memory, since a person's paper is never on a disk in the open."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from masar.files.queries import MOST


class OnePaper(FileUploadHandler):
    """Keeps the first file of a form, for somebody who is logged in; of a longer one what shows that it is too long."""

    _held: bytearray | None = None
    _is_kept = False

    def new_file(self, *args: Any, **named: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **named)
        self._is_kept = self._held is None and getattr(self.request, "viewer", None) is not None
        self._held = bytearray() if self._held is None else self._held

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Take a piece; no other handler sees it."""
        if self._is_kept and self._held is not None and len(self._held) <= MOST:
            self._held += raw_data

    def file_complete(self, file_size: int) -> SimpleUploadedFile | None:
        """Return the file, where it was kept."""
        if not self._is_kept or not self.file_name or self._held is None:
            return None
        return SimpleUploadedFile(self.file_name, bytes(self._held), self.content_type or "")
