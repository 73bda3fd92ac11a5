"""The door of live pages: a small process that tells open pages what changed. Ids only; each person only their own."""
