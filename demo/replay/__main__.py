"""`python -m demo.replay`: the replay without the command `masar`."""

from demo.replay import main

main()
