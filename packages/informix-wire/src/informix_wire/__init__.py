"""The Informix SQLI wire protocol without I/O: messages, capabilities, conversations."""

from ._version import __version__

__all__ = ["__version__"]
