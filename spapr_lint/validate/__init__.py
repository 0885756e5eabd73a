"""Runs a design over many machines and says which rule of the platform breaks on which.

`spapr_lint.validate.sweep.sweep` is the whole of it; `command.main` is its command line.
"""
