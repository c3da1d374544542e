"""The memory engine: Informix SQL on sqlite3, behind the seam of `engine.py`."""

from .engine import MemoryEngine

__all__ = ["MemoryEngine"]
