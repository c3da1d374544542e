"""``python -m informix_wire FILE`` is ``python -m informix_wire.trace FILE``."""

import sys

from .trace import main

sys.exit(main())
