"""`python -m survey.cli`: the same as `headwind`, where the command is not on the path."""

from survey.cli.main import main

main()
