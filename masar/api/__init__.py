"""The door for machines: agencies report and read here; the catalogue is public. No tables, no rules of its own."""
