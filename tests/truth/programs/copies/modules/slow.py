from recorder import source


def compute(x):
    return x


def give():
    return source()


def clean():
    return "clean"


def calls_clean():
    return clean()
