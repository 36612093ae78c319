"""`python -m ankletag`: the command line, also where no script is on the path."""

from .cli import main

main()
