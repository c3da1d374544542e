"""The pure-Python Informix driver: PEP 249 over the SQLI wire protocol."""

from ._version import __version__

__all__ = ["__version__"]
