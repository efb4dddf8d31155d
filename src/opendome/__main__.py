"""``python -m opendome``: the program ``opendome``, for where scripts are not on the path."""

import sys

from opendome.views.cli import main

sys.exit(main())
