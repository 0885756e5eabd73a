current = "clean"
items = []


def read():
    return current


def write(value):
    global current
    current = value


def reset():
    write("clean")
