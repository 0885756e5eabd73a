"""One plugin."""


def run(value):
    return value.upper()
