"""The append-only public log: what waits to be written to it. Subjects are strings; nothing here points upward."""
