from recorder import sink, source

VALUE = source()
OTHER = "clean"


def give():
    return source()


def clean():
    return "clean"


def hidden():
    return VALUE


def keep(x):
    return x


sink(VALUE)  # flow
sink(OTHER)  # no flow
