"""Batch files of agencies without systems: a table in CSV or XLSX becomes events, and each row is answered."""
