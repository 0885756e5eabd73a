"""`python -m spapr_lint`: the same as the command `spapr-lint`.

For machines where the scripts folder is not on the path.
Nothing else belongs here.
"""

import sys

from spapr_lint.cli import main

if __name__ == "__main__":
    sys.exit(main())
