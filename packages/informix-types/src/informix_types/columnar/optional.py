"""Imports pyarrow and numpy where they are first needed, with an error that says how to get them."""

from typing import Any

__all__ = ["need_arrow", "need_numpy"]

HINT = 'columnar results need pyarrow and numpy: pip install "informix-types[arrow]"'


def need_arrow() -> Any:
    """Return the module pyarrow. Raises ImportError that names the extra."""
    try:
        import pyarrow
    except ImportError as exc:
        raise ImportError(f"{HINT} ({exc})") from exc
    return pyarrow


def need_numpy() -> Any:
    """Return the module numpy. Raises ImportError that names the extra."""
    try:
        import numpy
    except ImportError as exc:
        raise ImportError(f"{HINT} ({exc})") from exc
    return numpy
