from recorder import source

value = source()
other = "clean"


def give():
    return value


class Inner:
    def __init__(self, value):
        self.value = value

    def get(self):
        return self.value
