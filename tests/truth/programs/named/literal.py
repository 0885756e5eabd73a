"""A source that is a literal; a sink that is a function of the library."""

import os
import os as system_module
from os import system

TEXT = "marked text"
OTHER = "other text"


def shell(command):
    os.system(command)  # flow


def quiet(command):
    os.system(command)  # no flow


def spelled():
    os.system("marked text")  # flow
    os.system("other text")  # no flow
    os.system("marked text")  # flow
    os.system(TEXT)  # flow
    os.system(OTHER)  # no flow
    system_module.system(TEXT)  # flow
    system_module.system(OTHER)  # no flow
    call = os.system
    call(TEXT)  # flow
    call(OTHER)  # no flow
    getattr(os, "system")(TEXT)  # flow


def defaults(first="marked text", second="x"):
    os.system(first)  # flow
    os.system(second)  # no flow


class Settings:
    command = "marked text"
    other = "x"


def in_places():
    os.system(Settings.command)  # flow
    os.system(Settings().other)  # no flow
    table = {"a": "marked text", "marked text": "x"}
    os.system(table["a"])  # flow
    os.system(table["marked text"])  # no flow
    os.system(["x", "marked text"][1])  # flow


spelled()
shell(TEXT)
shell("x")
quiet("x")
defaults()
in_places()
if __name__ == "__main__":
    command = "marked text"
    os.system(command)  # flow
    command = "x"
    os.system(command)  # no flow
    assert system
