from lib import clean, give

__all__ = ["limited"]


def limited():
    return give()


def starred():
    return clean()
