"""Start a cobrowse session from code. See README.md; the shape of the code is in ARCHITECTURE.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opencobrowse.kernel.version import VERSION

if TYPE_CHECKING:
    from opencobrowse.client import Client

__all__ = ["Client", "__version__"]

__version__ = VERSION


def __getattr__(name: str) -> Any:
    """`opencobrowse.Client`, imported when it is asked for: the command line need not wait for it."""
    if name == "Client":
        from opencobrowse.client import Client  # noqa: PLC0415

        return Client
    raise AttributeError(f"module 'opencobrowse' has no attribute {name!r}")
