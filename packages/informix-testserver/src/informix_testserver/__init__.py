"""An embedded Informix (SQLI) server on sqlite3 for demos and tests.

`TestServer` starts it; `faults` breaks it on purpose; `script.ScriptEngine` replaces its SQL by a list of answers.
"""

from ._version import __version__
from .engine import SqlError
from .faults import Faults
from .profiles import PROFILES, Profile
from .server import TestServer

__all__ = ["PROFILES", "Faults", "Profile", "SqlError", "TestServer", "__version__"]
