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
        NotSupportedError: the distribution is not installed (says how to get it), or lacks the module so far.
    """
    package = module.partition(".")[0]
    distribution = package.replace("_", "-")
    try:
        brought = importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise NotSupportedError(f'this needs {distribution}: pip install "informix-db[{extra}]"') from None
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise NotSupportedError(f"{distribution} {brought.__version__} cannot do this yet") from None
