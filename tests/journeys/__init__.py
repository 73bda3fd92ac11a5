"""Journeys of persons through a running Masar, in Debian's Chromium."""
