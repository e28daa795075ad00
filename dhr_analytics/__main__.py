"""``python -m dhr_analytics`` is the ``dhr`` command."""

import sys

from dhr_analytics.cli import main

sys.exit(main())
