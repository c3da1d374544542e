"""Keeping an engine in a directory: rows are in sqlite anyway, the catalogue goes beside them."""

import os
import pickle
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .engine import MemoryEngine

__all__ = ["load", "path_of", "save"]

FILE = "informix.sqlite"


def path_of(directory: str) -> str:
    """Return the sqlite file of a data directory, which is made if it is missing."""
    os.makedirs(directory, exist_ok=True)
    return os.path.join(directory, FILE)


def save(engine: "MemoryEngine") -> None:
    """Write the catalogue into the open sqlite transaction."""
    raise NotImplementedError


def load(engine: "MemoryEngine") -> None:
    """Read the catalogue, if the directory holds one."""
    raise NotImplementedError


_ = pickle
