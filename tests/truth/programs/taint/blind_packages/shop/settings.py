"""A module whose attribute changes."""

LEVEL = "low"


def level():
    return LEVEL


def reset():
    global LEVEL
    LEVEL = "low"
