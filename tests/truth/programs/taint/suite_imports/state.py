current = "x"


def put(v):
    global current
    current = v


def get():
    return current
