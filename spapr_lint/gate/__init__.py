"""What a patch series adds, cures and carries: git and mail in, verdicts out.

`command` is the door; `plan` reads the input, `series` walks it, `match` says
which finding is which, `report_*` write the answer.
"""
