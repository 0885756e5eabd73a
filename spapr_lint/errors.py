"""The one exception that a user can cause.

A door catches it, prints its sentence and exits 2: wrong use or configuration.
It is raised anywhere and carries no state beyond the sentence.
"""

from __future__ import annotations


class UserError(Exception):
    """Wrong use or configuration, in one line that says what to change."""
