"""What all tests share: how long hypothesis looks, on machines that other work slows down."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

from hypothesis import HealthCheck, settings

# A deadline measures the neighbours, not the code; benchmarks measure time.
settings.register_profile(
    "spapr-lint",
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("spapr-lint")

# For a user a fault of ours is a line in the ledger; a test has to see it.
os.environ["SPAPR_LINT_RAISE"] = "1"

# No test sees what a user's own runs, or another version of the tool, left behind.
_CACHE = tempfile.mkdtemp(prefix="spapr-lint-cache-")
os.environ["XDG_CACHE_HOME"] = _CACHE
atexit.register(shutil.rmtree, _CACHE, ignore_errors=True)
