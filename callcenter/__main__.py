"""`python -m callcenter` is the command line."""

import sys

from callcenter.cli import main

sys.exit(main())
