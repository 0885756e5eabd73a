"""The commands that are doors only: options in, text out, no logic.

One module a command, each with ``main(argv) -> int``; `common` holds what they
share.  Nothing is imported before its command is called.
"""
