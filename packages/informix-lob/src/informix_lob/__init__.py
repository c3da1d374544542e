"""Smart large objects and fast-path routine calls for informix-db."""

from ._version import __version__

__all__ = ["__version__"]
