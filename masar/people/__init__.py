"""Persons, their keys and their log-ins. A person is known by a blind index of the civil ID, never by its digits."""
