"""Questions about one place: what a number there is, and why it does not come from another.

Both are answered by the interpreter itself, run once more with someone looking on.
"""
