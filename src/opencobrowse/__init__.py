"""Start a cobrowse session from code. See README.md; the shape of the code is in ARCHITECTURE.md."""

__version__ = "0.1.0"
