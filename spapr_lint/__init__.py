"""Finds confused interrupt number spaces in QEMU's sPAPR code, in C and in Python models of it.

The public Python API is `check` and the frozen data of `spapr_lint.findings`.
Importing the package imports none of its parts.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from spapr_lint.callgraphs import callgraph as callgraph
    from spapr_lint.check import check as check
    from spapr_lint.findings import Report


class _Package(ModuleType):
    """`spapr_lint.check` is the function, whether or not its module of that name is loaded.

    An import would pay for the whole pipeline, where the version is asked for;
    a module's ``__getattr__`` would lose to the submodule once that is loaded.
    """

    @property
    def check(self) -> Callable[..., Report]:
        from spapr_lint.check import check

        return check

    @check.setter
    def check(self, module: object) -> None:
        """Let the import system believe that it has bound the submodule."""

    @property
    def callgraph(self) -> Callable[..., dict[str, list[str]]]:
        from spapr_lint.callgraphs import callgraph

        return callgraph


sys.modules[__name__].__class__ = _Package
