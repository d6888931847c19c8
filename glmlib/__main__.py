"""`python -m glmlib start DIR` copies the lessons to where a student works in them."""

import sys

from .course.start import main

sys.exit(main(sys.argv[1:]))
