"""Another plugin."""


def run(value):
    return ""
