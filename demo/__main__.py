"""`python -m demo`: the simulated agencies."""

from demo.program import main

main()
