"""Rules of a request in plain Python: states, order, fold, clock. No Django, no I/O."""
