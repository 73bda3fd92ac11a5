"""Agencies, services, branches and calendars: what a government promises, as data.

A published (service, version) never changes; a running request keeps its version.
"""
