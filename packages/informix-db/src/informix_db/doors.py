"""Doors to the optional distributions: what they bring is imported when it is first used."""

import importlib
from types import ModuleType

from .errors import NotSupportedError

__all__ = ["need"]


def need(module: str, extra: str) -> ModuleType:
    """Import a module of an optional distribution.

    Args:
        module: dotted name, e.g. ``informix_pool.aio``.
        extra: the extra of informix-db that brings it.

    Raises:
        NotSupportedError: the distribution is not installed; says how to get it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not module.startswith(error.name):
            raise
        raise NotSupportedError(
            f'this needs {error.name.partition(".")[0].replace("_", "-")}: pip install "informix-db[{extra}]"'
        ) from None
