"""Connection pools and native asyncio for informix-db."""

from ._version import __version__

__all__ = ["__version__"]
