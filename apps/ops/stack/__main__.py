"""`python -m apps.ops.stack`, behind `make run`."""

import os
import sys

from apps.ops.stack.house import main

sys.exit(main(os.environ))
