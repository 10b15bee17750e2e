"""`python -m cli`: the same as the console script `bep`."""

import sys

from cli.entry import main

sys.exit(main())
