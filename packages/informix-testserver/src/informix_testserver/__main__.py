"""``python -m informix_testserver``: the command ``informix-testserver``, where scripts are not on the path."""

import sys

from .cli import main

sys.exit(main())
