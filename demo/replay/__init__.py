"""`masar replay`: sends a real log to a running Masar, as the agencies of that log would have reported it."""

from demo.replay.command import main

__all__ = ["main"]
