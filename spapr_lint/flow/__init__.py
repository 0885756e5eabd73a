"""The abstract interpreter: which kinds of numbers arrive where, and by which way.

It knows nothing of QEMU and nothing of C; the packs say what a name means, and
both front ends hand it the same IR.
"""
