"""The version of everything here: server, client and command line are one distribution."""

from __future__ import annotations

from typing import Final

VERSION: Final = "0.1.0"
