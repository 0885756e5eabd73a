"""Finds confused interrupt number spaces in QEMU's sPAPR code, in C and in Python models of it.

The public Python API is `check` and the frozen data of `spapr_lint.findings`.
Importing the package imports none of its parts.
"""

__version__ = "0.1.0"
