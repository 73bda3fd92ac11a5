"""`python -m masar.config.command`: the same as `masar`."""

from masar.config.command import main

main()
