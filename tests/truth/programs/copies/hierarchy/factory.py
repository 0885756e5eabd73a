import devices
from recorder import source

KINDS = {"kernel": devices.Kernel, "plain": devices.Plain}


def build(kind, value):
    return KINDS[kind](value)


def make_class(name):
    return type("Made", (devices.Plain,), {name: source()})
