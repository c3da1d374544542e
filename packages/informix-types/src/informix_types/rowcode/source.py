"""Compiles generated functions so that tracebacks show their source, and says when generated code gives up."""

import hashlib
import linecache
import weakref
from collections.abc import Callable
from struct import error as struct_error
from typing import Any

__all__ = ["SLOW", "compile_source"]

SLOW = (struct_error, ArithmeticError, ValueError, LookupError, TypeError, AttributeError)
"""What bytes that mean nothing and values that are not plain raise in generated code; the reference then decides.
(FramingError and ConversionError are ValueErrors; the errors of decimal and of Unicode are among these, too.)"""


def compile_source(function: str, text: str, names: dict[str, Any], about: object = "") -> Callable[..., Any]:
    """Compile `text`, which defines `function` and finds `names` among its globals.

    The text must be made of templates, numbers and quoted names only. `about` tells apart functions of equal text.
    The source is known to `linecache` as long as the function lives.
    """
    digest = hashlib.sha256(f"{text}{about!r}".encode(errors="backslashreplace")).hexdigest()[:12]
    filename = f"<informix_types.rowcode {function} {digest}>"
    exec(compile(text, filename, "exec"), names)
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    compiled: Callable[..., Any] = names.pop(function)
    weakref.finalize(compiled, linecache.cache.pop, filename, None).atexit = False
    return compiled
