"""An embedded Informix (SQLI) server on sqlite3 for demos and tests."""

from ._version import __version__

__all__ = ["__version__"]
