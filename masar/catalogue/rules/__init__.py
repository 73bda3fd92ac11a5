"""Rules of the catalogue in plain Python: definitions, their checks, working calendars. No Django, no I/O."""
