"""Masar (مسار): every government request a person has, step by step, live."""
