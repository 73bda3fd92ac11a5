"""Clients of Masar's public API: the replay of real logs and the small living demonstration.

They speak only HTTP and import nothing of `masar`: what they can do, any agency can do.
"""
