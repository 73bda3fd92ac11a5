"""The figures of speed, each beside its limit: `make bench`, or `make bench SCALE=small` (docs/speed.md)."""
