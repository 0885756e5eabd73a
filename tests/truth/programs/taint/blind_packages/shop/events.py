"""Who wants to know what."""

from collections import defaultdict

_listeners = defaultdict(list)


def subscribe(name, listener):
    _listeners[name].append(listener)


def publish(name, value):
    for listener in _listeners[name]:
        listener(value)
