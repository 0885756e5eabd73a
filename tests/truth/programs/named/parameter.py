"""A source that is a parameter of a certain name, as entry points have it."""

import os


def helper(o):
    os.system(o)  # flow


def helper_clean(o):
    os.system(o)  # no flow


def entry(marked_input):
    os.system(marked_input)  # flow
    copy = marked_input
    helper(copy)
    marked_input = "x"
    os.system(marked_input)  # no flow
    helper_clean(marked_input)


def second_entry(other, marked_input):
    os.system(other)  # no flow
    os.system(marked_input)  # flow
    kept = [other, marked_input]
    os.system(kept[0])  # no flow
    os.system(kept[1])  # flow


def keyword_entry(*, marked_input, other="x"):
    table = {"in": marked_input, "out": other}
    os.system(table["in"])  # flow
    os.system(table["out"])  # no flow


class Handler:
    def __init__(self):
        self.kept = None

    def handle(self, marked_input):
        self.kept = marked_input
        self.run()

    def run(self):
        os.system(self.kept)  # flow


def local_name():
    marked_other = "x"
    os.system(marked_other)  # no flow


if __name__ == "__main__":
    given = "marked text"
    entry(given)
    second_entry("x", given)
    keyword_entry(marked_input=given)
    Handler().handle(given)
    local_name()
