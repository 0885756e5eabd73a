"""What Python made from C by `spapr_lint.c` runs on: widths, memory, QOM, glib, libfdt, KVM.

`program` takes a tree apart once; each `Run` of it has variables, devices and bounds of its own.
Translated code sees the names that are given here and nothing of Python's.
"""
