"""What every test of this folder may ask for besides: a running server."""

from tests.running import server

__all__ = ["server"]
