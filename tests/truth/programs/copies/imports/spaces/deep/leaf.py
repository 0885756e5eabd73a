from recorder import source


def get():
    return source()


def quiet():
    return "quiet"
