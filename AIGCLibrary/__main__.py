"""`python -m AIGCLibrary` is the command `aigc`."""

import sys

from AIGCLibrary.cli.main import main

sys.exit(main())
