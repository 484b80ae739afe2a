"""Start a cobrowse session from code. See README.md; the shape of the code is in ARCHITECTURE.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opencobrowse.kernel.version import VERSION

if TYPE_CHECKING:
    from opencobrowse.client import AsyncClient, Client

__all__ = ["AsyncClient", "Client", "__version__"]

__version__ = VERSION


def __getattr__(name: str) -> Any:
    """The clients, imported when they are asked for: the command line need not wait for them."""
    if name in ("Client", "AsyncClient"):
        from opencobrowse import client  # noqa: PLC0415

        return getattr(client, name)
    raise AttributeError(f"module 'opencobrowse' has no attribute {name!r}")
