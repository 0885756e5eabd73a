from recorder import sink

LAST = "clean"


class Device:
    name = "device"

    def __init__(self, value):
        self.value = value

    def read(self):
        return self.fetch()

    def fetch(self):
        return self.value

    def identify(self):
        return self.name

    def deliver(self, value):
        sink(value)  # no flow

    def accept(self, value):
        global LAST
        LAST = value


def run_all(devices, value):
    for device in devices:
        device.accept(value)
