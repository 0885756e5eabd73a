from .sub.leaf import give as _give


def exported(v):
    return _give(v)


def hidden(v):
    return "hidden"
