"""`python -m opencobrowse` is `opencobrowse`."""

from opencobrowse.cli.main import run

run()
