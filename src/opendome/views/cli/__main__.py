"""``python -m opendome.views.cli``: the same program, for where scripts are not installed."""

import sys

from opendome.views.cli import main

sys.exit(main())
