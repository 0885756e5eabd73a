"""Keeps things under a key, behind methods."""

import contextlib

from .models.users import User


class Repository:
    missing = User("missing")

    def __init__(self):
        self._items = {}

    def add(self, key, item):
        self._items[key] = item

    def find(self, key):
        return self._items.get(key, self.missing)

    __getitem__ = find

    def __iter__(self):
        return iter(self._items.values())

    @contextlib.contextmanager
    def transaction(self):
        before = dict(self._items)
        try:
            yield self
        except Exception:
            self._items = before
            raise
